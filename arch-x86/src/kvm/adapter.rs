//! Serves calls for a VMM that owns its loop on `kvm-ioctls`.

use super::call::{Call, Doorbells, Form, call_address, doorbell_port, exit_trap};
use super::error::KvmError;
use super::prefetch::Prefetch;
use super::{inject, xen_exit};
use crate::X86Registers;
use crate::entry;
use hypercall_core::arch::{Caller, Endian, Privilege, Width};
use hypercall_core::convention::Mode;
use hypercall_core::{Action, CallList, Dispatcher, EntryId, Vcpu, VmExit};
use kvm_bindings::{
    KVM_CAP_SYNC_REGS, KVM_EXIT_XEN, KVM_SYNC_X86_REGS, KVM_SYNC_X86_SREGS, kvm_regs, kvm_sregs,
};
use kvm_ioctls::{SyncReg, VcpuExit, VcpuFd, VmFd};
use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

/// EFER.LMA: long mode is active (AMD64 APM volume 2, EFER).
const EFER_LMA: u64 = 1 << 10;
/// A store crosses at most one page boundary, so one more exit may come before it is complete.
const MOST_FRAGMENTS: u32 = 8;

/// What the VMM does after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Served {
    /// Run the vCPU again.
    Resume,
    /// End the VM, because a handler said so.
    Exit(VmExit),
}

/// How registers are read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// In `kvm_run`, by KVM_RUN itself.
    Sync,
    /// With KVM_GET_REGS, KVM_GET_SREGS and KVM_SET_REGS.
    Ioctls,
}

/// The calls of one vCPU. Owned by the thread that runs it.
///
/// Where KVM has KVM_CAP_SYNC_REGS a call costs no ioctl beside KVM_RUN.
///
/// ```no_run
/// use hypercall_arch_x86::kvm::{KvmCalls, KvmError, Served};
/// use kvm_ioctls::{VcpuExit, VcpuFd, VmFd};
/// # use std::sync::Arc;
/// # use hypercall_core::Dispatcher;
/// # struct Vm;
/// fn run(
///     vm: &Vm, dispatcher: Arc<Dispatcher<Vm>>, vm_fd: &VmFd, mut vcpu: VcpuFd,
/// ) -> Result<(), KvmError> {
///     let mut calls = KvmCalls::new(dispatcher, 0)?;
///     calls.prepare(vm_fd, &mut vcpu);
///     loop {
///         let Ok(exit) = vcpu.run() else { continue };
///         match calls.recognise(exit) {
///             Ok(call) => match calls.serve(call, &mut vcpu, vm)? {
///                 Served::Resume => {}
///                 Served::Exit(_) => return Ok(()),
///             },
///             Err(VcpuExit::Hlt) => return Ok(()),
///             Err(other) => println!("{other:?}"),
///         }
///     }
/// }
/// ```
pub struct KvmCalls<Vm, L = ()> {
    dispatcher: Arc<Dispatcher<Vm>>,
    vcpu: Vcpu,
    ports: Doorbells<u16, L>,
    addresses: Doorbells<u64, L>,
    hypercall: Option<EntryId>,
    xen: Option<EntryId>,
    access: Access,
    allow_sync: bool,
}

impl<Vm, L> fmt::Debug for KvmCalls<Vm, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let KvmCalls { dispatcher, vcpu, access, .. } = self;
        write!(f, "KvmCalls(vCPU {}, {access:?}, {dispatcher:?})", vcpu.index())
    }
}

impl<Vm> KvmCalls<Vm> {
    /// The calls of vCPU `index`, which come in at the dispatcher's entry points that are doorbell ports
    /// ([`entry::port`]), doorbell addresses ([`entry::mmio`]), [`entry::EXIT_HYPERCALL`] or
    /// [`entry::EXIT_XEN`]. Other entry points are not this adapter's.
    ///
    /// # Errors
    /// [`KvmError::Port`] for a port that `out imm8` does not reach, or that KVM treats specially.
    pub fn new(dispatcher: Arc<Dispatcher<Vm>>, index: u32) -> Result<KvmCalls<Vm>, KvmError> {
        KvmCalls::with_list(dispatcher, index)
    }

