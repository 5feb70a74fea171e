//! The cases through a ring.

use super::batches::{ENTRIES, GENERAL_REGISTERS, MOST};
use super::{CONTROL, Group, Guest, KERNEL_STACK, THUNK, guest_objects};
use crate::builtin::{self, Control, Slots};
use crate::cases::entry::{self, RING_SETUP, RING_TEARDOWN, answer, of_ring, own};
use crate::cases::lower::{Ending, Image};
use crate::cases::oracle::Spec;
use crate::run::report::Call;
use crate::run::vm::RunError;
use bytemuck::Zeroable;
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_core::{CallEntry, Width};
use std::time::Duration;

/// Where in a vCPU's region its ring is, and what makes the calls through it.
pub(super) const RING: u64 = 0x4_e000;
const CODE: u64 = 0xea00;
/// log2 of the entries: each is used again and again.
const ORDER: u64 = 2;
const _: () = assert!(CONTROL + size_of::<Control>() as u64 <= THUNK);

impl Guest<'_> {
    /// Has the guest set a ring up, make a group's cases through it, and take it down; and judges each.
    pub(super) fn group_through_ring(
        &mut self,
        group: Group,
        watchdog: &Watchdog,
        timeout: Duration,
        rows: &mut Vec<Call>,
    ) -> Result<(), RunError> {
        let spec = self.spec(group);
        let list = self.list(group, spec);
        assert!(list.len() <= MOST, "the answers fit their area");
        let ring = self.region + RING;
        let set_up = own(spec, GENERAL_REGISTERS, RING_SETUP, &[ring, ORDER, 0]);
        let set_up = self.one(group, spec, &set_up, &list, watchdog, timeout)?;
        for (index, (_, image)) in list.iter().enumerate() {
            self.write(self.record(index), bytemuck::bytes_of(&self.lowered(image)))?;
        }
        let refusal = |image: &Image| set_up.found[image.result];
        if list.first().is_some_and(|(_, image)| refusal(image) != 0) {
            // The ring was refused, and with it each call.
            for (case, image) in &list {
                let mut file = image.input;
                file[image.result] = refusal(image);
                let objection = set_up.objection.clone();
                rows.push(self.row(group, case, image, &file, Ending::Returns, objection, None));
            }
            return Ok(());
        }

        let mut answers = vec![CallEntry::zeroed(); list.len()];
        self.write(self.region + ENTRIES, bytemuck::cast_slice(&answers))?;
        let code = match group.width {
            Width::Bits64 => builtin::through_ring_64(),
            Width::Bits32 => builtin::through_ring_32(),
        };
        assert!(code.len() <= (KERNEL_STACK - CODE) as usize / 2, "the code leaves room for a stack");
        self.write(self.region + CODE, code)?;
        let control = Control {
            through: self.region + CODE,
            ring,
            answers: self.region + ENTRIES,
            slots: slots(spec),
            ..Control::default()
        };
        self.enter(group, list.len(), control)?;
        let (calls, _) = self.work(&list, watchdog, timeout)?;
        self.check_leaves(group)?;
        self.check_registration(group)?;
        self.read(self.region + ENTRIES, bytemuck::cast_slice_mut(&mut answers))?;
        // Before the next call takes the first one's place.
        let found = (0..list.len()).map(|index| self.found(group, index, &list[index].1.expected));
        let found = found.collect::<Result<Vec<_>, _>>()?;
        let ended = self.vm.machine.rings().ended(ring);
        let take_down = own(spec, GENERAL_REGISTERS, RING_TEARDOWN, &[ring]);
        let taken_down = self.one(group, spec, &take_down, &list, watchdog, timeout)?;

        let still_there = list.first().is_some_and(|(_, image)| taken_down.found[image.result] != 0);
        let objection = set_up
            .objection
            .or(taken_down.objection)
            .or(still_there.then(|| "the ring is not taken down".to_string()))
            .or((!calls.is_empty()).then(|| "calls of the ring came as exits".to_string()));
        let last = list.len().saturating_sub(1);
        let answered = answers.into_iter().zip(&found);
        for (index, ((case, image), (after, (record, found)))) in list.iter().zip(answered).enumerate() {
            let mut before = entry::entry(image, spec, GENERAL_REGISTERS);
            before.words[spec.arguments.len()..].fill(builtin::unused_word(group.width));
            let after = CallEntry { number: before.number, flags: 0, reserved: [0; 4], ..after };
            let answered = of_ring(spec, &before, &after);
            let answered = answered.and_then(|after| answer(image, spec, GENERAL_REGISTERS, &before, &after));
            let (ending, wrong) = match (ended, answered) {
                (Some(exit), Ok(_)) if index == last => (Ending::Exits(exit.code), None),
                (_, Ok((_, ending))) => (ending, None),
                (_, Err(wrong)) => (Ending::Returns, Some(wrong)),
            };
            let objection = objection.clone().or(wrong).or(guest_objects(record, ending));
            rows.push(self.row(group, case, image, found, ending, objection, None));
        }
        Ok(())
    }
}

/// Which register is what in an entry.
fn slots(spec: &Spec) -> Slots {
    let index = |name: &str| {
        let at = GENERAL_REGISTERS.iter().position(|register| register.name == name);
        at.expect("the oracle's names are the architecture's") as u8
    };
    let mut slots = Slots { number: index(spec.number), result: index(spec.result), ..Slots::default() };
    for (word, name) in slots.words.iter_mut().zip(spec.arguments) {
        *word = index(name);
    }
    slots
}
