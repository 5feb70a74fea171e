//! A case as a call in memory: what the guest hands in, and what its answer is in registers, so that one judge
//! judges both.

use super::lower::{Ending, Image, MAX_REGISTERS, index, poison};
use super::oracle::{self, Spec};
use super::{Case, Expect, Value};
use alloc::format;
use alloc::string::{String, ToString};
use core::sync::atomic::AtomicU32;
use hypercall_core::memory::{GuestMemory, GuestMemoryExt};
use hypercall_core::ring::Producer;
use hypercall_core::ring::view::Words;
use hypercall_core::{Arch, CallEntry, Endian, Error, Reg, Width, interface};

/// Where in the data area there is room for one entry: 128-byte aligned, and no case's.
pub const ENTRY: u64 = 0x1f80;

/// HYPERCALL_MULTICALL's number in the vendor's space.
const MULTICALL: u64 = 0x40;

/// HYPERCALL_RING_SETUP's number in the vendor's space.
pub const RING_SETUP: u64 = 0x41;
/// HYPERCALL_RING_TEARDOWN's.
pub const RING_TEARDOWN: u64 = 0x42;
/// HYPERCALL_RING_DOORBELL's.
pub const RING_DOORBELL: u64 = 0x43;
/// log2 of the number of entries of the rings here.
const RING_ORDER: u64 = 2;

/// Whether a case is of HYPERCALL_MULTICALL itself, which in a multicall is unsupported.
pub fn is_multicall(case: &Case) -> bool {
    case.interface.is_vendor() && case.interface.name == "hypercall" && case.number == MULTICALL
}

/// The registers with which a guest hands in `count` entries, all else being poison.
///
/// # Panics
/// When the oracle names a register the file has not, or the convention cannot write the number.
pub fn multicall(spec: &Spec, registers: &[Reg], entries: u64, count: u64) -> [u64; MAX_REGISTERS] {
    let mut input = [0; MAX_REGISTERS];
    for (i, register) in input.iter_mut().enumerate().take(registers.len()) {
        *register = poison(i, spec.width);
    }
    for (name, value) in spec.arguments.iter().zip([entries, count, 0]) {
        input[index(registers, name)] = value;
    }
    let number = oracle::wire(spec.convention, "hypercall", MULTICALL).expect("every convention has it");
    input[index(registers, spec.number)] = number;
    input
}

/// What a multicall that was made with [`multicall`] answered: how many entries it says are answered, or how
/// it failed; and what else it changed.
///
/// # Errors
/// What is wrong, in words.
pub fn served(
    spec: &Spec,
    registers: &[Reg],
    input: &[u64; MAX_REGISTERS],
    found: &[u64; MAX_REGISTERS],
) -> Result<u64, String> {
    kept(spec, registers, input, found)?;
    let result = index(registers, spec.result);
    let value = spec.value.map_or(result, |name| index(registers, name));
    if value != result && found[result] != 0 {
        return Err(format!("the multicall answered {:#x}", found[result]));
    }
    Ok(found[value])
}

/// Looks whether a call that gives a value at most left every other register as it was.
///
/// # Errors
/// Which it did not, in words.
pub fn kept(
    spec: &Spec,
    registers: &[Reg],
    input: &[u64; MAX_REGISTERS],
    found: &[u64; MAX_REGISTERS],
) -> Result<(), String> {
    let result = index(registers, spec.result);
    let value = spec.value.map_or(result, |name| index(registers, name));
    for register in registers.iter().filter(|r| r.index != result && r.index != value) {
        let (is, must) = (found[register.index], input[register.index]);
        if is != must {
            let name = register.name;
            return Err(format!(
                "the multicall or ring's call left {name} as {is:#x} and it must be {must:#x}"
            ));
        }
    }
    Ok(())
}

/// A case as an entry. Words for which it has no use hold poison, as its registers do.
///
/// # Panics
/// When the oracle names a register the file has not.
pub fn entry(image: &Image, spec: &Spec, registers: &[Reg]) -> CallEntry {
    let mut entry = CallEntry::new(image.input[index(registers, spec.number)], &[]);
    for (i, word) in entry.words.iter_mut().enumerate() {
        *word = match spec.arguments.get(i) {
            Some(name) => image.input[index(registers, name)],
            None => poison(MAX_REGISTERS + i, Width::Bits64),
        };
    }
    entry
}

