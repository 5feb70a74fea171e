//! The code that guests call, in pages.

use crate::convention::{VMCALL, VMMCALL};
use crate::entry;
use crate::para::Processor;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use hypercall_core::EntryPoint;

/// Bytes of a page.
pub const PAGE_SIZE: usize = 4096;
/// Entries of a hypercall page.
pub const ENTRIES: usize = 128;
/// Bytes of an entry (Xen `xen/include/public/arch-x86/xen.h`, `hypercall_page`).
pub const ENTRY_LENGTH: usize = 32;
/// The most pages of a blob: the configuration counts them in eight bits.
pub const MAX_PAGES: usize = u8::MAX as usize;

/// `mov eax, imm32`.
const MOV_EAX: u8 = 0xb8;
/// `out imm8, al`.
const OUT: u8 = 0xe6;
/// `mov byte ptr [disp32], al` with a SIB byte: the same in 32- and 64-bit code.
const STORE: [u8; 3] = [0x88, 0x04, 0x25];
/// `ret`.
const RET: u8 = 0xc3;
/// `int3`, for what no guest gets to.
const INT3: u8 = 0xcc;

/// Why bytes or an entry point make no blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// More bytes than the configuration counts.
    #[error("a hypercall blob of {0} bytes is too long; at most 255 pages of 4096 bytes, 1044480, fit")]
    TooLong(usize),
    /// An entry point that no instruction is known for.
    #[error(
        "no hypercall page can be built for {point}: {reason}; use a port doorbell, an MMIO doorbell below 2 GiB or KVM_EXIT_XEN"
    )]
    Unfit {
        /// The entry point.
        point: EntryPoint,
        /// Why not.
        reason: &'static str,
    },
}

/// Hypercall pages for guests of one mode. An empty one is none at all: its mode gets #GP for every page.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Blob {
    bytes: Vec<u8>,
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} pages)", self.pages())
    }
}

impl Blob {
    /// The bytes of a file; behind the last of them, to the page's end, zeros.
    ///
    /// ```
    /// use hypercall_arch_x86::xen::Blob;
    /// let blob = Blob::from_bytes(&[0xc3; 4097])?;
    /// assert_eq!((blob.pages(), blob.page(1).unwrap()[..2].to_vec()), (2, vec![0xc3, 0]));
    /// # Ok::<(), hypercall_arch_x86::xen::BlobError>(())
    /// ```
    ///
    /// # Errors
    /// [`BlobError::TooLong`] over [`MAX_PAGES`] pages.
    pub fn from_bytes(bytes: &[u8]) -> Result<Blob, BlobError> {
        let pages = bytes.len().div_ceil(PAGE_SIZE);
        if pages > MAX_PAGES {
            return Err(BlobError::TooLong(bytes.len()));
        }
        let mut whole = vec![0; pages * PAGE_SIZE];
        whole[..bytes.len()].copy_from_slice(bytes);
        Ok(Blob { bytes: whole })
    }

    /// One page of [`ENTRIES`] entries that call in at `point`: `out imm8, al` for a port doorbell, a store for
    /// an MMIO doorbell, `vmcall` or `vmmcall` by processor for [`entry::EXIT_XEN`]. It serves both modes.
    ///
    /// # Errors
    /// [`BlobError::Unfit`] for any other entry point, a port over 0xff, and an address that no 32-bit
    /// displacement holds in 64-bit code.
    pub fn built_in(point: EntryPoint, processor: Processor) -> Result<Blob, BlobError> {
        let call = instruction(point, processor)?;
        let mut bytes = vec![INT3; PAGE_SIZE];
        for (number, entry) in (0_u32..).zip(bytes.chunks_exact_mut(ENTRY_LENGTH)) {
            let code = [&[MOV_EAX], &number.to_le_bytes()[..], &call, &[RET]].concat();
            entry[..code.len()].copy_from_slice(&code);
        }
        Ok(Blob { bytes })
    }

    /// How many pages it has.
    pub fn pages(&self) -> u8 {
        (self.bytes.len() / PAGE_SIZE) as u8 // at most MAX_PAGES
    }

    /// A page, or `None` past the last.
    pub fn page(&self, number: u64) -> Option<&[u8]> {
        self.bytes.chunks_exact(PAGE_SIZE).nth(usize::try_from(number).ok()?)
    }

    /// Where its bytes are in this process; 0 for an empty one.
    pub(super) fn address(&self) -> u64 {
        if self.bytes.is_empty() { 0 } else { self.bytes.as_ptr() as u64 }
    }
}

/// The instruction that calls in at `point`.
fn instruction(point: EntryPoint, processor: Processor) -> Result<Vec<u8>, BlobError> {
    let unfit = |reason| Err(BlobError::Unfit { point, reason });
    match point {
        entry::EXIT_XEN => Ok(match processor {
            Processor::Intel => VMCALL.bytes.to_vec(),
            Processor::Amd => VMMCALL.bytes.to_vec(),
        }),
        EntryPoint { transport: entry::PIO, address } => match u8::try_from(address) {
            Ok(port) => Ok(vec![OUT, port]),
            Err(_) => unfit("`out imm8, al` reaches the ports to 0xff"),
        },
        EntryPoint { transport: entry::MMIO, address } => match i32::try_from(address) {
            Ok(address) => Ok([&STORE[..], &address.to_le_bytes()].concat()),
            Err(_) => unfit("a displacement is sign-extended from 32 bits in 64-bit code"),
        },
        entry::EXIT_HYPERCALL => unfit("KVM hands out number 12 only"),
        _ => unfit("its instruction is not known"),
    }
}
