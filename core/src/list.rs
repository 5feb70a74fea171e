//! Calls that are known where the program is compiled, all of them together.
//!
//! A dispatcher finds a handler in a table and calls a function that the compiler knows nothing of. Of a
//! [list](CallList) the compiler makes one piece of code: the number is the jump, and each handler stands in its
//! place. Everything else is as ever. The list's calls are in the dispatcher's tables, too, by which they are served
//! wherever the list is not known: in a batch, a ring, or another convention.
//!
//! ```
//! use hypercall_core::prelude::*;
//! use hypercall_core::{Caller, Registers, Vcpu};
//! use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
//! # pub static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");
//! # /// Counts something, and says how often that was done.
//! # #[derive(Hypercall)]
//! # #[hypercall(number = 0x24, name = "ACME_TALLY", interface = ACME, arch(x86, s390, ppc), status = active)]
//! # pub struct Tally {
//! #     /// How much to add.
//! #     pub by: u32,
//! # }
//! # /// Says what was counted.
//! # #[derive(Hypercall)]
//! # #[hypercall(number = 0x25, name = "ACME_TALLIED", interface = ACME, arch(x86, s390, ppc), status = active)]
//! # pub struct Tallied {}
//!
//! struct Vm {
//!     count: AtomicU64,
//! }
//!
//! impl Serves<Tally> for Vm {
//!     type Answer = ();
//!     fn serve(&self, call: Tally, _: &mut Context<'_>) -> Result<(), Error> {
//!         self.count.fetch_add(call.by.into(), Relaxed);
//!         Ok(())
//!     }
//! }
//!
//! impl Serves<Tallied> for Vm {
//!     type Answer = u64;
//!     fn serve(&self, _: Tallied, _: &mut Context<'_>) -> Result<u64, Error> {
//!         Ok(self.count.load(Relaxed))
//!     }
//! }
//!
//! hypercall_core::call_list! {
//!     /// The calls that every VM of ours serves.
//!     pub struct Ours for Vm { Tally, Tallied }
//! }
//!
//! /// Builds what a VM keeps: others may be served beside the list.
//! fn dispatcher(builder: hypercall_core::Builder<Vm>) -> Result<Dispatcher<Vm>, hypercall_core::BuildError> {
//!     builder.serves_list::<Ours>().build()
//! }
//!
//! /// Serves calls that come in at one entry point.
//! fn run<R: Registers>(
//!     dispatcher: &Dispatcher<Vm>, point: EntryPoint, vm: &Vm, vcpu: &mut Vcpu, registers: &mut R, caller: Caller,
//! ) {
//!     let entry = dispatcher.list_entry::<Ours, R>(point).expect("it was bound");
//!     loop {
//!         # break;
//!         // ... runs the guest up to its next call, then:
//!         let flow = dispatcher.serve_list(entry, vm, vcpu, registers, caller); // as `Dispatcher::serve`
//!         # let _ = flow;
//!     }
//! }
//! ```

use crate::arch::{Caller, Privilege, Width};
use crate::context::{Brief, Context, Kind};
use crate::convention::Registers;
use crate::definition::Hypercall;
use crate::entry::{Entry, Marshal, Place};
use crate::handler::{FEW, FewArguments, run};
use crate::outcome::Action;
use crate::served::Gate;
use crate::straight::is_traced;
use crate::{Builder, Dispatcher, EntryId, EntryPoint, Serves, Vcpu};
use core::any::TypeId;
use core::fmt;
use core::marker::PhantomData;
use core::ops::ControlFlow;

/// Calls of a VM that are compiled into one piece, at most [`MAX_CALLS`]. Made by [`call_list!`](crate::call_list);
/// see the [module](self) for an example.
///
/// `()` is the list of no calls, which every dispatcher has.
pub trait CallList<Vm>: Copy + fmt::Debug + 'static {
    /// How many there are.
    const LEN: usize;

    /// Has a builder serve each, in this order. What [`Builder::serves_list`] calls.
    #[doc(hidden)]
    fn add(builder: Builder<Vm>) -> Builder<Vm>;

    /// Serves a call if it is one of these.
    #[doc(hidden)]
    fn serve<R: Registers + ?Sized>(arrival: Arrival<'_, Vm>) -> Option<Counted>;
}

/// How many calls a list has at most: a word has a bit for each.
pub const MAX_CALLS: usize = 64;

impl<Vm> CallList<Vm> for () {
    const LEN: usize = 0;

    fn add(builder: Builder<Vm>) -> Builder<Vm> {
        builder
    }

