//! A vCPU and its loop.

use super::bindings::{
    CAP_PPC_PAPR, CREATE_VCPU, ENABLE_CAP, EXIT_INTR, EXIT_PAPR_HCALL, EnableCap, GET_REGS, KvmRegs,
    REG_LPCR_64, SET_REGS, run,
};
use super::error::KvmError;
use super::interrupt::deliver;
use super::sys::{self, Mapping};
use super::vm::{KvmVm, Ram};
use crate::papr_exit::PaprExit;
use crate::registers::PpcRegisters;
use crate::trap::{Cpu, Step};
use crate::{entry, msr};
use bytemuck::Zeroable;
use hypercall_core::{Action, Dispatcher, EntryId, Vcpu, VmExit};
use std::fs::File;
use std::sync::Arc;

/// Why a vCPU stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A handler ended the VM.
    Exit(VmExit),
    /// A signal came in.
    Interrupted,
    /// An exit that is no PAPR call, by its reason (KVM_EXIT_*).
    Other(u32),
}

/// A vCPU and its calls, which `entry::EXIT_PAPR_HCALL` of the dispatcher serves.
#[derive(Debug)]
pub struct KvmVcpu<Vm> {
    // Dropped in this order: the memory last.
    fd: File,
    run: Mapping,
    dispatcher: Arc<Dispatcher<Vm>>,
    entry: EntryId,
    vcpu: Vcpu,
    _ram: Ram,
}

impl<Vm> KvmVcpu<Vm> {
    /// Makes the vCPU `index` of a VM. Every `sc 1` of its guest is a PAPR call.
    ///
    /// Its registers are KVM's; set them before it runs.
    ///
    /// # Errors
    /// [`KvmError::NotBound`] when the dispatcher serves no PAPR exits; else what KVM refused.
    pub fn new(vm: &KvmVm, dispatcher: Arc<Dispatcher<Vm>>, index: u32) -> Result<KvmVcpu<Vm>, KvmError> {
        let entry = dispatcher.entry(entry::EXIT_PAPR_HCALL).ok_or(KvmError::NotBound)?;
        let fd = sys::descriptor(&vm.fd, &CREATE_VCPU, index as usize)?;
        let run = Mapping::shared(&fd, vm.run_size)?;
        sys::set(&fd, &ENABLE_CAP, EnableCap { cap: CAP_PPC_PAPR, ..EnableCap::zeroed() })?;
        let vcpu = dispatcher.vcpu(index);
        Ok(KvmVcpu { fd, run, dispatcher, entry, vcpu, _ram: vm.ram.clone() })
    }

    /// What the dispatcher keeps for this vCPU: its counters, and a deferred call's answer.
    pub fn vcpu(&self) -> &Vcpu {
        &self.vcpu
    }

    /// Its registers.
    ///
    /// # Errors
    /// [`KvmError::Ioctl`].
    pub fn regs(&self) -> Result<KvmRegs, KvmError> {
        sys::get(&self.fd, &GET_REGS)
    }

    /// Replaces its registers.
    ///
    /// # Errors
    /// [`KvmError::Ioctl`].
    pub fn set_regs(&self, regs: &KvmRegs) -> Result<(), KvmError> {
        sys::set(&self.fd, &SET_REGS, *regs)
    }

    /// Its logical partitioning control register.
    ///
    /// # Errors
    /// [`KvmError::Ioctl`].
    pub fn lpcr(&self) -> Result<u64, KvmError> {
        sys::get_one_reg(&self.fd, REG_LPCR_64)
    }

    /// Sets what a VMM may set of that register: on Book3S the default prefetch depth, the byte order and the
    /// location of interrupts, and TC. Under KVM-HV it is one for a whole core of the guest's.
    ///
    /// # Errors
    /// [`KvmError::Ioctl`].
    pub fn set_lpcr(&self, lpcr: u64) -> Result<(), KvmError> {
        sys::set_one_reg(&self.fd, REG_LPCR_64, lpcr)
    }

    /// Runs the vCPU and serves its calls until something else happens.
    ///
    /// # Errors
    /// [`KvmError`]: KVM's failure, not the guest's.
    pub fn run(&mut self, vm: &Vm) -> Result<Stop, KvmError> {
        loop {
            if let Some(stop) = self.step(vm)? {
                return Ok(stop);
            }
        }
    }

    /// Runs the vCPU until its next exit, and serves that if it is a call: `None` then. Where the handler
    /// deferred its answer, this waits for it.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn step(&mut self, vm: &Vm) -> Result<Option<Stop>, KvmError> {
        if !sys::run(&self.fd)? {
            return Ok(Some(Stop::Interrupted));
        }
        match self.run.load(run::EXIT_REASON) {
            EXIT_PAPR_HCALL => self.call(vm),
            EXIT_INTR => Ok(Some(Stop::Interrupted)),
            other => Ok(Some(Stop::Other(other))),
        }
    }

    fn call(&mut self, vm: &Vm) -> Result<Option<Stop>, KvmError> {
        let mut exit: PaprExit = self.run.load(run::PAYLOAD);
        let regs = self.regs()?;
        let caller = msr::caller(regs.msr);
        let dispatcher = &*self.dispatcher;
        let mut next = exit.serve(dispatcher, self.entry, vm, &mut self.vcpu, caller).break_value();
        if let Some(Action::Deferred(deferral)) = next {
            let action = self.vcpu.wait(deferral);
            exit.complete(dispatcher.convention(self.entry), caller, &action);
            next = Some(action);
        }
        self.run.store(run::PAYLOAD, &exit);
        match next {
            None | Some(Action::Return(_)) => Ok(None), // the next KVM_RUN loads the registers
            Some(action) => {
                self.complete()?;
                self.act(regs, action)
            }
        }
    }

    /// Does what the dispatcher decided, where that is no answer. The registers are those at the call.
    #[cold]
    fn act(&mut self, mut regs: KvmRegs, action: Action) -> Result<Option<Stop>, KvmError> {
        let KvmRegs { gpr: r, xer, ctr, lr, cr, .. } = regs;
        let mut cpu = Cpu { registers: PpcRegisters { r, xer, ctr, lr, cr }, msr: regs.msr, nip: regs.pc };
        match cpu.complete(self.dispatcher.convention(self.entry), action) {
            Step::Resume => regs.pc = cpu.nip,
            Step::Interrupt { vector, srr0, srr1 } => {
                deliver(&mut regs, self.lpcr()?, vector, srr0, srr1);
            }
            Step::Exit(exit) => return Ok(Some(Stop::Exit(exit))),
            // A deferred call was waited for, and has an answer.
            Step::Deferred(_) => unreachable!("the answer of a deferred call is not deferred"),
        }
        self.set_regs(&regs)?;
        Ok(None)
    }

    /// Has KVM take in the answer of the last exit without running the guest.
    fn complete(&mut self) -> Result<(), KvmError> {
        self.run.store(run::IMMEDIATE_EXIT, &1_u8);
        let ran = sys::run(&self.fd);
        self.run.store(run::IMMEDIATE_EXIT, &0_u8);
        if ran? { Err(KvmError::Incomplete(self.run.load(run::EXIT_REASON))) } else { Ok(()) }
    }
}
