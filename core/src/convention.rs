//! Calling conventions as constant data, and the one piece of code that marshals them all.
//!
//! The table a document prints is the constant the marshalling runs on. Architecture crates declare their
//! [`Convention`]s and implement [`Registers`]; nothing here knows a register's name.

use crate::arch::Caller;
use crate::encoding::{Encoding, Reply};
use crate::outcome::Return;
use crate::{Arch, Definition, MAX_ARGUMENTS, Numbering, Width};
use alloc::format;
use alloc::string::String;

/// A register of an architecture: its name, and its place in the architecture's register file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reg {
    /// The name the architecture's manual gives it.
    pub name: &'static str,
    /// The index [`Registers`] knows it by.
    pub index: usize,
}

impl Reg {
    /// A register called `name` at `index` of its file.
    pub const fn new(name: &'static str, index: usize) -> Reg {
        Reg { name, index }
    }
}

/// The general registers of a vCPU.
///
/// Indices come only from [`Reg`]s of the same architecture's constants.
pub trait Registers {
    /// The convention of most calls, whose 64-bit mode the call path is compiled for: its registers are then
    /// known where the program is compiled, those of every other mode are looked up as the call comes. What
    /// is answered is the same.
    const COMMON: Option<&'static Convention> = None;

    /// The full register at `index`.
    fn get(&self, index: usize) -> u64;
    /// Replaces the full register at `index`.
    fn set(&mut self, index: usize, value: u64);

    /// The four registers from `index` on, where the file has them side by side in memory: what the call path
    /// hands to a handler without a copy.
    #[inline]
    fn four(&self, index: usize) -> Option<&[u64; 4]> {
        let _ = index;
        None
    }
}

impl Registers for [u64] {
    #[inline]
    fn get(&self, index: usize) -> u64 {
        self[index]
    }
    #[inline]
    fn set(&mut self, index: usize, value: u64) {
        self[index] = value;
    }
    #[inline]
    fn four(&self, index: usize) -> Option<&[u64; 4]> {
        self.get(index..)?.first_chunk()
    }
}

/// An instruction sequence that makes the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Assembler text.
    pub name: &'static str,
    /// Its bytes, in memory order.
    pub bytes: &'static [u8],
}

/// Which register is what in one mode of the processor.
#[derive(Clone, Copy, Debug)]
pub struct Mode {
    /// Bits of an argument, a result or an output that count.
    pub width: Width,
    /// The number.
    pub number: Reg,
    /// Bits of the number register that count.
    pub number_width: Width,
    /// The arguments in order.
    pub arguments: &'static [Reg],
    /// The result: a status or error code, and on conventions without a separate value register the value.
    pub result: Reg,
    /// The value of a completed call. The same as `result` on x86 and s390, R4 on PowerPC.
    pub value: Reg,
    /// Extra outputs, after the value.
    pub outputs: &'static [Reg],
}

/// A calling convention.
#[derive(Debug)]
pub struct Convention {
    /// Short name, used on the command line and in the tables.
    pub name: &'static str,
    /// A heading for documents.
    pub title: &'static str,
    /// The architecture whose registers it names.
    pub arch: Arch,
    /// How numbers are written in the number register.
    pub numbering: Numbering,
    /// The sequences that trap.
    pub instructions: &'static [Instruction],
    /// One mode a register width, 64-bit first.
    pub modes: &'static [Mode],
    /// Registers the guest must take as lost, beside the outputs.
    pub clobbers: &'static [Reg],
    /// Whether the value register is written by every call, zero where there is no value.
    pub always_writes_value: bool,
    /// What a user program gets for a call that the policy does not allow it.
    pub user_refused: Reply,
    /// How errors are said to a guest, unless the interface has its own way.
    pub errors: &'static Encoding,
    /// The document that defines it.
    pub source: &'static str,
}

