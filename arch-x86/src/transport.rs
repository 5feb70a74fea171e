//! How calls reach what serves them on x86, as data. [`entry`] has the entry points of the same names.

use crate::convention::{ALL as EVERY, KVM};
use crate::entry;
use crate::header_2_6_21::run::MmioExit;
use bytemuck::{Pod, Zeroable};
use hypercall_core::shared::Shared as _;
use hypercall_core::transport::{Exit, Need, Transport};
use hypercall_core::{Arch, Shared};

/// The payload of KVM_EXIT_IO.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_run.io", size = 16, source = "Linux include/uapi/linux/kvm.h")]
pub struct IoExit {
    /// KVM_EXIT_IO_IN 0 or KVM_EXIT_IO_OUT 1; a doorbell is an `out`.
    #[shared(offset = 0)]
    pub direction: u8,
    /// Bytes of an element; 1 for a doorbell.
    #[shared(offset = 1)]
    pub size: u8,
    /// The port.
    #[shared(offset = 2)]
    pub port: u16,
    /// Elements; 1 for a doorbell.
    #[shared(offset = 4)]
    pub count: u32,
    /// Where in `struct kvm_run` the data is; a doorbell's means nothing.
    #[shared(offset = 8)]
    pub data_offset: u64,
}

/// The payload of KVM_EXIT_HYPERCALL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_run.hypercall", size = 72, source = "Linux include/uapi/linux/kvm.h")]
pub struct HypercallExit {
    /// RAX at the call: 12.
    #[shared(offset = 0)]
    pub nr: u64,
    /// The call's arguments; those past its last mean nothing.
    #[shared(offset = 8)]
    pub args: [u64; 6],
    /// Written by the VMM: RAX after the call.
    #[shared(offset = 56)]
    pub ret: u64,
    /// Bit 0: the vCPU is in 64-bit mode.
    #[shared(offset = 64)]
    pub flags: u64,
}

/// The payload of KVM_EXIT_XEN of type KVM_EXIT_XEN_HCALL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_run.xen", size = 80, source = "Linux include/uapi/linux/kvm.h")]
pub struct XenExit {
    /// KVM_EXIT_XEN_HCALL, 1.
    #[shared(offset = 0)]
    pub kind: u32,
    /// Nothing.
    #[shared(offset = 4)]
    pub pad: u32,
    /// 1 for a vCPU in 64-bit mode.
    #[shared(offset = 8)]
    pub longmode: u32,
    /// The caller's privilege level.
    #[shared(offset = 12)]
    pub cpl: u32,
    /// RAX at the call.
    #[shared(offset = 16)]
    pub input: u64,
    /// Written by the VMM: RAX after the call, whole in 32-bit mode too.
    #[shared(offset = 24)]
    pub result: u64,
    /// The six argument registers of Xen's convention.
    #[shared(offset = 32)]
    pub params: [u64; 6],
}

/// The payload of KVM_EXIT_X86_RDMSR and KVM_EXIT_X86_WRMSR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_run.msr", size = 24, source = "Linux include/uapi/linux/kvm.h")]
pub struct MsrExit {
    /// Written by the VMM: 1 has the guest take #GP.
    #[shared(offset = 0)]
    pub error: u8,
    /// Nothing.
    #[shared(offset = 1)]
    pub pad: [u8; 7],
    /// KVM_MSR_EXIT_REASON_*: why KVM did not serve it.
    #[shared(offset = 8)]
    pub reason: u32,
    /// The register.
    #[shared(offset = 12)]
    pub index: u32,
    /// What is written, or by the VMM what is read.
    #[shared(offset = 16)]
    pub data: u64,
}

const EXIT_IO: Exit = Exit { name: "KVM_EXIT_IO", reason: 2, payload: IoExit::LAYOUT };
const EXIT_HYPERCALL: Exit = Exit { name: "KVM_EXIT_HYPERCALL", reason: 3, payload: HypercallExit::LAYOUT };
const EXIT_MMIO: Exit = Exit { name: "KVM_EXIT_MMIO", reason: 6, payload: MmioExit::LAYOUT };
const EXIT_WRMSR: Exit = Exit { name: "KVM_EXIT_X86_WRMSR", reason: 30, payload: MsrExit::LAYOUT };
const EXIT_XEN: Exit = Exit { name: "KVM_EXIT_XEN", reason: 34, payload: XenExit::LAYOUT };