    /// As [`new`](Self::new), with the code of a [list](hypercall_core::list) for calls that come in at the first
    /// doorbell port and the first doorbell address; at others they go by the dispatcher's tables. It stands where
    /// [`serve`](KvmCalls::serve) is called: a VMM that does so at one place has its handlers there.
    ///
    /// ```no_run
    /// use hypercall_arch_x86::kvm::KvmCalls;
    /// use hypercall_arch_x86::{convention, entry};
    /// use hypercall_core::{interface, prelude::*};
    /// # use std::sync::Arc;
    /// # static ACME: Interface = Interface::vendor("acme", "ACME's calls", *b"AC");
    /// # /// Sets the brightness of the VM's lamp.
    /// # #[derive(Hypercall)]
    /// # #[hypercall(number = 1, name = "ACME_SET_LAMP", interface = ACME, arch(x86), status = active)]
    /// # struct SetLamp {
    /// #     /// The brightness.
    /// #     level: u8,
    /// # }
    /// # struct Vm;
    /// # impl Serves<SetLamp> for Vm {
    /// #     type Answer = ();
    /// #     fn serve(&self, _: SetLamp, _: &mut Context<'_>) -> Result<(), Error> { Ok(()) }
    /// # }
    ///
    /// hypercall_core::call_list! {
    ///     /// What our VMs always serve.
    ///     struct Ours for Vm { SetLamp }
    /// }
    ///
    /// let dispatcher = Dispatcher::builder(Arch::X86)
    ///     .entry(entry::port(0x48), &convention::KVM, &interface::KVM)
    ///     .serves_list::<Ours>()
    ///     .build()?;
    /// let calls = KvmCalls::with_list::<Ours>(Arc::new(dispatcher), 0)?; // then as ever
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As of `new`.
    pub fn with_list<L: CallList<Vm>>(
        dispatcher: Arc<Dispatcher<Vm>>,
        index: u32,
    ) -> Result<KvmCalls<Vm, L>, KvmError> {
        let (mut ports, mut addresses) = (Doorbells::default(), Doorbells::default());
        let (mut hypercall, mut xen) = (None, None);
        let vcpu = dispatcher.vcpu(index);
        for (point, _, _) in dispatcher.entries() {
            let Some(entry) = dispatcher.list_entry(point) else { continue };
            let prefetch = || Prefetch(dispatcher.working_set(entry.id(), &vcpu));
            if point == entry::EXIT_HYPERCALL {
                hypercall = Some(entry.id());
            } else if point == entry::EXIT_XEN {
                xen = Some(entry.id());
            } else if point.transport == entry::PIO {
                ports.push(doorbell_port(point.address)?, entry, prefetch());
            } else if point.transport == entry::MMIO {
                addresses.push(point.address, entry, prefetch());
            }
        }
        let (access, allow_sync) = (Access::Ioctls, true);
        Ok(KvmCalls { dispatcher, vcpu, ports, addresses, hypercall, xen, access, allow_sync })
    }
}

impl<Vm, L: CallList<Vm>> KvmCalls<Vm, L> {
    /// Never uses KVM_CAP_SYNC_REGS, as on a kernel before 4.17: slower, the same otherwise.
    #[must_use]
    pub fn without_sync_regs(mut self) -> KvmCalls<Vm, L> {
        self.allow_sync = false;
        self
    }

