//! Makes the cases in a guest of each byte order and width, and judges them.

use crate::guest::{self, RIGHT, Record};
use crate::hostile;
use bytemuck::Zeroable;
use hypercall_arch_ppc::convention::PAPR;
use hypercall_arch_ppc::instructions::{HypercallInstructions, Level};
use hypercall_arch_ppc::kvm::bindings::KvmRegs;
use hypercall_arch_ppc::kvm::interrupt::LPCR_ILE;
use hypercall_arch_ppc::kvm::vcpu::Stop;
use hypercall_arch_ppc::kvm::{Kvm, KvmVcpu, KvmVm};
use hypercall_arch_ppc::{entry, msr, registers};
use hypercall_core::memory::{GuestMemory, GuestMemoryExt};
use hypercall_core::{Arch, Convention, Endian, Policy, Privilege, Reg, Width, interface};
use hypercall_image_common::mode::{Order, broken};
use hypercall_image_common::score::Score;
use hypercalls::cases::judge::{Meant, prepare, wrong};
use hypercalls::cases::lower::{Ending, Image, Place, Rules, is_for, lower};
use hypercalls::cases::{self, Case, DATA_SIZE, oracle};
use hypercalls::run::machine::Machine;
use hypercalls::run::{Binding, dispatcher};
use std::error::Error;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Bytes of guest memory.
const MEMORY: u64 = 4 << 20;
const CODE: u64 = 0x2000;
const RECORDS: u64 = 0x1_0000;
const DATA: u64 = 0x10_0000;
const RECORD: u64 = size_of::<Record>() as u64;
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
/// XER's bits that hold what is written: SO, OV, CA and the string length (Power ISA Book I, "Fixed-Point Exception
/// Register").
const XER_BITS: u64 = 0xe000_007f;

/// The modes of the convention.
const WIDTHS: [Width; 2] = [Width::Bits64, Width::Bits32];
/// Checks of a guest beside its cases.
const CHECKS: usize = 2;
/// Registers in the table of the convention: the number, nine arguments, the status, the value.
const REGISTERS: usize = 12;
/// What a broken convention has in the place of one of them.
const NOT_IN_THE_TABLE: Reg = registers::R[13];

/// The cases for a mode. The last one ends the VM.
fn list(width: Width) -> impl Iterator<Item = Case> {
    hostile::cases().chain(cases::all().copied()).filter(move |case| is_for(case, width))
}

/// Makes everything, and prints what is wrong.
pub fn run(order: Order) -> Result<Score, Box<dyn Error>> {
    hypercall_core::panics::silence_handler_panics();
    let score = Score::new();
    let cases = WIDTHS.map(|width| CHECKS + list(width).count()).iter().sum::<usize>();
    println!("{}", score.plan(2 * cases + REGISTERS));
    let kvm = Kvm::open()?;
    let convention = match order {
        Order::Break(register) => broken_at(register)?,
        Order::Panic => panic!("as it was asked to"),
        Order::Hang => loop {
            std::thread::park();
        },
        _ => &PAPR,
    };
    let check = |name: &str, wrong| {
        if let Some(line) = score.count(name, wrong) {
            println!("{line}");
        }
    };
    for endian in [Endian::Big, Endian::Little] {
        for width in WIDTHS {
            Guest::new(&kvm, convention, endian, width)?.make(check)?;
        }
    }
    if order == Order::Short {
        return Ok(score);
    }
    // The cases see every register of the table: with any of them wrong, one fails.
    for register in 0..REGISTERS {
        let mut failed = 0;
        Guest::new(&kvm, broken_at(register)?, Endian::Big, Width::Bits64)?
            .make(|_, wrong| failed += usize::from(wrong.is_some()))?;
        let wrong = (failed == 0).then(|| "no case fails".to_owned());
        check(&format!("papr with register {register} of its table broken"), wrong);
    }
    Ok(score)
}

fn broken_at(register: usize) -> Result<&'static Convention, String> {
    broken(&PAPR, register, NOT_IN_THE_TABLE).ok_or(format!("papr has no register {register} in its table"))
}

struct Guest {
    endian: Endian,
    width: Width,
    vm: KvmVm,
    machine: Arc<Machine>,
    vcpu: KvmVcpu<Machine>,
    place: Place,
}

impl Guest {
    fn new(
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
        let machine = Arc::new(Machine::new(Arch::Ppc, 1, Box::new(vm.memory()), console, Box::new(|_| 0))?);
        let papr = Binding { convention, interface: &interface::PAPR };
        let dispatcher = dispatcher(&machine, &papr, &[entry::EXIT_PAPR_HCALL], Policy::default())?;
        let vcpu = KvmVcpu::new(&vm, Arc::new(dispatcher), 0)?;
        let place = Place { vcpu: 0, data: DATA, memory_end: MEMORY, linear: None };
        Ok(Guest { endian, width, vm, machine, vcpu, place })
    }

