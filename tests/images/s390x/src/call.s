# A call with every register loaded before and stored after it, in the guest, whichever state it is in.
#
# call_block: registers to load (0), floating-point registers to load (128), registers found (256),
# floating-point registers found (384), how to go there (512), came back (520), was interrupted
# (528), stack (536), scratch (544). Relative addressing throughout: no register has to be given up for it.

    .text
    .globl  make_call
make_call:
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
    stgrl   %r15, call_block+536
    larl    %r1, call_block
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
    lg      %r0, 512(%r1)
    ltgr    %r0, %r0
    jnz     1f
    lmg     %r0, %r15, 0(%r1)
    j       call_site
1:  lmg     %r0, %r15, 0(%r1)
    # By the PSW for call_site that stands in the guest's lowcore, for another state (2: the problem state).
    lpswe   0x300

    # The instruction; another may be written in its place. Two bytes are left for one of six.
    .balign 8
    .globl  call_site
call_site:
    diag    2, 4, 0x500
    nopr    0

    stgrl   %r0, call_block+256
    stgrl   %r1, call_block+264
    stgrl   %r2, call_block+272
    stgrl   %r3, call_block+280
    stgrl   %r4, call_block+288
    stgrl   %r5, call_block+296
    stgrl   %r6, call_block+304
    stgrl   %r7, call_block+312
    stgrl   %r8, call_block+320
    stgrl   %r9, call_block+328
    stgrl   %r10, call_block+336
    stgrl   %r11, call_block+344
    stgrl   %r12, call_block+352
    stgrl   %r13, call_block+360
    stgrl   %r14, call_block+368
    stgrl   %r15, call_block+376
    larl    %r1, call_block
    std     %f0, 384(%r1)
    std     %f1, 392(%r1)
    std     %f2, 400(%r1)
    std     %f3, 408(%r1)
    std     %f4, 416(%r1)
    std     %f5, 424(%r1)
    std     %f6, 432(%r1)
    std     %f7, 440(%r1)
    std     %f8, 448(%r1)
    std     %f9, 456(%r1)
    std     %f10, 464(%r1)
    std     %f11, 472(%r1)
    std     %f12, 480(%r1)
    std     %f13, 488(%r1)
    std     %f14, 496(%r1)
    std     %f15, 504(%r1)
    mvghi   520(%r1), 1
    lg      %r0, 512(%r1)
    cghi    %r0, 2
    jne     back
    # Still in the problem state: an operation exception leads back.
    .short  0

    # The guest's program-interruption handler.
    .globl  call_interrupted
call_interrupted:
    stgrl   %r0, call_block+544
    lgrl    %r0, call_block+520
    ltgr    %r0, %r0
    jnz     back
    lgrl    %r0, call_block+544
    stgrl   %r0, call_block+256
    stgrl   %r1, call_block+264
    stgrl   %r2, call_block+272
    stgrl   %r3, call_block+280
    stgrl   %r4, call_block+288
    stgrl   %r5, call_block+296
    stgrl   %r6, call_block+304
    stgrl   %r7, call_block+312
    stgrl   %r8, call_block+320
    stgrl   %r9, call_block+328
    stgrl   %r10, call_block+336
    stgrl   %r11, call_block+344
    stgrl   %r12, call_block+352
    stgrl   %r13, call_block+360
    stgrl   %r14, call_block+368
    stgrl   %r15, call_block+376
    larl    %r1, call_block
    std     %f0, 384(%r1)
    std     %f1, 392(%r1)
    std     %f2, 400(%r1)
    std     %f3, 408(%r1)
    std     %f4, 416(%r1)
    std     %f5, 424(%r1)
    std     %f6, 432(%r1)
    std     %f7, 440(%r1)
    std     %f8, 448(%r1)
    std     %f9, 456(%r1)
    std     %f10, 464(%r1)
    std     %f11, 472(%r1)
    std     %f12, 480(%r1)
    std     %f13, 488(%r1)
    std     %f14, 496(%r1)
    std     %f15, 504(%r1)
    mvghi   528(%r1), 1
back:
    sam64
    lgrl    %r15, call_block+536
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

    # A DIAGNOSE to be executed by EXECUTE.
    .balign 2
    .globl  executed_diag
executed_diag:
    diag    2, 4, 0x500

    # A program-interruption handler that goes on behind the instruction, for the stubs: what they do not
    # declare as changed must stay. It stores the interruption's identification at 0x318.
    .globl  skip_interruption
skip_interruption:
    mvc     0x318(4), 0x8c
    lpswe   0x150

    # A program-interruption handler of the guest's that counts, and goes on behind the instruction: for calls
    # made by C code.
    .globl  count_interruption
count_interruption:
    stgrl   %r1, call_block+544
    larl    %r1, interruptions
    agsi    0(%r1), 1
    # The host's LOAD PSW EXTENDED takes no condition code; what makes the calls does not look at it.
    larl    %r1, guest_memory
    mvi     0x152(%r1), 0
    lgrl    %r1, call_block+544
    lpswe   0x150

    .data
    .balign 8
    .globl  interruptions
interruptions:
    .quad   0
    .text
