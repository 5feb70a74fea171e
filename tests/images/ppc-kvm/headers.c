/*
 * The kernel's own headers against the numbers and layouts that arch-ppc/src/kvm/bindings.rs asserts. It is compiled
 * for powerpc64le, and that is the test.
 */
#include <linux/kvm.h>
#include <stddef.h>

#define IS(value, must) _Static_assert((value) == (must), #value " is not " #must)
#define AT(type, field, must) IS(offsetof(struct type, field), must)

IS(KVM_GET_API_VERSION, 0x2000ae00);
IS(KVM_CREATE_VM, 0x2000ae01);
IS(KVM_CHECK_EXTENSION, 0x2000ae03);
IS(KVM_GET_VCPU_MMAP_SIZE, 0x2000ae04);
IS(KVM_CREATE_VCPU, 0x2000ae41);
IS(KVM_SET_USER_MEMORY_REGION, 0x8020ae46);
IS(KVM_RUN, 0x2000ae80);
IS(KVM_GET_REGS, 0x4188ae81);
IS(KVM_SET_REGS, 0x8188ae82);
IS(KVM_PPC_GET_PVINFO, 0x8080aea1);
IS(KVM_ENABLE_CAP, 0x8068aea3);
IS(KVM_GET_ONE_REG, 0x8010aeab);
IS(KVM_SET_ONE_REG, 0x8010aeac);

IS(KVM_API_VERSION, 12);
IS(KVM_CAP_PPC_GET_PVINFO, 57);
IS(KVM_CAP_PPC_PAPR, 68);
IS(KVM_CAP_PPC_ENABLE_HCALL, 104);
IS(KVM_CAP_IMMEDIATE_EXIT, 136);
IS(KVM_EXIT_INTR, 10);
IS(KVM_EXIT_PAPR_HCALL, 19);
IS(KVM_REG_PPC_LPCR_64, 0x10300000000000b5ULL);

AT(kvm_run, immediate_exit, 1);
AT(kvm_run, exit_reason, 8);
AT(kvm_run, papr_hcall.nr, 32);
AT(kvm_run, papr_hcall.ret, 40);
AT(kvm_run, papr_hcall.args, 48);
IS(sizeof(((struct kvm_run *)0)->papr_hcall), 88);

AT(kvm_userspace_memory_region, guest_phys_addr, 8);
AT(kvm_userspace_memory_region, memory_size, 16);
AT(kvm_userspace_memory_region, userspace_addr, 24);
AT(kvm_regs, cr, 8);
AT(kvm_regs, ctr, 16);
AT(kvm_regs, lr, 24);
AT(kvm_regs, xer, 32);
AT(kvm_regs, msr, 40);
AT(kvm_regs, srr0, 48);
AT(kvm_regs, srr1, 56);
AT(kvm_regs, pid, 64);
AT(kvm_regs, sprg0, 72);
AT(kvm_regs, gpr, 136);
AT(kvm_ppc_pvinfo, hcall, 4);
AT(kvm_enable_cap, args, 8);
AT(kvm_one_reg, addr, 8);
