//! Search, filters, links and keys.

use crate::page::Page;

/// The names of the calls that are to be seen.
fn names(page: &mut Page) -> Vec<String> {
    page.seen(".call .call-name")
}

fn count(page: &mut Page) -> String {
    page.text("document.querySelector('#count').value")
}

fn search(page: &mut Page, text: &str) {
    page.value("document.querySelector('#find').select()");
    page.press("/");
    page.value("document.querySelector('#find').value = ''");
    page.type_text(text);
}

#[test]
fn search_narrows_to_the_calls_and_says_how_many() {
    let Some(mut page) = Page::open("search") else { return };
    let all = names(&mut page).len();
    assert_eq!(count(&mut page), format!("{all} calls"));
    for (text, found) in [
        ("kick", &["KVM_HC_KICK_CPU"][..]),
        ("KVM_HC_SEND", &["KVM_HC_SEND_IPI"]),
        // A word of the purpose, and one of an argument.
        ("ticket lock", &["KVM_HC_KICK_CPU"]),
        ("icr", &["KVM_HC_SEND_IPI"]),
        // In the number register: ePAPR's token of KVM_HC_FEATURES, whole and in part, in both ways of writing.
        ("0x2a0003", &["KVM_HC_FEATURES"]),
        ("0x2A", &["KVM_HC_FEATURES", "KVM_HC_PPC_MAP_MAGIC_PAGE"]),
        ("2752515", &["KVM_HC_FEATURES"]),
        ("0x0c kvm_hc", &["KVM_HC_MAP_GPA_RANGE"]),
        ("12 KVM_HC", &["KVM_HC_MAP_GPA_RANGE"]),
        ("zebra", &[]),
    ] {
        search(&mut page, text);
        assert_eq!(names(&mut page), found, "{text}");
        assert_eq!(count(&mut page), format!("{} of {all} calls", found.len()), "{text}");
        assert_eq!(page.seen(".nothing").len(), usize::from(found.is_empty()), "{text}");
        // The index, the contents and the chapters follow.
        assert_eq!(page.seen(".index tbody td:nth-child(2)"), found, "{text}");
        assert_eq!(page.seen(".contents .names li"), found, "{text}");
        assert_eq!(page.seen(".chapter").len(), usize::from(!found.is_empty()), "{text}");
    }
    page.press("Escape");
    assert_eq!(names(&mut page).len(), all);
    assert_eq!(count(&mut page), format!("{all} calls"));
    page.close();
}

#[test]
fn a_number_finds_itself_and_no_longer_one() {
    let Some(mut page) = Page::open("numbers") else { return };
    search(&mut page, "5");
    let found = names(&mut page);
    assert!(found.iter().any(|n| n == "KVM_HC_KICK_CPU"), "{found:?}");
    assert!(!found.iter().any(|n| n == "KVM_HC_CLOCK_PAIRING" || n == "KVM_HC_SEND_IPI"), "{found:?}");
    page.close();
}

#[test]
fn filters_combine_and_are_cleared() {
    let Some(mut page) = Page::open("filters") else { return };
    let all = names(&mut page).len();
    page.click(".chip[data-value=mips]");
    let mips = ["KVM_HC_MIPS_GET_CLOCK_FREQ", "KVM_HC_MIPS_EXIT_VM", "KVM_HC_MIPS_CONSOLE_OUTPUT"];
    assert_eq!(names(&mut page), mips);
    assert_eq!(page.text("document.querySelector('.chip[data-value=mips]').ariaPressed"), "true");
    // One of a kind or the other; of two kinds both.
    page.click(".chip[data-value=x86]");
    page.click(".chip[data-value=kvm]");
    page.click(".chip[data-value=deprecated]");
    assert_eq!(names(&mut page), ["KVM_HC_MMU_OP"]);
    page.click(".chip[data-value=obsolete]");
    assert_eq!(names(&mut page), ["KVM_HC_MMU_OP", mips[0], mips[1], mips[2]]);
    search(&mut page, "timer");
    assert_eq!(names(&mut page), [mips[0]]);
    assert_eq!(count(&mut page), format!("1 of {all} calls"));
    page.click("#clear");
    assert_eq!(names(&mut page).len(), all);
    assert_eq!(page.value("document.querySelectorAll('[aria-pressed=true]').length"), 0);
    assert_eq!(page.text("document.activeElement.id"), "find", "the reader goes on from there");
    page.close();
}

/// Of a call that is on many architectures only what is of those chosen.
#[test]
fn an_architecture_shows_its_registers_alone() {
    let Some(mut page) = Page::open("registers") else { return };
    let all = page.seen("#HYPERCALL_NOP figure:not(.example) figcaption").len();
    page.click(".chip[data-value=s390]");
    assert_eq!(page.seen("#HYPERCALL_NOP figure:not(.example) figcaption"), ["diag500 64-bit"]);
    assert_eq!(page.seen("#HYPERCALL_NOP .example").len(), 1);
    page.press("Escape");
    assert_eq!(page.seen("#HYPERCALL_NOP figure:not(.example) figcaption").len(), all);
    page.close();
}

