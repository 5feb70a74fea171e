//! Calls to measure with: 64 handlers that do next to nothing, each with code of its own, under as many
//! numbers as are wanted. What is called directly and what is dispatched do the same work.

use hypercall_core::argument::{Argument, ArgumentKind, Slots, SlotsMut};
use hypercall_core::definition::{ArgumentInfo, Location};
use hypercall_core::memory::{FlatMemory, GuestMemory};
use hypercall_core::{
    Arch, BuildError, Builder, Context, Convention, Definition, Dispatcher, EntryPoint, Error, Hypercall,
    Interface, Policy, Registry, Serves, Status, interface,
};

/// How many handlers there are.
pub const KINDS: usize = 64;

/// What the handlers have of the VM.
pub struct State {
    /// Something that the handlers read.
    pub seed: u64,
    /// Where batches are.
    pub memory: Box<dyn GuestMemory + Send + Sync>,
}

/// Without memory.
impl Default for State {
    fn default() -> State {
        State { seed: 0, memory: Box::new(FlatMemory::new(0, 0)) }
    }
}

/// What a call of kind `N` does.
#[inline(always)]
fn work<const N: u32>(state: &State, a: u64, b: u64, c: u64, d: u64) -> u64 {
    (a.wrapping_add(b.rotate_left(N)) ^ c.wrapping_sub(d)).wrapping_add(state.seed) >> 1
}

/// A function as a VMM writes its hypercalls by hand.
pub type Direct = fn(&State, u64, u64, u64, u64) -> u64;

fn direct<const N: u32>(state: &State, a: u64, b: u64, c: u64, d: u64) -> u64 {
    work::<N>(state, a, b, c, d)
}

/// A call of kind `N`, as `#[derive(Hypercall)]` makes it, but that it is in no table of the ABI.
#[derive(Debug)]
pub struct Call<const N: u32> {
    a: u64,
    b: u64,
    c: u64,
    d: u64,
}

const fn argument(name: &'static str) -> ArgumentInfo {
    const KIND: &ArgumentKind = <u64 as Argument>::KIND;
    ArgumentInfo { name, kind: KIND, meaning: "Any.", invalid: Error::Invalid }
}

static ARGUMENTS: [ArgumentInfo; 4] = [argument("a"), argument("b"), argument("c"), argument("d")];

const fn definition(name: &'static str, number: u64, interface: &'static Interface) -> Definition {
    Definition {
        name,
        number,
        interface,
        archs: &[Arch::X86, Arch::Ppc],
        status: Status::Active,
        purpose: "Is measured.",
        arguments: &ARGUMENTS,
        result: "a number made of the arguments",
        outputs: &[],
        errors: &[],
        feature: None,
        history: &[],
        shares: &[],
        trusts_host: false,
        location: Location { file: file!(), line: line!() },
    }
}

impl<const N: u32> Hypercall for Call<N> {
    const DEFINITION: &'static Definition = &definition(NAMES[N as usize], N as u64, &interface::KVM);

    #[inline]
    fn decode(slots: &mut Slots<'_>) -> Result<Self, Error> {
        Ok(Call {
            a: u64::decode(slots)?,
            b: u64::decode(slots)?,
            c: u64::decode(slots)?,
            d: u64::decode(slots)?,
        })
    }

    #[inline]
    fn encode(&self, slots: &mut SlotsMut<'_>) {
        [self.a, self.b, self.c, self.d].iter().for_each(|value| value.encode(slots));
    }
}

impl<const N: u32> Serves<Call<N>> for State {
    type Answer = u64;

    fn serve(&self, call: Call<N>, _: &mut Context<'_>) -> Result<u64, Error> {
        Ok(work::<N>(self, call.a, call.b, call.c, call.d))
    }
}

/// How a dispatcher gets a handler.
pub type Handle = fn(Builder<State>, &'static Definition) -> Builder<State>;

/// As the VM serves the call.
fn serves<const N: u32>(builder: Builder<State>, definition: &'static Definition) -> Builder<State> {
    builder.serves_as::<Call<N>>(definition)
}

/// By a closure.
fn handle<const N: u32>(builder: Builder<State>, definition: &'static Definition) -> Builder<State> {
    builder.handle_as(definition, |state: &State, call: Call<N>, _: &mut Context<'_>| {
        Ok(work::<N>(state, call.a, call.b, call.c, call.d))
    })
}

