//! Hypercalls: numbers, error codes, structures, and stubs that make the calls.
//!
//! Made by `hypercall tables --format rust` from the definitions that the hypervisor runs on; do not edit it.
//! It needs `core` and nothing else: add it to a guest as a module, `mod hypercall;`.

// A guest makes some of the calls. Names are those of the interfaces' documents.
#![allow(dead_code, nonstandard_style)]

/// Numbers, as they stand in the register.
pub mod number {

    /// As the numbering x86 writes them.
    pub mod x86 {
        /// KVM_HC_VAPIC_POLL_IRQ, of KVM.
        pub const KVM_HC_VAPIC_POLL_IRQ: u64 = 1;
        /// KVM_HC_MMU_OP, of KVM, deprecated.
        pub const KVM_HC_MMU_OP: u64 = 2;
        /// KVM_HC_KICK_CPU, of KVM.
        pub const KVM_HC_KICK_CPU: u64 = 5;
        /// KVM_HC_CLOCK_PAIRING, of KVM.
        pub const KVM_HC_CLOCK_PAIRING: u64 = 9;
        /// KVM_HC_SEND_IPI, of KVM.
        pub const KVM_HC_SEND_IPI: u64 = 0xa;
        /// KVM_HC_SCHED_YIELD, of KVM.
        pub const KVM_HC_SCHED_YIELD: u64 = 0xb;
        /// KVM_HC_MAP_GPA_RANGE, of KVM.
        pub const KVM_HC_MAP_GPA_RANGE: u64 = 0xc;
        /// HYPERVISOR_memory_op, of Xen.
        pub const HYPERVISOR_MEMORY_OP: u64 = 0xc;
        /// HYPERVISOR_multicall, of Xen.
        pub const HYPERVISOR_MULTICALL: u64 = 0xd;
        /// HYPERVISOR_xen_version, of Xen.
        pub const HYPERVISOR_XEN_VERSION: u64 = 0x11;
        /// HYPERVISOR_console_io, of Xen.
        pub const HYPERVISOR_CONSOLE_IO: u64 = 0x12;
        /// HYPERVISOR_grant_table_op, of Xen.
        pub const HYPERVISOR_GRANT_TABLE_OP: u64 = 0x14;
        /// HYPERVISOR_vcpu_op, of Xen.
        pub const HYPERVISOR_VCPU_OP: u64 = 0x18;
        /// HYPERVISOR_sched_op, of Xen.
        pub const HYPERVISOR_SCHED_OP: u64 = 0x1d;
        /// HYPERVISOR_event_channel_op, of Xen.
        pub const HYPERVISOR_EVENT_CHANNEL_OP: u64 = 0x20;
        /// HYPERVISOR_hvm_op, of Xen.
        pub const HYPERVISOR_HVM_OP: u64 = 0x22;
        /// HYPERCALL_NOP, of the hypercall project's own.
        pub const HYPERCALL_NOP: u64 = 0x48560000;
        /// HYPERCALL_MIX_1, of the hypercall project's own.
        pub const HYPERCALL_MIX_1: u64 = 0x48560001;
        /// HYPERCALL_MIX_2, of the hypercall project's own.
        pub const HYPERCALL_MIX_2: u64 = 0x48560002;
        /// HYPERCALL_MIX_3, of the hypercall project's own.
        pub const HYPERCALL_MIX_3: u64 = 0x48560003;
        /// HYPERCALL_MIX_4, of the hypercall project's own.
        pub const HYPERCALL_MIX_4: u64 = 0x48560004;
        /// HYPERCALL_MIX_5, of the hypercall project's own.
        pub const HYPERCALL_MIX_5: u64 = 0x48560005;
        /// HYPERCALL_MIX_6, of the hypercall project's own.
        pub const HYPERCALL_MIX_6: u64 = 0x48560006;
        /// HYPERCALL_FAIL, of the hypercall project's own.
        pub const HYPERCALL_FAIL: u64 = 0x48560011;
        /// HYPERCALL_TYPES, of the hypercall project's own.
        pub const HYPERCALL_TYPES: u64 = 0x48560012;
        /// HYPERCALL_SIGNED, of the hypercall project's own.
        pub const HYPERCALL_SIGNED: u64 = 0x48560013;
        /// HYPERCALL_NARROW, of the hypercall project's own.
        pub const HYPERCALL_NARROW: u64 = 0x48560014;
        /// HYPERCALL_CONSOLE_WRITE, of the hypercall project's own.
        pub const HYPERCALL_CONSOLE_WRITE: u64 = 0x48560020;
        /// HYPERCALL_CHECKSUM, of the hypercall project's own.
        pub const HYPERCALL_CHECKSUM: u64 = 0x48560021;
        /// HYPERCALL_IDENTIFY, of the hypercall project's own.
        pub const HYPERCALL_IDENTIFY: u64 = 0x48560022;
        /// HYPERCALL_RETRY, of the hypercall project's own.
        pub const HYPERCALL_RETRY: u64 = 0x48560030;
        /// HYPERCALL_DEFER, of the hypercall project's own.
        pub const HYPERCALL_DEFER: u64 = 0x48560031;
        /// HYPERCALL_FAULT, of the hypercall project's own.
        pub const HYPERCALL_FAULT: u64 = 0x48560032;
        /// HYPERCALL_EXIT, of the hypercall project's own.
        pub const HYPERCALL_EXIT: u64 = 0x48560033;
        /// HYPERCALL_PANIC, of the hypercall project's own.
        pub const HYPERCALL_PANIC: u64 = 0x48560034;
        /// HYPERCALL_OLD_NOP, of the hypercall project's own, deprecated.
        pub const HYPERCALL_OLD_NOP: u64 = 0x48560038;
        /// HYPERCALL_GONE, of the hypercall project's own, obsolete.
        pub const HYPERCALL_GONE: u64 = 0x48560039;
        /// HYPERCALL_HOST_TIME, of the hypercall project's own.
        pub const HYPERCALL_HOST_TIME: u64 = 0x4856003a;
        /// HYPERCALL_MULTICALL, of the hypercall project's own.
        pub const HYPERCALL_MULTICALL: u64 = 0x48560040;
        /// HYPERCALL_RING_SETUP, of the hypercall project's own.
        pub const HYPERCALL_RING_SETUP: u64 = 0x48560041;
        /// HYPERCALL_RING_TEARDOWN, of the hypercall project's own.
        pub const HYPERCALL_RING_TEARDOWN: u64 = 0x48560042;
        /// HYPERCALL_RING_DOORBELL, of the hypercall project's own.
        pub const HYPERCALL_RING_DOORBELL: u64 = 0x48560043;
    }

    /// As the numbering diag writes them.
    pub mod diag {
        /// KVM_S390_VIRTIO_NOTIFY, of DIAG 0x500, deprecated.
        pub const KVM_S390_VIRTIO_NOTIFY: u64 = 0;
        /// KVM_S390_VIRTIO_RESET, of DIAG 0x500, obsolete.
        pub const KVM_S390_VIRTIO_RESET: u64 = 1;
        /// KVM_S390_VIRTIO_SET_STATUS, of DIAG 0x500, obsolete.
        pub const KVM_S390_VIRTIO_SET_STATUS: u64 = 2;
        /// KVM_S390_VIRTIO_CCW_NOTIFY, of DIAG 0x500.
        pub const KVM_S390_VIRTIO_CCW_NOTIFY: u64 = 3;
        /// DIAG500_SC_STOR_LIMIT, of DIAG 0x500.
        pub const DIAG500_SC_STOR_LIMIT: u64 = 4;
        /// HYPERCALL_NOP, of the hypercall project's own.
        pub const HYPERCALL_NOP: u64 = 0x48560000;
        /// HYPERCALL_MIX_1, of the hypercall project's own.
        pub const HYPERCALL_MIX_1: u64 = 0x48560001;
        /// HYPERCALL_MIX_2, of the hypercall project's own.
        pub const HYPERCALL_MIX_2: u64 = 0x48560002;
        /// HYPERCALL_MIX_3, of the hypercall project's own.
        pub const HYPERCALL_MIX_3: u64 = 0x48560003;
        /// HYPERCALL_MIX_4, of the hypercall project's own.
        pub const HYPERCALL_MIX_4: u64 = 0x48560004;
        /// HYPERCALL_MIX_5, of the hypercall project's own.
        pub const HYPERCALL_MIX_5: u64 = 0x48560005;
        /// HYPERCALL_MIX_6, of the hypercall project's own.
        pub const HYPERCALL_MIX_6: u64 = 0x48560006;
        /// HYPERCALL_FAIL, of the hypercall project's own.
        pub const HYPERCALL_FAIL: u64 = 0x48560011;
        /// HYPERCALL_TYPES, of the hypercall project's own.
        pub const HYPERCALL_TYPES: u64 = 0x48560012;
        /// HYPERCALL_SIGNED, of the hypercall project's own.
        pub const HYPERCALL_SIGNED: u64 = 0x48560013;
        /// HYPERCALL_NARROW, of the hypercall project's own.
        pub const HYPERCALL_NARROW: u64 = 0x48560014;
        /// HYPERCALL_CONSOLE_WRITE, of the hypercall project's own.
        pub const HYPERCALL_CONSOLE_WRITE: u64 = 0x48560020;
        /// HYPERCALL_CHECKSUM, of the hypercall project's own.
        pub const HYPERCALL_CHECKSUM: u64 = 0x48560021;
        /// HYPERCALL_IDENTIFY, of the hypercall project's own.
        pub const HYPERCALL_IDENTIFY: u64 = 0x48560022;
        /// HYPERCALL_RETRY, of the hypercall project's own.
        pub const HYPERCALL_RETRY: u64 = 0x48560030;
        /// HYPERCALL_DEFER, of the hypercall project's own.
        pub const HYPERCALL_DEFER: u64 = 0x48560031;
        /// HYPERCALL_FAULT, of the hypercall project's own.
        pub const HYPERCALL_FAULT: u64 = 0x48560032;
        /// HYPERCALL_EXIT, of the hypercall project's own.
        pub const HYPERCALL_EXIT: u64 = 0x48560033;
        /// HYPERCALL_PANIC, of the hypercall project's own.
        pub const HYPERCALL_PANIC: u64 = 0x48560034;
        /// HYPERCALL_OLD_NOP, of the hypercall project's own, deprecated.
        pub const HYPERCALL_OLD_NOP: u64 = 0x48560038;
        /// HYPERCALL_GONE, of the hypercall project's own, obsolete.
        pub const HYPERCALL_GONE: u64 = 0x48560039;
        /// HYPERCALL_HOST_TIME, of the hypercall project's own.
        pub const HYPERCALL_HOST_TIME: u64 = 0x4856003a;
        /// HYPERCALL_MULTICALL, of the hypercall project's own.
        pub const HYPERCALL_MULTICALL: u64 = 0x48560040;
        /// HYPERCALL_RING_SETUP, of the hypercall project's own.
        pub const HYPERCALL_RING_SETUP: u64 = 0x48560041;
        /// HYPERCALL_RING_TEARDOWN, of the hypercall project's own.
        pub const HYPERCALL_RING_TEARDOWN: u64 = 0x48560042;
        /// HYPERCALL_RING_DOORBELL, of the hypercall project's own.
        pub const HYPERCALL_RING_DOORBELL: u64 = 0x48560043;
    }

    /// As the numbering epapr writes them.
    pub mod epapr {
        /// KVM_HC_FEATURES, of KVM.
        pub const KVM_HC_FEATURES: u64 = 0x2a0003;
        /// KVM_HC_PPC_MAP_MAGIC_PAGE, of KVM.
        pub const KVM_HC_PPC_MAP_MAGIC_PAGE: u64 = 0x2a0004;
        /// HYPERCALL_NOP, of the hypercall project's own.
        pub const HYPERCALL_NOP: u64 = 0;
        /// HYPERCALL_MIX_1, of the hypercall project's own.
        pub const HYPERCALL_MIX_1: u64 = 1;
        /// HYPERCALL_MIX_2, of the hypercall project's own.
        pub const HYPERCALL_MIX_2: u64 = 2;
        /// HYPERCALL_MIX_3, of the hypercall project's own.
        pub const HYPERCALL_MIX_3: u64 = 3;
        /// HYPERCALL_MIX_4, of the hypercall project's own.
        pub const HYPERCALL_MIX_4: u64 = 4;
        /// HYPERCALL_MIX_5, of the hypercall project's own.
        pub const HYPERCALL_MIX_5: u64 = 5;
        /// HYPERCALL_MIX_6, of the hypercall project's own.
        pub const HYPERCALL_MIX_6: u64 = 6;
        /// HYPERCALL_MIX_7, of the hypercall project's own.
        pub const HYPERCALL_MIX_7: u64 = 7;
        /// HYPERCALL_MIX_8, of the hypercall project's own.
        pub const HYPERCALL_MIX_8: u64 = 8;
        /// HYPERCALL_MIX_9, of the hypercall project's own.
        pub const HYPERCALL_MIX_9: u64 = 9;
        /// HYPERCALL_OUTPUTS, of the hypercall project's own.
        pub const HYPERCALL_OUTPUTS: u64 = 0x10;
        /// HYPERCALL_FAIL, of the hypercall project's own.
        pub const HYPERCALL_FAIL: u64 = 0x11;
        /// HYPERCALL_TYPES, of the hypercall project's own.
        pub const HYPERCALL_TYPES: u64 = 0x12;
        /// HYPERCALL_SIGNED, of the hypercall project's own.
        pub const HYPERCALL_SIGNED: u64 = 0x13;
        /// HYPERCALL_NARROW, of the hypercall project's own.
        pub const HYPERCALL_NARROW: u64 = 0x14;
        /// HYPERCALL_CONSOLE_WRITE, of the hypercall project's own.
        pub const HYPERCALL_CONSOLE_WRITE: u64 = 0x20;
        /// HYPERCALL_CHECKSUM, of the hypercall project's own.
        pub const HYPERCALL_CHECKSUM: u64 = 0x21;
        /// HYPERCALL_IDENTIFY, of the hypercall project's own.
        pub const HYPERCALL_IDENTIFY: u64 = 0x22;
        /// HYPERCALL_RETRY, of the hypercall project's own.
        pub const HYPERCALL_RETRY: u64 = 0x30;
        /// HYPERCALL_DEFER, of the hypercall project's own.
        pub const HYPERCALL_DEFER: u64 = 0x31;
        /// HYPERCALL_FAULT, of the hypercall project's own.
        pub const HYPERCALL_FAULT: u64 = 0x32;
        /// HYPERCALL_EXIT, of the hypercall project's own.
        pub const HYPERCALL_EXIT: u64 = 0x33;
        /// HYPERCALL_PANIC, of the hypercall project's own.
        pub const HYPERCALL_PANIC: u64 = 0x34;
        /// HYPERCALL_OLD_NOP, of the hypercall project's own, deprecated.
        pub const HYPERCALL_OLD_NOP: u64 = 0x38;
        /// HYPERCALL_GONE, of the hypercall project's own, obsolete.
        pub const HYPERCALL_GONE: u64 = 0x39;
        /// HYPERCALL_HOST_TIME, of the hypercall project's own.
        pub const HYPERCALL_HOST_TIME: u64 = 0x3a;
        /// HYPERCALL_MULTICALL, of the hypercall project's own.
        pub const HYPERCALL_MULTICALL: u64 = 0x40;
        /// HYPERCALL_RING_SETUP, of the hypercall project's own.
        pub const HYPERCALL_RING_SETUP: u64 = 0x41;
        /// HYPERCALL_RING_TEARDOWN, of the hypercall project's own.
        pub const HYPERCALL_RING_TEARDOWN: u64 = 0x42;
        /// HYPERCALL_RING_DOORBELL, of the hypercall project's own.
        pub const HYPERCALL_RING_DOORBELL: u64 = 0x43;
    }

    /// As the numbering papr writes them.
    pub mod papr {
        /// H_LOGICAL_CI_LOAD, of PAPR.
        pub const H_LOGICAL_CI_LOAD: u64 = 0x3c;
        /// H_LOGICAL_CI_STORE, of PAPR.
        pub const H_LOGICAL_CI_STORE: u64 = 0x40;
        /// H_GET_TERM_CHAR, of PAPR.
        pub const H_GET_TERM_CHAR: u64 = 0x54;
        /// H_PUT_TERM_CHAR, of PAPR.
        pub const H_PUT_TERM_CHAR: u64 = 0x58;
        /// H_CEDE, of PAPR.
        pub const H_CEDE: u64 = 0xe0;
        /// H_CONFER, of PAPR.
        pub const H_CONFER: u64 = 0xe4;
        /// H_PROD, of PAPR.
        pub const H_PROD: u64 = 0xe8;
        /// H_RANDOM, of PAPR.
        pub const H_RANDOM: u64 = 0x300;
        /// HYPERCALL_NOP, of the hypercall project's own.
        pub const HYPERCALL_NOP: u64 = 0x7000;
        /// HYPERCALL_MIX_1, of the hypercall project's own.
        pub const HYPERCALL_MIX_1: u64 = 0x7004;
        /// HYPERCALL_MIX_2, of the hypercall project's own.
        pub const HYPERCALL_MIX_2: u64 = 0x7008;
        /// HYPERCALL_MIX_3, of the hypercall project's own.
        pub const HYPERCALL_MIX_3: u64 = 0x700c;
        /// HYPERCALL_MIX_4, of the hypercall project's own.
        pub const HYPERCALL_MIX_4: u64 = 0x7010;
        /// HYPERCALL_MIX_5, of the hypercall project's own.
        pub const HYPERCALL_MIX_5: u64 = 0x7014;
        /// HYPERCALL_MIX_6, of the hypercall project's own.
        pub const HYPERCALL_MIX_6: u64 = 0x7018;
        /// HYPERCALL_MIX_7, of the hypercall project's own.
        pub const HYPERCALL_MIX_7: u64 = 0x701c;
        /// HYPERCALL_MIX_8, of the hypercall project's own.
        pub const HYPERCALL_MIX_8: u64 = 0x7020;
        /// HYPERCALL_MIX_9, of the hypercall project's own.
        pub const HYPERCALL_MIX_9: u64 = 0x7024;
        /// HYPERCALL_OUTPUTS, of the hypercall project's own.
        pub const HYPERCALL_OUTPUTS: u64 = 0x7040;
        /// HYPERCALL_FAIL, of the hypercall project's own.
        pub const HYPERCALL_FAIL: u64 = 0x7044;
        /// HYPERCALL_TYPES, of the hypercall project's own.
        pub const HYPERCALL_TYPES: u64 = 0x7048;
        /// HYPERCALL_SIGNED, of the hypercall project's own.
        pub const HYPERCALL_SIGNED: u64 = 0x704c;
        /// HYPERCALL_NARROW, of the hypercall project's own.
        pub const HYPERCALL_NARROW: u64 = 0x7050;
        /// HYPERCALL_CONSOLE_WRITE, of the hypercall project's own.
        pub const HYPERCALL_CONSOLE_WRITE: u64 = 0x7080;
        /// HYPERCALL_CHECKSUM, of the hypercall project's own.
        pub const HYPERCALL_CHECKSUM: u64 = 0x7084;
        /// HYPERCALL_IDENTIFY, of the hypercall project's own.
        pub const HYPERCALL_IDENTIFY: u64 = 0x7088;
        /// HYPERCALL_RETRY, of the hypercall project's own.
        pub const HYPERCALL_RETRY: u64 = 0x70c0;
        /// HYPERCALL_DEFER, of the hypercall project's own.
        pub const HYPERCALL_DEFER: u64 = 0x70c4;
        /// HYPERCALL_FAULT, of the hypercall project's own.
        pub const HYPERCALL_FAULT: u64 = 0x70c8;
        /// HYPERCALL_EXIT, of the hypercall project's own.
        pub const HYPERCALL_EXIT: u64 = 0x70cc;
        /// HYPERCALL_PANIC, of the hypercall project's own.
        pub const HYPERCALL_PANIC: u64 = 0x70d0;
        /// HYPERCALL_OLD_NOP, of the hypercall project's own, deprecated.
        pub const HYPERCALL_OLD_NOP: u64 = 0x70e0;
        /// HYPERCALL_GONE, of the hypercall project's own, obsolete.
        pub const HYPERCALL_GONE: u64 = 0x70e4;
        /// HYPERCALL_HOST_TIME, of the hypercall project's own.
        pub const HYPERCALL_HOST_TIME: u64 = 0x70e8;
        /// HYPERCALL_MULTICALL, of the hypercall project's own.
        pub const HYPERCALL_MULTICALL: u64 = 0x7100;
        /// HYPERCALL_RING_SETUP, of the hypercall project's own.
        pub const HYPERCALL_RING_SETUP: u64 = 0x7104;
        /// HYPERCALL_RING_TEARDOWN, of the hypercall project's own.
        pub const HYPERCALL_RING_TEARDOWN: u64 = 0x7108;
        /// HYPERCALL_RING_DOORBELL, of the hypercall project's own.
        pub const HYPERCALL_RING_DOORBELL: u64 = 0x710c;
    }

    /// As the numbering mips writes them.
    pub mod mips {
        /// KVM_HC_MIPS_GET_CLOCK_FREQ, of KVM, obsolete.
        pub const KVM_HC_MIPS_GET_CLOCK_FREQ: u64 = 6;
        /// KVM_HC_MIPS_EXIT_VM, of KVM, obsolete.
        pub const KVM_HC_MIPS_EXIT_VM: u64 = 7;
        /// KVM_HC_MIPS_CONSOLE_OUTPUT, of KVM, obsolete.
        pub const KVM_HC_MIPS_CONSOLE_OUTPUT: u64 = 8;
    }
}

/// Errors, as each way to say them has them.
pub mod error {

    /// Linux include/uapi/linux/kvm_para.h
    pub mod kvm_x86 {
        /// -KVM_ENOSYS.
        pub const UNKNOWN_CALL: i64 = -1000;
        /// -KVM_EPERM.
        pub const NOT_PERMITTED: i64 = -1;
        /// -KVM_EINVAL.
        pub const INVALID_ARGUMENT: i64 = -22;
        /// -KVM_EFAULT.
        pub const BAD_ADDRESS: i64 = -14;
        /// -KVM_EOPNOTSUPP.
        pub const UNSUPPORTED: i64 = -95;
        /// -KVM_E2BIG.
        pub const TOO_BIG: i64 = -7;
        /// -ENOENT.
        pub const NOT_FOUND: i64 = -2;
        /// -EIO.
        pub const I_O_ERROR: i64 = -5;
        /// -EAGAIN.
        pub const BUSY: i64 = -11;
        /// -ENOMEM.
        pub const NO_MEMORY: i64 = -12;
        /// -ENODEV.
        pub const NO_SUCH_DEVICE: i64 = -19;
        /// -EBUSY.
        pub const INVALID_STATE: i64 = -16;
        /// -EIO.
        pub const INTERNAL_ERROR: i64 = -5;
    }

