//! The register that a guest asks for a page with.

use super::{Blob, PAGE_SIZE};
use crate::msr::{GeneralProtection, Msrs};
use hypercall_core::memory::GuestMemory;

/// Bits of the value written that are the page's number.
const PAGE_NUMBER: u64 = PAGE_SIZE as u64 - 1;

/// Xen's register of one vCPU, for guests of hosts whose kernel does not serve it. Made by
/// [`Xen::msr`](super::Xen::msr) for each access: the mode of the vCPU may change between two of them.
#[derive(Debug)]
pub struct XenMsr<'a, M: GuestMemory + ?Sized> {
    pub(super) index: u32,
    pub(super) blob: &'a Blob,
    pub(super) memory: &'a M,
}

impl<M: GuestMemory + ?Sized> Msrs for XenMsr<'_, M> {
    /// Nothing reads it.
    fn read(&mut self, _: u32) -> Result<u64, GeneralProtection> {
        Err(GeneralProtection)
    }

    fn write(&mut self, index: u32, value: u64) -> Result<(), GeneralProtection> {
        if index != self.index {
            return Err(GeneralProtection);
        }
        let page = self.blob.page(value & PAGE_NUMBER).ok_or(GeneralProtection)?;
        self.memory.write(value & !PAGE_NUMBER, page).map_err(|_| GeneralProtection)?;
        tracing::trace!(value, "a hypercall page of Xen's");
        Ok(())
    }
}
