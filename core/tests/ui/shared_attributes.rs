use bytemuck::{Pod, Zeroable};
use hypercall_core::Shared;

/// Does not say how large it is.
#[derive(Clone, Copy, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "no_size", source = "a manual")]
struct NoSize {
    /// First.
    #[shared(offset = 0)]
    first: u64,
}

/// Does not say where its field is.
#[derive(Clone, Copy, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "no_offset", size = 8, source = "a manual")]
struct NoOffset {
    /// First.
    first: u64,
}

/// Has no names.
#[derive(Clone, Copy, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "tuple", size = 8, source = "a manual")]
struct Tuple(u64);

fn main() {}
