/*
 * Hypercalls: numbers, error codes, structures, and stubs that make the calls.
 *
 * Made by `hypercall tables --format c` from the definitions that the hypervisor runs on; do not edit it.
 * Freestanding C11 or C++11 with GNU assembler. Define HYPERCALL_NO_STUBS to leave the stubs out: the rest
 * compiles for any target.
 *
 * On x86 a call leaves the guest through what `via` says: vmcall, vmmcall, or one of these, for which define
 * before this header is included:
 *   HYPERCALL_PORT   the number of the doorbell's port, below 256, as a plain literal;
 *   HYPERCALL_MMIO   the linear address of the doorbell's byte, below 2 GiB, as a plain literal;
 *   HYPERCALL_PAGE   an expression for the linear address of Xen's hypercall page.
 * A caller must be allowed to do it: all of these fault, or are refused, in a user program.
 *
 * There is no stub for rings: what a guest does with one is written in the project's docs/ring.md.
 */
#ifndef HYPERCALL_H
#define HYPERCALL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define HYPERCALL_ASSERT(condition, text) static_assert(condition, text)
#else
#define HYPERCALL_ASSERT(condition, text) _Static_assert(condition, text)
#endif

/* Numbers of KVM, as the numbering x86 writes them. */
#define HYPERCALL_NR_X86_KVM_HC_VAPIC_POLL_IRQ 1
#define HYPERCALL_NR_X86_KVM_HC_MMU_OP 2 /* deprecated */
#define HYPERCALL_NR_X86_KVM_HC_KICK_CPU 5
#define HYPERCALL_NR_X86_KVM_HC_CLOCK_PAIRING 9
#define HYPERCALL_NR_X86_KVM_HC_SEND_IPI 0xa
#define HYPERCALL_NR_X86_KVM_HC_SCHED_YIELD 0xb
#define HYPERCALL_NR_X86_KVM_HC_MAP_GPA_RANGE 0xc
/* Numbers of Xen, as the numbering x86 writes them. */
#define HYPERCALL_NR_X86_HYPERVISOR_MEMORY_OP 0xc
#define HYPERCALL_NR_X86_HYPERVISOR_MULTICALL 0xd
#define HYPERCALL_NR_X86_HYPERVISOR_XEN_VERSION 0x11
#define HYPERCALL_NR_X86_HYPERVISOR_CONSOLE_IO 0x12
#define HYPERCALL_NR_X86_HYPERVISOR_GRANT_TABLE_OP 0x14
#define HYPERCALL_NR_X86_HYPERVISOR_VCPU_OP 0x18
#define HYPERCALL_NR_X86_HYPERVISOR_SCHED_OP 0x1d
#define HYPERCALL_NR_X86_HYPERVISOR_EVENT_CHANNEL_OP 0x20
#define HYPERCALL_NR_X86_HYPERVISOR_HVM_OP 0x22
/* Numbers of the hypercall project's own, as the numbering x86 writes them. */
#define HYPERCALL_NR_X86_HYPERCALL_NOP 0x48560000
#define HYPERCALL_NR_X86_HYPERCALL_MIX_1 0x48560001
#define HYPERCALL_NR_X86_HYPERCALL_MIX_2 0x48560002
#define HYPERCALL_NR_X86_HYPERCALL_MIX_3 0x48560003
#define HYPERCALL_NR_X86_HYPERCALL_MIX_4 0x48560004
#define HYPERCALL_NR_X86_HYPERCALL_MIX_5 0x48560005
#define HYPERCALL_NR_X86_HYPERCALL_MIX_6 0x48560006
#define HYPERCALL_NR_X86_HYPERCALL_FAIL 0x48560011
#define HYPERCALL_NR_X86_HYPERCALL_TYPES 0x48560012
#define HYPERCALL_NR_X86_HYPERCALL_SIGNED 0x48560013
#define HYPERCALL_NR_X86_HYPERCALL_NARROW 0x48560014
#define HYPERCALL_NR_X86_HYPERCALL_CONSOLE_WRITE 0x48560020
#define HYPERCALL_NR_X86_HYPERCALL_CHECKSUM 0x48560021
#define HYPERCALL_NR_X86_HYPERCALL_IDENTIFY 0x48560022
#define HYPERCALL_NR_X86_HYPERCALL_RETRY 0x48560030
#define HYPERCALL_NR_X86_HYPERCALL_DEFER 0x48560031
#define HYPERCALL_NR_X86_HYPERCALL_FAULT 0x48560032
#define HYPERCALL_NR_X86_HYPERCALL_EXIT 0x48560033
#define HYPERCALL_NR_X86_HYPERCALL_PANIC 0x48560034
#define HYPERCALL_NR_X86_HYPERCALL_OLD_NOP 0x48560038 /* deprecated */
#define HYPERCALL_NR_X86_HYPERCALL_GONE 0x48560039 /* obsolete */
#define HYPERCALL_NR_X86_HYPERCALL_HOST_TIME 0x4856003a
#define HYPERCALL_NR_X86_HYPERCALL_MULTICALL 0x48560040
#define HYPERCALL_NR_X86_HYPERCALL_RING_SETUP 0x48560041
#define HYPERCALL_NR_X86_HYPERCALL_RING_TEARDOWN 0x48560042
#define HYPERCALL_NR_X86_HYPERCALL_RING_DOORBELL 0x48560043

/* Numbers of DIAG 0x500, as the numbering diag writes them. */
#define HYPERCALL_NR_DIAG_KVM_S390_VIRTIO_NOTIFY 0 /* deprecated */
#define HYPERCALL_NR_DIAG_KVM_S390_VIRTIO_RESET 1 /* obsolete */
#define HYPERCALL_NR_DIAG_KVM_S390_VIRTIO_SET_STATUS 2 /* obsolete */
#define HYPERCALL_NR_DIAG_KVM_S390_VIRTIO_CCW_NOTIFY 3
#define HYPERCALL_NR_DIAG_DIAG500_SC_STOR_LIMIT 4
/* Numbers of the hypercall project's own, as the numbering diag writes them. */
#define HYPERCALL_NR_DIAG_HYPERCALL_NOP 0x48560000
#define HYPERCALL_NR_DIAG_HYPERCALL_MIX_1 0x48560001
#define HYPERCALL_NR_DIAG_HYPERCALL_MIX_2 0x48560002
#define HYPERCALL_NR_DIAG_HYPERCALL_MIX_3 0x48560003
#define HYPERCALL_NR_DIAG_HYPERCALL_MIX_4 0x48560004
#define HYPERCALL_NR_DIAG_HYPERCALL_MIX_5 0x48560005
#define HYPERCALL_NR_DIAG_HYPERCALL_MIX_6 0x48560006
#define HYPERCALL_NR_DIAG_HYPERCALL_FAIL 0x48560011
#define HYPERCALL_NR_DIAG_HYPERCALL_TYPES 0x48560012
#define HYPERCALL_NR_DIAG_HYPERCALL_SIGNED 0x48560013
#define HYPERCALL_NR_DIAG_HYPERCALL_NARROW 0x48560014
#define HYPERCALL_NR_DIAG_HYPERCALL_CONSOLE_WRITE 0x48560020
#define HYPERCALL_NR_DIAG_HYPERCALL_CHECKSUM 0x48560021
#define HYPERCALL_NR_DIAG_HYPERCALL_IDENTIFY 0x48560022
#define HYPERCALL_NR_DIAG_HYPERCALL_RETRY 0x48560030
#define HYPERCALL_NR_DIAG_HYPERCALL_DEFER 0x48560031
#define HYPERCALL_NR_DIAG_HYPERCALL_FAULT 0x48560032
#define HYPERCALL_NR_DIAG_HYPERCALL_EXIT 0x48560033
#define HYPERCALL_NR_DIAG_HYPERCALL_PANIC 0x48560034
#define HYPERCALL_NR_DIAG_HYPERCALL_OLD_NOP 0x48560038 /* deprecated */
#define HYPERCALL_NR_DIAG_HYPERCALL_GONE 0x48560039 /* obsolete */
#define HYPERCALL_NR_DIAG_HYPERCALL_HOST_TIME 0x4856003a
#define HYPERCALL_NR_DIAG_HYPERCALL_MULTICALL 0x48560040
#define HYPERCALL_NR_DIAG_HYPERCALL_RING_SETUP 0x48560041
#define HYPERCALL_NR_DIAG_HYPERCALL_RING_TEARDOWN 0x48560042
#define HYPERCALL_NR_DIAG_HYPERCALL_RING_DOORBELL 0x48560043

/* Numbers of KVM, as the numbering epapr writes them. */
#define HYPERCALL_NR_EPAPR_KVM_HC_FEATURES 0x2a0003
#define HYPERCALL_NR_EPAPR_KVM_HC_PPC_MAP_MAGIC_PAGE 0x2a0004
/* Numbers of the hypercall project's own, as the numbering epapr writes them. */
#define HYPERCALL_NR_EPAPR_HYPERCALL_NOP 0
#define HYPERCALL_NR_EPAPR_HYPERCALL_MIX_1 1
#define HYPERCALL_NR_EPAPR_HYPERCALL_MIX_2 2
#define HYPERCALL_NR_EPAPR_HYPERCALL_MIX_3 3
#define HYPERCALL_NR_EPAPR_HYPERCALL_MIX_4 4
#define HYPERCALL_NR_EPAPR_HYPERCALL_MIX_5 5
#define HYPERCALL_NR_EPAPR_HYPERCALL_MIX_6 6
#define HYPERCALL_NR_EPAPR_HYPERCALL_MIX_7 7
#define HYPERCALL_NR_EPAPR_HYPERCALL_MIX_8 8
#define HYPERCALL_NR_EPAPR_HYPERCALL_MIX_9 9
#define HYPERCALL_NR_EPAPR_HYPERCALL_OUTPUTS 0x10
#define HYPERCALL_NR_EPAPR_HYPERCALL_FAIL 0x11
#define HYPERCALL_NR_EPAPR_HYPERCALL_TYPES 0x12
#define HYPERCALL_NR_EPAPR_HYPERCALL_SIGNED 0x13
#define HYPERCALL_NR_EPAPR_HYPERCALL_NARROW 0x14
#define HYPERCALL_NR_EPAPR_HYPERCALL_CONSOLE_WRITE 0x20
#define HYPERCALL_NR_EPAPR_HYPERCALL_CHECKSUM 0x21
#define HYPERCALL_NR_EPAPR_HYPERCALL_IDENTIFY 0x22
#define HYPERCALL_NR_EPAPR_HYPERCALL_RETRY 0x30
#define HYPERCALL_NR_EPAPR_HYPERCALL_DEFER 0x31
#define HYPERCALL_NR_EPAPR_HYPERCALL_FAULT 0x32
#define HYPERCALL_NR_EPAPR_HYPERCALL_EXIT 0x33
#define HYPERCALL_NR_EPAPR_HYPERCALL_PANIC 0x34
#define HYPERCALL_NR_EPAPR_HYPERCALL_OLD_NOP 0x38 /* deprecated */
#define HYPERCALL_NR_EPAPR_HYPERCALL_GONE 0x39 /* obsolete */
#define HYPERCALL_NR_EPAPR_HYPERCALL_HOST_TIME 0x3a
#define HYPERCALL_NR_EPAPR_HYPERCALL_MULTICALL 0x40
#define HYPERCALL_NR_EPAPR_HYPERCALL_RING_SETUP 0x41
#define HYPERCALL_NR_EPAPR_HYPERCALL_RING_TEARDOWN 0x42
#define HYPERCALL_NR_EPAPR_HYPERCALL_RING_DOORBELL 0x43

/* Numbers of PAPR, as the numbering papr writes them. */
#define HYPERCALL_NR_PAPR_H_LOGICAL_CI_LOAD 0x3c
#define HYPERCALL_NR_PAPR_H_LOGICAL_CI_STORE 0x40
#define HYPERCALL_NR_PAPR_H_GET_TERM_CHAR 0x54
#define HYPERCALL_NR_PAPR_H_PUT_TERM_CHAR 0x58
#define HYPERCALL_NR_PAPR_H_CEDE 0xe0
#define HYPERCALL_NR_PAPR_H_CONFER 0xe4
#define HYPERCALL_NR_PAPR_H_PROD 0xe8
#define HYPERCALL_NR_PAPR_H_RANDOM 0x300
/* Numbers of the hypercall project's own, as the numbering papr writes them. */
#define HYPERCALL_NR_PAPR_HYPERCALL_NOP 0x7000
#define HYPERCALL_NR_PAPR_HYPERCALL_MIX_1 0x7004
#define HYPERCALL_NR_PAPR_HYPERCALL_MIX_2 0x7008
#define HYPERCALL_NR_PAPR_HYPERCALL_MIX_3 0x700c
#define HYPERCALL_NR_PAPR_HYPERCALL_MIX_4 0x7010
#define HYPERCALL_NR_PAPR_HYPERCALL_MIX_5 0x7014
#define HYPERCALL_NR_PAPR_HYPERCALL_MIX_6 0x7018
#define HYPERCALL_NR_PAPR_HYPERCALL_MIX_7 0x701c
#define HYPERCALL_NR_PAPR_HYPERCALL_MIX_8 0x7020
#define HYPERCALL_NR_PAPR_HYPERCALL_MIX_9 0x7024
#define HYPERCALL_NR_PAPR_HYPERCALL_OUTPUTS 0x7040
#define HYPERCALL_NR_PAPR_HYPERCALL_FAIL 0x7044
#define HYPERCALL_NR_PAPR_HYPERCALL_TYPES 0x7048
#define HYPERCALL_NR_PAPR_HYPERCALL_SIGNED 0x704c
#define HYPERCALL_NR_PAPR_HYPERCALL_NARROW 0x7050
#define HYPERCALL_NR_PAPR_HYPERCALL_CONSOLE_WRITE 0x7080
#define HYPERCALL_NR_PAPR_HYPERCALL_CHECKSUM 0x7084
#define HYPERCALL_NR_PAPR_HYPERCALL_IDENTIFY 0x7088
#define HYPERCALL_NR_PAPR_HYPERCALL_RETRY 0x70c0
#define HYPERCALL_NR_PAPR_HYPERCALL_DEFER 0x70c4
#define HYPERCALL_NR_PAPR_HYPERCALL_FAULT 0x70c8
#define HYPERCALL_NR_PAPR_HYPERCALL_EXIT 0x70cc
#define HYPERCALL_NR_PAPR_HYPERCALL_PANIC 0x70d0
#define HYPERCALL_NR_PAPR_HYPERCALL_OLD_NOP 0x70e0 /* deprecated */
#define HYPERCALL_NR_PAPR_HYPERCALL_GONE 0x70e4 /* obsolete */
#define HYPERCALL_NR_PAPR_HYPERCALL_HOST_TIME 0x70e8
#define HYPERCALL_NR_PAPR_HYPERCALL_MULTICALL 0x7100
#define HYPERCALL_NR_PAPR_HYPERCALL_RING_SETUP 0x7104
#define HYPERCALL_NR_PAPR_HYPERCALL_RING_TEARDOWN 0x7108
#define HYPERCALL_NR_PAPR_HYPERCALL_RING_DOORBELL 0x710c

/* Numbers of KVM, as the numbering mips writes them. */
#define HYPERCALL_NR_MIPS_KVM_HC_MIPS_GET_CLOCK_FREQ 6 /* obsolete */
#define HYPERCALL_NR_MIPS_KVM_HC_MIPS_EXIT_VM 7 /* obsolete */
#define HYPERCALL_NR_MIPS_KVM_HC_MIPS_CONSOLE_OUTPUT 8 /* obsolete */

/* Errors as kvm-x86 says them: Linux include/uapi/linux/kvm_para.h. */
#define HYPERCALL_KVM_X86_UNKNOWN_CALL (-1000) /* -KVM_ENOSYS */
#define HYPERCALL_KVM_X86_NOT_PERMITTED (-1) /* -KVM_EPERM */
#define HYPERCALL_KVM_X86_INVALID_ARGUMENT (-22) /* -KVM_EINVAL */
#define HYPERCALL_KVM_X86_BAD_ADDRESS (-14) /* -KVM_EFAULT */
#define HYPERCALL_KVM_X86_UNSUPPORTED (-95) /* -KVM_EOPNOTSUPP */
#define HYPERCALL_KVM_X86_TOO_BIG (-7) /* -KVM_E2BIG */
#define HYPERCALL_KVM_X86_NOT_FOUND (-2) /* -ENOENT */
#define HYPERCALL_KVM_X86_I_O_ERROR (-5) /* -EIO */
#define HYPERCALL_KVM_X86_BUSY (-11) /* -EAGAIN */
#define HYPERCALL_KVM_X86_NO_MEMORY (-12) /* -ENOMEM */
#define HYPERCALL_KVM_X86_NO_SUCH_DEVICE (-19) /* -ENODEV */
#define HYPERCALL_KVM_X86_INVALID_STATE (-16) /* -EBUSY */
#define HYPERCALL_KVM_X86_INTERNAL_ERROR (-5) /* -EIO */

/*
 * Errors as para-2007 says them: kvm_para.h of 2007 (KVM_EINVAL 1); Linux 2.6.21
 * drivers/kvm/kvm_main.c.
 */
#define HYPERCALL_PARA_2007_UNKNOWN_CALL (-1) /* -KVM_EINVAL */
#define HYPERCALL_PARA_2007_NOT_PERMITTED (-1) /* -KVM_EINVAL */
#define HYPERCALL_PARA_2007_INVALID_ARGUMENT (-1) /* -KVM_EINVAL */
#define HYPERCALL_PARA_2007_BAD_ADDRESS (-1) /* -KVM_EINVAL */
#define HYPERCALL_PARA_2007_UNSUPPORTED (-1) /* -KVM_EINVAL */
#define HYPERCALL_PARA_2007_TOO_BIG (-1) /* -KVM_EINVAL */
#define HYPERCALL_PARA_2007_NOT_FOUND (-1) /* -KVM_EINVAL */
#define HYPERCALL_PARA_2007_I_O_ERROR (-1) /* -KVM_EINVAL */
#define HYPERCALL_PARA_2007_BUSY (-1) /* -KVM_EINVAL */
#define HYPERCALL_PARA_2007_NO_MEMORY (-1) /* -KVM_EINVAL */
#define HYPERCALL_PARA_2007_NO_SUCH_DEVICE (-1) /* -KVM_EINVAL */
#define HYPERCALL_PARA_2007_INVALID_STATE (-1) /* -KVM_EINVAL */
#define HYPERCALL_PARA_2007_INTERNAL_ERROR (-1) /* -KVM_EINVAL */

/* Errors as xen says them: Xen xen/include/public/errno.h. */
#define HYPERCALL_XEN_UNKNOWN_CALL (-38) /* -XEN_ENOSYS */
#define HYPERCALL_XEN_NOT_PERMITTED (-1) /* -XEN_EPERM */
#define HYPERCALL_XEN_INVALID_ARGUMENT (-22) /* -XEN_EINVAL */
#define HYPERCALL_XEN_BAD_ADDRESS (-14) /* -XEN_EFAULT */
#define HYPERCALL_XEN_UNSUPPORTED (-95) /* -XEN_EOPNOTSUPP */
#define HYPERCALL_XEN_TOO_BIG (-7) /* -XEN_E2BIG */
#define HYPERCALL_XEN_NOT_FOUND (-2) /* -XEN_ENOENT */
#define HYPERCALL_XEN_I_O_ERROR (-5) /* -XEN_EIO */
#define HYPERCALL_XEN_BUSY (-11) /* -XEN_EAGAIN */
#define HYPERCALL_XEN_NO_MEMORY (-12) /* -XEN_ENOMEM */
#define HYPERCALL_XEN_NO_SUCH_DEVICE (-19) /* -XEN_ENODEV */
#define HYPERCALL_XEN_INVALID_STATE (-16) /* -XEN_EBUSY */
#define HYPERCALL_XEN_INTERNAL_ERROR (-5) /* -XEN_EIO */

