# Vectors, start, and the switch between host and guest.
#
# Registers are saved and loaded by absolute addresses below 0x8000 where no base register is left: an
# instruction's displacement alone reaches those (Power ISA Book I, "Fixed-Point Storage Access", RA = 0).

# ---- A vCPU's state, as in Rust `world::State`.
.set S_R, 0
.set S_XER, 256
.set S_CTR, 264
.set S_LR, 272
.set S_CR, 280
.set S_NIP, 288
.set S_MSR, 296
.set S_VECTOR, 304
.set S_DAR, 312
.set S_DSISR, 320
.set S_SRR0, 328
.set S_SRR1, 336
.set S_HYPERVISOR, 344
.set S_HOST_SP, 352
.set S_VECTORS, 360

# Stores or loads all 64 vector-scalar registers at r5 and on; changes r5. The instructions are written as
# words because the assembler refuses them where the compiler does not use them.
.macro vectors opcode
.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    .long \opcode + \n * 0x200000 + 0x2800
    addi 5, 5, 16
.endr
.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    .long \opcode + \n * 0x200000 + 0x2801
    addi 5, 5, 16
.endr
.endm
.macro store_vectors
    vectors 0x7c000798 # stxvd2x n, 0, r5
.endm
.macro load_vectors
    vectors 0x7c000698 # lxvd2x n, 0, r5
.endm

# ---- The guest's blocks, as in Rust `block`.
.set IN, 0x6000
.set OUT, 0x6200
.set INT, 0x6400
.set INT_SRR0, 0x6520
.set INT_SRR1, 0x6528
.set INT_VECTOR, 0x6530
.set SAVE, 0x6600
.set SAVE_LR, 0x6700
.set SAVE_CR, 0x6708
.set SAVE_MSR, 0x6710
.set STAGE, 0x6718
.set EXPECTING, 0x6720

# Goes on in the image's byte order, whichever the processor starts in (Linux
# arch/powerpc/include/asm/ppc_asm.h, FIXUP_ENDIAN). Changes r10, r11.
.macro own_endian
    tdi 0, 0, 0x48
    b 191f
    .long 0xa600607d, 0x01006b69, 0x00004039, 0x6401417d, 0x05009f42, 0xa602487d
    .long 0x14004a39, 0xa6035a7d, 0xa6037b7d, 0x2400004c
191:
.endm

.macro load_address register, symbol
    lis \register, \symbol@ha
    addi \register, \register, \symbol@l
.endm

.section .vectors, "ax", @progbits
.org 0x10
.globl powernv_entry
powernv_entry:
    own_endian
    li 31, 1
    b start

.org 0x100
.globl pseries_entry
pseries_entry:
    own_endian
    li 31, 0
    b start

.macro vector number
.org \number
    mtsprg 2, 3
    li 3, \number
    b interrupted
.endm

vector 0x200
vector 0x300
vector 0x380
vector 0x400
vector 0x480
vector 0x500
vector 0x600
vector 0x700
vector 0x800
vector 0x900
vector 0x980
vector 0xa00
vector 0xc00
vector 0xd00
vector 0xe00
vector 0xe20
vector 0xe40
vector 0xe60
vector 0xe80
vector 0xea0
vector 0xf00
vector 0xf20
vector 0xf40
vector 0xf60
vector 0xf80
vector 0x1500

# r3 holds the vector, SPRG2 what was in r3.
.org 0x1700
interrupted:
    mtsprg 3, 4
    mfcr 4
    mtsprg 1, 4
    mfsprg 4, 0
    cmpdi 4, 0
    beq host_interrupted
    std 3, S_VECTOR(4)
    std 0, S_R(4)
    std 1, S_R+8*1(4)
    std 2, S_R+8*2(4)
    mfsprg 0, 2
    std 0, S_R+8*3(4)
    mfsprg 0, 3
    std 0, S_R+8*4(4)
