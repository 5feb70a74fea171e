//! What a guest sees: values, unknown numbers, widths, privilege.

use crate::machine::*;
use hypercall_core::outcome::Action;
use hypercall_core::prelude::*;
use hypercall_core::{Caller, Fault, Privilege, Trap};

#[test]
fn a_typed_handler_is_called_with_its_arguments_and_its_value_returns() {
    let mut guest = Guest::new(handlers(builder()));
    assert_eq!(guest.result(1, &[40, 2]), 42);
    assert_eq!(guest.result(1, &[0xffff_ffff, 0xffff_ffff]), 0x1_ffff_fffe);
}

#[test]
fn status_value_and_outputs_have_their_own_registers() {
    let mut guest = Guest::new(handlers(builder_two()));
    assert_eq!(guest.result(0x7_0007, &[]), 0);
    assert_eq!(guest.registers[4..7], [1, 2, 3]);
}

#[test]
fn outputs_that_a_call_does_not_have_keep_their_registers() {
    let mut guest = Guest::new(handlers(builder_two()));
    let poison = guest.registers;
    assert_eq!(guest.result(0x7_0001, &[40, 2]), 0);
    assert_eq!(guest.registers[4], 42);
    assert_eq!(guest.registers[5..7], poison[5..7]);
}

#[test]
fn a_convention_that_always_writes_the_value_writes_zero_where_there_is_none() {
    let nothing = |(): &(), _: Act, _: &mut Context<'_>| Ok(());
    let mut guest = Guest::new(builder_two().handle(nothing));
    assert_eq!(guest.result(0x7_0006, &[1]), 0);
    assert_eq!(guest.registers[4], 0);
    assert_eq!(guest.result(0x7_0099, &[]), 12, "EV_UNIMPLEMENTED");
    assert_eq!(guest.registers[4], 0);
}

