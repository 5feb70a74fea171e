//! A guest: finds out how to make calls, goes through the conformance cases and the checks, and judges every
//! register itself.

use crate::block::{self, Interrupt, RUNNER};
use crate::host::{KERNEL, NATIVE};
use crate::image::SCORE;
use crate::world::{guest_call, runner_code};
use crate::{checks, cpu, say};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, Ordering};
use hypercall_arch_ppc::guest::{Code, Issue};
use hypercall_arch_ppc::instructions::{HypercallInstructions, Level, MAGIC_R0, NOP};
use hypercall_arch_ppc::node::HypervisorNode;
use hypercall_arch_ppc::{PpcRegisters, msr, registers};
use hypercall_core::{Endian, Privilege, Width};
use hypercall_image_common::mode::Order;
use hypercall_image_common::suite::{Found, Guest, Setting, Way};
use hypercall_image_common::window::Window;
use hypercalls::cases::Case;
use hypercalls::cases::lower::{Ending, Image, MAX_REGISTERS, Place};
use hypercalls::vendor::ExitVm;

/// The guest's memory, at the same real and guest-physical address.
pub const MEMORY: u64 = 0xc0_0000;
/// Its end.
pub const MEMORY_END: u64 = 0xd0_0000;
// SAFETY: the link script leaves the range free, and both machines have memory there.
pub const WINDOW: Window = unsafe { Window::new(MEMORY, MEMORY_END) };

/// The exit code of a guest that was not ended by the last case.
const LEFT_OVER: u32 = 98;
/// The exit code of a guest that panicked.
const PANICKED: u32 = 99;

/// How calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// By the device tree's instructions with the magic and `sc`, ePAPR.
    Sc,
    /// By the device tree's instructions with `sc 1`, ePAPR.
    Sc1Epapr,
    /// By `sc 1`, PAPR.
    Sc1Papr,
}

impl Route {
    /// The instruction that traps.
    pub fn level(self) -> Level {
        if self == Route::Sc { Level::Sc } else { Level::Sc1 }
    }
}

/// What a guest goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// How it makes calls.
    pub route: Route,
    /// Whether it makes them in the byte order that the image does not have.
    pub flipped: bool,
}

impl Job {
    /// How it makes its last call: in each way by one of them.
    fn end(self) -> Way {
        match self {
            Job { flipped: true, .. } => Way::Ring,
            Job { route: Route::Sc1Epapr, .. } => Way::Multicall,
            Job { route: Route::Sc | Route::Sc1Papr, .. } => Way::Registers,
        }
    }
}

/// What host and guest share beside the guest's memory.
struct Desk {
    job: Option<Job>,
    order: Order,
    /// The device tree, from the host.
    tree: Vec<u8>,
    /// The lines to print, from the guest.
    lines: Vec<String>,
    /// What the guest is about.
    at: &'static str,
}

struct Shared(UnsafeCell<Desk>);
// SAFETY: the machine has one processor, and host and guest run in turns.
unsafe impl Sync for Shared {}

static DESK: Shared = Shared(UnsafeCell::new(Desk {
    job: None,
    order: Order::Cases,
    tree: Vec::new(),
    lines: Vec::new(),
    at: "",
}));
static CURRENT: AtomicBool = AtomicBool::new(false);

#[allow(clippy::mut_from_ref)] // see Shared
fn desk() -> &'static mut Desk {
    // SAFETY: as above, and no reference is kept across a switch.
    unsafe { &mut *DESK.0.get() }
}

/// Notes whether a guest runs.
pub fn set_current(current: bool) {
    CURRENT.store(current, Ordering::Relaxed);
}

/// Whether a guest runs.
pub fn is_current() -> bool {
    CURRENT.load(Ordering::Relaxed)
}

/// Gives the next guest its job.
pub fn prepare(job: Job, order: Order) {
    let node = HypervisorNode {
        kvm: job.route != Route::Sc1Papr,
        epapr: job.route != Route::Sc1Papr,
        instructions: (job.route != Route::Sc1Papr).then(|| HypercallInstructions::of(job.route.level())),
        has_idle: false,
    };
    let tree = tree(&node).expect("a tree of two nodes");
    *desk() = Desk { job: Some(job), order, tree, lines: Vec::new(), at: "" };
    block::expect(false);
}

fn tree(node: &HypervisorNode) -> Result<Vec<u8>, vm_fdt::Error> {
    let mut fdt = vm_fdt::FdtWriter::new()?;
    let root = fdt.begin_node("")?;
    node.write(&mut fdt)?;
    fdt.end_node(root)?;
    fdt.finish()
}