    /// kvm_para.h of 2007 (KVM_EINVAL 1); Linux 2.6.21 drivers/kvm/kvm_main.c
    pub mod para_2007 {
        /// -KVM_EINVAL.
        pub const UNKNOWN_CALL: i64 = -1;
        /// -KVM_EINVAL.
        pub const NOT_PERMITTED: i64 = -1;
        /// -KVM_EINVAL.
        pub const INVALID_ARGUMENT: i64 = -1;
        /// -KVM_EINVAL.
        pub const BAD_ADDRESS: i64 = -1;
        /// -KVM_EINVAL.
        pub const UNSUPPORTED: i64 = -1;
        /// -KVM_EINVAL.
        pub const TOO_BIG: i64 = -1;
        /// -KVM_EINVAL.
        pub const NOT_FOUND: i64 = -1;
        /// -KVM_EINVAL.
        pub const I_O_ERROR: i64 = -1;
        /// -KVM_EINVAL.
        pub const BUSY: i64 = -1;
        /// -KVM_EINVAL.
        pub const NO_MEMORY: i64 = -1;
        /// -KVM_EINVAL.
        pub const NO_SUCH_DEVICE: i64 = -1;
        /// -KVM_EINVAL.
        pub const INVALID_STATE: i64 = -1;
        /// -KVM_EINVAL.
        pub const INTERNAL_ERROR: i64 = -1;
    }

    /// Xen xen/include/public/errno.h
    pub mod xen {
        /// -XEN_ENOSYS.
        pub const UNKNOWN_CALL: i64 = -38;
        /// -XEN_EPERM.
        pub const NOT_PERMITTED: i64 = -1;
        /// -XEN_EINVAL.
        pub const INVALID_ARGUMENT: i64 = -22;
        /// -XEN_EFAULT.
        pub const BAD_ADDRESS: i64 = -14;
        /// -XEN_EOPNOTSUPP.
        pub const UNSUPPORTED: i64 = -95;
        /// -XEN_E2BIG.
        pub const TOO_BIG: i64 = -7;
        /// -XEN_ENOENT.
        pub const NOT_FOUND: i64 = -2;
        /// -XEN_EIO.
        pub const I_O_ERROR: i64 = -5;
        /// -XEN_EAGAIN.
        pub const BUSY: i64 = -11;
        /// -XEN_ENOMEM.
        pub const NO_MEMORY: i64 = -12;
        /// -XEN_ENODEV.
        pub const NO_SUCH_DEVICE: i64 = -19;
        /// -XEN_EBUSY.
        pub const INVALID_STATE: i64 = -16;
        /// -XEN_EIO.
        pub const INTERNAL_ERROR: i64 = -5;
    }

    /// Linux include/uapi/asm-generic/errno-base.h
    pub mod s390 {
        /// -KVM_ENOSYS.
        pub const UNKNOWN_CALL: i64 = -1000;
        /// -EPERM.
        pub const NOT_PERMITTED: i64 = -1;
        /// -EINVAL.
        pub const INVALID_ARGUMENT: i64 = -22;
        /// -EFAULT.
        pub const BAD_ADDRESS: i64 = -14;
        /// -EOPNOTSUPP.
        pub const UNSUPPORTED: i64 = -95;
        /// -E2BIG.
        pub const TOO_BIG: i64 = -7;
        /// -ENOENT.
        pub const NOT_FOUND: i64 = -2;
        /// -EIO.
        pub const I_O_ERROR: i64 = -5;
        /// -EAGAIN.
        pub const BUSY: i64 = -11;
        /// -ENOMEM.
        pub const NO_MEMORY: i64 = -12;
        /// -ENODEV.
        pub const NO_SUCH_DEVICE: i64 = -19;
        /// -EBUSY.
        pub const INVALID_STATE: i64 = -16;
        /// -EIO.
        pub const INTERNAL_ERROR: i64 = -5;
    }

    /// QEMU hw/s390x/s390-hypercall.c; z/Architecture Principles of Operation
    pub mod diag500 {
        /// specification interruption.
        pub const UNKNOWN_CALL_FAULT: u32 = 6;
        /// -EPERM.
        pub const NOT_PERMITTED: i64 = -1;
        /// -EINVAL.
        pub const INVALID_ARGUMENT: i64 = -22;
        /// -EFAULT.
        pub const BAD_ADDRESS: i64 = -14;
        /// -EOPNOTSUPP.
        pub const UNSUPPORTED: i64 = -95;
        /// -E2BIG.
        pub const TOO_BIG: i64 = -7;
        /// -ENOENT.
        pub const NOT_FOUND: i64 = -2;
        /// -EIO.
        pub const I_O_ERROR: i64 = -5;
        /// -EAGAIN.
        pub const BUSY: i64 = -11;
        /// -ENOMEM.
        pub const NO_MEMORY: i64 = -12;
        /// -ENODEV.
        pub const NO_SUCH_DEVICE: i64 = -19;
        /// -EBUSY.
        pub const INVALID_STATE: i64 = -16;
        /// -EIO.
        pub const INTERNAL_ERROR: i64 = -5;
    }

    /// Linux arch/powerpc/include/uapi/asm/epapr_hcalls.h
    pub mod epapr {
        /// EV_UNIMPLEMENTED.
        pub const UNKNOWN_CALL: i64 = 12;
        /// EV_EPERM.
        pub const NOT_PERMITTED: i64 = 1;
        /// EV_EINVAL.
        pub const INVALID_ARGUMENT: i64 = 8;
        /// EV_EFAULT.
        pub const BAD_ADDRESS: i64 = 6;
        /// EV_UNIMPLEMENTED.
        pub const UNSUPPORTED: i64 = 12;
        /// EV_BUFFER_OVERFLOW.
        pub const TOO_BIG: i64 = 13;
        /// EV_ENOENT.
        pub const NOT_FOUND: i64 = 2;
        /// EV_EIO.
        pub const I_O_ERROR: i64 = 3;
        /// EV_EAGAIN.
        pub const BUSY: i64 = 4;
        /// EV_ENOMEM.
        pub const NO_MEMORY: i64 = 5;
        /// EV_ENODEV.
        pub const NO_SUCH_DEVICE: i64 = 7;
        /// EV_INVALID_STATE.
        pub const INVALID_STATE: i64 = 11;
        /// EV_INTERNAL.
        pub const INTERNAL_ERROR: i64 = 9;
    }

    /// Linux arch/powerpc/include/asm/hvcall.h
    pub mod papr {
        /// H_FUNCTION.
        pub const UNKNOWN_CALL: i64 = -2;
        /// H_PRIVILEGE.
        pub const NOT_PERMITTED: i64 = -3;
        /// H_PARAMETER.
        pub const INVALID_ARGUMENT: i64 = -4;
        /// H_PARAMETER.
        pub const BAD_ADDRESS: i64 = -4;
        /// H_UNSUPPORTED.
        pub const UNSUPPORTED: i64 = -67;
        /// H_PARAMETER.
        pub const TOO_BIG: i64 = -4;
        /// H_NOT_FOUND.
        pub const NOT_FOUND: i64 = -7;
        /// H_HARDWARE.
        pub const I_O_ERROR: i64 = -1;
        /// H_BUSY.
        pub const BUSY: i64 = 1;
        /// H_NO_MEM.
        pub const NO_MEMORY: i64 = -9;
        /// H_NOT_FOUND.
        pub const NO_SUCH_DEVICE: i64 = -7;
        /// H_STATE.
        pub const INVALID_STATE: i64 = -75;
        /// H_HARDWARE.
        pub const INTERNAL_ERROR: i64 = -1;
    }
}

/// Named values of arguments.
pub mod value {
    /// effective of KVM_HC_PPC_MAP_MAGIC_PAGE: the guest does not rely on unmapped pages being
    /// executable.
    pub const KVM_HC_PPC_MAP_MAGIC_PAGE_EFFECTIVE_NOT_MAPPED_NX: u64 = 1;
    /// clock of KVM_HC_CLOCK_PAIRING: KVM_CLOCK_PAIRING_WALLCLOCK: the host's CLOCK_REALTIME.
    pub const KVM_HC_CLOCK_PAIRING_CLOCK_WALL_CLOCK: u64 = 0;
    /// attributes of KVM_HC_MAP_GPA_RANGE: pages of 4 KiB.
    pub const KVM_HC_MAP_GPA_RANGE_ATTRIBUTES_PAGE_SZ_4K: u64 = 0;
    /// attributes of KVM_HC_MAP_GPA_RANGE: pages of 2 MiB.
    pub const KVM_HC_MAP_GPA_RANGE_ATTRIBUTES_PAGE_SZ_2M: u64 = 1;
    /// attributes of KVM_HC_MAP_GPA_RANGE: pages of 1 GiB.
    pub const KVM_HC_MAP_GPA_RANGE_ATTRIBUTES_PAGE_SZ_1G: u64 = 2;
    /// attributes of KVM_HC_MAP_GPA_RANGE: private to the guest.
    pub const KVM_HC_MAP_GPA_RANGE_ATTRIBUTES_ENCRYPTED: u64 = 0x10;
    /// size of H_LOGICAL_CI_LOAD: 8 bits.
    pub const H_LOGICAL_CI_LOAD_SIZE_BYTE: u64 = 1;
    /// size of H_LOGICAL_CI_LOAD: 16 bits.
    pub const H_LOGICAL_CI_LOAD_SIZE_HALF: u64 = 2;
    /// size of H_LOGICAL_CI_LOAD: 32 bits.
    pub const H_LOGICAL_CI_LOAD_SIZE_WORD: u64 = 4;
    /// size of H_LOGICAL_CI_LOAD: 64 bits.
    pub const H_LOGICAL_CI_LOAD_SIZE_DOUBLE: u64 = 8;
    /// size of H_LOGICAL_CI_STORE: 8 bits.
    pub const H_LOGICAL_CI_STORE_SIZE_BYTE: u64 = 1;
    /// size of H_LOGICAL_CI_STORE: 16 bits.
    pub const H_LOGICAL_CI_STORE_SIZE_HALF: u64 = 2;
    /// size of H_LOGICAL_CI_STORE: 32 bits.
    pub const H_LOGICAL_CI_STORE_SIZE_WORD: u64 = 4;
    /// size of H_LOGICAL_CI_STORE: 64 bits.
    pub const H_LOGICAL_CI_STORE_SIZE_DOUBLE: u64 = 8;
    /// command of HYPERVISOR_memory_op: Takes more memory.
    pub const HYPERVISOR_MEMORY_OP_COMMAND_INCREASE_RESERVATION: u64 = 0;
    /// command of HYPERVISOR_memory_op: Gives memory back.
    pub const HYPERVISOR_MEMORY_OP_COMMAND_DECREASE_RESERVATION: u64 = 1;
    /// command of HYPERVISOR_memory_op: The highest frame of the machine.
    pub const HYPERVISOR_MEMORY_OP_COMMAND_MAXIMUM_RAM_PAGE: u64 = 2;
    /// command of HYPERVISOR_memory_op: Pages that the domain has.
    pub const HYPERVISOR_MEMORY_OP_COMMAND_CURRENT_RESERVATION: u64 = 3;
    /// command of HYPERVISOR_memory_op: Pages that it may have.
    pub const HYPERVISOR_MEMORY_OP_COMMAND_MAXIMUM_RESERVATION: u64 = 4;
    /// command of HYPERVISOR_memory_op: Puts memory at frames of its own choice.
    pub const HYPERVISOR_MEMORY_OP_COMMAND_POPULATE_PHYSMAP: u64 = 6;
    /// command of HYPERVISOR_memory_op: Puts a page of the hypervisor's, or one of its own, at a
    /// frame.
    pub const HYPERVISOR_MEMORY_OP_COMMAND_ADD_TO_PHYSMAP: u64 = 7;
    /// command of HYPERVISOR_memory_op: The memory map, as E820 entries.
    pub const HYPERVISOR_MEMORY_OP_COMMAND_MEMORY_MAP: u64 = 9;
    /// command of HYPERVISOR_memory_op: The highest frame of the domain.
    pub const HYPERVISOR_MEMORY_OP_COMMAND_MAXIMUM_GPFN: u64 = 0xe;
    /// command of HYPERVISOR_memory_op: Removes what is at a frame.
    pub const HYPERVISOR_MEMORY_OP_COMMAND_REMOVE_FROM_PHYSMAP: u64 = 0xf;
    /// command of HYPERVISOR_xen_version: The version, major \<\< 16 | minor, as the result.
    pub const HYPERVISOR_XEN_VERSION_COMMAND_VERSION: u64 = 0;
    /// command of HYPERVISOR_xen_version: `char\[16]`: what follows the version.
    pub const HYPERVISOR_XEN_VERSION_COMMAND_EXTRA_VERSION: u64 = 1;
    /// command of HYPERVISOR_xen_version: struct xen_compile_info.
    pub const HYPERVISOR_XEN_VERSION_COMMAND_COMPILE_INFO: u64 = 2;
    /// command of HYPERVISOR_xen_version: `char\[1024]`: the kinds of guests it runs.
    pub const HYPERVISOR_XEN_VERSION_COMMAND_CAPABILITIES: u64 = 3;
    /// command of HYPERVISOR_xen_version: `char\[64]`: the change it was built from.
    pub const HYPERVISOR_XEN_VERSION_COMMAND_CHANGESET: u64 = 4;
    /// command of HYPERVISOR_xen_version: unsigned long: the start of the hypervisor's hole in a PV
    /// guest's address space; 0 for others.
    pub const HYPERVISOR_XEN_VERSION_COMMAND_PLATFORM_PARAMETERS: u64 = 5;
    /// command of HYPERVISOR_xen_version: struct xen_feature_info: 32 feature bits.
    pub const HYPERVISOR_XEN_VERSION_COMMAND_GET_FEATURES: u64 = 6;
    /// command of HYPERVISOR_xen_version: Bytes of a page as the result; the address is null.
    pub const HYPERVISOR_XEN_VERSION_COMMAND_PAGE_SIZE: u64 = 7;
    /// command of HYPERVISOR_xen_version: `uint8_t\[16]`: the domain's UUID.
    pub const HYPERVISOR_XEN_VERSION_COMMAND_GUEST_HANDLE: u64 = 8;
    /// command of HYPERVISOR_xen_version: `char\[1024]`: the hypervisor's command line.
    pub const HYPERVISOR_XEN_VERSION_COMMAND_COMMAND_LINE: u64 = 9;
    /// command of HYPERVISOR_xen_version: `uint32_t len, unsigned char\[len]`: the build ID, its
    /// length as the result; with a null address only that.
    pub const HYPERVISOR_XEN_VERSION_COMMAND_BUILD_ID: u64 = 0xa;
    /// command of HYPERVISOR_console_io: Writes text.
    pub const HYPERVISOR_CONSOLE_IO_COMMAND_WRITE: u64 = 0;
    /// command of HYPERVISOR_console_io: Reads what was typed.
    pub const HYPERVISOR_CONSOLE_IO_COMMAND_READ: u64 = 1;
    /// command of HYPERVISOR_grant_table_op: Maps pages of another domain's.
    pub const HYPERVISOR_GRANT_TABLE_OP_COMMAND_MAP_GRANT_REF: u64 = 0;
    /// command of HYPERVISOR_grant_table_op: Unmaps them.
    pub const HYPERVISOR_GRANT_TABLE_OP_COMMAND_UNMAP_GRANT_REF: u64 = 1;
    /// command of HYPERVISOR_grant_table_op: Gives the domain a grant table.
    pub const HYPERVISOR_GRANT_TABLE_OP_COMMAND_SETUP_TABLE: u64 = 2;
    /// command of HYPERVISOR_grant_table_op: Copies between domains.
    pub const HYPERVISOR_GRANT_TABLE_OP_COMMAND_COPY: u64 = 5;
    /// command of HYPERVISOR_grant_table_op: How many pages the table has and may have.
    pub const HYPERVISOR_GRANT_TABLE_OP_COMMAND_QUERY_SIZE: u64 = 6;
    /// command of HYPERVISOR_grant_table_op: Chooses the form of its entries.
    pub const HYPERVISOR_GRANT_TABLE_OP_COMMAND_SET_VERSION: u64 = 8;
    /// command of HYPERVISOR_grant_table_op: Tells it.
    pub const HYPERVISOR_GRANT_TABLE_OP_COMMAND_GET_VERSION: u64 = 0xa;
    /// command of HYPERVISOR_vcpu_op: Gives a vCPU its first state.
    pub const HYPERVISOR_VCPU_OP_COMMAND_INITIALISE: u64 = 0;
    /// command of HYPERVISOR_vcpu_op: Lets it run.
    pub const HYPERVISOR_VCPU_OP_COMMAND_UP: u64 = 1;
    /// command of HYPERVISOR_vcpu_op: Stops it.
    pub const HYPERVISOR_VCPU_OP_COMMAND_DOWN: u64 = 2;
    /// command of HYPERVISOR_vcpu_op: Whether it runs.
    pub const HYPERVISOR_VCPU_OP_COMMAND_IS_UP: u64 = 3;
    /// command of HYPERVISOR_vcpu_op: Where its time went.
    pub const HYPERVISOR_VCPU_OP_COMMAND_GET_RUNSTATE_INFO: u64 = 4;
    /// command of HYPERVISOR_vcpu_op: Where that is to be written.
    pub const HYPERVISOR_VCPU_OP_COMMAND_REGISTER_RUNSTATE_MEMORY_AREA: u64 = 5;
    /// command of HYPERVISOR_vcpu_op: Sets a timer that repeats.
    pub const HYPERVISOR_VCPU_OP_COMMAND_SET_PERIODIC_TIMER: u64 = 6;
    /// command of HYPERVISOR_vcpu_op: Stops it.
    pub const HYPERVISOR_VCPU_OP_COMMAND_STOP_PERIODIC_TIMER: u64 = 7;
    /// command of HYPERVISOR_vcpu_op: Sets a timer that does not repeat.
    pub const HYPERVISOR_VCPU_OP_COMMAND_SET_SINGLESHOT_TIMER: u64 = 8;
    /// command of HYPERVISOR_vcpu_op: Stops it.
    pub const HYPERVISOR_VCPU_OP_COMMAND_STOP_SINGLESHOT_TIMER: u64 = 9;
    /// command of HYPERVISOR_vcpu_op: Moves its struct vcpu_info out of the shared-info page.
    pub const HYPERVISOR_VCPU_OP_COMMAND_REGISTER_VCPU_INFO: u64 = 0xa;
    /// command of HYPERVISOR_vcpu_op: Sends it an NMI.
    pub const HYPERVISOR_VCPU_OP_COMMAND_SEND_NMI: u64 = 0xb;
    /// command of HYPERVISOR_vcpu_op: Where its time is to be written.
    pub const HYPERVISOR_VCPU_OP_COMMAND_REGISTER_VCPU_TIME_MEMORY_AREA: u64 = 0xd;
    /// command of HYPERVISOR_sched_op: Lets others run.
    pub const HYPERVISOR_SCHED_OP_COMMAND_YIELD: u64 = 0;
    /// command of HYPERVISOR_sched_op: Waits for an event.
    pub const HYPERVISOR_SCHED_OP_COMMAND_BLOCK: u64 = 1;
    /// command of HYPERVISOR_sched_op: Ends the domain; the address is that of struct
    /// sched_shutdown, a uint32_t reason.
    pub const HYPERVISOR_SCHED_OP_COMMAND_SHUTDOWN: u64 = 2;
    /// command of HYPERVISOR_sched_op: Waits for one of some event channels.
    pub const HYPERVISOR_SCHED_OP_COMMAND_POLL: u64 = 3;
    /// command of HYPERVISOR_sched_op: Ends another domain.
    pub const HYPERVISOR_SCHED_OP_COMMAND_REMOTE_SHUTDOWN: u64 = 4;
    /// command of HYPERVISOR_sched_op: Says what an end that comes later will be for.
    pub const HYPERVISOR_SCHED_OP_COMMAND_SHUTDOWN_CODE: u64 = 5;
    /// command of HYPERVISOR_sched_op: Sets a watchdog.
    pub const HYPERVISOR_SCHED_OP_COMMAND_WATCHDOG: u64 = 6;
    /// command of HYPERVISOR_sched_op: Pins a vCPU for a while.
    pub const HYPERVISOR_SCHED_OP_COMMAND_PIN_OVERRIDE: u64 = 7;
    /// command of HYPERVISOR_event_channel_op: Ties a port to one of another domain's.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_BIND_INTERDOMAIN: u64 = 0;
    /// command of HYPERVISOR_event_channel_op: Ties a port to a virtual interrupt.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_BIND_VIRQ: u64 = 1;
    /// command of HYPERVISOR_event_channel_op: Ties a port to a physical interrupt.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_BIND_PIRQ: u64 = 2;
    /// command of HYPERVISOR_event_channel_op: Frees a port.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_CLOSE: u64 = 3;
    /// command of HYPERVISOR_event_channel_op: Sends an event to a port's other end.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_SEND: u64 = 4;
    /// command of HYPERVISOR_event_channel_op: What a port is tied to.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_STATUS: u64 = 5;
    /// command of HYPERVISOR_event_channel_op: Takes a port that another domain may tie itself to.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_ALLOC_UNBOUND: u64 = 6;
    /// command of HYPERVISOR_event_channel_op: Ties a port to this vCPU, for others to send to.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_BIND_IPI: u64 = 7;
    /// command of HYPERVISOR_event_channel_op: Says which vCPU a port's events go to.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_BIND_VCPU: u64 = 8;
    /// command of HYPERVISOR_event_channel_op: Lets a port's events through.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_UNMASK: u64 = 9;
    /// command of HYPERVISOR_event_channel_op: Frees all ports.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_RESET: u64 = 0xa;
    /// command of HYPERVISOR_event_channel_op: Begins to use the FIFO form.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_INIT_CONTROL: u64 = 0xb;
    /// command of HYPERVISOR_event_channel_op: Adds a page of ports in that form.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_EXPAND_ARRAY: u64 = 0xc;
    /// command of HYPERVISOR_event_channel_op: Sets a port's priority in that form.
    pub const HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_SET_PRIORITY: u64 = 0xd;
    /// command of HYPERVISOR_hvm_op: Sets a parameter of the domain.
    pub const HYPERVISOR_HVM_OP_COMMAND_SET_PARAM: u64 = 0;
    /// command of HYPERVISOR_hvm_op: Tells a parameter of the domain.
    pub const HYPERVISOR_HVM_OP_COMMAND_GET_PARAM: u64 = 1;
    /// command of HYPERVISOR_hvm_op: Flushes the TLBs of the domain's vCPUs.
    pub const HYPERVISOR_HVM_OP_COMMAND_FLUSH_TLBS: u64 = 5;
    /// command of HYPERVISOR_hvm_op: The kind of memory at a frame.
    pub const HYPERVISOR_HVM_OP_COMMAND_GET_MEM_TYPE: u64 = 0xf;
    /// command of HYPERVISOR_hvm_op: Says which vector events of a vCPU come by.
    pub const HYPERVISOR_HVM_OP_COMMAND_SET_EVTCHN_UPCALL_VECTOR: u64 = 0x17;
    /// command of HYPERVISOR_hvm_op: A time, in nanoseconds since boot.
    pub const HYPERVISOR_HVM_OP_COMMAND_GET_TIME: u64 = 0xa;
    /// error of HYPERCALL_FAIL: As an unknown call.
    pub const HYPERCALL_FAIL_ERROR_UNKNOWN: u64 = 0;
    /// error of HYPERCALL_FAIL: Not permitted.
    pub const HYPERCALL_FAIL_ERROR_NOT_PERMITTED: u64 = 1;
    /// error of HYPERCALL_FAIL: Invalid argument.
    pub const HYPERCALL_FAIL_ERROR_INVALID: u64 = 2;
    /// error of HYPERCALL_FAIL: Bad address.
    pub const HYPERCALL_FAIL_ERROR_BAD_ADDRESS: u64 = 3;
    /// error of HYPERCALL_FAIL: Unsupported.
    pub const HYPERCALL_FAIL_ERROR_UNSUPPORTED: u64 = 4;
    /// error of HYPERCALL_FAIL: Too big.
    pub const HYPERCALL_FAIL_ERROR_TOO_BIG: u64 = 5;
    /// error of HYPERCALL_FAIL: Not found.
    pub const HYPERCALL_FAIL_ERROR_NOT_FOUND: u64 = 6;
    /// error of HYPERCALL_FAIL: I/O error.
    pub const HYPERCALL_FAIL_ERROR_IO: u64 = 7;
    /// error of HYPERCALL_FAIL: Busy.
    pub const HYPERCALL_FAIL_ERROR_BUSY: u64 = 8;
    /// error of HYPERCALL_FAIL: No memory.
    pub const HYPERCALL_FAIL_ERROR_NO_MEMORY: u64 = 9;
    /// error of HYPERCALL_FAIL: No such device.
    pub const HYPERCALL_FAIL_ERROR_NO_DEVICE: u64 = 0xa;
    /// error of HYPERCALL_FAIL: Invalid state.
    pub const HYPERCALL_FAIL_ERROR_INVALID_STATE: u64 = 0xb;
    /// error of HYPERCALL_FAIL: Internal error.
    pub const HYPERCALL_FAIL_ERROR_INTERNAL: u64 = 0xc;
    /// access of HYPERCALL_TYPES: data is read.
    pub const HYPERCALL_TYPES_ACCESS_READ: u64 = 1;
    /// access of HYPERCALL_TYPES: data is written.
    pub const HYPERCALL_TYPES_ACCESS_WRITE: u64 = 2;
    /// access of HYPERCALL_TYPES: code is executed.
    pub const HYPERCALL_TYPES_ACCESS_EXEC: u64 = 4;
    /// flags of HYPERCALL_MULTICALL: return behind the first entry that fails or faults.
    pub const HYPERCALL_MULTICALL_FLAGS_STOP_ON_ERROR: u64 = 1;
}