/* Errors as s390 says them: Linux include/uapi/asm-generic/errno-base.h. */
#define HYPERCALL_S390_UNKNOWN_CALL (-1000) /* -KVM_ENOSYS */
#define HYPERCALL_S390_NOT_PERMITTED (-1) /* -EPERM */
#define HYPERCALL_S390_INVALID_ARGUMENT (-22) /* -EINVAL */
#define HYPERCALL_S390_BAD_ADDRESS (-14) /* -EFAULT */
#define HYPERCALL_S390_UNSUPPORTED (-95) /* -EOPNOTSUPP */
#define HYPERCALL_S390_TOO_BIG (-7) /* -E2BIG */
#define HYPERCALL_S390_NOT_FOUND (-2) /* -ENOENT */
#define HYPERCALL_S390_I_O_ERROR (-5) /* -EIO */
#define HYPERCALL_S390_BUSY (-11) /* -EAGAIN */
#define HYPERCALL_S390_NO_MEMORY (-12) /* -ENOMEM */
#define HYPERCALL_S390_NO_SUCH_DEVICE (-19) /* -ENODEV */
#define HYPERCALL_S390_INVALID_STATE (-16) /* -EBUSY */
#define HYPERCALL_S390_INTERNAL_ERROR (-5) /* -EIO */

/*
 * Errors as diag500 says them: QEMU hw/s390x/s390-hypercall.c; z/Architecture Principles of
 * Operation.
 */
#define HYPERCALL_DIAG500_UNKNOWN_CALL_FAULT 6 /* specification interruption */
#define HYPERCALL_DIAG500_NOT_PERMITTED (-1) /* -EPERM */
#define HYPERCALL_DIAG500_INVALID_ARGUMENT (-22) /* -EINVAL */
#define HYPERCALL_DIAG500_BAD_ADDRESS (-14) /* -EFAULT */
#define HYPERCALL_DIAG500_UNSUPPORTED (-95) /* -EOPNOTSUPP */
#define HYPERCALL_DIAG500_TOO_BIG (-7) /* -E2BIG */
#define HYPERCALL_DIAG500_NOT_FOUND (-2) /* -ENOENT */
#define HYPERCALL_DIAG500_I_O_ERROR (-5) /* -EIO */
#define HYPERCALL_DIAG500_BUSY (-11) /* -EAGAIN */
#define HYPERCALL_DIAG500_NO_MEMORY (-12) /* -ENOMEM */
#define HYPERCALL_DIAG500_NO_SUCH_DEVICE (-19) /* -ENODEV */
#define HYPERCALL_DIAG500_INVALID_STATE (-16) /* -EBUSY */
#define HYPERCALL_DIAG500_INTERNAL_ERROR (-5) /* -EIO */

/* Errors as epapr says them: Linux arch/powerpc/include/uapi/asm/epapr_hcalls.h. */
#define HYPERCALL_EPAPR_UNKNOWN_CALL (12) /* EV_UNIMPLEMENTED */
#define HYPERCALL_EPAPR_NOT_PERMITTED (1) /* EV_EPERM */
#define HYPERCALL_EPAPR_INVALID_ARGUMENT (8) /* EV_EINVAL */
#define HYPERCALL_EPAPR_BAD_ADDRESS (6) /* EV_EFAULT */
#define HYPERCALL_EPAPR_UNSUPPORTED (12) /* EV_UNIMPLEMENTED */
#define HYPERCALL_EPAPR_TOO_BIG (13) /* EV_BUFFER_OVERFLOW */
#define HYPERCALL_EPAPR_NOT_FOUND (2) /* EV_ENOENT */
#define HYPERCALL_EPAPR_I_O_ERROR (3) /* EV_EIO */
#define HYPERCALL_EPAPR_BUSY (4) /* EV_EAGAIN */
#define HYPERCALL_EPAPR_NO_MEMORY (5) /* EV_ENOMEM */
#define HYPERCALL_EPAPR_NO_SUCH_DEVICE (7) /* EV_ENODEV */
#define HYPERCALL_EPAPR_INVALID_STATE (11) /* EV_INVALID_STATE */
#define HYPERCALL_EPAPR_INTERNAL_ERROR (9) /* EV_INTERNAL */

/* Errors as papr says them: Linux arch/powerpc/include/asm/hvcall.h. */
#define HYPERCALL_PAPR_UNKNOWN_CALL (-2) /* H_FUNCTION */
#define HYPERCALL_PAPR_NOT_PERMITTED (-3) /* H_PRIVILEGE */
#define HYPERCALL_PAPR_INVALID_ARGUMENT (-4) /* H_PARAMETER */
#define HYPERCALL_PAPR_BAD_ADDRESS (-4) /* H_PARAMETER */
#define HYPERCALL_PAPR_UNSUPPORTED (-67) /* H_UNSUPPORTED */
#define HYPERCALL_PAPR_TOO_BIG (-4) /* H_PARAMETER */
#define HYPERCALL_PAPR_NOT_FOUND (-7) /* H_NOT_FOUND */
#define HYPERCALL_PAPR_I_O_ERROR (-1) /* H_HARDWARE */
#define HYPERCALL_PAPR_BUSY (1) /* H_BUSY */
#define HYPERCALL_PAPR_NO_MEMORY (-9) /* H_NO_MEM */
#define HYPERCALL_PAPR_NO_SUCH_DEVICE (-7) /* H_NOT_FOUND */
#define HYPERCALL_PAPR_INVALID_STATE (-75) /* H_STATE */
#define HYPERCALL_PAPR_INTERNAL_ERROR (-1) /* H_HARDWARE */

/*
 * KVM_HC_VAPIC_POLL_IRQ (active): Makes the guest leave to the host, which checks for pending
 * interrupts before it enters the guest again.
 *
 * Gives 0.
 */

/*
 * KVM_HC_MMU_OP (deprecated): Did batches of page-table writes, TLB flushes and releases of page
 * tables for guests with shadow paging.
 *
 * The buffer holds `{u32 op, u32 pad}` headers: 1 KVM_MMU_OP_WRITE_PTE with two u64 (address and
 * value of the entry) behind it, 2 KVM_MMU_OP_FLUSH_TLB, 3 KVM_MMU_OP_RELEASE_PT with one u64
 * (address of the table). Linux removed both sides; there is no handler.
 *
 * bytes: Length of the buffer in bytes. any.
 *
 * buffer: Guest-physical address of the buffer. any; in 32-bit mode two registers, low half first.
 *
 * Gives while it was served: how many bytes of the buffer were processed.
 */

/*
 * KVM_HC_FEATURES (active): Tells which of KVM's calls there are.
 *
 * Gives a bitmap: bit 1, KVM_FEATURE_MAGIC_PAGE, is KVM_HC_PPC_MAP_MAGIC_PAGE.
 */

/*
 * KVM_HC_PPC_MAP_MAGIC_PAGE (active): Maps the magic page, through which a guest kernel reads and
 * writes some of its supervisor registers without leaving to the host.
 *
 * `Documentation/virt/kvm/ppc-pv.rst` names the addresses in the reverse order; this is the order
 * of `arch/powerpc/kvm/powerpc.c` and of the guest's `arch/powerpc/kernel/kvm.c`. Linux checks
 * neither address.
 *
 * physical: Guest-physical page it replaces. any; bits 11:0 are ignored.
 *
 * effective: Where it is mapped, customarily -4096. bits 11:0 are flags, of which unknown ones are
 * ignored.
 *
 * Gives a bitmap of the parts kept up to date: bit 0 KVM_MAGIC_FEAT_SR, bit 1
 * KVM_MAGIC_FEAT_MAS0_TO_SPRG7.
 */
#define HYPERCALL_KVM_HC_PPC_MAP_MAGIC_PAGE_EFFECTIVE_NOT_MAPPED_NX 1 /* the guest does not rely on unmapped pages being executable */

/*
 * KVM_HC_KICK_CPU (active): Wakes a halted vCPU: the unlocker of a paravirtual ticket lock calls it
 * for the vCPU next in line.
 *
 * Linux also yields to the vCPU, and takes the whole register as the id for that.
 *
 * flags: Reserved; zero from a well-behaved guest, and not read. any.
 *
 * apic_id: APIC id of the vCPU to wake. 0 to 0xffff_ffff; upper bits ignored.
 *
 * Gives 0, also where no vCPU has the APIC id.
 */

/*
 * KVM_HC_MIPS_GET_CLOCK_FREQ (obsolete): Asks for the frequency of the count/compare timer.
 *
 * Gives where it was served, outside Linux: the frequency in Hz, 32 bits.
 */

/*
 * KVM_HC_MIPS_EXIT_VM (obsolete): Ends the VM.
 *
 * Gives where it was served, outside Linux: it did not return.
 */

/*
 * KVM_HC_MIPS_CONSOLE_OUTPUT (obsolete): Writes to a terminal of the host's.
 *
 * The one caller, `arch/mips/paravirt/serial.c`, passed a kernel virtual address and ignored the
 * result.
 *
 * terminal: Which terminal. any.
 *
 * address: Virtual address of the bytes, in the guest kernel's unmapped segment. any.
 *
 * length: How many bytes. 0 to 0xffff_ffff; upper bits ignored.
 *
 * Gives where it was served, outside Linux: what user space said.
 */

/*
 * KVM_HC_CLOCK_PAIRING (active): Writes the host's wall clock and the caller's time-stamp counter,
 * taken at one instant, to guest memory.
 *
 * The type is looked at before the address, as Linux does: a wrong type with a wrong address is
 * unsupported. The guest takes the time on trust.
 *
 * address: Where the 64 bytes go; any alignment, also across pages. any.
 *
 * clock: Which clock. one of the values named.
 *
 * Gives 0; the structure kvm_clock_pairing stands in memory.
 */
#define HYPERCALL_KVM_HC_CLOCK_PAIRING_CLOCK_WALL_CLOCK 0 /* KVM_CLOCK_PAIRING_WALLCLOCK: the host's CLOCK_REALTIME. */

/*
 * KVM_HC_SEND_IPI (active): Sends one interrupt to up to 128 vCPUs, to 64 from 32-bit mode.
 *
 * A bitmap of two registers says which: bit `n` of the lower is the vCPU with APIC id `lowest + n`,
 * bit `n` of the upper the one with `lowest + 64 + n` (32 in 32-bit mode), where `lowest + 64` is
 * taken modulo 2^32. Bits without a vCPU are skipped.
 *
 * targets: The targets, counted from `lowest`. any; 128 bits in 64-bit mode, 64 in 32-bit mode.
 *
 * lowest: The APIC id that bit 0 of the bitmap stands for. 0 to 0xffff_ffff; upper bits ignored.
 *
 * icr: Vector, delivery mode, level and trigger mode. bits 11, 18 and 19 are 0.
 *
 * Gives how many vCPUs accepted the interrupt.
 */

/*
 * KVM_HC_SCHED_YIELD (active): Lets another vCPU run in place of the caller: for a caller that
 * waits for one the host preempted.
 *
 * apic_id: APIC id of the vCPU to run. All 64 bits count: above 32 bits there is none. any.
 *
 * Gives 0, also where no vCPU has the APIC id or none yielded.
 */

/*
 * KVM_HC_MAP_GPA_RANGE (active): Marks a range of guest-physical pages as shared with the host or
 * private to the guest.
 *
 * Linux checks alignment, zero and overflow and hands the call to user space; the rest is the
 * VMM's.
 *
 * gpa: First page of the range; page aligned. multiple of 4096.
 *
 * pages: Length of the range in pages of 4 KiB; not zero. not 0.
 *
 * attributes: Page-size hint and encryption. bits 3:0 one of the page sizes, bit 4 encrypted; other
 * bits are reserved and zero.
 *
 * Gives 0.
 */
#define HYPERCALL_KVM_HC_MAP_GPA_RANGE_ATTRIBUTES_PAGE_SZ_4K 0 /* pages of 4 KiB */
#define HYPERCALL_KVM_HC_MAP_GPA_RANGE_ATTRIBUTES_PAGE_SZ_2M 1 /* pages of 2 MiB */
#define HYPERCALL_KVM_HC_MAP_GPA_RANGE_ATTRIBUTES_PAGE_SZ_1G 2 /* pages of 1 GiB */
#define HYPERCALL_KVM_HC_MAP_GPA_RANGE_ATTRIBUTES_ENCRYPTED 0x10 /* private to the guest */

/*
 * KVM_S390_VIRTIO_NOTIFY (deprecated): Told the host of the first virtio transport of s390 that
 * there is work in a queue; early consoles called it without a device. QEMU answers and does
 * nothing.
 *
 * address: Guest-physical address of the queue. any.
 *
 * Gives 0.
 */

/*
 * KVM_S390_VIRTIO_RESET (obsolete): Reset a device of the first virtio transport.
 *
 * device: Guest-physical address of the device's page. any.
 *
 * Gives none: QEMU has no handler.
 */

/*
 * KVM_S390_VIRTIO_SET_STATUS (obsolete): Told the host of a device's new status in the first virtio
 * transport.
 *
 * device: Guest-physical address of the device's page. any.
 *
 * Gives none: QEMU has no handler.
 */

/*
 * KVM_S390_VIRTIO_CCW_NOTIFY (active): Tells the host that there is work in a queue of a virtio-ccw
 * device.
 *
 * Linux serves it in the kernel where an ioeventfd is there for subchannel and queue, and compares
 * the whole of R3 then; user space serves the rest.
 *
 * subchannel: Subchannel-identification word. any.
 *
 * queue: Queue in bits 15:0; with VIRTIO_F_NOTIFICATION_DATA bits 31:16 hold the available index.
 * any.
 *
 * cookie: The cookie of the last call for this queue, a hint; any value at first. any.
 *
 * Gives from the kernel: a cookie for the next call, not negative; from QEMU: 0.
 */

/*
 * DIAG500_SC_STOR_LIMIT (active): Asks for the last address that memory may have, devices that add
 * memory later included.
 *
 * Linux sets R2 to zero, makes the call, goes on after a program interruption too, and takes a zero
 * for "not supported": the result is never 0.
 *
 * Gives the last guest-physical address, inclusive.
 */

/*
 * H_LOGICAL_CI_LOAD (active): Loads from a real address past the cache: device registers, before
 * the guest can map them.
 *
 * size: Bytes to load. one of the values named.
 *
 * address: Real address. any.
 *
 * Gives what was loaded, zero-extended.
 */
#define HYPERCALL_H_LOGICAL_CI_LOAD_SIZE_BYTE 1 /* 8 bits. */
#define HYPERCALL_H_LOGICAL_CI_LOAD_SIZE_HALF 2 /* 16 bits. */
#define HYPERCALL_H_LOGICAL_CI_LOAD_SIZE_WORD 4 /* 32 bits. */
#define HYPERCALL_H_LOGICAL_CI_LOAD_SIZE_DOUBLE 8 /* 64 bits. */

/*
 * H_LOGICAL_CI_STORE (active): Stores to a real address past the cache.
 *
 * size: Bytes to store. one of the values named.
 *
 * address: Real address. any.
 *
 * value: What to store, in the low bytes. any.
 *
 * Gives none.
 */
#define HYPERCALL_H_LOGICAL_CI_STORE_SIZE_BYTE 1 /* 8 bits. */
#define HYPERCALL_H_LOGICAL_CI_STORE_SIZE_HALF 2 /* 16 bits. */
#define HYPERCALL_H_LOGICAL_CI_STORE_SIZE_WORD 4 /* 32 bits. */
#define HYPERCALL_H_LOGICAL_CI_STORE_SIZE_DOUBLE 8 /* 64 bits. */

/*
 * H_GET_TERM_CHAR (active): Reads from a virtual terminal, without waiting.
 *
 * terminal: Unit address of the terminal; QEMU takes 0 for the lowest. any.
 *
 * Gives how many bytes were read: 0 to 16.
 */

/*
 * H_PUT_TERM_CHAR (active): Writes to a virtual terminal.
 *
 * terminal: Unit address of the terminal; QEMU takes 0 for the lowest. any.
 *
 * length: How many bytes. 0 to 16.
 *
 * first: Bytes 0 to 7, the first in the most significant place. any.
 *
 * second: Bytes 8 to 15, alike. any.
 *
 * Gives none.
 */

/*
 * H_CEDE (active): Enables interrupts and halts the virtual processor until there is work for it.
 *
 * Gives none.
 */

/*
 * H_CONFER (active): Gives the rest of the time slice to another virtual processor.
 *
 * processor: Which processor. any.
 *
 * dispatch_count: The dispatch count the caller saw there. any.
 *
 * Gives none.
 */

/*
 * H_PROD (active): Wakes a virtual processor that ceded or conferred.
 *
 * processor: Which processor. any.
 *
 * Gives none.
 */

/*
 * H_RANDOM (active): Asks for a random number.
 *
 * Gives 64 random bits.
 */

/*
 * HYPERVISOR_memory_op (active): Changes and tells what is in the guest's physical address space.
 *
 * command: What is done. bits 5:0 one of the values named; the bits above are for calls that go on.
 *
 * argument: Linear address of the structure. any.
 *
 * Gives XENMEM_add_to_physmap: 0; -3 (ESRCH) for a domain other than DOMID_SELF.
 */
#define HYPERCALL_HYPERVISOR_MEMORY_OP_COMMAND_INCREASE_RESERVATION 0 /* Takes more memory. */
#define HYPERCALL_HYPERVISOR_MEMORY_OP_COMMAND_DECREASE_RESERVATION 1 /* Gives memory back. */
#define HYPERCALL_HYPERVISOR_MEMORY_OP_COMMAND_MAXIMUM_RAM_PAGE 2 /* The highest frame of the machine. */
#define HYPERCALL_HYPERVISOR_MEMORY_OP_COMMAND_CURRENT_RESERVATION 3 /* Pages that the domain has. */
#define HYPERCALL_HYPERVISOR_MEMORY_OP_COMMAND_MAXIMUM_RESERVATION 4 /* Pages that it may have. */
#define HYPERCALL_HYPERVISOR_MEMORY_OP_COMMAND_POPULATE_PHYSMAP 6 /* Puts memory at frames of its own choice. */
#define HYPERCALL_HYPERVISOR_MEMORY_OP_COMMAND_ADD_TO_PHYSMAP 7 /* Puts a page of the hypervisor's, or one of its own, at a frame. */
#define HYPERCALL_HYPERVISOR_MEMORY_OP_COMMAND_MEMORY_MAP 9 /* The memory map, as E820 entries. */
#define HYPERCALL_HYPERVISOR_MEMORY_OP_COMMAND_MAXIMUM_GPFN 0xe /* The highest frame of the domain. */
#define HYPERCALL_HYPERVISOR_MEMORY_OP_COMMAND_REMOVE_FROM_PHYSMAP 0xf /* Removes what is at a frame. */

/*
 * HYPERVISOR_multicall (active): Makes several calls at once.
 *
 * entries: Linear address of the entries. any.
 *
 * count: How many. 0 to 0xffff_ffff; upper bits ignored.
 *
 * Gives Xen: 0; each entry has its own result.
 */