/// Makes a case as the one entry of multicalls, until it is answered: the registers as if it had been made by
/// registers, and how it ended. `make` makes a call with all registers, and gives them back as they are
/// afterwards, with how that ended.
///
/// # Errors
/// What is wrong, in words.
///
/// # Panics
/// As [`entry`]; and when there is no memory at `address`.
pub fn through_multicall(
    image: &Image,
    spec: &Spec,
    registers: &[Reg],
    (memory, address, endian): (&dyn GuestMemory, u64, Endian),
    mut make: impl FnMut(&[u64; MAX_REGISTERS]) -> ([u64; MAX_REGISTERS], Ending),
) -> Result<([u64; MAX_REGISTERS], Ending), String> {
    let handed_in = entry(image, spec, registers);
    let read =
        || memory.read_value::<CallEntry>(address, endian).expect("there is memory at the entry's place");
    memory.write_value(address, handed_in, endian).expect("there is memory at the entry's place");
    let input = multicall(spec, registers, address, 1);
    // Once, and once more for a call that is to be made again.
    for _ in 0..2 {
        let (found, ending) = make(&input);
        match ending {
            Ending::Returns => {}
            Ending::Exits(_) if read().state != CallEntry::DONE => {
                return Err("the entry that ended the VM is not done".to_string());
            }
            Ending::Faults | Ending::Exits(_) => return Ok((image.input, ending)),
        }
        match served(spec, registers, &input, &found)? {
            0 if read() == handed_in => {}
            0 => return Err("an entry that is not answered changed".to_string()),
            1 => return answer(image, spec, registers, &handed_in, &read()),
            // The multicall itself was refused, and with it the call.
            refusal if read() == handed_in => {
                let mut file = image.input;
                file[index(registers, spec.result)] = refusal;
                return Ok((file, Ending::Returns));
            }
            other => return Err(format!("the multicall answered {other:#x}")),
        }
    }
    Err("two multicalls did not answer the entry".to_string())
}

/// Whether a case waits for its vCPU: it follows a pointer through its page tables, or blocks. In a ring it is unsupported
/// where that is served by a thread that must not wait (`XenGuest::answers_rings`).
pub fn waits_for_vcpu(case: &Case) -> bool {
    const SCHED_OP: u64 = 29;
    // What is no address at all is refused without a look at the page tables.
    let outside = case.arguments.iter().any(|a| matches!(a, Value::Outside(_) | Value::BeforeEnd(_)));
    let follows = !case.before.is_empty() || (outside && case.expect == Expect::Error(Error::BadAddress));
    *case.interface == interface::XEN && (follows || (case.number == SCHED_OP && case.name == "block"))
}

/// A call of the project's own in registers, all else being poison.
///
/// # Panics
/// As [`multicall`].
pub fn own(spec: &Spec, registers: &[Reg], call: u64, arguments: &[u64]) -> [u64; MAX_REGISTERS] {
    let mut input = multicall(spec, registers, 0, 0);
    for (name, value) in spec.arguments.iter().zip(arguments) {
        input[index(registers, name)] = *value;
    }
    let number = oracle::wire(spec.convention, "hypercall", call).expect("every convention has it");
    input[index(registers, spec.number)] = number;
    input
}

/// Makes a case through a ring that is set up for it and torn down again: the registers as if it had been made by
/// registers, and how it ended. `words` is the ring's memory, at `address` for the host. `make` makes a call with
/// all registers, and gives them back as they are afterwards, with how that ended.
///
/// # Errors
/// What is wrong, in words.
///
/// # Panics
/// As [`entry`].
pub fn through_ring(
    image: &Image,
    spec: &Spec,
    registers: &[Reg],
    (words, address, endian): (&[AtomicU32], u64, Endian),
    mut make: impl FnMut(&[u64; MAX_REGISTERS]) -> ([u64; MAX_REGISTERS], Ending),
) -> Result<([u64; MAX_REGISTERS], Ending), String> {
    let result = index(registers, spec.result);
    let (found, ending) = make(&own(spec, registers, RING_SETUP, &[address, RING_ORDER, 0]));
    if ending != Ending::Returns || found[result] != 0 {
        // The ring was refused, and with it the call.
        let mut file = image.input;
        file[result] = found[result];
        return Ok((if ending == Ending::Returns { file } else { image.input }, ending));
    }
    let producer = Producer::new(Words(words), endian).map_err(|none| none.to_string())?;
    let handed_in = entry(image, spec, registers);
    let bell = own(spec, registers, RING_DOORBELL, &[]);
    let mut wrong = None;
    let mut doorbell = || {
        let (found, ending) = make(&bell);
        if ending != Ending::Returns || found[result] != 0 {
            wrong = Some(format!("the doorbell gave {:#x}", found[result]));
        }
    };
    let mut answered =
        producer.call(&handed_in, &mut doorbell, pause).map_err(|reason| reason.to_string())?;
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    if producer.detached() == Ok(None) {
        let (found, ending) = make(&own(spec, registers, RING_TEARDOWN, &[address]));
        if ending != Ending::Returns || found[result] != 0 {
            return Err(format!("the ring is not torn down: {:#x}", found[result]));
        }
    }
    answered.number = handed_in.number; // which a ring does not give back
    let answered = of_ring(spec, &handed_in, &answered)?;
    answer(image, spec, registers, &handed_in, &answered)
}

