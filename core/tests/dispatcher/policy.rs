//! Which calls a guest may make, and what it can find out about the others.

use crate::machine::*;
use hypercall_core::policy::PolicyError;
use hypercall_core::{BuildError, Policy};

fn under(policy: &str) -> Guest {
    let policy: Policy = policy.parse().expect(policy);
    Guest::new(handlers(builder()).policy(policy))
}

/// Which of LAB_ADD (active), LAB_OLD_ADD (deprecated), LAB_GONE (obsolete) and LAB_ORACLE (trusts the host)
/// are served.
fn served(policy: &str) -> [bool; 4] {
    let mut guest = under(policy);
    [1, 2, 3, 4].map(|number| guest.result(number, &[1, 2]) != minus(1000))
}

#[test]
fn presets_and_rules_decide_what_is_served() {
    let cases = [
        ("default", [true, true, false, true]),
        ("strict", [false, false, false, false]),
        ("confidential", [true, false, false, false]),
        // By name, number, interface and status; the last rule that matches decides.
        ("deny=LAB_ADD", [false, true, false, true]),
        ("default,deny=lab:1", [false, true, false, true]),
        ("deny=lab:0x4", [true, true, false, false]),
        ("deny=lab:*", [false, false, false, false]),
        ("deny=lab:*,allow=LAB_ADD", [true, false, false, false]),
        ("allow=LAB_ADD,deny=lab:*", [false, false, false, false]),
        ("deny=deprecated", [true, false, false, true]),
        ("deny=active", [false, true, false, false]),
        ("allow=obsolete,allow=LAB_GONE", [true, true, false, true]),
        // What strict lists as a group leaves deprecated calls out; named, they are meant.
        ("strict,allow=active", [true, false, false, true]),
        ("strict,allow=deprecated", [false, false, false, false]),
        ("strict,allow=lab:*", [true, false, false, true]),
        ("strict,allow=LAB_OLD_ADD", [false, true, false, false]),
        ("strict,allow=lab:2", [false, true, false, false]),
        ("strict,allow=active,deny=LAB_ORACLE", [true, false, false, false]),
        ("confidential,allow=LAB_ORACLE", [true, false, false, true]),
        ("confidential,allow=lab:2,deny=LAB_ADD", [false, true, false, false]),
    ];
    for (policy, expected) in cases {
        assert_eq!(served(policy), expected, "{policy}");
    }
}

#[test]
fn a_denied_call_answers_as_an_unknown_one_does() {
    let mut guest = under("deny=LAB_ADD");
    let denied = guest.result(1, &[40, 2]);
    assert_eq!(denied, guest.result(0x99, &[40, 2]));
    assert_eq!(denied, guest.result(1, &[u64::MAX, 2]), "arguments are not looked at");
    assert_eq!(denied, minus(1000));
}

#[test]
fn denied_and_unknown_calls_are_counted_apart() {
    let mut guest = under("deny=LAB_ADD");
    guest.call(1, &[40, 2]);
    guest.call(1, &[40, 2]);
    guest.call(0x99, &[]);
    let (total, of_add) = (guest.total(), guest.counts("LAB_ADD"));
    assert_eq!((total.denied, total.unknown, total.calls, total.errors), (2, 1, 3, 0));
    assert_eq!((of_add.denied, of_add.calls, of_add.refused()), (2, 2, 2));
    assert_eq!(guest.vcpu.statistics().of(None).unknown, 1);
}

#[cfg(feature = "std")]
#[test]
fn a_deprecated_call_is_served_and_reported_once_for_each_vm() {
    use crate::trace::Log;
    for _vm in 0..2 {
        let mut guest = under("default");
        let mut other = guest.dispatcher.vcpu(1);
        let log = Log::default();
        log.watch(|| {
            for round in 0..10 {
                assert_eq!(guest.result(2, &[round]), round + 1);
            }
            core::mem::swap(&mut guest.vcpu, &mut other);
            assert_eq!(guest.result(2, &[1]), 2);
            assert_eq!(guest.result(1, &[1, 1]), 2);
        });
        assert_eq!(log.warnings().len(), 1, "{:?}", log.warnings());
        assert!(log.warnings()[0].contains("LAB_OLD_ADD") && log.warnings()[0].contains("deprecated"));
    }
}

#[cfg(feature = "std")]
#[test]
fn denied_unknown_and_refused_calls_write_no_log_line_an_operator_must_read() {
    let log = crate::trace::Log::default();
    let mut guest = under("deny=LAB_ADD,deny=deprecated");
    log.watch(|| {
        for number in [1, 2, 3, 0x99] {
            guest.call(number, &[1, 2]);
            guest.call_from(USER, number, &[1, 2]);
        }
    });
    assert!(log.warnings().is_empty(), "{:?}", log.warnings());
}

#[test]
fn the_text_of_a_policy_is_what_its_methods_say() {
    let parsed: Policy = "confidential,allow=LAB_ADD,deny=lab:0x4,deny=deprecated,user-mode".parse().unwrap();
    let built = Policy::confidential()
        .allow("LAB_ADD".parse().unwrap())
        .deny("lab:4".parse().unwrap())
        .deny("deprecated".parse().unwrap())
        .allow_user_mode();
    assert_eq!(parsed, built);
    assert_eq!("user-mode".parse(), Ok(Policy::default().allow_user_mode()));
    assert_eq!("default".parse(), Ok(Policy::default()));
}

#[test]
fn text_that_is_no_policy_is_refused_with_the_word_that_is_wrong() {
    let word = |text: &str| PolicyError::Word(text.to_string());
    assert_eq!("strikt".parse::<Policy>(), Err(word("strikt")));
    assert_eq!("".parse::<Policy>(), Err(word("")));
    assert_eq!("default,".parse::<Policy>(), Err(word("")));
    assert_eq!("permit=LAB_ADD".parse::<Policy>(), Err(word("permit=LAB_ADD")));
    assert_eq!("user-mode=yes".parse::<Policy>(), Err(word("user-mode=yes")));
    assert_eq!("default,strict".parse::<Policy>(), Err(word("strict")));
    for number in ["lab:x", "lab:0x", "lab:", "lab:-1", "lab:99999999999999999999"] {
        let wrong = Err(PolicyError::Number(number.to_string()));
        assert_eq!(format!("deny={number}").parse::<Policy>(), wrong);
    }
}

#[test]
fn a_rule_about_no_call_is_an_error_that_suggests_the_nearest_name() {
    let build = |policy: &str| handlers(builder()).policy(policy.parse().unwrap()).build().map(|_| ());
    let unknown = |call: &str, nearest| {
        Err(BuildError::Policy(PolicyError::UnknownCall { call: call.to_string(), nearest }))
    };
    assert_eq!(build("deny=LAB_AD"), unknown("LAB_AD", Some("LAB_ADD")));
    assert_eq!(build("deny=lab_orakle"), unknown("lab_orakle", Some("LAB_ORACLE")));
    assert_eq!(build("allow=SOMETHING_ELSE"), unknown("SOMETHING_ELSE", None));
    assert_eq!(build("allow=lab:99"), unknown("lab:99", None));
    assert_eq!(build("allow=lap:*"), unknown("lap:*", None));
    let text = build("deny=LAB_AD").unwrap_err().to_string();
    assert_eq!(text, "the policy names LAB_AD, which is no call; did you mean LAB_ADD?");
    // A call without a handler is a call.
    assert_eq!(build("deny=LAB_BARE"), Ok(()));
}
