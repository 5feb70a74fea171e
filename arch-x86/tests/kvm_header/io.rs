//! Ports and MMIO.

use super::bench::*;
use super::run;
use hypercall_core::Policy;
use kvm_ioctls::{Kvm, VcpuExit};
use std::ops::ControlFlow;

/// `hlt`
const HLT: u8 = 0xf4;
/// Memory that strings are in.
const STRING: u64 = 0x9000;

/// What a guest said and was told until it halted; each input is the next of the numbers from 1 on.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    out: Vec<(u16, Vec<u8>)>,
    input: Vec<(u16, usize)>,
    stored: Vec<(u64, Vec<u8>)>,
    loaded: Vec<(u64, usize)>,
    told: u8,
}

impl Seen {
    fn tell(&mut self, data: &mut [u8]) {
        for byte in data {
            self.told += 1;
            *byte = self.told;
        }
    }
}

fn watch(bench: &mut Bench) -> Seen {
    let mut seen = Seen::default();
    loop {
        let over = run(bench, |exit| {
            match exit {
                VcpuExit::IoOut(port, data) => seen.out.push((port, data.to_vec())),
                VcpuExit::IoIn(port, data) => {
                    seen.input.push((port, data.len()));
                    seen.tell(data);
                }
                VcpuExit::MmioWrite(address, data) => seen.stored.push((address, data.to_vec())),
                VcpuExit::MmioRead(address, data) => {
                    seen.loaded.push((address, data.len()));
                    seen.tell(data);
                }
                VcpuExit::Hlt => return ControlFlow::Break(()),
                other => panic!("{other:?}"),
            }
            ControlFlow::Continue(())
        });
        if over.is_break() {
            return seen;
        }
    }
}

/// A guest of one instruction, with RDX a port, RSI and RDI a string of 16 bytes, and RCX three.
fn guest(kvm: &Kvm, instruction: &[u8]) -> Bench {
    let code = [instruction, &[HLT]].concat();
    let mut bench = Bench::new(kvm, Start::LONG, &code, Policy::default());
    bench.load(STRING, b"ABCDEFGHIJKLMNOP");
    bench.set(|r| {
        (r.rax, r.rcx, r.rdx, r.rsi, r.rdi) = (0xffff_ffff_4433_2211, 3, 0x1234, STRING, STRING);
    });
    bench
}

#[test]
pub fn kvm_exit_io_out_carries_what_the_guest_writes() {
    let Some(kvm) = kvm() else { return };
    let cases: [(&[u8], u16, &[u8]); 6] = [
        (&[0xe6, 0x50], 0x50, &[0x11]),                   // out 0x50, al
        (&[0x66, 0xe7, 0x50], 0x50, &[0x11, 0x22]),       // out 0x50, ax
        (&[0xe7, 0x50], 0x50, &[0x11, 0x22, 0x33, 0x44]), // out 0x50, eax
        (&[0xee], 0x1234, &[0x11]),                       // out dx, al
        (&[0x66, 0xef], 0x1234, &[0x11, 0x22]),           // out dx, ax
        (&[0xef], 0x1234, &[0x11, 0x22, 0x33, 0x44]),     // out dx, eax
    ];
    for (code, port, data) in cases {
        let seen = watch(&mut guest(&kvm, code));
        assert_eq!(seen, Seen { out: vec![(port, data.to_vec())], ..Seen::default() }, "{code:02x?}");
    }
}

#[test]
pub fn kvm_exit_io_in_carries_what_the_guest_reads() {
    let Some(kvm) = kvm() else { return };
    let cases: [(&[u8], u16, usize, u64); 6] = [
        (&[0xe4, 0x50], 0x50, 1, 0xffff_ffff_4433_2201), // in al, 0x50
        (&[0x66, 0xe5, 0x50], 0x50, 2, 0xffff_ffff_4433_0201),
        (&[0xe5, 0x50], 0x50, 4, 0x0403_0201),
        (&[0xec], 0x1234, 1, 0xffff_ffff_4433_2201), // in al, dx
        (&[0x66, 0xed], 0x1234, 2, 0xffff_ffff_4433_0201),
        (&[0xed], 0x1234, 4, 0x0403_0201),
    ];
    for (code, port, size, rax) in cases {
        let mut bench = guest(&kvm, code);
        let seen = watch(&mut bench);
        assert_eq!(
            seen,
            Seen { input: vec![(port, size)], told: size as u8, ..Seen::default() },
            "{code:02x?}"
        );
        assert_eq!(bench.regs().rax, rax, "{code:02x?}");
    }
}

#[test]
pub fn kvm_exit_io_string_moves_one_element() {
    let Some(kvm) = kvm() else { return };
    let outs: [(&[u8], &[u8]); 3] = [(&[0x6e], b"A"), (&[0x66, 0x6f], b"AB"), (&[0x6f], b"ABCD")];
    for (code, data) in outs {
        let mut bench = guest(&kvm, code);
        let seen = watch(&mut bench);
        assert_eq!(seen, Seen { out: vec![(0x1234, data.to_vec())], ..Seen::default() }, "{code:02x?}");
        assert_eq!((bench.regs().rsi, bench.regs().rcx), (STRING + data.len() as u64, 3));
    }
    let ins: [(&[u8], u64, u64); 3] =
        [(&[0x6c], 1, 0x4443_4201), (&[0x66, 0x6d], 2, 0x4443_0201), (&[0x6d], 4, 0x0403_0201)];
    for (code, size, memory) in ins {
        let mut bench = guest(&kvm, code);
        let seen = watch(&mut bench);
        let input = vec![(0x1234, size as usize)];
        assert_eq!(seen, Seen { input, told: size as u8, ..Seen::default() }, "{code:02x?}");
        assert_eq!(bench.value(STRING, 4), memory);
        assert_eq!((bench.regs().rdi, bench.regs().rcx), (STRING + size, 3));
    }
}