/// Prints what the guest had to say.
pub fn print_failures() {
    desk().lines.drain(..).for_each(|line| say!("{line}"));
}

/// Keeps a line of the guest's until the host prints it.
pub fn later(line: &str) {
    desk().lines.push(line.into());
}

/// What the guest was about.
pub fn at() -> &'static str {
    desk().at
}

/// The guest's job.
pub fn job() -> Job {
    desk().job.expect("the host gave one")
}

/// The device tree that the host gave.
pub fn device_tree() -> &'static [u8] {
    &desk().tree
}

/// The cases of a job. C code makes them in the mode that it is compiled for.
pub fn setting(job: Job, order: Order) -> Setting {
    Setting {
        convention: if job.route == Route::Sc1Papr { "papr" } else { "epapr" },
        widths: if order.is_by_c() { &[Width::Bits64] } else { &[Width::Bits64, Width::Bits32] },
        registers: &registers::ALL,
        memory: WINDOW,
        place: Place { vcpu: 0, data: MEMORY, memory_end: MEMORY_END, linear: None },
        endian: if (NATIVE != 0) ^ job.flipped { Endian::Little } else { Endian::Big },
        dirty_upper_halves: true,
        by_c: order.is_by_c(),
        sabotage: matches!(order, Order::Fail | Order::Lie),
    }
}

/// Ends the guest's machine by a stub's call.
fn exit(code: u32) -> ! {
    let call = ExitVm { code };
    // SAFETY: the call touches no memory.
    unsafe {
        match job().route {
            Route::Sc => call.issue(stub()),
            Route::Sc1Epapr => call.issue_sc1(),
            Route::Sc1Papr => call.issue_papr(),
        };
    }
    // It came back. An instruction that does not exist leaves to the host, which gives up.
    loop {
        // SAFETY: the guest has nothing left to do.
        unsafe { core::arch::asm!(".long 0") };
    }
}

/// The guest's end by a panic.
pub fn panicked(info: &core::panic::PanicInfo<'_>) -> ! {
    /// A panic while a panic is noted, as when no heap is left, says nothing.
    static AGAIN: AtomicBool = AtomicBool::new(false);
    if !AGAIN.swap(true, Ordering::Relaxed) {
        desk().lines.push(format!("PANIC in the guest: {info}"));
    }
    exit(PANICKED)
}

/// The guest begins.
#[unsafe(no_mangle)]
extern "C" fn guest_main() -> ! {
    if desk().order == Order::Hang {
        loop {
            core::hint::spin_loop();
        }
    }
    let job = job();
    let setting = setting(job, desk().order);
    #[cfg(by_c)]
    if desk().order.is_by_c() {
        crate::by_c::run(job, &setting, desk().order);
        exit(LEFT_OVER)
    }
    let mut caller = Caller { job, sc: install_runner(job) };
    let limit = if desk().order == Order::Short { setting.planned() / 2 } else { usize::MAX };
    desk().at = "the cases";
    setting.run(&mut caller, &SCORE, limit);
    for check in checks::of(job, desk().order) {
        desk().at = check.name;
        let wrong = (check.run)().err();
        if let Some(line) = SCORE.count(format_args!("{}, {job:?}", check.name), wrong) {
            caller.say(&format!("{line}"));
        }
    }
    desk().at = "the last case";
    install_runner(job);
    setting.end(&mut caller, &SCORE, job.end());
    exit(LEFT_OVER)
}

/// The instructions of a call: those of the device tree, or what PAPR has.
pub fn instructions() -> [u32; 4] {
    let node =
        HypervisorNode::read(device_tree()).expect("the host's tree is sound").expect("it has the node");
    match node.instructions {
        Some(instructions) => *instructions.words(),
        None => [0x4400_0022, NOP, NOP, NOP],
    }
}

/// Installs the stub's function from the device tree's instructions.
pub fn stub() -> Code {
    const STUB: u64 = RUNNER + 0xc00;
    let instructions = HypercallInstructions::new(instructions());
    // SAFETY: a part of the runner's page that nothing else uses; the instructions are this guest's host's.
    unsafe { Code::install(STUB as *mut u32, &instructions) }
}

/// Installs the runner with the call's instructions; the address of the `sc` among them.
fn install_runner(job: Job) -> u64 {
    let words = instructions();
    let slot = load_runner(words, job.flipped);
    let sc = words.iter().position(|word| Level::decode(*word).is_some()).expect("they trap");
    slot + 4 * sc as u64
}

