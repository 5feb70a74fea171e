//! Derive macros of [`hypercall-core`](https://docs.rs/hypercall-core): use them through that crate.

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

mod argument;
mod attributes;
mod hypercall;
mod shared;

/// Makes a struct a hypercall: its fields are the arguments in register order, its doc comment the purpose.
///
/// It yields `Hypercall::decode` and `encode`, the `Definition`, and a link-time entry in the registry.
///
/// Attributes, all inside `#[hypercall(...)]` and separated by commas:
///
/// | attribute | meaning | needed |
/// |---|---|---|
/// | `number = 12` | number in the interface | yes |
/// | `name = "KVM_HC_MAP_GPA_RANGE"` | full name, unique in a program | yes |
/// | `arch(x86, s390, ppc, mips)` | architectures that have it | yes |
/// | `status = active` | `active`, `deprecated` or `obsolete` | yes |
/// | `interface = kvm` | number space: `kvm`, `xen`, `papr`, `diag500`, `vendor`, or the path of a static | `kvm` |
/// | `result = "..."` | what the value means | no |
/// | `outputs("...", ...)` | what each extra output means | no |
/// | `error(Invalid, "...")` | an error and its reason; repeat it | no |
/// | `feature("KVM_FEATURE_X", 16)` | name and bit that announce the call | no |
/// | `introduced("release", "source")` | history; also `changed`, `deprecated`, `removed` | no |
/// | `shares(Structure, ...)` | structures in guest memory that it reads or writes, each `Shared` | no |
/// | `trusts_host` | the guest takes data from the host on trust | no |
/// | `crate = path` | where `hypercall_core` is, if not `::hypercall_core` | no |
///
/// A field may carry `#[argument(invalid = Unsupported)]`: the error for a value its type refuses.
///
/// Fields need a doc comment: it is the argument's meaning in the tables.
#[proc_macro_derive(Hypercall, attributes(hypercall, argument))]
pub fn hypercall(input: TokenStream) -> TokenStream {
    expand(parse_macro_input!(input as DeriveInput), hypercall::derive)
}

/// Makes an enum of unit variants an argument type: other values are refused, and the tables list each
/// variant with its doc comment. `#[argument(crate = path)]` says where `hypercall_core` is.
#[proc_macro_derive(Argument, attributes(argument))]
pub fn argument(input: TokenStream) -> TokenStream {
    expand(parse_macro_input!(input as DeriveInput), argument::derive)
}

/// Makes a `#[repr(C)]` struct of plain data a structure shared with a guest.
///
/// `#[shared(name = "...", size = N, source = "...")]` on the struct and `#[shared(offset = N)]` on each
/// field are asserted at compile time; `crate = path` says where `hypercall_core` is.
#[proc_macro_derive(Shared, attributes(shared))]
pub fn shared(input: TokenStream) -> TokenStream {
    expand(parse_macro_input!(input as DeriveInput), shared::derive)
}

fn expand(
    input: DeriveInput,
    derive: fn(&DeriveInput) -> syn::Result<proc_macro2::TokenStream>,
) -> TokenStream {
    derive(&input).unwrap_or_else(|error| error.to_compile_error()).into()
}
