//! The register files of all architectures behind one type, by the names that the manuals print.

use hypercall_arch_ppc::PpcRegisters;
use hypercall_arch_s390::S390Registers;
use hypercall_arch_x86::X86Registers;
use hypercall_core::convention::{Reg, Registers};
use hypercall_core::outcome::Action;
use hypercall_core::{Arch, CallList, Caller, Dispatcher, EntryId, EntryPoint, ListEntry, Vcpu};
use std::ops::ControlFlow;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    X86(X86Registers),
    S390(S390Registers),
    Ppc(PpcRegisters),
}

const X86: [&str; 18] = [
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rsp", "rbp", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
    "r15", "rip", "rflags",
];

impl File {
    pub fn zero(arch: Arch) -> File {
        match arch {
            Arch::X86 => File::X86(X86Registers::default()),
            Arch::S390 => File::S390(S390Registers::default()),
            Arch::Ppc => File::Ppc(PpcRegisters::default()),
            Arch::Mips => unreachable!("no backend"),
        }
    }

    /// Every register's name.
    pub fn names(arch: Arch) -> Vec<String> {
        let general = |n: usize| (0..n).map(|i| format!("r{i}"));
        match arch {
            Arch::X86 => X86.iter().map(ToString::to_string).collect(),
            Arch::S390 => general(16).collect(),
            Arch::Ppc => general(32).chain(["xer", "ctr", "lr", "cr"].map(String::from)).collect(),
            Arch::Mips => unreachable!("no backend"),
        }
    }

    /// A file with these values, in the order of the names.
    pub fn filled(arch: Arch, values: impl IntoIterator<Item = u64>) -> File {
        let mut file = File::zero(arch);
        for (name, value) in File::names(arch).iter().zip(values) {
            *file.named(name) = value;
        }
        file
    }

    /// A different value in every register, with all parts in use.
    pub fn poison(arch: Arch) -> File {
        File::filled(arch, (1..).map(|i: u64| 0xdead_0000_beef_0000 | i << 32 | i))
    }

    /// The register of this name, found without the constants that the conventions are made of.
    pub fn named(&mut self, name: &str) -> &mut u64 {
        let number = || name[1..].parse::<usize>().unwrap_or_else(|_| panic!("no register {name}"));
        match self {
            File::X86(r) => match name {
                "rax" => &mut r.rax,
                "rbx" => &mut r.rbx,
                "rcx" => &mut r.rcx,
                "rdx" => &mut r.rdx,
                "rsi" => &mut r.rsi,
                "rdi" => &mut r.rdi,
                "rsp" => &mut r.rsp,
                "rbp" => &mut r.rbp,
                "r8" => &mut r.r8,
                "r9" => &mut r.r9,
                "r10" => &mut r.r10,
                "r11" => &mut r.r11,
                "r12" => &mut r.r12,
                "r13" => &mut r.r13,
                "r14" => &mut r.r14,
                "r15" => &mut r.r15,
                "rip" => &mut r.rip,
                "rflags" => &mut r.rflags,
                _ => panic!("no register {name}"),
            },
            File::S390(r) => &mut r.r[number()],
            File::Ppc(r) => match name {
                "xer" => &mut r.xer,
                "ctr" => &mut r.ctr,
                "lr" => &mut r.lr,
                "cr" => &mut r.cr,
                _ => &mut r.r[number()],
            },
        }
    }

    /// Serves a call in the file of its architecture, whose common mode the call path is compiled for; where
    /// this type itself is served, that mode is looked up as the others are.
    pub fn serve<Vm>(
        &mut self,
        dispatcher: &Dispatcher<Vm>,
        entry: EntryId,
        vm: &Vm,
        vcpu: &mut Vcpu,
        caller: Caller,
    ) -> ControlFlow<Action> {
        match self {
            File::X86(r) => dispatcher.serve(entry, vm, vcpu, r, caller),
            File::S390(r) => dispatcher.serve(entry, vm, vcpu, r, caller),
            File::Ppc(r) => dispatcher.serve(entry, vm, vcpu, r, caller),
        }
    }

    /// The same, with the code of a list for its calls.
    pub fn serve_list<Vm, L: CallList<Vm>>(
        &mut self,
        dispatcher: &Dispatcher<Vm>,
        point: EntryPoint,
        vm: &Vm,
        vcpu: &mut Vcpu,
        caller: Caller,
    ) -> ControlFlow<Action> {
        fn serve<Vm, L: CallList<Vm>, R: Registers>(
            dispatcher: &Dispatcher<Vm>,
            point: EntryPoint,
            vm: &Vm,
            vcpu: &mut Vcpu,
            registers: &mut R,
            caller: Caller,
        ) -> ControlFlow<Action> {
            let entry: ListEntry<L, R> = dispatcher.list_entry(point).unwrap();
            dispatcher.serve_list(entry, vm, vcpu, registers, caller)
        }
        match self {
            File::X86(r) => serve::<Vm, L, _>(dispatcher, point, vm, vcpu, r, caller),
            File::S390(r) => serve::<Vm, L, _>(dispatcher, point, vm, vcpu, r, caller),
            File::Ppc(r) => serve::<Vm, L, _>(dispatcher, point, vm, vcpu, r, caller),
        }
    }

    /// Every register as the conventions know it: the constant whose name this is.
    pub fn register(arch: Arch, name: &str) -> Reg {
        let ppc;
        let all: &[Reg] = match arch {
            Arch::X86 => &hypercall_arch_x86::registers::ALL,
            Arch::S390 => &hypercall_arch_s390::registers::ALL,
            _ => {
                use hypercall_arch_ppc::registers::{CR, CTR, LR, R, XER};
                ppc = [R.as_slice(), &[XER, CTR, LR, CR]].concat();
                &ppc
            }
        };
        *all.iter().find(|r| r.name == name).unwrap_or_else(|| panic!("no constant for {name}"))
    }
}

impl Registers for File {
    fn get(&self, index: usize) -> u64 {
        match self {
            File::X86(r) => r.get(index),
            File::S390(r) => r.get(index),
            File::Ppc(r) => r.get(index),
        }
    }
    fn set(&mut self, index: usize, value: u64) {
        match self {
            File::X86(r) => r.set(index, value),
            File::S390(r) => r.set(index, value),
            File::Ppc(r) => r.set(index, value),
        }
    }
}