    fn serve<R: Registers + ?Sized>(_: Arrival<'_, Vm>) -> Option<Counted> {
        None
    }
}

/// An entry point, and which calls of a list come in there with nothing to do before their handlers; for one
/// architecture's registers. Made by [`Dispatcher::list_entry`].
pub struct ListEntry<L, R: ?Sized> {
    id: EntryId,
    /// A bit for each call, of the kernel's and of user programs'. Not an array: one that is indexed is in memory.
    open: u64,
    user_open: u64,
    of: PhantomData<fn(&R) -> L>,
}

impl<L, R: ?Sized> Clone for ListEntry<L, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L, R: ?Sized> Copy for ListEntry<L, R> {}

impl<L, R: ?Sized> fmt::Debug for ListEntry<L, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ListEntry({}, {} calls)", self.id.0, self.in_place())
    }
}

impl<L, R: ?Sized> ListEntry<L, R> {
    /// The entry point, as [`Dispatcher::entry`] gives it.
    pub fn id(&self) -> EntryId {
        self.id
    }

    /// How many calls of the list the compiled code serves here. The others go by the dispatcher's tables:
    ///
    /// - all of them, where the dispatcher was not built [with the list](Builder::serves_list) or
    ///   has a [clock](Builder::clock), or the entry point does not speak the architecture's
    ///   [common convention](Registers::COMMON);
    /// - those that the policy denies, deprecated ones, those that take more than four argument registers, and those
    ///   that do not exist at this entry point.
    pub fn in_place(&self) -> u32 {
        self.open.count_ones()
    }
}

/// A call in the registers, of which nothing is known yet.
#[doc(hidden)]
pub struct Arrival<'a, Vm> {
    vm: &'a Vm,
    vcpu: &'a mut Vcpu,
    number: u64,
    arguments: &'a FewArguments,
    caller: Caller,
    place: &'a Place,
    open: u64,
}

/// What became of a call, and where it was counted.
#[doc(hidden)]
pub struct Counted {
    brief: Brief,
    line: usize,
}

impl<Vm> Arrival<'_, Vm> {
    /// Whether it has this call's number.
    #[inline(always)] // a comparison with a constant; the list's together are a jump
    pub fn is<C: Hypercall, R: Registers + ?Sized>(&self) -> bool {
        let wire = const {
            match R::COMMON {
                Some(convention) if C::DEFINITION.most_slots() <= FEW => {
                    C::DEFINITION.interface.wire(convention.numbering, C::DEFINITION.number)
                }
                _ => None,
            }
        };
        wire.is_some_and(|number| self.number == number)
    }

    /// Serves it as this call of the list, if nothing is to be done before.
    #[inline(always)] // the handler's place is in the list's code
    pub fn serve<C: Hypercall>(self, index: usize) -> Option<Counted>
    where
        Vm: Serves<C>,
    {
        let Arrival { vm, vcpu, arguments, caller, place, open, .. } = self;
        if open & (1 << index) == 0 {
            return None;
        }
        let line = index + 1;
        // Here its place is known, and so where the counter is.
        vcpu.counters.served(line);
        let context = Context { vcpu, place, line: line as u32, caller, deferred: false };
        // Not the function that the table has, though it is the same: of code that is used once, the compiler knows
        // where it goes.
        let brief = run(arguments, context, |call, context| vm.serve(call, context));
        Some(Counted { brief, line })
    }
}

impl<Vm> Dispatcher<Vm> {
    /// An entry point for the calls of a list, or `None` if it was not bound. Those that cannot be served
    /// [in place](ListEntry::in_place) are served by the tables.
    pub fn list_entry<L: CallList<Vm>, R: Registers + ?Sized>(
        &self,
        point: EntryPoint,
    ) -> Option<ListEntry<L, R>> {
        let id = self.entry(point)?;
        let is_own = self.list == Some(TypeId::of::<L>());
        let open = if is_own { self.open_calls::<R>(&self.entries[id.0], L::LEN) } else { 0 };
        let user_open = if self.user_mode { open } else { 0 };
        Some(ListEntry { id, open, user_open, of: PhantomData })
    }

