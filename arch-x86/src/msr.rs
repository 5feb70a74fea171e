//! Model-specific registers that a VMM gives its guest.

/// The guest takes #GP at its RDMSR or WRMSR, as for a register or value that the processor does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GeneralProtection;

/// Registers that a VMM serves for one vCPU.
///
/// ```
/// use hypercall_arch_x86::msr::{GeneralProtection, Msrs};
///
/// /// One register that holds whatever the guest writes, of 32 bits.
/// struct Scratch(u64);
///
/// impl Msrs for Scratch {
///     fn read(&mut self, index: u32) -> Result<u64, GeneralProtection> {
///         (index == 0x4143_0000).then_some(self.0).ok_or(GeneralProtection)
///     }
///     fn write(&mut self, index: u32, value: u64) -> Result<(), GeneralProtection> {
///         if index != 0x4143_0000 || value >> 32 != 0 {
///             return Err(GeneralProtection);
///         }
///         self.0 = value;
///         Ok(())
///     }
/// }
/// ```
pub trait Msrs {
    /// RDMSR: the value of register `index`.
    ///
    /// # Errors
    /// [`GeneralProtection`] for a register that is none of these, or is not read.
    fn read(&mut self, index: u32) -> Result<u64, GeneralProtection>;

    /// WRMSR: writes register `index`.
    ///
    /// # Errors
    /// [`GeneralProtection`] for a register that is none of these, or a value it does not take.
    fn write(&mut self, index: u32, value: u64) -> Result<(), GeneralProtection>;
}