impl Convention {
    /// The mode of a register width, or `None` where the convention has no such mode.
    pub const fn mode(&self, width: Width) -> Option<&'static Mode> {
        let mut i = 0;
        while i < self.modes.len() {
            if self.modes[i].width.bits() == width.bits() {
                return Some(&self.modes[i]);
            }
            i += 1;
        }
        None
    }

    /// The mode a caller of this width is served in: a convention with one mode has that for every caller.
    #[inline]
    pub const fn mode_for(&self, width: Width) -> &'static Mode {
        match self.mode(width) {
            Some(mode) => mode,
            None => &self.modes[0],
        }
    }

    /// Whether the convention can write the call's number, and has registers enough for it in each mode.
    ///
    /// # Errors
    /// What it lacks, in words.
    pub fn carries(&self, definition: &Definition) -> Result<(), String> {
        let (wide, narrow) = definition.slots();
        let name = self.name;
        for mode in self.modes {
            let needed = if mode.width == Width::Bits64 { wide } else { narrow };
            let (have, outputs) = (mode.arguments.len(), mode.outputs.len());
            if needed > have {
                return Err(format!(
                    "it takes {needed} argument registers and the convention {name} has {have}"
                ));
            }
            if definition.outputs.len() > outputs {
                let needed = definition.outputs.len();
                return Err(format!("it has {needed} extra outputs and the convention {name} has {outputs}"));
            }
        }
        if definition.interface.wire(self.numbering, definition.number).is_none() {
            let number = definition.number;
            return Err(format!("its number {number:#x} cannot be written in the convention {name}"));
        }
        Ok(())
    }

    /// Whether a completed call's value has a register of its own beside the status.
    pub const fn has_status(&self) -> bool {
        let mut i = 0;
        while i < self.modes.len() {
            if self.modes[i].result.index != self.modes[i].value.index {
                return true;
            }
            i += 1;
        }
        false
    }
}

/// A call as it was found in the registers: not yet looked up, not yet decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trap {
    /// The number as the guest wrote it, masked to the bits that count.
    pub number: u64,
    /// The argument registers, masked; zero past the convention's last.
    pub arguments: [u64; MAX_ARGUMENTS],
    /// The guest's mode; its width is that of the convention's mode the call was read in.
    pub caller: Caller,
}

impl Mode {
    /// Reads a call out of the registers.
    #[inline]
    pub fn read(&self, registers: &(impl Registers + ?Sized), caller: Caller) -> Trap {
        let arguments = self.arguments.iter().map(|reg| registers.get(reg.index));
        self.trap(registers.get(self.number.index), arguments, caller)
    }

    /// A call whose number and arguments the exit itself brought, masked to the bits that count. Values past
    /// the convention's last argument are left out.
    #[inline]
    pub fn trap(&self, number: u64, arguments: impl IntoIterator<Item = u64>, caller: Caller) -> Trap {
        let mut masked = [0; MAX_ARGUMENTS];
        for ((slot, value), _) in masked.iter_mut().zip(arguments).zip(self.arguments) {
            *slot = self.width.mask(value);
        }
        let caller = Caller { width: self.width, ..caller };
        Trap { number: self.number_width.mask(number), arguments: masked, caller }
    }

    /// Writes an answer into the registers: the result, the value where it has its own register, and the
    /// extra outputs the call made. No other register changes.
    #[inline]
    pub fn write(&self, registers: &mut (impl Registers + ?Sized), answer: &Return) {
        for (reg, value) in self.outputs.iter().zip(answer.extra()) {
            registers.set(reg.index, self.width.mask(*value));
        }
        if let Some(value) = answer.value {
            registers.set(self.value.index, self.width.mask(value));
        }
        registers.set(self.result.index, self.width.mask(answer.result));
    }

    /// Loads a call into the registers, as a guest does before it traps. The rest of the file is untouched.
    pub fn load(&self, registers: &mut (impl Registers + ?Sized), number: u64, arguments: &[u64]) {
        for (reg, value) in self.arguments.iter().zip(arguments) {
            registers.set(reg.index, self.width.mask(*value));
        }
        registers.set(self.number.index, self.width.mask(number));
    }
}
