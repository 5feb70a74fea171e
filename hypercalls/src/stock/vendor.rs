//! The project's own calls.

use crate::services::{Memory, Testing, WallClock};
use crate::vendor::{
    Checksum, Defer, ExitVm, Fail, HostTime, Identify, Identity, Mix1, Mix2, Mix3, Mix4, Mix5, Mix6, Mix7,
    Mix8, Mix9, Narrow, Nop, OldNop, Outputs, Panic, RaiseFault, Retry, Signed, Types,
};
use hypercall_core::memory::GuestMemoryExt;
use hypercall_core::{Builder, Context, Error, Outcome, Output, VmExit};

pub(super) fn offer<Vm>(builder: Builder<Vm>) -> Builder<Vm>
where
    Vm: Memory + WallClock + Testing + 'static,
{
    outcomes(data(types(mix(builder)))).offer(|_: &Vm, _: OldNop, _: &mut Context<'_>| Ok(())).offer(
        |vm: &Vm, _: HostTime, _: &mut Context<'_>| {
            u64::try_from(vm.now()?.seconds).map_err(|_| Error::Unsupported)
        },
    )
}

fn mix<Vm: 'static>(builder: Builder<Vm>) -> Builder<Vm> {
    builder
        .offer(|_: &Vm, _: Nop, _: &mut Context<'_>| Ok(()))
        .offer(|_: &Vm, call: Mix1, _: &mut Context<'_>| Ok(call.sum()))
        .offer(|_: &Vm, call: Mix2, _: &mut Context<'_>| Ok(call.sum()))
        .offer(|_: &Vm, call: Mix3, _: &mut Context<'_>| Ok(call.sum()))
        .offer(|_: &Vm, call: Mix4, _: &mut Context<'_>| Ok(call.sum()))
        .offer(|_: &Vm, call: Mix5, _: &mut Context<'_>| Ok(call.sum()))
        .offer(|_: &Vm, call: Mix6, _: &mut Context<'_>| Ok(call.sum()))
        .offer(|_: &Vm, call: Mix7, _: &mut Context<'_>| Ok(call.sum()))
        .offer(|_: &Vm, call: Mix8, _: &mut Context<'_>| Ok(call.sum()))
        .offer(|_: &Vm, call: Mix9, _: &mut Context<'_>| Ok(call.sum()))
        .offer(|_: &Vm, call: Outputs, _: &mut Context<'_>| {
            let first = Output::value(call.seed);
            Ok((1..=7).fold(first, |output, n| output.and(call.seed.wrapping_add(n))))
        })
}

fn types<Vm: 'static>(builder: Builder<Vm>) -> Builder<Vm> {
    builder
        .offer(|_: &Vm, call: Fail, _: &mut Context<'_>| Err::<(), Error>(call.error.into()))
        .offer(|_: &Vm, call: Types, _: &mut Context<'_>| Ok(u64::from(call.count.get())))
        .offer(|_: &Vm, call: Signed, _: &mut Context<'_>| Ok(u64::from(call.value.unsigned_abs())))
        .offer(|_: &Vm, call: Narrow, _: &mut Context<'_>| Ok(call.sum()))
}

fn data<Vm: Memory + Testing + 'static>(builder: Builder<Vm>) -> Builder<Vm> {
    let arch = builder.arch();
    builder.offer(|vm: &Vm, call: Checksum, _: &mut Context<'_>| checksum(vm, call)).offer(
        move |vm: &Vm, call: Identify, context: &mut Context<'_>| {
            let identity = Identity::new(arch, vm.calls_served());
            Ok(vm.memory().write_value(call.at.0, identity, context.endian())?)
        },
    )
}

/// Reads in pieces: the type bounds their number, and the call path does not allocate.
fn checksum<Vm: Memory>(vm: &Vm, call: Checksum) -> Result<u64, Error> {
    let mut piece = [0; 1024];
    let (mut address, mut left) = (call.data.address(), call.data.length());
    let mut sum = 0;
    while left > 0 {
        let length = left.min(piece.len() as u64);
        let bytes = &mut piece[..length as usize];
        vm.memory().read(address, bytes)?;
        sum += bytes.iter().copied().map(u64::from).sum::<u64>();
        left -= length;
        address += length; // not past the buffer's end, which is not past 2^64 - 1
    }
    Ok(sum)
}

fn outcomes<Vm: Testing + 'static>(builder: Builder<Vm>) -> Builder<Vm> {
    builder
        .offer(|vm: &Vm, call: Retry, context: &mut Context<'_>| {
            let first = vm.is_first_execution(context.vcpu(), call.key)?;
            Ok(if first { Outcome::Retry } else { 2_u64.into() })
        })
        .offer(|vm: &Vm, call: Defer, context: &mut Context<'_>| {
            vm.complete_elsewhere(context.defer(), call.value);
            Ok(Outcome::Deferred)
        })
        .offer(|vm: &Vm, _: RaiseFault, _: &mut Context<'_>| vm.fault())
        .offer(|_: &Vm, call: ExitVm, _: &mut Context<'_>| Ok(VmExit { code: call.code }))
        .offer(|_: &Vm, _: Panic, _: &mut Context<'_>| -> Result<(), Error> {
            panic!("the guest asked for a handler that panics")
        })
}
