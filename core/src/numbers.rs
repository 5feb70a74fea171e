//! The numbers at an entry point: whose each is, and the call behind it.

use crate::encoding::Encoding;
use crate::handler::Handler;
use crate::interface::Span;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The place of a number, counted in steps from the first; more than there are where it is none of theirs. The
/// rotation takes bits between two numbers to the top, where they make it too great, as what is under `first`
/// is.
#[inline]
fn place(wire: u64, first: u64, shift: u32) -> u64 {
    wire.wrapping_sub(first).rotate_right(shift)
}

/// The numbers of one interface at one entry point.
pub(crate) struct EntrySpan {
    first: u64,
    /// log2 of the distance between numbers.
    shift: u32,
    count: u64,
    /// How errors are said to a caller of one of them.
    pub(crate) errors: &'static Encoding,
}

impl EntrySpan {
    pub(crate) fn new(span: &Span, errors: &'static Encoding) -> EntrySpan {
        EntrySpan { first: span.first, shift: span.step.trailing_zeros(), count: span.count, errors }
    }

    pub(crate) fn contains(&self, wire: u64) -> bool {
        place(wire, self.first, self.shift) < self.count
    }
}

/// The call of a number at one entry point: all of it that the call path needs, side by side.
pub(crate) struct Bound<Vm> {
    pub(crate) handler: Handler<Vm>,
    /// Where it is counted: its slot + 1; 0 where the number has no call.
    pub(crate) line: u32,
}

impl<Vm> Bound<Vm> {
    fn none() -> Bound<Vm> {
        Bound { handler: Handler { few: Handler::elsewhere, ..Handler::unsupported() }, line: 0 }
    }

    pub(crate) fn new(handler: Handler<Vm>, line: u32, is_plain: bool) -> Bound<Vm> {
        // What a call costs is decided here: the straight path asks nothing but whether the number has a place.
        let few = if is_plain { handler.few } else { Handler::elsewhere };
        Bound { handler: Handler { few, ..handler }, line }
    }
}

/// Numbers without a call between two that have one, at most, within a run: one costs 32 bytes in a table, a
/// run some time in the search of the runs before it.
const GAP: usize = 256;

/// Numbers close to each other, from one that has a call to another.
pub(crate) struct Run<Vm> {
    first: u64,
    shift: u32,
    table: Box<[Bound<Vm>]>,
}

impl<Vm> Run<Vm> {
    /// One in which nothing is found.
    pub(crate) fn empty() -> Run<Vm> {
        Run { first: 0, shift: 0, table: Box::default() }
    }

    /// The runs of a span's calls, each with its place in the span.
    pub(crate) fn all(span: &Span, mut calls: Vec<(u64, Bound<Vm>)>) -> Vec<Run<Vm>> {
        calls.sort_by_key(|(place, _)| *place);
        let mut runs: Vec<(u64, Vec<Bound<Vm>>)> = Vec::new();
        for (place, bound) in calls {
            let within = |(start, table): &&mut (u64, Vec<_>)| place - start < (table.len() + GAP) as u64;
            match runs.last_mut().filter(within) {
                Some((start, table)) => {
                    table.resize_with((place - *start) as usize, Bound::none); // under 65536, as a span's numbers
                    table.push(bound);
                }
                None => runs.push((place, Vec::from([bound]))),
            }
        }
        let run = |(start, table): (u64, Vec<_>)| Run {
            first: span.first + start * span.step,
            shift: span.step.trailing_zeros(),
            table: table.into_boxed_slice(),
        };
        runs.into_iter().map(run).collect()
    }

    /// What there is at the place of a number, as the guest wrote it: it may have no call.
    #[inline]
    pub(crate) fn at(&self, wire: u64) -> Option<&Bound<Vm>> {
        let place = usize::try_from(place(wire, self.first, self.shift)).ok()?;
        self.table.get(place)
    }

