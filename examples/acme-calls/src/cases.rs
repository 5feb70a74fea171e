//! What ACME's calls must answer, and where: literals, from ACME's manual.

use crate::{ACME, Lamp};
use alloc::sync::Arc;
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};
use hypercall_core::Error;
use hypercall_core::services::Services;
use hypercalls::cases::linked::FirstNumbers;
use hypercalls::cases::{ALL_ARCHS, Case, Expect, Modes, Value};
use hypercalls::link_cases;

const fn case(number: u64, name: &'static str, arguments: &'static [Value], expect: Expect) -> Case {
    Case::new(&ACME, ALL_ARCHS, number, name, arguments, expect, "ACME's manual, section 4")
}

/// Bytes that are the same number in either byte order, since the guest's differs.
const POINT: &[u8] = &[7, 7, 7, 7, 9, 9, 9, 9];

static CASES: [Case; 10] = [
    case(1, "off", &[Value::Is(0)], Expect::Done),
    case(2, "is-off", &[], Expect::Value(0)),
    case(1, "bright", &[Value::Is(100)], Expect::Done),
    case(1, "too-bright", &[Value::Is(101)], Expect::Error(Error::Invalid)),
    case(1, "no-byte", &[Value::Is(0x132)], Expect::Error(Error::Invalid)),
    case(1, "no-word", &[Value::Is(0x1_0000_0032)], Expect::Error(Error::Invalid)).modes(Modes::Wide),
    case(2, "is-bright", &[], Expect::Value(100)),
    case(3, "point", &[Value::Data(0x2000)], Expect::Done)
        .before(&[(0x2000, POINT)])
        .after(&[(0x2000, 0x0909_0909), (0x2004, 0x0707_0707)]),
    case(3, "half-a-point", &[Value::BeforeEnd(4)], Expect::Error(Error::BadAddress)),
    Case::new(&ACME, &[], 4, "next-free", &[], Expect::Error(Error::Unknown), "ACME's manual, section 3"),
];

#[derive(Default)]
struct TestLamp(AtomicU8);

impl Lamp for TestLamp {
    fn set(&self, percent: u8) {
        self.0.store(percent, Relaxed);
    }

    fn percent(&self) -> u8 {
        self.0.load(Relaxed)
    }
}

fn services(of_the_vm: Services) -> Services {
    of_the_vm.with::<dyn Lamp>(Arc::new(TestLamp::default()))
}

link_cases!(
    ACME,
    FirstNumbers { x86: 0x4143_0000, diag500: 0x4143_0000, epapr: 0x1000, papr: 0x7200 },
    &CASES,
    services
);

#[cfg(test)]
mod tests {
    use super::CASES;
    use hypercall_core::Policy;
    use hypercalls::run::{BINDINGS, loopback};

    #[test]
    fn every_case_is_right_over_every_convention() {
        for binding in &BINDINGS {
            let report = loopback::run(binding, 1, Policy::default()).unwrap();
            assert_eq!(report.failed, 0, "{}", report.table());
            let mine = report.calls.iter().filter(|call| call.interface == "acme");
            assert!(mine.count() >= CASES.len(), "{}", report.table());
        }
    }
}