#[test]
fn a_call_without_a_value_completes_with_zero() {
    let mut guest = Guest::new(builder().handle(|(): &(), _: Act, _: &mut Context<'_>| Ok(())));
    assert_eq!(guest.result(6, &[1]), 0);
}

#[test]
fn unknown_numbers_answer_as_their_interface_says() {
    let mut guest = Guest::new(handlers(builder()));
    // 5 has a definition and no handler; 3 is obsolete, its handler notwithstanding.
    for number in [0, 3, 5, 6, 0x99, 0xffff, 0x1_0000, 0x4856_0000, u64::MAX] {
        assert_eq!(guest.result(number, &[1, 2]), minus(1000), "{number:#x}");
    }
    assert_eq!(guest.total().unknown, 9);
    assert_eq!(guest.total().calls, 9);
}

#[test]
fn high_bits_make_a_number_another_number() {
    let mut guest = Guest::new(handlers(builder()));
    for high in [1 << 16, 1 << 31, 1 << 32, 1 << 63, 0xffff_ffff_0000_0000] {
        assert_eq!(guest.result(high | 1, &[40, 2]), minus(1000), "{high:#x}");
    }
}

#[test]
fn bits_that_the_mode_ignores_do_not_count() {
    let mut guest = Guest::new(handlers(builder()));
    let high = 0xabcd_ef01_0000_0000;
    assert_eq!(guest.result_from(KERNEL_32, high | 1, &[high | 40, high | 2]), 42);
    assert_eq!(guest.result_from(KERNEL_32, high | (1 << 31) | 1, &[40, 2]), 0xffff_fc18, "-1000 in 32 bits");
    // The number of convention two is 32 bits wide in every mode, its arguments are not.
    let mut guest = Guest::new(handlers(builder_two()));
    assert_eq!(guest.result(high | 0x7_0001, &[40, 2]), 0);
    assert_eq!(guest.result(high | 0x7_0001, &[high | 40, 2]), 8, "EV_EINVAL");
}

#[test]
fn in_32_bit_mode_no_high_half_reaches_handler_or_guest() {
    let handler = |(): &(), call: Wide, _: &mut Context<'_>| {
        assert_eq!((call.signed, call.address.0), (-2, 0x1234_5678_9abc_def0));
        Ok(0xffff_ffff_0000_0005_u64)
    };
    let mut guest = Guest::new(builder().handle(handler));
    let high = 0xabcd_ef01_0000_0000;
    let arguments = [high | 0xffff_fffe, high | 0x9abc_def0, high | 0x1234_5678];
    assert_eq!(guest.result_from(KERNEL_32, 8, &arguments), 5);
    assert_eq!(guest.result_from(KERNEL, 8, &[minus(2), 0x1234_5678_9abc_def0]), 0xffff_ffff_0000_0005);
}

#[test]
fn the_answer_itself_is_masked_for_exits_that_carry_it_apart() {
    let outputs = |(): &(), _: Outputs, _: &mut Context<'_>| Ok(Output::value(!0).and(!0).and(!1));
    let mut guest = Guest::new(builder_two().handle(outputs));
    let entry = guest.dispatcher.entry(DOOR).unwrap();
    let trap = Trap { number: 0x7_0007, arguments: [0; 9], caller: KERNEL_32 };
    let action = guest.dispatcher.dispatch(entry, &(), &mut guest.vcpu, &trap);
    let Action::Return(answer) = action else { panic!("{action:?}") };
    assert_eq!((answer.result, answer.value), (0, Some(0xffff_ffff)));
    assert_eq!(answer.extra(), [0xffff_ffff, 0xffff_fffe]);
}

#[test]
fn an_argument_its_type_refuses_never_reaches_the_handler() {
    let handler = |(): &(), _: Add, _: &mut Context<'_>| -> Result<(), Error> { panic!("reached") };
    let mut guest = Guest::new(builder().handle(handler));
    assert_eq!(guest.result(1, &[1 << 32, 0]), minus(22));
    assert_eq!(guest.result(1, &[0, u64::MAX]), minus(22));
    let counts = guest.counts("LAB_ADD");
    assert_eq!((counts.calls, counts.errors, counts.panics), (2, 2, 0));
}

#[test]
fn every_error_of_a_handler_is_said_as_the_interface_says_it() {
    let handler = |(): &(), call: Act, _: &mut Context<'_>| Err::<(), _>(Error::ALL[call.what as usize]);
    // Linux include/uapi/linux/kvm_para.h and asm-generic/errno-base.h; epapr_hcalls.h.
    let kvm = [1000, 1, 22, 14, 95, 7, 2, 5, 11, 12, 19, 16, 5];
    let epapr = [12, 1, 8, 6, 12, 13, 2, 3, 4, 5, 7, 11, 9];
    let mut one = Guest::new(builder().handle(handler));
    let mut two = Guest::new(builder_two().handle(handler));
    for (i, error) in Error::ALL.iter().enumerate() {
        assert_eq!(one.result(6, &[i as u64]), minus(kvm[i]), "{error}");
        assert_eq!(two.result(0x7_0006, &[i as u64]), epapr[i], "{error}");
        assert_eq!(two.registers[4], 0, "no value beside an error");
    }
    assert_eq!((one.total().errors, one.total().panics), (13, 0));
}

#[test]
fn user_programs_are_refused_before_the_number_is_looked_at() {
    let mut guest = Guest::new(handlers(builder()));
    for number in [1, 3, 0x99] {
        assert_eq!(guest.result_from(USER, number, &[1, 2]), minus(1), "{number}");
    }
    let counts = guest.total();
    assert_eq!((counts.user_refused, counts.refused(), counts.unknown, counts.calls), (3, 3, 0, 3));
    let user_32 = Caller { privilege: Privilege::User, ..KERNEL_32 };
    assert_eq!(guest.result_from(user_32, 1, &[1, 2]), 0xffff_ffff);

    let mut guest = Guest::new(handlers(builder_two()));
    let fault = Fault { code: 0xc00, error_code: None };
    assert_eq!(guest.call_from(USER, 0x7_0001, &[1, 2]), Some(Action::Fault(fault)));
}

#[test]
fn user_programs_are_served_where_the_policy_says_so() {
    let handler = |(): &(), _: Act, context: &mut Context<'_>| Ok(u64::from(context.is_user_mode()));
    let mut guest = Guest::new(builder().handle(handler).policy(Policy::default().allow_user_mode()));
    assert_eq!(guest.result_from(USER, 6, &[0]), 1);
    assert_eq!(guest.result_from(KERNEL, 6, &[0]), 0);
    assert_eq!(guest.result_from(USER, 0x99, &[0]), minus(1000));
}

#[test]
fn a_handler_is_told_who_calls() {
    let handler = |(): &(), _: Act, context: &mut Context<'_>| {
        assert_eq!(context.definition().name, "LAB_ACT");
        assert_eq!(context.vcpu(), 7);
        Ok(u64::from(context.endian() == hypercall_core::Endian::Big))
    };
    let mut guest = Guest::new(builder().handle(handler));
    guest.vcpu = guest.dispatcher.vcpu(7);
    assert_eq!(guest.result_from(BIG, 6, &[0]), 1);
    assert_eq!(guest.result_from(KERNEL, 6, &[0]), 0);
}

