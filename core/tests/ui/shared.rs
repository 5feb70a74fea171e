use bytemuck::{Pod, Zeroable};
use hypercall_core::Shared;

/// Has a field that is elsewhere.
#[derive(Clone, Copy, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "wrong_offset", size = 16, source = "a manual")]
struct WrongOffset {
    /// First.
    #[shared(offset = 0)]
    first: u64,
    /// Second.
    #[shared(offset = 4)]
    second: u64,
}

/// Has another size.
#[derive(Clone, Copy, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "wrong_size", size = 12, source = "a manual")]
struct WrongSize {
    /// First.
    #[shared(offset = 0)]
    first: u64,
    /// Second.
    #[shared(offset = 8)]
    second: u64,
}

fn main() {}
