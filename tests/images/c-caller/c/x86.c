/*
 * A guest that uses nothing but the generated header: makes the call in its mailbox, says so, and again.
 *
 * 64- and 32-bit. It is entered at its first byte, with a stack.
 */
#include "call.h"

#define MAILBOX ((struct call *)0x300000)

#define TEXT_(value) #value
#define TEXT(value) TEXT_(value)

/*
 * #GP: counted, and the instruction skipped: `out imm8, al` has two bytes, `vmcall` and `vmmcall` three, the store of a
 * byte seven.
 */
#ifdef __x86_64__
__asm__(".pushsection .start, \"ax\"\n"
	"start:\n\tcall guest\n\tud2\n"
	".balign 16\n"
	"fault:\n\tpush %rax\n\tmov 16(%rsp), %rax\n\tincq faults(%rip)\n"
	"\tcmpb $0xe6, (%rax)\n\tje 1f\n\tcmpb $0x0f, (%rax)\n\tje 2f\n"
	"\tadd $4, %rax\n2:\tadd $1, %rax\n1:\tadd $2, %rax\n"
	"\tmov %rax, 16(%rsp)\n\tpop %rax\n\tadd $8, %rsp\n\tiretq\n"
	".popsection\n");
#else
/* No IRET, which some hosts do not emulate outside of real mode; the flags are the compiler's to lose. */
__asm__(".pushsection .start, \"ax\"\n"
	"start:\n\tcall guest\n\tud2\n"
	".balign 16\n"
	"fault:\n\tpush %eax\n\tmov 8(%esp), %eax\n\tincl faults\n"
	"\tcmpb $0xe6, (%eax)\n\tje 1f\n\tcmpb $0x0f, (%eax)\n\tje 2f\n"
	"\tadd $4, %eax\n2:\tadd $1, %eax\n1:\tadd $2, %eax\n"
	"\tmov %eax, 16(%esp)\n\tpop %eax\n\tlea 12(%esp), %esp\n\tret\n"
	".popsection\n");
#endif

volatile uint64_t faults;

void guest(void);

void guest(void)
{
	for (;;) {
		uint64_t before = faults;

		if (!call_by_c(MAILBOX))
			__builtin_trap();
		MAILBOX->faults = faults - before;
		__asm__ __volatile__("outb %%al, $" TEXT(DONE_PORT) : : : "memory");
	}
}
