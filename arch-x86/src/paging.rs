//! A guest's memory by linear addresses: what its page tables make of them, and what they allow.
//!
//! A structure that a guest names by a linear address is in as many places as it has pages. [`Linear`] copies it
//! page by page through whatever translates for the VMM; on KVM that is `kvm::translate`. [`Paging::walk`] reads
//! the tables themselves, as the processor does: for what KVM_TRANSLATE does not tell (whether a page may be
//! written, and by user programs), and for VMMs without KVM.

use hypercall_core::arch::{Caller, Endian, Privilege, Width};
use hypercall_core::memory::{GuestMemory, GuestMemoryExt};
use hypercall_core::{Error, argument::PAGE_SIZE};

/// CR0.WP: the kernel may not write to read-only pages either (Intel SDM volume 3, "Control Registers").
const CR0_WP: u64 = 1 << 16;
/// CR0.PG: paging is on.
const CR0_PG: u64 = 1 << 31;
/// CR4.PSE: pages of 4 MiB in 32-bit paging.
const CR4_PSE: u64 = 1 << 4;
/// CR4.PAE: entries of eight bytes.
const CR4_PAE: u64 = 1 << 5;
/// CR4.LA57: five levels.
const CR4_LA57: u64 = 1 << 12;
/// EFER.LMA: long mode is active.
const EFER_LMA: u64 = 1 << 10;

/// Bits of an entry (Intel SDM volume 3, tables 4-5 to 4-20): present, writable, user, and of a large page.
const PRESENT: u64 = 1 << 0;
const WRITABLE: u64 = 1 << 1;
const USER: u64 = 1 << 2;
const LARGE: u64 = 1 << 7;
/// Bits 51:12 of an entry of eight bytes: where it points. Above are flags and keys.
const ADDRESS: u64 = 0x000f_ffff_ffff_f000;

/// What is done at a linear address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Access {
    /// On whose behalf: a program's pointer must not reach what is its kernel's.
    pub privilege: Privilege,
    /// Whether it is written to.
    pub write: bool,
}

/// What the tables say of a linear address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The guest-physical address.
    pub physical: u64,
    /// Whether every entry on the way allows writing.
    pub writable: bool,
    /// Whether every entry on the way allows user programs.
    pub user: bool,
}

/// The control registers that a vCPU's paging depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    /// CR0.
    pub cr0: u64,
    /// CR3.
    pub cr3: u64,
    /// CR4.
    pub cr4: u64,
    /// EFER.
    pub efer: u64,
}

impl Paging {
    /// Whether a linear address is one in this mode: canonical in long mode, of 32 bits outside it.
    pub fn has(&self, linear: u64) -> bool {
        if self.efer & EFER_LMA == 0 {
            return linear <= u32::MAX.into();
        }
        let unused = if self.cr4 & CR4_LA57 != 0 { 64 - 57 } else { 64 - 48 };
        ((linear << unused) as i64 >> unused) as u64 == linear
    }

    /// Whether a mapping allows an access. With paging off everything is allowed, as `walk` says; protection
    /// keys and SMAP are for the guest's own instructions and are not looked at.
    pub fn allows(&self, mapping: Mapping, access: Access) -> bool {
        let user = access.privilege == Privilege::User;
        let read_only = access.write && !mapping.writable;
        (mapping.user || !user) && !(read_only && (user || self.cr0 & CR0_WP != 0))
    }

    /// Walks the tables in guest memory: at most five reads. `None` where nothing is mapped, or a table is not in
    /// memory. Reserved bits are not looked at.
    pub fn walk(&self, memory: &(impl GuestMemory + ?Sized), linear: u64) -> Option<Mapping> {
        if !self.has(linear) {
            return None;
        }
        if self.cr0 & CR0_PG == 0 {
            return Some(Mapping { physical: linear, writable: true, user: true });
        }
        if self.cr4 & CR4_PAE == 0 {
            return self.walk_32(memory, linear);
        }
        let long = self.efer & EFER_LMA != 0;
        let levels = match (long, self.cr4 & CR4_LA57 != 0) {
            (false, _) => 3,
            (true, false) => 4,
            (true, true) => 5,
        };
        // The four entries of PAE's topmost table have no flags but the first, and CR3 names 32 bytes.
        let mut table = if long { self.cr3 & ADDRESS } else { self.cr3 & 0xffff_ffe0 };
        let mut rights = WRITABLE | USER;
        for level in (0..levels).rev() {
            let shift = 12 + 9 * level;
            let top_of_pae = !long && level == 2;
            let entry: u64 = memory.read_value(table + (linear >> shift & 0x1ff) * 8, Endian::Little).ok()?;
            if entry & PRESENT == 0 {
                return None;
            }
            if !top_of_pae {
                rights &= entry;
            }
            if level == 0 || (entry & LARGE != 0 && (level == 1 || (level == 2 && long))) {
                return Some(mapping(entry & ADDRESS, shift, linear, rights));
            }
            table = entry & ADDRESS;
        }
        None
    }