/// An entry of a ring as [`answer`] takes it: in a ring, words for which the convention has no register are the guest's,
/// and stay as they were.
///
/// # Errors
/// What is wrong, in words.
pub fn of_ring(spec: &Spec, handed_in: &CallEntry, found: &CallEntry) -> Result<CallEntry, String> {
    let mut found = *found;
    let used = spec.arguments.len().max(spec.outputs.len() + usize::from(spec.value.is_some()));
    if found.words[used..] != handed_in.words[used..] {
        return Err(format!("words that are the guest's became {:x?}", &found.words[used..]));
    }
    found.words[used..].fill(0);
    Ok(found)
}

/// Whoever waits gives the processor to others, where there are such.
fn pause() {
    #[cfg(feature = "std")]
    std::thread::yield_now();
    #[cfg(not(feature = "std"))]
    core::hint::spin_loop();
}

/// What an answered entry means in registers, and how the call ended.
///
/// # Errors
/// What registers cannot show: that there is no answer, of the wrong kind, or more than there should be.
///
/// # Panics
/// When the oracle names a register the file has not.
pub fn answer(
    image: &Image,
    spec: &Spec,
    registers: &[Reg],
    handed_in: &CallEntry,
    found: &CallEntry,
) -> Result<([u64; MAX_REGISTERS], Ending), String> {
    let mut file = image.input;
    if (found.number, found.flags, found.reserved) != (handed_in.number, 0, [0; 4]) {
        return Err("the entry's number, flags or reserved words changed".to_string());
    }
    let ending = match found.state {
        CallEntry::DONE | CallEntry::FAILED => Ending::Returns,
        CallEntry::FAULTED => Ending::Faults,
        state => return Err(format!("the entry is in state {state}")),
    };
    if ending == Ending::Faults {
        let [code, error_code, ref rest @ ..] = found.words;
        if found.result != 0 || (code, error_code) != exception(spec.arch) || rest.iter().any(|w| *w != 0) {
            return Err(format!("the exception is {:x?}", found.words));
        }
        return Ok((file, ending));
    }
    if (found.state == CallEntry::FAILED) != image.error {
        return Err(format!("the entry is in state {} with {:#x}", found.state, found.result));
    }
    let outputs = spec.value.iter().chain(spec.outputs).take(image.written);
    for (name, word) in outputs.zip(found.words) {
        file[index(registers, name)] = word;
    }
    if let Some(word) = found.words[image.written..].iter().find(|word| **word != 0) {
        return Err(format!("a word behind the outputs is {word:#x}"));
    }
    file[index(registers, spec.result)] = found.result;
    Ok((file, ending))
}

/// What is in the words of the exception that unknown numbers of DIAG 0x500 and HYPERCALL_FAULT raise: #GP(0);
/// a specification exception; a program interrupt.
fn exception(arch: Arch) -> (u64, u64) {
    match arch {
        Arch::X86 => (13, 0),
        Arch::S390 => (6, u64::MAX),
        Arch::Ppc | Arch::Mips => (0x700, u64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DATA_SIZE, all, linked};
    use super::*;

    #[test]
    fn no_case_uses_the_entrys_place() {
        assert!(ENTRY.is_multiple_of(CallEntry::SIZE) && ENTRY + CallEntry::SIZE <= linked::DATA);
        const { assert!(linked::DATA < DATA_SIZE) };
        for case in all() {
            let ends = case.before.iter().map(|(at, bytes)| (*at, at + bytes.len() as u64));
            for (first, end) in ends.chain(case.after.iter().map(|(at, _)| (*at, at + 4))) {
                assert!(end <= ENTRY || first >= ENTRY + CallEntry::SIZE, "{}", case.name);
            }
        }
    }
}