/// How many elements an exit carries is KVM's choice.
#[test]
pub fn kvm_exit_io_rep_moves_them_all_up_and_down() {
    let Some(kvm) = kvm() else { return };
    const STD: u8 = 0xfd;
    // Three elements each: how far the pointer goes says how large they are.
    let size = |distance: i64| distance.unsigned_abs() as usize / 3;
    let outs: [(&[u8], &[u8], i64); 5] = [
        (&[0xf3, 0x6e], b"ABC", 3),
        (&[0xf3, 0x66, 0x6f], b"ABCDEF", 6),
        (&[0xf3, 0x6f], b"ABCDEFGHIJKL", 12),
        (&[STD, 0xf3, 0x6e], b"IHG", -3),
        (&[STD, 0xf3, 0x66, 0x6f], b"IJGHEF", -6),
    ];
    for (code, data, distance) in outs {
        let mut bench = guest(&kvm, code);
        let begin = if distance > 0 { STRING } else { STRING + 8 };
        bench.set(|r| r.rsi = begin);
        let seen = watch(&mut bench);
        let whole = |d: &[u8]| d.len().is_multiple_of(size(distance));
        assert!(seen.out.iter().all(|(port, d)| *port == 0x1234 && whole(d)), "{seen:?}");
        let all: Vec<u8> = seen.out.into_iter().flat_map(|(_, data)| data).collect();
        assert_eq!(all, data, "{code:02x?}");
        assert_eq!((bench.regs().rsi, bench.regs().rcx), (begin.wrapping_add_signed(distance), 0));
    }
    let ins: [(&[u8], u64, &[u8], i64); 3] = [
        (&[0xf3, 0x6c], 0, b"\x01\x02\x03DEFGH", 3),
        (&[0xf3, 0x66, 0x6d], 0, b"\x01\x02\x03\x04\x05\x06GH", 6),
        (&[STD, 0xf3, 0x6c], 4, b"AB\x03\x02\x01FGH", -3),
    ];
    for (code, offset, memory, distance) in ins {
        let mut bench = guest(&kvm, code);
        bench.set(|r| r.rdi = STRING + offset);
        let seen = watch(&mut bench);
        let whole = |length: usize| length.is_multiple_of(size(distance));
        assert!(seen.input.iter().all(|(port, length)| *port == 0x1234 && whole(*length)), "{seen:?}");
        assert_eq!(bench.value(STRING, 8).to_le_bytes(), *memory, "{code:02x?}");
        assert_eq!(
            (bench.regs().rdi, bench.regs().rcx),
            ((STRING + offset).wrapping_add_signed(distance), 0)
        );
    }
}

/// An instruction between registers and [`ADDRESS`]: its opcode with what comes before, and what comes after.
fn at_address(opcode: &[u8], after: &[u8]) -> Vec<u8> {
    [opcode, &[0x04, 0x25, 0x00, 0x00, 0x00, 0x70], after].concat()
}

#[test]
pub fn kvm_exit_mmio_write_carries_what_the_guest_stores() {
    let Some(kvm) = kvm() else { return };
    let cases: [(&[u8], &[u8]); 4] = [
        (&[0x88], &[0x11]), // mov [ADDRESS], al, and so on to rax
        (&[0x66, 0x89], &[0x11, 0x22]),
        (&[0x89], &[0x11, 0x22, 0x33, 0x44]),
        (&[0x48, 0x89], &[0x11, 0x22, 0x33, 0x44, 0xff, 0xff, 0xff, 0xff]),
    ];
    for (opcode, data) in cases {
        let seen = watch(&mut guest(&kvm, &at_address(opcode, &[])));
        assert_eq!(seen, Seen { stored: vec![(ADDRESS, data.to_vec())], ..Seen::default() }, "{opcode:02x?}");
    }
}

#[test]
pub fn kvm_exit_mmio_read_carries_what_the_guest_loads() {
    let Some(kvm) = kvm() else { return };
    let cases: [(&[u8], usize, u64); 4] = [
        (&[0x8a], 1, 0xffff_ffff_4433_2201), // mov al, [ADDRESS], and so on to rax
        (&[0x66, 0x8b], 2, 0xffff_ffff_4433_0201),
        (&[0x8b], 4, 0x0403_0201),
        (&[0x48, 0x8b], 8, 0x0807_0605_0403_0201),
    ];
    for (opcode, size, rax) in cases {
        let mut bench = guest(&kvm, &at_address(opcode, &[]));
        let seen = watch(&mut bench);
        assert_eq!(seen, Seen { loaded: vec![(ADDRESS, size)], told: size as u8, ..Seen::default() });
        assert_eq!(bench.regs().rax, rax, "{opcode:02x?}");
    }
}

#[test]
pub fn kvm_exit_mmio_of_an_instruction_that_reads_and_writes_is_two() {
    let Some(kvm) = kvm() else { return };
    let seen = watch(&mut guest(&kvm, &at_address(&[0x80], &[0x20]))); // add byte ptr [ADDRESS], 0x20
    let expected =
        Seen { loaded: vec![(ADDRESS, 1)], stored: vec![(ADDRESS, vec![0x21])], told: 1, ..Seen::default() };
    assert_eq!(seen, expected);
}