/// With it a call is one ioctl.
const SYNC_REGS: Need = Need {
    capability: "KVM_CAP_SYNC_REGS",
    number: 74,
    how: "REGS and SREGS in kvm_valid_regs; without it three more ioctls a call",
};
const REGISTERS: &str = "every call, with all registers";
const SOURCE: &str = "Linux Documentation/virt/kvm/api.rst";

/// What KVM serves itself.
pub static KERNEL: Transport = Transport {
    name: "kernel",
    arch: Arch::X86,
    guest: "vmcall or vmmcall",
    exit: None,
    needs: &[],
    conventions: &[&KVM],
    carries: "numbers 1, 5, 9, 10 and 11, which KVM serves itself; it answers others, and those whose feature \
              is off, as unknown",
    source: "Linux arch/x86/kvm/x86.c, kvm_emulate_hypercall",
};

/// [`entry::EXIT_HYPERCALL`].
pub static HYPERCALL: Transport = Transport {
    name: entry::EXIT_HYPERCALL.transport,
    arch: Arch::X86,
    guest: "vmcall or vmmcall",
    exit: Some(&EXIT_HYPERCALL),
    needs: &[Need {
        capability: "KVM_CAP_EXIT_HYPERCALL",
        number: 201,
        how: "enabled on the VM with the mask 1 << 12",
    }],
    conventions: &[&KVM],
    carries: "number 12 and its arguments",
    source: SOURCE,
};

/// [`entry::EXIT_XEN`].
pub static XEN: Transport = Transport {
    name: entry::EXIT_XEN.transport,
    arch: Arch::X86,
    guest: "vmcall or vmmcall",
    exit: Some(&EXIT_XEN),
    needs: &[
        Need {
            capability: "KVM_CAP_XEN_HVM",
            number: 38,
            how: "KVM_XEN_HVM_CONFIG with KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL and an MSR that is not 0",
        },
        SYNC_REGS,
    ],
    conventions: &EVERY,
    carries: "every call; the number, mode, privilege and Xen's six arguments in the exit, the rest with the \
              registers",
    source: SOURCE,
};

/// [`entry::port`].
pub static PORT: Transport = Transport {
    name: entry::PIO,
    arch: Arch::X86,
    guest: "out imm8, al to the doorbell's port, not 0x7e",
    exit: Some(&EXIT_IO),
    needs: &[SYNC_REGS],
    conventions: &EVERY,
    carries: REGISTERS,
    source: SOURCE,
};

/// [`entry::mmio`].
pub static MMIO: Transport = Transport {
    name: entry::MMIO,
    arch: Arch::X86,
    guest: "mov [doorbell], al to a guest-physical address without memory",
    exit: Some(&EXIT_MMIO),
    needs: &[SYNC_REGS],
    conventions: &EVERY,
    carries: REGISTERS,
    source: SOURCE,
};

/// MSRs that the VMM serves: guests register pages by them, and make no call.
pub static MSR: Transport = Transport {
    name: "msr",
    arch: Arch::X86,
    guest: "wrmsr",
    exit: Some(&EXIT_WRMSR),
    needs: &[
        Need {
            capability: "KVM_CAP_X86_USER_SPACE_MSR",
            number: 188,
            how: "enabled on the VM with KVM_MSR_EXIT_REASON_UNKNOWN, and KVM_MSR_EXIT_REASON_FILTER for \
                  MSRs of KVM's own",
        },
        Need { capability: "KVM_CAP_X86_MSR_FILTER", number: 189, how: "for MSRs of KVM's own" },
    ],
    conventions: &[],
    carries: "no call: the MSR's value, with which a guest registers a page",
    source: SOURCE,
};

/// Calls in memory, without an exit.
pub static RING: Transport = Transport::ring(Arch::X86, &EVERY);

/// Every x86 transport, in the order the tables print them.
pub static ALL: [&Transport; 7] = [&KERNEL, &HYPERCALL, &XEN, &PORT, &MMIO, &MSR, &RING];

#[cfg(all(test, feature = "kvm", target_arch = "x86_64", target_os = "linux"))]
mod tests {
    use super::*;
    use core::mem::{offset_of, size_of};
    use kvm_bindings as kvm;

