//! What KVM_RUN carried, `include/linux/kvm.h` of Linux 2.6.21: copied in and out by the ioctl, where today it
//! is a page that the kernel and user space share.

use bytemuck::{Pod, Zeroable};
use hypercall_core::shared::ByteOrder;
use hypercall_core::{Endian, Shared};

/// A value of [`Run::exit_type`]: the processor did not enter the guest.
pub const KVM_EXIT_TYPE_FAIL_ENTRY: u32 = 1;
/// A value of [`Run::exit_type`]: the guest ran, and [`Run::exit_reason`] says why it stopped.
pub const KVM_EXIT_TYPE_VM_EXIT: u32 = 2;
/// A value of [`IoExit::direction`].
pub const KVM_EXIT_IO_IN: u8 = 0;
/// A value of [`IoExit::direction`].
pub const KVM_EXIT_IO_OUT: u8 = 1;

/// Bytes of the union at the end of [`Run`]: those of its largest member.
pub const UNION_SIZE: usize = 24;

/// What KVM_RUN takes and gives. The bytes are x86's, little-endian; the accessors convert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_run", size = 72, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct Run {
    /// In: not zero when user space did the instruction; KVM skips it.
    #[shared(offset = 0)]
    pub emulated: u32,
    /// In: not zero when user space did the access to MMIO.
    #[shared(offset = 4)]
    pub mmio_completed: u32,
    /// In: not zero for an exit as soon as the guest can take an interrupt.
    #[shared(offset = 8)]
    pub request_interrupt_window: u8,
    /// Zero.
    #[shared(offset = 9)]
    pub padding1: [u8; 7],
    /// Out: KVM_EXIT_TYPE_FAIL_ENTRY or KVM_EXIT_TYPE_VM_EXIT.
    #[shared(offset = 16)]
    pub exit_type: u32,
    /// Out: one of [`EXITS`](super::exit::EXITS).
    #[shared(offset = 20)]
    pub exit_reason: u32,
    /// Out: bytes of the instruction that user space is to do.
    #[shared(offset = 24)]
    pub instruction_length: u32,
    /// Out: not zero when the guest can take an interrupt.
    #[shared(offset = 28)]
    pub ready_for_interrupt_injection: u8,
    /// Out: RFLAGS.IF.
    #[shared(offset = 29)]
    pub if_flag: u8,
    /// Zero.
    #[shared(offset = 30)]
    pub padding2: u16,
    /// In and out: task priority.
    #[shared(offset = 32)]
    pub cr8: u64,
    /// In and out: IA32_APIC_BASE.
    #[shared(offset = 40)]
    pub apic_base: u64,
    /// Out: a union, as `exit_reason` says: [`hw`](Run::hw), [`ex`](Run::ex), [`io`](Run::io) or
    /// [`mmio`](Run::mmio); `debug` has no members.
    #[shared(offset = 48)]
    pub exit: [u8; UNION_SIZE],
}

impl Run {
    fn member<T: ByteOrder>(&self) -> T {
        const { assert!(size_of::<T>() <= UNION_SIZE) };
        bytemuck::pod_read_unaligned::<T>(&self.exit[..size_of::<T>()]).convert(Endian::Little)
    }

    /// The union at KVM_EXIT_UNKNOWN.
    pub fn hw(&self) -> HardwareExit {
        self.member()
    }

    /// The union at KVM_EXIT_EXCEPTION.
    pub fn ex(&self) -> ExceptionExit {
        self.member()
    }

    /// The union at KVM_EXIT_IO.
    ///
    /// ```
    /// # use hypercall_arch_x86::header_2_6_21::run::{KVM_EXIT_IO_OUT, Run};
    /// // out 0x48, ax with 0x1234 in AX
    /// let mut run = Run::default();
    /// run.exit[..18].copy_from_slice(&[1, 2, 0, 0, 0, 0, 0x48, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0x34, 0x12]);
    /// let io = run.io();
    /// assert_eq!((io.direction, io.size, io.port, io.count), (KVM_EXIT_IO_OUT, 2, 0x48, 1));
    /// assert_eq!(io.value(), 0x1234);
    /// ```
    pub fn io(&self) -> IoExit {
        self.member()
    }

