//! The processor and its firmware: lowcore, PSWs, console, clock, the end.
//!
//! Addresses are those of the Principles of Operation (SA22-7832), chapter 3, "Assigned Storage Locations",
//! and of `entry.s`.

#![allow(unsafe_code)] // fixed addresses, and instructions that Rust has no name for

use core::arch::asm;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use hypercall_arch_s390::trap::Psw;
use hypercall_image_common::machine::Platform;
use hypercalls::services::WallTime;

/// 64-bit addressing, supervisor state, no interruptions but program interruptions.
pub const SUPERVISOR: u64 = Psw::EXTENDED_ADDRESSING | Psw::BASIC_ADDRESSING;
/// PSW bit 7: external interruptions.
const EXTERNAL: u64 = 1 << 56;
/// PSW bit 14: the processor waits.
const WAIT: u64 = 1 << 49;

const INTERRUPTION: usize = 0x8c;
const PROGRAM_OLD: usize = 0x150;
const RESTART_NEW: usize = 0x1a0;
const EXTERNAL_NEW: usize = 0x1b0;
const SVC_NEW: usize = 0x1c0;
const PROGRAM_NEW: usize = 0x1d0;
const MACHINE_CHECK_NEW: usize = 0x1e0;
const IO_NEW: usize = 0x1f0;
/// Behind what the architecture assigns: see `entry.s`.
const LOADED_PSW: usize = 0x290;
const WAIT_PSW: usize = 0x2c0;
/// Where the runner writes its order, eight bytes; behind the lowcore and before the image.
const ORDER: usize = 0x1f000;

unsafe extern "C" {
    fn program_interruption();
    fn sclp(command: u64, block: *mut Sccb) -> u64;
    fn sclp_done();
}

/// Reads memory at a fixed address.
fn read<T: Copy>(address: usize) -> T {
    // SAFETY: called with addresses of the lowcore and the order only, which are memory, of no Rust object,
    // aligned for T, and whose types hold any bits.
    unsafe { ptr::with_exposed_provenance::<T>(address).read_volatile() }
}

/// Writes memory at a fixed address.
fn write<T>(address: usize, value: T) {
    // SAFETY: as for `read`; nobody else uses these parts of the lowcore at the same time.
    unsafe { ptr::with_exposed_provenance_mut::<T>(address).write_volatile(value) }
}

/// Sets the new PSWs: program interruptions go to the host, service signals to the console, and any other
/// ends the image at an address that says which.
pub fn set_up() {
    let dead = |number: usize| Psw { mask: SUPERVISOR | WAIT, address: 0xde00 + number as u64 };
    for (number, address) in [RESTART_NEW, SVC_NEW, MACHINE_CHECK_NEW, IO_NEW].into_iter().enumerate() {
        write(address, dead(number));
    }
    write(EXTERNAL_NEW, Psw { mask: SUPERVISOR, address: sclp_done as *const () as u64 });
    write(WAIT_PSW, Psw { mask: SUPERVISOR | EXTERNAL | WAIT, address: 0xde10 });
    at_interruptions(program_interruption as *const () as u64);
}

/// Sets where program interruptions lead.
pub fn at_interruptions(address: u64) {
    write(PROGRAM_NEW, Psw { mask: SUPERVISOR, address });
}

/// Lets the next program interruption end the image.
pub fn stop_at_interruptions() {
    write(PROGRAM_NEW, Psw { mask: SUPERVISOR | WAIT, address: 0xde20 });
}

/// What a program interruption left in the lowcore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interruption {
    /// The program-interruption code.
    pub code: u16,
    /// The instruction's length in bytes: 0, 2, 4 or 6.
    pub length: u8,
    /// The old PSW.
    pub old: Psw,
}

impl Interruption {
    /// From the identification, the word at 0x8c: bits 13 and 14 are the length in halfwords.
    pub fn new(identification: u32, old: Psw) -> Interruption {
        Interruption { code: identification as u16, length: (identification >> 16) as u8 & 6, old }
    }

    /// The word at 0x8c.
    pub fn identification(&self) -> u32 {
        u32::from(self.length) << 16 | u32::from(self.code)
    }
}

/// The last program interruption.
pub fn interruption() -> Interruption {
    Interruption::new(read(INTERRUPTION), read(PROGRAM_OLD))
}

/// The identification that `skip_interruption` noted, and zero in its place.
pub fn skipped() -> u32 {
    let identification = read(0x318);
    write(0x318, 0_u32);
    identification
}

/// What the image was started for.
pub fn order() -> [u8; 8] {
    read(ORDER)
}