/// Feature bits, by number: of CPUID 0x40000001 EAX on x86, of KVM_HC_FEATURES' bitmap on PowerPC.
pub mod feature {
    /// KVM_HC_MMU_OP may be called.
    pub const KVM_FEATURE_MMU_OP: u32 = 2;
    /// KVM_HC_PPC_MAP_MAGIC_PAGE may be called.
    pub const KVM_FEATURE_MAGIC_PAGE: u32 = 1;
    /// KVM_HC_KICK_CPU may be called.
    pub const KVM_FEATURE_PV_UNHALT: u32 = 7;
    /// KVM_HC_SEND_IPI may be called.
    pub const KVM_FEATURE_PV_SEND_IPI: u32 = 11;
    /// KVM_HC_SCHED_YIELD may be called.
    pub const KVM_FEATURE_PV_SCHED_YIELD: u32 = 13;
    /// KVM_HC_MAP_GPA_RANGE may be called.
    pub const KVM_FEATURE_HC_MAP_GPA_RANGE: u32 = 16;
}

/// Structures as they are in memory, integers in the guest's byte order.
pub mod structure {

    /// Supervisor state shared between the guest's kernel and the host, at the start of the magic
    /// page. 240 bytes (Linux arch/powerpc/include/uapi/asm/kvm_para.h).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct kvm_vcpu_arch_shared {
        /// For the guest's own use.
        pub scratch1: u64,
        /// For the guest's own use.
        pub scratch2: u64,
        /// For the guest's own use.
        pub scratch3: u64,
        /// The guest is in a critical section, and takes no interrupt, while this equals its R1.
        pub critical: u64,
        /// SPRG0.
        pub sprg0: u64,
        /// SPRG1.
        pub sprg1: u64,
        /// SPRG2.
        pub sprg2: u64,
        /// SPRG3.
        pub sprg3: u64,
        /// SRR0.
        pub srr0: u64,
        /// SRR1.
        pub srr1: u64,
        /// DAR; DEAR on Book E.
        pub dar: u64,
        /// MSR; the guest may change EE and RI here.
        pub msr: u64,
        /// DSISR.
        pub dsisr: u32,
        /// Not zero while an interrupt waits for the guest to enable them.
        pub int_pending: u32,
        /// The segment registers of 32-bit guests.
        pub sr: [u32; 16],
        /// MAS0, Book E, like the next ones.
        pub mas0: u32,
        /// MAS1.
        pub mas1: u32,
        /// MAS7 and MAS3.
        pub mas7_3: u64,
        /// MAS2.
        pub mas2: u64,
        /// MAS4.
        pub mas4: u32,
        /// MAS6.
        pub mas6: u32,
        /// ESR.
        pub esr: u32,
        /// PIR.
        pub pir: u32,
        /// SPRG4.
        pub sprg4: u64,
        /// SPRG5.
        pub sprg5: u64,
        /// SPRG6.
        pub sprg6: u64,
        /// SPRG7.
        pub sprg7: u64,
    }
    const _: () = assert!(core::mem::size_of::<kvm_vcpu_arch_shared>() == 240);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, scratch1) == 0);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, scratch2) == 8);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, scratch3) == 16);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, critical) == 24);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, sprg0) == 32);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, sprg1) == 40);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, sprg2) == 48);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, sprg3) == 56);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, srr0) == 64);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, srr1) == 72);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, dar) == 80);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, msr) == 88);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, dsisr) == 96);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, int_pending) == 100);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, sr) == 104);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, mas0) == 168);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, mas1) == 172);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, mas7_3) == 176);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, mas2) == 184);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, mas4) == 192);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, mas6) == 196);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, esr) == 200);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, pir) == 204);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, sprg4) == 208);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, sprg5) == 216);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, sprg6) == 224);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_arch_shared, sprg7) == 232);

    /// What KVM_HC_CLOCK_PAIRING writes, `struct kvm_clock_pairing`. 64 bytes (Linux
    /// arch/x86/include/uapi/asm/kvm_para.h).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct kvm_clock_pairing {
        /// Wall clock: whole seconds since 1970-01-01 00:00 UTC.
        pub sec: i64,
        /// Wall clock: nanoseconds on top.
        pub nsec: i64,
        /// The guest's time-stamp counter at that instant.
        pub tsc: u64,
        /// Zero.
        pub flags: u32,
        /// Zero.
        pub pad: [u32; 9],
    }
    const _: () = assert!(core::mem::size_of::<kvm_clock_pairing>() == 64);
    const _: () = assert!(core::mem::offset_of!(kvm_clock_pairing, sec) == 0);
    const _: () = assert!(core::mem::offset_of!(kvm_clock_pairing, nsec) == 8);
    const _: () = assert!(core::mem::offset_of!(kvm_clock_pairing, tsc) == 16);
    const _: () = assert!(core::mem::offset_of!(kvm_clock_pairing, flags) == 24);
    const _: () = assert!(core::mem::offset_of!(kvm_clock_pairing, pad) == 28);

    /// What XENMEM_add_to_physmap reads in 64-bit mode, `struct xen_add_to_physmap`. 24 bytes (Xen
    /// xen/include/public/memory.h).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct xen_add_to_physmap {
        /// Whose address space: `DOMID_SELF`.
        pub domid: u16,
        /// How many pages, for XENMAPSPACE_gmfn_range.
        pub size: u16,
        /// XENMAPSPACE_*.
        pub space: u32,
        /// Which page of the space.
        pub idx: u64,
        /// The frame where it goes: its address >> 12.
        pub gpfn: u64,
    }
    const _: () = assert!(core::mem::size_of::<xen_add_to_physmap>() == 24);
    const _: () = assert!(core::mem::offset_of!(xen_add_to_physmap, domid) == 0);
    const _: () = assert!(core::mem::offset_of!(xen_add_to_physmap, size) == 2);
    const _: () = assert!(core::mem::offset_of!(xen_add_to_physmap, space) == 4);
    const _: () = assert!(core::mem::offset_of!(xen_add_to_physmap, idx) == 8);
    const _: () = assert!(core::mem::offset_of!(xen_add_to_physmap, gpfn) == 16);

    /// What XENMEM_add_to_physmap reads in 32-bit mode. 16 bytes (Xen xen/include/public/memory.h).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct xen_add_to_physmap__32_bit {
        /// Whose address space: `DOMID_SELF`.
        pub domid: u16,
        /// How many pages, for XENMAPSPACE_gmfn_range.
        pub size: u16,
        /// XENMAPSPACE_*.
        pub space: u32,
        /// Which page of the space.
        pub idx: u32,
        /// The frame where it goes: its address >> 12.
        pub gpfn: u32,
    }
    const _: () = assert!(core::mem::size_of::<xen_add_to_physmap__32_bit>() == 16);
    const _: () = assert!(core::mem::offset_of!(xen_add_to_physmap__32_bit, domid) == 0);
    const _: () = assert!(core::mem::offset_of!(xen_add_to_physmap__32_bit, size) == 2);
    const _: () = assert!(core::mem::offset_of!(xen_add_to_physmap__32_bit, space) == 4);
    const _: () = assert!(core::mem::offset_of!(xen_add_to_physmap__32_bit, idx) == 8);
    const _: () = assert!(core::mem::offset_of!(xen_add_to_physmap__32_bit, gpfn) == 12);

    /// An entry of a multicall in 64-bit mode, `struct multicall_entry`; its fields are half as
    /// wide in 32-bit mode. 64 bytes (Xen xen/include/public/xen.h).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct multicall_entry {
        /// The call's number.
        pub op: u64,
        /// Written: its result.
        pub result: u64,
        /// Its arguments.
        pub args: [u64; 6],
    }
    const _: () = assert!(core::mem::size_of::<multicall_entry>() == 64);
    const _: () = assert!(core::mem::offset_of!(multicall_entry, op) == 0);
    const _: () = assert!(core::mem::offset_of!(multicall_entry, result) == 8);
    const _: () = assert!(core::mem::offset_of!(multicall_entry, args) == 16);

    /// What XENVER_compile_info writes, `struct xen_compile_info`: texts that end in a zero. 144
    /// bytes (Xen xen/include/public/version.h).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct xen_compile_info {
        /// The compiler.
        pub compiler: [u8; 64],
        /// Who ran it.
        pub compile_by: [u8; 16],
        /// Where.
        pub compile_domain: [u8; 32],
        /// When.
        pub compile_date: [u8; 32],
    }
    const _: () = assert!(core::mem::size_of::<xen_compile_info>() == 144);
    const _: () = assert!(core::mem::offset_of!(xen_compile_info, compiler) == 0);
    const _: () = assert!(core::mem::offset_of!(xen_compile_info, compile_by) == 64);
    const _: () = assert!(core::mem::offset_of!(xen_compile_info, compile_domain) == 80);
    const _: () = assert!(core::mem::offset_of!(xen_compile_info, compile_date) == 112);

    /// What XENVER_get_features reads and writes, `struct xen_feature_info`. 8 bytes (Xen
    /// xen/include/public/version.h).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct xen_feature_info {
        /// Read: which 32 features.
        pub submap_idx: u32,
        /// Written: a bit each (`xen/include/public/features.h`).
        pub submap: u32,
    }
    const _: () = assert!(core::mem::size_of::<xen_feature_info>() == 8);
    const _: () = assert!(core::mem::offset_of!(xen_feature_info, submap_idx) == 0);
    const _: () = assert!(core::mem::offset_of!(xen_feature_info, submap) == 4);

    /// What GNTTABOP_query_size reads and writes, `struct gnttab_query_size`. 16 bytes (Xen
    /// xen/include/public/grant_table.h).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct gnttab_query_size {
        /// Whose table: `DOMID_SELF`.
        pub dom: u16,
        /// Nothing.
        pub pad: u16,
        /// Written: pages it has.
        pub nr_frames: u32,
        /// Written: pages it may have.
        pub max_nr_frames: u32,
        /// Written: GNTST_*, 0 for success.
        pub status: i16,
        /// Nothing.
        pub pad2: [u8; 2],
    }
    const _: () = assert!(core::mem::size_of::<gnttab_query_size>() == 16);
    const _: () = assert!(core::mem::offset_of!(gnttab_query_size, dom) == 0);
    const _: () = assert!(core::mem::offset_of!(gnttab_query_size, pad) == 2);
    const _: () = assert!(core::mem::offset_of!(gnttab_query_size, nr_frames) == 4);
    const _: () = assert!(core::mem::offset_of!(gnttab_query_size, max_nr_frames) == 8);
    const _: () = assert!(core::mem::offset_of!(gnttab_query_size, status) == 12);
    const _: () = assert!(core::mem::offset_of!(gnttab_query_size, pad2) == 14);

    /// What VCPUOP_register_vcpu_info reads, `struct vcpu_register_vcpu_info`. 16 bytes (Xen
    /// xen/include/public/vcpu.h).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct vcpu_register_vcpu_info {
        /// The frame: its address >> 12.
        pub mfn: u64,
        /// Offset in the frame.
        pub offset: u32,
        /// Unused.
        pub rsvd: u32,
    }
    const _: () = assert!(core::mem::size_of::<vcpu_register_vcpu_info>() == 16);
    const _: () = assert!(core::mem::offset_of!(vcpu_register_vcpu_info, mfn) == 0);
    const _: () = assert!(core::mem::offset_of!(vcpu_register_vcpu_info, offset) == 8);
    const _: () = assert!(core::mem::offset_of!(vcpu_register_vcpu_info, rsvd) == 12);

    /// What HVMOP_set_param reads, and HVMOP_get_param reads and writes, `struct xen_hvm_param`. 16
    /// bytes (Xen xen/include/public/hvm/hvm_op.h).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct xen_hvm_param {
        /// Whose parameter: `DOMID_SELF`.
        pub domid: u16,
        /// Nothing; it comes back as it was.
        pub pad: u16,
        /// HVM_PARAM_*, below `HVM_PARAMETERS`.
        pub index: u32,
        /// Its value.
        pub value: u64,
    }
    const _: () = assert!(core::mem::size_of::<xen_hvm_param>() == 16);
    const _: () = assert!(core::mem::offset_of!(xen_hvm_param, domid) == 0);
    const _: () = assert!(core::mem::offset_of!(xen_hvm_param, pad) == 2);
    const _: () = assert!(core::mem::offset_of!(xen_hvm_param, index) == 4);
    const _: () = assert!(core::mem::offset_of!(xen_hvm_param, value) == 8);

    /// What HYPERCALL_IDENTIFY writes, in the guest's byte order. 24 bytes (this project's vendor
    /// interface).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct hypercall_identity {
        /// 0x48566964: "HVid" in ASCII, most significant byte first.
        pub magic: u32,
        /// Version of the vendor interface: 1.
        pub version: u32,
        /// Architecture of the VM: 1 x86, 2 s390, 3 PowerPC, 4 MIPS.
        pub arch: u32,
        /// Zero.
        pub reserved: u32,
        /// How many different calls the VM serves.
        pub calls: u64,
    }
    const _: () = assert!(core::mem::size_of::<hypercall_identity>() == 24);
    const _: () = assert!(core::mem::offset_of!(hypercall_identity, magic) == 0);
    const _: () = assert!(core::mem::offset_of!(hypercall_identity, version) == 4);
    const _: () = assert!(core::mem::offset_of!(hypercall_identity, arch) == 8);
    const _: () = assert!(core::mem::offset_of!(hypercall_identity, reserved) == 12);
    const _: () = assert!(core::mem::offset_of!(hypercall_identity, calls) == 16);

    /// A call in guest memory, in the guest's byte order; two cache lines of x86, one of PowerPC.
    /// 128 bytes (this project's vendor interface).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct hypercall_call_entry {
        /// What the convention's number register would hold.
        pub number: u64,
        /// 1 when the guest hands it in; 2 done, 3 failed, 4 faulted when it is answered.
        pub state: u32,
        /// Zero.
        pub flags: u32,
        /// What the convention's result register would hold afterwards, errors too; zero where the
        /// call faulted.
        pub result: u64,
        /// The arguments in the convention's order. Afterwards the value, where the convention has
        /// a register of its own for it, then the extra outputs; zero where the call has none. In a
        /// ring, those for which the convention has neither argument nor output register stay as
        /// they are.
        pub words: [u64; 9],
        /// Zero. In a ring its first 32 bits are the ticket that the entry is free for, and the
        /// guest's own.
        pub reserved: [u64; 4],
    }
    const _: () = assert!(core::mem::size_of::<hypercall_call_entry>() == 128);
    const _: () = assert!(core::mem::offset_of!(hypercall_call_entry, number) == 0);
    const _: () = assert!(core::mem::offset_of!(hypercall_call_entry, state) == 8);
    const _: () = assert!(core::mem::offset_of!(hypercall_call_entry, flags) == 12);
    const _: () = assert!(core::mem::offset_of!(hypercall_call_entry, result) == 16);
    const _: () = assert!(core::mem::offset_of!(hypercall_call_entry, words) == 24);
    const _: () = assert!(core::mem::offset_of!(hypercall_call_entry, reserved) == 96);

    /// The first page of a ring, in the byte order of the guest that set it up; the entries are
    /// behind it, from byte 4096 on.
    ///
    /// What the guests write, what the host writes at each call and what it writes when it falls
    /// asleep stand in 256-byte lines of their own: the longest cache line of the architectures
    /// here (s390; 128 on PowerPC, pairs of 64 on x86). 1024 bytes (this project's vendor
    /// interface).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct hypercall_ring {
        /// 0x48567267: "HVrg" in ASCII, most significant byte first. The host writes this line at
        /// set-up only.
        pub magic: u32,
        /// Version of the ring: 1.
        pub version: u32,
        /// log2 of the number of entries, 0 to 10.
        pub order: u32,
        /// Bits that count in a number, word or result: 32 or 64, the mode of the caller that set
        /// the ring up.
        pub width: u32,
        /// How the guest wakes the host: 0 by HYPERCALL_RING_DOORBELL; x86: 1 by a byte written to
        /// a port, 2 by a byte stored to a guest-physical address.
        pub doorbell: u32,
        /// Zero.
        pub reserved_0: u32,
        /// The doorbell's port or address.
        pub doorbell_at: u64,
        /// Zero.
        pub reserved_1: [u32; 56],
        /// The next ticket; the guests advance it by compare-and-swap. Tickets wrap at 2^32.
        pub producer: u32,
        /// Zero.
        pub reserved_2: [u32; 63],
        /// The ticket that the host serves next. For whoever debugs a guest: neither side reads it.
        pub consumer: u32,
        /// Zero.
        pub reserved_3: [u32; 63],
        /// 1: the host polls. 2: the host sleeps until the doorbell is rung.
        pub flags: u32,
        /// 0 while the ring is served; then why it is not any more.
        pub detached: u32,
        /// Zero.
        pub reserved_4: [u32; 62],
    }
    const _: () = assert!(core::mem::size_of::<hypercall_ring>() == 1024);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, magic) == 0);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, version) == 4);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, order) == 8);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, width) == 12);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, doorbell) == 16);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, reserved_0) == 20);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, doorbell_at) == 24);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, reserved_1) == 32);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, producer) == 256);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, reserved_2) == 260);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, consumer) == 512);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, reserved_3) == 516);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, flags) == 768);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, detached) == 772);
    const _: () = assert!(core::mem::offset_of!(hypercall_ring, reserved_4) == 776);

    /// What a guest may call and how: five CPUID leaves, the four registers of each in turn. Bits
    /// not named are zero, and a guest ignores them; a higher version only adds. 80 bytes (this
    /// project's arch-x86/src/cpuid.rs).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct cpuid_leaves {
        /// The last leaf.
        pub base_eax: u32,
        /// `Hype`.
        pub base_ebx: u32,
        /// `rcal`.
        pub base_ecx: u32,
        /// `lABI`.
        pub base_edx: u32,
        /// 1.
        pub version: u32,
        /// Bit 0, a port doorbell; bit 1, an MMIO doorbell; bit 2, number 12 by vmcall or vmmcall;
        /// bit 3, every number by these.
        pub transports: u32,
        /// The doorbell's port.
        pub port: u32,
        /// Bits 7:0 of the port doorbell, 15:8 of the MMIO doorbell, 23:16 of the vmcall of bit 3:
        /// 0 KVM, 1 the 2007 kvm_para.h, 2 Xen.
        pub conventions: u32,
        /// The MMIO doorbell's guest-physical address, low half.
        pub mmio_low: u32,
        /// High half.
        pub mmio_high: u32,
        /// Zero.
        pub reserved_2_ecx: u32,
        /// Zero.
        pub reserved_2_edx: u32,
        /// KVM's numbers 0 to 31 that a doorbell serves, a bit each.
        pub kvm_0: u32,
        /// 32 to 63.
        pub kvm_32: u32,
        /// 64 to 95.
        pub kvm_64: u32,
        /// 96 to 127.
        pub kvm_96: u32,
        /// A vendor's number 0 as it stands in the number register.
        pub vendor_first: u32,
        /// The vendor's numbers 0 to 31 that a doorbell serves, a bit each.
        pub vendor_0: u32,
        /// 32 to 63.
        pub vendor_32: u32,
        /// 64 to 95.
        pub vendor_64: u32,
    }
    const _: () = assert!(core::mem::size_of::<cpuid_leaves>() == 80);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, base_eax) == 0);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, base_ebx) == 4);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, base_ecx) == 8);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, base_edx) == 12);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, version) == 16);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, transports) == 20);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, port) == 24);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, conventions) == 28);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, mmio_low) == 32);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, mmio_high) == 36);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, reserved_2_ecx) == 40);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, reserved_2_edx) == 44);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, kvm_0) == 48);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, kvm_32) == 52);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, kvm_64) == 56);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, kvm_96) == 60);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, vendor_first) == 64);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, vendor_0) == 68);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, vendor_32) == 72);
    const _: () = assert!(core::mem::offset_of!(cpuid_leaves, vendor_64) == 76);

    /// The per-vCPU page that a guest shares with the host to make hypercalls by the API of 2007.
    ///
    /// Written by the guest, except where a field says otherwise. Addresses are guest-physical.
    /// 4096 bytes (Linux 2.6.21 include/linux/kvm_para.h).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct kvm_vcpu_para_state {
        /// The version of the API that the guest speaks; newer ones than the host's are denied.
        pub guest_version: u32,
        /// Written by the host: the version it speaks, denied guests are told too.
        pub host_version: u32,
        /// Bytes of the structure, for the reader; the host does not look at it.
        pub size: u32,
        /// Written by the host: 0, or -KVM_EINVAL (0xffff_ffff) where the registration was denied.
        pub ret: u32,
        /// The address of four bytes inside one page, where the host puts the instruction and its
        /// return.
        pub hypercall_gpa: u64,
        /// The rest of the page, which the host leaves alone.
        pub unused: [u8; 4072],
    }
    const _: () = assert!(core::mem::size_of::<kvm_vcpu_para_state>() == 4096);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_para_state, guest_version) == 0);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_para_state, host_version) == 4);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_para_state, size) == 8);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_para_state, ret) == 12);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_para_state, hypercall_gpa) == 16);
    const _: () = assert!(core::mem::offset_of!(kvm_vcpu_para_state, unused) == 24);

    /// Tells KVM the MSR of Xen's hypercall page, and where in the VMM's memory the blobs are. 56
    /// bytes (Linux Documentation/kvm/api.txt of 2009, 4.27).
    #[derive(Clone, Copy, Debug)]
    #[repr(C)]
    pub struct kvm_xen_hvm_config {
        /// Zero, as it was in 2009; later kernels have flags by which they serve calls themselves.
        pub flags: u32,
        /// The MSR that a guest writes to; 0 for none.
        pub msr: u32,
        /// Address in the VMM of the blob for guests outside long mode.
        pub blob_addr_32: u64,
        /// Address in the VMM of the blob for guests in long mode.
        pub blob_addr_64: u64,
        /// Pages of 4096 bytes of the former.
        pub blob_size_32: u8,
        /// Pages of 4096 bytes of the latter.
        pub blob_size_64: u8,
        /// Zero.
        pub pad2: [u8; 30],
    }
    const _: () = assert!(core::mem::size_of::<kvm_xen_hvm_config>() == 56);
    const _: () = assert!(core::mem::offset_of!(kvm_xen_hvm_config, flags) == 0);
    const _: () = assert!(core::mem::offset_of!(kvm_xen_hvm_config, msr) == 4);
    const _: () = assert!(core::mem::offset_of!(kvm_xen_hvm_config, blob_addr_32) == 8);
    const _: () = assert!(core::mem::offset_of!(kvm_xen_hvm_config, blob_addr_64) == 16);
    const _: () = assert!(core::mem::offset_of!(kvm_xen_hvm_config, blob_size_32) == 24);
    const _: () = assert!(core::mem::offset_of!(kvm_xen_hvm_config, blob_size_64) == 25);
    const _: () = assert!(core::mem::offset_of!(kvm_xen_hvm_config, pad2) == 26);
}