    /// Those of the first so many calls with nothing to do before their handlers, a bit for each.
    fn open_calls<R: Registers + ?Sized>(&self, at: &Entry<Vm>, len: usize) -> u64 {
        let speaks = |convention: &crate::Convention| {
            at.convention.numbering == convention.numbering
                && at.mode(Width::Bits64).key() == const { Marshal::common_key::<R>() }
        };
        if self.clock.is_some() || !R::COMMON.is_some_and(speaks) {
            return 0;
        }
        let is_open = |line: usize| {
            let served = self.calls.at(line)?;
            let definition = served.definition;
            let number = definition.interface.wire(at.convention.numbering, definition.number)?;
            let is_here = at.find(number)?.line as usize == line;
            Some(is_here && served.gate == Gate::Open && definition.most_slots() <= FEW)
        };
        (0..len.min(MAX_CALLS))
            .filter(|index| is_open(index + 1) == Some(true))
            .fold(0, |open, index| open | 1 << index)
    }

    /// As [`serve`](Self::serve), with the code of a list for its calls.
    ///
    /// What the compiled code may serve was decided when the entry was [made](Self::list_entry): one that another
    /// dispatcher made goes by that one's policy.
    ///
    /// # Panics
    /// When the entry is another dispatcher's and this one has fewer, at calls that the list's code does not serve.
    #[inline(always)] // as `serve`
    pub fn serve_list<L: CallList<Vm>, R: Registers + ?Sized>(
        &self,
        entry: ListEntry<L, R>,
        vm: &Vm,
        vcpu: &mut Vcpu,
        registers: &mut R,
        caller: Caller,
    ) -> ControlFlow<Action> {
        if const { L::LEN == 0 } {
            return self.serve(entry.id, vm, vcpu, registers, caller);
        }
        if let Some(mode) = const { &Marshal::common::<R>() }
            && caller.width == Width::Bits64
            && !is_traced()
        {
            let mut copy = [0; FEW];
            let arrival = Arrival {
                vm,
                vcpu,
                number: mode.number(registers),
                arguments: mode.few(registers, &mut copy),
                caller,
                // Nothing is read of it where no handler asks.
                place: self.entries.get(entry.id.0).map_or(&self.nowhere, |at| &at.place),
                open: if caller.privilege == Privilege::Supervisor { entry.open } else { entry.user_open },
            };
            if let Some(Counted { brief, line }) = L::serve::<R>(arrival) {
                if matches!(brief.kind, Kind::Done | Kind::Value) {
                    mode.write_plain(registers, brief);
                    return ControlFlow::Continue(());
                }
                return self.settle(entry.id, line, caller.width, vcpu, registers);
            }
        }
        self.serve_beside(entry.id, vm, vcpu, registers, caller)
    }

    /// Serves what a list's code does not.
    #[cold] // not rare, but out of the line, whose registers it would take
    #[inline(never)]
    fn serve_beside<R: Registers + ?Sized>(
        &self,
        entry: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        registers: &mut R,
        caller: Caller,
    ) -> ControlFlow<Action> {
        self.serve(entry, vm, vcpu, registers, caller)
    }
}

/// Makes a type that is a [list](mod@crate::list) of calls that a VM [serves](crate::Serves), 64 at most.
///
/// ```
/// # use hypercall_core::prelude::*;
/// # pub static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");
/// # /// Does nothing.
/// # #[derive(Hypercall)]
/// # #[hypercall(number = 0x26, name = "ACME_NOP", interface = ACME, arch(x86), status = active)]
/// # pub struct Nop {}
/// # struct Vm;
/// # impl Serves<Nop> for Vm {
/// #     type Answer = ();
/// #     fn serve(&self, _: Nop, _: &mut Context<'_>) -> Result<(), Error> { Ok(()) }
/// # }
/// hypercall_core::call_list! {
///     /// What this VM serves.
///     pub struct Calls for Vm { Nop }
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! call_list {
    ($(#[$meta:meta])* $visible:vis struct $name:ident for $vm:ty { $($call:ty),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        $visible struct $name;

        const _: () = ::core::assert!(
            <$name as $crate::list::CallList<$vm>>::LEN <= $crate::list::MAX_CALLS,
            "a list of calls has 64 of them at most"
        );

        impl $crate::list::CallList<$vm> for $name {
            const LEN: usize = [$(::core::stringify!($call)),+].len();

            fn add(builder: $crate::Builder<$vm>) -> $crate::Builder<$vm> {
                builder$(.serves::<$call>())+
            }

            #[inline(always)] // whoever serves the list wants its code there
            fn serve<R: $crate::Registers + ?Sized>(
                arrival: $crate::list::Arrival<'_, $vm>,
            ) -> ::core::option::Option<$crate::list::Counted> {
                let index = 0;
                $(
                    if arrival.is::<$call, R>() {
                        return arrival.serve::<$call>(index);
                    }
                    let index = index + 1;
                )+
                let _ = index;
                ::core::option::Option::None
            }
        }
    };
}
