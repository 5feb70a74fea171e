//! A guest and its VM.

use crate::cases::list;
use crate::guest::{self, RIGHT, Record};
use crate::machine::pin;
use crate::ways::{LEFT_OVER, Layout, Planned, Way, is_retried, is_right};
use hypercall_arch_ppc::instructions::{HypercallInstructions, Level};
use hypercall_arch_ppc::kvm::bindings::KvmRegs;
use hypercall_arch_ppc::kvm::interrupt::LPCR_ILE;
use hypercall_arch_ppc::kvm::vcpu::Stop;
use hypercall_arch_ppc::kvm::{Kvm, KvmError, KvmVcpu, KvmVm};
use hypercall_arch_ppc::{entry, msr, registers};
use hypercall_core::memory::{GuestMemory, GuestMemoryExt};
use hypercall_core::ring::Polling;
use hypercall_core::{
    Arch, CallEntry, Convention, Dispatcher, Endian, Policy, Privilege, VmExit, Width, interface,
};
use hypercalls::cases::judge::{Meant, prepare, wrong};
use hypercalls::cases::lower::{Ending, Image, Place, Rules, lower};
use hypercalls::cases::{Case, DATA_SIZE, RING, oracle};
use hypercalls::run::machine::Machine;
use hypercalls::run::{Binding, dispatcher};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Bytes of guest memory.
const MEMORY: u64 = 8 << 20;
const CODE: u64 = 0x2000;
const RECORDS: u64 = 0x1_0000;
const DATA: u64 = 0x60_0000;
/// The entries of multicalls.
const ENTRIES: u64 = 0x70_0000;
const RECORD: u64 = size_of::<Record>() as u64;
/// How long a host polls that is not to fall asleep between two calls.
const SPIN: Duration = Duration::from_millis(50);
/// Calls to serve at an exit, where the ring is drained.
const DRAIN: u32 = 16;
/// Vectors that no test provokes (Power ISA 3.0 Book III, "Interrupt Vectors"): each ends the VM with itself
/// as code.
const VECTORS: [u16; 19] = [
    0x100, 0x200, 0x300, 0x380, 0x400, 0x480, 0x500, 0x600, 0x800, 0x900, 0x980, 0xa00, 0xc00, 0xd00, 0xe00,
    0xe40, 0xf00, 0xf20, 0xf40,
];
const PROGRAM: u64 = 0x700;
/// Old PAPR calls that KVM serves itself at first, and whose numbers the list gives to other interfaces: H_REMOVE,
/// H_ENTER, H_READ (Linux `arch/powerpc/include/asm/hvcall.h`).
const KERNEL_HCALLS: [u64; 3] = [0x04, 0x08, 0x0c];

pub struct Guest {
    endian: Endian,
    width: Width,
    vm: KvmVm,
    machine: Arc<Machine>,
    dispatcher: Arc<Dispatcher<Machine>>,
    vcpu: KvmVcpu<Machine>,
    place: Place,
    layout: Layout,
}

impl Guest {
    pub fn new(
        kvm: &Kvm,
        convention: &'static Convention,
        endian: Endian,
        width: Width,
    ) -> Result<Guest, Box<dyn Error>> {
        let vm = KvmVm::new(kvm, MEMORY as usize)?;
        for number in KERNEL_HCALLS {
            vm.set_kernel_hcall(number, false)?;
        }
        let console = Box::new(|_: &[u8]| ());
        let machine = Machine::new(Arch::Ppc, 1, Box::new(vm.memory()), console, Box::new(|_| 0))?;
        let machine = Arc::new(machine.with_rings_in(vm.memory()));
        let papr = Binding { convention, interface: &interface::PAPR };
        let dispatcher = dispatcher(&machine, &papr, &[entry::EXIT_PAPR_HCALL], Policy::default())?;
        let dispatcher = Arc::new(dispatcher);
        let vcpu = KvmVcpu::new(&vm, Arc::clone(&dispatcher), 0)?;
        let place = Place { vcpu: 0, data: DATA, memory_end: MEMORY, linear: None };
        let layout = Layout { entries: ENTRIES, ring: DATA + RING, call: CODE + guest::code().call };
        Ok(Guest { endian, width, vm, machine, dispatcher, vcpu, place, layout })
    }