/// Gives the 64 kinds to a macro.
macro_rules! kinds {
    ($then:ident) => {
        $then! {
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
            32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
        }
    };
}

macro_rules! tables {
    ($($kind:literal)*) => {
        /// The functions, by kind.
        pub static DIRECT: [Direct; KINDS] = [$(direct::<$kind>),*];
        const NAMES: [&str; KINDS] = [$(concat!("BENCH_", $kind)),*];

        hypercall_core::call_list! {
            /// All of them, for number `n` of KVM's the one of kind `n`.
            pub struct Listed for State { $(Call<$kind>),* }
        }

        /// What a dispatcher has them of otherwise.
        pub static SERVES: [Handle; KINDS] = [$(serves::<$kind>),*];
        /// The same as closures.
        pub static CLOSURES: [Handle; KINDS] = [$(handle::<$kind>),*];

        /// The functions by `match`, for number `n` the one of kind `n`.
        #[inline(always)]
        pub fn by_match(state: &State, number: u64, [a, b, c, d]: [u64; 4]) -> Option<u64> {
            match number {
                $($kind => Some(direct::<$kind>(state, a, b, c, d)),)*
                _ => None,
            }
        }
    };
}

kinds!(tables);

/// Numbers in an interface, and how many calls there are to be.
pub struct Numbers {
    /// The number space.
    pub interface: &'static Interface,
    /// The number of the call at a place in it.
    pub number: fn(u64) -> u64,
    /// How many.
    pub count: u64,
}

/// An entry point with what it is bound to.
pub type Bound = (EntryPoint, &'static Convention, &'static Interface);

/// One for no calls yet.
fn builder(arch: Arch, (point, convention, interface): Bound) -> Builder<State> {
    let none = Registry::new([]).expect("no definitions collide");
    Dispatcher::builder(arch).registry(none).entry(point, convention, interface).policy(Policy::default())
}

/// A dispatcher for the calls of the [list](Listed).
///
/// # Errors
/// What the builder refuses.
pub fn listed(
    arch: Arch,
    entry: Bound,
    change: impl FnOnce(Builder<State>) -> Builder<State>,
) -> Result<Dispatcher<State>, BuildError> {
    change(builder(arch, entry).serves_list::<Listed>()).build()
}

/// A dispatcher for so many calls; the one at place `i` of all is of kind `i % 64`.
///
/// # Errors
/// What the builder refuses.
pub fn dispatcher(
    arch: Arch,
    entry: Bound,
    numbers: &[Numbers],
    change: impl FnOnce(Builder<State>) -> Builder<State>,
) -> Result<Dispatcher<State>, BuildError> {
    dispatcher_of(&SERVES, arch, entry, numbers, change)
}

/// As [`dispatcher`], with these handlers.
///
/// # Errors
/// What the builder refuses.
pub fn dispatcher_of(
    handlers: &[Handle; KINDS],
    arch: Arch,
    entry: Bound,
    numbers: &[Numbers],
    change: impl FnOnce(Builder<State>) -> Builder<State>,
) -> Result<Dispatcher<State>, BuildError> {
    let mut builder = builder(arch, entry);
    let all = numbers.iter().flat_map(|n| (0..n.count).map(move |place| (n, place)));
    for (index, (numbers, place)) in all.enumerate() {
        // A definition lives as long as the program, as those do that are compiled into one.
        let name = Box::leak(format!("BENCH_{index}").into_boxed_str());
        let definition = Box::leak(Box::new(definition(name, (numbers.number)(place), numbers.interface)));
        builder = handlers[index % KINDS](builder, definition);
    }
    change(builder).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_and_the_match_of_a_kind_do_the_same() {
        let state = State { seed: 5, ..State::default() };
        for kind in 0..KINDS as u64 {
            let direct = DIRECT[kind as usize](&state, 1, 2, 3, 4);
            assert_eq!(by_match(&state, kind, [1, 2, 3, 4]), Some(direct));
        }
        assert_eq!(by_match(&state, 64, [1, 2, 3, 4]), None);
    }
}
