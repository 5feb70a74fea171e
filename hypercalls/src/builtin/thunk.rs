//! From the 64-bit handler that an exception of 32-bit code has in long mode to the interpreter's 32-bit one.

/// Code that makes of the frame which long mode pushes (error code, RIP, CS, RFLAGS, RSP and SS, of eight bytes each)
/// the one which protected mode does (error code, EIP, CS and EFLAGS, of four), and goes on at `handler` in
/// 32-bit code, whose segment is `selector`. It uses R8 to R12, which 32-bit code has not.
pub fn thunk(selector: u16, handler: u64) -> [u8; 44] {
    let mut code = [
        0x41,
        0x58, // pop r8
        0x41,
        0x59, // pop r9
        0x41,
        0x5a, // pop r10
        0x41,
        0x5b, // pop r11
        0x41,
        0x5c, // pop r12
        0x49,
        0x8d,
        0x64,
        0x24,
        0xf0, // lea rsp, [r12 - 16]; the flags are the call's
        0x44,
        0x89,
        0x04,
        0x24, // mov [rsp], r8d
        0x44,
        0x89,
        0x4c,
        0x24,
        0x04, // mov [rsp + 4], r9d
        0x44,
        0x89,
        0x54,
        0x24,
        0x08, // mov [rsp + 8], r10d
        0x44,
        0x89,
        0x5c,
        0x24,
        0x0c, // mov [rsp + 12], r11d
        0x6a,
        selector as u8, // push selector
        0x68,
        0,
        0,
        0,
        0, // push handler, which is below 2 GiB
        0x48,
        0xcb, // retfq
        0xcc,
    ];
    code[37..41].copy_from_slice(&(handler as u32).to_le_bytes());
    code
}
