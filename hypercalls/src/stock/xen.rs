//! Xen's calls on x86 (`xen/common/kernel.c`, `xen/common/memory.c`, `xen/arch/x86/hvm/hvm.c`,
//! `xen/common/sched/core.c`, `xen/drivers/char/console.c`).

use crate::catalogue::xen::{
    AddToPhysmap, AddToPhysmap32, CompileInfo, ConsoleCommand, ConsoleIo, DOMID_SELF, FeatureInfo,
    HVM_PARAMETERS, HvmCommand, HvmOp, HvmParameter, MapSpace, MemoryCommand, MemoryOp, SchedCommand,
    SchedOp, ShutdownReason, VersionCommand, XenVersion,
};
use crate::services::{Access, Console, XenGuest};
use hypercall_arch_x86::paging::Linear;
use hypercall_core::argument::PAGE_SIZE;
use hypercall_core::memory::GuestMemory;
use hypercall_core::shared::ByteOrder;
use hypercall_core::{Builder, Caller, Context, Error, Outcome, Width};

/// Errors that only Xen's calls have, as results: negated (`xen/include/public/errno.h`).
const ESRCH: u64 = (-3_i64) as u64;
const ENODATA: u64 = (-61_i64) as u64;
const ENOBUFS: u64 = (-105_i64) as u64;

/// The most bytes of one console_io.
const MOST_TEXT: u64 = 0x1_0000;
/// Bytes handed to the console at once; also the longest text of xen_version.
const CHUNK: usize = 1024;

pub(super) fn offer<Vm: XenGuest + Console + 'static>(builder: Builder<Vm>) -> Builder<Vm> {
    builder.offer(xen_version).offer(console_io).offer(memory_op).offer(hvm_op).offer(sched_op)
}

/// A guest's memory by the linear addresses of one call, and what is typed in it.
struct Guest<'a, Vm> {
    vm: &'a Vm,
    vcpu: u32,
    caller: Caller,
    /// Whether the vCPU can be asked for its page tables.
    at_hand: bool,
}

/// Whether a call may wait for its vCPU: not in the thread that serves rings, but where the VMM says so.
fn at_hand<Vm: XenGuest>(vm: &Vm, context: &Context<'_>) -> bool {
    !context.is_through_ring() || vm.answers_rings()
}

impl<'a, Vm: XenGuest> Guest<'a, Vm> {
    fn of(vm: &'a Vm, context: &Context<'_>) -> Guest<'a, Vm> {
        Guest { vm, vcpu: context.vcpu(), caller: context.caller(), at_hand: at_hand(vm, context) }
    }

    fn linear(&self) -> Linear<'a, dyn GuestMemory + 'a, impl Fn(u64, Access) -> Result<u64, Error>> {
        let Guest { vm, vcpu, caller, at_hand } = *self;
        let translate = move |linear, access| match at_hand {
            true => vm.translate(vcpu, linear, access),
            false => Err(Error::Unsupported),
        };
        Linear::new(vm.memory(), translate, caller)
    }

    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Error> {
        self.linear().read(address, buffer)
    }

    fn write(&self, address: u64, data: &[u8]) -> Result<(), Error> {
        self.linear().write(address, data)
    }

    fn value<T: ByteOrder>(&self, address: u64) -> Result<T, Error> {
        let mut value = T::zeroed();
        self.read(address, bytemuck::bytes_of_mut(&mut value))?;
        Ok(value.convert(self.caller.endian))
    }

    fn put<T: ByteOrder>(&self, address: u64, value: T) -> Result<(), Error> {
        self.write(address, bytemuck::bytes_of(&value.convert(self.caller.endian)))
    }
}

/// A text in `N` bytes: cut off where it has no room, with zeros behind it, one at least.
fn text<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    for (to, from) in bytes[..N - 1].iter_mut().zip(text.bytes()) {
        *to = from;
    }
    bytes
}

fn xen_version<Vm: XenGuest>(vm: &Vm, call: XenVersion, context: &mut Context<'_>) -> Result<u64, Error> {
    let identity = vm.identity();
    let guest = Guest::of(vm, context);
    let at = call.argument.0;
    match call.command {
        VersionCommand::Version => {
            let (major, minor) = identity.version;
            return Ok(u64::from(major) << 16 | u64::from(minor));
        }
        VersionCommand::PageSize if at == 0 => return Ok(PAGE_SIZE),
        VersionCommand::PageSize => return Err(Error::Invalid),
        VersionCommand::BuildId => return build_id(&guest, identity.build_id, at),
        VersionCommand::ExtraVersion => guest.write(at, &text::<16>(identity.extra_version))?,
        VersionCommand::CompileInfo => {
            let info = CompileInfo {
                compiler: text(identity.compiler),
                compile_by: text(identity.compile_by),
                compile_domain: text(identity.compile_domain),
                compile_date: text(identity.compile_date),
            };
            guest.put(at, info)?;
        }
        VersionCommand::Capabilities => guest.write(at, &text::<CHUNK>(identity.capabilities))?,
        VersionCommand::Changeset => guest.write(at, &text::<64>(identity.changeset))?,
        VersionCommand::PlatformParameters => match context.width() {
            Width::Bits64 => guest.put(at, 0_u64)?,
            Width::Bits32 => guest.put(at, 0_u32)?,
        },
        VersionCommand::GetFeatures => {
            let asked: FeatureInfo = guest.value(at)?;
            if asked.submap_idx != 0 {
                return Err(Error::Invalid);
            }
            guest.put(at, FeatureInfo { submap: identity.features, ..asked })?;
        }
        VersionCommand::GuestHandle => guest.write(at, &identity.guest_handle)?,
        VersionCommand::CommandLine => guest.write(at, &text::<CHUNK>(identity.command_line))?,
    }
    Ok(0)
}

