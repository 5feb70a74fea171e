# Where the processor comes in, and the ways between host and guest.
#
# Lowcore (Principles of Operation, chapter 3, "Assigned Storage Locations") as far as it is used here:
#   0x08c  instruction length and program-interruption code
#   0x150  program old PSW            0x1d0  program new PSW: program_interruption
#   0x1b0  external new PSW: sclp_done
# and of the free area behind:
#   0x200  general registers at a program interruption
#   0x280  address of the guest's context    0x288  the host's stack while the guest runs
#   0x290  a PSW to load                     0x2b0  CR0 with and without service signals
#   0x2c0  an enabled wait

    .section .text.start, "ax", @progbits
    .globl  _start
_start:
    larl    %r15, host_stack_end
    aghi    %r15, -160
    xc      0(160,%r15), 0(%r15)
    # CR0: the additional floating-point registers (bit 45), no external interruptions.
    larl    %r1, control_registers
    mvc     0x2b0(16), 0(%r1)
    lctlg   %c0, %c0, 0x2b8
    brasl   %r14, image_main

    .text
    # run_guest(context: %r2): returns at the guest's next program interruption.
    .globl  run_guest
run_guest:
    stmg    %r6, %r15, 48(%r15)
    aghi    %r15, -224
    std     %f8, 160(%r15)
    std     %f9, 168(%r15)
    std     %f10, 176(%r15)
    std     %f11, 184(%r15)
    std     %f12, 192(%r15)
    std     %f13, 200(%r15)
    std     %f14, 208(%r15)
    std     %f15, 216(%r15)
    stg     %r15, 0x288
    stg     %r2, 0x280
    lgr     %r1, %r2
    lfpc    272(%r1)
    ld      %f0, 128(%r1)
    ld      %f1, 136(%r1)
    ld      %f2, 144(%r1)
    ld      %f3, 152(%r1)
    ld      %f4, 160(%r1)
    ld      %f5, 168(%r1)
    ld      %f6, 176(%r1)
    ld      %f7, 184(%r1)
    ld      %f8, 192(%r1)
    ld      %f9, 200(%r1)
    ld      %f10, 208(%r1)
    ld      %f11, 216(%r1)
    ld      %f12, 224(%r1)
    ld      %f13, 232(%r1)
    ld      %f14, 240(%r1)
    ld      %f15, 248(%r1)
    mvc     0x290(16), 256(%r1)
    lmg     %r0, %r15, 0(%r1)
    lpswe   0x290

    .globl  program_interruption
program_interruption:
    stmg    %r0, %r15, 0x200
    tm      0x151, 0x01                     # the old PSW's problem state
    jz      host_broke
    lg      %r1, 0x280
    mvc     0(128,%r1), 0x200
    std     %f0, 128(%r1)
    std     %f1, 136(%r1)
    std     %f2, 144(%r1)
    std     %f3, 152(%r1)
    std     %f4, 160(%r1)
    std     %f5, 168(%r1)
    std     %f6, 176(%r1)
    std     %f7, 184(%r1)
    std     %f8, 192(%r1)
    std     %f9, 200(%r1)
    std     %f10, 208(%r1)
    std     %f11, 216(%r1)
    std     %f12, 224(%r1)
    std     %f13, 232(%r1)
    std     %f14, 240(%r1)
    std     %f15, 248(%r1)
    mvc     256(16,%r1), 0x150
    stfpc   272(%r1)
    lghi    %r0, 0
    sfpc    %r0
    lg      %r15, 0x288
    ld      %f8, 160(%r15)
    ld      %f9, 168(%r15)
    ld      %f10, 176(%r15)
    ld      %f11, 184(%r15)
    ld      %f12, 192(%r15)
    ld      %f13, 200(%r15)
    ld      %f14, 208(%r15)
    ld      %f15, 216(%r15)
    aghi    %r15, 224
    lmg     %r6, %r15, 48(%r15)
    br      %r14

    # A program interruption of the host's own.
host_broke:
    larl    %r15, fault_stack_end
    aghi    %r15, -160
    brasl   %r14, host_fault

    # sclp(command: %r2, block: %r3) -> condition code 0 or 3 in %r2; waits for the service signal.
    .globl  sclp
sclp:
    .insn   rre, 0xb2200000, %r2, %r3       # SERVICE CALL, which LLVM does not know
    brc     2, sclp                         # busy
    brc     1, 1f                           # not operational
    lctlg   %c0, %c0, 0x2b0
    lpswe   0x2c0
    .globl  sclp_done
sclp_done:
    lctlg   %c0, %c0, 0x2b8
    lghi    %r2, 0
    br      %r14
1:  lghi    %r2, 3
    br      %r14

    .section .rodata
    .balign 8
control_registers:
    .quad   0x40200, 0x40000
