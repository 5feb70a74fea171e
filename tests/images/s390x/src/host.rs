//! The VM: runs the guest in the problem state, serves its calls, reflects its interruptions.

#![allow(unsafe_code)] // the guest's registers are loaded, its instructions are read

use crate::cpu::{self, Console, End, Interruption, say};
use crate::guest::{self, Plan};
use crate::image::{HEAP, SCORE};
use alloc::format;
use core::ptr;
use hypercall_arch_s390::diag::{Intercept, Kind};
use hypercall_arch_s390::trap::{Cpu, Psw, Step, serve};
use hypercall_arch_s390::{S390Registers, convention, entry, registers};
use hypercall_core::memory::GuestMemoryExt;
use hypercall_core::{Arch, Convention, Dispatcher, Endian, EntryId, Policy, Vcpu, interface};
use hypercall_image_common::machine::Machine;
use hypercall_image_common::mode::{Order, broken};
use hypercall_image_common::suite::DENIED;
use hypercall_image_common::window::Window;
use hypercalls::cases::DATA_SIZE;
use hypercalls::cases::lower::Place;

/// Program-interruption codes (Principles of Operation, chapter 6).
const OPERATION: u16 = 1;
const PRIVILEGED_OPERATION: u16 = 2;
const ADDRESSING: u16 = 5;
const SPECIFICATION: u16 = 6;

/// DIAGNOSE functions of this host's own, by which the guest talks to it beside the calls under test.
pub const PRINT: u16 = 0x7f0;
/// See [`PRINT`]: the guest is at its end.
pub const DONE: u16 = 0x7f1;

/// Where the guest's memory has what.
const LOWCORE_SIZE: u64 = 0x2000;
const DATA: u64 = 0x4000;
const MEMORY: u64 = DATA + DATA_SIZE;

/// The guest's context, as `entry.s` has it.
#[repr(C)]
struct Context {
    registers: S390Registers,
    floats: [u64; 16],
    psw: Psw,
    float_control: u32,
}

const _: () = assert!(core::mem::offset_of!(Context, psw) == 256);
const _: () = assert!(core::mem::offset_of!(Context, float_control) == 272);

unsafe extern "C" {
    fn run_guest(context: *mut Context);
    static guest_memory: u8;
    static guest_stack_end: u8;
}

/// The guest's memory: what the VM's handlers may touch.
pub fn memory() -> Window {
    // SAFETY: the link script keeps this part for the guest, with no Rust object in it.
    unsafe {
        let first = (&raw const guest_memory).expose_provenance() as u64;
        Window::new(first, first + MEMORY)
    }
}

/// Where the cases find memory.
pub fn place() -> Place {
    let memory = memory();
    Place { vcpu: 0, data: memory.first() + DATA, memory_end: memory.end(), linear: None }
}

/// Why the guest stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// A call ended the VM with this code.
    Exit(u32),
    /// The guest said so itself.
    Done,
}

/// Runs the guests, and ends the image as the order has it.
pub fn run(order: Order) -> ! {
    if order == Order::Fault {
        // SAFETY: it is not safe: nothing is there, and the processor says so.
        unsafe { ptr::with_exposed_provenance::<u64>(1 << 52).read_volatile() };
    }
    let convention = match order {
        Order::Break(index) => broken(&convention::DIAG500, index, registers::ALL[9]),
        _ => Some(&convention::DIAG500),
    };
    let Some(convention) = convention else {
        say("the convention has no such register");
        cpu::end(End::Bad)
    };
    let policy = match order {
        Order::Panic => Policy::default(),
        _ => format!("default,deny={DENIED}").parse().expect("a policy"),
    };
    for plan in Plan::all(order) {
        run_vm(convention, policy.clone(), &plan);
    }
    say(&format!("{}", SCORE.summary()));
    cpu::end(match order {
        Order::Short | Order::Lie => End::Good,
        Order::Crash => End::Bad,
        _ if SCORE.is_good() => End::Good,
        _ => End::Bad,
    })
}