.irp n, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    std \n, S_R+8*\n(4)
.endr
    mfxer 0
    std 0, S_XER(4)
    mfctr 0
    std 0, S_CTR(4)
    mflr 0
    std 0, S_LR(4)
    mfsprg 0, 1
    std 0, S_CR(4)
    mfspr 0, 26
    std 0, S_NIP(4)
    mfspr 0, 27
    std 0, S_MSR(4)
    mfspr 0, 19
    std 0, S_DAR(4)
    mfspr 0, 18
    std 0, S_DSISR(4)
    li 0, 0
    mtsprg 0, 0
    ld 1, S_HOST_SP(4)
    mfmsr 0
    ori 0, 0, 0x2002
    oris 0, 0, 0x0280
    mtmsrd 0
    isync
    addi 5, 4, S_VECTORS
    store_vectors
    addi 5, 1, 256
    load_vectors
    ld 2, 32(1)
.irp n, 14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld \n, 112+8*(\n-14)(1)
.endr
    addi 1, 1, 1280
    ld 0, 16(1)
    mtlr 0
    ld 0, 8(1)
    mtcr 0
    blr

# An interrupt while the host itself ran: it cannot go on.
host_interrupted:
    mfspr 4, 26
    mfspr 5, 27
    mfspr 6, 19
    load_address 1, emergency_stack_top
    li 0, 0
    stdu 0, -128(1)
    load_address 2, .TOC.
    mfmsr 0
    ori 0, 0, 0x2002
    oris 0, 0, 0x0280
    mtmsrd 0
    isync
    bl host_interrupt
    nop
    b .

# ---- The guest's own interrupt vectors: everything goes to the block INT, then on behind `guest_call`.
.section .guest_vectors, "ax", @progbits
guest_vectors:
.macro guest_vector number
.org \number
    std 0, INT(0)
    li 0, \number
    b guest_interrupted
.endm
guest_vector 0x300
guest_vector 0x380
guest_vector 0x400
guest_vector 0x480
guest_vector 0x500
guest_vector 0x600
guest_vector 0x700
guest_vector 0x800
guest_vector 0x900
.org 0xa00
guest_interrupted:
    std 0, INT_VECTOR(0)
.irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    std \n, INT+8*\n(0)
.endr
    mfxer 0
    std 0, INT+S_XER(0)
    mfctr 0
    std 0, INT+S_CTR(0)
    mflr 0
    std 0, INT+S_LR(0)
    mfcr 0
    std 0, INT+S_CR(0)
    mfspr 0, 26
    std 0, INT_SRR0(0)
    mfspr 0, 27
    std 0, INT_SRR1(0)
    b guest_resumed
guest_vector 0xc00
guest_vector 0xd00
.org 0xe00
guest_resumed:
    # Nobody waits for this one: an instruction that does not exist leaves to the host, which gives up.
    ld 0, EXPECTING(0)
    cmpdi 0, 0
    bne 1f
    .long 0
1:
    ld 0, SAVE_CR(0)
    mtcr 0
    ld 0, SAVE_LR(0)
    mtspr 26, 0
    ld 0, SAVE_MSR(0)
    mtspr 27, 0
    ld 1, SAVE+8*1(0)
    ld 2, SAVE+8*2(0)
.irp n, 13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld \n, SAVE+8*\n(0)
.endr
    rfid

.text
start:
    mr 30, 3
    # 64-bit mode, floating point and vectors, machine checks.
    mfmsr 4
    li 5, 1
    sldi 6, 5, 63
    or 4, 4, 6
    oris 4, 4, 0x0280
    ori 4, 4, 0x3002
    mtmsrd 4
    isync
    li 0, 0
    mtsprg 0, 0
    load_address 3, __bss_start
    load_address 4, __bss_end
1:  cmpld 3, 4
    bge 2f
    std 0, 0(3)
    addi 3, 3, 8
    b 1b
2:  load_address 1, host_stack_top
    stdu 0, -128(1)
    load_address 2, .TOC.
    mr 3, 31
    mr 4, 30
    bl host_main
    nop
    b .

