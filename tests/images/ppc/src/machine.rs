//! What the guests' virtual machine has of this one, and the magic page that its handlers map.

use crate::cpu;
use core::cell::UnsafeCell;
use hypercall_arch_ppc::magic::MagicPage;
use hypercall_core::Error;
use hypercall_image_common::machine::Platform;
use hypercalls::catalogue::kvm::{MagicFeatures, MagicPageFlags};
use hypercalls::services::{MagicPages, WallTime};

/// What the guests' machine has of this one.
#[derive(Clone, Copy)]
pub struct Ppc;

struct Magic(UnsafeCell<Option<MagicPage>>);
// SAFETY: the machine has one processor, and its host does not interrupt itself.
unsafe impl Sync for Magic {}
/// The magic page of the guest that runs.
static MAGIC: Magic = Magic(UnsafeCell::new(None));

/// The magic page as the guest last asked for it.
pub fn magic_page() -> MagicPage {
    // SAFETY: see the type; the value is copied.
    unsafe { *MAGIC.0.get() }.unwrap_or_default()
}

/// Replaces it.
pub fn set_magic_page(page: MagicPage) {
    // SAFETY: see the type.
    unsafe { *MAGIC.0.get() = Some(page) }
}

impl Platform for Ppc {
    fn write(&self, text: &[u8]) {
        cpu::print(text);
    }

    fn now(&self) -> WallTime {
        WallTime { seconds: cpu::now() as i64, nanoseconds: 0 }
    }
}

impl MagicPages for Ppc {
    fn map(
        &self,
        _vcpu: u32,
        physical: u64,
        effective: u64,
        flags: MagicPageFlags,
    ) -> Result<MagicFeatures, Error> {
        let mut page = magic_page();
        let features = page.map(physical, effective | flags.bits());
        set_magic_page(page);
        Ok(MagicFeatures::from_bits_retain(features))
    }
}