    /// As [`at`](Self::at), where numbers [follow each other](Self::is_dense).
    #[inline]
    pub(crate) fn at_dense(&self, wire: u64) -> Option<&Bound<Vm>> {
        self.table.get(usize::try_from(wire.wrapping_sub(self.first)).ok()?)
    }

    /// Whether the distance between numbers is one.
    pub(crate) fn is_dense(&self) -> bool {
        self.shift == 0
    }

    /// The call with a number.
    #[inline]
    pub(crate) fn find(&self, wire: u64) -> Option<&Bound<Vm>> {
        self.at(wire).filter(|bound| bound.line != 0)
    }

    /// Where its calls are.
    pub(crate) fn address(&self) -> usize {
        self.table.as_ptr().addr()
    }

    /// Bytes of it, what handlers own apart.
    pub(crate) fn size(&self) -> usize {
        size_of_val(self) + size_of_val(&*self.table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Numbering;
    use crate::interface::Span;
    use alloc::vec;

    /// The one comparison of the call path against the three of [`Span::number`].
    #[test]
    fn a_number_has_a_place_exactly_where_the_span_has_it() {
        let mut spans = vec![];
        for (first, step, count) in [
            (0, 1, 0x1_0000),
            (0x2a_0000, 1, 0x1_0000),
            (0x7200, 4, 128),
            (2, 4, 3),
            (1, 1 << 63, 1),
            (0, 1 << 63, 2),
            (u64::MAX - 7, 4, 2),
            (u64::MAX, 1, 1),
            (1 << 63, 1 << 61, 4),
        ] {
            let span = Span { numbering: Numbering::X86, first, start: 0, step, count };
            assert_eq!(span.flaw(), None, "{span:x?}");
            spans.push(span);
        }
        for span in &spans {
            let own = EntrySpan::new(span, &crate::encoding::KVM_X86);
            let last = span.first + (span.count - 1) * span.step;
            let near = |x: u64| (0..9).map(move |d| x.wrapping_add(d).wrapping_sub(4));
            let far = [0, 1 << 31, 1 << 32, 1 << 62, 1 << 63, u64::MAX, span.first.wrapping_neg()];
            let wires = near(span.first).chain(near(last)).chain(far.into_iter().flat_map(near));
            for wire in wires.chain(near(last.wrapping_add(span.step))) {
                let place = Some(place(wire, own.first, own.shift)).filter(|place| *place < span.count);
                assert_eq!(place, span.number(wire), "{wire:#x} in {span:x?}");
            }
        }
    }

    #[test]
    fn calls_far_apart_are_in_runs_of_their_own_and_nothing_else_is_found() {
        for (first, step) in [(0, 1), (0x7000, 4), (1 << 40, 1 << 20)] {
            let span = Span { numbering: Numbering::X86, first, start: 0, step, count: 0x1_0000 };
            let places = [3, 3 + GAP as u64, 4 + 2 * GAP as u64, 0xfffe, 0xffff];
            let bound = |place: &u64| (*place, Bound::new(Handler::unsupported(), *place as u32, true));
            let runs = Run::<()>::all(&span, places.iter().rev().map(bound).collect());
            assert_eq!(runs.iter().map(|run| run.table.len()).collect::<Vec<_>>(), [GAP + 1, 1, 2]);
            for place in 0..span.count {
                let wire = first + place * step;
                let found = |wire: u64| runs.iter().find_map(|run| run.find(wire)).map(|b| u64::from(b.line));
                assert_eq!(found(wire), Some(place).filter(|place| places.contains(place)));
                assert_eq!(found(wire.wrapping_add(1)).is_some(), step == 1 && places.contains(&(place + 1)));
                for run in runs.iter().filter(|run| run.is_dense()) {
                    let line = |bound: Option<&Bound<()>>| bound.map(|b| b.line);
                    assert_eq!(line(run.at_dense(wire)), line(run.at(wire)));
                }
            }
        }
        assert!(Run::<()>::all(&Span::NONE, vec![]).is_empty());
        assert!(Run::<()>::empty().find(0).is_none());
    }
}
