//! What is required of a convention, as functions of the convention: [`breaks`](crate::breaks) calls them with
//! wrong ones.

use crate::files::File;
use crate::tables::Table;
use hypercall_core::convention::{Reg, Registers};
use hypercall_core::prelude::*;
use hypercall_core::registry::Registry;
use hypercall_core::{Caller, Convention, call_list};
use std::sync::Mutex;

fn require(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// The convention's constants against the table: each register by its name, and each name at its place in
/// the register file.
pub fn table(convention: &Convention, table: &Table) -> Result<(), String> {
    let bytes: Vec<&[u8]> = convention.instructions.iter().map(|i| i.bytes).collect();
    require(bytes == table.instructions, || format!("instructions {bytes:02x?}"))?;
    let widths: Vec<_> = convention.modes.iter().map(|m| m.width).collect();
    let specified: Vec<_> = table.modes.iter().map(|m| m.width).collect();
    require(widths == specified, || format!("modes {widths:?}"))?;
    named(convention.arch, "clobbers", convention.clobbers, table.clobbers)?;
    require(convention.always_writes_value == table.always_writes_value, || "always_writes_value".into())?;
    for (mode, specified) in convention.modes.iter().zip(table.modes) {
        named(convention.arch, "number", &[mode.number], &[specified.number])?;
        named(convention.arch, "arguments", mode.arguments, specified.arguments)?;
        named(convention.arch, "result", &[mode.result], &[specified.result])?;
        named(convention.arch, "value", &[mode.value], &[specified.value])?;
        named(convention.arch, "outputs", mode.outputs, specified.outputs)?;
        let bits = mode.number_width.bits();
        require(bits == specified.number_bits, || format!("{bits} bits of the number count"))?;
    }
    Ok(())
}

fn named(arch: Arch, role: &str, registers: &[Reg], names: &[&str]) -> Result<(), String> {
    let have: Vec<_> = registers.iter().map(|r| r.name).collect();
    require(have == names, || format!("{role}: {have:?}, specified {names:?}"))?;
    let mut file = File::poison(arch);
    for register in registers {
        let (by_index, by_name) = (file.get(register.index), *file.named(register.name));
        require(by_index == by_name, || format!("{role}: {} is not at its index", register.name))?;
    }
    Ok(())
}

/// Vendor `CV`, block 1, whose numbers stand in the tables as literals.
pub static CV: Interface = Interface::vendor("cv", "the convention tests'", *b"CV");

/// A call whose arguments are all of a convention's registers.
macro_rules! full {
    ($($(#[$attribute:meta])* $name:ident: $($field:ident)*;)*) => {$(
        #[doc = "Takes as many arguments as a convention carries."]
        #[derive(Hypercall)]
        $(#[$attribute])*
        pub struct $name {
            $(/// A whole register.
            pub $field: u64,)*
        }
        impl From<$name> for Vec<u64> {
            fn from(call: $name) -> Vec<u64> {
                vec![$(call.$field),*]
            }
        }
    )*};
}
full! {
    #[hypercall(number = 1, name = "CV_FOUR", interface = CV, arch(x86), status = active)]
    Four: a b c d;
    #[hypercall(number = 1, name = "CV_SIX", interface = CV, arch(x86, s390), status = active)]
    Six: a b c d e f;
    #[hypercall(number = 1, name = "CV_EIGHT", interface = CV, arch(ppc), status = active,
        outputs("1", "2", "3", "4", "5", "6", "7"))]
    Eight: a b c d e f g h;
    #[hypercall(number = 1, name = "CV_NINE", interface = CV, arch(ppc), status = active,
        outputs("1", "2", "3", "4", "5", "6", "7", "8"))]
    Nine: a b c d e f g h i;
}

/// Does as its argument says; see [`properties`](crate::properties).
#[derive(Hypercall)]
#[hypercall(number = 2, name = "CV_ACT", interface = CV, arch(x86, s390, ppc), status = active)]
pub struct Act {
    /// What to do.
    pub what: u16,
}