/// Runs a guest until its VM ends.
fn run_vm(convention: &'static Convention, policy: Policy, plan: &Plan) {
    let machine = Machine::new(Arch::S390, Console, memory());
    let dispatcher = machine
        .dispatcher(entry::DIAG500, convention, &interface::DIAG500, policy, |builder| builder)
        .expect("the stock handlers fit");
    let mut host = Host {
        entry: dispatcher.entry(entry::DIAG500).expect("bound above"),
        vcpu: dispatcher.vcpu(0),
        machine: &machine,
        dispatcher: &dispatcher,
        memory: memory(),
        context: Context {
            registers: S390Registers::default(),
            floats: [0; 16],
            psw: Psw::default(),
            float_control: 0,
        },
        psw: Psw { mask: cpu::SUPERVISOR, address: guest::main as *const () as u64 },
    };
    let stack = (&raw const guest_stack_end).expose_provenance() as u64 - 160;
    host.context.registers.r[15] = stack;
    host.context.registers.r[2] = core::ptr::from_ref(plan).expose_provenance() as u64;
    if let Stop::Exit(code) = host.until_stopped()
        && let Some(line) = SCORE.count("the end of the VM", plan.setting.ended(code))
    {
        say(&format!("{line}"));
    }
    if plan.makes_cases()
        && let Some(line) = SCORE.count("the ring", plan.setting.drained(machine.drained()))
    {
        say(&format!("{line}"));
    }
}

struct Host<'a> {
    machine: &'a Machine<Console>,
    dispatcher: &'a Dispatcher<Machine<Console>>,
    entry: EntryId,
    vcpu: Vcpu,
    memory: Window,
    context: Context,
    /// The virtual PSW: the guest's own idea of its state. The real one is always in the problem state.
    psw: Psw,
}

