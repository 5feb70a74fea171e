//! Guest programs, assembled into the test binary and copied into guest memory.
//!
//! They are position independent and use integer instructions only: some hosts emulate CPL 0 without SSE.

/// `guest!(name, "out 0x48, al", "hlt");` defines `name()`, the bytes of a 64-bit program. Local labels are
/// numbers from 2 on.
macro_rules! guest {
    ($name:ident, $($line:literal),+ $(,)?) => {
        core::arch::global_asm!(
            ".pushsection .rodata.guest,\"a\"",
            concat!("guest_", stringify!($name), ":"),
            $($line,)+
            concat!("guest_", stringify!($name), "_end:"),
            ".popsection",
        );
        pub fn $name() -> &'static [u8] {
            unsafe extern "C" {
                #[link_name = concat!("guest_", stringify!($name))]
                static START: u8;
                #[link_name = concat!("guest_", stringify!($name), "_end")]
                static END: u8;
            }
            // SAFETY: both labels are of one piece of read-only data, emitted above, the end behind the start.
            unsafe {
                let (start, end) = (&raw const START, &raw const END);
                core::slice::from_raw_parts(start, end.offset_from_unsigned(start))
            }
        }
    };
}
pub(crate) use guest;

/// The handlers that every guest has.
#[allow(unsafe_code)] // assembly
pub mod handlers {
    // RDI is where the vCPU's data is: how often VECTOR came, how often another, where VECTOR came last.
    guest!(
        vector,
        "push rax",
        "mov rax, [rsp + 8]",
        "mov [rdi + 16], rax",
        "pop rax",
        "lock inc qword ptr [rdi]",
        "iretq",
    );
    guest!(other_vector, "lock inc qword ptr [rdi + 8]", "iretq");
    // An exception ends the guest's part, its registers as they are.
    guest!(exception, "out 0x4a, al", "2: hlt", "jmp 2b");
}
