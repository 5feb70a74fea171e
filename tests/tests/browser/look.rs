//! How it looks: themes, phone, paper, contrast, without scripts; and pictures for people.

use serde_json::json;

use crate::page::{DESK, PHONE, Page};

/// What is darker than the ground it stands on, and by how much: each pair of colours once, with a place that has it.
/// A text of a drawing stands on the shape before it.
const CONTRAST: &str = include_str!("contrast.js");

#[test]
fn text_can_be_read_in_both_themes() {
    let Some(mut page) = Page::open("contrast") else { return };
    for theme in ["light", "dark"] {
        page.theme(theme);
        page.go("?q=page#KVM_HC_PPC_MAP_MAGIC_PAGE");
        page.click(".chip[data-value=kvm]");
        let weak = page.value(&format!("({CONTRAST}).filter(({{ ratio }}) => ratio < 4.5)"));
        assert_eq!(weak, json!([]), "{theme}: WCAG 2.2 AA wants 4.5 to 1");
        let pairs = page.value(&format!("({CONTRAST}).length"));
        assert!(pairs.as_u64() > Some(15), "{theme}: pairs were found: {pairs}");
    }
    page.close();
}

#[test]
fn the_theme_follows_the_system_until_one_is_chosen() {
    let Some(mut page) = Page::open("theme") else { return };
    let ground = "getComputedStyle(document.body).backgroundColor";
    let light = page.text(ground);
    page.theme("dark");
    let dark = page.text(ground);
    assert_ne!(light, dark);
    let label = "document.querySelector('#theme').textContent";
    assert_eq!(page.text(label), "Theme: auto");
    page.click("#theme");
    assert_eq!((page.text(label), page.text(ground)), ("Theme: light".into(), light.clone()));
    page.go("");
    assert_eq!(
        (page.text(label), page.text(ground)),
        ("Theme: light".into(), light.clone()),
        "it is remembered"
    );
    page.theme("light");
    page.click("#theme");
    assert_eq!((page.text(label), page.text(ground)), ("Theme: dark".into(), dark));
    page.click("#theme");
    assert_eq!((page.text(label), page.text(ground)), ("Theme: auto".into(), light));
    page.close();
}

#[test]
fn a_small_phone_shows_it_without_scrolling_sideways() {
    let Some(mut page) = Page::open("phone") else { return };
    page.size(PHONE);
    page.go("");
    assert_eq!(page.value("document.scrollingElement.scrollWidth"), PHONE.0);
    // What is wider than the window stands in a box that scrolls by itself.
    let outside = "[...document.querySelectorAll('body *')].filter((e) => !e.closest('.scroll, .unseen, .word, .skip, svg') \
                   && e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 0.5).map((e) => e.outerHTML.slice(0, 200))";
    assert_eq!(page.value(outside), json!([]));
    // Nor does text stick out of its box.
    let wider = "[...document.querySelectorAll('body *')].filter((e) => !e.closest('.scroll, .unseen, .word, .skip, svg, input') \
                 && e.checkVisibility() && e.scrollWidth > e.clientWidth && e.clientWidth > 0 \
                 && getComputedStyle(e).display !== 'inline').map((e) => e.outerHTML.slice(0, 200))";
    assert_eq!(page.value(wider), json!([]));
    assert_eq!(page.seen(".chip"), [""; 0], "the filters are folded away");
    page.click("#show-filters");
    assert!(!page.seen(".chip").is_empty());
    assert_eq!(page.value(outside), json!([]));
    page.click(".chip[data-value=s390]");
    assert_eq!(page.text("document.querySelector('#show-filters').textContent"), "Filters (1)");
    page.close();
}