    /// Makes every case, and tells `check` its name and what is wrong with it.
    fn make(&mut self, mut check: impl FnMut(&str, Option<String>)) -> Result<(), Box<dyn Error>> {
        let name = format!("{:?} {:?}", self.endian, self.width);
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
            in_multicall: false,
        };
        let list: Vec<(Case, Image)> = list(self.width)
            .map(|case| (case, lower(&case, spec, &registers::ALL, &self.place, &rules)))
            .collect();
        self.load(&list)?;
        // Nothing is answered by anybody but the dispatcher; the retried call comes twice.
        let must = list.len() + 1;
        let (exits, stop) = self.work(must)?;
        let wrong = (exits != must).then(|| format!("{exits} calls came out, and {must} were made"));
        check(&format!("{name} exits"), wrong);

        for (index, (case, image)) in list.iter().enumerate() {
            let wrong = self.judge(case, image, index as u64, index + 1 == list.len(), stop)?;
            check(&format!("{name} {} {:#x} {}", case.interface.name, case.number, case.name), wrong);
        }
        Ok(())
    }

    /// Puts code and records into the guest's memory, and the vCPU at the beginning.
    fn load(&self, list: &[(Case, Image)]) -> Result<(), Box<dyn Error>> {
        let code = guest::code();
        let memory = self.vm.memory();
        for vector in VECTORS {
            memory.write(vector.into(), &guest::image(&guest::exit(vector), self.endian))?;
        }
        memory.write(PROGRAM, &guest::image(code.fault, self.endian))?;
        memory.write(CODE, &guest::image(code.main, self.endian))?;
        assert!(RECORDS + list.len() as u64 * RECORD <= DATA && DATA + DATA_SIZE <= MEMORY);
        for (index, (case, image)) in list.iter().enumerate() {
            prepare(&memory, &self.place, case);
            let faults = image.ending == Ending::Faults;
            let mut record = Record {
                input: image.input,
                expected: image.expected,
                mask: image.mask,
                expected_fault: if faults { CODE + code.call } else { 0 },
                ..Record::zeroed()
            };
            record.mask[registers::XER.index] &= XER_BITS;
            record.mask[registers::CR.index] &= 0xffff_ffff;
            let words: [u64; RECORD as usize / 8] = bytemuck::cast(record);
            memory.write_value(RECORDS + index as u64 * RECORD, words, self.endian)?;
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

    /// Lets the guest make its calls until something else happens; counts the calls. A guest whose last one does not
    /// end it is stopped.
    fn work(&mut self, most: usize) -> Result<(usize, Stop), Box<dyn Error>> {
        let mut exits = 0;
        loop {
            match self.vcpu.step(&self.machine)? {
                None if exits > most => return Ok((exits, Stop::Interrupted)),
                None => exits += 1,
                Some(stop @ Stop::Exit(_)) => return Ok((exits + 1, stop)),
                Some(Stop::Interrupted) => {}
                Some(stop @ Stop::Other(_)) => return Ok((exits, stop)),
            }
        }
    }

    fn judge(
        &self,
        case: &Case,
        image: &Image,
        index: u64,
        last: bool,
        stop: Stop,
    ) -> Result<Option<String>, Box<dyn Error>> {
        let memory = self.vm.memory();
        let words: [u64; RECORD as usize / 8] = memory.read_value(RECORDS + index * RECORD, self.endian)?;
        let record: Record = bytemuck::cast(words);
        let ending = match stop {
            Stop::Exit(exit) if last => Ending::Exits(exit.code),
            _ if record.fault != 0 => Ending::Faults,
            _ if record.verdict == 0 => return Ok(Some(format!("not made; the guest's end was {stop:?}"))),
            _ => Ending::Returns,
        };
        let mut output = record.output;
        // As the records' masks have it.
        for (register, bits) in [(registers::XER, XER_BITS), (registers::CR, 0xffff_ffff)] {
            let must = image.expected[register.index];
            output[register.index] = output[register.index] & bits | must & !bits;
        }
        let meant = Meant {
            case,
            image,
            place: &self.place,
            width: self.width,
            endian: self.endian,
            registers: &registers::ALL,
            now: SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
        };
        let host = wrong(&meant, &output, ending, &memory);
        let guest = record.verdict != RIGHT && !matches!(ending, Ending::Exits(_));
        Ok(host.or_else(|| guest.then(|| "the guest finds a register wrong, or the fault elsewhere".into())))
    }
}