/// Copies the runner in a byte order, with these instructions in its slot; the slot's address.
pub fn load_runner(words: [u32; 4], flipped: bool) -> u64 {
    let (code, slot) = runner_code();
    for (i, word) in code.iter().enumerate() {
        let word = *i.checked_sub(slot).and_then(|i| words.get(i)).unwrap_or(word);
        let at = RUNNER + 4 * i as u64;
        let word = if flipped { word.swap_bytes() } else { word };
        // SAFETY: the runner's page, which is executed after this only; the instructions make it so.
        unsafe {
            (at as *mut u32).write_volatile(word);
            core::arch::asm!(
                "dcbst 0,{0}", "sync", "icbi 0,{0}", "sync", "isync",
                in(reg_nonzero) at, options(nostack)
            );
        }
    }
    RUNNER + 4 * slot as u64
}

/// How the runner came back.
pub enum Back {
    /// It came to its end.
    Done(PpcRegisters),
    /// By an interrupt before that.
    Interrupted(Interrupt),
}

/// Executes the runner in a mode.
pub fn execute(input: &PpcRegisters, msr: u64) -> Back {
    let flipped = (msr ^ NATIVE) & msr::LE != 0;
    block::set_input(input, flipped);
    block::expect(true);
    // SAFETY: the runner is in place, and comes back through the guest's own vectors.
    unsafe { guest_call(msr, RUNNER) };
    block::expect(false);
    let interrupt = block::interrupt();
    match block::output(flipped).filter(|_| interrupt.vector == 0xc00) {
        Some(registers) => Back::Done(registers),
        None => Back::Interrupted(interrupt),
    }
}

/// The mode that a call is made in.
pub fn mode(width: Width, privilege: Privilege, flipped: bool) -> u64 {
    let mut msr = KERNEL;
    if width == Width::Bits32 {
        msr &= !msr::SF;
    }
    if privilege == Privilege::User {
        msr |= msr::PR;
    }
    if flipped { msr ^ msr::LE } else { msr }
}

/// The part of the MSR that an interrupt must report as it was.
pub const REPORTED: u64 = msr::SF | msr::PR | msr::LE;

struct Caller {
    job: Job,
    sc: u64,
}

/// The bits that a register has; the others read as zero.
fn implemented(index: usize) -> u64 {
    match index {
        _ if index == registers::CR.index => 0xffff_ffff,
        // SO, OV, CA and the byte count (Power ISA Book I, "Fixed-Point Exception Register").
        _ if index == registers::XER.index => 0xe000_007f,
        _ => u64::MAX,
    }
}

impl Guest for Caller {
    fn call(&mut self, _case: &Case, image: &Image, width: Width, privilege: Privilege) -> Found {
        let mut input = PpcRegisters::default();
        for (i, register) in input.as_array_mut().iter_mut().enumerate() {
            *register = image.input[i] & implemented(i);
        }
        let msr = mode(width, privilege, self.job.flipped);
        let (found, ending, mut wrong) = match execute(&input, msr) {
            Back::Done(found) => (found, Ending::Returns, None),
            Back::Interrupted(interrupt) => {
                // What is not served is the guest's own system call; what is, HYPERCALL_FAULT.
                let (vector, srr0) = if image.served { (0x700, self.sc) } else { (0xc00, self.sc + 4) };
                let right = (interrupt.vector, interrupt.srr0, (interrupt.srr1 ^ msr) & REPORTED);
                let wrong = (right != (vector, srr0, 0)).then(|| format!("{interrupt:x?}"));
                (interrupt.registers, Ending::Faults, wrong)
            }
        };
        let mut registers = [0; MAX_REGISTERS];
        for (i, register) in registers.iter_mut().enumerate().take(registers::COUNT) {
            // The image's bits that the processor does not have are as they must be.
            *register = found.as_array()[i] | image.expected[i] & !implemented(i);
        }
        if self.job.route == Route::Sc {
            // Loaded by the instructions before the `sc`; the image has it as it was before them.
            if registers[0] != u64::from(MAGIC_R0) {
                wrong = Some(format!("r0 is {:#x} and must be the magic", registers[0]));
            }
            registers[0] = image.expected[0];
        }
        Found { registers, ending, wrong }
    }

    fn say(&mut self, line: &str) {
        later(line);
    }

    fn now(&self) -> u64 {
        cpu::now()
    }
}