    /// The union at KVM_EXIT_MMIO.
    pub fn mmio(&self) -> MmioExit {
        self.member()
    }
}

/// `kvm_run.hw`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_run.hw", size = 4, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct HardwareExit {
    /// As VMX or SVM has it.
    #[shared(offset = 0)]
    pub hardware_exit_reason: u32,
}

/// `kvm_run.ex`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_run.ex", size = 8, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct ExceptionExit {
    /// The vector.
    #[shared(offset = 0)]
    pub exception: u32,
    /// Zero for an exception that has none.
    #[shared(offset = 4)]
    pub error_code: u32,
}

/// `kvm_run.io`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_run.io", size = 24, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct IoExit {
    /// KVM_EXIT_IO_IN or KVM_EXIT_IO_OUT.
    #[shared(offset = 0)]
    pub direction: u8,
    /// Bytes of an element: 1, 2 or 4.
    #[shared(offset = 1)]
    pub size: u8,
    /// Not zero for `ins` and `outs`, which user space did on the guest's memory.
    #[shared(offset = 2)]
    pub string: u8,
    /// Not zero when RFLAGS.DF is set: downwards.
    #[shared(offset = 3)]
    pub string_down: u8,
    /// Not zero with a rep prefix.
    #[shared(offset = 4)]
    pub rep: u8,
    /// Zero.
    #[shared(offset = 5)]
    pub pad: u8,
    /// The port.
    #[shared(offset = 6)]
    pub port: u16,
    /// Elements, by RCX.
    #[shared(offset = 8)]
    pub count: u64,
    /// A union: [`address`](IoExit::address) of a string, [`value`](IoExit::value) otherwise. Bytes as they
    /// are in memory, so that no change of byte order touches them.
    #[shared(offset = 16)]
    pub address_or_value: [u8; 8],
}

impl IoExit {
    /// Guest-virtual address of a string.
    pub fn address(&self) -> u64 {
        u64::from_le_bytes(self.address_or_value)
    }

    /// What is written, in the lowest `size` bytes.
    pub fn value(&self) -> u32 {
        let [a, b, c, d, ..] = self.address_or_value;
        u32::from_le_bytes([a, b, c, d])
    }
}

/// `kvm_run.mmio`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable, Shared)]
#[repr(C)]
#[shared(name = "kvm_run.mmio", size = 24, source = "Linux 2.6.21 include/linux/kvm.h")]
pub struct MmioExit {
    /// Guest-physical.
    #[shared(offset = 0)]
    pub phys_addr: u64,
    /// What is written, or what user space read.
    #[shared(offset = 8)]
    pub data: [u8; 8],
    /// Bytes of `data` that count.
    #[shared(offset = 16)]
    pub len: u32,
    /// Not zero for a write.
    #[shared(offset = 20)]
    pub is_write: u8,
    /// The padding a compiler adds.
    #[shared(offset = 21)]
    pub tail: [u8; 3],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_union_is_read_as_x86_writes_it_whatever_machine_reads() {
        let exit = [0, 0x10, 0, 0x70, 0, 0, 0, 0, 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0];
        let mut run = Run { exit, ..Default::default() };
        let mmio = run.mmio();
        assert_eq!((mmio.phys_addr, mmio.len, mmio.is_write), (0x7000_1000, 4, 1));
        assert_eq!(mmio.data, [0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0]);
        assert_eq!(run.hw().hardware_exit_reason, 0x7000_1000);
        assert_eq!(run.ex(), ExceptionExit { exception: 0x7000_1000, error_code: 0 });
        // ins and outs: the address has 64 bits.
        run.exit[..3].copy_from_slice(&[KVM_EXIT_IO_OUT, 1, 1]);
        run.exit[16..].copy_from_slice(&[8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!((run.io().string, run.io().address()), (1, 0x0102_0304_0506_0708));
        assert_eq!(run.io().value(), 0x0506_0708);
    }
}