/// The length is looked at before whether there is an ID, as Xen does.
fn build_id<Vm: XenGuest>(guest: &Guest<'_, Vm>, id: &[u8], at: u64) -> Result<u64, Error> {
    let room = if at == 0 { None } else { Some(guest.value::<u32>(at)?) };
    if room == Some(0) {
        return Err(Error::Invalid);
    }
    if id.is_empty() {
        return Ok(ENODATA);
    }
    if let Some(room) = room {
        if id.len() as u64 > u64::from(room) {
            return Ok(ENOBUFS);
        }
        guest.write(at.checked_add(4).ok_or(Error::BadAddress)?, id)?;
    }
    Ok(id.len() as u64)
}

fn console_io<Vm: XenGuest + Console>(
    vm: &Vm,
    call: ConsoleIo,
    context: &mut Context<'_>,
) -> Result<u64, Error> {
    if call.command == ConsoleCommand::Read {
        return Err(Error::NotPermitted);
    }
    let guest = Guest::of(vm, context);
    let count = u64::from(call.count.0);
    if count > MOST_TEXT {
        return Err(Error::TooBig);
    }
    let mut chunk = [0; CHUNK];
    let mut done = 0;
    while done < count {
        let address = call.buffer.0.checked_add(done).ok_or(Error::BadAddress)?;
        let length = (count - done).min(CHUNK as u64);
        let text = &mut chunk[..length as usize];
        guest.read(address, text)?;
        vm.write(context.vcpu(), text)?;
        done += length;
    }
    Ok(0)
}

fn memory_op<Vm: XenGuest>(vm: &Vm, call: MemoryOp, context: &mut Context<'_>) -> Result<u64, Error> {
    if call.command != MemoryCommand::AddToPhysmap {
        return Err(Error::Unknown);
    }
    let guest = Guest::of(vm, context);
    let asked: AddToPhysmap = match context.width() {
        Width::Bits64 => guest.value(call.argument.0)?,
        Width::Bits32 => guest.value::<AddToPhysmap32>(call.argument.0)?.into(),
    };
    /// XENMAPSPACE_gmfn_foreign, which XENMEM_add_to_physmap_batch alone takes.
    const FOREIGN: u32 = 4;
    if asked.space == FOREIGN {
        return Err(Error::Unknown);
    }
    if asked.domid != DOMID_SELF {
        return Ok(ESRCH);
    }
    let space = MapSpace::new(asked.space).ok_or(Error::Invalid)?;
    vm.add_to_physmap(context.vcpu(), space, asked.idx, asked.gpfn)?;
    Ok(0)
}

fn hvm_op<Vm: XenGuest>(vm: &Vm, call: HvmOp, context: &mut Context<'_>) -> Result<u64, Error> {
    let sets = match call.command {
        HvmCommand::SetParam => true,
        HvmCommand::GetParam => false,
        _ => return Err(Error::Unknown),
    };
    let guest = Guest::of(vm, context);
    let asked: HvmParameter = guest.value(call.argument.0)?;
    if asked.index >= HVM_PARAMETERS {
        return Err(Error::Invalid);
    }
    if asked.domid != DOMID_SELF {
        return Ok(ESRCH);
    }
    if sets {
        vm.set_parameter(context.vcpu(), asked.index, asked.value)?;
    } else {
        let value = vm.parameter(asked.index)?;
        guest.put(call.argument.0, HvmParameter { value, ..asked })?;
    }
    Ok(0)
}

fn sched_op<Vm: XenGuest>(vm: &Vm, call: SchedOp, context: &mut Context<'_>) -> Result<Outcome, Error> {
    match call.command {
        SchedCommand::Yield => vm.yield_cpu(context.vcpu()),
        SchedCommand::Block if !at_hand(vm, context) => return Err(Error::Unsupported),
        SchedCommand::Block => vm.block(context.vcpu()),
        SchedCommand::Shutdown => {
            let reason: u32 = Guest::of(vm, context).value(call.argument.0)?;
            let reason = ShutdownReason::new(reason).ok_or(Error::Invalid)?;
            return Ok(vm.shutdown(context.vcpu(), reason).into());
        }
        _ => return Err(Error::Unknown),
    }
    Ok(0_u64.into())
}