    /// Has KVM_RUN bring the registers along where KVM can. Call it once, before the vCPU runs; a vCPU that
    /// was not prepared is served too, with more ioctls.
    ///
    /// From then on `kvm_run` holds the registers of the last exit, and what is written there and marked
    /// dirty reaches the guest.
    pub fn prepare(&mut self, vm: &VmFd, vcpu: &mut VcpuFd) {
        let needed = KVM_SYNC_X86_REGS | KVM_SYNC_X86_SREGS;
        let have = vm.check_extension_raw(KVM_CAP_SYNC_REGS.into());
        if self.allow_sync && have & needed as i32 == needed as i32 {
            vcpu.set_sync_valid_reg(SyncReg::Register);
            vcpu.set_sync_valid_reg(SyncReg::SystemRegister);
            self.access = Access::Sync;
        }
    }

    /// Whether KVM_RUN brings the registers along.
    pub fn uses_sync_regs(&self) -> bool {
        self.access == Access::Sync
    }

    /// What the dispatcher keeps for this vCPU: its counters, and a deferred call's answer.
    pub fn vcpu(&self) -> &Vcpu {
        &self.vcpu
    }

    /// The dispatcher that serves the calls.
    pub fn dispatcher(&self) -> &Arc<Dispatcher<Vm>> {
        &self.dispatcher
    }

