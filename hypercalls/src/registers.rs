//! A register file of any architecture as one value.

use enum_dispatch::enum_dispatch;
use hypercall_arch_ppc::PpcRegisters;
use hypercall_arch_s390::S390Registers;
use hypercall_arch_x86::X86Registers;
use hypercall_core::{Arch, Reg, Registers};

/// What every architecture's register file can do, whichever it is.
#[enum_dispatch]
pub trait RegisterFile {
    /// The full register at `index`.
    fn read(&self, index: usize) -> u64;
    /// Replaces the full register at `index`.
    fn write(&mut self, index: usize, value: u64);
    /// Every register of the file, by index.
    fn all(&self) -> &'static [Reg];
}

macro_rules! register_file {
    ($type:ty, $all:path) => {
        impl RegisterFile for $type {
            fn read(&self, index: usize) -> u64 {
                self.get(index)
            }
            fn write(&mut self, index: usize, value: u64) {
                self.set(index, value);
            }
            fn all(&self) -> &'static [Reg] {
                &$all
            }
        }
    };
}

register_file!(X86Registers, hypercall_arch_x86::registers::ALL);
register_file!(S390Registers, hypercall_arch_s390::registers::ALL);
register_file!(PpcRegisters, hypercall_arch_ppc::registers::ALL);

/// The registers of a vCPU of any architecture that has a backend.
///
/// ```
/// use hypercalls::registers::{AnyRegisters, RegisterFile};
/// use hypercall_core::Arch;
///
/// let names = |arch| AnyRegisters::of(arch).map(|file| file.all()[1].name);
/// assert_eq!(names(Arch::X86), Some("rbx"));
/// assert_eq!(names(Arch::S390), Some("r1"));
/// assert_eq!(names(Arch::Mips), None);
/// ```
#[enum_dispatch(RegisterFile)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyRegisters {
    /// x86.
    X86(X86Registers),
    /// s390.
    S390(S390Registers),
    /// PowerPC.
    Ppc(PpcRegisters),
}

impl AnyRegisters {
    /// A file of an architecture, all zero; `None` for one without a backend.
    pub fn of(arch: Arch) -> Option<AnyRegisters> {
        match arch {
            Arch::X86 => Some(X86Registers::default().into()),
            Arch::S390 => Some(S390Registers::default().into()),
            Arch::Ppc => Some(PpcRegisters::default().into()),
            Arch::Mips => None,
        }
    }
}

impl Registers for AnyRegisters {
    fn get(&self, index: usize) -> u64 {
        self.read(index)
    }
    fn set(&mut self, index: usize, value: u64) {
        self.write(index, value);
    }
}