/// Stubs: they execute the real instruction.
#[cfg(target_arch = "x86_64")]
pub mod stub {
    /// How a call leaves the guest.
    ///
    /// Its parameters are the port of the port doorbell and the linear address of the MMIO
    /// doorbell, which in 64-bit code is below 2 GiB.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Via<const PORT: u8 = 0, const MMIO: u32 = 0> {
        /// `vmcall`.
        Vmcall,
        /// `vmmcall`.
        Vmmcall,
        /// The port doorbell: `out imm8, al`.
        Port,
        /// The MMIO doorbell: a store of a byte.
        Mmio,
    }

    /// KVM (Linux Documentation/virt/kvm/x86/hypercalls.rst).
    pub mod kvm {
        /// The call with this number, which is in rax; arguments are in rbx, rcx, rdx, rsi.
        ///
        /// # Safety
        ///
        /// The VM has the way `via`, and takes calls of this convention by it. The host may read
        /// and write what the arguments name.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as there are registers
        pub unsafe fn raw<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, number: u64, a1: u64, a2: u64, a3: u64, a4: u64) -> i64 {
            let mut r_rax: u64 = number;
            match via {
                super::Via::Vmcall => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "xchg {in_rbx}, rbx",
                            ".byte 0x0f, 0x01, 0xc1",
                            "xchg {in_rbx}, rbx",
                            inout("rax") r_rax,
                            in_rbx = inout(reg) a1 => _,
                            in("rcx") a2,
                            in("rdx") a3,
                            in("rsi") a4,
                        );
                    }
                }
                super::Via::Vmmcall => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "xchg {in_rbx}, rbx",
                            ".byte 0x0f, 0x01, 0xd9",
                            "xchg {in_rbx}, rbx",
                            inout("rax") r_rax,
                            in_rbx = inout(reg) a1 => _,
                            in("rcx") a2,
                            in("rdx") a3,
                            in("rsi") a4,
                        );
                    }
                }
                super::Via::Port => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "xchg {in_rbx}, rbx",
                            "out {hypercall_port}, al",
                            "xchg {in_rbx}, rbx",
                            inout("rax") r_rax,
                            in_rbx = inout(reg) a1 => _,
                            in("rcx") a2,
                            in("rdx") a3,
                            in("rsi") a4,
                            hypercall_port = const PORT,
                        );
                    }
                }
                super::Via::Mmio => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "xchg {in_rbx}, rbx",
                            ".byte 0x88, 0x04, 0x25",
                            ".long {hypercall_mmio}",
                            "xchg {in_rbx}, rbx",
                            inout("rax") r_rax,
                            in_rbx = inout(reg) a1 => _,
                            in("rcx") a2,
                            in("rdx") a3,
                            in("rsi") a4,
                            hypercall_mmio = const MMIO,
                        );
                    }
                }
            }
            r_rax as i64
        }

        /// KVM_HC_VAPIC_POLL_IRQ (active): Makes the guest leave to the host, which checks for
        /// pending interrupts before it enters the guest again.
        ///
        /// Gives 0.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_vapic_poll_irq<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0) }
        }

        /// KVM_HC_MMU_OP (deprecated): Did batches of page-table writes, TLB flushes and releases
        /// of page tables for guests with shadow paging.
        ///
        /// The buffer holds `{u32 op, u32 pad}` headers: 1 KVM_MMU_OP_WRITE_PTE with two u64
        /// (address and value of the entry) behind it, 2 KVM_MMU_OP_FLUSH_TLB, 3
        /// KVM_MMU_OP_RELEASE_PT with one u64 (address of the table). Linux removed both sides;
        /// there is no handler.
        ///
        /// bytes: Length of the buffer in bytes. any.
        ///
        /// buffer: Guest-physical address of the buffer. any; in 32-bit mode two registers, low
        /// half first.
        ///
        /// Gives while it was served: how many bytes of the buffer were processed.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_mmu_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, bytes: u64, buffer: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_MMU_OP, bytes, buffer, 0, 0) }
        }

        /// KVM_HC_KICK_CPU (active): Wakes a halted vCPU: the unlocker of a paravirtual ticket lock
        /// calls it for the vCPU next in line.
        ///
        /// Linux also yields to the vCPU, and takes the whole register as the id for that.
        ///
        /// flags: Reserved; zero from a well-behaved guest, and not read. any.
        ///
        /// apic_id: APIC id of the vCPU to wake. 0 to 0xffff_ffff; upper bits ignored.
        ///
        /// Gives 0, also where no vCPU has the APIC id.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_kick_cpu<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, flags: u64, apic_id: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_KICK_CPU, flags, u64::from(apic_id), 0, 0) }
        }

        /// KVM_HC_CLOCK_PAIRING (active): Writes the host's wall clock and the caller's time-stamp
        /// counter, taken at one instant, to guest memory.
        ///
        /// The type is looked at before the address, as Linux does: a wrong type with a wrong
        /// address is unsupported. The guest takes the time on trust.
        ///
        /// address: Where the 64 bytes go; any alignment, also across pages. any.
        ///
        /// clock: Which clock. one of the values named.
        ///
        /// Gives 0; the structure kvm_clock_pairing stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_clock_pairing<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u64, clock: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_CLOCK_PAIRING, address, u64::from(clock), 0, 0) }
        }

        /// KVM_HC_SEND_IPI (active): Sends one interrupt to up to 128 vCPUs, to 64 from 32-bit
        /// mode.
        ///
        /// A bitmap of two registers says which: bit `n` of the lower is the vCPU with APIC id
        /// `lowest + n`, bit `n` of the upper the one with `lowest + 64 + n` (32 in 32-bit mode),
        /// where `lowest + 64` is taken modulo 2^32. Bits without a vCPU are skipped.
        ///
        /// targets: The targets, counted from `lowest`. any; 128 bits in 64-bit mode, 64 in 32-bit
        /// mode.
        ///
        /// lowest: The APIC id that bit 0 of the bitmap stands for. 0 to 0xffff_ffff; upper bits
        /// ignored.
        ///
        /// icr: Vector, delivery mode, level and trigger mode. bits 11, 18 and 19 are 0.
        ///
        /// Gives how many vCPUs accepted the interrupt.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_send_ipi<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, targets_low: u64, targets_high: u64, lowest: u32, icr: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_SEND_IPI, targets_low, targets_high, u64::from(lowest), icr) }
        }

        /// KVM_HC_SCHED_YIELD (active): Lets another vCPU run in place of the caller: for a caller
        /// that waits for one the host preempted.
        ///
        /// apic_id: APIC id of the vCPU to run. All 64 bits count: above 32 bits there is none.
        /// any.
        ///
        /// Gives 0, also where no vCPU has the APIC id or none yielded.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_sched_yield<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, apic_id: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_SCHED_YIELD, apic_id, 0, 0, 0) }
        }

        /// KVM_HC_MAP_GPA_RANGE (active): Marks a range of guest-physical pages as shared with the
        /// host or private to the guest.
        ///
        /// Linux checks alignment, zero and overflow and hands the call to user space; the rest is
        /// the VMM's.
        ///
        /// gpa: First page of the range; page aligned. multiple of 4096.
        ///
        /// pages: Length of the range in pages of 4 KiB; not zero. not 0.
        ///
        /// attributes: Page-size hint and encryption. bits 3:0 one of the page sizes, bit 4
        /// encrypted; other bits are reserved and zero.
        ///
        /// Gives 0.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_map_gpa_range<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, gpa: u64, pages: u64, attributes: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_MAP_GPA_RANGE, gpa, pages, u64::from(attributes), 0) }
        }

        /// HYPERCALL_NOP (active): Does nothing.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_nop<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_NOP, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_1 (active): Adds up one argument.
        ///
        /// a: Counts once. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_1<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_1, a, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_2 (active): Adds up two arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_2<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_2, a, b, 0, 0) }
        }

        /// HYPERCALL_MIX_3 (active): Adds up three arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_3<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64, c: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_3, a, b, c, 0) }
        }

        /// HYPERCALL_MIX_4 (active): Adds up four arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_4<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64, c: u64, d: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_4, a, b, c, d) }
        }

        /// HYPERCALL_FAIL (active): Fails with the error asked for, so that a guest sees how its
        /// interface says each.
        ///
        /// error: Which error. one of the values named.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fail<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, error: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_FAIL, u64::from(error), 0, 0, 0) }
        }

        /// HYPERCALL_TYPES (active): Takes one argument of each kind that refuses values, and
        /// touches nothing.
        ///
        /// page: A page, in memory or not. multiple of 4096.
        ///
        /// count: How many; the result. not 0.
        ///
        /// access: How it is used. the flags named; other bits are reserved and zero.
        ///
        /// switch: On or off. 0 or 1.
        ///
        /// Gives the count.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_types<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, page: u64, count: u32, access: u32, switch: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_TYPES, page, u64::from(count), u64::from(access), u64::from(switch)) }
        }

        /// HYPERCALL_SIGNED (active): Takes the absolute value of a signed number.
        ///
        /// value: The number. sign-extended.
        ///
        /// Gives the absolute value, 0 to 2^31.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_signed<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, value: i32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_SIGNED, i64::from(value) as u64, 0, 0, 0) }
        }

        /// HYPERCALL_NARROW (active): Adds up integers narrower than a register.
        ///
        /// byte: 8 bits. 0 to 0xff.
        ///
        /// half: 16 bits. 0 to 0xffff.
        ///
        /// word: 32 bits. 0 to 0xffff_ffff.
        ///
        /// Gives the sum, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_narrow<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, byte: u8, half: u16, word: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_NARROW, u64::from(byte), u64::from(half), u64::from(word), 0) }
        }

        /// HYPERCALL_CONSOLE_WRITE (active): Writes text to the VM's console.
        ///
        /// text: The text, at most 4096 bytes of any value. guest-physical address, then length in
        /// bytes: at most 4096, and ending below 2^64.
        ///
        /// Gives bytes written: all of them.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_console_write<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, text_address: u64, text_length: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_CONSOLE_WRITE, text_address, text_length, 0, 0) }
        }

        /// HYPERCALL_CHECKSUM (active): Adds up the bytes of a buffer.
        ///
        /// data: The data, at most 65536 bytes. guest-physical address, then length in bytes: at
        /// most 65536, and ending below 2^64.
        ///
        /// Gives the sum of the bytes, each taken as 0 to 255.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_checksum<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, data_address: u64, data_length: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_CHECKSUM, data_address, data_length, 0, 0) }
        }

        /// HYPERCALL_IDENTIFY (active): Tells the guest whose calls these are.
        ///
        /// at: Where the 24 bytes go; any alignment. any.
        ///
        /// Gives none; the structure hypercall_identity stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_identify<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, at: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_IDENTIFY, at, 0, 0, 0) }
        }

        /// HYPERCALL_RETRY (active): Is executed again once, then completes.
        ///
        /// key: Tells this call from an earlier one that was interrupted between its two
        /// executions. any.
        ///
        /// Gives how often the call was executed: 2.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_retry<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, key: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RETRY, key, 0, 0, 0) }
        }

        /// HYPERCALL_DEFER (active): Is completed by another thread of the VMM while the vCPU
        /// waits.
        ///
        /// value: The value to come back. any.
        ///
        /// Gives the value given.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_defer<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, value: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_DEFER, value, 0, 0, 0) }
        }

        /// HYPERCALL_FAULT (active): Raises an exception at the call: #GP(0) on x86, a
        /// specification exception on s390, a program interrupt on PowerPC.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fault<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_FAULT, 0, 0, 0, 0) }
        }

        /// HYPERCALL_EXIT (active): Ends the VM.
        ///
        /// code: For whoever runs the VM; zero is success. 0 to 0xffff_ffff.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_exit<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, code: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_EXIT, u64::from(code), 0, 0, 0) }
        }

        /// HYPERCALL_PANIC (active): Has a handler that panics: the guest gets the internal error,
        /// the VM goes on.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_panic<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_PANIC, 0, 0, 0, 0) }
        }

        /// HYPERCALL_OLD_NOP (deprecated): Does nothing, as HYPERCALL_NOP does, for guests that
        /// know only this number: served, and reported once a VM.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_old_nop<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_OLD_NOP, 0, 0, 0, 0) }
        }

        /// HYPERCALL_GONE (obsolete): Keeps a number from being given out again; it is answered as
        /// an unknown one.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_gone<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_GONE, 0, 0, 0, 0) }
        }

        /// HYPERCALL_HOST_TIME (active): Tells the host's wall-clock time.
        ///
        /// Gives seconds since 1970-01-01 00:00 UTC, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_host_time<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_HOST_TIME, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MULTICALL (active): Serves a list of calls in guest memory, each entry a
        /// structure hypercall_call_entry.
        ///
        /// With no entries it does nothing, so that a guest can ask whether there is the call.
        ///
        /// entries: The first entry; a multiple of 128. any.
        ///
        /// count: How many there are; one exit serves at most 256 of them. any.
        ///
        /// flags: How they are served. the flags named; other bits are reserved and zero.
        ///
        /// Gives how many entries hold an answer now, from the first on; the guest hands in the
        /// others again.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_multicall<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, entries: u64, count: u64, flags: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MULTICALL, entries, count, u64::from(flags), 0) }
        }

        /// HYPERCALL_RING_SETUP (active): Sets a ring up, through which calls are made as this one
        /// is: at the same entry point, in the same convention, for the same vCPU, with the same
        /// mode, byte order and privilege.
        ///
        /// The memory is a structure hypercall_ring, and 1 \<\< order structures hypercall_call_entry
        /// from the next page on. It stays the ring's until HYPERCALL_RING_TEARDOWN, or until the
        /// ring says that it is detached.
        ///
        /// address: Where the ring is to be; page aligned. multiple of 4096.
        ///
        /// order: log2 of the number of entries: 0 to 10. 0 to 0xffff_ffff.
        ///
        /// flags: Zero. any.
        ///
        /// Gives none; the structure hypercall_ring stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_setup<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u64, order: u32, flags: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_SETUP, address, u64::from(order), flags, 0) }
        }

        /// HYPERCALL_RING_TEARDOWN (active): Takes a ring back: the host does not touch its memory
        /// from here on. Calls that were not answered never are.
        ///
        /// address: Where the ring is. multiple of 4096.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_teardown<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_TEARDOWN, address, 0, 0, 0) }
        }

        /// HYPERCALL_RING_DOORBELL (active): Wakes the host, where a ring says that it sleeps and
        /// names no other doorbell.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_doorbell<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_DOORBELL, 0, 0, 0, 0) }
        }
    }

    /// kvm_para.h of 2007 (kvm_para.h of January 2007, "Hypercall calling convention").
    pub mod para_2007 {
        /// The call with this number, which is in rax; arguments are in rdi, rsi, rdx, rcx, r8, r9.
        ///
        /// # Safety
        ///
        /// The VM has the way `via`, and takes calls of this convention by it. The host may read
        /// and write what the arguments name.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as there are registers
        pub unsafe fn raw<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, number: u64, a1: u64, a2: u64, a3: u64, a4: u64, a5: u64, a6: u64) -> i64 {
            let mut r_rax: u64 = number;
            match via {
                super::Via::Vmcall => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            ".byte 0x0f, 0x01, 0xc1",
                            inout("rax") r_rax,
                            in("rdi") a1,
                            in("rsi") a2,
                            in("rdx") a3,
                            in("rcx") a4,
                            in("r8") a5,
                            in("r9") a6,
                        );
                    }
                }
                super::Via::Vmmcall => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            ".byte 0x0f, 0x01, 0xd9",
                            inout("rax") r_rax,
                            in("rdi") a1,
                            in("rsi") a2,
                            in("rdx") a3,
                            in("rcx") a4,
                            in("r8") a5,
                            in("r9") a6,
                        );
                    }
                }
                super::Via::Port => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "out {hypercall_port}, al",
                            inout("rax") r_rax,
                            in("rdi") a1,
                            in("rsi") a2,
                            in("rdx") a3,
                            in("rcx") a4,
                            in("r8") a5,
                            in("r9") a6,
                            hypercall_port = const PORT,
                        );
                    }
                }
                super::Via::Mmio => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            ".byte 0x88, 0x04, 0x25",
                            ".long {hypercall_mmio}",
                            inout("rax") r_rax,
                            in("rdi") a1,
                            in("rsi") a2,
                            in("rdx") a3,
                            in("rcx") a4,
                            in("r8") a5,
                            in("r9") a6,
                            hypercall_mmio = const MMIO,
                        );
                    }
                }
            }
            r_rax as i64
        }

        /// HYPERCALL_NOP (active): Does nothing.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_nop<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_NOP, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_1 (active): Adds up one argument.
        ///
        /// a: Counts once. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_1<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_1, a, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_2 (active): Adds up two arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_2<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_2, a, b, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_3 (active): Adds up three arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_3<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64, c: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_3, a, b, c, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_4 (active): Adds up four arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_4<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64, c: u64, d: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_4, a, b, c, d, 0, 0) }
        }

        /// HYPERCALL_MIX_5 (active): Adds up five arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_5<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64, c: u64, d: u64, e: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_5, a, b, c, d, e, 0) }
        }

        /// HYPERCALL_MIX_6 (active): Adds up six arguments, each with its own weight: the most of
        /// x86 and s390.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// f: Counts six times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_6<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_6, a, b, c, d, e, f) }
        }

        /// HYPERCALL_FAIL (active): Fails with the error asked for, so that a guest sees how its
        /// interface says each.
        ///
        /// error: Which error. one of the values named.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fail<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, error: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_FAIL, u64::from(error), 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_TYPES (active): Takes one argument of each kind that refuses values, and
        /// touches nothing.
        ///
        /// page: A page, in memory or not. multiple of 4096.
        ///
        /// count: How many; the result. not 0.
        ///
        /// access: How it is used. the flags named; other bits are reserved and zero.
        ///
        /// switch: On or off. 0 or 1.
        ///
        /// Gives the count.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_types<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, page: u64, count: u32, access: u32, switch: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_TYPES, page, u64::from(count), u64::from(access), u64::from(switch), 0, 0) }
        }

        /// HYPERCALL_SIGNED (active): Takes the absolute value of a signed number.
        ///
        /// value: The number. sign-extended.
        ///
        /// Gives the absolute value, 0 to 2^31.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_signed<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, value: i32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_SIGNED, i64::from(value) as u64, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_NARROW (active): Adds up integers narrower than a register.
        ///
        /// byte: 8 bits. 0 to 0xff.
        ///
        /// half: 16 bits. 0 to 0xffff.
        ///
        /// word: 32 bits. 0 to 0xffff_ffff.
        ///
        /// Gives the sum, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_narrow<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, byte: u8, half: u16, word: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_NARROW, u64::from(byte), u64::from(half), u64::from(word), 0, 0, 0) }
        }

        /// HYPERCALL_CONSOLE_WRITE (active): Writes text to the VM's console.
        ///
        /// text: The text, at most 4096 bytes of any value. guest-physical address, then length in
        /// bytes: at most 4096, and ending below 2^64.
        ///
        /// Gives bytes written: all of them.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_console_write<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, text_address: u64, text_length: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_CONSOLE_WRITE, text_address, text_length, 0, 0, 0, 0) }
        }

        /// HYPERCALL_CHECKSUM (active): Adds up the bytes of a buffer.
        ///
        /// data: The data, at most 65536 bytes. guest-physical address, then length in bytes: at
        /// most 65536, and ending below 2^64.
        ///
        /// Gives the sum of the bytes, each taken as 0 to 255.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_checksum<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, data_address: u64, data_length: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_CHECKSUM, data_address, data_length, 0, 0, 0, 0) }
        }

        /// HYPERCALL_IDENTIFY (active): Tells the guest whose calls these are.
        ///
        /// at: Where the 24 bytes go; any alignment. any.
        ///
        /// Gives none; the structure hypercall_identity stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_identify<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, at: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_IDENTIFY, at, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RETRY (active): Is executed again once, then completes.
        ///
        /// key: Tells this call from an earlier one that was interrupted between its two
        /// executions. any.
        ///
        /// Gives how often the call was executed: 2.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_retry<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, key: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RETRY, key, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_DEFER (active): Is completed by another thread of the VMM while the vCPU
        /// waits.
        ///
        /// value: The value to come back. any.
        ///
        /// Gives the value given.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_defer<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, value: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_DEFER, value, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_FAULT (active): Raises an exception at the call: #GP(0) on x86, a
        /// specification exception on s390, a program interrupt on PowerPC.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fault<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_EXIT (active): Ends the VM.
        ///
        /// code: For whoever runs the VM; zero is success. 0 to 0xffff_ffff.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_exit<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, code: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_EXIT, u64::from(code), 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_PANIC (active): Has a handler that panics: the guest gets the internal error,
        /// the VM goes on.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_panic<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_OLD_NOP (deprecated): Does nothing, as HYPERCALL_NOP does, for guests that
        /// know only this number: served, and reported once a VM.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_old_nop<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_GONE (obsolete): Keeps a number from being given out again; it is answered as
        /// an unknown one.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_gone<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_GONE, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_HOST_TIME (active): Tells the host's wall-clock time.
        ///
        /// Gives seconds since 1970-01-01 00:00 UTC, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_host_time<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MULTICALL (active): Serves a list of calls in guest memory, each entry a
        /// structure hypercall_call_entry.
        ///
        /// With no entries it does nothing, so that a guest can ask whether there is the call.
        ///
        /// entries: The first entry; a multiple of 128. any.
        ///
        /// count: How many there are; one exit serves at most 256 of them. any.
        ///
        /// flags: How they are served. the flags named; other bits are reserved and zero.
        ///
        /// Gives how many entries hold an answer now, from the first on; the guest hands in the
        /// others again.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_multicall<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, entries: u64, count: u64, flags: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MULTICALL, entries, count, u64::from(flags), 0, 0, 0) }
        }

        /// HYPERCALL_RING_SETUP (active): Sets a ring up, through which calls are made as this one
        /// is: at the same entry point, in the same convention, for the same vCPU, with the same
        /// mode, byte order and privilege.
        ///
        /// The memory is a structure hypercall_ring, and 1 \<\< order structures hypercall_call_entry
        /// from the next page on. It stays the ring's until HYPERCALL_RING_TEARDOWN, or until the
        /// ring says that it is detached.
        ///
        /// address: Where the ring is to be; page aligned. multiple of 4096.
        ///
        /// order: log2 of the number of entries: 0 to 10. 0 to 0xffff_ffff.
        ///
        /// flags: Zero. any.
        ///
        /// Gives none; the structure hypercall_ring stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_setup<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u64, order: u32, flags: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_SETUP, address, u64::from(order), flags, 0, 0, 0) }
        }

        /// HYPERCALL_RING_TEARDOWN (active): Takes a ring back: the host does not touch its memory
        /// from here on. Calls that were not answered never are.
        ///
        /// address: Where the ring is. multiple of 4096.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_teardown<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_TEARDOWN, address, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RING_DOORBELL (active): Wakes the host, where a ring says that it sleeps and
        /// names no other doorbell.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_doorbell<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0) }
        }
    }

    /// Xen (Xen xen/include/public/arch-x86/xen-x86_64.h and xen-x86_32.h).
    pub mod xen {
        /// The call with this number, which is in rax; arguments are in rdi, rsi, rdx, r10, r8, r9.
        ///
        /// # Safety
        ///
        /// The VM has the way `via`, and takes calls of this convention by it. The host may read
        /// and write what the arguments name.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as there are registers
        pub unsafe fn raw<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, number: u64, a1: u64, a2: u64, a3: u64, a4: u64, a5: u64, a6: u64) -> i64 {
            let mut r_rax: u64 = number;
            match via {
                super::Via::Vmcall => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            ".byte 0x0f, 0x01, 0xc1",
                            inout("rax") r_rax,
                            in("rdi") a1,
                            in("rsi") a2,
                            in("rdx") a3,
                            in("r10") a4,
                            in("r8") a5,
                            in("r9") a6,
                        );
                    }
                }
                super::Via::Vmmcall => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            ".byte 0x0f, 0x01, 0xd9",
                            inout("rax") r_rax,
                            in("rdi") a1,
                            in("rsi") a2,
                            in("rdx") a3,
                            in("r10") a4,
                            in("r8") a5,
                            in("r9") a6,
                        );
                    }
                }
                super::Via::Port => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "out {hypercall_port}, al",
                            inout("rax") r_rax,
                            in("rdi") a1,
                            in("rsi") a2,
                            in("rdx") a3,
                            in("r10") a4,
                            in("r8") a5,
                            in("r9") a6,
                            hypercall_port = const PORT,
                        );
                    }
                }
                super::Via::Mmio => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            ".byte 0x88, 0x04, 0x25",
                            ".long {hypercall_mmio}",
                            inout("rax") r_rax,
                            in("rdi") a1,
                            in("rsi") a2,
                            in("rdx") a3,
                            in("r10") a4,
                            in("r8") a5,
                            in("r9") a6,
                            hypercall_mmio = const MMIO,
                        );
                    }
                }
            }
            r_rax as i64
        }

        /// HYPERVISOR_memory_op (active): Changes and tells what is in the guest's physical address
        /// space.
        ///
        /// command: What is done. bits 5:0 one of the values named; the bits above are for calls
        /// that go on.
        ///
        /// argument: Linear address of the structure. any.
        ///
        /// Gives XENMEM_add_to_physmap: 0; -3 (ESRCH) for a domain other than DOMID_SELF.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_memory_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u64, argument: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_MEMORY_OP, command, argument, 0, 0, 0, 0) }
        }

        /// HYPERVISOR_multicall (active): Makes several calls at once.
        ///
        /// entries: Linear address of the entries. any.
        ///
        /// count: How many. 0 to 0xffff_ffff; upper bits ignored.
        ///
        /// Gives Xen: 0; each entry has its own result.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_multicall<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, entries: u64, count: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_MULTICALL, entries, u64::from(count), 0, 0, 0, 0) }
        }

        /// HYPERVISOR_xen_version (active): Tells the version of the hypervisor and what it is made
        /// of and for.
        ///
        /// command: What is asked. one of the values named; upper bits ignored.
        ///
        /// argument: Linear address of the structure; ignored where the command has none. any.
        ///
        /// Gives version, page size, length of the build ID; 0 for the others; -105 (ENOBUFS) where
        /// a build ID does not fit, -61 (ENODATA) where there is none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_xen_version<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, argument: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_XEN_VERSION, u64::from(command), argument, 0, 0, 0, 0) }
        }

        /// HYPERVISOR_console_io (active): Writes to the hypervisor's console.
        ///
        /// Reading is for the domain that has the hardware, as in Xen.
        ///
        /// command: What is done. one of the values named; upper bits ignored.
        ///
        /// count: How many bytes. 0 to 0xffff_ffff; upper bits ignored.
        ///
        /// buffer: Linear address of the text. any.
        ///
        /// Gives CONSOLEIO_write: 0.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_console_io<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, count: u32, buffer: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_CONSOLE_IO, u64::from(command), u64::from(count), buffer, 0, 0, 0) }
        }

        /// HYPERVISOR_grant_table_op (active): Shares pages with other domains.
        ///
        /// command: What is done. one of the values named; upper bits ignored.
        ///
        /// structures: Linear address of the structures. any.
        ///
        /// count: How many. 0 to 0xffff_ffff; upper bits ignored.
        ///
        /// Gives Xen: 0; each structure has its own status.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_grant_table_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, structures: u64, count: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_GRANT_TABLE_OP, u64::from(command), structures, u64::from(count), 0, 0, 0) }
        }

        /// HYPERVISOR_vcpu_op (active): Starts and stops vCPUs, and says where the guest wants to
        /// read about them.
        ///
        /// command: What is done. one of the values named; upper bits ignored.
        ///
        /// vcpu: The vCPU's number. 0 to 0xffff_ffff; upper bits ignored.
        ///
        /// argument: Linear address of the structure. any.
        ///
        /// Gives Xen: 0; VCPUOP_is_up: 1 or 0.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_vcpu_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, vcpu: u32, argument: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_VCPU_OP, u64::from(command), u64::from(vcpu), argument, 0, 0, 0) }
        }

        /// HYPERVISOR_sched_op (active): Yields, waits for events, and ends the domain.
        ///
        /// command: What is done. one of the values named; upper bits ignored.
        ///
        /// argument: Linear address of the structure; ignored where the command has none. any.
        ///
        /// Gives SCHEDOP_yield, SCHEDOP_block: 0; SCHEDOP_shutdown does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_sched_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, argument: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_SCHED_OP, u64::from(command), argument, 0, 0, 0, 0) }
        }

        /// HYPERVISOR_event_channel_op (active): Ties, sends and frees event channels.
        ///
        /// command: What is done. one of the values named; upper bits ignored.
        ///
        /// argument: Linear address of the structure. any.
        ///
        /// Gives Xen: 0; ports stand in the structures.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_event_channel_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, argument: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_EVENT_CHANNEL_OP, u64::from(command), argument, 0, 0, 0, 0) }
        }

        /// HYPERVISOR_hvm_op (active): Sets and tells parameters of an HVM domain: how events are
        /// delivered, where the store's and the console's rings are.
        ///
        /// command: What is done. one of the values named.
        ///
        /// argument: Linear address of the structure. any.
        ///
        /// Gives HVMOP_set_param, HVMOP_get_param: 0; -3 (ESRCH) for a domain other than
        /// DOMID_SELF.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_hvm_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u64, argument: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_HVM_OP, command, argument, 0, 0, 0, 0) }
        }

        /// HYPERCALL_NOP (active): Does nothing.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_nop<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_NOP, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_1 (active): Adds up one argument.
        ///
        /// a: Counts once. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_1<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_1, a, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_2 (active): Adds up two arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_2<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_2, a, b, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_3 (active): Adds up three arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_3<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64, c: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_3, a, b, c, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_4 (active): Adds up four arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_4<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64, c: u64, d: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_4, a, b, c, d, 0, 0) }
        }

        /// HYPERCALL_MIX_5 (active): Adds up five arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_5<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64, c: u64, d: u64, e: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_5, a, b, c, d, e, 0) }
        }

        /// HYPERCALL_MIX_6 (active): Adds up six arguments, each with its own weight: the most of
        /// x86 and s390.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// f: Counts six times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_6<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_6, a, b, c, d, e, f) }
        }

        /// HYPERCALL_FAIL (active): Fails with the error asked for, so that a guest sees how its
        /// interface says each.
        ///
        /// error: Which error. one of the values named.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fail<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, error: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_FAIL, u64::from(error), 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_TYPES (active): Takes one argument of each kind that refuses values, and
        /// touches nothing.
        ///
        /// page: A page, in memory or not. multiple of 4096.
        ///
        /// count: How many; the result. not 0.
        ///
        /// access: How it is used. the flags named; other bits are reserved and zero.
        ///
        /// switch: On or off. 0 or 1.
        ///
        /// Gives the count.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_types<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, page: u64, count: u32, access: u32, switch: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_TYPES, page, u64::from(count), u64::from(access), u64::from(switch), 0, 0) }
        }

        /// HYPERCALL_SIGNED (active): Takes the absolute value of a signed number.
        ///
        /// value: The number. sign-extended.
        ///
        /// Gives the absolute value, 0 to 2^31.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_signed<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, value: i32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_SIGNED, i64::from(value) as u64, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_NARROW (active): Adds up integers narrower than a register.
        ///
        /// byte: 8 bits. 0 to 0xff.
        ///
        /// half: 16 bits. 0 to 0xffff.
        ///
        /// word: 32 bits. 0 to 0xffff_ffff.
        ///
        /// Gives the sum, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_narrow<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, byte: u8, half: u16, word: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_NARROW, u64::from(byte), u64::from(half), u64::from(word), 0, 0, 0) }
        }

        /// HYPERCALL_CONSOLE_WRITE (active): Writes text to the VM's console.
        ///
        /// text: The text, at most 4096 bytes of any value. guest-physical address, then length in
        /// bytes: at most 4096, and ending below 2^64.
        ///
        /// Gives bytes written: all of them.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_console_write<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, text_address: u64, text_length: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_CONSOLE_WRITE, text_address, text_length, 0, 0, 0, 0) }
        }

        /// HYPERCALL_CHECKSUM (active): Adds up the bytes of a buffer.
        ///
        /// data: The data, at most 65536 bytes. guest-physical address, then length in bytes: at
        /// most 65536, and ending below 2^64.
        ///
        /// Gives the sum of the bytes, each taken as 0 to 255.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_checksum<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, data_address: u64, data_length: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_CHECKSUM, data_address, data_length, 0, 0, 0, 0) }
        }

        /// HYPERCALL_IDENTIFY (active): Tells the guest whose calls these are.
        ///
        /// at: Where the 24 bytes go; any alignment. any.
        ///
        /// Gives none; the structure hypercall_identity stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_identify<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, at: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_IDENTIFY, at, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RETRY (active): Is executed again once, then completes.
        ///
        /// key: Tells this call from an earlier one that was interrupted between its two
        /// executions. any.
        ///
        /// Gives how often the call was executed: 2.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_retry<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, key: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RETRY, key, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_DEFER (active): Is completed by another thread of the VMM while the vCPU
        /// waits.
        ///
        /// value: The value to come back. any.
        ///
        /// Gives the value given.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_defer<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, value: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_DEFER, value, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_FAULT (active): Raises an exception at the call: #GP(0) on x86, a
        /// specification exception on s390, a program interrupt on PowerPC.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fault<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_EXIT (active): Ends the VM.
        ///
        /// code: For whoever runs the VM; zero is success. 0 to 0xffff_ffff.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_exit<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, code: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_EXIT, u64::from(code), 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_PANIC (active): Has a handler that panics: the guest gets the internal error,
        /// the VM goes on.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_panic<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_OLD_NOP (deprecated): Does nothing, as HYPERCALL_NOP does, for guests that
        /// know only this number: served, and reported once a VM.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_old_nop<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_GONE (obsolete): Keeps a number from being given out again; it is answered as
        /// an unknown one.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_gone<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_GONE, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_HOST_TIME (active): Tells the host's wall-clock time.
        ///
        /// Gives seconds since 1970-01-01 00:00 UTC, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_host_time<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MULTICALL (active): Serves a list of calls in guest memory, each entry a
        /// structure hypercall_call_entry.
        ///
        /// With no entries it does nothing, so that a guest can ask whether there is the call.
        ///
        /// entries: The first entry; a multiple of 128. any.
        ///
        /// count: How many there are; one exit serves at most 256 of them. any.
        ///
        /// flags: How they are served. the flags named; other bits are reserved and zero.
        ///
        /// Gives how many entries hold an answer now, from the first on; the guest hands in the
        /// others again.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_multicall<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, entries: u64, count: u64, flags: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MULTICALL, entries, count, u64::from(flags), 0, 0, 0) }
        }

        /// HYPERCALL_RING_SETUP (active): Sets a ring up, through which calls are made as this one
        /// is: at the same entry point, in the same convention, for the same vCPU, with the same
        /// mode, byte order and privilege.
        ///
        /// The memory is a structure hypercall_ring, and 1 \<\< order structures hypercall_call_entry
        /// from the next page on. It stays the ring's until HYPERCALL_RING_TEARDOWN, or until the
        /// ring says that it is detached.
        ///
        /// address: Where the ring is to be; page aligned. multiple of 4096.
        ///
        /// order: log2 of the number of entries: 0 to 10. 0 to 0xffff_ffff.
        ///
        /// flags: Zero. any.
        ///
        /// Gives none; the structure hypercall_ring stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_setup<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u64, order: u32, flags: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_SETUP, address, u64::from(order), flags, 0, 0, 0) }
        }

        /// HYPERCALL_RING_TEARDOWN (active): Takes a ring back: the host does not touch its memory
        /// from here on. Calls that were not answered never are.
        ///
        /// address: Where the ring is. multiple of 4096.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_teardown<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_TEARDOWN, address, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RING_DOORBELL (active): Wakes the host, where a ring says that it sleeps and
        /// names no other doorbell.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_doorbell<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0) }
        }
    }
}