/*
 * HYPERVISOR_xen_version (active): Tells the version of the hypervisor and what it is made of and
 * for.
 *
 * command: What is asked. one of the values named; upper bits ignored.
 *
 * argument: Linear address of the structure; ignored where the command has none. any.
 *
 * Gives version, page size, length of the build ID; 0 for the others; -105 (ENOBUFS) where a build
 * ID does not fit, -61 (ENODATA) where there is none.
 */
#define HYPERCALL_HYPERVISOR_XEN_VERSION_COMMAND_VERSION 0 /* The version, major << 16 | minor, as the result. */
#define HYPERCALL_HYPERVISOR_XEN_VERSION_COMMAND_EXTRA_VERSION 1 /* `char[16]`: what follows the version. */
#define HYPERCALL_HYPERVISOR_XEN_VERSION_COMMAND_COMPILE_INFO 2 /* struct xen_compile_info. */
#define HYPERCALL_HYPERVISOR_XEN_VERSION_COMMAND_CAPABILITIES 3 /* `char[1024]`: the kinds of guests it runs. */
#define HYPERCALL_HYPERVISOR_XEN_VERSION_COMMAND_CHANGESET 4 /* `char[64]`: the change it was built from. */
#define HYPERCALL_HYPERVISOR_XEN_VERSION_COMMAND_PLATFORM_PARAMETERS 5 /* unsigned long: the start of the hypervisor's hole in a PV guest's address space; 0 for others. */
#define HYPERCALL_HYPERVISOR_XEN_VERSION_COMMAND_GET_FEATURES 6 /* struct xen_feature_info: 32 feature bits. */
#define HYPERCALL_HYPERVISOR_XEN_VERSION_COMMAND_PAGE_SIZE 7 /* Bytes of a page as the result; the address is null. */
#define HYPERCALL_HYPERVISOR_XEN_VERSION_COMMAND_GUEST_HANDLE 8 /* `uint8_t[16]`: the domain's UUID. */
#define HYPERCALL_HYPERVISOR_XEN_VERSION_COMMAND_COMMAND_LINE 9 /* `char[1024]`: the hypervisor's command line. */
#define HYPERCALL_HYPERVISOR_XEN_VERSION_COMMAND_BUILD_ID 0xa /* `uint32_t len, unsigned char[len]`: the build ID, its length as the result; with a null address only that. */

/*
 * HYPERVISOR_console_io (active): Writes to the hypervisor's console.
 *
 * Reading is for the domain that has the hardware, as in Xen.
 *
 * command: What is done. one of the values named; upper bits ignored.
 *
 * count: How many bytes. 0 to 0xffff_ffff; upper bits ignored.
 *
 * buffer: Linear address of the text. any.
 *
 * Gives CONSOLEIO_write: 0.
 */
#define HYPERCALL_HYPERVISOR_CONSOLE_IO_COMMAND_WRITE 0 /* Writes text. */
#define HYPERCALL_HYPERVISOR_CONSOLE_IO_COMMAND_READ 1 /* Reads what was typed. */

/*
 * HYPERVISOR_grant_table_op (active): Shares pages with other domains.
 *
 * command: What is done. one of the values named; upper bits ignored.
 *
 * structures: Linear address of the structures. any.
 *
 * count: How many. 0 to 0xffff_ffff; upper bits ignored.
 *
 * Gives Xen: 0; each structure has its own status.
 */
#define HYPERCALL_HYPERVISOR_GRANT_TABLE_OP_COMMAND_MAP_GRANT_REF 0 /* Maps pages of another domain's. */
#define HYPERCALL_HYPERVISOR_GRANT_TABLE_OP_COMMAND_UNMAP_GRANT_REF 1 /* Unmaps them. */
#define HYPERCALL_HYPERVISOR_GRANT_TABLE_OP_COMMAND_SETUP_TABLE 2 /* Gives the domain a grant table. */
#define HYPERCALL_HYPERVISOR_GRANT_TABLE_OP_COMMAND_COPY 5 /* Copies between domains. */
#define HYPERCALL_HYPERVISOR_GRANT_TABLE_OP_COMMAND_QUERY_SIZE 6 /* How many pages the table has and may have. */
#define HYPERCALL_HYPERVISOR_GRANT_TABLE_OP_COMMAND_SET_VERSION 8 /* Chooses the form of its entries. */
#define HYPERCALL_HYPERVISOR_GRANT_TABLE_OP_COMMAND_GET_VERSION 0xa /* Tells it. */

/*
 * HYPERVISOR_vcpu_op (active): Starts and stops vCPUs, and says where the guest wants to read about
 * them.
 *
 * command: What is done. one of the values named; upper bits ignored.
 *
 * vcpu: The vCPU's number. 0 to 0xffff_ffff; upper bits ignored.
 *
 * argument: Linear address of the structure. any.
 *
 * Gives Xen: 0; VCPUOP_is_up: 1 or 0.
 */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_INITIALISE 0 /* Gives a vCPU its first state. */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_UP 1 /* Lets it run. */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_DOWN 2 /* Stops it. */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_IS_UP 3 /* Whether it runs. */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_GET_RUNSTATE_INFO 4 /* Where its time went. */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_REGISTER_RUNSTATE_MEMORY_AREA 5 /* Where that is to be written. */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_SET_PERIODIC_TIMER 6 /* Sets a timer that repeats. */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_STOP_PERIODIC_TIMER 7 /* Stops it. */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_SET_SINGLESHOT_TIMER 8 /* Sets a timer that does not repeat. */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_STOP_SINGLESHOT_TIMER 9 /* Stops it. */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_REGISTER_VCPU_INFO 0xa /* Moves its struct vcpu_info out of the shared-info page. */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_SEND_NMI 0xb /* Sends it an NMI. */
#define HYPERCALL_HYPERVISOR_VCPU_OP_COMMAND_REGISTER_VCPU_TIME_MEMORY_AREA 0xd /* Where its time is to be written. */

/*
 * HYPERVISOR_sched_op (active): Yields, waits for events, and ends the domain.
 *
 * command: What is done. one of the values named; upper bits ignored.
 *
 * argument: Linear address of the structure; ignored where the command has none. any.
 *
 * Gives SCHEDOP_yield, SCHEDOP_block: 0; SCHEDOP_shutdown does not return.
 */
#define HYPERCALL_HYPERVISOR_SCHED_OP_COMMAND_YIELD 0 /* Lets others run. */
#define HYPERCALL_HYPERVISOR_SCHED_OP_COMMAND_BLOCK 1 /* Waits for an event. */
#define HYPERCALL_HYPERVISOR_SCHED_OP_COMMAND_SHUTDOWN 2 /* Ends the domain; the address is that of struct sched_shutdown, a uint32_t reason. */
#define HYPERCALL_HYPERVISOR_SCHED_OP_COMMAND_POLL 3 /* Waits for one of some event channels. */
#define HYPERCALL_HYPERVISOR_SCHED_OP_COMMAND_REMOTE_SHUTDOWN 4 /* Ends another domain. */
#define HYPERCALL_HYPERVISOR_SCHED_OP_COMMAND_SHUTDOWN_CODE 5 /* Says what an end that comes later will be for. */
#define HYPERCALL_HYPERVISOR_SCHED_OP_COMMAND_WATCHDOG 6 /* Sets a watchdog. */
#define HYPERCALL_HYPERVISOR_SCHED_OP_COMMAND_PIN_OVERRIDE 7 /* Pins a vCPU for a while. */

/*
 * HYPERVISOR_event_channel_op (active): Ties, sends and frees event channels.
 *
 * command: What is done. one of the values named; upper bits ignored.
 *
 * argument: Linear address of the structure. any.
 *
 * Gives Xen: 0; ports stand in the structures.
 */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_BIND_INTERDOMAIN 0 /* Ties a port to one of another domain's. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_BIND_VIRQ 1 /* Ties a port to a virtual interrupt. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_BIND_PIRQ 2 /* Ties a port to a physical interrupt. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_CLOSE 3 /* Frees a port. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_SEND 4 /* Sends an event to a port's other end. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_STATUS 5 /* What a port is tied to. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_ALLOC_UNBOUND 6 /* Takes a port that another domain may tie itself to. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_BIND_IPI 7 /* Ties a port to this vCPU, for others to send to. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_BIND_VCPU 8 /* Says which vCPU a port's events go to. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_UNMASK 9 /* Lets a port's events through. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_RESET 0xa /* Frees all ports. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_INIT_CONTROL 0xb /* Begins to use the FIFO form. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_EXPAND_ARRAY 0xc /* Adds a page of ports in that form. */
#define HYPERCALL_HYPERVISOR_EVENT_CHANNEL_OP_COMMAND_SET_PRIORITY 0xd /* Sets a port's priority in that form. */

/*
 * HYPERVISOR_hvm_op (active): Sets and tells parameters of an HVM domain: how events are delivered,
 * where the store's and the console's rings are.
 *
 * command: What is done. one of the values named.
 *
 * argument: Linear address of the structure. any.
 *
 * Gives HVMOP_set_param, HVMOP_get_param: 0; -3 (ESRCH) for a domain other than DOMID_SELF.
 */
#define HYPERCALL_HYPERVISOR_HVM_OP_COMMAND_SET_PARAM 0 /* Sets a parameter of the domain. */
#define HYPERCALL_HYPERVISOR_HVM_OP_COMMAND_GET_PARAM 1 /* Tells a parameter of the domain. */
#define HYPERCALL_HYPERVISOR_HVM_OP_COMMAND_FLUSH_TLBS 5 /* Flushes the TLBs of the domain's vCPUs. */
#define HYPERCALL_HYPERVISOR_HVM_OP_COMMAND_GET_MEM_TYPE 0xf /* The kind of memory at a frame. */
#define HYPERCALL_HYPERVISOR_HVM_OP_COMMAND_SET_EVTCHN_UPCALL_VECTOR 0x17 /* Says which vector events of a vCPU come by. */
#define HYPERCALL_HYPERVISOR_HVM_OP_COMMAND_GET_TIME 0xa /* A time, in nanoseconds since boot. */

/*
 * HYPERCALL_NOP (active): Does nothing.
 *
 * Gives none.
 */

/*
 * HYPERCALL_MIX_1 (active): Adds up one argument.
 *
 * a: Counts once. any.
 *
 * Gives the first argument, plus twice the second, plus three times the third and so on, modulo
 * 2^64.
 */

/*
 * HYPERCALL_MIX_2 (active): Adds up two arguments, each with its own weight.
 *
 * a: Counts once. any.
 *
 * b: Counts twice. any.
 *
 * Gives the first argument, plus twice the second, plus three times the third and so on, modulo
 * 2^64.
 */

/*
 * HYPERCALL_MIX_3 (active): Adds up three arguments, each with its own weight.
 *
 * a: Counts once. any.
 *
 * b: Counts twice. any.
 *
 * c: Counts three times. any.
 *
 * Gives the first argument, plus twice the second, plus three times the third and so on, modulo
 * 2^64.
 */

/*
 * HYPERCALL_MIX_4 (active): Adds up four arguments, each with its own weight.
 *
 * a: Counts once. any.
 *
 * b: Counts twice. any.
 *
 * c: Counts three times. any.
 *
 * d: Counts four times. any.
 *
 * Gives the first argument, plus twice the second, plus three times the third and so on, modulo
 * 2^64.
 */

/*
 * HYPERCALL_MIX_5 (active): Adds up five arguments, each with its own weight.
 *
 * a: Counts once. any.
 *
 * b: Counts twice. any.
 *
 * c: Counts three times. any.
 *
 * d: Counts four times. any.
 *
 * e: Counts five times. any.
 *
 * Gives the first argument, plus twice the second, plus three times the third and so on, modulo
 * 2^64.
 */

/*
 * HYPERCALL_MIX_6 (active): Adds up six arguments, each with its own weight: the most of x86 and
 * s390.
 *
 * a: Counts once. any.
 *
 * b: Counts twice. any.
 *
 * c: Counts three times. any.
 *
 * d: Counts four times. any.
 *
 * e: Counts five times. any.
 *
 * f: Counts six times. any.
 *
 * Gives the first argument, plus twice the second, plus three times the third and so on, modulo
 * 2^64.
 */

/*
 * HYPERCALL_MIX_7 (active): Adds up seven arguments, each with its own weight.
 *
 * a: Counts once. any.
 *
 * b: Counts twice. any.
 *
 * c: Counts three times. any.
 *
 * d: Counts four times. any.
 *
 * e: Counts five times. any.
 *
 * f: Counts six times. any.
 *
 * g: Counts seven times. any.
 *
 * Gives the first argument, plus twice the second, plus three times the third and so on, modulo
 * 2^64.
 */

/*
 * HYPERCALL_MIX_8 (active): Adds up eight arguments, each with its own weight: the most of ePAPR.
 *
 * a: Counts once. any.
 *
 * b: Counts twice. any.
 *
 * c: Counts three times. any.
 *
 * d: Counts four times. any.
 *
 * e: Counts five times. any.
 *
 * f: Counts six times. any.
 *
 * g: Counts seven times. any.
 *
 * h: Counts eight times. any.
 *
 * Gives the first argument, plus twice the second, plus three times the third and so on, modulo
 * 2^64.
 */

/*
 * HYPERCALL_MIX_9 (active): Adds up nine arguments, each with its own weight: the most of PAPR.
 *
 * a: Counts once. any.
 *
 * b: Counts twice. any.
 *
 * c: Counts three times. any.
 *
 * d: Counts four times. any.
 *
 * e: Counts five times. any.
 *
 * f: Counts six times. any.
 *
 * g: Counts seven times. any.
 *
 * h: Counts eight times. any.
 *
 * i: Counts nine times. any.
 *
 * Gives the first argument, plus twice the second, plus three times the third and so on, modulo
 * 2^64.
 */

/*
 * HYPERCALL_OUTPUTS (active): Fills the extra output registers: the most that ePAPR has.
 *
 * seed: The value of the first output; each further one is one more, modulo 2^64. any.
 *
 * Gives the seed.
 */

/*
 * HYPERCALL_FAIL (active): Fails with the error asked for, so that a guest sees how its interface
 * says each.
 *
 * error: Which error. one of the values named.
 *
 * Gives none: the call always fails.
 */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_UNKNOWN 0 /* As an unknown call. */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_NOT_PERMITTED 1 /* Not permitted. */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_INVALID 2 /* Invalid argument. */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_BAD_ADDRESS 3 /* Bad address. */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_UNSUPPORTED 4 /* Unsupported. */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_TOO_BIG 5 /* Too big. */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_NOT_FOUND 6 /* Not found. */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_IO 7 /* I/O error. */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_BUSY 8 /* Busy. */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_NO_MEMORY 9 /* No memory. */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_NO_DEVICE 0xa /* No such device. */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_INVALID_STATE 0xb /* Invalid state. */
#define HYPERCALL_HYPERCALL_FAIL_ERROR_INTERNAL 0xc /* Internal error. */

/*
 * HYPERCALL_TYPES (active): Takes one argument of each kind that refuses values, and touches
 * nothing.
 *
 * page: A page, in memory or not. multiple of 4096.
 *
 * count: How many; the result. not 0.
 *
 * access: How it is used. the flags named; other bits are reserved and zero.
 *
 * switch: On or off. 0 or 1.
 *
 * Gives the count.
 */
#define HYPERCALL_HYPERCALL_TYPES_ACCESS_READ 1 /* data is read */
#define HYPERCALL_HYPERCALL_TYPES_ACCESS_WRITE 2 /* data is written */
#define HYPERCALL_HYPERCALL_TYPES_ACCESS_EXEC 4 /* code is executed */

/*
 * HYPERCALL_SIGNED (active): Takes the absolute value of a signed number.
 *
 * value: The number. sign-extended.
 *
 * Gives the absolute value, 0 to 2^31.
 */

/*
 * HYPERCALL_NARROW (active): Adds up integers narrower than a register.
 *
 * byte: 8 bits. 0 to 0xff.
 *
 * half: 16 bits. 0 to 0xffff.
 *
 * word: 32 bits. 0 to 0xffff_ffff.
 *
 * Gives the sum, in 32-bit mode modulo 2^32.
 */

/*
 * HYPERCALL_CONSOLE_WRITE (active): Writes text to the VM's console.
 *
 * text: The text, at most 4096 bytes of any value. guest-physical address, then length in bytes: at
 * most 4096, and ending below 2^64.
 *
 * Gives bytes written: all of them.
 */

/*
 * HYPERCALL_CHECKSUM (active): Adds up the bytes of a buffer.
 *
 * data: The data, at most 65536 bytes. guest-physical address, then length in bytes: at most 65536,
 * and ending below 2^64.
 *
 * Gives the sum of the bytes, each taken as 0 to 255.
 */

/*
 * HYPERCALL_IDENTIFY (active): Tells the guest whose calls these are.
 *
 * at: Where the 24 bytes go; any alignment. any.
 *
 * Gives none; the structure hypercall_identity stands in memory.
 */

/*
 * HYPERCALL_RETRY (active): Is executed again once, then completes.
 *
 * key: Tells this call from an earlier one that was interrupted between its two executions. any.
 *
 * Gives how often the call was executed: 2.
 */

/*
 * HYPERCALL_DEFER (active): Is completed by another thread of the VMM while the vCPU waits.
 *
 * value: The value to come back. any.
 *
 * Gives the value given.
 */

/*
 * HYPERCALL_FAULT (active): Raises an exception at the call: #GP(0) on x86, a specification
 * exception on s390, a program interrupt on PowerPC.
 *
 * Gives none: the call does not return.
 */

/*
 * HYPERCALL_EXIT (active): Ends the VM.
 *
 * code: For whoever runs the VM; zero is success. 0 to 0xffff_ffff.
 *
 * Gives none: the call does not return.
 */

/*
 * HYPERCALL_PANIC (active): Has a handler that panics: the guest gets the internal error, the VM
 * goes on.
 *
 * Gives none: the call always fails.
 */

/*
 * HYPERCALL_OLD_NOP (deprecated): Does nothing, as HYPERCALL_NOP does, for guests that know only
 * this number: served, and reported once a VM.
 *
 * Gives none.
 */

/*
 * HYPERCALL_GONE (obsolete): Keeps a number from being given out again; it is answered as an
 * unknown one.
 *
 * Gives none: the call always fails.
 */

/*
 * HYPERCALL_HOST_TIME (active): Tells the host's wall-clock time.
 *
 * Gives seconds since 1970-01-01 00:00 UTC, in 32-bit mode modulo 2^32.
 */

/*
 * HYPERCALL_MULTICALL (active): Serves a list of calls in guest memory, each entry a structure
 * hypercall_call_entry.
 *
 * With no entries it does nothing, so that a guest can ask whether there is the call.
 *
 * entries: The first entry; a multiple of 128. any.
 *
 * count: How many there are; one exit serves at most 256 of them. any.
 *
 * flags: How they are served. the flags named; other bits are reserved and zero.
 *
 * Gives how many entries hold an answer now, from the first on; the guest hands in the others
 * again.
 */
#define HYPERCALL_HYPERCALL_MULTICALL_FLAGS_STOP_ON_ERROR 1 /* return behind the first entry that fails or faults */

/*
 * HYPERCALL_RING_SETUP (active): Sets a ring up, through which calls are made as this one is: at
 * the same entry point, in the same convention, for the same vCPU, with the same mode, byte order
 * and privilege.
 *
 * The memory is a structure hypercall_ring, and 1 << order structures hypercall_call_entry from the
 * next page on. It stays the ring's until HYPERCALL_RING_TEARDOWN, or until the ring says that it
 * is detached.
 *
 * address: Where the ring is to be; page aligned. multiple of 4096.
 *
 * order: log2 of the number of entries: 0 to 10. 0 to 0xffff_ffff.
 *
 * flags: Zero. any.
 *
 * Gives none; the structure hypercall_ring stands in memory.
 */