/// How the image ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// QEMU exits with 0.
    Good,
    /// QEMU exits with 1, if it was started with `-action panic=exit-failure`.
    Bad,
}

/// Stops the processor: QEMU takes a disabled wait at 0xfff for a shutdown, at any other address for a crash.
pub fn end(end: End) -> ! {
    let address = if end == End::Good { 0xfff } else { 0xdead };
    write(LOADED_PSW, Psw { mask: SUPERVISOR | WAIT, address });
    loop {
        // SAFETY: the PSW at 0x290 stops the processor.
        unsafe { asm!("lpswe {psw}", psw = const LOADED_PSW) }
    }
}

/// Whether the guest is running, so that what is privileged has to be asked of the host.
static IN_GUEST: AtomicBool = AtomicBool::new(false);

/// See [`IN_GUEST`].
pub fn in_guest() -> bool {
    IN_GUEST.load(Relaxed)
}

/// Notes whether the guest is running.
pub fn set_in_guest(running: bool) {
    IN_GUEST.store(running, Relaxed);
}

/// Prints a line, in the host and in the guest.
pub fn say(line: &str) {
    Console.write(line.as_bytes());
    Console.write(b"\n");
}

/// The machine.
#[derive(Clone, Copy, Debug)]
pub struct Console;

impl Platform for Console {
    fn write(&self, text: &[u8]) {
        if in_guest() {
            crate::guest::print(text);
            return;
        }
        for piece in text.chunks(Sccb::TEXT) {
            Sccb::write(piece);
        }
    }

    /// The TOD clock counts 2^-12 microseconds from 1900-01-01 00:00 UTC (Principles of Operation, chapter 4,
    /// "Time-of-Day Clock").
    fn now(&self) -> WallTime {
        let mut clock = 0_u64;
        // SAFETY: STORE CLOCK writes the eight bytes it is given and is not privileged.
        unsafe { asm!("stck 0({at})", at = in(reg_addr) &mut clock, options(nostack)) };
        const SECONDS_TO_1970: i64 = 2_208_988_800;
        let micros = clock >> 12;
        WallTime {
            seconds: (micros / 1_000_000) as i64 - SECONDS_TO_1970,
            nanoseconds: (micros % 1_000_000 * 1000) as u32,
        }
    }
}

/// A service-call control block with an event to write (QEMU `include/hw/s390x/event-facility.h`).
#[repr(C, align(4096))]
struct Sccb {
    length: u16,
    function: u8,
    control: [u8; 3],
    response: u16,
    body: [u8; Sccb::BODY],
}

impl Sccb {
    const HEADER: usize = 8;
    const BODY: usize = 1024;
    const EVENT_HEADER: usize = 6;
    /// Text that fits one block.
    const TEXT: usize = Sccb::BODY - Sccb::EVENT_HEADER;
    const WRITE_EVENT_DATA: u64 = 0x0076_0005;
    const WRITE_EVENT_MASK: u64 = 0x0078_0005;
    /// Event type 0x1a, ASCII console data; its bit in a mask of event types.
    const ASCII: u8 = 0x1a;
    const ASCII_MASK: u32 = 1 << (32 - Sccb::ASCII as u32);

    fn call(command: u64, body: &[u8]) {
        let mut block = Sccb { length: 0, function: 0, control: [0; 3], response: 0, body: [0; Sccb::BODY] };
        block.length = (Sccb::HEADER + body.len()) as u16;
        block.body[..body.len()].copy_from_slice(body);
        // SAFETY: a block of its own page below 2 GiB that is alive until the service signal.
        unsafe { sclp(command, &mut block) };
    }

    fn write(text: &[u8]) {
        static READY: AtomicBool = AtomicBool::new(false);
        if !READY.swap(true, Relaxed) {
            // Reserved, mask length, receive mask, send mask; then the answer's two masks.
            let mut masks = [0; 20];
            masks[2..4].copy_from_slice(&4_u16.to_be_bytes());
            masks[8..12].copy_from_slice(&Sccb::ASCII_MASK.to_be_bytes());
            Sccb::call(Sccb::WRITE_EVENT_MASK, &masks);
        }
        let mut event = [0; Sccb::BODY];
        let length = Sccb::EVENT_HEADER + text.len();
        event[..2].copy_from_slice(&(length as u16).to_be_bytes());
        event[2] = Sccb::ASCII;
        event[Sccb::EVENT_HEADER..length].copy_from_slice(text);
        Sccb::call(Sccb::WRITE_EVENT_DATA, &event[..length]);
    }
}
