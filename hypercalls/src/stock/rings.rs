//! Rings.

use crate::services::CallRings;
use crate::vendor::{RingDoorbell, RingSetup, RingTeardown};
use hypercall_core::ring::{Setup, Teardown};
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
            vm.tear_down_ring(Teardown::of(context, call.address.get()))
        })
        .offer(|vm: &Vm, _: RingDoorbell, context: &mut Context<'_>| {
            // Whoever serves a ring is awake; and a VMM that drains at the doorbell must not do so from within.
            if !context.is_through_ring() {
                vm.ring_doorbell();
            }
            Ok(())
        })
}