/// Stubs: they execute the real instruction.
#[cfg(target_arch = "x86")]
pub mod stub {
    /// How a call leaves the guest.
    ///
    /// Its parameters are the port of the port doorbell and the linear address of the MMIO
    /// doorbell, which in 64-bit code is below 2 GiB.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Via<const PORT: u8 = 0, const MMIO: u32 = 0> {
        /// `vmcall`.
        Vmcall,
        /// `vmmcall`.
        Vmmcall,
        /// The port doorbell: `out imm8, al`.
        Port,
        /// The MMIO doorbell: a store of a byte.
        Mmio,
    }

    /// KVM (Linux Documentation/virt/kvm/x86/hypercalls.rst).
    pub mod kvm {
        /// The call with this number, which is in rax; arguments are in rbx, rcx, rdx, rsi.
        ///
        /// # Safety
        ///
        /// The VM has the way `via`, and takes calls of this convention by it. The host may read
        /// and write what the arguments name.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as there are registers
        pub unsafe fn raw<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, number: u32, a1: u32, a2: u32, a3: u32, a4: u32) -> i64 {
            let registers: [u32; 5] = [number, a1, a2, a3, a4];
            let mut r_eax = registers.as_ptr() as u32;
            match via {
                super::Via::Vmcall => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "push ebx",
                            "push esi",
                            "mov ebx, [eax + 4]",
                            "mov ecx, [eax + 8]",
                            "mov edx, [eax + 12]",
                            "mov esi, [eax + 16]",
                            "mov eax, [eax + 0]",
                            ".byte 0x0f, 0x01, 0xc1",
                            "pop esi",
                            "pop ebx",
                            inout("eax") r_eax,
                            out("ecx") _,
                            out("edx") _,
                        );
                    }
                }
                super::Via::Vmmcall => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "push ebx",
                            "push esi",
                            "mov ebx, [eax + 4]",
                            "mov ecx, [eax + 8]",
                            "mov edx, [eax + 12]",
                            "mov esi, [eax + 16]",
                            "mov eax, [eax + 0]",
                            ".byte 0x0f, 0x01, 0xd9",
                            "pop esi",
                            "pop ebx",
                            inout("eax") r_eax,
                            out("ecx") _,
                            out("edx") _,
                        );
                    }
                }
                super::Via::Port => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "push ebx",
                            "push esi",
                            "mov ebx, [eax + 4]",
                            "mov ecx, [eax + 8]",
                            "mov edx, [eax + 12]",
                            "mov esi, [eax + 16]",
                            "mov eax, [eax + 0]",
                            "out {hypercall_port}, al",
                            "pop esi",
                            "pop ebx",
                            inout("eax") r_eax,
                            out("ecx") _,
                            out("edx") _,
                            hypercall_port = const PORT,
                        );
                    }
                }
                super::Via::Mmio => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "push ebx",
                            "push esi",
                            "mov ebx, [eax + 4]",
                            "mov ecx, [eax + 8]",
                            "mov edx, [eax + 12]",
                            "mov esi, [eax + 16]",
                            "mov eax, [eax + 0]",
                            ".byte 0x88, 0x04, 0x25",
                            ".long {hypercall_mmio}",
                            "pop esi",
                            "pop ebx",
                            inout("eax") r_eax,
                            out("ecx") _,
                            out("edx") _,
                            hypercall_mmio = const MMIO,
                        );
                    }
                }
            }
            i64::from(r_eax as i32)
        }

        /// KVM_HC_VAPIC_POLL_IRQ (active): Makes the guest leave to the host, which checks for
        /// pending interrupts before it enters the guest again.
        ///
        /// Gives 0.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_vapic_poll_irq<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_VAPIC_POLL_IRQ as u32, 0, 0, 0, 0) }
        }

        /// KVM_HC_MMU_OP (deprecated): Did batches of page-table writes, TLB flushes and releases
        /// of page tables for guests with shadow paging.
        ///
        /// The buffer holds `{u32 op, u32 pad}` headers: 1 KVM_MMU_OP_WRITE_PTE with two u64
        /// (address and value of the entry) behind it, 2 KVM_MMU_OP_FLUSH_TLB, 3
        /// KVM_MMU_OP_RELEASE_PT with one u64 (address of the table). Linux removed both sides;
        /// there is no handler.
        ///
        /// bytes: Length of the buffer in bytes. any.
        ///
        /// buffer: Guest-physical address of the buffer. any; in 32-bit mode two registers, low
        /// half first.
        ///
        /// Gives while it was served: how many bytes of the buffer were processed.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_mmu_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, bytes: u32, buffer: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_MMU_OP as u32, bytes, buffer as u32, (buffer >> 32) as u32, 0) }
        }

        /// KVM_HC_KICK_CPU (active): Wakes a halted vCPU: the unlocker of a paravirtual ticket lock
        /// calls it for the vCPU next in line.
        ///
        /// Linux also yields to the vCPU, and takes the whole register as the id for that.
        ///
        /// flags: Reserved; zero from a well-behaved guest, and not read. any.
        ///
        /// apic_id: APIC id of the vCPU to wake. 0 to 0xffff_ffff; upper bits ignored.
        ///
        /// Gives 0, also where no vCPU has the APIC id.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_kick_cpu<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, flags: u32, apic_id: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_KICK_CPU as u32, flags, apic_id, 0, 0) }
        }

        /// KVM_HC_CLOCK_PAIRING (active): Writes the host's wall clock and the caller's time-stamp
        /// counter, taken at one instant, to guest memory.
        ///
        /// The type is looked at before the address, as Linux does: a wrong type with a wrong
        /// address is unsupported. The guest takes the time on trust.
        ///
        /// address: Where the 64 bytes go; any alignment, also across pages. any.
        ///
        /// clock: Which clock. one of the values named.
        ///
        /// Gives 0; the structure kvm_clock_pairing stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_clock_pairing<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u32, clock: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_CLOCK_PAIRING as u32, address, clock, 0, 0) }
        }

        /// KVM_HC_SEND_IPI (active): Sends one interrupt to up to 128 vCPUs, to 64 from 32-bit
        /// mode.
        ///
        /// A bitmap of two registers says which: bit `n` of the lower is the vCPU with APIC id
        /// `lowest + n`, bit `n` of the upper the one with `lowest + 64 + n` (32 in 32-bit mode),
        /// where `lowest + 64` is taken modulo 2^32. Bits without a vCPU are skipped.
        ///
        /// targets: The targets, counted from `lowest`. any; 128 bits in 64-bit mode, 64 in 32-bit
        /// mode.
        ///
        /// lowest: The APIC id that bit 0 of the bitmap stands for. 0 to 0xffff_ffff; upper bits
        /// ignored.
        ///
        /// icr: Vector, delivery mode, level and trigger mode. bits 11, 18 and 19 are 0.
        ///
        /// Gives how many vCPUs accepted the interrupt.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_send_ipi<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, targets_low: u32, targets_high: u32, lowest: u32, icr: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_SEND_IPI as u32, targets_low, targets_high, lowest, icr) }
        }

        /// KVM_HC_SCHED_YIELD (active): Lets another vCPU run in place of the caller: for a caller
        /// that waits for one the host preempted.
        ///
        /// apic_id: APIC id of the vCPU to run. All 64 bits count: above 32 bits there is none.
        /// any.
        ///
        /// Gives 0, also where no vCPU has the APIC id or none yielded.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_sched_yield<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, apic_id: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_SCHED_YIELD as u32, apic_id, 0, 0, 0) }
        }

        /// KVM_HC_MAP_GPA_RANGE (active): Marks a range of guest-physical pages as shared with the
        /// host or private to the guest.
        ///
        /// Linux checks alignment, zero and overflow and hands the call to user space; the rest is
        /// the VMM's.
        ///
        /// gpa: First page of the range; page aligned. multiple of 4096.
        ///
        /// pages: Length of the range in pages of 4 KiB; not zero. not 0.
        ///
        /// attributes: Page-size hint and encryption. bits 3:0 one of the page sizes, bit 4
        /// encrypted; other bits are reserved and zero.
        ///
        /// Gives 0.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_map_gpa_range<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, gpa: u32, pages: u32, attributes: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::KVM_HC_MAP_GPA_RANGE as u32, gpa, pages, attributes, 0) }
        }

        /// HYPERCALL_NOP (active): Does nothing.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_nop<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_NOP as u32, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_1 (active): Adds up one argument.
        ///
        /// a: Counts once. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_1<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_1 as u32, a, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_2 (active): Adds up two arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_2<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_2 as u32, a, b, 0, 0) }
        }

        /// HYPERCALL_MIX_3 (active): Adds up three arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_3<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32, c: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_3 as u32, a, b, c, 0) }
        }

        /// HYPERCALL_MIX_4 (active): Adds up four arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_4<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32, c: u32, d: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_4 as u32, a, b, c, d) }
        }

        /// HYPERCALL_FAIL (active): Fails with the error asked for, so that a guest sees how its
        /// interface says each.
        ///
        /// error: Which error. one of the values named.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fail<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, error: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_FAIL as u32, error, 0, 0, 0) }
        }

        /// HYPERCALL_TYPES (active): Takes one argument of each kind that refuses values, and
        /// touches nothing.
        ///
        /// page: A page, in memory or not. multiple of 4096.
        ///
        /// count: How many; the result. not 0.
        ///
        /// access: How it is used. the flags named; other bits are reserved and zero.
        ///
        /// switch: On or off. 0 or 1.
        ///
        /// Gives the count.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_types<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, page: u32, count: u32, access: u32, switch: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_TYPES as u32, page, count, access, switch) }
        }

        /// HYPERCALL_SIGNED (active): Takes the absolute value of a signed number.
        ///
        /// value: The number. sign-extended.
        ///
        /// Gives the absolute value, 0 to 2^31.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_signed<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, value: i32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_SIGNED as u32, i64::from(value) as u32, 0, 0, 0) }
        }

        /// HYPERCALL_NARROW (active): Adds up integers narrower than a register.
        ///
        /// byte: 8 bits. 0 to 0xff.
        ///
        /// half: 16 bits. 0 to 0xffff.
        ///
        /// word: 32 bits. 0 to 0xffff_ffff.
        ///
        /// Gives the sum, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_narrow<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, byte: u8, half: u16, word: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_NARROW as u32, u32::from(byte), u32::from(half), word, 0) }
        }

        /// HYPERCALL_CONSOLE_WRITE (active): Writes text to the VM's console.
        ///
        /// text: The text, at most 4096 bytes of any value. guest-physical address, then length in
        /// bytes: at most 4096, and ending below 2^64.
        ///
        /// Gives bytes written: all of them.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_console_write<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, text_address: u32, text_length: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_CONSOLE_WRITE as u32, text_address, text_length, 0, 0) }
        }

        /// HYPERCALL_CHECKSUM (active): Adds up the bytes of a buffer.
        ///
        /// data: The data, at most 65536 bytes. guest-physical address, then length in bytes: at
        /// most 65536, and ending below 2^64.
        ///
        /// Gives the sum of the bytes, each taken as 0 to 255.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_checksum<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, data_address: u32, data_length: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_CHECKSUM as u32, data_address, data_length, 0, 0) }
        }

        /// HYPERCALL_IDENTIFY (active): Tells the guest whose calls these are.
        ///
        /// at: Where the 24 bytes go; any alignment. any.
        ///
        /// Gives none; the structure hypercall_identity stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_identify<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, at: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_IDENTIFY as u32, at, 0, 0, 0) }
        }

        /// HYPERCALL_RETRY (active): Is executed again once, then completes.
        ///
        /// key: Tells this call from an earlier one that was interrupted between its two
        /// executions. any.
        ///
        /// Gives how often the call was executed: 2.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_retry<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, key: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RETRY as u32, key, 0, 0, 0) }
        }

        /// HYPERCALL_DEFER (active): Is completed by another thread of the VMM while the vCPU
        /// waits.
        ///
        /// value: The value to come back. any.
        ///
        /// Gives the value given.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_defer<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, value: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_DEFER as u32, value, 0, 0, 0) }
        }

        /// HYPERCALL_FAULT (active): Raises an exception at the call: #GP(0) on x86, a
        /// specification exception on s390, a program interrupt on PowerPC.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fault<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_FAULT as u32, 0, 0, 0, 0) }
        }

        /// HYPERCALL_EXIT (active): Ends the VM.
        ///
        /// code: For whoever runs the VM; zero is success. 0 to 0xffff_ffff.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_exit<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, code: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_EXIT as u32, code, 0, 0, 0) }
        }

        /// HYPERCALL_PANIC (active): Has a handler that panics: the guest gets the internal error,
        /// the VM goes on.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_panic<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_PANIC as u32, 0, 0, 0, 0) }
        }

        /// HYPERCALL_OLD_NOP (deprecated): Does nothing, as HYPERCALL_NOP does, for guests that
        /// know only this number: served, and reported once a VM.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_old_nop<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_OLD_NOP as u32, 0, 0, 0, 0) }
        }

        /// HYPERCALL_GONE (obsolete): Keeps a number from being given out again; it is answered as
        /// an unknown one.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_gone<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_GONE as u32, 0, 0, 0, 0) }
        }

        /// HYPERCALL_HOST_TIME (active): Tells the host's wall-clock time.
        ///
        /// Gives seconds since 1970-01-01 00:00 UTC, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_host_time<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_HOST_TIME as u32, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MULTICALL (active): Serves a list of calls in guest memory, each entry a
        /// structure hypercall_call_entry.
        ///
        /// With no entries it does nothing, so that a guest can ask whether there is the call.
        ///
        /// entries: The first entry; a multiple of 128. any.
        ///
        /// count: How many there are; one exit serves at most 256 of them. any.
        ///
        /// flags: How they are served. the flags named; other bits are reserved and zero.
        ///
        /// Gives how many entries hold an answer now, from the first on; the guest hands in the
        /// others again.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_multicall<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, entries: u32, count: u32, flags: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MULTICALL as u32, entries, count, flags, 0) }
        }

        /// HYPERCALL_RING_SETUP (active): Sets a ring up, through which calls are made as this one
        /// is: at the same entry point, in the same convention, for the same vCPU, with the same
        /// mode, byte order and privilege.
        ///
        /// The memory is a structure hypercall_ring, and 1 \<\< order structures hypercall_call_entry
        /// from the next page on. It stays the ring's until HYPERCALL_RING_TEARDOWN, or until the
        /// ring says that it is detached.
        ///
        /// address: Where the ring is to be; page aligned. multiple of 4096.
        ///
        /// order: log2 of the number of entries: 0 to 10. 0 to 0xffff_ffff.
        ///
        /// flags: Zero. any.
        ///
        /// Gives none; the structure hypercall_ring stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_setup<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u32, order: u32, flags: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_SETUP as u32, address, order, flags, 0) }
        }

        /// HYPERCALL_RING_TEARDOWN (active): Takes a ring back: the host does not touch its memory
        /// from here on. Calls that were not answered never are.
        ///
        /// address: Where the ring is. multiple of 4096.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_teardown<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_TEARDOWN as u32, address, 0, 0, 0) }
        }

        /// HYPERCALL_RING_DOORBELL (active): Wakes the host, where a ring says that it sleeps and
        /// names no other doorbell.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_doorbell<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_DOORBELL as u32, 0, 0, 0, 0) }
        }
    }

    /// kvm_para.h of 2007 (kvm_para.h of January 2007, "Hypercall calling convention").
    pub mod para_2007 {
        /// The call with this number, which is in rbx; arguments are in rax, rcx, rdx, rsi, rdi,
        /// rbp.
        ///
        /// # Safety
        ///
        /// The VM has the way `via`, and takes calls of this convention by it. The host may read
        /// and write what the arguments name.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as there are registers
        pub unsafe fn raw<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, number: u32, a1: u32, a2: u32, a3: u32, a4: u32, a5: u32, a6: u32) -> i64 {
            let registers: [u32; 7] = [number, a1, a2, a3, a4, a5, a6];
            let mut r_eax = registers.as_ptr() as u32;
            match via {
                super::Via::Vmcall => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "push ebx",
                            "push esi",
                            "push ebp",
                            "mov ebx, [eax + 0]",
                            "mov ecx, [eax + 8]",
                            "mov edx, [eax + 12]",
                            "mov esi, [eax + 16]",
                            "mov edi, [eax + 20]",
                            "mov ebp, [eax + 24]",
                            "mov eax, [eax + 4]",
                            ".byte 0x0f, 0x01, 0xc1",
                            "pop ebp",
                            "pop esi",
                            "pop ebx",
                            inout("eax") r_eax,
                            out("ecx") _,
                            out("edx") _,
                            out("edi") _,
                        );
                    }
                }
                super::Via::Vmmcall => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "push ebx",
                            "push esi",
                            "push ebp",
                            "mov ebx, [eax + 0]",
                            "mov ecx, [eax + 8]",
                            "mov edx, [eax + 12]",
                            "mov esi, [eax + 16]",
                            "mov edi, [eax + 20]",
                            "mov ebp, [eax + 24]",
                            "mov eax, [eax + 4]",
                            ".byte 0x0f, 0x01, 0xd9",
                            "pop ebp",
                            "pop esi",
                            "pop ebx",
                            inout("eax") r_eax,
                            out("ecx") _,
                            out("edx") _,
                            out("edi") _,
                        );
                    }
                }
                super::Via::Port => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "push ebx",
                            "push esi",
                            "push ebp",
                            "mov ebx, [eax + 0]",
                            "mov ecx, [eax + 8]",
                            "mov edx, [eax + 12]",
                            "mov esi, [eax + 16]",
                            "mov edi, [eax + 20]",
                            "mov ebp, [eax + 24]",
                            "mov eax, [eax + 4]",
                            "out {hypercall_port}, al",
                            "pop ebp",
                            "pop esi",
                            "pop ebx",
                            inout("eax") r_eax,
                            out("ecx") _,
                            out("edx") _,
                            out("edi") _,
                            hypercall_port = const PORT,
                        );
                    }
                }
                super::Via::Mmio => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "push ebx",
                            "push esi",
                            "push ebp",
                            "mov ebx, [eax + 0]",
                            "mov ecx, [eax + 8]",
                            "mov edx, [eax + 12]",
                            "mov esi, [eax + 16]",
                            "mov edi, [eax + 20]",
                            "mov ebp, [eax + 24]",
                            "mov eax, [eax + 4]",
                            ".byte 0x88, 0x04, 0x25",
                            ".long {hypercall_mmio}",
                            "pop ebp",
                            "pop esi",
                            "pop ebx",
                            inout("eax") r_eax,
                            out("ecx") _,
                            out("edx") _,
                            out("edi") _,
                            hypercall_mmio = const MMIO,
                        );
                    }
                }
            }
            i64::from(r_eax as i32)
        }

        /// HYPERCALL_NOP (active): Does nothing.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_nop<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_NOP as u32, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_1 (active): Adds up one argument.
        ///
        /// a: Counts once. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_1<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_1 as u32, a, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_2 (active): Adds up two arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_2<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_2 as u32, a, b, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_3 (active): Adds up three arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_3<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32, c: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_3 as u32, a, b, c, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_4 (active): Adds up four arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_4<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32, c: u32, d: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_4 as u32, a, b, c, d, 0, 0) }
        }

        /// HYPERCALL_MIX_5 (active): Adds up five arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_5<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32, c: u32, d: u32, e: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_5 as u32, a, b, c, d, e, 0) }
        }

        /// HYPERCALL_MIX_6 (active): Adds up six arguments, each with its own weight: the most of
        /// x86 and s390.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// f: Counts six times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_6<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_6 as u32, a, b, c, d, e, f) }
        }

        /// HYPERCALL_FAIL (active): Fails with the error asked for, so that a guest sees how its
        /// interface says each.
        ///
        /// error: Which error. one of the values named.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fail<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, error: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_FAIL as u32, error, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_TYPES (active): Takes one argument of each kind that refuses values, and
        /// touches nothing.
        ///
        /// page: A page, in memory or not. multiple of 4096.
        ///
        /// count: How many; the result. not 0.
        ///
        /// access: How it is used. the flags named; other bits are reserved and zero.
        ///
        /// switch: On or off. 0 or 1.
        ///
        /// Gives the count.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_types<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, page: u32, count: u32, access: u32, switch: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_TYPES as u32, page, count, access, switch, 0, 0) }
        }

        /// HYPERCALL_SIGNED (active): Takes the absolute value of a signed number.
        ///
        /// value: The number. sign-extended.
        ///
        /// Gives the absolute value, 0 to 2^31.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_signed<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, value: i32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_SIGNED as u32, i64::from(value) as u32, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_NARROW (active): Adds up integers narrower than a register.
        ///
        /// byte: 8 bits. 0 to 0xff.
        ///
        /// half: 16 bits. 0 to 0xffff.
        ///
        /// word: 32 bits. 0 to 0xffff_ffff.
        ///
        /// Gives the sum, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_narrow<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, byte: u8, half: u16, word: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_NARROW as u32, u32::from(byte), u32::from(half), word, 0, 0, 0) }
        }

        /// HYPERCALL_CONSOLE_WRITE (active): Writes text to the VM's console.
        ///
        /// text: The text, at most 4096 bytes of any value. guest-physical address, then length in
        /// bytes: at most 4096, and ending below 2^64.
        ///
        /// Gives bytes written: all of them.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_console_write<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, text_address: u32, text_length: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_CONSOLE_WRITE as u32, text_address, text_length, 0, 0, 0, 0) }
        }

        /// HYPERCALL_CHECKSUM (active): Adds up the bytes of a buffer.
        ///
        /// data: The data, at most 65536 bytes. guest-physical address, then length in bytes: at
        /// most 65536, and ending below 2^64.
        ///
        /// Gives the sum of the bytes, each taken as 0 to 255.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_checksum<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, data_address: u32, data_length: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_CHECKSUM as u32, data_address, data_length, 0, 0, 0, 0) }
        }

        /// HYPERCALL_IDENTIFY (active): Tells the guest whose calls these are.
        ///
        /// at: Where the 24 bytes go; any alignment. any.
        ///
        /// Gives none; the structure hypercall_identity stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_identify<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, at: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_IDENTIFY as u32, at, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RETRY (active): Is executed again once, then completes.
        ///
        /// key: Tells this call from an earlier one that was interrupted between its two
        /// executions. any.
        ///
        /// Gives how often the call was executed: 2.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_retry<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, key: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RETRY as u32, key, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_DEFER (active): Is completed by another thread of the VMM while the vCPU
        /// waits.
        ///
        /// value: The value to come back. any.
        ///
        /// Gives the value given.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_defer<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, value: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_DEFER as u32, value, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_FAULT (active): Raises an exception at the call: #GP(0) on x86, a
        /// specification exception on s390, a program interrupt on PowerPC.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fault<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_FAULT as u32, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_EXIT (active): Ends the VM.
        ///
        /// code: For whoever runs the VM; zero is success. 0 to 0xffff_ffff.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_exit<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, code: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_EXIT as u32, code, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_PANIC (active): Has a handler that panics: the guest gets the internal error,
        /// the VM goes on.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_panic<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_PANIC as u32, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_OLD_NOP (deprecated): Does nothing, as HYPERCALL_NOP does, for guests that
        /// know only this number: served, and reported once a VM.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_old_nop<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_OLD_NOP as u32, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_GONE (obsolete): Keeps a number from being given out again; it is answered as
        /// an unknown one.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_gone<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_GONE as u32, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_HOST_TIME (active): Tells the host's wall-clock time.
        ///
        /// Gives seconds since 1970-01-01 00:00 UTC, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_host_time<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_HOST_TIME as u32, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MULTICALL (active): Serves a list of calls in guest memory, each entry a
        /// structure hypercall_call_entry.
        ///
        /// With no entries it does nothing, so that a guest can ask whether there is the call.
        ///
        /// entries: The first entry; a multiple of 128. any.
        ///
        /// count: How many there are; one exit serves at most 256 of them. any.
        ///
        /// flags: How they are served. the flags named; other bits are reserved and zero.
        ///
        /// Gives how many entries hold an answer now, from the first on; the guest hands in the
        /// others again.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_multicall<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, entries: u32, count: u32, flags: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MULTICALL as u32, entries, count, flags, 0, 0, 0) }
        }

        /// HYPERCALL_RING_SETUP (active): Sets a ring up, through which calls are made as this one
        /// is: at the same entry point, in the same convention, for the same vCPU, with the same
        /// mode, byte order and privilege.
        ///
        /// The memory is a structure hypercall_ring, and 1 \<\< order structures hypercall_call_entry
        /// from the next page on. It stays the ring's until HYPERCALL_RING_TEARDOWN, or until the
        /// ring says that it is detached.
        ///
        /// address: Where the ring is to be; page aligned. multiple of 4096.
        ///
        /// order: log2 of the number of entries: 0 to 10. 0 to 0xffff_ffff.
        ///
        /// flags: Zero. any.
        ///
        /// Gives none; the structure hypercall_ring stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_setup<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u32, order: u32, flags: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_SETUP as u32, address, order, flags, 0, 0, 0) }
        }

        /// HYPERCALL_RING_TEARDOWN (active): Takes a ring back: the host does not touch its memory
        /// from here on. Calls that were not answered never are.
        ///
        /// address: Where the ring is. multiple of 4096.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_teardown<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_TEARDOWN as u32, address, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RING_DOORBELL (active): Wakes the host, where a ring says that it sleeps and
        /// names no other doorbell.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_doorbell<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_DOORBELL as u32, 0, 0, 0, 0, 0, 0) }
        }
    }

    /// Xen (Xen xen/include/public/arch-x86/xen-x86_64.h and xen-x86_32.h).
    pub mod xen {
        /// The call with this number, which is in rax; arguments are in rbx, rcx, rdx, rsi, rdi,
        /// rbp.
        ///
        /// # Safety
        ///
        /// The VM has the way `via`, and takes calls of this convention by it. The host may read
        /// and write what the arguments name.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as there are registers
        pub unsafe fn raw<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, number: u32, a1: u32, a2: u32, a3: u32, a4: u32, a5: u32, a6: u32) -> i64 {
            let registers: [u32; 7] = [number, a1, a2, a3, a4, a5, a6];
            let mut r_eax = registers.as_ptr() as u32;
            match via {
                super::Via::Vmcall => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "push ebx",
                            "push esi",
                            "push ebp",
                            "mov ebx, [eax + 4]",
                            "mov ecx, [eax + 8]",
                            "mov edx, [eax + 12]",
                            "mov esi, [eax + 16]",
                            "mov edi, [eax + 20]",
                            "mov ebp, [eax + 24]",
                            "mov eax, [eax + 0]",
                            ".byte 0x0f, 0x01, 0xc1",
                            "pop ebp",
                            "pop esi",
                            "pop ebx",
                            inout("eax") r_eax,
                            out("ecx") _,
                            out("edx") _,
                            out("edi") _,
                        );
                    }
                }
                super::Via::Vmmcall => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "push ebx",
                            "push esi",
                            "push ebp",
                            "mov ebx, [eax + 4]",
                            "mov ecx, [eax + 8]",
                            "mov edx, [eax + 12]",
                            "mov esi, [eax + 16]",
                            "mov edi, [eax + 20]",
                            "mov ebp, [eax + 24]",
                            "mov eax, [eax + 0]",
                            ".byte 0x0f, 0x01, 0xd9",
                            "pop ebp",
                            "pop esi",
                            "pop ebx",
                            inout("eax") r_eax,
                            out("ecx") _,
                            out("edx") _,
                            out("edi") _,
                        );
                    }
                }
                super::Via::Port => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "push ebx",
                            "push esi",
                            "push ebp",
                            "mov ebx, [eax + 4]",
                            "mov ecx, [eax + 8]",
                            "mov edx, [eax + 12]",
                            "mov esi, [eax + 16]",
                            "mov edi, [eax + 20]",
                            "mov ebp, [eax + 24]",
                            "mov eax, [eax + 0]",
                            "out {hypercall_port}, al",
                            "pop ebp",
                            "pop esi",
                            "pop ebx",
                            inout("eax") r_eax,
                            out("ecx") _,
                            out("edx") _,
                            out("edi") _,
                            hypercall_port = const PORT,
                        );
                    }
                }
                super::Via::Mmio => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            "push ebx",
                            "push esi",
                            "push ebp",
                            "mov ebx, [eax + 4]",
                            "mov ecx, [eax + 8]",
                            "mov edx, [eax + 12]",
                            "mov esi, [eax + 16]",
                            "mov edi, [eax + 20]",
                            "mov ebp, [eax + 24]",
                            "mov eax, [eax + 0]",
                            ".byte 0x88, 0x04, 0x25",
                            ".long {hypercall_mmio}",
                            "pop ebp",
                            "pop esi",
                            "pop ebx",
                            inout("eax") r_eax,
                            out("ecx") _,
                            out("edx") _,
                            out("edi") _,
                            hypercall_mmio = const MMIO,
                        );
                    }
                }
            }
            i64::from(r_eax as i32)
        }

        /// HYPERVISOR_memory_op (active): Changes and tells what is in the guest's physical address
        /// space.
        ///
        /// command: What is done. bits 5:0 one of the values named; the bits above are for calls
        /// that go on.
        ///
        /// argument: Linear address of the structure. any.
        ///
        /// Gives XENMEM_add_to_physmap: 0; -3 (ESRCH) for a domain other than DOMID_SELF.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_memory_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, argument: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_MEMORY_OP as u32, command, argument, 0, 0, 0, 0) }
        }

        /// HYPERVISOR_multicall (active): Makes several calls at once.
        ///
        /// entries: Linear address of the entries. any.
        ///
        /// count: How many. 0 to 0xffff_ffff; upper bits ignored.
        ///
        /// Gives Xen: 0; each entry has its own result.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_multicall<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, entries: u32, count: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_MULTICALL as u32, entries, count, 0, 0, 0, 0) }
        }

        /// HYPERVISOR_xen_version (active): Tells the version of the hypervisor and what it is made
        /// of and for.
        ///
        /// command: What is asked. one of the values named; upper bits ignored.
        ///
        /// argument: Linear address of the structure; ignored where the command has none. any.
        ///
        /// Gives version, page size, length of the build ID; 0 for the others; -105 (ENOBUFS) where
        /// a build ID does not fit, -61 (ENODATA) where there is none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_xen_version<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, argument: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_XEN_VERSION as u32, command, argument, 0, 0, 0, 0) }
        }

        /// HYPERVISOR_console_io (active): Writes to the hypervisor's console.
        ///
        /// Reading is for the domain that has the hardware, as in Xen.
        ///
        /// command: What is done. one of the values named; upper bits ignored.
        ///
        /// count: How many bytes. 0 to 0xffff_ffff; upper bits ignored.
        ///
        /// buffer: Linear address of the text. any.
        ///
        /// Gives CONSOLEIO_write: 0.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_console_io<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, count: u32, buffer: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_CONSOLE_IO as u32, command, count, buffer, 0, 0, 0) }
        }

        /// HYPERVISOR_grant_table_op (active): Shares pages with other domains.
        ///
        /// command: What is done. one of the values named; upper bits ignored.
        ///
        /// structures: Linear address of the structures. any.
        ///
        /// count: How many. 0 to 0xffff_ffff; upper bits ignored.
        ///
        /// Gives Xen: 0; each structure has its own status.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_grant_table_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, structures: u32, count: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_GRANT_TABLE_OP as u32, command, structures, count, 0, 0, 0) }
        }

        /// HYPERVISOR_vcpu_op (active): Starts and stops vCPUs, and says where the guest wants to
        /// read about them.
        ///
        /// command: What is done. one of the values named; upper bits ignored.
        ///
        /// vcpu: The vCPU's number. 0 to 0xffff_ffff; upper bits ignored.
        ///
        /// argument: Linear address of the structure. any.
        ///
        /// Gives Xen: 0; VCPUOP_is_up: 1 or 0.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_vcpu_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, vcpu: u32, argument: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_VCPU_OP as u32, command, vcpu, argument, 0, 0, 0) }
        }

        /// HYPERVISOR_sched_op (active): Yields, waits for events, and ends the domain.
        ///
        /// command: What is done. one of the values named; upper bits ignored.
        ///
        /// argument: Linear address of the structure; ignored where the command has none. any.
        ///
        /// Gives SCHEDOP_yield, SCHEDOP_block: 0; SCHEDOP_shutdown does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_sched_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, argument: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_SCHED_OP as u32, command, argument, 0, 0, 0, 0) }
        }

        /// HYPERVISOR_event_channel_op (active): Ties, sends and frees event channels.
        ///
        /// command: What is done. one of the values named; upper bits ignored.
        ///
        /// argument: Linear address of the structure. any.
        ///
        /// Gives Xen: 0; ports stand in the structures.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_event_channel_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, argument: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_EVENT_CHANNEL_OP as u32, command, argument, 0, 0, 0, 0) }
        }

        /// HYPERVISOR_hvm_op (active): Sets and tells parameters of an HVM domain: how events are
        /// delivered, where the store's and the console's rings are.
        ///
        /// command: What is done. one of the values named.
        ///
        /// argument: Linear address of the structure. any.
        ///
        /// Gives HVMOP_set_param, HVMOP_get_param: 0; -3 (ESRCH) for a domain other than
        /// DOMID_SELF.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypervisor_hvm_op<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, command: u32, argument: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERVISOR_HVM_OP as u32, command, argument, 0, 0, 0, 0) }
        }

        /// HYPERCALL_NOP (active): Does nothing.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_nop<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_NOP as u32, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_1 (active): Adds up one argument.
        ///
        /// a: Counts once. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_1<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_1 as u32, a, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_2 (active): Adds up two arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_2<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_2 as u32, a, b, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_3 (active): Adds up three arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_3<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32, c: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_3 as u32, a, b, c, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_4 (active): Adds up four arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_4<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32, c: u32, d: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_4 as u32, a, b, c, d, 0, 0) }
        }

        /// HYPERCALL_MIX_5 (active): Adds up five arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_5<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32, c: u32, d: u32, e: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_5 as u32, a, b, c, d, e, 0) }
        }

        /// HYPERCALL_MIX_6 (active): Adds up six arguments, each with its own weight: the most of
        /// x86 and s390.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// f: Counts six times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_6<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, a: u32, b: u32, c: u32, d: u32, e: u32, f: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MIX_6 as u32, a, b, c, d, e, f) }
        }

        /// HYPERCALL_FAIL (active): Fails with the error asked for, so that a guest sees how its
        /// interface says each.
        ///
        /// error: Which error. one of the values named.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fail<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, error: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_FAIL as u32, error, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_TYPES (active): Takes one argument of each kind that refuses values, and
        /// touches nothing.
        ///
        /// page: A page, in memory or not. multiple of 4096.
        ///
        /// count: How many; the result. not 0.
        ///
        /// access: How it is used. the flags named; other bits are reserved and zero.
        ///
        /// switch: On or off. 0 or 1.
        ///
        /// Gives the count.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_types<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, page: u32, count: u32, access: u32, switch: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_TYPES as u32, page, count, access, switch, 0, 0) }
        }

        /// HYPERCALL_SIGNED (active): Takes the absolute value of a signed number.
        ///
        /// value: The number. sign-extended.
        ///
        /// Gives the absolute value, 0 to 2^31.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_signed<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, value: i32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_SIGNED as u32, i64::from(value) as u32, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_NARROW (active): Adds up integers narrower than a register.
        ///
        /// byte: 8 bits. 0 to 0xff.
        ///
        /// half: 16 bits. 0 to 0xffff.
        ///
        /// word: 32 bits. 0 to 0xffff_ffff.
        ///
        /// Gives the sum, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_narrow<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, byte: u8, half: u16, word: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_NARROW as u32, u32::from(byte), u32::from(half), word, 0, 0, 0) }
        }

        /// HYPERCALL_CONSOLE_WRITE (active): Writes text to the VM's console.
        ///
        /// text: The text, at most 4096 bytes of any value. guest-physical address, then length in
        /// bytes: at most 4096, and ending below 2^64.
        ///
        /// Gives bytes written: all of them.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_console_write<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, text_address: u32, text_length: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_CONSOLE_WRITE as u32, text_address, text_length, 0, 0, 0, 0) }
        }

        /// HYPERCALL_CHECKSUM (active): Adds up the bytes of a buffer.
        ///
        /// data: The data, at most 65536 bytes. guest-physical address, then length in bytes: at
        /// most 65536, and ending below 2^64.
        ///
        /// Gives the sum of the bytes, each taken as 0 to 255.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_checksum<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, data_address: u32, data_length: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_CHECKSUM as u32, data_address, data_length, 0, 0, 0, 0) }
        }

        /// HYPERCALL_IDENTIFY (active): Tells the guest whose calls these are.
        ///
        /// at: Where the 24 bytes go; any alignment. any.
        ///
        /// Gives none; the structure hypercall_identity stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_identify<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, at: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_IDENTIFY as u32, at, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RETRY (active): Is executed again once, then completes.
        ///
        /// key: Tells this call from an earlier one that was interrupted between its two
        /// executions. any.
        ///
        /// Gives how often the call was executed: 2.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_retry<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, key: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RETRY as u32, key, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_DEFER (active): Is completed by another thread of the VMM while the vCPU
        /// waits.
        ///
        /// value: The value to come back. any.
        ///
        /// Gives the value given.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_defer<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, value: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_DEFER as u32, value, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_FAULT (active): Raises an exception at the call: #GP(0) on x86, a
        /// specification exception on s390, a program interrupt on PowerPC.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fault<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_FAULT as u32, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_EXIT (active): Ends the VM.
        ///
        /// code: For whoever runs the VM; zero is success. 0 to 0xffff_ffff.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_exit<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, code: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_EXIT as u32, code, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_PANIC (active): Has a handler that panics: the guest gets the internal error,
        /// the VM goes on.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_panic<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_PANIC as u32, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_OLD_NOP (deprecated): Does nothing, as HYPERCALL_NOP does, for guests that
        /// know only this number: served, and reported once a VM.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_old_nop<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_OLD_NOP as u32, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_GONE (obsolete): Keeps a number from being given out again; it is answered as
        /// an unknown one.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_gone<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_GONE as u32, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_HOST_TIME (active): Tells the host's wall-clock time.
        ///
        /// Gives seconds since 1970-01-01 00:00 UTC, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_host_time<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_HOST_TIME as u32, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MULTICALL (active): Serves a list of calls in guest memory, each entry a
        /// structure hypercall_call_entry.
        ///
        /// With no entries it does nothing, so that a guest can ask whether there is the call.
        ///
        /// entries: The first entry; a multiple of 128. any.
        ///
        /// count: How many there are; one exit serves at most 256 of them. any.
        ///
        /// flags: How they are served. the flags named; other bits are reserved and zero.
        ///
        /// Gives how many entries hold an answer now, from the first on; the guest hands in the
        /// others again.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_multicall<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, entries: u32, count: u32, flags: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_MULTICALL as u32, entries, count, flags, 0, 0, 0) }
        }

        /// HYPERCALL_RING_SETUP (active): Sets a ring up, through which calls are made as this one
        /// is: at the same entry point, in the same convention, for the same vCPU, with the same
        /// mode, byte order and privilege.
        ///
        /// The memory is a structure hypercall_ring, and 1 \<\< order structures hypercall_call_entry
        /// from the next page on. It stays the ring's until HYPERCALL_RING_TEARDOWN, or until the
        /// ring says that it is detached.
        ///
        /// address: Where the ring is to be; page aligned. multiple of 4096.
        ///
        /// order: log2 of the number of entries: 0 to 10. 0 to 0xffff_ffff.
        ///
        /// flags: Zero. any.
        ///
        /// Gives none; the structure hypercall_ring stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_setup<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u32, order: u32, flags: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_SETUP as u32, address, order, flags, 0, 0, 0) }
        }

        /// HYPERCALL_RING_TEARDOWN (active): Takes a ring back: the host does not touch its memory
        /// from here on. Calls that were not answered never are.
        ///
        /// address: Where the ring is. multiple of 4096.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_teardown<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>, address: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_TEARDOWN as u32, address, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RING_DOORBELL (active): Wakes the host, where a ring says that it sleeps and
        /// names no other doorbell.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_doorbell<const PORT: u8, const MMIO: u32>(via: super::Via<PORT, MMIO>) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::x86::HYPERCALL_RING_DOORBELL as u32, 0, 0, 0, 0, 0, 0) }
        }
    }
}

