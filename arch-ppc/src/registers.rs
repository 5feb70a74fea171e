//! The registers of a PowerPC vCPU that a hypercall may name.

use bytemuck::{Pod, Zeroable};
use hypercall_core::convention::{Convention, Reg, Registers};

/// How many registers the file has: R0 to R31, XER, CTR, LR, CR.
pub const COUNT: usize = 36;

/// General registers and the special ones a call may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct PpcRegisters {
    /// R0 to R31.
    pub r: [u64; 32],
    /// Fixed-point exception register.
    pub xer: u64,
    /// Count register.
    pub ctr: u64,
    /// Link register.
    pub lr: u64,
    /// Condition register, in the low 32 bits.
    pub cr: u64,
}

/// R0 to R31, by number.
pub const R: [Reg; 32] = [
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
    Reg::new("r16", 16),
    Reg::new("r17", 17),
    Reg::new("r18", 18),
    Reg::new("r19", 19),
    Reg::new("r20", 20),
    Reg::new("r21", 21),
    Reg::new("r22", 22),
    Reg::new("r23", 23),
    Reg::new("r24", 24),
    Reg::new("r25", 25),
    Reg::new("r26", 26),
    Reg::new("r27", 27),
    Reg::new("r28", 28),
    Reg::new("r29", 29),
    Reg::new("r30", 30),
    Reg::new("r31", 31),
];
/// XER.
pub const XER: Reg = Reg::new("xer", 32);
/// CTR.
pub const CTR: Reg = Reg::new("ctr", 33);
/// LR.
pub const LR: Reg = Reg::new("lr", 34);
/// CR.
pub const CR: Reg = Reg::new("cr", 35);

/// Every register of the file, by index.
pub const ALL: [Reg; COUNT] = {
    let mut all = [XER; COUNT];
    let mut i = 0;
    while i < R.len() {
        all[i] = R[i];
        i += 1;
    }
    all[CTR.index] = CTR;
    all[LR.index] = LR;
    all[CR.index] = CR;
    all
};

const _: () = assert!(core::mem::size_of::<PpcRegisters>() == COUNT * 8);

impl PpcRegisters {
    /// The registers by index.
    #[inline]
    pub fn as_array(&self) -> &[u64; COUNT] {
        bytemuck::cast_ref(self)
    }

    /// The registers by index, to change.
    #[inline]
    pub fn as_array_mut(&mut self) -> &mut [u64; COUNT] {
        bytemuck::cast_mut(self)
    }
}

impl Registers for PpcRegisters {
    const COMMON: Option<&'static Convention> = Some(&crate::convention::EPAPR);

    #[inline]
    fn get(&self, index: usize) -> u64 {
        self.as_array()[index]
    }
    #[inline]
    fn set(&mut self, index: usize, value: u64) {
        self.as_array_mut()[index] = value;
    }
    #[inline]
    fn four(&self, index: usize) -> Option<&[u64; 4]> {
        self.as_array().get(index..)?.first_chunk()
    }
}
