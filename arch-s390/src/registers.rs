//! The general registers of an s390 vCPU.

use bytemuck::{Pod, Zeroable};
use hypercall_core::convention::{Convention, Reg, Registers};

/// How many general registers there are.
pub const COUNT: usize = 16;

/// General registers 0 to 15.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct S390Registers {
    /// The registers by number.
    pub r: [u64; COUNT],
}

/// Every register of the file, by index.
pub const ALL: [Reg; COUNT] = [
    Reg::new("r0", 0),
    Reg::new("r1", 1),
    Reg::new("r2", 2),
    Reg::new("r3", 3),
    Reg::new("r4", 4),
    Reg::new("r5", 5),
    Reg::new("r6", 6),
    Reg::new("r7", 7),
    Reg::new("r8", 8),
    Reg::new("r9", 9),
    Reg::new("r10", 10),
    Reg::new("r11", 11),
    Reg::new("r12", 12),
    Reg::new("r13", 13),
    Reg::new("r14", 14),
    Reg::new("r15", 15),
];

impl Registers for S390Registers {
    const COMMON: Option<&'static Convention> = Some(&crate::convention::DIAG500);

    #[inline]
    fn get(&self, index: usize) -> u64 {
        self.r[index]
    }
    #[inline]
    fn set(&mut self, index: usize, value: u64) {
        self.r[index] = value;
    }
    #[inline]
    fn four(&self, index: usize) -> Option<&[u64; 4]> {
        self.r.get(index..)?.first_chunk()
    }
}