/// Stubs: they execute the real instruction.
#[cfg(target_arch = "s390x")]
pub mod stub {

    /// DIAG 0x500 (Linux Documentation/virt/kvm/s390/s390-diag.rst).
    pub mod diag500 {
        /// The call with this number, which is in r1; arguments are in r2, r3, r4, r5, r6, r7.
        ///
        /// # Safety
        ///
        /// The VM has the way `via`, and takes calls of this convention by it. The host may read
        /// and write what the arguments name.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as there are registers
        pub unsafe fn raw(number: u64, a1: u64, a2: u64, a3: u64, a4: u64, a5: u64, a6: u64) -> i64 {
            let mut r_r2: u64 = a1;
            // SAFETY: every register that the call may change is an output or lost, or is restored; what the
            // host does to memory is the caller's promise.
            unsafe {
                core::arch::asm!(
                    ".byte 0x83, 0x24, 0x05, 0x00",
                    in("r1") number,
                    inout("r2") r_r2,
                    in("r3") a2,
                    in("r4") a3,
                    in("r5") a4,
                    in("r6") a5,
                    in("r7") a6,
                    options(nostack),
                );
            }
            r_r2 as i64
        }

        /// KVM_S390_VIRTIO_NOTIFY (deprecated): Told the host of the first virtio transport of s390
        /// that there is work in a queue; early consoles called it without a device. QEMU answers
        /// and does nothing.
        ///
        /// address: Guest-physical address of the queue. any.
        ///
        /// Gives 0.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_s390_virtio_notify(address: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::KVM_S390_VIRTIO_NOTIFY, address, 0, 0, 0, 0, 0) }
        }

