//! Rings.

use crate::services::CallRings;
use crate::vendor::{RingDoorbell, RingSetup, RingTeardown};
use hypercall_core::ring::Setup;
use hypercall_core::{Builder, Context, Error};

pub(super) fn offer<Vm: CallRings + 'static>(builder: Builder<Vm>) -> Builder<Vm> {
    builder
        .offer(|vm: &Vm, call: RingSetup, context: &mut Context<'_>| {
            if call.flags != 0 {
                return Err(Error::Invalid);
            }
            vm.set_up_ring(Setup::of(context, call.address.get(), call.order))
        })
        .offer(|vm: &Vm, call: RingTeardown, context: &mut Context<'_>| {
            vm.tear_down_ring(call.address.get(), context.is_through_ring())
        })
        .offer(|vm: &Vm, _: RingDoorbell, _: &mut Context<'_>| {
            vm.ring_doorbell();
            Ok(())
        })
}
