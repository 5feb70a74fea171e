//! The cases as entries of multicalls.

use super::rings::RING;
use super::{FLAGS, Group, Guest, guest_objects};
use crate::builtin::{Control, GENERAL, Record};
use crate::cases::entry::{self, answer, served};
use crate::cases::lower::{Ending, Image, MAX_REGISTERS};
use crate::cases::oracle::Spec;
use crate::run::report::Call;
use crate::run::vm::RunError;
use bytemuck::Zeroable;
use hypercall_arch_x86::kvm::watchdog::Watchdog;
use hypercall_arch_x86::registers;
use hypercall_core::{CallEntry, Reg};
use std::time::Duration;

/// Where in a vCPU's region the entries are.
pub(super) const ENTRIES: u64 = 0x3_a000;
pub(super) const MOST: usize = ((RING - ENTRIES) / CallEntry::SIZE) as usize;
pub(super) const GENERAL_REGISTERS: &[Reg] = registers::ALL.split_at(GENERAL).0;

/// What became of the multicalls, beside what stands in the entries.
#[derive(Default)]
struct Made {
    /// Host time of each entry: its part of the exit's.
    costs: Vec<u64>,
    /// The code the VM ended with.
    exit: Option<u32>,
    /// What the multicall answered in place of how many entries it served.
    refusal: Option<u64>,
    /// What is wrong with the multicalls.
    objection: Option<String>,
}

impl Guest<'_> {
    /// Hands in a group's cases as one list, goes on with it as the guest's stub does, and judges each.
    pub(super) fn group_in_batches(
        &mut self,
        group: Group,
        watchdog: &Watchdog,
        timeout: Duration,
        rows: &mut Vec<Call>,
    ) -> Result<(), RunError> {
        let spec = self.spec(group);
        let list = self.list(group, spec);
        assert!(list.len() <= MOST, "the entries fit their area");
        let handed_in: Vec<_> =
            list.iter().map(|(_, image)| entry::entry(image, spec, GENERAL_REGISTERS)).collect();
        self.write(self.region + ENTRIES, bytemuck::cast_slice(&handed_in))?;
        let made = self.multicalls(group, spec, &list, watchdog, timeout)?;

        let mut entries = vec![CallEntry::zeroed(); list.len()];
        self.read(self.region + ENTRIES, bytemuck::cast_slice_mut(&mut entries))?;
        let last = entries.iter().rposition(|e| e.state != CallEntry::PENDING);
        for (index, (case, image)) in list.iter().enumerate() {
            let (before, after) = (&handed_in[index], &entries[index]);
            let found = match (&made, made.exit) {
                (_, Some(code)) if last == Some(index) && after.state == CallEntry::DONE => {
                    Ok((image.input, Ending::Exits(code)))
                }
                (Made { refusal: Some(refusal), .. }, _) if before == after => {
                    let mut file = image.input;
                    file[image.result] = *refusal;
                    Ok((file, Ending::Returns))
                }
                _ => answer(image, spec, GENERAL_REGISTERS, before, after),
            };
            let objection = made.objection.clone().or(found.as_ref().err().cloned());
            let (found, ending) = found.unwrap_or((image.input, Ending::Returns));
            let ns = made.costs.get(index).copied();
            rows.push(self.row(group, case, image, &found, ending, objection, ns));
        }
        Ok(())
    }

    /// Makes multicalls until every entry is answered, as many as a guest's stub would.
    fn multicalls(
        &mut self,
        group: Group,
        spec: &Spec,
        list: &[(&'static crate::cases::Case, Image)],
        watchdog: &Watchdog,
        timeout: Duration,
    ) -> Result<Made, RunError> {
        let mut made = Made::default();
        let mut idle = 0;
        while made.costs.len() < list.len() {
            let (done, left) = (made.costs.len(), list.len() - made.costs.len());
            let first = self.region + ENTRIES + done as u64 * CallEntry::SIZE;
            let input = entry::multicall(spec, GENERAL_REGISTERS, first, left as u64);
            let one = self.one(group, spec, &input, &list[done..], watchdog, timeout)?;
            if one.exit.is_some() {
                made.exit = one.exit;
                return Ok(made);
            }
            made.objection = one.objection;
            match served(spec, GENERAL_REGISTERS, &input, &one.found) {
                Ok(0) if idle == 1 => made.objection = Some("two multicalls served nothing".to_string()),
                Ok(count) if count <= left as u64 => {
                    idle = if count == 0 { idle + 1 } else { 0 };
                    let ns = one.ns / count.max(1);
                    made.costs.resize(done + count as usize, ns);
                }
                Ok(refusal) => made.refusal = Some(refusal),
                Err(wrong) => made.objection = Some(wrong),
            }
            if made.objection.is_some() || made.refusal.is_some() {
                break;
            }
        }
        Ok(made)
    }

    /// Has the guest make one call with these registers, for the sake of the cases in `list`.
    pub(super) fn one(
        &mut self,
        group: Group,
        spec: &Spec,
        input: &[u64; MAX_REGISTERS],
        list: &[(&'static crate::cases::Case, Image)],
        watchdog: &Watchdog,
        timeout: Duration,
    ) -> Result<One, RunError> {
        self.write(self.record(0), bytemuck::bytes_of(&record(spec, input)))?;
        self.enter(group, 1, Control::default())?;
        let (times, exit) = self.work(list, watchdog, timeout)?;
        self.check_leaves(group)?;
        self.check_registration(group)?;
        let (record, found) = self.found(group, 0, input)?;
        let exit = exit.map(|(_, code)| code);
        let objection = exit.is_none().then(|| guest_objects(&record, Ending::Returns)).flatten();
        Ok(One { found, objection, exit, ns: times.get(&0).copied().unwrap_or(0) })
    }
}

/// What became of a call that is no case.
pub(super) struct One {
    /// The registers afterwards.
    pub(super) found: [u64; MAX_REGISTERS],
    /// What the guest finds wrong.
    pub(super) objection: Option<String>,
    /// The code the VM ended with.
    exit: Option<u32>,
    /// Host time.
    ns: u64,
}

/// A record of the guest's that makes such a call: nothing but the result may change.
fn record(spec: &Spec, input: &[u64; MAX_REGISTERS]) -> Record {
    let mut record = Record::zeroed();
    record.input.copy_from_slice(&input[..GENERAL]);
    record.expected = record.input;
    record.mask = [u64::MAX; GENERAL];
    for register in GENERAL_REGISTERS.iter().filter(|r| r.name == spec.result || r.name == "rsp") {
        record.mask[register.index] = 0;
    }
    record.flags_in = FLAGS;
    record
}
