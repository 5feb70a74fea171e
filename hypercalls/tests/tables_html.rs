//! The page as text. How it behaves in a browser is tested where there is one.

#![cfg(feature = "std")]

mod hostile;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hypercall_core::{Arch, Registry, Status};
use hypercalls::tables::{Book, Filter, render_html};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

fn book() -> Book {
    Book::linked().expect("no two calls collide")
}

fn page() -> String {
    render_html(&book())
}

/// The element with this `id`, up to the next card.
fn card<'a>(page: &'a str, id: &str) -> &'a str {
    let start = page.find(&format!(" id=\"{id}\"")).unwrap_or_else(|| panic!("{id} is on the page"));
    let rest = &page[start..];
    rest.split("</article>").next().expect("text")
}

/// The text of a part of a page, and its tags as they stand, each with where it is.
fn tags(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[1..end];
        found.push(tag);
        rest = &rest[end + 1..];
        // What is in these is no markup.
        for raw in ["style", "script"] {
            if tag == raw {
                rest = &rest[rest.find(&format!("</{raw}>")).expect("it ends")..];
            }
        }
    }
    found
}

fn name_of(tag: &str) -> &str {
    tag.split_whitespace().next().expect("a name")
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

/// Tags are closed in the order they were opened in, no `id` stands twice, and each link has its place.
fn well_formed(page: &str) {
    let mut open = Vec::new();
    let (mut ids, mut links) = (BTreeSet::new(), Vec::new());
    for tag in tags(page) {
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{tag}");
            continue;
        }
        let name = name_of(tag);
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if !["!DOCTYPE", "meta", "input"].contains(&name) {
            open.push(name);
        }
        if let Some(id) = attribute(tag, "id") {
            assert!(ids.insert(id), "{id} stands twice");
        }
        links.extend(attribute(tag, "href"));
    }
    assert!(open.is_empty(), "{open:?}");
    for link in links {
        assert!(link.strip_prefix('#').is_some_and(|id| ids.contains(id)), "{link} leads nowhere");
    }
    assert!(page.ends_with("</html>\n"));
}

#[test]
fn a_card_has_what_there_is_to_say_of_the_call() {
    let page = page();
    let kick = card(&page, "KVM_HC_KICK_CPU");
    for words in [
        "data-arch=\"x86\" data-status=\"active\" data-interface=\"kvm\" data-numbers=\"5 0x5\"",
        "href=\"#KVM_HC_KICK_CPU\"",
        "Wakes a halted vCPU",
        "KVM_FEATURE_PV_UNHALT</code>, bit 7",
        "<code>apic_id</code><small>u32</small>",
        "0 to 0xffff_ffff; upper bits ignored",
        "<code>-KVM_ENOSYS -1000</code>",
        "6aef266c6e17",
    ] {
        assert!(kick.contains(words), "{words} is not in {kick}");
    }
    assert!(card(&page, "KVM_HC_FEATURES").contains("data-numbers=\"3 0x3 2752515 0x2a0003\""));
    assert!(card(&page, "KVM_HC_CLOCK_PAIRING").contains("href=\"#structure-kvm_clock_pairing\""));
    assert!(card(&page, "HYPERCALL_FAIL").contains("bad address"));
    assert_eq!(page.matches("class=\"card call\"").count(), book().calls.len());
}

/// The registers of the ABI documents: what is drawn is said too.
#[test]
fn registers_are_drawn_by_convention_and_mode() {
    let page = page();
    let said = |id, words: &str| {
        let card = card(&page, id);
        assert!(card.contains(&format!("{words}\"")), "{words} is not in {card}");
    };
    said(
        "KVM_HC_KICK_CPU",
        "KVM_HC_KICK_CPU by KVM, 64- and 32-bit. rax: in 5, out result; rbx: in flags; rcx: in apic_id",
    );
    said(
        "KVM_HC_MMU_OP",
        "KVM_HC_MMU_OP by KVM, 32-bit. rax: in 2, out result; rbx: in bytes; rcx: in buffer 1/2; rdx: in buffer 2/2",
    );
    said(
        "KVM_HC_PPC_MAP_MAGIC_PAGE",
        "r11: in 0x2a0004; r3: in physical, out status; r4: in effective, out value",
    );
    said(
        "convention-para-2007",
        "32-bit. rax: in argument 1, out result; rbx: in number; rcx: in argument 2; rdx: in argument 3; \
         rsi: in argument 4; rdi: in argument 5; rbp: in argument 6",
    );
    said(
        "convention-epapr",
        "r0: out lost; r3: in argument 1, out status; r4: in argument 2, out value; r5: in argument 3, out output 1; \
         r6: in argument 4, out output 2; r7: in argument 5, out output 3; r8: in argument 6, out output 4; \
         r9: in argument 7, out output 5; r10: in argument 8, out output 6; r11: in number, out output 7; r12: out lost; \
         xer: out lost; ctr: out lost; lr: out lost; cr: out lost",
    );
    let kvm = card(&page, "convention-kvm");
    assert!(
        kvm.contains(">r15<") && !kvm.contains(">rip<"),
        "the unused registers, but not the special ones"
    );
}