/*
 * HYPERCALL_RING_TEARDOWN (active): Takes a ring back: the host does not touch its memory from here
 * on. Calls that were not answered never are.
 *
 * address: Where the ring is. multiple of 4096.
 *
 * Gives none.
 */

/*
 * HYPERCALL_RING_DOORBELL (active): Wakes the host, where a ring says that it sleeps and names no
 * other doorbell.
 *
 * Gives none.
 */

/*
 * Feature bits, by number: of CPUID 0x40000001 EAX on x86, of KVM_HC_FEATURES' bitmap on PowerPC.
 */
#define HYPERCALL_BIT_KVM_FEATURE_MMU_OP 2 /* KVM_HC_MMU_OP */
#define HYPERCALL_BIT_KVM_FEATURE_MAGIC_PAGE 1 /* KVM_HC_PPC_MAP_MAGIC_PAGE */
#define HYPERCALL_BIT_KVM_FEATURE_PV_UNHALT 7 /* KVM_HC_KICK_CPU */
#define HYPERCALL_BIT_KVM_FEATURE_PV_SEND_IPI 11 /* KVM_HC_SEND_IPI */
#define HYPERCALL_BIT_KVM_FEATURE_PV_SCHED_YIELD 13 /* KVM_HC_SCHED_YIELD */
#define HYPERCALL_BIT_KVM_FEATURE_HC_MAP_GPA_RANGE 16 /* KVM_HC_MAP_GPA_RANGE */

/*
 * Supervisor state shared between the guest's kernel and the host, at the start of the magic page.
 * 240 bytes, integers in the guest's byte order (Linux arch/powerpc/include/uapi/asm/kvm_para.h).
 */
struct hypercall_kvm_vcpu_arch_shared {
	uint64_t scratch1; /* For the guest's own use. */
	uint64_t scratch2; /* For the guest's own use. */
	uint64_t scratch3; /* For the guest's own use. */
	uint64_t critical; /* The guest is in a critical section, and takes no interrupt, while this equals its R1. */
	uint64_t sprg0; /* SPRG0. */
	uint64_t sprg1; /* SPRG1. */
	uint64_t sprg2; /* SPRG2. */
	uint64_t sprg3; /* SPRG3. */
	uint64_t srr0; /* SRR0. */
	uint64_t srr1; /* SRR1. */
	uint64_t dar; /* DAR; DEAR on Book E. */
	uint64_t msr; /* MSR; the guest may change EE and RI here. */
	uint32_t dsisr; /* DSISR. */
	uint32_t int_pending; /* Not zero while an interrupt waits for the guest to enable them. */
	uint32_t sr[16]; /* The segment registers of 32-bit guests. */
	uint32_t mas0; /* MAS0, Book E, like the next ones. */
	uint32_t mas1; /* MAS1. */
	uint64_t mas7_3; /* MAS7 and MAS3. */
	uint64_t mas2; /* MAS2. */
	uint32_t mas4; /* MAS4. */
	uint32_t mas6; /* MAS6. */
	uint32_t esr; /* ESR. */
	uint32_t pir; /* PIR. */
	uint64_t sprg4; /* SPRG4. */
	uint64_t sprg5; /* SPRG5. */
	uint64_t sprg6; /* SPRG6. */
	uint64_t sprg7; /* SPRG7. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_kvm_vcpu_arch_shared) == 240, "hypercall_kvm_vcpu_arch_shared has 240 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, scratch1) == 0, "hypercall_kvm_vcpu_arch_shared.scratch1 is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, scratch2) == 8, "hypercall_kvm_vcpu_arch_shared.scratch2 is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, scratch3) == 16, "hypercall_kvm_vcpu_arch_shared.scratch3 is at 16");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, critical) == 24, "hypercall_kvm_vcpu_arch_shared.critical is at 24");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, sprg0) == 32, "hypercall_kvm_vcpu_arch_shared.sprg0 is at 32");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, sprg1) == 40, "hypercall_kvm_vcpu_arch_shared.sprg1 is at 40");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, sprg2) == 48, "hypercall_kvm_vcpu_arch_shared.sprg2 is at 48");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, sprg3) == 56, "hypercall_kvm_vcpu_arch_shared.sprg3 is at 56");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, srr0) == 64, "hypercall_kvm_vcpu_arch_shared.srr0 is at 64");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, srr1) == 72, "hypercall_kvm_vcpu_arch_shared.srr1 is at 72");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, dar) == 80, "hypercall_kvm_vcpu_arch_shared.dar is at 80");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, msr) == 88, "hypercall_kvm_vcpu_arch_shared.msr is at 88");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, dsisr) == 96, "hypercall_kvm_vcpu_arch_shared.dsisr is at 96");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, int_pending) == 100, "hypercall_kvm_vcpu_arch_shared.int_pending is at 100");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, sr) == 104, "hypercall_kvm_vcpu_arch_shared.sr is at 104");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, mas0) == 168, "hypercall_kvm_vcpu_arch_shared.mas0 is at 168");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, mas1) == 172, "hypercall_kvm_vcpu_arch_shared.mas1 is at 172");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, mas7_3) == 176, "hypercall_kvm_vcpu_arch_shared.mas7_3 is at 176");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, mas2) == 184, "hypercall_kvm_vcpu_arch_shared.mas2 is at 184");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, mas4) == 192, "hypercall_kvm_vcpu_arch_shared.mas4 is at 192");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, mas6) == 196, "hypercall_kvm_vcpu_arch_shared.mas6 is at 196");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, esr) == 200, "hypercall_kvm_vcpu_arch_shared.esr is at 200");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, pir) == 204, "hypercall_kvm_vcpu_arch_shared.pir is at 204");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, sprg4) == 208, "hypercall_kvm_vcpu_arch_shared.sprg4 is at 208");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, sprg5) == 216, "hypercall_kvm_vcpu_arch_shared.sprg5 is at 216");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, sprg6) == 224, "hypercall_kvm_vcpu_arch_shared.sprg6 is at 224");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_arch_shared, sprg7) == 232, "hypercall_kvm_vcpu_arch_shared.sprg7 is at 232");

/*
 * What KVM_HC_CLOCK_PAIRING writes, `struct kvm_clock_pairing`. 64 bytes, integers in the guest's
 * byte order (Linux arch/x86/include/uapi/asm/kvm_para.h).
 */
struct hypercall_kvm_clock_pairing {
	int64_t sec; /* Wall clock: whole seconds since 1970-01-01 00:00 UTC. */
	int64_t nsec; /* Wall clock: nanoseconds on top. */
	uint64_t tsc; /* The guest's time-stamp counter at that instant. */
	uint32_t flags; /* Zero. */
	uint32_t pad[9]; /* Zero. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_kvm_clock_pairing) == 64, "hypercall_kvm_clock_pairing has 64 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_clock_pairing, sec) == 0, "hypercall_kvm_clock_pairing.sec is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_clock_pairing, nsec) == 8, "hypercall_kvm_clock_pairing.nsec is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_clock_pairing, tsc) == 16, "hypercall_kvm_clock_pairing.tsc is at 16");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_clock_pairing, flags) == 24, "hypercall_kvm_clock_pairing.flags is at 24");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_clock_pairing, pad) == 28, "hypercall_kvm_clock_pairing.pad is at 28");

/*
 * What XENMEM_add_to_physmap reads in 64-bit mode, `struct xen_add_to_physmap`. 24 bytes, integers
 * in the guest's byte order (Xen xen/include/public/memory.h).
 */
struct hypercall_xen_add_to_physmap {
	uint16_t domid; /* Whose address space: `DOMID_SELF`. */
	uint16_t size; /* How many pages, for XENMAPSPACE_gmfn_range. */
	uint32_t space; /* XENMAPSPACE_*. */
	uint64_t idx; /* Which page of the space. */
	uint64_t gpfn; /* The frame where it goes: its address >> 12. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_xen_add_to_physmap) == 24, "hypercall_xen_add_to_physmap has 24 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_add_to_physmap, domid) == 0, "hypercall_xen_add_to_physmap.domid is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_add_to_physmap, size) == 2, "hypercall_xen_add_to_physmap.size is at 2");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_add_to_physmap, space) == 4, "hypercall_xen_add_to_physmap.space is at 4");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_add_to_physmap, idx) == 8, "hypercall_xen_add_to_physmap.idx is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_add_to_physmap, gpfn) == 16, "hypercall_xen_add_to_physmap.gpfn is at 16");

/*
 * What XENMEM_add_to_physmap reads in 32-bit mode. 16 bytes, integers in the guest's byte order
 * (Xen xen/include/public/memory.h).
 */
struct hypercall_xen_add_to_physmap__32_bit {
	uint16_t domid; /* Whose address space: `DOMID_SELF`. */
	uint16_t size; /* How many pages, for XENMAPSPACE_gmfn_range. */
	uint32_t space; /* XENMAPSPACE_*. */
	uint32_t idx; /* Which page of the space. */
	uint32_t gpfn; /* The frame where it goes: its address >> 12. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_xen_add_to_physmap__32_bit) == 16, "hypercall_xen_add_to_physmap__32_bit has 16 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_add_to_physmap__32_bit, domid) == 0, "hypercall_xen_add_to_physmap__32_bit.domid is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_add_to_physmap__32_bit, size) == 2, "hypercall_xen_add_to_physmap__32_bit.size is at 2");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_add_to_physmap__32_bit, space) == 4, "hypercall_xen_add_to_physmap__32_bit.space is at 4");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_add_to_physmap__32_bit, idx) == 8, "hypercall_xen_add_to_physmap__32_bit.idx is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_add_to_physmap__32_bit, gpfn) == 12, "hypercall_xen_add_to_physmap__32_bit.gpfn is at 12");

/*
 * An entry of a multicall in 64-bit mode, `struct multicall_entry`; its fields are half as wide in
 * 32-bit mode. 64 bytes, integers in the guest's byte order (Xen xen/include/public/xen.h).
 */
struct hypercall_multicall_entry {
	uint64_t op; /* The call's number. */
	uint64_t result; /* Written: its result. */
	uint64_t args[6]; /* Its arguments. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_multicall_entry) == 64, "hypercall_multicall_entry has 64 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_multicall_entry, op) == 0, "hypercall_multicall_entry.op is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_multicall_entry, result) == 8, "hypercall_multicall_entry.result is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_multicall_entry, args) == 16, "hypercall_multicall_entry.args is at 16");

/*
 * What XENVER_compile_info writes, `struct xen_compile_info`: texts that end in a zero. 144 bytes,
 * integers in the guest's byte order (Xen xen/include/public/version.h).
 */
struct hypercall_xen_compile_info {
	uint8_t compiler[64]; /* The compiler. */
	uint8_t compile_by[16]; /* Who ran it. */
	uint8_t compile_domain[32]; /* Where. */
	uint8_t compile_date[32]; /* When. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_xen_compile_info) == 144, "hypercall_xen_compile_info has 144 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_compile_info, compiler) == 0, "hypercall_xen_compile_info.compiler is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_compile_info, compile_by) == 64, "hypercall_xen_compile_info.compile_by is at 64");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_compile_info, compile_domain) == 80, "hypercall_xen_compile_info.compile_domain is at 80");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_compile_info, compile_date) == 112, "hypercall_xen_compile_info.compile_date is at 112");

/*
 * What XENVER_get_features reads and writes, `struct xen_feature_info`. 8 bytes, integers in the
 * guest's byte order (Xen xen/include/public/version.h).
 */
struct hypercall_xen_feature_info {
	uint32_t submap_idx; /* Read: which 32 features. */
	uint32_t submap; /* Written: a bit each (`xen/include/public/features.h`). */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_xen_feature_info) == 8, "hypercall_xen_feature_info has 8 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_feature_info, submap_idx) == 0, "hypercall_xen_feature_info.submap_idx is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_feature_info, submap) == 4, "hypercall_xen_feature_info.submap is at 4");

/*
 * What GNTTABOP_query_size reads and writes, `struct gnttab_query_size`. 16 bytes, integers in the
 * guest's byte order (Xen xen/include/public/grant_table.h).
 */
struct hypercall_gnttab_query_size {
	uint16_t dom; /* Whose table: `DOMID_SELF`. */
	uint16_t pad; /* Nothing. */
	uint32_t nr_frames; /* Written: pages it has. */
	uint32_t max_nr_frames; /* Written: pages it may have. */
	int16_t status; /* Written: GNTST_*, 0 for success. */
	uint8_t pad2[2]; /* Nothing. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_gnttab_query_size) == 16, "hypercall_gnttab_query_size has 16 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_gnttab_query_size, dom) == 0, "hypercall_gnttab_query_size.dom is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_gnttab_query_size, pad) == 2, "hypercall_gnttab_query_size.pad is at 2");
HYPERCALL_ASSERT(offsetof(struct hypercall_gnttab_query_size, nr_frames) == 4, "hypercall_gnttab_query_size.nr_frames is at 4");
HYPERCALL_ASSERT(offsetof(struct hypercall_gnttab_query_size, max_nr_frames) == 8, "hypercall_gnttab_query_size.max_nr_frames is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_gnttab_query_size, status) == 12, "hypercall_gnttab_query_size.status is at 12");
HYPERCALL_ASSERT(offsetof(struct hypercall_gnttab_query_size, pad2) == 14, "hypercall_gnttab_query_size.pad2 is at 14");

/*
 * What VCPUOP_register_vcpu_info reads, `struct vcpu_register_vcpu_info`. 16 bytes, integers in the
 * guest's byte order (Xen xen/include/public/vcpu.h).
 */
struct hypercall_vcpu_register_vcpu_info {
	uint64_t mfn; /* The frame: its address >> 12. */
	uint32_t offset; /* Offset in the frame. */
	uint32_t rsvd; /* Unused. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_vcpu_register_vcpu_info) == 16, "hypercall_vcpu_register_vcpu_info has 16 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_vcpu_register_vcpu_info, mfn) == 0, "hypercall_vcpu_register_vcpu_info.mfn is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_vcpu_register_vcpu_info, offset) == 8, "hypercall_vcpu_register_vcpu_info.offset is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_vcpu_register_vcpu_info, rsvd) == 12, "hypercall_vcpu_register_vcpu_info.rsvd is at 12");

/*
 * What HVMOP_set_param reads, and HVMOP_get_param reads and writes, `struct xen_hvm_param`. 16
 * bytes, integers in the guest's byte order (Xen xen/include/public/hvm/hvm_op.h).
 */
struct hypercall_xen_hvm_param {
	uint16_t domid; /* Whose parameter: `DOMID_SELF`. */
	uint16_t pad; /* Nothing; it comes back as it was. */
	uint32_t index; /* HVM_PARAM_*, below `HVM_PARAMETERS`. */
	uint64_t value; /* Its value. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_xen_hvm_param) == 16, "hypercall_xen_hvm_param has 16 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_hvm_param, domid) == 0, "hypercall_xen_hvm_param.domid is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_hvm_param, pad) == 2, "hypercall_xen_hvm_param.pad is at 2");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_hvm_param, index) == 4, "hypercall_xen_hvm_param.index is at 4");
HYPERCALL_ASSERT(offsetof(struct hypercall_xen_hvm_param, value) == 8, "hypercall_xen_hvm_param.value is at 8");

/*
 * What HYPERCALL_IDENTIFY writes, in the guest's byte order. 24 bytes, integers in the guest's byte
 * order (this project's vendor interface).
 */
struct hypercall_identity {
	uint32_t magic; /* 0x48566964: "HVid" in ASCII, most significant byte first. */
	uint32_t version; /* Version of the vendor interface: 1. */
	uint32_t arch; /* Architecture of the VM: 1 x86, 2 s390, 3 PowerPC, 4 MIPS. */
	uint32_t reserved; /* Zero. */
	uint64_t calls; /* How many different calls the VM serves. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_identity) == 24, "hypercall_identity has 24 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_identity, magic) == 0, "hypercall_identity.magic is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_identity, version) == 4, "hypercall_identity.version is at 4");
HYPERCALL_ASSERT(offsetof(struct hypercall_identity, arch) == 8, "hypercall_identity.arch is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_identity, reserved) == 12, "hypercall_identity.reserved is at 12");
HYPERCALL_ASSERT(offsetof(struct hypercall_identity, calls) == 16, "hypercall_identity.calls is at 16");

/*
 * A call in guest memory, in the guest's byte order; two cache lines of x86, one of PowerPC. 128
 * bytes, integers in the guest's byte order (this project's vendor interface).
 */
struct hypercall_call_entry {
	uint64_t number; /* What the convention's number register would hold. */
	uint32_t state; /* 1 when the guest hands it in; 2 done, 3 failed, 4 faulted when it is answered. */
	uint32_t flags; /* Zero. */
	uint64_t result; /* What the convention's result register would hold afterwards, errors too; zero where the call faulted. */
	uint64_t words[9]; /* The arguments in the convention's order. Afterwards the value, where the convention has a register of its own for it, then the extra outputs; zero where the call has none. In a ring, those for which the convention has neither argument nor output register stay as they are. */
	uint64_t reserved[4]; /* Zero. In a ring its first 32 bits are the ticket that the entry is free for, and the guest's own. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_call_entry) == 128, "hypercall_call_entry has 128 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_call_entry, number) == 0, "hypercall_call_entry.number is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_call_entry, state) == 8, "hypercall_call_entry.state is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_call_entry, flags) == 12, "hypercall_call_entry.flags is at 12");
HYPERCALL_ASSERT(offsetof(struct hypercall_call_entry, result) == 16, "hypercall_call_entry.result is at 16");
HYPERCALL_ASSERT(offsetof(struct hypercall_call_entry, words) == 24, "hypercall_call_entry.words is at 24");
HYPERCALL_ASSERT(offsetof(struct hypercall_call_entry, reserved) == 96, "hypercall_call_entry.reserved is at 96");

/*
 * The first page of a ring, in the byte order of the guest that set it up; the entries are behind
 * it, from byte 4096 on.
 *
 * What the guests write, what the host writes at each call and what it writes when it falls asleep
 * stand in 256-byte lines of their own: the longest cache line of the architectures here (s390; 128
 * on PowerPC, pairs of 64 on x86). 1024 bytes, integers in the guest's byte order (this project's
 * vendor interface).
 */
struct hypercall_ring {
	uint32_t magic; /* 0x48567267: "HVrg" in ASCII, most significant byte first. The host writes this line at set-up only. */
	uint32_t version; /* Version of the ring: 1. */
	uint32_t order; /* log2 of the number of entries, 0 to 10. */
	uint32_t width; /* Bits that count in a number, word or result: 32 or 64, the mode of the caller that set the ring up. */
	uint32_t doorbell; /* How the guest wakes the host: 0 by HYPERCALL_RING_DOORBELL; x86: 1 by a byte written to a port, 2 by a byte stored to a guest-physical address. */
	uint32_t reserved_0; /* Zero. */
	uint64_t doorbell_at; /* The doorbell's port or address. */
	uint32_t reserved_1[56]; /* Zero. */
	uint32_t producer; /* The next ticket; the guests advance it by compare-and-swap. Tickets wrap at 2^32. */
	uint32_t reserved_2[63]; /* Zero. */
	uint32_t consumer; /* The ticket that the host serves next. For whoever debugs a guest: neither side reads it. */
	uint32_t reserved_3[63]; /* Zero. */
	uint32_t flags; /* 1: the host polls. 2: the host sleeps until the doorbell is rung. */
	uint32_t detached; /* 0 while the ring is served; then why it is not any more. */
	uint32_t reserved_4[62]; /* Zero. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_ring) == 1024, "hypercall_ring has 1024 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, magic) == 0, "hypercall_ring.magic is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, version) == 4, "hypercall_ring.version is at 4");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, order) == 8, "hypercall_ring.order is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, width) == 12, "hypercall_ring.width is at 12");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, doorbell) == 16, "hypercall_ring.doorbell is at 16");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, reserved_0) == 20, "hypercall_ring.reserved_0 is at 20");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, doorbell_at) == 24, "hypercall_ring.doorbell_at is at 24");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, reserved_1) == 32, "hypercall_ring.reserved_1 is at 32");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, producer) == 256, "hypercall_ring.producer is at 256");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, reserved_2) == 260, "hypercall_ring.reserved_2 is at 260");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, consumer) == 512, "hypercall_ring.consumer is at 512");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, reserved_3) == 516, "hypercall_ring.reserved_3 is at 516");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, flags) == 768, "hypercall_ring.flags is at 768");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, detached) == 772, "hypercall_ring.detached is at 772");
HYPERCALL_ASSERT(offsetof(struct hypercall_ring, reserved_4) == 776, "hypercall_ring.reserved_4 is at 776");

/*
 * What a guest may call and how: five CPUID leaves, the four registers of each in turn. Bits not
 * named are zero, and a guest ignores them; a higher version only adds. 80 bytes, integers in the
 * guest's byte order (this project's arch-x86/src/cpuid.rs).
 */
struct hypercall_cpuid_leaves {
	uint32_t base_eax; /* The last leaf. */
	uint32_t base_ebx; /* `Hype`. */
	uint32_t base_ecx; /* `rcal`. */
	uint32_t base_edx; /* `lABI`. */
	uint32_t version; /* 1. */
	uint32_t transports; /* Bit 0, a port doorbell; bit 1, an MMIO doorbell; bit 2, number 12 by vmcall or vmmcall; bit 3, every number by these. */
	uint32_t port; /* The doorbell's port. */
	uint32_t conventions; /* Bits 7:0 of the port doorbell, 15:8 of the MMIO doorbell, 23:16 of the vmcall of bit 3: 0 KVM, 1 the 2007 kvm_para.h, 2 Xen. */
	uint32_t mmio_low; /* The MMIO doorbell's guest-physical address, low half. */
	uint32_t mmio_high; /* High half. */
	uint32_t reserved_2_ecx; /* Zero. */
	uint32_t reserved_2_edx; /* Zero. */
	uint32_t kvm_0; /* KVM's numbers 0 to 31 that a doorbell serves, a bit each. */
	uint32_t kvm_32; /* 32 to 63. */
	uint32_t kvm_64; /* 64 to 95. */
	uint32_t kvm_96; /* 96 to 127. */
	uint32_t vendor_first; /* A vendor's number 0 as it stands in the number register. */
	uint32_t vendor_0; /* The vendor's numbers 0 to 31 that a doorbell serves, a bit each. */
	uint32_t vendor_32; /* 32 to 63. */
	uint32_t vendor_64; /* 64 to 95. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_cpuid_leaves) == 80, "hypercall_cpuid_leaves has 80 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, base_eax) == 0, "hypercall_cpuid_leaves.base_eax is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, base_ebx) == 4, "hypercall_cpuid_leaves.base_ebx is at 4");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, base_ecx) == 8, "hypercall_cpuid_leaves.base_ecx is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, base_edx) == 12, "hypercall_cpuid_leaves.base_edx is at 12");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, version) == 16, "hypercall_cpuid_leaves.version is at 16");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, transports) == 20, "hypercall_cpuid_leaves.transports is at 20");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, port) == 24, "hypercall_cpuid_leaves.port is at 24");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, conventions) == 28, "hypercall_cpuid_leaves.conventions is at 28");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, mmio_low) == 32, "hypercall_cpuid_leaves.mmio_low is at 32");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, mmio_high) == 36, "hypercall_cpuid_leaves.mmio_high is at 36");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, reserved_2_ecx) == 40, "hypercall_cpuid_leaves.reserved_2_ecx is at 40");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, reserved_2_edx) == 44, "hypercall_cpuid_leaves.reserved_2_edx is at 44");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, kvm_0) == 48, "hypercall_cpuid_leaves.kvm_0 is at 48");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, kvm_32) == 52, "hypercall_cpuid_leaves.kvm_32 is at 52");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, kvm_64) == 56, "hypercall_cpuid_leaves.kvm_64 is at 56");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, kvm_96) == 60, "hypercall_cpuid_leaves.kvm_96 is at 60");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, vendor_first) == 64, "hypercall_cpuid_leaves.vendor_first is at 64");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, vendor_0) == 68, "hypercall_cpuid_leaves.vendor_0 is at 68");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, vendor_32) == 72, "hypercall_cpuid_leaves.vendor_32 is at 72");
HYPERCALL_ASSERT(offsetof(struct hypercall_cpuid_leaves, vendor_64) == 76, "hypercall_cpuid_leaves.vendor_64 is at 76");

/*
 * The per-vCPU page that a guest shares with the host to make hypercalls by the API of 2007.
 *
 * Written by the guest, except where a field says otherwise. Addresses are guest-physical. 4096
 * bytes, integers in the guest's byte order (Linux 2.6.21 include/linux/kvm_para.h).
 */
struct hypercall_kvm_vcpu_para_state {
	uint32_t guest_version; /* The version of the API that the guest speaks; newer ones than the host's are denied. */
	uint32_t host_version; /* Written by the host: the version it speaks, denied guests are told too. */
	uint32_t size; /* Bytes of the structure, for the reader; the host does not look at it. */
	uint32_t ret; /* Written by the host: 0, or -KVM_EINVAL (0xffff_ffff) where the registration was denied. */
	uint64_t hypercall_gpa_; /* The address of four bytes inside one page, where the host puts the instruction and its return. */
	uint8_t unused[4072]; /* The rest of the page, which the host leaves alone. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_kvm_vcpu_para_state) == 4096, "hypercall_kvm_vcpu_para_state has 4096 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_para_state, guest_version) == 0, "hypercall_kvm_vcpu_para_state.guest_version is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_para_state, host_version) == 4, "hypercall_kvm_vcpu_para_state.host_version is at 4");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_para_state, size) == 8, "hypercall_kvm_vcpu_para_state.size is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_para_state, ret) == 12, "hypercall_kvm_vcpu_para_state.ret is at 12");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_para_state, hypercall_gpa_) == 16, "hypercall_kvm_vcpu_para_state.hypercall_gpa_ is at 16");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_vcpu_para_state, unused) == 24, "hypercall_kvm_vcpu_para_state.unused is at 24");

/*
 * Tells KVM the MSR of Xen's hypercall page, and where in the VMM's memory the blobs are. 56 bytes,
 * integers in the guest's byte order (Linux Documentation/kvm/api.txt of 2009, 4.27).
 */
struct hypercall_kvm_xen_hvm_config {
	uint32_t flags; /* Zero, as it was in 2009; later kernels have flags by which they serve calls themselves. */
	uint32_t msr; /* The MSR that a guest writes to; 0 for none. */
	uint64_t blob_addr_32; /* Address in the VMM of the blob for guests outside long mode. */
	uint64_t blob_addr_64; /* Address in the VMM of the blob for guests in long mode. */
	uint8_t blob_size_32; /* Pages of 4096 bytes of the former. */
	uint8_t blob_size_64; /* Pages of 4096 bytes of the latter. */
	uint8_t pad2[30]; /* Zero. */
};
HYPERCALL_ASSERT(sizeof(struct hypercall_kvm_xen_hvm_config) == 56, "hypercall_kvm_xen_hvm_config has 56 bytes");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_xen_hvm_config, flags) == 0, "hypercall_kvm_xen_hvm_config.flags is at 0");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_xen_hvm_config, msr) == 4, "hypercall_kvm_xen_hvm_config.msr is at 4");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_xen_hvm_config, blob_addr_32) == 8, "hypercall_kvm_xen_hvm_config.blob_addr_32 is at 8");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_xen_hvm_config, blob_addr_64) == 16, "hypercall_kvm_xen_hvm_config.blob_addr_64 is at 16");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_xen_hvm_config, blob_size_32) == 24, "hypercall_kvm_xen_hvm_config.blob_size_32 is at 24");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_xen_hvm_config, blob_size_64) == 25, "hypercall_kvm_xen_hvm_config.blob_size_64 is at 25");
HYPERCALL_ASSERT(offsetof(struct hypercall_kvm_xen_hvm_config, pad2) == 26, "hypercall_kvm_xen_hvm_config.pad2 is at 26");