#[test]
fn paper_has_the_calls_and_nothing_to_press() {
    let Some(mut page) = Page::open("paper") else { return };
    page.go("?arch=mips");
    page.theme("dark");
    page.paper();
    for selector in [".bar", ".contents", ".own", ".skip", "button", "input"] {
        assert_eq!(page.seen(selector), [""; 0], "{selector}");
    }
    assert_eq!(page.seen(".call").len(), 3, "what the filter shows is printed");
    assert_eq!(page.text("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    page.close();
}

#[test]
fn without_scripts_all_is_there_and_nothing_that_would_need_them() {
    let Some(mut page) = Page::open("scriptless") else { return };
    let all = page.seen(".call").len();
    page.without_scripts();
    page.go("?q=kick&arch=mips");
    assert_eq!(page.seen(".call").len(), all);
    for selector in ["button", "input", "#count", ".nothing"] {
        assert_eq!(page.seen(selector), [""; 0], "{selector}");
    }
    page.close();
}

/// Anything that can be reached by the keyboard has a name, and headings leave no level out.
#[test]
fn it_is_said_to_who_does_not_see_it() {
    let Some(mut page) = Page::open("spoken") else { return };
    let nameless = "[...document.querySelectorAll('a, button, input, svg, section, nav, table')].filter((e) => \
                    !(e.ariaLabel || e.textContent.trim() || e.labels?.length || e.caption || e.getAttribute('aria-labelledby')))\
                    .map((e) => e.outerHTML.slice(0, 200))";
    assert_eq!(page.value(nameless), json!([]));
    let levels = "[...document.querySelectorAll('h1, h2, h3, h4')].map((h) => Number(h.tagName[1]))\
                  .filter((level, i, all) => level > (all[i - 1] ?? 0) + 1)";
    assert_eq!(page.value(levels), json!([]));
    for landmark in ["header", "nav", "main", "[role=search]", "h1"] {
        assert_eq!(page.value(&format!("document.querySelectorAll({landmark:?}).length")), 1, "{landmark}");
    }
    assert_eq!(page.text("document.documentElement.lang"), "en");
    assert_eq!(page.text("document.querySelector('#count').getAttribute('aria-live')"), "polite");
    let small = "[...document.querySelectorAll('button, input, .names a')].filter((e) => e.checkVisibility() \
                 && e.getBoundingClientRect().height < 24).map((e) => e.outerHTML)";
    let stuck = "[...document.querySelectorAll('.scroll')].filter((e) => (e.scrollWidth > e.clientWidth) !== (e.tabIndex === 0)).length";
    for size in [PHONE, DESK] {
        page.size(size);
        page.until(&format!("{stuck} === 0"));
        assert_eq!(page.value(small), json!([]), "WCAG 2.2 AA wants 24 pixels to press");
    }
    for _ in 0..6 {
        page.press("Tab");
        assert_ne!(page.text("getComputedStyle(document.activeElement).outlineStyle"), "none");
    }
    page.close();
}

#[test]
fn pictures_are_kept_for_people() {
    let Some(mut page) = Page::open("pictures") else { return };
    let views = [
        ("top", ""),
        ("call", "#KVM_HC_PPC_MAP_MAGIC_PAGE"),
        ("clock", "#KVM_HC_CLOCK_PAIRING"),
        ("vendor", "#HYPERCALL_FAIL"),
        ("conventions", "#conventions"),
        ("ppc", "#convention-epapr"),
        ("transports", "#transports"),
        ("exit", "#exit-KVM_EXIT_HYPERCALL"),
        ("structures", "#structures"),
        ("errors", "#errors"),
        ("numbers", "#numbers"),
        ("search", "?q=page&arch=x86,ppc"),
    ];
    for (size, kind) in [(DESK, "desk"), (PHONE, "phone")] {
        page.size(size);
        for (name, behind) in views {
            page.go(behind);
            for theme in ["light", "dark"] {
                page.theme(theme);
                page.picture(&format!("{kind}-{theme}-{name}"));
            }
        }
    }
    page.size(DESK);
    page.go("");
    page.print("paper");
    page.close();
}