# void enter_guest(State *): runs the guest until it is interrupted.
.globl enter_guest
enter_guest:
    mflr 0
    std 0, 16(1)
    mfcr 0
    std 0, 8(1)
    stdu 1, -1280(1)
    std 2, 32(1)
.irp n, 14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    std \n, 112+8*(\n-14)(1)
.endr
    addi 5, 1, 256
    store_vectors
    addi 5, 3, S_VECTORS
    load_vectors
    std 1, S_HOST_SP(3)
    mtsprg 0, 3
    ld 0, S_XER(3)
    mtxer 0
    ld 0, S_CTR(3)
    mtctr 0
    ld 0, S_LR(3)
    mtlr 0
    ld 0, S_HYPERVISOR(3)
    cmpdi 0, 2
    beq 1f
    # Nothing may interrupt from here on; SRR0 and SRR1 hold the guest's.
    ld 0, S_NIP(3)
    mtspr 26, 0
    ld 0, S_MSR(3)
    mtspr 27, 0
    ld 0, S_CR(3)
    mtcr 0
.irp n, 0,1,2,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld \n, S_R+8*\n(3)
.endr
    ld 3, S_R+8*3(3)
    rfid
1:  # A guest with SRR0 and SRR1 of its own: by HSRR0, HSRR1 and hrfid.
    ld 0, S_SRR0(3)
    mtspr 26, 0
    ld 0, S_SRR1(3)
    mtspr 27, 0
    ld 0, S_NIP(3)
    mtspr 314, 0
    ld 0, S_MSR(3)
    mtspr 315, 0
    ld 0, S_CR(3)
    mtcr 0
.irp n, 0,1,2,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld \n, S_R+8*\n(3)
.endr
    ld 3, S_R+8*3(3)
    .long 0x4c000224

# Where guests begin, with their stack and TOC in r1 and r2.
.globl guest_start
guest_start:
    bl guest_main
    nop
1:  b 1b

# void guest_call(u64 msr, u64 address): goes there in that mode, and comes back from the next interrupt.
.globl guest_call
guest_call:
    mflr 0
    std 0, SAVE_LR(0)
    mfcr 0
    std 0, SAVE_CR(0)
    mfmsr 0
    std 0, SAVE_MSR(0)
.irp n, 1,2,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    std \n, SAVE+8*\n(0)
.endr
    mtspr 26, 4
    mtspr 27, 3
    rfid

# Where `guest_call` goes for a call that C code makes, on the caller's stack; it comes back by a system call
# that is no hypercall. An image that is built without a header has no such code, and never comes here.
.weak by_c_main
.globl by_c_entry
by_c_entry:
    bl by_c_main
    nop
    li 0, 0
    sc

# Loads every register from IN, executes the four words of the slot, stores every register to OUT and says
# so. Copied to its page, in either byte order.
.globl runner
runner:
    ld 0, IN+S_XER(0)
    mtxer 0
    ld 0, IN+S_CTR(0)
    mtctr 0
    ld 0, IN+S_LR(0)
    mtlr 0
    ld 0, IN+S_CR(0)
    mtcr 0
.irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld \n, IN+8*\n(0)
.endr
    ld 0, IN(0)
.globl runner_slot
runner_slot:
    nop
    nop
    nop
    nop
.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    std \n, OUT+8*\n(0)
.endr
    mfxer 0
    std 0, OUT+S_XER(0)
    mfctr 0
    std 0, OUT+S_CTR(0)
    mflr 0
    std 0, OUT+S_LR(0)
    mfcr 0
    std 0, OUT+S_CR(0)
    li 0, 1
    std 0, STAGE(0)
    li 0, 0
    sc
.globl runner_end
runner_end:
    nop

.section .bss.stacks, "aw", @nobits
.balign 16
host_stack:
    .skip 0x40000
host_stack_top:
emergency_stack:
    .skip 0x8000
emergency_stack_top:
.globl guest_stack
guest_stack:
    .skip 0x40000
.globl guest_stack_top
guest_stack_top:
.text