        /// KVM_S390_VIRTIO_RESET (obsolete): Reset a device of the first virtio transport.
        ///
        /// device: Guest-physical address of the device's page. any.
        ///
        /// Gives none: QEMU has no handler.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_s390_virtio_reset(device: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::KVM_S390_VIRTIO_RESET, device, 0, 0, 0, 0, 0) }
        }

        /// KVM_S390_VIRTIO_SET_STATUS (obsolete): Told the host of a device's new status in the
        /// first virtio transport.
        ///
        /// device: Guest-physical address of the device's page. any.
        ///
        /// Gives none: QEMU has no handler.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_s390_virtio_set_status(device: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::KVM_S390_VIRTIO_SET_STATUS, device, 0, 0, 0, 0, 0) }
        }

        /// KVM_S390_VIRTIO_CCW_NOTIFY (active): Tells the host that there is work in a queue of a
        /// virtio-ccw device.
        ///
        /// Linux serves it in the kernel where an ioeventfd is there for subchannel and queue, and
        /// compares the whole of R3 then; user space serves the rest.
        ///
        /// subchannel: Subchannel-identification word. any.
        ///
        /// queue: Queue in bits 15:0; with VIRTIO_F_NOTIFICATION_DATA bits 31:16 hold the available
        /// index. any.
        ///
        /// cookie: The cookie of the last call for this queue, a hint; any value at first. any.
        ///
        /// Gives from the kernel: a cookie for the next call, not negative; from QEMU: 0.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_s390_virtio_ccw_notify(subchannel: u64, queue: u64, cookie: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::KVM_S390_VIRTIO_CCW_NOTIFY, subchannel, queue, cookie, 0, 0, 0) }
        }

        /// DIAG500_SC_STOR_LIMIT (active): Asks for the last address that memory may have, devices
        /// that add memory later included.
        ///
        /// Linux sets R2 to zero, makes the call, goes on after a program interruption too, and
        /// takes a zero for "not supported": the result is never 0.
        ///
        /// Gives the last guest-physical address, inclusive.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn diag500_sc_stor_limit() -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::DIAG500_SC_STOR_LIMIT, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_NOP (active): Does nothing.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_nop() -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_NOP, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_1 (active): Adds up one argument.
        ///
        /// a: Counts once. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_1(a: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_MIX_1, a, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_2 (active): Adds up two arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_2(a: u64, b: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_MIX_2, a, b, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_3 (active): Adds up three arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_3(a: u64, b: u64, c: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_MIX_3, a, b, c, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_4 (active): Adds up four arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_4(a: u64, b: u64, c: u64, d: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_MIX_4, a, b, c, d, 0, 0) }
        }

        /// HYPERCALL_MIX_5 (active): Adds up five arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_5(a: u64, b: u64, c: u64, d: u64, e: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_MIX_5, a, b, c, d, e, 0) }
        }

        /// HYPERCALL_MIX_6 (active): Adds up six arguments, each with its own weight: the most of
        /// x86 and s390.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// f: Counts six times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_6(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_MIX_6, a, b, c, d, e, f) }
        }

        /// HYPERCALL_FAIL (active): Fails with the error asked for, so that a guest sees how its
        /// interface says each.
        ///
        /// error: Which error. one of the values named.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fail(error: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_FAIL, u64::from(error), 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_TYPES (active): Takes one argument of each kind that refuses values, and
        /// touches nothing.
        ///
        /// page: A page, in memory or not. multiple of 4096.
        ///
        /// count: How many; the result. not 0.
        ///
        /// access: How it is used. the flags named; other bits are reserved and zero.
        ///
        /// switch: On or off. 0 or 1.
        ///
        /// Gives the count.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_types(page: u64, count: u32, access: u32, switch: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_TYPES, page, u64::from(count), u64::from(access), u64::from(switch), 0, 0) }
        }

        /// HYPERCALL_SIGNED (active): Takes the absolute value of a signed number.
        ///
        /// value: The number. sign-extended.
        ///
        /// Gives the absolute value, 0 to 2^31.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_signed(value: i32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_SIGNED, i64::from(value) as u64, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_NARROW (active): Adds up integers narrower than a register.
        ///
        /// byte: 8 bits. 0 to 0xff.
        ///
        /// half: 16 bits. 0 to 0xffff.
        ///
        /// word: 32 bits. 0 to 0xffff_ffff.
        ///
        /// Gives the sum, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_narrow(byte: u8, half: u16, word: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_NARROW, u64::from(byte), u64::from(half), u64::from(word), 0, 0, 0) }
        }

        /// HYPERCALL_CONSOLE_WRITE (active): Writes text to the VM's console.
        ///
        /// text: The text, at most 4096 bytes of any value. guest-physical address, then length in
        /// bytes: at most 4096, and ending below 2^64.
        ///
        /// Gives bytes written: all of them.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_console_write(text_address: u64, text_length: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_CONSOLE_WRITE, text_address, text_length, 0, 0, 0, 0) }
        }

        /// HYPERCALL_CHECKSUM (active): Adds up the bytes of a buffer.
        ///
        /// data: The data, at most 65536 bytes. guest-physical address, then length in bytes: at
        /// most 65536, and ending below 2^64.
        ///
        /// Gives the sum of the bytes, each taken as 0 to 255.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_checksum(data_address: u64, data_length: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_CHECKSUM, data_address, data_length, 0, 0, 0, 0) }
        }

        /// HYPERCALL_IDENTIFY (active): Tells the guest whose calls these are.
        ///
        /// at: Where the 24 bytes go; any alignment. any.
        ///
        /// Gives none; the structure hypercall_identity stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_identify(at: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_IDENTIFY, at, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RETRY (active): Is executed again once, then completes.
        ///
        /// key: Tells this call from an earlier one that was interrupted between its two
        /// executions. any.
        ///
        /// Gives how often the call was executed: 2.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_retry(key: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_RETRY, key, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_DEFER (active): Is completed by another thread of the VMM while the vCPU
        /// waits.
        ///
        /// value: The value to come back. any.
        ///
        /// Gives the value given.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_defer(value: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_DEFER, value, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_FAULT (active): Raises an exception at the call: #GP(0) on x86, a
        /// specification exception on s390, a program interrupt on PowerPC.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fault() -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_EXIT (active): Ends the VM.
        ///
        /// code: For whoever runs the VM; zero is success. 0 to 0xffff_ffff.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_exit(code: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_EXIT, u64::from(code), 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_PANIC (active): Has a handler that panics: the guest gets the internal error,
        /// the VM goes on.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_panic() -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_OLD_NOP (deprecated): Does nothing, as HYPERCALL_NOP does, for guests that
        /// know only this number: served, and reported once a VM.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_old_nop() -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_GONE (obsolete): Keeps a number from being given out again; it is answered as
        /// an unknown one.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_gone() -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_GONE, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_HOST_TIME (active): Tells the host's wall-clock time.
        ///
        /// Gives seconds since 1970-01-01 00:00 UTC, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_host_time() -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MULTICALL (active): Serves a list of calls in guest memory, each entry a
        /// structure hypercall_call_entry.
        ///
        /// With no entries it does nothing, so that a guest can ask whether there is the call.
        ///
        /// entries: The first entry; a multiple of 128. any.
        ///
        /// count: How many there are; one exit serves at most 256 of them. any.
        ///
        /// flags: How they are served. the flags named; other bits are reserved and zero.
        ///
        /// Gives how many entries hold an answer now, from the first on; the guest hands in the
        /// others again.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_multicall(entries: u64, count: u64, flags: u32) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_MULTICALL, entries, count, u64::from(flags), 0, 0, 0) }
        }

        /// HYPERCALL_RING_SETUP (active): Sets a ring up, through which calls are made as this one
        /// is: at the same entry point, in the same convention, for the same vCPU, with the same
        /// mode, byte order and privilege.
        ///
        /// The memory is a structure hypercall_ring, and 1 \<\< order structures hypercall_call_entry
        /// from the next page on. It stays the ring's until HYPERCALL_RING_TEARDOWN, or until the
        /// ring says that it is detached.
        ///
        /// address: Where the ring is to be; page aligned. multiple of 4096.
        ///
        /// order: log2 of the number of entries: 0 to 10. 0 to 0xffff_ffff.
        ///
        /// flags: Zero. any.
        ///
        /// Gives none; the structure hypercall_ring stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_setup(address: u64, order: u32, flags: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_RING_SETUP, address, u64::from(order), flags, 0, 0, 0) }
        }

        /// HYPERCALL_RING_TEARDOWN (active): Takes a ring back: the host does not touch its memory
        /// from here on. Calls that were not answered never are.
        ///
        /// address: Where the ring is. multiple of 4096.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_teardown(address: u64) -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_RING_TEARDOWN, address, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RING_DOORBELL (active): Wakes the host, where a ring says that it sleeps and
        /// names no other doorbell.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_doorbell() -> i64 {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::diag::HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0) }
        }
    }
}

