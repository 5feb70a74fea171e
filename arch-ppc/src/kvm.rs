//! PAPR calls on `/dev/kvm` (64-bit PowerPC Linux, either byte order).
//!
//! | module | what it holds |
//! |---|---|
//! | [`vm`] | `/dev/kvm`, a VM and its memory |
//! | [`vcpu`] | a vCPU with its loop: KVM_EXIT_PAPR_HCALL to the dispatcher and back |
//! | [`interrupt`] | interrupts by registers |
//! | [`bindings`] | ioctl numbers and structs, which `kvm-bindings` does not have for PowerPC |
//!
//! What a guest asks with `sc 1` comes here, unless KVM serves it itself: the old calls for page tables and
//! interrupt controllers, up to [`KvmVm::set_kernel_hcall`]. The kernel's own refusals come before: under
//! KVM-HV a user program's `sc 1` is a program interrupt.
//!
//! ```no_run
//! use hypercall_arch_ppc::kvm::{Kvm, KvmVcpu, KvmVm, bindings::KvmRegs, vcpu::Stop};
//! use hypercall_arch_ppc::{convention, entry, msr};
//! use hypercall_core::memory::GuestMemory;
//! use hypercall_core::{Arch, Dispatcher, interface};
//! use std::sync::Arc;
//!
//! let dispatcher = Dispatcher::<()>::builder(Arch::Ppc)
//!     .entry(entry::EXIT_PAPR_HCALL, &convention::PAPR, &interface::PAPR)
//!     .build()?;
//! let vm = KvmVm::new(&Kvm::open()?, 16 << 20)?;
//! vm.memory().write(0x2000, &[0x44, 0, 0, 0x22])?; // sc 1, big-endian
//! let mut vcpu = KvmVcpu::new(&vm, Arc::new(dispatcher), 0)?;
//! vcpu.set_regs(&KvmRegs { pc: 0x2000, msr: msr::SF, ..KvmRegs::default() })?;
//! let Stop::Exit(code) = vcpu.run(&())? else { panic!("the guest went astray") };
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod bindings;
pub mod error;
pub mod interrupt;
#[allow(unsafe_code)] // every system call is here
mod sys;
pub mod vcpu;
pub mod vm;

pub use error::KvmError;
pub use vcpu::KvmVcpu;
pub use vm::{Kvm, KvmVm};