    /// The exits of the kernel's header, as `bindgen` read it.
    #[test]
    fn exits_are_those_of_linux() {
        let reasons: Vec<_> =
            ALL.iter().filter_map(|t| t.exit).map(|exit| (exit.name, exit.reason)).collect();
        assert_eq!(
            reasons,
            [
                ("KVM_EXIT_HYPERCALL", kvm::KVM_EXIT_HYPERCALL),
                ("KVM_EXIT_XEN", kvm::KVM_EXIT_XEN),
                ("KVM_EXIT_IO", kvm::KVM_EXIT_IO),
                ("KVM_EXIT_MMIO", kvm::KVM_EXIT_MMIO),
                ("KVM_EXIT_X86_WRMSR", kvm::KVM_EXIT_X86_WRMSR),
            ]
        );
        let needs: Vec<_> =
            ALL.iter().flat_map(|t| t.needs).map(|need| (need.capability, need.number)).collect();
        for need in needs {
            assert!(
                [
                    ("KVM_CAP_EXIT_HYPERCALL", kvm::KVM_CAP_EXIT_HYPERCALL),
                    ("KVM_CAP_XEN_HVM", kvm::KVM_CAP_XEN_HVM),
                    ("KVM_CAP_SYNC_REGS", kvm::KVM_CAP_SYNC_REGS),
                    ("KVM_CAP_X86_USER_SPACE_MSR", kvm::KVM_CAP_X86_USER_SPACE_MSR),
                    ("KVM_CAP_X86_MSR_FILTER", kvm::KVM_CAP_X86_MSR_FILTER),
                ]
                .contains(&need),
                "{need:?}"
            );
        }
    }

    #[test]
    fn payloads_are_those_of_linux() {
        type Io = kvm::kvm_run__bindgen_ty_1__bindgen_ty_4;
        type Mmio = kvm::kvm_run__bindgen_ty_1__bindgen_ty_6;
        type Hypercall = kvm::kvm_run__bindgen_ty_1__bindgen_ty_8;
        type Msr = kvm::kvm_run__bindgen_ty_1__bindgen_ty_23;
        type Xen = kvm::kvm_xen_exit;
        type Call = kvm::kvm_xen_exit__bindgen_ty_1__bindgen_ty_1;
        let u = offset_of!(Xen, u);
        for (exit, size, offsets) in [
            (
                &EXIT_IO,
                size_of::<Io>(),
                vec![
                    offset_of!(Io, direction),
                    offset_of!(Io, size),
                    offset_of!(Io, port),
                    offset_of!(Io, count),
                    offset_of!(Io, data_offset),
                ],
            ),
            (
                &EXIT_MMIO,
                size_of::<Mmio>(),
                vec![
                    offset_of!(Mmio, phys_addr),
                    offset_of!(Mmio, data),
                    offset_of!(Mmio, len),
                    offset_of!(Mmio, is_write),
                    offset_of!(Mmio, is_write) + 1,
                ],
            ),
            (
                &EXIT_HYPERCALL,
                size_of::<Hypercall>(),
                vec![
                    offset_of!(Hypercall, nr),
                    offset_of!(Hypercall, args),
                    offset_of!(Hypercall, ret),
                    offset_of!(Hypercall, __bindgen_anon_1),
                ],
            ),
            (
                &EXIT_WRMSR,
                size_of::<Msr>(),
                vec![
                    offset_of!(Msr, error),
                    offset_of!(Msr, pad),
                    offset_of!(Msr, reason),
                    offset_of!(Msr, index),
                    offset_of!(Msr, data),
                ],
            ),
            (
                &EXIT_XEN,
                u + size_of::<Call>(),
                vec![
                    offset_of!(Xen, type_),
                    4,
                    u + offset_of!(Call, longmode),
                    u + offset_of!(Call, cpl),
                    u + offset_of!(Call, input),
                    u + offset_of!(Call, result),
                    u + offset_of!(Call, params),
                ],
            ),
        ] {
            let found: Vec<_> = exit.payload.fields.iter().map(|f| f.offset).collect();
            assert_eq!((exit.payload.size, found), (size, offsets), "{}", exit.name);
        }
    }
}
