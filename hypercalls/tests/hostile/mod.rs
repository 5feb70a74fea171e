//! A call whose author tries to break out of the page. Read by the tests of the page's text and of the page in a
//! browser.

use hypercall_core::definition::{ArgumentInfo, ErrorInfo, Event, EventKind, Feature};
use hypercall_core::{Definition, Error, Hypercall, Registry};
use hypercalls::catalogue::kvm::KickCpu;
use hypercalls::tables::Book;

/// Ends whatever text may stand in, and runs.
pub const TEXT: &str = "</p></td></text></svg></style><!-- ]]> --></script><script>document.title = 'owned'</script>\
     <img src=x onerror=\"document.title = 'owned'\">\" onclick='document.title = `owned`' & `<b>code</b>` javascript:1 \u{0} \u{202e}";

static HOSTILE: Definition = Definition {
    name: TEXT,
    purpose: TEXT,
    arguments: &[ArgumentInfo {
        name: TEXT,
        kind: KickCpu::DEFINITION.arguments[0].kind,
        meaning: TEXT,
        invalid: Error::Invalid,
    }],
    result: TEXT,
    errors: &[ErrorInfo { error: Error::Invalid, reason: TEXT }],
    feature: Some(Feature { name: TEXT, bit: 1 }),
    history: &[Event { kind: EventKind::Introduced, release: TEXT, source: TEXT }],
    ..*KickCpu::DEFINITION
};

/// A book of that call, and the rest as ever.
pub fn book() -> Book {
    let conventions = Book::linked().expect("no two calls collide").conventions;
    Book::new(&Registry::new([&HOSTILE]).expect("one call"), conventions)
}