#ifndef HYPERCALL_NO_STUBS

#if defined(__x86_64__)

/* A register. */
typedef uint64_t hypercall_reg;

/* How a call leaves the guest. */
enum hypercall_via {
	HYPERCALL_VIA_VMCALL, /* vmcall */
	HYPERCALL_VIA_VMMCALL, /* vmmcall */
#ifdef HYPERCALL_PORT
	HYPERCALL_VIA_PORT, /* out imm8, al */
#endif
#ifdef HYPERCALL_MMIO
	HYPERCALL_VIA_MMIO, /* a store of a byte */
#endif
#ifdef HYPERCALL_PAGE
	HYPERCALL_VIA_PAGE, /* Xen's convention only, and the numbers below 128 */
#endif
};

#ifndef HYPERCALL_TEXT
#define HYPERCALL_TEXT_(value) #value
#define HYPERCALL_TEXT(value) HYPERCALL_TEXT_(value)
#endif

#define HYPERCALL_KVM_(instruction, number) do { \
	register hypercall_reg in_rax __asm__("rax") = (number); \
	register hypercall_reg in_rbx __asm__("rbx") = a1; \
	register hypercall_reg in_rcx __asm__("rcx") = a2; \
	register hypercall_reg in_rdx __asm__("rdx") = a3; \
	register hypercall_reg in_rsi __asm__("rsi") = a4; \
	__asm__ __volatile__(instruction \
		: "+r"(in_rax) \
		: "r"(in_rbx), "r"(in_rcx), "r"(in_rdx), "r"(in_rsi) \
		: "memory", "cc"); \
	result = in_rax; \
} while (0)

/*
 * KVM: the number in rax, arguments in rbx, rcx, rdx, rsi; gives rax (Linux
 * Documentation/virt/kvm/x86/hypercalls.rst).
 */
static __inline__ int64_t hypercall_kvm(enum hypercall_via via, hypercall_reg number, hypercall_reg a1, hypercall_reg a2, hypercall_reg a3, hypercall_reg a4)
{
	hypercall_reg result = 0;

	switch (via) {
	case HYPERCALL_VIA_VMCALL:
		HYPERCALL_KVM_(".byte 0x0f, 0x01, 0xc1", number);
		break;
	case HYPERCALL_VIA_VMMCALL:
		HYPERCALL_KVM_(".byte 0x0f, 0x01, 0xd9", number);
		break;
#ifdef HYPERCALL_PORT
	case HYPERCALL_VIA_PORT:
		HYPERCALL_KVM_(".byte 0xe6, " HYPERCALL_TEXT(HYPERCALL_PORT), number);
		break;
#endif
#ifdef HYPERCALL_MMIO
	case HYPERCALL_VIA_MMIO:
		HYPERCALL_KVM_(".byte 0x88, 0x04, 0x25\n\t.long " HYPERCALL_TEXT(HYPERCALL_MMIO), number);
		break;
#endif
	default:
		__builtin_trap();
	}
	return (int64_t)result;
}

#undef HYPERCALL_KVM_

static __inline__ int64_t hypercall_kvm_kvm_hc_vapic_poll_irq(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_kvm_hc_mmu_op(enum hypercall_via via, hypercall_reg bytes, uint64_t buffer)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_MMU_OP, (hypercall_reg)bytes, (hypercall_reg)buffer, 0, 0);
}

static __inline__ int64_t hypercall_kvm_kvm_hc_kick_cpu(enum hypercall_via via, hypercall_reg flags, uint32_t apic_id)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_KICK_CPU, (hypercall_reg)flags, (hypercall_reg)apic_id, 0, 0);
}

static __inline__ int64_t hypercall_kvm_kvm_hc_clock_pairing(enum hypercall_via via, hypercall_reg address, uint32_t clock)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_CLOCK_PAIRING, (hypercall_reg)address, (hypercall_reg)clock, 0, 0);
}

static __inline__ int64_t hypercall_kvm_kvm_hc_send_ipi(enum hypercall_via via, hypercall_reg targets_low, hypercall_reg targets_high, uint32_t lowest, hypercall_reg icr)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_SEND_IPI, (hypercall_reg)targets_low, (hypercall_reg)targets_high, (hypercall_reg)lowest, (hypercall_reg)icr);
}

static __inline__ int64_t hypercall_kvm_kvm_hc_sched_yield(enum hypercall_via via, hypercall_reg apic_id)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_SCHED_YIELD, (hypercall_reg)apic_id, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_kvm_hc_map_gpa_range(enum hypercall_via via, hypercall_reg gpa, hypercall_reg pages, uint32_t attributes)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_MAP_GPA_RANGE, (hypercall_reg)gpa, (hypercall_reg)pages, (hypercall_reg)attributes, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_nop(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_NOP, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_mix_1(enum hypercall_via via, hypercall_reg a)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_MIX_1, (hypercall_reg)a, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_mix_2(enum hypercall_via via, hypercall_reg a, hypercall_reg b)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_MIX_2, (hypercall_reg)a, (hypercall_reg)b, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_mix_3(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_MIX_3, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_mix_4(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_MIX_4, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d);
}

static __inline__ int64_t hypercall_kvm_hypercall_fail(enum hypercall_via via, uint32_t error)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_FAIL, (hypercall_reg)error, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_types(enum hypercall_via via, hypercall_reg page, uint32_t count, uint32_t access, uint32_t switch_)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_TYPES, (hypercall_reg)page, (hypercall_reg)count, (hypercall_reg)access, (hypercall_reg)switch_);
}