/// Stubs: they execute the real instruction.
#[cfg(target_arch = "powerpc64")]
pub mod stub {
    /// How a call leaves the guest.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Via {
        /// `lis r0,0x4b56; ori r0,r0,0x4d21; sc; nop`.
        Sc,
        /// `sc 1`.
        Sc1,
    }

    /// What a call gives beside its status.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Outputs {
        /// Of a call that succeeded.
        pub value: u64,
        /// What the convention's further registers hold.
        pub more: [u64; 8],
    }

    /// ePAPR and KVM (Power.org ePAPR 1.1, section 7.4; Linux Documentation/virt/kvm/ppc-pv.rst).
    pub mod epapr {
        /// The call with this number, which is in r11; arguments are in r3, r4, r5, r6, r7, r8, r9,
        /// r10.
        ///
        /// # Safety
        ///
        /// The VM has the way `via`, and takes calls of this convention by it. The host may read
        /// and write what the arguments name.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as there are registers
        pub unsafe fn raw(via: super::Via, number: u64, a1: u64, a2: u64, a3: u64, a4: u64, a5: u64, a6: u64, a7: u64, a8: u64) -> (i64, super::Outputs) {
            let mut r_r11: u64 = number;
            let mut r_r3: u64 = a1;
            let mut r_r4: u64 = a2;
            let mut r_r5: u64 = a3;
            let mut r_r6: u64 = a4;
            let mut r_r7: u64 = a5;
            let mut r_r8: u64 = a6;
            let mut r_r9: u64 = a7;
            let mut r_r10: u64 = a8;
            match via {
                super::Via::Sc => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            ".long 0x3c004b56, 0x60004d21, 0x44000002, 0x60000000",
                            inout("r11") r_r11,
                            inout("r3") r_r3,
                            inout("r4") r_r4,
                            inout("r5") r_r5,
                            inout("r6") r_r6,
                            inout("r7") r_r7,
                            inout("r8") r_r8,
                            inout("r9") r_r9,
                            inout("r10") r_r10,
                            out("r0") _,
                            out("r12") _,
                            out("xer") _,
                            out("ctr") _,
                            out("lr") _,
                            out("cr") _,
                            options(nostack),
                        );
                    }
                }
                super::Via::Sc1 => {
                    // SAFETY: every register that the call may change is an output or lost, or is restored; what the
                    // host does to memory is the caller's promise.
                    unsafe {
                        core::arch::asm!(
                            ".long 0x44000022",
                            inout("r11") r_r11,
                            inout("r3") r_r3,
                            inout("r4") r_r4,
                            inout("r5") r_r5,
                            inout("r6") r_r6,
                            inout("r7") r_r7,
                            inout("r8") r_r8,
                            inout("r9") r_r9,
                            inout("r10") r_r10,
                            out("r0") _,
                            out("r12") _,
                            out("xer") _,
                            out("ctr") _,
                            out("lr") _,
                            out("cr") _,
                            options(nostack),
                        );
                    }
                }
            }
            let mut outputs = super::Outputs::default();
            outputs.value = r_r4;
            outputs.more[0] = r_r5;
            outputs.more[1] = r_r6;
            outputs.more[2] = r_r7;
            outputs.more[3] = r_r8;
            outputs.more[4] = r_r9;
            outputs.more[5] = r_r10;
            outputs.more[6] = r_r11;
            (r_r3 as i64, outputs)
        }

        /// KVM_HC_FEATURES (active): Tells which of KVM's calls there are.
        ///
        /// Gives a bitmap: bit 1, KVM_FEATURE_MAGIC_PAGE, is KVM_HC_PPC_MAP_MAGIC_PAGE.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_features(via: super::Via) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::KVM_HC_FEATURES, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// KVM_HC_PPC_MAP_MAGIC_PAGE (active): Maps the magic page, through which a guest kernel
        /// reads and writes some of its supervisor registers without leaving to the host.
        ///
        /// `Documentation/virt/kvm/ppc-pv.rst` names the addresses in the reverse order; this is
        /// the order of `arch/powerpc/kvm/powerpc.c` and of the guest's
        /// `arch/powerpc/kernel/kvm.c`. Linux checks neither address.
        ///
        /// physical: Guest-physical page it replaces. any; bits 11:0 are ignored.
        ///
        /// effective: Where it is mapped, customarily -4096. bits 11:0 are flags, of which unknown
        /// ones are ignored.
        ///
        /// Gives a bitmap of the parts kept up to date: bit 0 KVM_MAGIC_FEAT_SR, bit 1
        /// KVM_MAGIC_FEAT_MAS0_TO_SPRG7.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn kvm_hc_ppc_map_magic_page(via: super::Via, physical: u64, effective: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::KVM_HC_PPC_MAP_MAGIC_PAGE, physical, effective, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_NOP (active): Does nothing.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_nop(via: super::Via) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_NOP, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_1 (active): Adds up one argument.
        ///
        /// a: Counts once. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_1(via: super::Via, a: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_MIX_1, a, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_2 (active): Adds up two arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_2(via: super::Via, a: u64, b: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_MIX_2, a, b, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_3 (active): Adds up three arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_3(via: super::Via, a: u64, b: u64, c: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_MIX_3, a, b, c, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_4 (active): Adds up four arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_4(via: super::Via, a: u64, b: u64, c: u64, d: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_MIX_4, a, b, c, d, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_5 (active): Adds up five arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_5(via: super::Via, a: u64, b: u64, c: u64, d: u64, e: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_MIX_5, a, b, c, d, e, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_6 (active): Adds up six arguments, each with its own weight: the most of
        /// x86 and s390.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// f: Counts six times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_6(via: super::Via, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_MIX_6, a, b, c, d, e, f, 0, 0) }
        }

        /// HYPERCALL_MIX_7 (active): Adds up seven arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// f: Counts six times. any.
        ///
        /// g: Counts seven times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as the call has
        pub unsafe fn hypercall_mix_7(via: super::Via, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_MIX_7, a, b, c, d, e, f, g, 0) }
        }

        /// HYPERCALL_MIX_8 (active): Adds up eight arguments, each with its own weight: the most of
        /// ePAPR.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// f: Counts six times. any.
        ///
        /// g: Counts seven times. any.
        ///
        /// h: Counts eight times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as the call has
        pub unsafe fn hypercall_mix_8(via: super::Via, a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64, h: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_MIX_8, a, b, c, d, e, f, g, h) }
        }

        /// HYPERCALL_OUTPUTS (active): Fills the extra output registers: the most that ePAPR has.
        ///
        /// seed: The value of the first output; each further one is one more, modulo 2^64. any.
        ///
        /// Gives the seed.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_outputs(via: super::Via, seed: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_OUTPUTS, seed, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_FAIL (active): Fails with the error asked for, so that a guest sees how its
        /// interface says each.
        ///
        /// error: Which error. one of the values named.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fail(via: super::Via, error: u32) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_FAIL, u64::from(error), 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_TYPES (active): Takes one argument of each kind that refuses values, and
        /// touches nothing.
        ///
        /// page: A page, in memory or not. multiple of 4096.
        ///
        /// count: How many; the result. not 0.
        ///
        /// access: How it is used. the flags named; other bits are reserved and zero.
        ///
        /// switch: On or off. 0 or 1.
        ///
        /// Gives the count.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_types(via: super::Via, page: u64, count: u32, access: u32, switch: u32) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_TYPES, page, u64::from(count), u64::from(access), u64::from(switch), 0, 0, 0, 0) }
        }

        /// HYPERCALL_SIGNED (active): Takes the absolute value of a signed number.
        ///
        /// value: The number. sign-extended.
        ///
        /// Gives the absolute value, 0 to 2^31.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_signed(via: super::Via, value: i32) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_SIGNED, i64::from(value) as u64, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_NARROW (active): Adds up integers narrower than a register.
        ///
        /// byte: 8 bits. 0 to 0xff.
        ///
        /// half: 16 bits. 0 to 0xffff.
        ///
        /// word: 32 bits. 0 to 0xffff_ffff.
        ///
        /// Gives the sum, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_narrow(via: super::Via, byte: u8, half: u16, word: u32) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_NARROW, u64::from(byte), u64::from(half), u64::from(word), 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_CONSOLE_WRITE (active): Writes text to the VM's console.
        ///
        /// text: The text, at most 4096 bytes of any value. guest-physical address, then length in
        /// bytes: at most 4096, and ending below 2^64.
        ///
        /// Gives bytes written: all of them.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_console_write(via: super::Via, text_address: u64, text_length: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_CONSOLE_WRITE, text_address, text_length, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_CHECKSUM (active): Adds up the bytes of a buffer.
        ///
        /// data: The data, at most 65536 bytes. guest-physical address, then length in bytes: at
        /// most 65536, and ending below 2^64.
        ///
        /// Gives the sum of the bytes, each taken as 0 to 255.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_checksum(via: super::Via, data_address: u64, data_length: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_CHECKSUM, data_address, data_length, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_IDENTIFY (active): Tells the guest whose calls these are.
        ///
        /// at: Where the 24 bytes go; any alignment. any.
        ///
        /// Gives none; the structure hypercall_identity stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_identify(via: super::Via, at: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_IDENTIFY, at, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RETRY (active): Is executed again once, then completes.
        ///
        /// key: Tells this call from an earlier one that was interrupted between its two
        /// executions. any.
        ///
        /// Gives how often the call was executed: 2.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_retry(via: super::Via, key: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_RETRY, key, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_DEFER (active): Is completed by another thread of the VMM while the vCPU
        /// waits.
        ///
        /// value: The value to come back. any.
        ///
        /// Gives the value given.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_defer(via: super::Via, value: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_DEFER, value, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_FAULT (active): Raises an exception at the call: #GP(0) on x86, a
        /// specification exception on s390, a program interrupt on PowerPC.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fault(via: super::Via) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_EXIT (active): Ends the VM.
        ///
        /// code: For whoever runs the VM; zero is success. 0 to 0xffff_ffff.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_exit(via: super::Via, code: u32) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_EXIT, u64::from(code), 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_PANIC (active): Has a handler that panics: the guest gets the internal error,
        /// the VM goes on.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_panic(via: super::Via) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_OLD_NOP (deprecated): Does nothing, as HYPERCALL_NOP does, for guests that
        /// know only this number: served, and reported once a VM.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_old_nop(via: super::Via) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_GONE (obsolete): Keeps a number from being given out again; it is answered as
        /// an unknown one.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_gone(via: super::Via) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_GONE, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_HOST_TIME (active): Tells the host's wall-clock time.
        ///
        /// Gives seconds since 1970-01-01 00:00 UTC, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_host_time(via: super::Via) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MULTICALL (active): Serves a list of calls in guest memory, each entry a
        /// structure hypercall_call_entry.
        ///
        /// With no entries it does nothing, so that a guest can ask whether there is the call.
        ///
        /// entries: The first entry; a multiple of 128. any.
        ///
        /// count: How many there are; one exit serves at most 256 of them. any.
        ///
        /// flags: How they are served. the flags named; other bits are reserved and zero.
        ///
        /// Gives how many entries hold an answer now, from the first on; the guest hands in the
        /// others again.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_multicall(via: super::Via, entries: u64, count: u64, flags: u32) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_MULTICALL, entries, count, u64::from(flags), 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RING_SETUP (active): Sets a ring up, through which calls are made as this one
        /// is: at the same entry point, in the same convention, for the same vCPU, with the same
        /// mode, byte order and privilege.
        ///
        /// The memory is a structure hypercall_ring, and 1 \<\< order structures hypercall_call_entry
        /// from the next page on. It stays the ring's until HYPERCALL_RING_TEARDOWN, or until the
        /// ring says that it is detached.
        ///
        /// address: Where the ring is to be; page aligned. multiple of 4096.
        ///
        /// order: log2 of the number of entries: 0 to 10. 0 to 0xffff_ffff.
        ///
        /// flags: Zero. any.
        ///
        /// Gives none; the structure hypercall_ring stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_setup(via: super::Via, address: u64, order: u32, flags: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_RING_SETUP, address, u64::from(order), flags, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RING_TEARDOWN (active): Takes a ring back: the host does not touch its memory
        /// from here on. Calls that were not answered never are.
        ///
        /// address: Where the ring is. multiple of 4096.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_teardown(via: super::Via, address: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_RING_TEARDOWN, address, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RING_DOORBELL (active): Wakes the host, where a ring says that it sleeps and
        /// names no other doorbell.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_doorbell(via: super::Via) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(via, super::super::number::epapr::HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0, 0, 0) }
        }
    }

    /// PAPR (Linux Documentation/arch/powerpc/papr_hcalls.rst).
    pub mod papr {
        /// The call with this number, which is in r3; arguments are in r4, r5, r6, r7, r8, r9, r10,
        /// r11, r12.
        ///
        /// # Safety
        ///
        /// The VM has the way `via`, and takes calls of this convention by it. The host may read
        /// and write what the arguments name.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as there are registers
        pub unsafe fn raw(number: u64, a1: u64, a2: u64, a3: u64, a4: u64, a5: u64, a6: u64, a7: u64, a8: u64, a9: u64) -> (i64, super::Outputs) {
            let mut r_r3: u64 = number;
            let mut r_r4: u64 = a1;
            let mut r_r5: u64 = a2;
            let mut r_r6: u64 = a3;
            let mut r_r7: u64 = a4;
            let mut r_r8: u64 = a5;
            let mut r_r9: u64 = a6;
            let mut r_r10: u64 = a7;
            let mut r_r11: u64 = a8;
            let mut r_r12: u64 = a9;
            // SAFETY: every register that the call may change is an output or lost, or is restored; what the
            // host does to memory is the caller's promise.
            unsafe {
                core::arch::asm!(
                    ".long 0x44000022",
                    inout("r3") r_r3,
                    inout("r4") r_r4,
                    inout("r5") r_r5,
                    inout("r6") r_r6,
                    inout("r7") r_r7,
                    inout("r8") r_r8,
                    inout("r9") r_r9,
                    inout("r10") r_r10,
                    inout("r11") r_r11,
                    inout("r12") r_r12,
                    out("r0") _,
                    out("xer") _,
                    out("ctr") _,
                    out("cr") _,
                    options(nostack),
                );
            }
            let mut outputs = super::Outputs::default();
            outputs.value = r_r4;
            outputs.more[0] = r_r5;
            outputs.more[1] = r_r6;
            outputs.more[2] = r_r7;
            outputs.more[3] = r_r8;
            outputs.more[4] = r_r9;
            outputs.more[5] = r_r10;
            outputs.more[6] = r_r11;
            outputs.more[7] = r_r12;
            (r_r3 as i64, outputs)
        }

        /// H_LOGICAL_CI_LOAD (active): Loads from a real address past the cache: device registers,
        /// before the guest can map them.
        ///
        /// size: Bytes to load. one of the values named.
        ///
        /// address: Real address. any.
        ///
        /// Gives what was loaded, zero-extended.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn h_logical_ci_load(size: u32, address: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::H_LOGICAL_CI_LOAD, u64::from(size), address, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// H_LOGICAL_CI_STORE (active): Stores to a real address past the cache.
        ///
        /// size: Bytes to store. one of the values named.
        ///
        /// address: Real address. any.
        ///
        /// value: What to store, in the low bytes. any.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn h_logical_ci_store(size: u32, address: u64, value: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::H_LOGICAL_CI_STORE, u64::from(size), address, value, 0, 0, 0, 0, 0, 0) }
        }

        /// H_GET_TERM_CHAR (active): Reads from a virtual terminal, without waiting.
        ///
        /// terminal: Unit address of the terminal; QEMU takes 0 for the lowest. any.
        ///
        /// Gives how many bytes were read: 0 to 16.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn h_get_term_char(terminal: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::H_GET_TERM_CHAR, terminal, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// H_PUT_TERM_CHAR (active): Writes to a virtual terminal.
        ///
        /// terminal: Unit address of the terminal; QEMU takes 0 for the lowest. any.
        ///
        /// length: How many bytes. 0 to 16.
        ///
        /// first: Bytes 0 to 7, the first in the most significant place. any.
        ///
        /// second: Bytes 8 to 15, alike. any.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn h_put_term_char(terminal: u64, length: u64, first: u64, second: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::H_PUT_TERM_CHAR, terminal, length, first, second, 0, 0, 0, 0, 0) }
        }

        /// H_CEDE (active): Enables interrupts and halts the virtual processor until there is work
        /// for it.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn h_cede() -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::H_CEDE, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// H_CONFER (active): Gives the rest of the time slice to another virtual processor.
        ///
        /// processor: Which processor. any.
        ///
        /// dispatch_count: The dispatch count the caller saw there. any.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn h_confer(processor: u64, dispatch_count: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::H_CONFER, processor, dispatch_count, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// H_PROD (active): Wakes a virtual processor that ceded or conferred.
        ///
        /// processor: Which processor. any.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn h_prod(processor: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::H_PROD, processor, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// H_RANDOM (active): Asks for a random number.
        ///
        /// Gives 64 random bits.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn h_random() -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::H_RANDOM, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_NOP (active): Does nothing.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_nop() -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_NOP, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_1 (active): Adds up one argument.
        ///
        /// a: Counts once. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_1(a: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_MIX_1, a, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_2 (active): Adds up two arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_2(a: u64, b: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_MIX_2, a, b, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_3 (active): Adds up three arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_3(a: u64, b: u64, c: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_MIX_3, a, b, c, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_4 (active): Adds up four arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_4(a: u64, b: u64, c: u64, d: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_MIX_4, a, b, c, d, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_5 (active): Adds up five arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_5(a: u64, b: u64, c: u64, d: u64, e: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_MIX_5, a, b, c, d, e, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_6 (active): Adds up six arguments, each with its own weight: the most of
        /// x86 and s390.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// f: Counts six times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_6(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_MIX_6, a, b, c, d, e, f, 0, 0, 0) }
        }

        /// HYPERCALL_MIX_7 (active): Adds up seven arguments, each with its own weight.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// f: Counts six times. any.
        ///
        /// g: Counts seven times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_mix_7(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_MIX_7, a, b, c, d, e, f, g, 0, 0) }
        }

        /// HYPERCALL_MIX_8 (active): Adds up eight arguments, each with its own weight: the most of
        /// ePAPR.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// f: Counts six times. any.
        ///
        /// g: Counts seven times. any.
        ///
        /// h: Counts eight times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as the call has
        pub unsafe fn hypercall_mix_8(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64, h: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_MIX_8, a, b, c, d, e, f, g, h, 0) }
        }

        /// HYPERCALL_MIX_9 (active): Adds up nine arguments, each with its own weight: the most of
        /// PAPR.
        ///
        /// a: Counts once. any.
        ///
        /// b: Counts twice. any.
        ///
        /// c: Counts three times. any.
        ///
        /// d: Counts four times. any.
        ///
        /// e: Counts five times. any.
        ///
        /// f: Counts six times. any.
        ///
        /// g: Counts seven times. any.
        ///
        /// h: Counts eight times. any.
        ///
        /// i: Counts nine times. any.
        ///
        /// Gives the first argument, plus twice the second, plus three times the third and so on,
        /// modulo 2^64.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        #[allow(clippy::too_many_arguments)] // as many as the call has
        pub unsafe fn hypercall_mix_9(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64, h: u64, i: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_MIX_9, a, b, c, d, e, f, g, h, i) }
        }

        /// HYPERCALL_OUTPUTS (active): Fills the extra output registers: the most that ePAPR has.
        ///
        /// seed: The value of the first output; each further one is one more, modulo 2^64. any.
        ///
        /// Gives the seed.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_outputs(seed: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_OUTPUTS, seed, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_FAIL (active): Fails with the error asked for, so that a guest sees how its
        /// interface says each.
        ///
        /// error: Which error. one of the values named.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fail(error: u32) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_FAIL, u64::from(error), 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_TYPES (active): Takes one argument of each kind that refuses values, and
        /// touches nothing.
        ///
        /// page: A page, in memory or not. multiple of 4096.
        ///
        /// count: How many; the result. not 0.
        ///
        /// access: How it is used. the flags named; other bits are reserved and zero.
        ///
        /// switch: On or off. 0 or 1.
        ///
        /// Gives the count.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_types(page: u64, count: u32, access: u32, switch: u32) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_TYPES, page, u64::from(count), u64::from(access), u64::from(switch), 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_SIGNED (active): Takes the absolute value of a signed number.
        ///
        /// value: The number. sign-extended.
        ///
        /// Gives the absolute value, 0 to 2^31.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_signed(value: i32) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_SIGNED, i64::from(value) as u64, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_NARROW (active): Adds up integers narrower than a register.
        ///
        /// byte: 8 bits. 0 to 0xff.
        ///
        /// half: 16 bits. 0 to 0xffff.
        ///
        /// word: 32 bits. 0 to 0xffff_ffff.
        ///
        /// Gives the sum, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_narrow(byte: u8, half: u16, word: u32) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_NARROW, u64::from(byte), u64::from(half), u64::from(word), 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_CONSOLE_WRITE (active): Writes text to the VM's console.
        ///
        /// text: The text, at most 4096 bytes of any value. guest-physical address, then length in
        /// bytes: at most 4096, and ending below 2^64.
        ///
        /// Gives bytes written: all of them.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_console_write(text_address: u64, text_length: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_CONSOLE_WRITE, text_address, text_length, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_CHECKSUM (active): Adds up the bytes of a buffer.
        ///
        /// data: The data, at most 65536 bytes. guest-physical address, then length in bytes: at
        /// most 65536, and ending below 2^64.
        ///
        /// Gives the sum of the bytes, each taken as 0 to 255.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_checksum(data_address: u64, data_length: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_CHECKSUM, data_address, data_length, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_IDENTIFY (active): Tells the guest whose calls these are.
        ///
        /// at: Where the 24 bytes go; any alignment. any.
        ///
        /// Gives none; the structure hypercall_identity stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_identify(at: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_IDENTIFY, at, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RETRY (active): Is executed again once, then completes.
        ///
        /// key: Tells this call from an earlier one that was interrupted between its two
        /// executions. any.
        ///
        /// Gives how often the call was executed: 2.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_retry(key: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_RETRY, key, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_DEFER (active): Is completed by another thread of the VMM while the vCPU
        /// waits.
        ///
        /// value: The value to come back. any.
        ///
        /// Gives the value given.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_defer(value: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_DEFER, value, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_FAULT (active): Raises an exception at the call: #GP(0) on x86, a
        /// specification exception on s390, a program interrupt on PowerPC.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_fault() -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_EXIT (active): Ends the VM.
        ///
        /// code: For whoever runs the VM; zero is success. 0 to 0xffff_ffff.
        ///
        /// Gives none: the call does not return.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_exit(code: u32) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_EXIT, u64::from(code), 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_PANIC (active): Has a handler that panics: the guest gets the internal error,
        /// the VM goes on.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_panic() -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_OLD_NOP (deprecated): Does nothing, as HYPERCALL_NOP does, for guests that
        /// know only this number: served, and reported once a VM.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_old_nop() -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_GONE (obsolete): Keeps a number from being given out again; it is answered as
        /// an unknown one.
        ///
        /// Gives none: the call always fails.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_gone() -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_GONE, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_HOST_TIME (active): Tells the host's wall-clock time.
        ///
        /// Gives seconds since 1970-01-01 00:00 UTC, in 32-bit mode modulo 2^32.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_host_time() -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_MULTICALL (active): Serves a list of calls in guest memory, each entry a
        /// structure hypercall_call_entry.
        ///
        /// With no entries it does nothing, so that a guest can ask whether there is the call.
        ///
        /// entries: The first entry; a multiple of 128. any.
        ///
        /// count: How many there are; one exit serves at most 256 of them. any.
        ///
        /// flags: How they are served. the flags named; other bits are reserved and zero.
        ///
        /// Gives how many entries hold an answer now, from the first on; the guest hands in the
        /// others again.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_multicall(entries: u64, count: u64, flags: u32) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_MULTICALL, entries, count, u64::from(flags), 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RING_SETUP (active): Sets a ring up, through which calls are made as this one
        /// is: at the same entry point, in the same convention, for the same vCPU, with the same
        /// mode, byte order and privilege.
        ///
        /// The memory is a structure hypercall_ring, and 1 \<\< order structures hypercall_call_entry
        /// from the next page on. It stays the ring's until HYPERCALL_RING_TEARDOWN, or until the
        /// ring says that it is detached.
        ///
        /// address: Where the ring is to be; page aligned. multiple of 4096.
        ///
        /// order: log2 of the number of entries: 0 to 10. 0 to 0xffff_ffff.
        ///
        /// flags: Zero. any.
        ///
        /// Gives none; the structure hypercall_ring stands in memory.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_setup(address: u64, order: u32, flags: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_RING_SETUP, address, u64::from(order), flags, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RING_TEARDOWN (active): Takes a ring back: the host does not touch its memory
        /// from here on. Calls that were not answered never are.
        ///
        /// address: Where the ring is. multiple of 4096.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_teardown(address: u64) -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_RING_TEARDOWN, address, 0, 0, 0, 0, 0, 0, 0, 0) }
        }

        /// HYPERCALL_RING_DOORBELL (active): Wakes the host, where a ring says that it sleeps and
        /// names no other doorbell.
        ///
        /// Gives none.
        ///
        /// # Safety
        ///
        /// As `raw`.
        #[inline]
        pub unsafe fn hypercall_ring_doorbell() -> (i64, super::Outputs) {
            // SAFETY: the caller's promise is the same.
            unsafe { raw(super::super::number::papr::HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0, 0, 0, 0) }
        }
    }
}
