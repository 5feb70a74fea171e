//! KVM's calls on x86 (Linux `arch/x86/kvm/x86.c`, `kvm_emulate_hypercall`).

use crate::catalogue::kvm::{
    ClockPairing, ClockPairingData, ClockType, KickCpu, MapGpaRange, SchedYield, SendIpi, VapicPollIrq,
};
use crate::services::{GpaRange, GpaRanges, Interrupts, Memory, PairedClock, Pairing};
use hypercall_core::memory::GuestMemoryExt;
use hypercall_core::{Builder, Context, Error};

pub(super) fn offer<Vm>(builder: Builder<Vm>) -> Builder<Vm>
where
    Vm: Interrupts + PairedClock + GpaRanges + Memory + 'static,
{
    builder
        .offer(vapic_poll_irq)
        .offer(kick_cpu)
        .offer(clock_pairing)
        .offer(send_ipi)
        .offer(sched_yield)
        .offer(map_gpa_range)
}

fn vapic_poll_irq<Vm: Interrupts>(vm: &Vm, _: VapicPollIrq, context: &mut Context<'_>) -> Result<u64, Error> {
    vm.poll(context.vcpu());
    Ok(0)
}

fn kick_cpu<Vm: Interrupts>(vm: &Vm, call: KickCpu, context: &mut Context<'_>) -> Result<u64, Error> {
    let id = call.apic_id.0;
    vm.kick(context.vcpu(), id);
    // Linux yields by the whole register; a guest cannot see the difference.
    vm.yield_to(context.vcpu(), u64::from(id));
    Ok(0)
}

fn sched_yield<Vm: Interrupts>(vm: &Vm, call: SchedYield, context: &mut Context<'_>) -> Result<u64, Error> {
    vm.yield_to(context.vcpu(), call.apic_id);
    Ok(0)
}

/// As `kvm_pv_send_ipi` in `arch/x86/kvm/lapic.c`: each bitmap has a start of its own, of 32 bits, and an id
/// past 2^32 - 1 names nobody. At most 128 rounds.
fn send_ipi<Vm: Interrupts>(vm: &Vm, call: SendIpi, context: &mut Context<'_>) -> Result<u64, Error> {
    let cluster = context.width().bits();
    let low_start = call.lowest.0;
    let high_start = low_start.wrapping_add(cluster);
    let mut targets = call.targets.0;
    let mut accepted = 0;
    while targets != 0 {
        let bit = targets.trailing_zeros();
        targets &= targets - 1;
        let id = match bit.checked_sub(cluster) {
            None => low_start.checked_add(bit),
            Some(bit) => high_start.checked_add(bit),
        };
        if id.is_some_and(|id| vm.send_ipi(context.vcpu(), id, call.icr)) {
            accepted += 1;
        }
    }
    Ok(accepted)
}

fn clock_pairing<Vm: PairedClock + Memory>(
    vm: &Vm,
    call: ClockPairing,
    context: &mut Context<'_>,
) -> Result<u64, Error> {
    let ClockType::WallClock = call.clock;
    let Pairing { time, tsc } = vm.pairing(context.vcpu())?;
    let data =
        ClockPairingData { sec: time.seconds, nsec: i64::from(time.nanoseconds), tsc, flags: 0, pad: [0; 9] };
    vm.memory().write_value(call.address.0, data, context.endian())?;
    Ok(0)
}

fn map_gpa_range<Vm: GpaRanges>(vm: &Vm, call: MapGpaRange, context: &mut Context<'_>) -> Result<u64, Error> {
    let range = GpaRange::new(call.gpa, call.pages).ok_or(Error::Invalid)?;
    if !vm.is_memory(range) {
        return Err(Error::Invalid);
    }
    vm.convert(context.vcpu(), range, call.attributes)?;
    Ok(0)
}