    /// Makes every case, and tells `check` its name and what is wrong with it.
    pub fn make(
        &mut self,
        way: Way,
        mut check: impl FnMut(&str, Option<String>),
    ) -> Result<(), Box<dyn Error>> {
        let name = format!("{way:?} {:?} {:?}", self.endian, self.width);
        let named = self.vm.hypercall_instructions()?;
        let must = HypercallInstructions::of(Level::Sc);
        let wrong = match (named == must, self.vm.serves_epapr()?) {
            (true, false) => None,
            (_, served) => Some(format!("KVM gives {:x?}, and serves them: {served}", named.words())),
        };
        check(&format!("{name} hypercall-instructions"), wrong);

        let spec = oracle::spec("papr", self.width).ok_or("no table of papr")?;
        let rules = Rules {
            privilege: Privilege::Supervisor,
            user_allowed: false,
            allowed: true,
            dirty_upper_halves: true,
            in_multicall: way != Way::Registers,
        };
        let list: Vec<(Case, Image)> = list(self.width)
            .map(|case| (case, lower(&case, spec, &registers::ALL, &self.place, &rules)))
            .collect();
        let records = way.records(&list, spec, &self.layout);
        self.load(&list, &records)?;
        // Nothing is answered by anybody but the dispatcher; the retried call comes twice.
        let must = way.calls_at_once() as usize
            + list.len()
            + list.iter().filter(|(case, _)| is_retried(case)).count();
        let (calls, stop) = self.work(way, records.len())?;
        let wrong = (calls != must).then(|| format!("{calls} calls came out, and {must} were made"));
        let sleeps = self.machine.rings().work().sleeps();
        let asleep = way == Way::PolledRing && sleeps > must / 4;
        let wrong = wrong.or_else(|| asleep.then(|| format!("the host, which polls, slept {sleeps} times")));
        check(&format!("{name} calls"), wrong);
        let wrong = self.judge_own(&records, stop)?;
        check(&format!("{name} calls that go with them"), wrong);

        for (index, (case, image)) in list.iter().enumerate() {
            let at =
                records.iter().rposition(|(_, of)| *of == Some(index)).ok_or("a case without a record")?;
            let last = index + 1 == list.len();
            let wrong = self.judge(way, (case, image), (index, at), last, stop)?;
            check(&format!("{name} {} {:#x} {}", case.interface.name, case.number, case.name), wrong);
        }
        Ok(())
    }

    /// Puts code and records into the guest's memory, and the vCPU at the beginning.
    fn load(&self, list: &[(Case, Image)], records: &[Planned]) -> Result<(), Box<dyn Error>> {
        let code = guest::code();
        let memory = self.vm.memory();
        for vector in VECTORS {
            memory.write(vector.into(), &guest::image(&guest::exit(vector), self.endian))?;
        }
        memory.write(PROGRAM, &guest::image(code.fault, self.endian))?;
        memory.write(CODE, &guest::image(code.main, self.endian))?;
        // A guest that is not ended makes one more, which is empty.
        assert!(RECORDS + (records.len() as u64 + 1) * RECORD <= DATA && DATA + DATA_SIZE <= ENTRIES);
        assert!(ENTRIES + list.len() as u64 * CallEntry::SIZE <= MEMORY);
        let spec = oracle::spec("papr", self.width).ok_or("no table of papr")?;
        for (index, (case, image)) in (0..).zip(list) {
            prepare(&memory, &self.place, case);
            let handed_in = hypercalls::cases::entry::entry(image, spec, &registers::ALL);
            memory.write_value(ENTRIES + index * CallEntry::SIZE, handed_in, self.endian)?;
        }
        for (index, (record, _)) in (0..).zip(records) {
            let words: [u64; RECORD as usize / 8] = bytemuck::cast(*record);
            memory.write_value(RECORDS + index * RECORD, words, self.endian)?;
        }
        let little = self.endian == Endian::Little;
        let lpcr = self.vcpu.lpcr()?;
        self.vcpu.set_lpcr(if little { lpcr | LPCR_ILE } else { lpcr & !LPCR_ILE })?;
        let mut regs = KvmRegs { pc: CODE, ..KvmRegs::default() };
        regs.sprg[0] = RECORDS;
        regs.msr = match self.width {
            Width::Bits64 => msr::SF,
            Width::Bits32 => 0,
        };
        if little {
            regs.msr |= msr::LE;
        }
        Ok(self.vcpu.set_regs(&regs)?)
    }