    /// The two levels of 32-bit paging.
    fn walk_32(&self, memory: &(impl GuestMemory + ?Sized), linear: u64) -> Option<Mapping> {
        let read = |table: u64, index: u64| {
            let entry = memory.read_value::<u32>(table + index * 4, Endian::Little).ok()?;
            (u64::from(entry) & PRESENT != 0).then_some(u64::from(entry))
        };
        let directory = read(self.cr3 & 0xffff_f000, linear >> 22)?;
        let rights = directory & (WRITABLE | USER);
        if directory & LARGE != 0 && self.cr4 & CR4_PSE != 0 {
            // Bits 20:13 are bits 39:32 of the address (PSE-36).
            let high = (directory >> 13 & 0xff) << 32;
            return Some(mapping(directory & 0xffc0_0000 | high, 22, linear, rights));
        }
        let entry = read(directory & 0xffff_f000, linear >> 12 & 0x3ff)?;
        Some(mapping(entry & 0xffff_f000, 12, linear, rights & entry))
    }
}

fn mapping(frame: u64, shift: u32, linear: u64, rights: u64) -> Mapping {
    let offset = (1 << shift) - 1;
    Mapping {
        physical: frame & !offset | linear & offset,
        writable: rights & WRITABLE != 0,
        user: rights & USER != 0,
    }
}

/// A guest's memory by the linear addresses of one call.
///
/// Every piece of a page is translated before it is touched, so a page that is not mapped ends a copy with
/// [`Error::BadAddress`]; pages before it may have been written by then. How much is copied is the caller's to
/// bound: it is the length of a buffer of the host's.
///
/// ```
/// use hypercall_arch_x86::paging::{Access, Linear};
/// use hypercall_core::memory::FlatMemory;
/// use hypercall_core::{Caller, Error};
///
/// let memory = FlatMemory::new(0, 0x3000);
/// // two pages, mapped the other way round
/// let translate = |linear: u64, _: Access| match linear >> 12 {
///     0x400 => Ok(0x1000 | linear & 0xfff),
///     0x401 => Ok(linear & 0xfff),
///     _ => Err(Error::BadAddress),
/// };
/// let linear = Linear::new(&memory, translate, Caller::X86_64);
/// linear.write(0x40_0ffe, b"abcd")?;
/// let mut bytes = [0; 4];
/// linear.read(0x40_0ffe, &mut bytes)?;
/// assert_eq!(&bytes, b"abcd");
/// assert_eq!(linear.read(0x40_1ffe, &mut bytes), Err(Error::BadAddress));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct Linear<'a, M: ?Sized, Translate> {
    memory: &'a M,
    translate: Translate,
    caller: Caller,
}

impl<'a, M: GuestMemory + ?Sized, Translate: Fn(u64, Access) -> Result<u64, Error>> Linear<'a, M, Translate> {
    /// The memory as `caller` sees it. `translate` gives the guest-physical address of a linear one, with which
    /// those that follow in its page of 4 KiB go on alike.
    pub fn new(memory: &'a M, translate: Translate, caller: Caller) -> Linear<'a, M, Translate> {
        Linear { memory, translate, caller }
    }

    /// Copies out of the guest.
    ///
    /// # Errors
    /// [`Error::BadAddress`] where a page is not mapped or not memory, the caller may not read it, or the range
    /// goes past the end of the caller's address space; what `translate` says otherwise.
    pub fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let mut rest = buffer;
        self.pieces(address, rest.len(), false, |physical, length| {
            let (now, later) = core::mem::take(&mut rest).split_at_mut(length);
            rest = later;
            Ok(self.memory.read(physical, now)?)
        })
    }

    /// Copies into the guest.
    ///
    /// # Errors
    /// As [`read`](Self::read), and where the caller may not write a page.
    pub fn write(&self, address: u64, data: &[u8]) -> Result<(), Error> {
        let mut rest = data;
        self.pieces(address, rest.len(), true, |physical, length| {
            let (now, later) = rest.split_at(length);
            rest = later;
            Ok(self.memory.write(physical, now)?)
        })
    }

    /// Goes through a range a page at a time.
    fn pieces(
        &self,
        address: u64,
        length: usize,
        write: bool,
        mut piece: impl FnMut(u64, usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let access = Access { privilege: self.caller.privilege, write };
        let last = match self.caller.width {
            Width::Bits64 => u64::MAX,
            Width::Bits32 => u32::MAX.into(),
        };
        let Some(end) = (length as u64).checked_sub(1) else { return Ok(()) };
        if address.checked_add(end).is_none_or(|end| end > last) {
            return Err(Error::BadAddress);
        }
        let (mut at, mut left) = (address, length);
        while left > 0 {
            let now = left.min((PAGE_SIZE - at % PAGE_SIZE) as usize);
            piece((self.translate)(at, access)?, now)?;
            left -= now;
            at = at.wrapping_add(now as u64); // only behind the last piece does it wrap
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
