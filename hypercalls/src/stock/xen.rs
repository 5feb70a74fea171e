//! Xen's calls on x86 (`xen/common/kernel.c`, `xen/common/memory.c`, `xen/arch/x86/hvm/hvm.c`,
//! `xen/common/sched/core.c`, `xen/drivers/char/console.c`).

use crate::catalogue::xen::{
    AddToPhysmap, AddToPhysmap32, CompileInfo, ConsoleCommand, ConsoleIo, DOMID_SELF, FeatureInfo,
    HVM_PARAMETERS, HvmCommand, HvmOp, HvmParameter, MapSpace, MemoryCommand, MemoryOp, SchedCommand,
    SchedOp, ShutdownReason, VersionCommand, XenVersion,
};
use crate::services::{Console, XenGuest};
use hypercall_core::argument::PAGE_SIZE;
use hypercall_core::shared::ByteOrder;
use hypercall_core::{Builder, Context, Error, Outcome, Width};

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

/// A guest's memory by the linear addresses of one vCPU.
struct Linear<'a, Vm> {
    vm: &'a Vm,
    vcpu: u32,
}

impl<'a, Vm: XenGuest> Linear<'a, Vm> {
    fn of(vm: &'a Vm, context: &Context<'_>) -> Linear<'a, Vm> {
        Linear { vm, vcpu: context.vcpu() }
    }

    /// Where `length` bytes, a page's at most, are: the guest-physical address of the first, and how many
    /// follow it before a page ends.
    fn piece(&self, address: u64, length: usize) -> Result<(u64, usize), Error> {
        let left = (PAGE_SIZE - address % PAGE_SIZE) as usize;
        Ok((self.vm.translate(self.vcpu, address)?, length.min(left)))
    }

    fn read(&self, mut address: u64, mut buffer: &mut [u8]) -> Result<(), Error> {
        while !buffer.is_empty() {
            let (physical, length) = self.piece(address, buffer.len())?;
            let (now, later) = buffer.split_at_mut(length);
            self.vm.memory().read(physical, now)?;
            buffer = later;
            address = following(address, length, buffer.len())?;
        }
        Ok(())
    }

    fn write(&self, mut address: u64, mut data: &[u8]) -> Result<(), Error> {
        while !data.is_empty() {
            let (physical, length) = self.piece(address, data.len())?;
            let (now, later) = data.split_at(length);
            self.vm.memory().write(physical, now)?;
            data = later;
            address = following(address, length, data.len())?;
        }
        Ok(())
    }

    fn value<T: ByteOrder>(&self, address: u64, context: &Context<'_>) -> Result<T, Error> {
        let mut value = T::zeroed();
        self.read(address, bytemuck::bytes_of_mut(&mut value))?;
        Ok(value.convert(context.endian()))
    }

    fn put<T: ByteOrder>(&self, address: u64, value: T, context: &Context<'_>) -> Result<(), Error> {
        self.write(address, bytemuck::bytes_of(&value.convert(context.endian())))
    }
}

/// The address behind `length` bytes; past the end of the address space nothing follows.
fn following(address: u64, length: usize, left: usize) -> Result<u64, Error> {
    match address.checked_add(length as u64) {
        Some(next) => Ok(next),
        None if left == 0 => Ok(0),
        None => Err(Error::BadAddress),
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
    let linear = Linear::of(vm, context);
    let at = call.argument.0;
    match call.command {
        VersionCommand::Version => {
            let (major, minor) = identity.version;
            return Ok(u64::from(major) << 16 | u64::from(minor));
        }
        VersionCommand::PageSize if at == 0 => return Ok(PAGE_SIZE),
        VersionCommand::PageSize => return Err(Error::Invalid),
        VersionCommand::BuildId => return build_id(&linear, identity.build_id, at, context),
        VersionCommand::ExtraVersion => linear.write(at, &text::<16>(identity.extra_version))?,
        VersionCommand::CompileInfo => {
            let info = CompileInfo {
                compiler: text(identity.compiler),
                compile_by: text(identity.compile_by),
                compile_domain: text(identity.compile_domain),
                compile_date: text(identity.compile_date),
            };
            linear.put(at, info, context)?;
        }
        VersionCommand::Capabilities => linear.write(at, &text::<CHUNK>(identity.capabilities))?,
        VersionCommand::Changeset => linear.write(at, &text::<64>(identity.changeset))?,
        VersionCommand::PlatformParameters => match context.width() {
            Width::Bits64 => linear.put(at, 0_u64, context)?,
            Width::Bits32 => linear.put(at, 0_u32, context)?,
        },
        VersionCommand::GetFeatures => {
            let asked: FeatureInfo = linear.value(at, context)?;
            if asked.submap_idx != 0 {
                return Err(Error::Invalid);
            }
            linear.put(at, FeatureInfo { submap: identity.features, ..asked }, context)?;
        }
        VersionCommand::GuestHandle => linear.write(at, &identity.guest_handle)?,
        VersionCommand::CommandLine => linear.write(at, &text::<CHUNK>(identity.command_line))?,
    }
    Ok(0)
}

/// The length is looked at before whether there is an ID, as Xen does.
fn build_id<Vm: XenGuest>(
    linear: &Linear<'_, Vm>,
    id: &[u8],
    at: u64,
    context: &Context<'_>,
) -> Result<u64, Error> {
    let room = if at == 0 { None } else { Some(linear.value::<u32>(at, context)?) };
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
        linear.write(at.checked_add(4).ok_or(Error::BadAddress)?, id)?;
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
    let linear = Linear::of(vm, context);
    let mut left = u64::from(call.count.0);
    if left > MOST_TEXT {
        return Err(Error::TooBig);
    }
    let mut address = call.buffer.0;
    let mut chunk = [0; CHUNK];
    while left > 0 {
        let length = left.min(CHUNK as u64) as usize;
        linear.read(address, &mut chunk[..length])?;
        vm.write(context.vcpu(), &chunk[..length])?;
        left -= length as u64;
        address = following(address, length, left as usize)?;
    }
    Ok(0)
}

fn memory_op<Vm: XenGuest>(vm: &Vm, call: MemoryOp, context: &mut Context<'_>) -> Result<u64, Error> {
    if call.command != MemoryCommand::AddToPhysmap {
        return Err(Error::Unknown);
    }
    let linear = Linear::of(vm, context);
    let asked: AddToPhysmap = match context.width() {
        Width::Bits64 => linear.value(call.argument.0, context)?,
        Width::Bits32 => linear.value::<AddToPhysmap32>(call.argument.0, context)?.into(),
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
    let linear = Linear::of(vm, context);
    let asked: HvmParameter = linear.value(call.argument.0, context)?;
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
        linear.put(call.argument.0, HvmParameter { value, ..asked }, context)?;
    }
    Ok(0)
}

fn sched_op<Vm: XenGuest>(vm: &Vm, call: SchedOp, context: &mut Context<'_>) -> Result<Outcome, Error> {
    match call.command {
        SchedCommand::Yield => vm.yield_cpu(context.vcpu()),
        SchedCommand::Block => vm.block(context.vcpu()),
        SchedCommand::Shutdown => {
            let reason: u32 = Linear::of(vm, context).value(call.argument.0, context)?;
            let reason = ShutdownReason::new(reason).ok_or(Error::Invalid)?;
            return Ok(vm.shutdown(context.vcpu(), reason).into());
        }
        _ => return Err(Error::Unknown),
    }
    Ok(0_u64.into())
}