    /// Tells a call from any other exit.
    ///
    /// # Errors
    /// The exit itself when it is no call, for the VMM to handle as ever. See the [module](super) for what
    /// is a call.
    #[inline]
    pub fn recognise<'a>(&self, exit: VcpuExit<'a>) -> Result<Call, VcpuExit<'a>> {
        self.call_of(&exit).ok_or(exit)
    }

    /// As [`recognise`](Self::recognise), of an exit that stays where it is, which is a little less to do:
    /// nothing for one that is no call.
    #[inline(always)] // code on another page is as dear as all of this: an exit leaves no translation for it
    pub fn call_of(&self, exit: &VcpuExit<'_>) -> Option<Call> {
        let first = match exit {
            VcpuExit::IoOut(port, [_]) => {
                self.ports.at_first(*port, const { L::LEN > 0 }).map(|entry| (entry, Form::FirstPort))
            }
            VcpuExit::MmioWrite(address, _) => {
                self.addresses.at_first(*address, const { L::LEN > 0 }).map(|entry| (entry, Form::FirstMmio))
            }
            _ => None,
        };
        match first {
            Some((entry, form)) => Some(Call { entry, form }),
            None => self.other_call_of(exit),
        }
    }

    /// As [`call_of`](Self::call_of), of exits that are not a call by the first doorbell of a kind.
    #[cold]
    #[inline(never)]
    fn other_call_of(&self, exit: &VcpuExit<'_>) -> Option<Call> {
        let (entry, form) = match exit {
            VcpuExit::IoOut(port, [_]) => (self.ports.find(*port), Form::Port),
            VcpuExit::MmioWrite(address, _) => (self.addresses.find(*address), Form::Mmio),
            VcpuExit::Hypercall(_) => (self.hypercall, Form::Hypercall),
            VcpuExit::Unsupported(KVM_EXIT_XEN) => (self.xen, Form::Xen),
            _ => return None,
        };
        Some(Call { entry: entry?, form })
    }

    /// Serves a call. Where the handler deferred its answer, this waits for it.
    ///
    /// A retried call and one that faults are completed first with a KVM_RUN that returns at once
    /// (`immediate_exit`, which is zero afterwards): a VMM that kicks vCPUs by `immediate_exit` looks for
    /// what it wants of them before each KVM_RUN.
    ///
    /// # Errors
    /// [`KvmError::Ioctl`] and [`KvmError::Incomplete`]: KVM's, not the guest's; the VM cannot go on.
    #[inline(always)] // as `call_of`
    pub fn serve(&mut self, call: Call, vcpu: &mut VcpuFd, vm: &Vm) -> Result<Served, KvmError> {
        let first = match call.form {
            _ if self.access != Access::Sync => None,
            Form::FirstPort => self.ports.first(),
            Form::FirstMmio => self.addresses.first(),
            Form::Port | Form::Mmio | Form::Hypercall | Form::Xen => None,
        };
        let Some(entry) = first else { return self.serve_otherwise(call, vcpu, vm) };
        self.serve_in_place(call, vcpu, |dispatcher, own, registers, caller| {
            dispatcher.serve_list(entry, vm, own, registers, caller)
        })
    }

    /// Has `serve` answer a doorbell's call in the registers that KVM_RUN brought along.
    #[inline(always)] // all that an exit leaves cold costs here: one straight piece of code, on a small frame
    fn serve_in_place(
        &mut self,
        call: Call,
        vcpu: &mut VcpuFd,
        serve: impl FnOnce(&Dispatcher<Vm>, &mut Vcpu, &mut X86Registers, Caller) -> ControlFlow<Action>,
    ) -> Result<Served, KvmError> {
        let sync = vcpu.sync_regs_mut();
        let caller = caller(&sync.sregs);
        match serve(&self.dispatcher, &mut self.vcpu, registers(&mut sync.regs), caller) {
            ControlFlow::Continue(()) => {
                vcpu.set_sync_dirty_reg(SyncReg::Register);
                Ok(Served::Resume)
            }
            ControlFlow::Break(action) => self.act(call, vcpu, caller.width, action),
        }
    }

    /// Serves a call that is not by the first doorbell of its kind, or whose registers KVM_RUN did not bring along.
    #[cold]
    #[inline(never)]
    fn serve_otherwise(&mut self, call: Call, vcpu: &mut VcpuFd, vm: &Vm) -> Result<Served, KvmError> {
        match call.form {
            Form::Port | Form::Mmio if self.access == Access::Sync => {
                self.serve_in_place(call, vcpu, |dispatcher, own, registers, caller| {
                    dispatcher.serve(call.entry, vm, own, registers, caller)
                })
            }
            Form::FirstPort | Form::FirstMmio | Form::Port | Form::Mmio => {
                self.serve_by_ioctls(call, vcpu, vm)
            }
            Form::Hypercall => {
                let trap = exit_trap(vcpu.get_kvm_run());
                let action = self.dispatcher.dispatch(call.entry, vm, &mut self.vcpu, &trap);
                self.act(call, vcpu, trap.caller.width, action)
            }
            Form::Xen => self.serve_xen(call, vcpu, vm),
        }
    }

    /// Serves a `vmcall` or `vmmcall`. Above CPL 0 it is refused as KVM refuses it, whatever the policy says.
    fn serve_xen(&mut self, call: Call, vcpu: &mut VcpuFd, vm: &Vm) -> Result<Served, KvmError> {
        let caller = xen_exit::caller(vcpu.get_kvm_run()).ok_or(KvmError::XenExit)?;
        let action = match caller.privilege {
            Privilege::Supervisor => {
                let trap = self.mode(call, caller.width).read(registers(&mut self.regs(vcpu)?), caller);
                self.dispatcher.dispatch(call.entry, vm, &mut self.vcpu, &trap)
            }
            Privilege::User => self.dispatcher.refuse_user(call.entry, &mut self.vcpu, caller.width),
        };
        self.act(call, vcpu, caller.width, action)
    }

    /// Serves a doorbell's call whose registers have to be fetched.
    fn serve_by_ioctls(&mut self, call: Call, vcpu: &mut VcpuFd, vm: &Vm) -> Result<Served, KvmError> {
        let mut regs = get_regs(vcpu)?;
        let caller = caller(&vcpu.get_sregs().map_err(KvmError::ioctl("KVM_GET_SREGS"))?);
        match self.dispatcher.serve(call.entry, vm, &mut self.vcpu, registers(&mut regs), caller) {
            ControlFlow::Continue(()) => set_regs(vcpu, &regs).map(|()| Served::Resume),
            ControlFlow::Break(action) => self.act(call, vcpu, caller.width, action),
        }
    }

    /// Does what the dispatcher decided, where that is more than an answer already in the registers.
    #[cold]
    fn act(
        &mut self,
        call: Call,
        vcpu: &mut VcpuFd,
        width: Width,
        action: Action,
    ) -> Result<Served, KvmError> {
        match action {
            Action::Return(answer) => match call.form {
                Form::FirstPort | Form::FirstMmio | Form::Port | Form::Mmio => {
                    let mode = self.mode(call, width);
                    let mut regs = self.regs(vcpu)?;
                    mode.write(registers(&mut regs), &answer);
                    self.store(vcpu, regs)?;
                }
                Form::Hypercall => vcpu.get_kvm_run().__bindgen_anon_1.hypercall.ret = answer.result,
                Form::Xen => xen_exit::answer(vcpu.get_kvm_run(), answer.result),
            },
            Action::Retry => self.back_to_the_call(call, vcpu, width)?,
            Action::Fault(fault) => {
                self.back_to_the_call(call, vcpu, width)?;
                inject::exception(vcpu, fault)?;
            }
            Action::Deferred(deferral) => {
                let action = self.vcpu.wait(deferral);
                return self.act(call, vcpu, width, action);
            }
            Action::Exit(exit) => return Ok(Served::Exit(exit)),
        }
        Ok(Served::Resume)
    }

    /// Completes the exit, then puts the vCPU back before the call with its registers as they were.
    fn back_to_the_call(&mut self, call: Call, vcpu: &mut VcpuFd, width: Width) -> Result<(), KvmError> {
        let mut regs = self.regs(vcpu)?;
        complete(vcpu)?;
        regs.rip = call_address(regs.rip, self.regs(vcpu)?.rip, call.form.length(), width);
        self.store(vcpu, regs)
    }

    fn mode(&self, call: Call, width: Width) -> &'static Mode {
        self.dispatcher.convention(call.entry).mode_for(width)
    }

    fn regs(&self, vcpu: &mut VcpuFd) -> Result<kvm_regs, KvmError> {
        match self.access {
            Access::Sync => Ok(vcpu.sync_regs_mut().regs),
            Access::Ioctls => get_regs(vcpu),
        }
    }

    fn store(&self, vcpu: &mut VcpuFd, regs: kvm_regs) -> Result<(), KvmError> {
        match self.access {
            Access::Sync => {
                vcpu.sync_regs_mut().regs = regs;
                vcpu.set_sync_dirty_reg(SyncReg::Register);
                Ok(())
            }
            Access::Ioctls => set_regs(vcpu, &regs),
        }
    }
}