/// The mode that is served is the mode that counts: on a convention with 64-bit registers only, a caller who
/// says 32 bits has its arguments read and its errors written in 64.
#[test]
fn a_convention_with_one_mode_has_it_for_every_caller() {
    use hypercall_core::convention::{Convention, Mode};
    static MODES: [Mode; 1] = [ONE.modes[0]];
    static SINGLE: Convention = Convention {
        modes: &MODES,
        name: "single",
        title: "",
        arch: Arch::X86,
        numbering: hypercall_core::Numbering::X86,
        instructions: &[],
        clobbers: &[],
        always_writes_value: false,
        user_refused: hypercall_core::encoding::Reply::Value(-1),
        errors: &hypercall_core::encoding::KVM_X86,
        source: "",
    };
    let echo = |(): &(), call: Wide, _: &mut Context<'_>| Ok(call.address.0);
    let builder = Dispatcher::builder(Arch::X86).entry(DOOR, &SINGLE, &LAB).handle(echo);
    let mut guest = Guest::new(builder);
    assert_eq!(guest.result_from(KERNEL_32, 8, &[0, 0x1_2345_6789, 7]), 0x1_2345_6789);
    assert_eq!(guest.result_from(KERNEL_32, 0x99, &[]), minus(1000));
}

#[test]
fn two_interfaces_answer_at_their_own_entry_points() {
    use hypercall_core::interface::XEN;
    const OTHER: EntryPoint = EntryPoint::new("door", 0x49);
    let guest = handlers(builder()).entry(OTHER, &ONE, &XEN).build().unwrap();
    let mut vcpu = guest.vcpu(0);
    for (point, result) in [(DOOR, 42), (OTHER, minus(38))] {
        let mut registers = [0_u64; REGISTERS];
        registers[..3].copy_from_slice(&[1, 40, 2]);
        let entry = guest.entry(point).unwrap();
        assert!(guest.serve(entry, &(), &mut vcpu, &mut registers[..], KERNEL).is_continue());
        assert_eq!(registers[0], result, "{point}");
    }
    assert_eq!(guest.entry(EntryPoint::new("door", 0x50)), None);
    let bound: Vec<_> = guest.entries().map(|(p, c, i)| (p, c.name, i.name)).collect();
    assert_eq!(bound, [(DOOR, "one", "lab"), (OTHER, "one", "xen")]);
}

#[test]
fn the_dispatcher_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    struct NeitherSendNorSync(#[allow(dead_code)] *const u8);
    shared::<Dispatcher<()>>();
    shared::<Dispatcher<NeitherSendNorSync>>();
    shared::<hypercall_core::Vcpu>();
    shared::<hypercall_core::Completion>();
    shared::<hypercall_core::statistics::Statistics>();
}

#[test]
fn what_the_dispatcher_holds_can_be_listed() {
    let guest = handlers(builder()).policy("deny=LAB_ADD".parse().unwrap()).build().unwrap();
    assert_eq!(guest.arch(), Arch::X86);
    assert_eq!(guest.served().map(|d| d.name).collect::<Vec<_>>(), ["LAB_ADD", "LAB_OLD_ADD", "LAB_ORACLE"]);
    assert!(guest.definition_of("LAB_ADD").is_none(), "denied");
    assert_eq!(guest.definition_of("LAB_ORACLE").map(|d| d.number), Some(4));
    assert!(guest.registry().by_name("LAB_BARE").is_some());
    assert_eq!(guest.registry().by_number(Arch::X86, &LAB, 1).map(|d| d.name), Some("LAB_ADD"));
    assert!(guest.registry().by_number(Arch::S390, &LAB, 1).is_none());
    assert!(guest.registry().by_number(Arch::X86, &hypercall_core::interface::KVM, 1).is_none());
    assert_eq!(format!("{guest:?}"), "Dispatcher(x86, 3 calls)");
}