    /// Lets the guest make the calls of so many records until something else happens, and says how many were served. A
    /// guest whose last one does not end it is stopped.
    fn work(&mut self, way: Way, records: usize) -> Result<(usize, Stop), Box<dyn Error>> {
        let (machine, dispatcher) = (Arc::clone(&self.machine), Arc::clone(&self.dispatcher));
        let memory = self.vm.memory();
        let rings = machine.rings();
        let stop = match way {
            Way::Registers | Way::Multicall => return Ok(self.until(records, || None)?),
            Way::DrainedRing => {
                self.until(records, || {
                    let exit = rings.drain(&memory, &dispatcher, &machine, DRAIN);
                    // Whoever completes a deferred call may want this processor.
                    std::thread::yield_now();
                    exit
                })?
                .1
            }
            // By another thread, on another processor: a guest that waits in vain need not give up its own.
            Way::PolledRing | Way::SleepingRing => std::thread::scope(|scope| {
                let host = scope.spawn(|| {
                    pin(0);
                    let spin = if way == Way::PolledRing { SPIN } else { Duration::ZERO };
                    rings.poll(&memory, &dispatcher, &machine, Polling { spin, ..Polling::default() })
                });
                let guest = scope.spawn(|| {
                    pin(1);
                    let worked = self.until(records, || None);
                    rings.stop();
                    worked
                });
                let (_, stop) = guest.join().map_err(|_| "the vCPU's thread panicked")??;
                let exit = host.join().map_err(|_| "the thread that polls panicked")?;
                // The guest goes on while another thread ends its VM.
                let left_over = matches!(stop, Stop::Exit(exit) if exit.code == LEFT_OVER);
                Ok::<_, Box<dyn Error>>(exit.filter(|_| left_over).map_or(stop, Stop::Exit))
            })?,
        };
        Ok((rings.work().served(), stop))
    }

    /// Runs the vCPU, with `after` after each exit, until that or the exit is the end, or the guest has made all its
    /// records; counts the exits.
    fn until(
        &mut self,
        records: usize,
        mut after: impl FnMut() -> Option<VmExit>,
    ) -> Result<(usize, Stop), KvmError> {
        let end = RECORDS + records as u64 * RECORD;
        let mut exits = 0;
        loop {
            let stop = self.vcpu.step(&self.machine)?;
            exits += usize::from(stop != Some(Stop::Interrupted));
            match stop {
                Some(stop @ (Stop::Exit(_) | Stop::Other(_))) => return Ok((exits, stop)),
                _ if self.vcpu.regs()?.sprg[0] >= end => return Ok((exits, Stop::Interrupted)),
                _ => {}
            }
            if let Some(exit) = after() {
                return Ok((exits, Stop::Exit(exit)));
            }
        }
    }

    fn record(&self, index: usize) -> Result<Record, Box<dyn Error>> {
        let at = RECORDS + index as u64 * RECORD;
        let words: [u64; RECORD as usize / 8] = self.vm.memory().read_value(at, self.endian)?;
        Ok(bytemuck::cast(words))
    }

    /// What is wrong with the calls that belong to no case; the guest judges the registers of those made by them.
    fn judge_own(&self, records: &[Planned], stop: Stop) -> Result<Option<String>, Box<dyn Error>> {
        let own = records.iter().enumerate().filter(|(_, (_, of))| of.is_none());
        // The last one of a ring's is there for a guest that was not ended, and has no end itself.
        for (index, _) in own.filter(|(index, _)| index + 1 < records.len()) {
            if !is_right(&self.record(index)?) {
                return Ok(Some(format!("the call of record {index}; the guest's end was {stop:?}")));
            }
        }
        Ok(None)
    }

    fn judge(
        &self,
        way: Way,
        (case, image): (&Case, &Image),
        (index, at): (usize, usize),
        last: bool,
        stop: Stop,
    ) -> Result<Option<String>, Box<dyn Error>> {
        let memory = self.vm.memory();
        let record = self.record(at)?;
        let spec = oracle::spec("papr", self.width).ok_or("no table of papr")?;
        let answer = match stop {
            Stop::Exit(exit) if last => Ok((image.input, Ending::Exits(exit.code))),
            _ if record.verdict == 0 => Err(format!("not made; the guest's end was {stop:?}")),
            _ => way.answer((index, image), &record, spec, (&memory, &self.layout, self.endian)),
        };
        let (found, ending) = match answer {
            Ok(answer) => answer,
            Err(wrong) => return Ok(Some(wrong)),
        };
        let meant = Meant {
            case,
            image,
            place: &self.place,
            width: self.width,
            endian: self.endian,
            registers: &registers::ALL,
            now: SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
        };
        let host = wrong(&meant, &found, ending, &memory);
        let guest = record.verdict != RIGHT && !matches!(ending, Ending::Exits(_));
        Ok(host.or_else(|| guest.then(|| "the guest finds a register wrong, or the fault elsewhere".into())))
    }
}