/// Has KVM finish the instruction of the last exit without running another.
///
/// `immediate_exit` is zero afterwards.
///
/// # Errors
/// [`KvmError::Ioctl`] when KVM_RUN fails, [`KvmError::Incomplete`] when it does not come to an end.
pub fn complete(vcpu: &mut VcpuFd) -> Result<(), KvmError> {
    for _ in 0..MOST_FRAGMENTS {
        vcpu.set_kvm_immediate_exit(1);
        let result = vcpu.run().map(|_| ());
        vcpu.set_kvm_immediate_exit(0);
        match result {
            Err(error) if error.errno() == libc::EINTR => return Ok(()),
            Err(error) => return Err(KvmError::ioctl("KVM_RUN")(error)),
            // The second half of a store that crosses a page.
            Ok(()) => {}
        }
    }
    Err(KvmError::Incomplete(MOST_FRAGMENTS))
}

/// Mode and privilege: CPL is SS.DPL, 64-bit code runs with EFER.LMA and CS.L (Intel SDM volume 3).
#[inline]
fn caller(sregs: &kvm_sregs) -> Caller {
    let wide = sregs.efer & EFER_LMA != 0 && sregs.cs.l != 0;
    Caller {
        width: if wide { Width::Bits64 } else { Width::Bits32 },
        privilege: if sregs.ss.dpl == 0 { Privilege::Supervisor } else { Privilege::User },
        endian: Endian::Little,
    }
}