static __inline__ int64_t hypercall_kvm_hypercall_signed(enum hypercall_via via, int32_t value)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_SIGNED, (hypercall_reg)value, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_narrow(enum hypercall_via via, uint8_t byte, uint16_t half, uint32_t word)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_NARROW, (hypercall_reg)byte, (hypercall_reg)half, (hypercall_reg)word, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_console_write(enum hypercall_via via, hypercall_reg text_address, hypercall_reg text_length)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_CONSOLE_WRITE, (hypercall_reg)text_address, (hypercall_reg)text_length, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_checksum(enum hypercall_via via, hypercall_reg data_address, hypercall_reg data_length)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_CHECKSUM, (hypercall_reg)data_address, (hypercall_reg)data_length, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_identify(enum hypercall_via via, hypercall_reg at)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_IDENTIFY, (hypercall_reg)at, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_retry(enum hypercall_via via, hypercall_reg key)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_RETRY, (hypercall_reg)key, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_defer(enum hypercall_via via, hypercall_reg value)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_DEFER, (hypercall_reg)value, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_fault(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_FAULT, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_exit(enum hypercall_via via, uint32_t code)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_EXIT, (hypercall_reg)code, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_panic(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_PANIC, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_old_nop(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_OLD_NOP, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_gone(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_GONE, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_host_time(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_HOST_TIME, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_multicall(enum hypercall_via via, hypercall_reg entries, hypercall_reg count, uint32_t flags)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, (hypercall_reg)flags, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_ring_setup(enum hypercall_via via, hypercall_reg address, uint32_t order, hypercall_reg flags)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_RING_SETUP, (hypercall_reg)address, (hypercall_reg)order, (hypercall_reg)flags, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_ring_teardown(enum hypercall_via via, hypercall_reg address)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_RING_TEARDOWN, (hypercall_reg)address, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_ring_doorbell(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_RING_DOORBELL, 0, 0, 0, 0);
}

#define HYPERCALL_PARA_2007_(instruction, number) do { \
	register hypercall_reg in_rax __asm__("rax") = (number); \
	register hypercall_reg in_rdi __asm__("rdi") = a1; \
	register hypercall_reg in_rsi __asm__("rsi") = a2; \
	register hypercall_reg in_rdx __asm__("rdx") = a3; \
	register hypercall_reg in_rcx __asm__("rcx") = a4; \
	register hypercall_reg in_r8 __asm__("r8") = a5; \
	register hypercall_reg in_r9 __asm__("r9") = a6; \
	__asm__ __volatile__(instruction \
		: "+r"(in_rax) \
		: "r"(in_rdi), "r"(in_rsi), "r"(in_rdx), "r"(in_rcx), "r"(in_r8), "r"(in_r9) \
		: "memory", "cc"); \
	result = in_rax; \
} while (0)

/*
 * kvm_para.h of 2007: the number in rax, arguments in rdi, rsi, rdx, rcx, r8, r9; gives rax
 * (kvm_para.h of January 2007, "Hypercall calling convention").
 */
static __inline__ int64_t hypercall_para_2007(enum hypercall_via via, hypercall_reg number, hypercall_reg a1, hypercall_reg a2, hypercall_reg a3, hypercall_reg a4, hypercall_reg a5, hypercall_reg a6)
{
	hypercall_reg result = 0;

	switch (via) {
	case HYPERCALL_VIA_VMCALL:
		HYPERCALL_PARA_2007_(".byte 0x0f, 0x01, 0xc1", number);
		break;
	case HYPERCALL_VIA_VMMCALL:
		HYPERCALL_PARA_2007_(".byte 0x0f, 0x01, 0xd9", number);
		break;
#ifdef HYPERCALL_PORT
	case HYPERCALL_VIA_PORT:
		HYPERCALL_PARA_2007_(".byte 0xe6, " HYPERCALL_TEXT(HYPERCALL_PORT), number);
		break;
#endif
#ifdef HYPERCALL_MMIO
	case HYPERCALL_VIA_MMIO:
		HYPERCALL_PARA_2007_(".byte 0x88, 0x04, 0x25\n\t.long " HYPERCALL_TEXT(HYPERCALL_MMIO), number);
		break;
#endif
	default:
		__builtin_trap();
	}
	return (int64_t)result;
}

#undef HYPERCALL_PARA_2007_

static __inline__ int64_t hypercall_para_2007_hypercall_nop(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_NOP, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_mix_1(enum hypercall_via via, hypercall_reg a)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MIX_1, (hypercall_reg)a, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_mix_2(enum hypercall_via via, hypercall_reg a, hypercall_reg b)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MIX_2, (hypercall_reg)a, (hypercall_reg)b, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_mix_3(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MIX_3, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_mix_4(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MIX_4, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_mix_5(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MIX_5, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_mix_6(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MIX_6, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f);
}

static __inline__ int64_t hypercall_para_2007_hypercall_fail(enum hypercall_via via, uint32_t error)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_FAIL, (hypercall_reg)error, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_types(enum hypercall_via via, hypercall_reg page, uint32_t count, uint32_t access, uint32_t switch_)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_TYPES, (hypercall_reg)page, (hypercall_reg)count, (hypercall_reg)access, (hypercall_reg)switch_, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_signed(enum hypercall_via via, int32_t value)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_SIGNED, (hypercall_reg)value, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_narrow(enum hypercall_via via, uint8_t byte, uint16_t half, uint32_t word)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_NARROW, (hypercall_reg)byte, (hypercall_reg)half, (hypercall_reg)word, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_console_write(enum hypercall_via via, hypercall_reg text_address, hypercall_reg text_length)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_CONSOLE_WRITE, (hypercall_reg)text_address, (hypercall_reg)text_length, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_checksum(enum hypercall_via via, hypercall_reg data_address, hypercall_reg data_length)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_CHECKSUM, (hypercall_reg)data_address, (hypercall_reg)data_length, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_identify(enum hypercall_via via, hypercall_reg at)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_IDENTIFY, (hypercall_reg)at, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_retry(enum hypercall_via via, hypercall_reg key)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_RETRY, (hypercall_reg)key, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_defer(enum hypercall_via via, hypercall_reg value)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_DEFER, (hypercall_reg)value, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_fault(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_exit(enum hypercall_via via, uint32_t code)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_EXIT, (hypercall_reg)code, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_panic(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_old_nop(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_gone(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_GONE, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_host_time(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_multicall(enum hypercall_via via, hypercall_reg entries, hypercall_reg count, uint32_t flags)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, (hypercall_reg)flags, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_ring_setup(enum hypercall_via via, hypercall_reg address, uint32_t order, hypercall_reg flags)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_RING_SETUP, (hypercall_reg)address, (hypercall_reg)order, (hypercall_reg)flags, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_ring_teardown(enum hypercall_via via, hypercall_reg address)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_RING_TEARDOWN, (hypercall_reg)address, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_ring_doorbell(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0);
}

#define HYPERCALL_XEN_(instruction, number) do { \
	register hypercall_reg in_rax __asm__("rax") = (number); \
	register hypercall_reg in_rdi __asm__("rdi") = a1; \
	register hypercall_reg in_rsi __asm__("rsi") = a2; \
	register hypercall_reg in_rdx __asm__("rdx") = a3; \
	register hypercall_reg in_r10 __asm__("r10") = a4; \
	register hypercall_reg in_r8 __asm__("r8") = a5; \
	register hypercall_reg in_r9 __asm__("r9") = a6; \
	__asm__ __volatile__(instruction \
		: "+r"(in_rax) \
		: "r"(in_rdi), "r"(in_rsi), "r"(in_rdx), "r"(in_r10), "r"(in_r8), "r"(in_r9) \
		: "memory", "cc"); \
	result = in_rax; \
} while (0)

/*
 * Xen: the number in rax, arguments in rdi, rsi, rdx, r10, r8, r9; gives rax (Xen
 * xen/include/public/arch-x86/xen-x86_64.h and xen-x86_32.h).
 */
static __inline__ int64_t hypercall_xen(enum hypercall_via via, hypercall_reg number, hypercall_reg a1, hypercall_reg a2, hypercall_reg a3, hypercall_reg a4, hypercall_reg a5, hypercall_reg a6)
{
	hypercall_reg result = 0;

	switch (via) {
	case HYPERCALL_VIA_VMCALL:
		HYPERCALL_XEN_(".byte 0x0f, 0x01, 0xc1", number);
		break;
	case HYPERCALL_VIA_VMMCALL:
		HYPERCALL_XEN_(".byte 0x0f, 0x01, 0xd9", number);
		break;
#ifdef HYPERCALL_PORT
	case HYPERCALL_VIA_PORT:
		HYPERCALL_XEN_(".byte 0xe6, " HYPERCALL_TEXT(HYPERCALL_PORT), number);
		break;
#endif
#ifdef HYPERCALL_MMIO
	case HYPERCALL_VIA_MMIO:
		HYPERCALL_XEN_(".byte 0x88, 0x04, 0x25\n\t.long " HYPERCALL_TEXT(HYPERCALL_MMIO), number);
		break;
#endif
#ifdef HYPERCALL_PAGE
	case HYPERCALL_VIA_PAGE:
		HYPERCALL_XEN_("leaq -128(%%rsp), %%rsp\n\tcall *%%rax\n\tleaq 128(%%rsp), %%rsp", (hypercall_reg)(HYPERCALL_PAGE) + 32 * number);
		break;
#endif
	default:
		__builtin_trap();
	}
	return (int64_t)result;
}

#undef HYPERCALL_XEN_

static __inline__ int64_t hypercall_xen_hypervisor_memory_op(enum hypercall_via via, hypercall_reg command, hypercall_reg argument)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_MEMORY_OP, (hypercall_reg)command, (hypercall_reg)argument, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_multicall(enum hypercall_via via, hypercall_reg entries, uint32_t count)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_xen_version(enum hypercall_via via, uint32_t command, hypercall_reg argument)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_XEN_VERSION, (hypercall_reg)command, (hypercall_reg)argument, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_console_io(enum hypercall_via via, uint32_t command, uint32_t count, hypercall_reg buffer)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_CONSOLE_IO, (hypercall_reg)command, (hypercall_reg)count, (hypercall_reg)buffer, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_grant_table_op(enum hypercall_via via, uint32_t command, hypercall_reg structures, uint32_t count)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_GRANT_TABLE_OP, (hypercall_reg)command, (hypercall_reg)structures, (hypercall_reg)count, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_vcpu_op(enum hypercall_via via, uint32_t command, uint32_t vcpu, hypercall_reg argument)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_VCPU_OP, (hypercall_reg)command, (hypercall_reg)vcpu, (hypercall_reg)argument, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_sched_op(enum hypercall_via via, uint32_t command, hypercall_reg argument)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_SCHED_OP, (hypercall_reg)command, (hypercall_reg)argument, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_event_channel_op(enum hypercall_via via, uint32_t command, hypercall_reg argument)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_EVENT_CHANNEL_OP, (hypercall_reg)command, (hypercall_reg)argument, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_hvm_op(enum hypercall_via via, hypercall_reg command, hypercall_reg argument)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_HVM_OP, (hypercall_reg)command, (hypercall_reg)argument, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_nop(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_NOP, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_mix_1(enum hypercall_via via, hypercall_reg a)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MIX_1, (hypercall_reg)a, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_mix_2(enum hypercall_via via, hypercall_reg a, hypercall_reg b)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MIX_2, (hypercall_reg)a, (hypercall_reg)b, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_mix_3(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MIX_3, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_mix_4(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MIX_4, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_mix_5(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MIX_5, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_mix_6(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MIX_6, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f);
}

static __inline__ int64_t hypercall_xen_hypercall_fail(enum hypercall_via via, uint32_t error)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_FAIL, (hypercall_reg)error, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_types(enum hypercall_via via, hypercall_reg page, uint32_t count, uint32_t access, uint32_t switch_)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_TYPES, (hypercall_reg)page, (hypercall_reg)count, (hypercall_reg)access, (hypercall_reg)switch_, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_signed(enum hypercall_via via, int32_t value)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_SIGNED, (hypercall_reg)value, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_narrow(enum hypercall_via via, uint8_t byte, uint16_t half, uint32_t word)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_NARROW, (hypercall_reg)byte, (hypercall_reg)half, (hypercall_reg)word, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_console_write(enum hypercall_via via, hypercall_reg text_address, hypercall_reg text_length)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_CONSOLE_WRITE, (hypercall_reg)text_address, (hypercall_reg)text_length, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_checksum(enum hypercall_via via, hypercall_reg data_address, hypercall_reg data_length)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_CHECKSUM, (hypercall_reg)data_address, (hypercall_reg)data_length, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_identify(enum hypercall_via via, hypercall_reg at)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_IDENTIFY, (hypercall_reg)at, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_retry(enum hypercall_via via, hypercall_reg key)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_RETRY, (hypercall_reg)key, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_defer(enum hypercall_via via, hypercall_reg value)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_DEFER, (hypercall_reg)value, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_fault(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_exit(enum hypercall_via via, uint32_t code)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_EXIT, (hypercall_reg)code, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_panic(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_old_nop(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_gone(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_GONE, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_host_time(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_multicall(enum hypercall_via via, hypercall_reg entries, hypercall_reg count, uint32_t flags)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, (hypercall_reg)flags, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_ring_setup(enum hypercall_via via, hypercall_reg address, uint32_t order, hypercall_reg flags)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_RING_SETUP, (hypercall_reg)address, (hypercall_reg)order, (hypercall_reg)flags, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_ring_teardown(enum hypercall_via via, hypercall_reg address)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_RING_TEARDOWN, (hypercall_reg)address, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_ring_doorbell(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0);
}

#elif defined(__i386__)

/* A register. */
typedef uint32_t hypercall_reg;

/* How a call leaves the guest. */
enum hypercall_via {
	HYPERCALL_VIA_VMCALL, /* vmcall */
	HYPERCALL_VIA_VMMCALL, /* vmmcall */
#ifdef HYPERCALL_PORT
	HYPERCALL_VIA_PORT, /* out imm8, al */
#endif
#ifdef HYPERCALL_MMIO
	HYPERCALL_VIA_MMIO, /* a store of a byte */
#endif
#ifdef HYPERCALL_PAGE
	HYPERCALL_VIA_PAGE, /* Xen's convention only, and the numbers below 128 */
#endif
};

#ifndef HYPERCALL_TEXT
#define HYPERCALL_TEXT_(value) #value
#define HYPERCALL_TEXT(value) HYPERCALL_TEXT_(value)
#endif

#define HYPERCALL_KVM_(instruction, number) do { \
	register hypercall_reg in_eax __asm__("eax") = (number); \
	register hypercall_reg in_ebx __asm__("ebx") = a1; \
	register hypercall_reg in_ecx __asm__("ecx") = a2; \
	register hypercall_reg in_edx __asm__("edx") = a3; \
	register hypercall_reg in_esi __asm__("esi") = a4; \
	__asm__ __volatile__(instruction \
		: "+r"(in_eax) \
		: "r"(in_ebx), "r"(in_ecx), "r"(in_edx), "r"(in_esi) \
		: "memory", "cc"); \
	result = in_eax; \
} while (0)

/*
 * KVM: the number in rax, arguments in rbx, rcx, rdx, rsi; gives rax (Linux
 * Documentation/virt/kvm/x86/hypercalls.rst).
 */
static __inline__ int64_t hypercall_kvm(enum hypercall_via via, hypercall_reg number, hypercall_reg a1, hypercall_reg a2, hypercall_reg a3, hypercall_reg a4)
{
	hypercall_reg result = 0;

	switch (via) {
	case HYPERCALL_VIA_VMCALL:
		HYPERCALL_KVM_(".byte 0x0f, 0x01, 0xc1", number);
		break;
	case HYPERCALL_VIA_VMMCALL:
		HYPERCALL_KVM_(".byte 0x0f, 0x01, 0xd9", number);
		break;
#ifdef HYPERCALL_PORT
	case HYPERCALL_VIA_PORT:
		HYPERCALL_KVM_(".byte 0xe6, " HYPERCALL_TEXT(HYPERCALL_PORT), number);
		break;
#endif
#ifdef HYPERCALL_MMIO
	case HYPERCALL_VIA_MMIO:
		HYPERCALL_KVM_(".byte 0x88, 0x04, 0x25\n\t.long " HYPERCALL_TEXT(HYPERCALL_MMIO), number);
		break;
#endif
	default:
		__builtin_trap();
	}
	return (int64_t)(int32_t)result;
}

#undef HYPERCALL_KVM_

static __inline__ int64_t hypercall_kvm_kvm_hc_vapic_poll_irq(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_VAPIC_POLL_IRQ, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_kvm_hc_mmu_op(enum hypercall_via via, hypercall_reg bytes, uint64_t buffer)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_MMU_OP, (hypercall_reg)bytes, (hypercall_reg)buffer, (hypercall_reg)(buffer >> 32), 0);
}

static __inline__ int64_t hypercall_kvm_kvm_hc_kick_cpu(enum hypercall_via via, hypercall_reg flags, uint32_t apic_id)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_KICK_CPU, (hypercall_reg)flags, (hypercall_reg)apic_id, 0, 0);
}

static __inline__ int64_t hypercall_kvm_kvm_hc_clock_pairing(enum hypercall_via via, hypercall_reg address, uint32_t clock)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_CLOCK_PAIRING, (hypercall_reg)address, (hypercall_reg)clock, 0, 0);
}

static __inline__ int64_t hypercall_kvm_kvm_hc_send_ipi(enum hypercall_via via, hypercall_reg targets_low, hypercall_reg targets_high, uint32_t lowest, hypercall_reg icr)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_SEND_IPI, (hypercall_reg)targets_low, (hypercall_reg)targets_high, (hypercall_reg)lowest, (hypercall_reg)icr);
}

static __inline__ int64_t hypercall_kvm_kvm_hc_sched_yield(enum hypercall_via via, hypercall_reg apic_id)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_SCHED_YIELD, (hypercall_reg)apic_id, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_kvm_hc_map_gpa_range(enum hypercall_via via, hypercall_reg gpa, hypercall_reg pages, uint32_t attributes)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_KVM_HC_MAP_GPA_RANGE, (hypercall_reg)gpa, (hypercall_reg)pages, (hypercall_reg)attributes, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_nop(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_NOP, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_mix_1(enum hypercall_via via, hypercall_reg a)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_MIX_1, (hypercall_reg)a, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_mix_2(enum hypercall_via via, hypercall_reg a, hypercall_reg b)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_MIX_2, (hypercall_reg)a, (hypercall_reg)b, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_mix_3(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_MIX_3, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_mix_4(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_MIX_4, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d);
}

static __inline__ int64_t hypercall_kvm_hypercall_fail(enum hypercall_via via, uint32_t error)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_FAIL, (hypercall_reg)error, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_types(enum hypercall_via via, hypercall_reg page, uint32_t count, uint32_t access, uint32_t switch_)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_TYPES, (hypercall_reg)page, (hypercall_reg)count, (hypercall_reg)access, (hypercall_reg)switch_);
}

static __inline__ int64_t hypercall_kvm_hypercall_signed(enum hypercall_via via, int32_t value)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_SIGNED, (hypercall_reg)value, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_narrow(enum hypercall_via via, uint8_t byte, uint16_t half, uint32_t word)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_NARROW, (hypercall_reg)byte, (hypercall_reg)half, (hypercall_reg)word, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_console_write(enum hypercall_via via, hypercall_reg text_address, hypercall_reg text_length)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_CONSOLE_WRITE, (hypercall_reg)text_address, (hypercall_reg)text_length, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_checksum(enum hypercall_via via, hypercall_reg data_address, hypercall_reg data_length)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_CHECKSUM, (hypercall_reg)data_address, (hypercall_reg)data_length, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_identify(enum hypercall_via via, hypercall_reg at)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_IDENTIFY, (hypercall_reg)at, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_retry(enum hypercall_via via, hypercall_reg key)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_RETRY, (hypercall_reg)key, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_defer(enum hypercall_via via, hypercall_reg value)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_DEFER, (hypercall_reg)value, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_fault(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_FAULT, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_exit(enum hypercall_via via, uint32_t code)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_EXIT, (hypercall_reg)code, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_panic(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_PANIC, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_old_nop(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_OLD_NOP, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_gone(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_GONE, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_host_time(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_HOST_TIME, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_multicall(enum hypercall_via via, hypercall_reg entries, hypercall_reg count, uint32_t flags)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, (hypercall_reg)flags, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_ring_setup(enum hypercall_via via, hypercall_reg address, uint32_t order, hypercall_reg flags)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_RING_SETUP, (hypercall_reg)address, (hypercall_reg)order, (hypercall_reg)flags, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_ring_teardown(enum hypercall_via via, hypercall_reg address)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_RING_TEARDOWN, (hypercall_reg)address, 0, 0, 0);
}

static __inline__ int64_t hypercall_kvm_hypercall_ring_doorbell(enum hypercall_via via)
{
	return hypercall_kvm(via, HYPERCALL_NR_X86_HYPERCALL_RING_DOORBELL, 0, 0, 0, 0);
}

#define HYPERCALL_PARA_2007_(instruction, number) do { \
	register hypercall_reg in_ebx __asm__("ebx") = (number); \
	register hypercall_reg in_eax __asm__("eax") = a1; \
	register hypercall_reg in_ecx __asm__("ecx") = a2; \
	register hypercall_reg in_edx __asm__("edx") = a3; \
	register hypercall_reg in_esi __asm__("esi") = a4; \
	register hypercall_reg in_edi __asm__("edi") = a5; \
	__asm__ __volatile__("pushl %[hypercall_ebp]\n\tpushl %%ebp\n\tmovl 4(%%esp), %%ebp\n\t" \
		instruction "\n\tpopl %%ebp\n\tleal 4(%%esp), %%esp" \
		: "+r"(in_eax) \
		: "r"(in_ebx), "r"(in_ecx), "r"(in_edx), "r"(in_esi), "r"(in_edi), [hypercall_ebp] "m"(a6) \
		: "memory", "cc"); \
	result = in_eax; \
} while (0)

/*
 * kvm_para.h of 2007: the number in rbx, arguments in rax, rcx, rdx, rsi, rdi, rbp; gives rax
 * (kvm_para.h of January 2007, "Hypercall calling convention").
 */
static __inline__ int64_t hypercall_para_2007(enum hypercall_via via, hypercall_reg number, hypercall_reg a1, hypercall_reg a2, hypercall_reg a3, hypercall_reg a4, hypercall_reg a5, hypercall_reg a6)
{
	hypercall_reg result = 0;

	switch (via) {
	case HYPERCALL_VIA_VMCALL:
		HYPERCALL_PARA_2007_(".byte 0x0f, 0x01, 0xc1", number);
		break;
	case HYPERCALL_VIA_VMMCALL:
		HYPERCALL_PARA_2007_(".byte 0x0f, 0x01, 0xd9", number);
		break;
#ifdef HYPERCALL_PORT
	case HYPERCALL_VIA_PORT:
		HYPERCALL_PARA_2007_(".byte 0xe6, " HYPERCALL_TEXT(HYPERCALL_PORT), number);
		break;
#endif
#ifdef HYPERCALL_MMIO
	case HYPERCALL_VIA_MMIO:
		HYPERCALL_PARA_2007_(".byte 0x88, 0x04, 0x25\n\t.long " HYPERCALL_TEXT(HYPERCALL_MMIO), number);
		break;
#endif
	default:
		__builtin_trap();
	}
	return (int64_t)(int32_t)result;
}

#undef HYPERCALL_PARA_2007_

static __inline__ int64_t hypercall_para_2007_hypercall_nop(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_NOP, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_mix_1(enum hypercall_via via, hypercall_reg a)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MIX_1, (hypercall_reg)a, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_mix_2(enum hypercall_via via, hypercall_reg a, hypercall_reg b)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MIX_2, (hypercall_reg)a, (hypercall_reg)b, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_mix_3(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MIX_3, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_mix_4(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MIX_4, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_mix_5(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MIX_5, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_mix_6(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MIX_6, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f);
}

static __inline__ int64_t hypercall_para_2007_hypercall_fail(enum hypercall_via via, uint32_t error)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_FAIL, (hypercall_reg)error, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_types(enum hypercall_via via, hypercall_reg page, uint32_t count, uint32_t access, uint32_t switch_)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_TYPES, (hypercall_reg)page, (hypercall_reg)count, (hypercall_reg)access, (hypercall_reg)switch_, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_signed(enum hypercall_via via, int32_t value)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_SIGNED, (hypercall_reg)value, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_narrow(enum hypercall_via via, uint8_t byte, uint16_t half, uint32_t word)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_NARROW, (hypercall_reg)byte, (hypercall_reg)half, (hypercall_reg)word, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_console_write(enum hypercall_via via, hypercall_reg text_address, hypercall_reg text_length)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_CONSOLE_WRITE, (hypercall_reg)text_address, (hypercall_reg)text_length, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_checksum(enum hypercall_via via, hypercall_reg data_address, hypercall_reg data_length)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_CHECKSUM, (hypercall_reg)data_address, (hypercall_reg)data_length, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_identify(enum hypercall_via via, hypercall_reg at)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_IDENTIFY, (hypercall_reg)at, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_retry(enum hypercall_via via, hypercall_reg key)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_RETRY, (hypercall_reg)key, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_defer(enum hypercall_via via, hypercall_reg value)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_DEFER, (hypercall_reg)value, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_fault(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_exit(enum hypercall_via via, uint32_t code)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_EXIT, (hypercall_reg)code, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_panic(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_old_nop(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_gone(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_GONE, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_host_time(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_multicall(enum hypercall_via via, hypercall_reg entries, hypercall_reg count, uint32_t flags)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, (hypercall_reg)flags, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_ring_setup(enum hypercall_via via, hypercall_reg address, uint32_t order, hypercall_reg flags)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_RING_SETUP, (hypercall_reg)address, (hypercall_reg)order, (hypercall_reg)flags, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_ring_teardown(enum hypercall_via via, hypercall_reg address)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_RING_TEARDOWN, (hypercall_reg)address, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_para_2007_hypercall_ring_doorbell(enum hypercall_via via)
{
	return hypercall_para_2007(via, HYPERCALL_NR_X86_HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0);
}

#define HYPERCALL_XEN_(instruction, number) do { \
	register hypercall_reg in_eax __asm__("eax") = (number); \
	register hypercall_reg in_ebx __asm__("ebx") = a1; \
	register hypercall_reg in_ecx __asm__("ecx") = a2; \
	register hypercall_reg in_edx __asm__("edx") = a3; \
	register hypercall_reg in_esi __asm__("esi") = a4; \
	register hypercall_reg in_edi __asm__("edi") = a5; \
	__asm__ __volatile__("pushl %[hypercall_ebp]\n\tpushl %%ebp\n\tmovl 4(%%esp), %%ebp\n\t" \
		instruction "\n\tpopl %%ebp\n\tleal 4(%%esp), %%esp" \
		: "+r"(in_eax) \
		: "r"(in_ebx), "r"(in_ecx), "r"(in_edx), "r"(in_esi), "r"(in_edi), [hypercall_ebp] "m"(a6) \
		: "memory", "cc"); \
	result = in_eax; \
} while (0)

/*
 * Xen: the number in rax, arguments in rbx, rcx, rdx, rsi, rdi, rbp; gives rax (Xen
 * xen/include/public/arch-x86/xen-x86_64.h and xen-x86_32.h).
 */
static __inline__ int64_t hypercall_xen(enum hypercall_via via, hypercall_reg number, hypercall_reg a1, hypercall_reg a2, hypercall_reg a3, hypercall_reg a4, hypercall_reg a5, hypercall_reg a6)
{
	hypercall_reg result = 0;

	switch (via) {
	case HYPERCALL_VIA_VMCALL:
		HYPERCALL_XEN_(".byte 0x0f, 0x01, 0xc1", number);
		break;
	case HYPERCALL_VIA_VMMCALL:
		HYPERCALL_XEN_(".byte 0x0f, 0x01, 0xd9", number);
		break;
#ifdef HYPERCALL_PORT
	case HYPERCALL_VIA_PORT:
		HYPERCALL_XEN_(".byte 0xe6, " HYPERCALL_TEXT(HYPERCALL_PORT), number);
		break;
#endif
#ifdef HYPERCALL_MMIO
	case HYPERCALL_VIA_MMIO:
		HYPERCALL_XEN_(".byte 0x88, 0x04, 0x25\n\t.long " HYPERCALL_TEXT(HYPERCALL_MMIO), number);
		break;
#endif
#ifdef HYPERCALL_PAGE
	case HYPERCALL_VIA_PAGE:
		HYPERCALL_XEN_("call *%%eax", (hypercall_reg)(HYPERCALL_PAGE) + 32 * number);
		break;
#endif
	default:
		__builtin_trap();
	}
	return (int64_t)(int32_t)result;
}

#undef HYPERCALL_XEN_

static __inline__ int64_t hypercall_xen_hypervisor_memory_op(enum hypercall_via via, hypercall_reg command, hypercall_reg argument)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_MEMORY_OP, (hypercall_reg)command, (hypercall_reg)argument, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_multicall(enum hypercall_via via, hypercall_reg entries, uint32_t count)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_xen_version(enum hypercall_via via, uint32_t command, hypercall_reg argument)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_XEN_VERSION, (hypercall_reg)command, (hypercall_reg)argument, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_console_io(enum hypercall_via via, uint32_t command, uint32_t count, hypercall_reg buffer)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_CONSOLE_IO, (hypercall_reg)command, (hypercall_reg)count, (hypercall_reg)buffer, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_grant_table_op(enum hypercall_via via, uint32_t command, hypercall_reg structures, uint32_t count)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_GRANT_TABLE_OP, (hypercall_reg)command, (hypercall_reg)structures, (hypercall_reg)count, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_vcpu_op(enum hypercall_via via, uint32_t command, uint32_t vcpu, hypercall_reg argument)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_VCPU_OP, (hypercall_reg)command, (hypercall_reg)vcpu, (hypercall_reg)argument, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_sched_op(enum hypercall_via via, uint32_t command, hypercall_reg argument)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_SCHED_OP, (hypercall_reg)command, (hypercall_reg)argument, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_event_channel_op(enum hypercall_via via, uint32_t command, hypercall_reg argument)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_EVENT_CHANNEL_OP, (hypercall_reg)command, (hypercall_reg)argument, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypervisor_hvm_op(enum hypercall_via via, hypercall_reg command, hypercall_reg argument)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERVISOR_HVM_OP, (hypercall_reg)command, (hypercall_reg)argument, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_nop(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_NOP, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_mix_1(enum hypercall_via via, hypercall_reg a)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MIX_1, (hypercall_reg)a, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_mix_2(enum hypercall_via via, hypercall_reg a, hypercall_reg b)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MIX_2, (hypercall_reg)a, (hypercall_reg)b, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_mix_3(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MIX_3, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_mix_4(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MIX_4, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_mix_5(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MIX_5, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_mix_6(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MIX_6, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f);
}

static __inline__ int64_t hypercall_xen_hypercall_fail(enum hypercall_via via, uint32_t error)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_FAIL, (hypercall_reg)error, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_types(enum hypercall_via via, hypercall_reg page, uint32_t count, uint32_t access, uint32_t switch_)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_TYPES, (hypercall_reg)page, (hypercall_reg)count, (hypercall_reg)access, (hypercall_reg)switch_, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_signed(enum hypercall_via via, int32_t value)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_SIGNED, (hypercall_reg)value, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_narrow(enum hypercall_via via, uint8_t byte, uint16_t half, uint32_t word)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_NARROW, (hypercall_reg)byte, (hypercall_reg)half, (hypercall_reg)word, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_console_write(enum hypercall_via via, hypercall_reg text_address, hypercall_reg text_length)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_CONSOLE_WRITE, (hypercall_reg)text_address, (hypercall_reg)text_length, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_checksum(enum hypercall_via via, hypercall_reg data_address, hypercall_reg data_length)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_CHECKSUM, (hypercall_reg)data_address, (hypercall_reg)data_length, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_identify(enum hypercall_via via, hypercall_reg at)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_IDENTIFY, (hypercall_reg)at, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_retry(enum hypercall_via via, hypercall_reg key)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_RETRY, (hypercall_reg)key, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_defer(enum hypercall_via via, hypercall_reg value)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_DEFER, (hypercall_reg)value, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_fault(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_exit(enum hypercall_via via, uint32_t code)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_EXIT, (hypercall_reg)code, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_panic(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_old_nop(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_gone(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_GONE, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_host_time(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_multicall(enum hypercall_via via, hypercall_reg entries, hypercall_reg count, uint32_t flags)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, (hypercall_reg)flags, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_ring_setup(enum hypercall_via via, hypercall_reg address, uint32_t order, hypercall_reg flags)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_RING_SETUP, (hypercall_reg)address, (hypercall_reg)order, (hypercall_reg)flags, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_ring_teardown(enum hypercall_via via, hypercall_reg address)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_RING_TEARDOWN, (hypercall_reg)address, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_xen_hypercall_ring_doorbell(enum hypercall_via via)
{
	return hypercall_xen(via, HYPERCALL_NR_X86_HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0);
}

#elif defined(__s390x__)

/* A register. */
typedef uint64_t hypercall_reg;

#define HYPERCALL_DIAG500_(instruction, number) do { \
	register hypercall_reg in_r1 __asm__("r1") = (number); \
	register hypercall_reg in_r2 __asm__("r2") = a1; \
	register hypercall_reg in_r3 __asm__("r3") = a2; \
	register hypercall_reg in_r4 __asm__("r4") = a3; \
	register hypercall_reg in_r5 __asm__("r5") = a4; \
	register hypercall_reg in_r6 __asm__("r6") = a5; \
	register hypercall_reg in_r7 __asm__("r7") = a6; \
	__asm__ __volatile__(instruction \
		: "+r"(in_r2) \
		: "r"(in_r1), "r"(in_r3), "r"(in_r4), "r"(in_r5), "r"(in_r6), "r"(in_r7) \
		: "memory", "cc"); \
	result = in_r2; \
} while (0)

/*
 * DIAG 0x500: the number in r1, arguments in r2, r3, r4, r5, r6, r7; gives r2 (Linux
 * Documentation/virt/kvm/s390/s390-diag.rst).
 */
static __inline__ int64_t hypercall_diag500(hypercall_reg number, hypercall_reg a1, hypercall_reg a2, hypercall_reg a3, hypercall_reg a4, hypercall_reg a5, hypercall_reg a6)
{
	hypercall_reg result = 0;

	HYPERCALL_DIAG500_(".byte 0x83, 0x24, 0x05, 0x00", number);
	return (int64_t)result;
}

#undef HYPERCALL_DIAG500_

static __inline__ int64_t hypercall_diag500_kvm_s390_virtio_notify(hypercall_reg address)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_KVM_S390_VIRTIO_NOTIFY, (hypercall_reg)address, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_kvm_s390_virtio_reset(hypercall_reg device)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_KVM_S390_VIRTIO_RESET, (hypercall_reg)device, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_kvm_s390_virtio_set_status(hypercall_reg device)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_KVM_S390_VIRTIO_SET_STATUS, (hypercall_reg)device, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_kvm_s390_virtio_ccw_notify(hypercall_reg subchannel, hypercall_reg queue, hypercall_reg cookie)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_KVM_S390_VIRTIO_CCW_NOTIFY, (hypercall_reg)subchannel, (hypercall_reg)queue, (hypercall_reg)cookie, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_diag500_sc_stor_limit(void)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_DIAG500_SC_STOR_LIMIT, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_nop(void)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_NOP, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_mix_1(hypercall_reg a)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_MIX_1, (hypercall_reg)a, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_mix_2(hypercall_reg a, hypercall_reg b)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_MIX_2, (hypercall_reg)a, (hypercall_reg)b, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_mix_3(hypercall_reg a, hypercall_reg b, hypercall_reg c)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_MIX_3, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_mix_4(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_MIX_4, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_mix_5(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_MIX_5, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_mix_6(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_MIX_6, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f);
}

static __inline__ int64_t hypercall_diag500_hypercall_fail(uint32_t error)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_FAIL, (hypercall_reg)error, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_types(hypercall_reg page, uint32_t count, uint32_t access, uint32_t switch_)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_TYPES, (hypercall_reg)page, (hypercall_reg)count, (hypercall_reg)access, (hypercall_reg)switch_, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_signed(int32_t value)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_SIGNED, (hypercall_reg)value, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_narrow(uint8_t byte, uint16_t half, uint32_t word)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_NARROW, (hypercall_reg)byte, (hypercall_reg)half, (hypercall_reg)word, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_console_write(hypercall_reg text_address, hypercall_reg text_length)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_CONSOLE_WRITE, (hypercall_reg)text_address, (hypercall_reg)text_length, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_checksum(hypercall_reg data_address, hypercall_reg data_length)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_CHECKSUM, (hypercall_reg)data_address, (hypercall_reg)data_length, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_identify(hypercall_reg at)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_IDENTIFY, (hypercall_reg)at, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_retry(hypercall_reg key)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_RETRY, (hypercall_reg)key, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_defer(hypercall_reg value)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_DEFER, (hypercall_reg)value, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_fault(void)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_exit(uint32_t code)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_EXIT, (hypercall_reg)code, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_panic(void)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_old_nop(void)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_gone(void)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_GONE, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_host_time(void)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_multicall(hypercall_reg entries, hypercall_reg count, uint32_t flags)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, (hypercall_reg)flags, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_ring_setup(hypercall_reg address, uint32_t order, hypercall_reg flags)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_RING_SETUP, (hypercall_reg)address, (hypercall_reg)order, (hypercall_reg)flags, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_ring_teardown(hypercall_reg address)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_RING_TEARDOWN, (hypercall_reg)address, 0, 0, 0, 0, 0);
}

static __inline__ int64_t hypercall_diag500_hypercall_ring_doorbell(void)
{
	return hypercall_diag500(HYPERCALL_NR_DIAG_HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0);
}

#elif defined(__powerpc64__)

/* A register. */
typedef uint64_t hypercall_reg;

/* How a call leaves the guest. */
enum hypercall_via {
	HYPERCALL_VIA_SC, /* lis r0,0x4b56; ori r0,r0,0x4d21; sc; nop */
	HYPERCALL_VIA_SC_1, /* sc 1 */
};

/* What a call gives beside its status. */
struct hypercall_outputs {
	hypercall_reg value; /* of a call that succeeded */
	hypercall_reg more[8]; /* what the convention's further registers hold */
};

#define HYPERCALL_EPAPR_(instruction, number) do { \
	register hypercall_reg in_r11 __asm__("r11") = (number); \
	register hypercall_reg in_r3 __asm__("r3") = a1; \
	register hypercall_reg in_r4 __asm__("r4") = a2; \
	register hypercall_reg in_r5 __asm__("r5") = a3; \
	register hypercall_reg in_r6 __asm__("r6") = a4; \
	register hypercall_reg in_r7 __asm__("r7") = a5; \
	register hypercall_reg in_r8 __asm__("r8") = a6; \
	register hypercall_reg in_r9 __asm__("r9") = a7; \
	register hypercall_reg in_r10 __asm__("r10") = a8; \
	__asm__ __volatile__(instruction \
		: "+r"(in_r11), "+r"(in_r3), "+r"(in_r4), "+r"(in_r5), "+r"(in_r6), "+r"(in_r7), "+r"(in_r8), "+r"(in_r9), "+r"(in_r10) \
		:  \
		: "memory", "r0", "r12", "xer", "ctr", "lr", "cr0", "cr1", "cr2", "cr3", "cr4", "cr5", "cr6", "cr7"); \
	found.more[6] = in_r11; \
	result = in_r3; \
	found.value = in_r4; \
	found.more[0] = in_r5; \
	found.more[1] = in_r6; \
	found.more[2] = in_r7; \
	found.more[3] = in_r8; \
	found.more[4] = in_r9; \
	found.more[5] = in_r10; \
} while (0)

/*
 * ePAPR and KVM: the number in r11, arguments in r3, r4, r5, r6, r7, r8, r9, r10; gives r3, the
 * value in r4, further outputs in r5, r6, r7, r8, r9, r10, r11 (Power.org ePAPR 1.1, section 7.4;
 * Linux Documentation/virt/kvm/ppc-pv.rst).
 */
static __inline__ int64_t hypercall_epapr(enum hypercall_via via, hypercall_reg number, hypercall_reg a1, hypercall_reg a2, hypercall_reg a3, hypercall_reg a4, hypercall_reg a5, hypercall_reg a6, hypercall_reg a7, hypercall_reg a8, struct hypercall_outputs *out)
{
	hypercall_reg result = 0;
	struct hypercall_outputs found = { 0, { 0 } };

	switch (via) {
	case HYPERCALL_VIA_SC:
		HYPERCALL_EPAPR_(".long 0x3c004b56, 0x60004d21, 0x44000002, 0x60000000", number);
		break;
	case HYPERCALL_VIA_SC_1:
		HYPERCALL_EPAPR_(".long 0x44000022", number);
		break;
	default:
		__builtin_trap();
	}
	if (out)
		*out = found;
	return (int64_t)result;
}

#undef HYPERCALL_EPAPR_

static __inline__ int64_t hypercall_epapr_kvm_hc_features(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_KVM_HC_FEATURES, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_kvm_hc_ppc_map_magic_page(enum hypercall_via via, hypercall_reg physical, hypercall_reg effective, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_KVM_HC_PPC_MAP_MAGIC_PAGE, (hypercall_reg)physical, (hypercall_reg)effective, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_nop(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_NOP, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_1(enum hypercall_via via, hypercall_reg a, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_1, (hypercall_reg)a, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_2(enum hypercall_via via, hypercall_reg a, hypercall_reg b, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_2, (hypercall_reg)a, (hypercall_reg)b, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_3(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_3, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_4(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_4, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_5(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_5, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_6(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_6, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_7(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, hypercall_reg g, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_7, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, (hypercall_reg)g, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_8(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, hypercall_reg g, hypercall_reg h, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_8, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, (hypercall_reg)g, (hypercall_reg)h, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_outputs(enum hypercall_via via, hypercall_reg seed, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_OUTPUTS, (hypercall_reg)seed, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_fail(enum hypercall_via via, uint32_t error, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_FAIL, (hypercall_reg)error, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_types(enum hypercall_via via, hypercall_reg page, uint32_t count, uint32_t access, uint32_t switch_, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_TYPES, (hypercall_reg)page, (hypercall_reg)count, (hypercall_reg)access, (hypercall_reg)switch_, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_signed(enum hypercall_via via, int32_t value, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_SIGNED, (hypercall_reg)value, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_narrow(enum hypercall_via via, uint8_t byte, uint16_t half, uint32_t word, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_NARROW, (hypercall_reg)byte, (hypercall_reg)half, (hypercall_reg)word, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_console_write(enum hypercall_via via, hypercall_reg text_address, hypercall_reg text_length, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_CONSOLE_WRITE, (hypercall_reg)text_address, (hypercall_reg)text_length, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_checksum(enum hypercall_via via, hypercall_reg data_address, hypercall_reg data_length, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_CHECKSUM, (hypercall_reg)data_address, (hypercall_reg)data_length, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_identify(enum hypercall_via via, hypercall_reg at, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_IDENTIFY, (hypercall_reg)at, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_retry(enum hypercall_via via, hypercall_reg key, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_RETRY, (hypercall_reg)key, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_defer(enum hypercall_via via, hypercall_reg value, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_DEFER, (hypercall_reg)value, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_fault(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_exit(enum hypercall_via via, uint32_t code, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_EXIT, (hypercall_reg)code, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_panic(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_old_nop(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_gone(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_GONE, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_host_time(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_multicall(enum hypercall_via via, hypercall_reg entries, hypercall_reg count, uint32_t flags, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, (hypercall_reg)flags, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_ring_setup(enum hypercall_via via, hypercall_reg address, uint32_t order, hypercall_reg flags, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_RING_SETUP, (hypercall_reg)address, (hypercall_reg)order, (hypercall_reg)flags, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_ring_teardown(enum hypercall_via via, hypercall_reg address, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_RING_TEARDOWN, (hypercall_reg)address, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_ring_doorbell(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

#define HYPERCALL_PAPR_(instruction, number) do { \
	register hypercall_reg in_r3 __asm__("r3") = (number); \
	register hypercall_reg in_r4 __asm__("r4") = a1; \
	register hypercall_reg in_r5 __asm__("r5") = a2; \
	register hypercall_reg in_r6 __asm__("r6") = a3; \
	register hypercall_reg in_r7 __asm__("r7") = a4; \
	register hypercall_reg in_r8 __asm__("r8") = a5; \
	register hypercall_reg in_r9 __asm__("r9") = a6; \
	register hypercall_reg in_r10 __asm__("r10") = a7; \
	register hypercall_reg in_r11 __asm__("r11") = a8; \
	register hypercall_reg in_r12 __asm__("r12") = a9; \
	__asm__ __volatile__(instruction \
		: "+r"(in_r3), "+r"(in_r4), "+r"(in_r5), "+r"(in_r6), "+r"(in_r7), "+r"(in_r8), "+r"(in_r9), "+r"(in_r10), "+r"(in_r11), "+r"(in_r12) \
		:  \
		: "memory", "r0", "xer", "ctr", "cr0", "cr1", "cr2", "cr3", "cr4", "cr5", "cr6", "cr7"); \
	result = in_r3; \
	found.value = in_r4; \
	found.more[0] = in_r5; \
	found.more[1] = in_r6; \
	found.more[2] = in_r7; \
	found.more[3] = in_r8; \
	found.more[4] = in_r9; \
	found.more[5] = in_r10; \
	found.more[6] = in_r11; \
	found.more[7] = in_r12; \
} while (0)

/*
 * PAPR: the number in r3, arguments in r4, r5, r6, r7, r8, r9, r10, r11, r12; gives r3, the value
 * in r4, further outputs in r5, r6, r7, r8, r9, r10, r11, r12 (Linux
 * Documentation/arch/powerpc/papr_hcalls.rst).
 */
static __inline__ int64_t hypercall_papr(hypercall_reg number, hypercall_reg a1, hypercall_reg a2, hypercall_reg a3, hypercall_reg a4, hypercall_reg a5, hypercall_reg a6, hypercall_reg a7, hypercall_reg a8, hypercall_reg a9, struct hypercall_outputs *out)
{
	hypercall_reg result = 0;
	struct hypercall_outputs found = { 0, { 0 } };

	HYPERCALL_PAPR_(".long 0x44000022", number);
	if (out)
		*out = found;
	return (int64_t)result;
}

#undef HYPERCALL_PAPR_

static __inline__ int64_t hypercall_papr_h_logical_ci_load(uint32_t size, hypercall_reg address, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_LOGICAL_CI_LOAD, (hypercall_reg)size, (hypercall_reg)address, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_logical_ci_store(uint32_t size, hypercall_reg address, hypercall_reg value, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_LOGICAL_CI_STORE, (hypercall_reg)size, (hypercall_reg)address, (hypercall_reg)value, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_get_term_char(hypercall_reg terminal, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_GET_TERM_CHAR, (hypercall_reg)terminal, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_put_term_char(hypercall_reg terminal, hypercall_reg length, hypercall_reg first, hypercall_reg second, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_PUT_TERM_CHAR, (hypercall_reg)terminal, (hypercall_reg)length, (hypercall_reg)first, (hypercall_reg)second, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_cede(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_CEDE, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_confer(hypercall_reg processor, hypercall_reg dispatch_count, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_CONFER, (hypercall_reg)processor, (hypercall_reg)dispatch_count, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_prod(hypercall_reg processor, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_PROD, (hypercall_reg)processor, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_random(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_RANDOM, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_nop(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_NOP, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_1(hypercall_reg a, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_1, (hypercall_reg)a, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_2(hypercall_reg a, hypercall_reg b, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_2, (hypercall_reg)a, (hypercall_reg)b, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_3(hypercall_reg a, hypercall_reg b, hypercall_reg c, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_3, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_4(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_4, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_5(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_5, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_6(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_6, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_7(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, hypercall_reg g, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_7, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, (hypercall_reg)g, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_8(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, hypercall_reg g, hypercall_reg h, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_8, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, (hypercall_reg)g, (hypercall_reg)h, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_9(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, hypercall_reg g, hypercall_reg h, hypercall_reg i, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_9, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, (hypercall_reg)g, (hypercall_reg)h, (hypercall_reg)i, out);
}

static __inline__ int64_t hypercall_papr_hypercall_outputs(hypercall_reg seed, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_OUTPUTS, (hypercall_reg)seed, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_fail(uint32_t error, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_FAIL, (hypercall_reg)error, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_types(hypercall_reg page, uint32_t count, uint32_t access, uint32_t switch_, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_TYPES, (hypercall_reg)page, (hypercall_reg)count, (hypercall_reg)access, (hypercall_reg)switch_, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_signed(int32_t value, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_SIGNED, (hypercall_reg)value, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_narrow(uint8_t byte, uint16_t half, uint32_t word, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_NARROW, (hypercall_reg)byte, (hypercall_reg)half, (hypercall_reg)word, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_console_write(hypercall_reg text_address, hypercall_reg text_length, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_CONSOLE_WRITE, (hypercall_reg)text_address, (hypercall_reg)text_length, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_checksum(hypercall_reg data_address, hypercall_reg data_length, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_CHECKSUM, (hypercall_reg)data_address, (hypercall_reg)data_length, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_identify(hypercall_reg at, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_IDENTIFY, (hypercall_reg)at, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_retry(hypercall_reg key, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_RETRY, (hypercall_reg)key, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_defer(hypercall_reg value, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_DEFER, (hypercall_reg)value, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_fault(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_exit(uint32_t code, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_EXIT, (hypercall_reg)code, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_panic(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_old_nop(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_gone(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_GONE, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_host_time(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_multicall(hypercall_reg entries, hypercall_reg count, uint32_t flags, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, (hypercall_reg)flags, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_ring_setup(hypercall_reg address, uint32_t order, hypercall_reg flags, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_RING_SETUP, (hypercall_reg)address, (hypercall_reg)order, (hypercall_reg)flags, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_ring_teardown(hypercall_reg address, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_RING_TEARDOWN, (hypercall_reg)address, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_ring_doorbell(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

#elif defined(__powerpc__)

/* A register. */
typedef uint32_t hypercall_reg;

/* How a call leaves the guest. */
enum hypercall_via {
	HYPERCALL_VIA_SC, /* lis r0,0x4b56; ori r0,r0,0x4d21; sc; nop */
	HYPERCALL_VIA_SC_1, /* sc 1 */
};

/* What a call gives beside its status. */
struct hypercall_outputs {
	hypercall_reg value; /* of a call that succeeded */
	hypercall_reg more[8]; /* what the convention's further registers hold */
};

#define HYPERCALL_EPAPR_(instruction, number) do { \
	register hypercall_reg in_r11 __asm__("r11") = (number); \
	register hypercall_reg in_r3 __asm__("r3") = a1; \
	register hypercall_reg in_r4 __asm__("r4") = a2; \
	register hypercall_reg in_r5 __asm__("r5") = a3; \
	register hypercall_reg in_r6 __asm__("r6") = a4; \
	register hypercall_reg in_r7 __asm__("r7") = a5; \
	register hypercall_reg in_r8 __asm__("r8") = a6; \
	register hypercall_reg in_r9 __asm__("r9") = a7; \
	register hypercall_reg in_r10 __asm__("r10") = a8; \
	__asm__ __volatile__(instruction \
		: "+r"(in_r11), "+r"(in_r3), "+r"(in_r4), "+r"(in_r5), "+r"(in_r6), "+r"(in_r7), "+r"(in_r8), "+r"(in_r9), "+r"(in_r10) \
		:  \
		: "memory", "r0", "r12", "xer", "ctr", "lr", "cr0", "cr1", "cr2", "cr3", "cr4", "cr5", "cr6", "cr7"); \
	found.more[6] = in_r11; \
	result = in_r3; \
	found.value = in_r4; \
	found.more[0] = in_r5; \
	found.more[1] = in_r6; \
	found.more[2] = in_r7; \
	found.more[3] = in_r8; \
	found.more[4] = in_r9; \
	found.more[5] = in_r10; \
} while (0)

/*
 * ePAPR and KVM: the number in r11, arguments in r3, r4, r5, r6, r7, r8, r9, r10; gives r3, the
 * value in r4, further outputs in r5, r6, r7, r8, r9, r10, r11 (Power.org ePAPR 1.1, section 7.4;
 * Linux Documentation/virt/kvm/ppc-pv.rst).
 */
static __inline__ int64_t hypercall_epapr(enum hypercall_via via, hypercall_reg number, hypercall_reg a1, hypercall_reg a2, hypercall_reg a3, hypercall_reg a4, hypercall_reg a5, hypercall_reg a6, hypercall_reg a7, hypercall_reg a8, struct hypercall_outputs *out)
{
	hypercall_reg result = 0;
	struct hypercall_outputs found = { 0, { 0 } };

	switch (via) {
	case HYPERCALL_VIA_SC:
		HYPERCALL_EPAPR_(".long 0x3c004b56, 0x60004d21, 0x44000002, 0x60000000", number);
		break;
	case HYPERCALL_VIA_SC_1:
		HYPERCALL_EPAPR_(".long 0x44000022", number);
		break;
	default:
		__builtin_trap();
	}
	if (out)
		*out = found;
	return (int64_t)(int32_t)result;
}

#undef HYPERCALL_EPAPR_

static __inline__ int64_t hypercall_epapr_kvm_hc_features(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_KVM_HC_FEATURES, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_kvm_hc_ppc_map_magic_page(enum hypercall_via via, hypercall_reg physical, hypercall_reg effective, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_KVM_HC_PPC_MAP_MAGIC_PAGE, (hypercall_reg)physical, (hypercall_reg)effective, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_nop(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_NOP, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_1(enum hypercall_via via, hypercall_reg a, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_1, (hypercall_reg)a, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_2(enum hypercall_via via, hypercall_reg a, hypercall_reg b, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_2, (hypercall_reg)a, (hypercall_reg)b, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_3(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_3, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_4(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_4, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_5(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_5, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_6(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_6, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_7(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, hypercall_reg g, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_7, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, (hypercall_reg)g, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_mix_8(enum hypercall_via via, hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, hypercall_reg g, hypercall_reg h, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MIX_8, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, (hypercall_reg)g, (hypercall_reg)h, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_outputs(enum hypercall_via via, hypercall_reg seed, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_OUTPUTS, (hypercall_reg)seed, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_fail(enum hypercall_via via, uint32_t error, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_FAIL, (hypercall_reg)error, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_types(enum hypercall_via via, hypercall_reg page, uint32_t count, uint32_t access, uint32_t switch_, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_TYPES, (hypercall_reg)page, (hypercall_reg)count, (hypercall_reg)access, (hypercall_reg)switch_, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_signed(enum hypercall_via via, int32_t value, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_SIGNED, (hypercall_reg)value, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_narrow(enum hypercall_via via, uint8_t byte, uint16_t half, uint32_t word, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_NARROW, (hypercall_reg)byte, (hypercall_reg)half, (hypercall_reg)word, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_console_write(enum hypercall_via via, hypercall_reg text_address, hypercall_reg text_length, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_CONSOLE_WRITE, (hypercall_reg)text_address, (hypercall_reg)text_length, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_checksum(enum hypercall_via via, hypercall_reg data_address, hypercall_reg data_length, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_CHECKSUM, (hypercall_reg)data_address, (hypercall_reg)data_length, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_identify(enum hypercall_via via, hypercall_reg at, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_IDENTIFY, (hypercall_reg)at, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_retry(enum hypercall_via via, hypercall_reg key, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_RETRY, (hypercall_reg)key, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_defer(enum hypercall_via via, hypercall_reg value, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_DEFER, (hypercall_reg)value, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_fault(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_exit(enum hypercall_via via, uint32_t code, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_EXIT, (hypercall_reg)code, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_panic(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_old_nop(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_gone(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_GONE, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_host_time(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_multicall(enum hypercall_via via, hypercall_reg entries, hypercall_reg count, uint32_t flags, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, (hypercall_reg)flags, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_ring_setup(enum hypercall_via via, hypercall_reg address, uint32_t order, hypercall_reg flags, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_RING_SETUP, (hypercall_reg)address, (hypercall_reg)order, (hypercall_reg)flags, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_ring_teardown(enum hypercall_via via, hypercall_reg address, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_RING_TEARDOWN, (hypercall_reg)address, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_epapr_hypercall_ring_doorbell(enum hypercall_via via, struct hypercall_outputs *out)
{
	return hypercall_epapr(via, HYPERCALL_NR_EPAPR_HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

#define HYPERCALL_PAPR_(instruction, number) do { \
	register hypercall_reg in_r3 __asm__("r3") = (number); \
	register hypercall_reg in_r4 __asm__("r4") = a1; \
	register hypercall_reg in_r5 __asm__("r5") = a2; \
	register hypercall_reg in_r6 __asm__("r6") = a3; \
	register hypercall_reg in_r7 __asm__("r7") = a4; \
	register hypercall_reg in_r8 __asm__("r8") = a5; \
	register hypercall_reg in_r9 __asm__("r9") = a6; \
	register hypercall_reg in_r10 __asm__("r10") = a7; \
	register hypercall_reg in_r11 __asm__("r11") = a8; \
	register hypercall_reg in_r12 __asm__("r12") = a9; \
	__asm__ __volatile__(instruction \
		: "+r"(in_r3), "+r"(in_r4), "+r"(in_r5), "+r"(in_r6), "+r"(in_r7), "+r"(in_r8), "+r"(in_r9), "+r"(in_r10), "+r"(in_r11), "+r"(in_r12) \
		:  \
		: "memory", "r0", "xer", "ctr", "cr0", "cr1", "cr2", "cr3", "cr4", "cr5", "cr6", "cr7"); \
	result = in_r3; \
	found.value = in_r4; \
	found.more[0] = in_r5; \
	found.more[1] = in_r6; \
	found.more[2] = in_r7; \
	found.more[3] = in_r8; \
	found.more[4] = in_r9; \
	found.more[5] = in_r10; \
	found.more[6] = in_r11; \
	found.more[7] = in_r12; \
} while (0)

/*
 * PAPR: the number in r3, arguments in r4, r5, r6, r7, r8, r9, r10, r11, r12; gives r3, the value
 * in r4, further outputs in r5, r6, r7, r8, r9, r10, r11, r12 (Linux
 * Documentation/arch/powerpc/papr_hcalls.rst).
 */
static __inline__ int64_t hypercall_papr(hypercall_reg number, hypercall_reg a1, hypercall_reg a2, hypercall_reg a3, hypercall_reg a4, hypercall_reg a5, hypercall_reg a6, hypercall_reg a7, hypercall_reg a8, hypercall_reg a9, struct hypercall_outputs *out)
{
	hypercall_reg result = 0;
	struct hypercall_outputs found = { 0, { 0 } };

	HYPERCALL_PAPR_(".long 0x44000022", number);
	if (out)
		*out = found;
	return (int64_t)(int32_t)result;
}

#undef HYPERCALL_PAPR_

static __inline__ int64_t hypercall_papr_h_logical_ci_load(uint32_t size, hypercall_reg address, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_LOGICAL_CI_LOAD, (hypercall_reg)size, (hypercall_reg)address, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_logical_ci_store(uint32_t size, hypercall_reg address, hypercall_reg value, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_LOGICAL_CI_STORE, (hypercall_reg)size, (hypercall_reg)address, (hypercall_reg)value, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_get_term_char(hypercall_reg terminal, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_GET_TERM_CHAR, (hypercall_reg)terminal, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_put_term_char(hypercall_reg terminal, hypercall_reg length, hypercall_reg first, hypercall_reg second, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_PUT_TERM_CHAR, (hypercall_reg)terminal, (hypercall_reg)length, (hypercall_reg)first, (hypercall_reg)second, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_cede(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_CEDE, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_confer(hypercall_reg processor, hypercall_reg dispatch_count, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_CONFER, (hypercall_reg)processor, (hypercall_reg)dispatch_count, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_prod(hypercall_reg processor, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_PROD, (hypercall_reg)processor, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_h_random(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_H_RANDOM, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_nop(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_NOP, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_1(hypercall_reg a, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_1, (hypercall_reg)a, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_2(hypercall_reg a, hypercall_reg b, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_2, (hypercall_reg)a, (hypercall_reg)b, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_3(hypercall_reg a, hypercall_reg b, hypercall_reg c, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_3, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_4(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_4, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_5(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_5, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_6(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_6, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_7(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, hypercall_reg g, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_7, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, (hypercall_reg)g, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_8(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, hypercall_reg g, hypercall_reg h, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_8, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, (hypercall_reg)g, (hypercall_reg)h, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_mix_9(hypercall_reg a, hypercall_reg b, hypercall_reg c, hypercall_reg d, hypercall_reg e, hypercall_reg f, hypercall_reg g, hypercall_reg h, hypercall_reg i, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MIX_9, (hypercall_reg)a, (hypercall_reg)b, (hypercall_reg)c, (hypercall_reg)d, (hypercall_reg)e, (hypercall_reg)f, (hypercall_reg)g, (hypercall_reg)h, (hypercall_reg)i, out);
}

static __inline__ int64_t hypercall_papr_hypercall_outputs(hypercall_reg seed, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_OUTPUTS, (hypercall_reg)seed, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_fail(uint32_t error, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_FAIL, (hypercall_reg)error, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_types(hypercall_reg page, uint32_t count, uint32_t access, uint32_t switch_, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_TYPES, (hypercall_reg)page, (hypercall_reg)count, (hypercall_reg)access, (hypercall_reg)switch_, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_signed(int32_t value, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_SIGNED, (hypercall_reg)value, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_narrow(uint8_t byte, uint16_t half, uint32_t word, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_NARROW, (hypercall_reg)byte, (hypercall_reg)half, (hypercall_reg)word, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_console_write(hypercall_reg text_address, hypercall_reg text_length, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_CONSOLE_WRITE, (hypercall_reg)text_address, (hypercall_reg)text_length, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_checksum(hypercall_reg data_address, hypercall_reg data_length, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_CHECKSUM, (hypercall_reg)data_address, (hypercall_reg)data_length, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_identify(hypercall_reg at, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_IDENTIFY, (hypercall_reg)at, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_retry(hypercall_reg key, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_RETRY, (hypercall_reg)key, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_defer(hypercall_reg value, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_DEFER, (hypercall_reg)value, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_fault(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_FAULT, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_exit(uint32_t code, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_EXIT, (hypercall_reg)code, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_panic(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_PANIC, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_old_nop(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_OLD_NOP, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_gone(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_GONE, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_host_time(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_HOST_TIME, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_multicall(hypercall_reg entries, hypercall_reg count, uint32_t flags, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_MULTICALL, (hypercall_reg)entries, (hypercall_reg)count, (hypercall_reg)flags, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_ring_setup(hypercall_reg address, uint32_t order, hypercall_reg flags, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_RING_SETUP, (hypercall_reg)address, (hypercall_reg)order, (hypercall_reg)flags, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_ring_teardown(hypercall_reg address, struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_RING_TEARDOWN, (hypercall_reg)address, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

static __inline__ int64_t hypercall_papr_hypercall_ring_doorbell(struct hypercall_outputs *out)
{
	return hypercall_papr(HYPERCALL_NR_PAPR_HYPERCALL_RING_DOORBELL, 0, 0, 0, 0, 0, 0, 0, 0, 0, out);
}

#else
#error "no stubs for this target; define HYPERCALL_NO_STUBS"
#endif

#endif /* HYPERCALL_NO_STUBS */

#endif /* HYPERCALL_H */
