//! Calls made by C code that uses the generated header and nothing else: `tests/images/c-caller`.

use alloc::string::String;
use alloc::vec::Vec;
use hypercall_core::{Reg, Width};
use hypercalls::cases::lower::{Ending, Image, MAX_REGISTERS};
use hypercalls::cases::oracle::{Spec, spec};
use hypercalls::cases::{Case, Expect};

/// `struct call` of `call.h`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Call {
    /// The index of the header's function for the convention.
    pub convention: u32,
    /// The way out of the guest, where there is a choice.
    pub via: u32,
    number: u64,
    count: u64,
    arguments: [u64; 9],
    result: i64,
    value: u64,
    more: [u64; 8],
    faults: u64,
    typed: u64,
}

impl Call {
    /// None yet.
    pub const NONE: Call = Call {
        convention: 0,
        via: 0,
        number: 0,
        count: 0,
        arguments: [0; 9],
        result: 0,
        value: 0,
        more: [0; 8],
        faults: 0,
        typed: 0,
    };
}

const _: () = assert!(size_of::<Call>() == 24 * 8);

/// Where a convention's registers are in an architecture's file.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    spec: &'static Spec,
    registers: &'static [Reg],
}

impl Table {
    /// Of a convention in 64-bit mode.
    ///
    /// # Panics
    /// When there is no such convention.
    pub fn new(convention: &str, registers: &'static [Reg]) -> Table {
        let spec = spec(convention, Width::Bits64).expect("the oracle knows every convention");
        Table { spec, registers }
    }

    fn at(&self, name: &str) -> usize {
        self.registers.iter().position(|r| r.name == name).expect("the oracle's names are the architecture's")
    }

    /// The call of a case: its number and arguments from the image.
    pub fn call(&self, case: &Case, image: &Image, convention: u32, via: u32) -> Call {
        let mut call = Call { convention, via, number: image.input[self.at(self.spec.number)], ..Call::NONE };
        call.count = case.arguments.len().min(self.spec.arguments.len()) as u64;
        for (slot, name) in call.arguments.iter_mut().zip(self.spec.arguments) {
            *slot = image.input[self.at(name)];
        }
        call
    }

    /// The registers after the call, as far as C sees them: result, value, outputs. The others are as they must
    /// be; that a stub leaves them alone is for the compiler to see.
    pub fn found(&self, case: &Case, image: &Image, call: &Call, ending: Ending) -> [u64; MAX_REGISTERS] {
        let mut found = image.expected;
        if ending != Ending::Returns {
            return found;
        }
        found[image.result] = call.result as u64;
        let outputs = match case.expect {
            Expect::Outputs(_, outputs) if image.served => outputs.len(),
            _ => 0,
        };
        let is_value = matches!(case.expect, Expect::Value(_) | Expect::Outputs(..) | Expect::Now);
        if let Some(at) = image.value.filter(|_| self.spec.always_writes_value || (image.served && is_value))
        {
            found[at] = call.value;
        }
        for (name, value) in self.spec.outputs.iter().zip(call.more).take(outputs) {
            found[self.at(name)] = value;
        }
        found
    }
}

/// Which calls were made by their own function of the header.
#[derive(Clone, Debug, Default)]
pub struct Own {
    calls: Vec<(&'static str, u64, bool)>,
}

impl Own {
    /// Notes a call of a case that is served here.
    pub fn note(&mut self, case: &Case, image: &Image, call: &Call) {
        let key = (case.interface.name, case.number);
        match self.calls.iter_mut().find(|c| (c.0, c.1) == key) {
            Some(known) => known.2 |= call.typed == 1,
            None if image.served => self.calls.push((key.0, key.1, call.typed == 1)),
            None => {}
        }
    }

    /// The calls that were made by the convention's function only, in words; `None` if there are none.
    pub fn missing(&self) -> Option<String> {
        let Some((interface, number, _)) = self.calls.iter().find(|c| !c.2) else {
            return self.calls.is_empty().then(|| String::from("no call was made"));
        };
        Some(alloc::format!("no case was made by the own function of {interface} {number:#x}"))
    }

    /// How many calls there are.
    pub fn count(&self) -> usize {
        self.calls.len()
    }
}