/// The host: the arguments its handler saw, and what it is to answer.
#[derive(Default)]
pub struct Host {
    pub seen: Mutex<Vec<u64>>,
    pub act: Mutex<Option<Result<Outcome, Error>>>,
}

impl Serves<Act> for Host {
    type Answer = Outcome;

    fn serve(&self, _: Act, context: &mut Context<'_>) -> Result<Outcome, Error> {
        let act = self.act.lock().unwrap().unwrap_or(Err(Error::Internal));
        if act == Ok(Outcome::Deferred) {
            drop(context.defer());
        }
        act
    }
}

call_list! {
    /// What the compiler knows of.
    pub struct Listed for Host { Act }
}

/// How many outputs the convention under test has.
fn answer(outputs: usize) -> Output {
    (1..=outputs as u64).fold(Output::value(0x7a10_0000), |o, i| o.and(0x7a10_0000 + i))
}

pub const DOOR: EntryPoint = EntryPoint::new("door", 0);

/// A dispatcher that serves numbers 1 and 2 over a convention.
pub fn dispatcher(convention: &'static Convention, table: &Table, policy: Policy) -> Dispatcher<Host> {
    let outputs = table.modes[0].outputs.len();
    fn serve<C: Hypercall + Into<Vec<u64>> + 'static>(
        builder: hypercall_core::Builder<Host>,
        outputs: usize,
    ) -> hypercall_core::Builder<Host> {
        builder.handle(move |host: &Host, call: C, _: &mut Context<'_>| {
            *host.seen.lock().unwrap() = call.into();
            Ok(answer(outputs))
        })
    }
    let builder = Dispatcher::builder(convention.arch)
        .registry(Registry::new([]).unwrap())
        .entry(DOOR, convention, &CV)
        .policy(policy)
        .serves_list::<Listed>();
    match table.modes[0].arguments.len() {
        4 => serve::<Four>(builder, outputs),
        6 => serve::<Six>(builder, outputs),
        8 => serve::<Eight>(builder, outputs),
        _ => serve::<Nine>(builder, outputs),
    }
    .build()
    .unwrap()
}

/// A call with every argument and every output. The guest's side, loading and reading registers, goes by the
/// table; the host's side by the convention.
pub fn end_to_end(convention: &'static Convention, table: &Table) -> Result<(), String> {
    let dispatcher = dispatcher(convention, table, Policy::default());
    let entry = dispatcher.entry(DOOR).ok_or("no entry point")?;
    for mode in table.modes {
        let caller = Caller { width: mode.width, ..Caller::X86_64 };
        // What the mode ignores is set, and must not come through.
        let high = if mode.width == Width::Bits32 { 0xface_0000_0000_0000 } else { 0 };
        let above_number = if mode.number_bits == 32 { 0xf00d_0000_0000_0000 } else { 0 };
        let arguments: Vec<u64> = (1..=mode.arguments.len() as u64).map(|i| 0x0a52_0000 + i).collect();

        let mut file = File::poison(convention.arch);
        for (name, value) in mode.arguments.iter().zip(&arguments) {
            *file.named(name) = high | value;
        }
        *file.named(mode.number) = above_number | table.wire[0];
        let mut expected = file;
        for (i, name) in mode.outputs.iter().enumerate() {
            *expected.named(name) = 0x7a10_0001 + i as u64;
        }
        if mode.result != mode.value {
            *expected.named(mode.result) = 0;
        }
        *expected.named(mode.value) = 0x7a10_0000;

        let host = Host::default();
        let action = file.serve(&dispatcher, entry, &host, &mut dispatcher.vcpu(0), caller);
        require(action.is_continue(), || format!("{:?}: {action:?}", mode.width))?;
        let seen = host.seen.into_inner().unwrap();
        require(seen == arguments, || format!("{:?}: the handler saw {seen:x?}", mode.width))?;
        for name in File::names(convention.arch) {
            let (is, should) = (*file.named(&name), *expected.named(&name));
            require(is == should, || format!("{:?}: {name} is {is:#x}, not {should:#x}", mode.width))?;
        }
    }
    Ok(())
}