#[test]
fn a_view_can_be_linked() {
    let Some(mut page) = Page::open("view") else { return };
    page.click(".chip[data-value=ppc]");
    page.click(".chip[data-value=x86]");
    page.click(".chip[data-value=kvm]");
    search(&mut page, "Page & more? a=b#c");
    page.until("location.search.includes('q=')");
    let address = page.behind();
    assert_eq!(address, "?q=Page+%26+more%3F+a%3Db%23c&arch=x86,ppc&interface=kvm");
    page.go(&address);
    assert_eq!(page.text("document.querySelector('#find').value"), "Page & more? a=b#c");
    assert_eq!(names(&mut page), [""; 0]);
    page.go("?q=page&arch=ppc&interface=kvm#KVM_HC_PPC_MAP_MAGIC_PAGE");
    assert_eq!(names(&mut page), ["KVM_HC_PPC_MAP_MAGIC_PAGE"]);
    page.press("Escape");
    page.until("location.search === ''");
    assert_eq!(page.behind(), "#KVM_HC_PPC_MAP_MAGIC_PAGE", "the link to the call stays");
    page.go("?arch=vax&status=%3Cscript%3E&q=%00%E0%A4%A#%E0%A4%A");
    assert_eq!(page.value("document.querySelectorAll('[aria-pressed=true]').length"), 0);
    page.close();
}

/// Where a card stands, by its permanent link.
const TOP: &str = "document.querySelector(':target').getBoundingClientRect().top - document.querySelector('.bar').offsetHeight";

#[test]
fn a_permanent_link_leads_to_its_call_and_marks_it() {
    let Some(mut page) = Page::open("link") else { return };
    page.go("#KVM_HC_KICK_CPU");
    assert_eq!(page.text("document.querySelector(':target .call-name').textContent"), "KVM_HC_KICK_CPU");
    page.until(&format!("Math.abs({TOP} - 12) < 3"));
    let shadow = "getComputedStyle(document.querySelector('#KVM_HC_KICK_CPU')).boxShadow";
    assert_ne!(page.text(shadow), "none");
    page.click("#KVM_HC_SEND_IPI .own");
    assert_eq!(page.behind(), "#KVM_HC_SEND_IPI");
    assert_eq!(page.text(shadow), "none");
    page.close();
}

#[test]
fn a_link_to_a_call_that_is_filtered_away_shows_it() {
    let Some(mut page) = Page::open("hidden") else { return };
    page.go("?status=active#KVM_HC_MIPS_EXIT_VM");
    assert!(names(&mut page).contains(&"KVM_HC_MIPS_EXIT_VM".to_owned()));
    page.until(&format!("Math.abs({TOP} - 12) < 3"));
    page.go("?arch=x86");
    page.value("location.hash = 'KVM_HC_FEATURES'");
    page.until("document.querySelector('#KVM_HC_FEATURES').checkVisibility()");
    page.until(&format!("Math.abs({TOP} - 12) < 3"));
    page.until("location.search === ''");
    assert_eq!(page.behind(), "#KVM_HC_FEATURES");
    page.close();
}

#[test]
fn every_link_of_the_page_leads_somewhere_on_it() {
    let Some(mut page) = Page::open("links") else { return };
    let lost = "[...document.querySelectorAll('a')].map((a) => a.getAttribute('href'))\
                .filter((href) => !href.startsWith('#') || !document.getElementById(href.slice(1)))";
    assert_eq!(page.value(lost), serde_json::json!([]));
    let twice = "(() => { const ids = [...document.querySelectorAll('[id]')].map((e) => e.id); \
                 return ids.filter((id, i) => ids.indexOf(id) !== i); })()";
    assert_eq!(page.value(twice), serde_json::json!([]));
    page.close();
}

#[test]
fn a_slash_goes_to_the_search_and_is_a_letter_in_it() {
    let Some(mut page) = Page::open("keys") else { return };
    page.press("/");
    assert_eq!(page.text("document.activeElement.id"), "find");
    assert_eq!(page.text("document.querySelector('#find').value"), "");
    page.press("/");
    assert_eq!(page.text("document.querySelector('#find').value"), "/");
    page.press("Enter");
    assert_eq!(page.text("location.pathname.split('/').pop()"), "keys.html", "nothing is sent");
    page.press("Escape");
    assert_eq!(page.text("document.querySelector('#find').value"), "");
    page.close();
}

/// The browser takes nothing of it for markup, and it is found as text.
#[test]
fn hostile_text_is_inert() {
    let Some(mut page) = Page::of("hostile", &crate::hostile::book()) else { return };
    assert_eq!(page.text("document.title"), "Hypercall ABI");
    let inside = "document.querySelectorAll('main script, main img, main b b, [onclick], [onerror], a:not([href^=\"#\"])').length";
    assert_eq!(page.value(inside), 0);
    let purpose = page.seen(".call .purpose");
    assert!(
        purpose[0].starts_with("</p></td></text></svg></style><!-- ]]> --></script><script>"),
        "{purpose:?}"
    );
    search(&mut page, "<script>document");
    assert_eq!(names(&mut page).len(), 1);
    page.click(".call .own");
    assert_eq!(page.value("document.querySelectorAll(':target').length"), 1);
    page.close();
}

/// Even markup that got onto the page would not run: the policy stops it. So the test above can fail.
#[test]
fn the_policy_stops_what_is_not_the_pages_own() {
    let Some(mut page) = Page::open("policy") else { return };
    page.value(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"x\" onerror=\"document.title = 1\"><a id=bad href=\"javascript:document.title = 2\">x</a>'); \
         const s = document.createElement('script'); s.textContent = 'document.title = 3'; document.body.append(s); bad.click(); 0",
    );
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert_eq!(page.text("document.title"), "Hypercall ABI");
    assert!(page.complaints().iter().filter(|c| c.contains("Content Security Policy")).count() >= 3);
}