const _: () = {
    assert!(size_of::<kvm_regs>() == size_of::<X86Registers>());
    assert!(align_of::<kvm_regs>() == align_of::<X86Registers>());
    assert!(core::mem::offset_of!(kvm_regs, rsi) == core::mem::offset_of!(X86Registers, rsi));
    assert!(core::mem::offset_of!(kvm_regs, rsp) == core::mem::offset_of!(X86Registers, rsp));
    assert!(core::mem::offset_of!(kvm_regs, rip) == core::mem::offset_of!(X86Registers, rip));
};

/// KVM's registers as the file the conventions know.
#[inline]
fn registers(regs: &mut kvm_regs) -> &mut X86Registers {
    // SAFETY: both are `repr(C)` structs of 18 `u64`s in the same order, size and alignment asserted above;
    // every bit pattern is a value of either. The borrow passes from one to the other.
    unsafe { &mut *core::ptr::from_mut(regs).cast::<X86Registers>() }
}

fn get_regs(vcpu: &VcpuFd) -> Result<kvm_regs, KvmError> {
    vcpu.get_regs().map_err(KvmError::ioctl("KVM_GET_REGS"))
}

fn set_regs(vcpu: &VcpuFd, regs: &kvm_regs) -> Result<(), KvmError> {
    vcpu.set_regs(regs).map_err(KvmError::ioctl("KVM_SET_REGS"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kvms_registers_are_the_conventions_registers() {
        let mut regs = kvm_regs { rax: 1, rbx: 2, r15: 3, rip: 4, rflags: 5, ..Default::default() };
        let file = registers(&mut regs);
        assert_eq!((file.rax, file.rbx, file.r15, file.rip, file.rflags), (1, 2, 3, 4, 5));
        file.rsi = 9;
        assert_eq!(regs.rsi, 9);
    }

    #[test]
    fn mode_and_privilege_come_from_segments_and_efer() {
        let mut sregs = kvm_sregs { efer: 0x500, ..Default::default() };
        sregs.cs.l = 1;
        assert_eq!(caller(&sregs), Caller::X86_64);
        sregs.ss.dpl = 3;
        assert_eq!(caller(&sregs).privilege, Privilege::User);
        sregs.cs.l = 0;
        assert_eq!(caller(&sregs).width, Width::Bits32, "32-bit code in long mode");
        (sregs.cs.l, sregs.efer) = (1, 0x100);
        assert_eq!(caller(&sregs).width, Width::Bits32, "long mode enabled and not active");
    }

    #[test]
    fn each_of_several_doorbells_is_found() {
        let entries = [entry::port(1), entry::port(2), entry::port(3)];
        let mut builder = Dispatcher::<()>::builder(hypercall_core::Arch::X86);
        for point in entries {
            builder = builder.entry(point, &crate::convention::KVM, &hypercall_core::interface::KVM);
        }
        let dispatcher = builder.build().unwrap();
        let calls = KvmCalls::new(Arc::new(dispatcher), 0).unwrap();
        for (port, point) in (1..).zip(entries) {
            assert_eq!(
                calls.recognise(VcpuExit::IoOut(port, &[0])).unwrap().entry(),
                entry_of(&calls, point)
            );
        }
        assert!(calls.recognise(VcpuExit::IoOut(4, &[0])).is_err());
        assert!(calls.recognise(VcpuExit::IoOut(1, &[0, 0])).is_err(), "two bytes wide");
        assert!(calls.recognise(VcpuExit::MmioWrite(1, &[0])).is_err());
    }

    fn entry_of(calls: &KvmCalls<()>, point: hypercall_core::EntryPoint) -> EntryId {
        calls.dispatcher().entry(point).unwrap()
    }
}
