//! The project's own calls.

use crate::services::{Memory, Testing, WallClock};
use crate::vendor::{
    Checksum, Defer, ExitVm, Fail, HostTime, Identify, Identity, Mix1, Mix2, Mix3, Mix4, Mix5, Mix6, Mix7,
    Mix8, Mix9, Narrow, Nop, OldNop, Outputs, Panic, RaiseFault, Retry, Signed, Types,
};
use hypercall_core::memory::GuestMemoryExt;
use hypercall_core::{Builder, Context, Error, Fault, Outcome, Output, VmExit};

pub(super) fn offer<Vm>(builder: Builder<Vm>) -> Builder<Vm>
where
    Vm: Memory + WallClock + Testing + 'static,
{
    outcomes(data(typed(mix(builder))))
        .offer(|_: &Vm, _: OldNop, _: &mut Context<'_>| Ok(()))
        .offer(host_time)
}

pub(crate) fn host_time<Vm: WallClock>(vm: &Vm, _: HostTime, _: &mut Context<'_>) -> Result<u64, Error> {
    u64::try_from(vm.now()?.seconds).map_err(|_| Error::Unsupported)
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

fn typed<Vm: 'static>(builder: Builder<Vm>) -> Builder<Vm> {
    builder
        .offer(fail)
        .offer(types)
        .offer(signed)
        .offer(|_: &Vm, call: Narrow, _: &mut Context<'_>| Ok(call.sum()))
}

pub(crate) fn fail<Vm>(_: &Vm, call: Fail, _: &mut Context<'_>) -> Result<(), Error> {
    Err(call.error.into())
}

pub(crate) fn types<Vm>(_: &Vm, call: Types, _: &mut Context<'_>) -> Result<u64, Error> {
    Ok(u64::from(call.count.get()))
}

pub(crate) fn signed<Vm>(_: &Vm, call: Signed, _: &mut Context<'_>) -> Result<u64, Error> {
    Ok(u64::from(call.value.unsigned_abs()))
}

fn data<Vm: Memory + Testing + 'static>(builder: Builder<Vm>) -> Builder<Vm> {
    let arch = builder.arch();
    builder.offer(checksum).offer(move |vm: &Vm, call: Identify, context: &mut Context<'_>| {
        let identity = Identity::new(arch, vm.calls_served());
        Ok(vm.memory().write_value(call.at.0, identity, context.endian())?)
    })
}

/// Reads in pieces: the type bounds their number, and the call path does not allocate.
pub(crate) fn checksum<Vm: Memory>(vm: &Vm, call: Checksum, _: &mut Context<'_>) -> Result<u64, Error> {
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
    builder.offer(retry).offer(defer).offer(raise_fault).offer(exit_vm).offer(panic)
}

pub(crate) fn retry<Vm: Testing>(vm: &Vm, call: Retry, context: &mut Context<'_>) -> Result<Outcome, Error> {
    let first = vm.is_first_execution(context.vcpu(), call.key)?;
    Ok(if first { Outcome::Retry } else { 2_u64.into() })
}

pub(crate) fn defer<Vm: Testing>(vm: &Vm, call: Defer, context: &mut Context<'_>) -> Result<Outcome, Error> {
    vm.complete_elsewhere(context.defer(), call.value);
    Ok(Outcome::Deferred)
}

pub(crate) fn raise_fault<Vm: Testing>(vm: &Vm, _: RaiseFault, _: &mut Context<'_>) -> Result<Fault, Error> {
    vm.fault()
}

pub(crate) fn exit_vm<Vm>(_: &Vm, call: ExitVm, _: &mut Context<'_>) -> Result<VmExit, Error> {
    Ok(VmExit { code: call.code })
}

pub(crate) fn panic<Vm>(_: &Vm, _: Panic, _: &mut Context<'_>) -> Result<(), Error> {
    panic!("the guest asked for a handler that panics")
}
