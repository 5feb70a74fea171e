//! KVM_EXIT_XEN: every `vmcall` and `vmmcall` of a VM, whatever its number, in user space.
//!
//! The exit is made for Xen's hypercalls and carries what those need: RAX, six parameters in Xen's registers,
//! mode and privilege level. Nothing in it tells whose call it is, so a VM binds
//! [`entry::EXIT_XEN`](crate::entry::EXIT_XEN) to the one convention and interface of its guests: Xen's, KVM's,
//! that of 2007 or a vendor's. As those have parameters in registers that the exit does not carry (RBX and RCX in
//! 64-bit mode), calls are read from the vCPU's registers, and only mode and privilege from the exit.
//!
//! KVM puts what it finds as the exit's result into RAX whole, in 32-bit mode too (Linux
//! `arch/x86/kvm/xen.c`, `kvm_xen_hypercall_complete_userspace`): what is put there is masked here.
//!
//! With this, KVM serves none of its own calls in the VM any more, and its CPUID features of calls are none.
//! Three kinds of calls do not come: those with bit 31 of EAX set where the VM has Hyper-V's hypercalls enabled, Xen's
//! own that the VMM has told KVM to serve, and number 29 with 0 or 3 as Xen's first parameter (RDI; EBX outside 64-bit
//! mode), SCHEDOP_yield and SCHEDOP_poll, which KVM answers with 0 whatever the VM's convention is (Linux
//! `arch/x86/kvm/xen.c`, `kvm_xen_hcall_sched_op`).

use super::error::KvmError;
use super::xen::request;
use crate::xen::{KvmXenHvmConfig, MSR};
use hypercall_core::{Caller, Endian, Privilege, Width};
use kvm_bindings::{KVM_CAP_XEN_HVM, KVM_EXIT_XEN_HCALL, KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL, kvm_run};
use kvm_ioctls::VmFd;
use vmm_sys_util::ioctl::ioctl_with_ref;

/// Has KVM hand every `vmcall` and `vmmcall` of the VM to user space.
///
/// # Errors
/// [`KvmError::Missing`] where KVM cannot: kernels before 5.12, or without CONFIG_KVM_XEN;
/// [`KvmError::Ioctl`] when it refuses.
pub fn enable(vm: &VmFd) -> Result<(), KvmError> {
    let can = vm.check_extension_raw(KVM_CAP_XEN_HVM.into());
    if can & KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL as i32 == 0 {
        let purpose = "every vmcall in user space (KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL)";
        return Err(KvmError::Missing { name: "KVM_CAP_XEN_HVM", number: KVM_CAP_XEN_HVM.into(), purpose });
    }
    let config = configuration();
    // SAFETY: the descriptor is a VM's, and KVM_XEN_HVM_CONFIG reads the 56 bytes of `config` only, which
    // names no blob.
    match unsafe { ioctl_with_ref(vm, request::KVM_XEN_HVM_CONFIG(), &config) } {
        0 => Ok(()),
        _ => Err(KvmError::ioctl_with(
            "KVM_XEN_HVM_CONFIG",
            "the VM has another Xen configuration; a hypercall page of the VMM's does not go with this",
        )(kvm_ioctls::Error::last())),
    }
}

/// KVM intercepts nothing while no MSR is named.
fn configuration() -> KvmXenHvmConfig {
    KvmXenHvmConfig { flags: KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL, msr: MSR, ..Default::default() }
}

/// Who made the call of a KVM_EXIT_XEN; `None` for one that is no hypercall.
pub(super) fn caller(run: &kvm_run) -> Option<Caller> {
    // SAFETY: `kvm_run` is memory of KVM's, all of it initialised, and this member holds plain integers, for which any
    // bits do: an exit of another reason, which no `Call` of this kind is made of, would be nonsense and nothing worse.
    let xen = unsafe { run.__bindgen_anon_1.xen };
    if xen.type_ != KVM_EXIT_XEN_HCALL {
        return None;
    }
    // SAFETY: as above; the type says that it is this member that KVM wrote.
    let call = unsafe { xen.u.hcall };
    Some(Caller {
        width: if call.longmode != 0 { Width::Bits64 } else { Width::Bits32 },
        privilege: if call.cpl == 0 { Privilege::Supervisor } else { Privilege::User },
        endian: Endian::Little,
    })
}

/// Answers the call: what RAX will be when KVM_RUN completes it.
pub(super) fn answer(run: &mut kvm_run, result: u64) {
    run.__bindgen_anon_1.xen.u.hcall.result = result;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `KVM_EXIT_XEN` has it in Linux `Documentation/virt/kvm/api.rst`, at offset 32 of `kvm_run`: type,
    /// longmode, cpl, input, result, six parameters.
    fn run_of(longmode: u32, cpl: u32) -> kvm_run {
        let mut run = kvm_run::default();
        run.__bindgen_anon_1.xen.type_ = 1;
        run.__bindgen_anon_1.xen.u.hcall.longmode = longmode;
        run.__bindgen_anon_1.xen.u.hcall.cpl = cpl;
        run
    }

    #[test]
    fn mode_and_privilege_are_the_exits() {
        for (longmode, cpl, width, privilege) in [
            (1, 0, Width::Bits64, Privilege::Supervisor),
            (1, 3, Width::Bits64, Privilege::User),
            (0, 0, Width::Bits32, Privilege::Supervisor),
            (0, 1, Width::Bits32, Privilege::User),
            (0, 3, Width::Bits32, Privilege::User),
        ] {
            let caller = caller(&run_of(longmode, cpl)).unwrap();
            assert_eq!((caller.width, caller.privilege), (width, privilege));
        }
    }

    #[test]
    fn an_exit_of_another_type_is_no_call() {
        let mut run = run_of(1, 0);
        run.__bindgen_anon_1.xen.type_ = 2;
        assert_eq!(caller(&run), None);
    }

    /// Bytes of the exit union: 4 type, 4 padding, 4 longmode, 4 cpl, 8 input, and 8 result at 24.
    #[test]
    fn the_result_is_where_kvm_looks_for_it() {
        let mut run = run_of(1, 0);
        answer(&mut run, 0x1122_3344_5566_7788);
        // SAFETY: any member may be read as bytes of the union, all of which were initialised.
        let bytes = unsafe { run.__bindgen_anon_1.padding };
        let result: Vec<u8> = bytes[24..32].iter().map(|b| *b as u8).collect();
        assert_eq!(result, 0x1122_3344_5566_7788_u64.to_le_bytes());
    }

    #[test]
    fn the_configuration_intercepts_and_brings_no_page() {
        let config = configuration();
        assert_eq!((config.flags, config.msr), (2, 0x4000_0000));
        assert_eq!((config.blob_addr_32, config.blob_addr_64), (0, 0));
        assert_eq!((config.blob_size_32, config.blob_size_64, config.pad2), (0, 0, [0; 30]));
    }
}
