use hypercall_core::Argument;

/// Is a struct.
#[derive(Argument)]
struct Plain {
    value: u64,
}

/// Has a value with a field.
#[derive(Argument)]
enum Field {
    /// Nothing.
    Nothing,
    /// Something.
    Something(u64),
}

/// Has no value.
#[derive(Argument)]
enum Empty {}

/// Has a value without a meaning.
#[derive(Argument)]
enum Undocumented {
    /// Has one.
    One,
    Two,
}

/// Has a value that no 32-bit register holds as it is.
#[derive(Argument)]
#[repr(i32)]
enum Negative {
    /// Below zero.
    Below = -1,
    /// Zero.
    Zero = 0,
}

/// Has no one layout.
#[derive(Argument)]
enum Generic<'a> {
    /// Something.
    Something(&'a str),
}

/// Knows no such word.
#[derive(Argument)]
#[argument(width = 8)]
enum Word {
    /// One.
    One,
}

fn main() {}
