//! Batches: a guest's calls in its memory, served by one exit (HYPERCALL_MULTICALL), against a bare exit of a
//! guest that makes one call by it.
//!
//! The time of a call includes what the guest does to hand it in: its entry's state and two arguments.

use super::kvm::{EXITS, Guest, PORT, Way};
use super::rounds::Subject;
use super::{Bench, BenchError};
use hypercall_arch_x86::kvm::probe;
use hypercall_core::multicall::Multicall;
use hypercall_core::{CallEntry, Hypercall as _, Numbering};
use std::cell::RefCell;

/// Calls in a batch.
const COUNTS: [u32; 4] = [1, 8, 32, 256];
/// Where the entries are.
const ENTRIES: u32 = 0x4_0000;

/// Fills the entries, hands them in, and begins anew. RBX holds the first entry's address and RDX, the flags,
/// is zero; both survive.
fn code(count: u32) -> Vec<u8> {
    let multicall = Multicall::DEFINITION;
    let number = multicall.interface.wire(Numbering::X86, multicall.number).expect("a vendor's number");
    let mut code = vec![0x89, 0xdf, 0xb9]; // mov edi, ebx; mov ecx, count
    code.extend(count.to_le_bytes());
    let fill = code.len();
    code.extend([0xc7, 0x47, 0x08, 1, 0, 0, 0]); // mov dword [rdi + 8], 1: pending
    code.extend([0x48, 0xc7, 0x47, 0x18, 5, 0, 0, 0]); // mov qword [rdi + 24], 5: the first argument
    code.extend([0x48, 0xc7, 0x47, 0x20, 7, 0, 0, 0]); // mov qword [rdi + 32], 7
    code.extend([0x48, 0x81, 0xc7, 0x80, 0, 0, 0]); // add rdi, 128
    code.extend([0xff, 0xc9, 0x75]); // dec ecx; jnz fill
    code.push((fill as i8 - (code.len() as i8 + 1)) as u8);
    code.push(0xb9); // mov ecx, count
    code.extend(count.to_le_bytes());
    code.push(0xb8); // mov eax, HYPERCALL_MULTICALL
    code.extend((number as u32).to_le_bytes());
    code.extend([0xe6, PORT, 0xeb]); // out PORT, al; jmp to the beginning
    code.push((-(code.len() as i8 + 1)) as u8);
    code
}

/// Batches of each size.
pub fn run(bench: &mut Bench<'_>) -> Result<(), BenchError> {
    let transport = probe::Transport::Pio;
    let Some(kvm) = bench.kvm("batch/", transport)? else { return Ok(()) };
    let way = Way::new(transport, 3, None);
    let bare = RefCell::new(Guest::new(&kvm, &way, &way.code())?);
    let mut guests = Vec::new();
    for count in COUNTS {
        let guest = Guest::new(&kvm, &way, &code(count))?;
        for index in 0..u64::from(count) {
            // Each of the 64 handlers in turn.
            let entry = CallEntry::new(index % 64, &[5, 7]);
            guest.write(u64::from(ENTRIES) + index * CallEntry::SIZE, bytemuck::bytes_of(&entry))?;
        }
        guest.set_arguments([ENTRIES.into(), 0, 0, 0])?;
        guests.push((count, RefCell::new(guest)));
    }
    let mut subjects: Vec<_> = guests
        .iter()
        .map(|(count, guest)| {
            let sample = move || {
                let mut guest = guest.borrow_mut();
                let before = guest.served();
                let time = guest.hypercall()?;
                let exits = EXITS + 1; // one warms up
                // Every entry of every batch, and the multicall itself.
                let expected = exits * (u64::from(*count) + 1);
                match guest.served() - before == expected {
                    true => Ok(time / f64::from(*count)),
                    false => Err(BenchError::Guest("calls that were not served".to_string())),
                }
            };
            Subject::fallible(format!("batch/{count}"), sample).against("batch/bare")
        })
        .collect();
    subjects.push(Subject::fallible("batch/bare", || bare.borrow_mut().bare()));
    bench.group(subjects)
}
