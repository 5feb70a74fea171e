//! None to nine arguments, and extra outputs: which register is which.

use hypercall_core::Hypercall;

/// Does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x00,
    name = "HYPERCALL_NOP",
    interface = vendor,
    arch(x86, s390, ppc),
    status = active,
    result = "none",
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Nop {}

/// Defines one `MixN`. Its weights are 1, 2, 3 ... in argument order, so that a value in the wrong register
/// shows in the sum.
macro_rules! mix {
    (
        $(#[$doc:meta])*
        $name:ident $number:literal $text:literal ($($arch:ident),*):
        $($field:ident * $weight:literal $meaning:literal),*
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
        #[hypercall(
            number = $number,
            name = $text,
            interface = vendor,
            arch($($arch),*),
            status = active,
            result = "the first argument, plus twice the second, plus three times the third and so on, \
                      modulo 2^64",
            introduced("hypercall 0.1", "CHANGELOG.md")
        )]
        pub struct $name {
            $(#[doc = $meaning] pub $field: u64),*
        }

        impl $name {
            /// The weighted sum, wrapping.
            pub const fn sum(&self) -> u64 {
                0_u64 $(.wrapping_add(self.$field.wrapping_mul($weight)))*
            }
        }
    };
}

mix! {
    /// Adds up one argument.
    Mix1 0x01 "HYPERCALL_MIX_1" (x86, s390, ppc): a * 1 "Counts once."
}
mix! {
    /// Adds up two arguments, each with its own weight.
    Mix2 0x02 "HYPERCALL_MIX_2" (x86, s390, ppc): a * 1 "Counts once.", b * 2 "Counts twice."
}
mix! {
    /// Adds up three arguments, each with its own weight.
    Mix3 0x03 "HYPERCALL_MIX_3" (x86, s390, ppc):
    a * 1 "Counts once.", b * 2 "Counts twice.", c * 3 "Counts three times."
}
mix! {
    /// Adds up four arguments, each with its own weight.
    Mix4 0x04 "HYPERCALL_MIX_4" (x86, s390, ppc):
    a * 1 "Counts once.", b * 2 "Counts twice.", c * 3 "Counts three times.", d * 4 "Counts four times."
}
mix! {
    /// Adds up five arguments, each with its own weight.
    Mix5 0x05 "HYPERCALL_MIX_5" (x86, s390, ppc):
    a * 1 "Counts once.", b * 2 "Counts twice.", c * 3 "Counts three times.", d * 4 "Counts four times.",
    e * 5 "Counts five times."
}
mix! {
    /// Adds up six arguments, each with its own weight: the most of x86 and s390.
    Mix6 0x06 "HYPERCALL_MIX_6" (x86, s390, ppc):
    a * 1 "Counts once.", b * 2 "Counts twice.", c * 3 "Counts three times.", d * 4 "Counts four times.",
    e * 5 "Counts five times.", f * 6 "Counts six times."
}
mix! {
    /// Adds up seven arguments, each with its own weight.
    Mix7 0x07 "HYPERCALL_MIX_7" (ppc):
    a * 1 "Counts once.", b * 2 "Counts twice.", c * 3 "Counts three times.", d * 4 "Counts four times.",
    e * 5 "Counts five times.", f * 6 "Counts six times.", g * 7 "Counts seven times."
}
mix! {
    /// Adds up eight arguments, each with its own weight: the most of ePAPR.
    Mix8 0x08 "HYPERCALL_MIX_8" (ppc):
    a * 1 "Counts once.", b * 2 "Counts twice.", c * 3 "Counts three times.", d * 4 "Counts four times.",
    e * 5 "Counts five times.", f * 6 "Counts six times.", g * 7 "Counts seven times.",
    h * 8 "Counts eight times."
}
mix! {
    /// Adds up nine arguments, each with its own weight: the most of PAPR.
    Mix9 0x09 "HYPERCALL_MIX_9" (ppc):
    a * 1 "Counts once.", b * 2 "Counts twice.", c * 3 "Counts three times.", d * 4 "Counts four times.",
    e * 5 "Counts five times.", f * 6 "Counts six times.", g * 7 "Counts seven times.",
    h * 8 "Counts eight times.", i * 9 "Counts nine times."
}

/// Fills the extra output registers: the most that ePAPR has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hypercall)]
#[hypercall(
    number = 0x10,
    name = "HYPERCALL_OUTPUTS",
    interface = vendor,
    arch(ppc),
    status = active,
    result = "the seed",
    outputs(
        "the seed plus 1",
        "the seed plus 2",
        "the seed plus 3",
        "the seed plus 4",
        "the seed plus 5",
        "the seed plus 6",
        "the seed plus 7"
    ),
    introduced("hypercall 0.1", "CHANGELOG.md")
)]
pub struct Outputs {
    /// The value of the first output; each further one is one more, modulo 2^64.
    pub seed: u64,
}