/// Linux `arch/x86/include/uapi/asm/kvm_para.h` and `arch/powerpc/include/uapi/asm/kvm_para.h`.
#[test]
fn structures_are_drawn_byte_by_byte() {
    let page = page();
    let clock = card(&page, "structure-kvm_clock_pairing");
    assert!(clock.contains(
        "sec at 0, 8 bytes; nsec at 8, 8 bytes; tsc at 16, 8 bytes; flags at 24, 4 bytes; pad at 28, 36 bytes"
    ));
    assert!(clock.contains("<b>28</b><small>0x1c</small>"));
    assert!(clock.contains("href=\"#KVM_HC_CLOCK_PAIRING\""));
    assert!(card(&page, "structure-kvm_vcpu_arch_shared").contains("sprg7 at 232, 8 bytes"));
    assert!(card(&page, "structure-kvm_vcpu_para_state").contains("hypercall_gpa at 16, 8 bytes"));
    assert!(card(&page, "exit-KVM_EXIT_HYPERCALL").contains("nr at 0, 8 bytes; args at 8, 48 bytes"));
    for structure in book().structures {
        let label = format!("aria-label=\"Byte map of {}: ", structure.layout.name);
        assert_eq!(page.matches(&label).count(), 1, "{label}");
    }
}

#[test]
fn nothing_is_asked_of_a_network() {
    let page = page();
    for word in
        ["://", " src=", "url(", "@import", "<link", "<img", "<iframe", "fetch(", "XMLHttpRequest", "import("]
    {
        assert!(!page.contains(word), "{word}");
    }
}

/// Whatever a definition says, only the style and the script of this program count.
#[test]
fn the_policy_names_the_style_and_the_script_by_their_sums() {
    let page = page();
    let sum = |tag: &str| {
        let text = page.split_once(&format!("<{tag}>")).expect("it is there").1;
        let text = text.split_once(&format!("</{tag}>")).expect("it ends").0;
        format!("{tag}-src &#39;sha256-{}&#39;;", STANDARD.encode(Sha256::digest(text)))
    };
    let policy =
        page.split("Content-Security-Policy").nth(1).expect("a policy").split('>').next().expect("text");
    for words in ["default-src &#39;none&#39;;", &sum("style"), &sum("script"), "base-uri &#39;none&#39;;"] {
        assert!(policy.contains(words), "{words} is not in {policy}");
    }
    assert!(!policy.contains("unsafe"));
    assert!(!page.contains(" style=\"") && !page.contains(" onclick="), "nor does the page itself need more");
}

#[test]
fn hostile_text_stays_text() {
    let page = render_html(&hostile::book());
    well_formed(&page);
    let usual = render_html(&book());
    let body = usual.split_once("<body>").expect("a body").1;
    let ours: BTreeSet<_> = tags(body).into_iter().map(name_of).collect();
    let body = page.split_once("<body>").expect("a body").1;
    for tag in tags(body) {
        assert!(ours.contains(name_of(tag)), "{tag}");
        let names = tag.split('"').step_by(2).collect::<String>();
        assert!(!names.contains(" on"), "{tag}");
    }
    assert!(page.contains("&lt;script&gt;") && !page.contains('\0'));
}

#[test]
fn every_part_of_the_book_is_well_formed() {
    let book = book();
    let mut filters = vec![Filter::default()];
    filters.extend(Arch::ALL.map(|arch| Filter { arch: Some(arch), ..Filter::default() }));
    filters.extend(Status::ALL.map(|status| Filter { status: Some(status), ..Filter::default() }));
    for convention in &book.conventions {
        let convention = Some(convention.name.to_string());
        filters.push(Filter { convention: convention.clone(), ..Filter::default() });
        filters.push(Filter { convention, status: Some(Status::Obsolete), ..Filter::default() });
    }
    filters.extend(
        book.calls.iter().map(|c| Filter { name: Some(c.definition.name.into()), ..Filter::default() }),
    );
    for filter in &filters {
        well_formed(&render_html(&book.filtered(filter).expect("the filter names what there is")));
    }
}

#[test]
fn a_part_without_calls_says_so() {
    let none = Filter { arch: Some(Arch::Mips), status: Some(Status::Active), ..Filter::default() };
    let page = render_html(&book().filtered(&none).expect("words that are known"));
    assert!(page.contains("<p>No call is of this kind.</p>"));
}

#[test]
fn the_order_of_linking_does_not_change_a_byte() {
    let other = |backwards: bool| {
        let mut calls: Vec<_> = Registry::linked().expect("no two calls collide").iter().collect();
        if backwards {
            calls.reverse();
        }
        render_html(&Book::new(&Registry::new(calls).expect("the same"), book().conventions))
    };
    assert_eq!(other(false), other(true));
}