impl Host<'_> {
    fn until_stopped(&mut self) -> Stop {
        loop {
            let mask = self.psw.mask | Psw::PROBLEM_STATE;
            self.context.psw = Psw { mask, address: self.psw.address };
            cpu::set_in_guest(true);
            // SAFETY: the guest is part of this image; its PSW, registers and stack are its own.
            unsafe { run_guest(&mut self.context) };
            cpu::set_in_guest(false);
            let Psw { mask, address } = self.context.psw;
            // The guest changes condition code, program mask and addressing mode without the host.
            let state = self.psw.mask & Psw::PROBLEM_STATE;
            self.psw = Psw { mask: mask & !Psw::PROBLEM_STATE | state, address };
            let what = cpu::interruption();
            if what.code != PRIVILEGED_OPERATION {
                self.reflect(what.code, what.length);
            } else if let Some(stop) = self.privileged(what) {
                return stop;
            }
        }
    }

    /// A privileged instruction of the guest's.
    fn privileged(&mut self, what: Interruption) -> Option<Stop> {
        let mut text = [0; 6];
        let text = &mut text[..usize::from(what.length)];
        let start = self.psw.address.wrapping_sub(text.len() as u64);
        for (i, byte) in text.iter_mut().enumerate() {
            // SAFETY: the processor has just read the instruction there.
            *byte = unsafe { ptr::with_exposed_provenance::<u8>(start as usize + i).read_volatile() };
        }
        let mut cpu = Cpu { psw: self.psw, registers: self.context.registers };
        let intercept = Intercept::of_instruction(text);
        let used = HEAP.used();
        let mut step = serve(self.dispatcher, self.entry, self.machine, &mut self.vcpu, &mut cpu, &intercept);
        assert_eq!(HEAP.used(), used, "the call path allocated");
        if let Step::Deferred(deferral) = step {
            assert_eq!(self.vcpu.try_wait(deferral), None, "nobody has completed the call");
            assert!(self.machine.complete_waiting(), "a deferred call waits");
            let answer = self.vcpu.try_wait(deferral).expect("completed above");
            step = cpu.complete(self.dispatcher.convention(self.entry), answer);
        }
        (self.psw, self.context.registers) = (cpu.psw, cpu.registers);
        // What the guest handed in through its ring, if this was its doorbell.
        if let Some(exit) = self.machine.drain(self.dispatcher) {
            return Some(Stop::Exit(exit.code));
        }
        match step {
            Step::Resume => None,
            Step::ProgramInterruption { code, ilc } => {
                self.reflect(code as u16, ilc);
                None
            }
            Step::Exit(exit) => Some(Stop::Exit(exit.code)),
            Step::NotACall(Kind::Function(function)) => self.function(function, what.length),
            Step::NotACall(_) => {
                self.emulate(&intercept, what.length);
                None
            }
            Step::Deferred(_) => panic!("a completed call waits again"),
        }
    }

    /// DIAGNOSE with another function code, from the guest's supervisor state.
    fn function(&mut self, function: u16, length: u8) -> Option<Stop> {
        let r = self.context.registers.r;
        match function {
            PRINT => {
                // SAFETY: the guest gives address and length of a slice of its own.
                let text = unsafe {
                    core::slice::from_raw_parts(ptr::with_exposed_provenance(r[2] as usize), r[3] as usize)
                };
                hypercall_image_common::machine::Platform::write(&Console, text);
            }
            DONE => return Some(Stop::Done),
            _ => self.reflect(SPECIFICATION, length),
        }
        None
    }

    /// A privileged instruction that is no DIAGNOSE: LOAD PSW EXTENDED is emulated.
    fn emulate(&mut self, instruction: &Intercept, length: u8) {
        const LPSWE: u16 = 0xb2b2;
        if self.psw.mask & Psw::PROBLEM_STATE != 0 {
            return self.reflect(PRIVILEGED_OPERATION, length);
        }
        if instruction.ipa != LPSWE {
            return self.reflect(OPERATION, length);
        }
        let base = match (instruction.ipb >> 28) as usize {
            0 => 0,
            register => self.context.registers.r[register],
        };
        let address = base.wrapping_add(u64::from(instruction.ipb >> 16 & 0xfff));
        match self.psw_at(address) {
            Ok(psw) => self.psw = psw,
            Err(code) => self.reflect(code, length),
        }
    }

    /// Presents a program interruption to the guest, through the lowcore in its memory.
    fn reflect(&mut self, code: u16, length: u8) {
        let lowcore = self.memory.first();
        let what = Interruption { code, length, old: self.psw };
        let stored =
            self.memory.write_value(lowcore + 0x8c, what.identification(), Endian::Big).and_then(|()| {
                self.memory.write_value(lowcore + 0x150, [self.psw.mask, self.psw.address], Endian::Big)
            });
        stored.expect("the lowcore is in the guest's memory");
        self.psw = self.psw_at(0x1d0).expect("the guest has a PSW for program interruptions");
    }

    /// A PSW at a real address of the guest's; else the code of the program interruption to present.
    fn psw_at(&self, address: u64) -> Result<Psw, u16> {
        // Real addresses below the size of the lowcore are prefixed.
        let absolute = if address < LOWCORE_SIZE { self.memory.first() + address } else { address };
        let psw = self.memory.read_value::<[u64; 2]>(absolute, Endian::Big);
        let [mask, address] = psw.map_err(|_| ADDRESSING)?;
        // 64-, 31- or 24-bit addresses, supervisor or problem state, and nothing else.
        let last = match mask & !Psw::PROBLEM_STATE {
            cpu::SUPERVISOR => u64::MAX,
            Psw::BASIC_ADDRESSING => 0x7fff_ffff,
            0 => 0x00ff_ffff,
            _ => return Err(SPECIFICATION),
        };
        if address <= last { Ok(Psw { mask, address }) } else { Err(SPECIFICATION) }
    }
}
