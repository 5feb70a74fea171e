//! KVM's calls on PowerPC (Linux `arch/powerpc/kvm/powerpc.c`, `kvmppc_kvm_pv`).

use crate::catalogue::kvm::{Features, PpcMapMagicPage};
use crate::services::MagicPages;
use hypercall_core::{Builder, Context, Error};

/// KVM_FEATURE_MAGIC_PAGE is bit 1 (Linux `arch/powerpc/include/uapi/asm/kvm_para.h`).
const FEATURES: u64 = 1 << 1;

pub(super) fn offer<Vm: MagicPages + 'static>(builder: Builder<Vm>) -> Builder<Vm> {
    builder.offer(|_: &Vm, _: Features, _: &mut Context<'_>| Ok(FEATURES)).offer(map_magic_page)
}

fn map_magic_page<Vm: MagicPages>(
    vm: &Vm,
    call: PpcMapMagicPage,
    context: &mut Context<'_>,
) -> Result<u64, Error> {
    let PpcMapMagicPage { physical, effective } = call;
    let features = vm.map(context.vcpu(), physical.address(), effective.address(), effective.flags())?;
    Ok(features.bits())
}
