//! The two machines: console, clock and end.

use alloc::vec::Vec;
use core::arch::asm;
use core::fmt::{self, Write};
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use hypercall_arch_ppc::fdt::{Event, Events};
use hypercall_arch_ppc::guest::{Answer, papr};

/// Which machine the image runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Hypervisor state on bare metal.
    PowerNv,
    /// QEMU is the hypervisor and serves `sc 1`.
    Pseries,
}

static POWERNV: AtomicU32 = AtomicU32::new(0);
static POWER_OFF: AtomicU32 = AtomicU32::new(0);
static OS_TERM: AtomicU32 = AtomicU32::new(0);
static PFT_SIZE: AtomicU64 = AtomicU64::new(0);

/// I/O ports of powernv9's first chip (QEMU `include/hw/ppc/pnv_xscom.h`, `hw/ppc/pnv_lpc.c`).
const ISA: u64 = 0x0006_0300_d001_0000;
const UART: u64 = ISA + 0x3f8;
const LSR: u64 = UART + 5;
/// The IPMI block-transfer interface (IPMI 2.0, section 11).
const BT_CONTROL: u64 = ISA + 0xe4;
const BT_DATA: u64 = ISA + 0xe5;

/// PAPR calls of the firmware (Linux `arch/powerpc/include/asm/hvcall.h`; QEMU `include/hw/ppc/spapr.h`).
const H_PUT_TERM_CHAR: u64 = 0x58;
const H_SET_MODE: u64 = 0x31c;
const H_RTAS: u64 = 0xf000;

impl Platform {
    /// The machine at hand, as the entry noted it.
    pub fn get() -> Platform {
        if POWERNV.load(Ordering::Relaxed) != 0 { Platform::PowerNv } else { Platform::Pseries }
    }
}

fn store(address: u64, byte: u8) {
    // SAFETY: a device register of powernv9, cache-inhibited as the ISA asks for in real mode.
    unsafe { asm!("eieio", "stbcix {}, 0, {}", in(reg) byte, in(reg) address, options(nostack)) };
}

fn load(address: u64) -> u8 {
    let byte: u64;
    // SAFETY: as above.
    unsafe { asm!("eieio", "lbzcix {}, 0, {}", out(reg) byte, in(reg) address, options(nostack)) };
    byte as u8
}

/// A call of QEMU's own on pseries.
pub fn hcall(number: u64, arguments: &[u64]) -> Answer {
    let mut registers = [0; 9];
    registers[..arguments.len()].copy_from_slice(arguments);
    // SAFETY: the callers here name memory that is the image's, or none.
    unsafe { papr(number, &registers) }
}

/// Notes the machine and prepares its interrupts: in the host's own byte order.
///
/// # Safety
/// Once, before anything else. `tree` is the address of a device tree on pseries.
pub unsafe fn begin(powernv: bool, tree: u64) {
    POWERNV.store(u32::from(powernv), Ordering::Relaxed);
    if powernv {
        // HID0 (POWER9 User's Manual): bit 3 enables `attn`, bit 4 is HILE.
        let little = if cfg!(target_endian = "little") { 1_u64 << (63 - 4) } else { 0 };
        let hid0 = 1_u64 << (63 - 3) | little;
        // SAFETY: the host is in hypervisor state; no interrupt is expected here.
        unsafe { asm!("sync", "mtspr 1008, {}", "isync", in(reg) hid0, options(nostack)) };
        return;
    }
    if cfg!(target_endian = "little") {
        // H_SET_MODE_RESOURCE_LE = 4, big-endian 0, little-endian 1.
        hcall(H_SET_MODE, &[1, 4, 0, 0]);
    }
    // SAFETY: QEMU's tree, which is complete and not written to.
    let blob = unsafe {
        let size = u32::from_be(((tree + 4) as *const u32).read_volatile());
        core::slice::from_raw_parts(tree as *const u8, size as usize)
    };
    for event in Events::of(blob).into_iter().flatten().flatten() {
        let Event::Property(property) = event else { continue };
        let Some(last) = property.value.last_chunk::<4>().map(|c| u32::from_be_bytes(*c)) else { continue };
        if property.is("power-off") {
            POWER_OFF.store(last, Ordering::Relaxed);
        } else if property.is("ibm,os-term") {
            OS_TERM.store(last, Ordering::Relaxed);
        } else if property.is("ibm,pft-size") {
            PFT_SIZE.store(u64::from(last), Ordering::Relaxed);
        }
    }
}

/// Base-two logarithm of the hash table's size that pseries gave the image.
pub fn pft_size() -> u64 {
    PFT_SIZE.load(Ordering::Relaxed)
}

/// Text to the console.
pub fn print(text: &[u8]) {
    match Platform::get() {
        Platform::PowerNv => {
            for byte in text {
                while load(LSR) & 0x20 == 0 {} // the transmitter is full
                store(UART, *byte);
            }
        }
        Platform::Pseries => {
            for chunk in text.chunks(16) {
                let mut bytes = [0; 16];
                bytes[..chunk.len()].copy_from_slice(chunk);
                let word = |half: usize| {
                    let bytes: [u8; 8] = core::array::from_fn(|i| bytes[8 * half + i]);
                    u64::from_be_bytes(bytes)
                };
                while hcall(H_PUT_TERM_CHAR, &[0, chunk.len() as u64, word(0), word(1)]).status == 1 {}
            }
        }
    }
}

/// The console, for `write!`.
pub struct Console;

impl Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        print(text.as_bytes());
        Ok(())
    }
}

/// Prints a line.
#[macro_export]
macro_rules! say {
    ($($arg:tt)*) => {{
        use core::fmt::Write as _;
        let _ = writeln!($crate::cpu::Console, $($arg)*);
    }};
}

fn rtas(token: u32, arguments: &[u32]) {
    let words: Vec<u32> = [token, arguments.len() as u32, 1]
        .iter()
        .chain(arguments)
        .chain(&[0])
        .map(|word| word.to_be())
        .collect();
    hcall(H_RTAS, &[words.as_ptr() as u64]);
}

/// The time of day: seconds since an epoch of the image's own, as neither machine has a clock that both sides
/// could read. The time base counts at 512 MHz on both.
pub fn now() -> u64 {
    let ticks: u64;
    // SAFETY: reads the time base, in any state.
    unsafe { asm!("mfspr {}, 268", out(reg) ticks, options(nomem, nostack, preserves_flags)) };
    1_700_000_000 + ticks / 512_000_000
}

/// Ends the machine; QEMU's exit status is 0, or 1 with `-action panic=exit-failure`.
pub fn end(success: bool) -> ! {
    match (Platform::get(), success) {
        (Platform::PowerNv, true) => {
            // IPMI 2.0, section 28.3: Chassis Control, power down.
            store(BT_CONTROL, 0x01); // clear the write pointer
            for byte in [4, 0x00, 1, 0x02, 0x00] {
                store(BT_DATA, byte);
            }
            store(BT_CONTROL, 0x04); // a message to the BMC
        }
        (Platform::PowerNv, false) => {
            // SAFETY: `attn`, enabled in HID0, stops the processor.
            unsafe { asm!(".long 0x00000200", options(nostack)) };
        }
        (Platform::Pseries, true) => rtas(POWER_OFF.load(Ordering::Relaxed), &[u32::MAX, u32::MAX]),
        (Platform::Pseries, false) => {
            let text = c"the image failed";
            rtas(OS_TERM.load(Ordering::Relaxed), &[text.as_ptr() as u32]);
        }
    }
    loop {
        core::hint::spin_loop();
    }
}
