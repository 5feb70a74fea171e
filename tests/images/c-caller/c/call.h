/* A call that C is to make through the generated header: asked for by Rust code, answered here. */
#ifndef CALL_H
#define CALL_H

#include <stdint.h>

struct call {
	uint32_t convention; /* index of the header's function for a convention */
	uint32_t via; /* how the call leaves the guest, where the convention has a choice */
	uint64_t number;
	uint64_t count; /* arguments that the call is meant to have */
	uint64_t arguments[9]; /* as registers hold them, behind those as well */
	int64_t result;
	uint64_t value; /* of a convention with a status beside it */
	uint64_t more[8];
	uint64_t faults; /* exceptions raised while it was made */
	uint64_t typed; /* 1 where the call's own function made it, 0 where the convention's did */
};

/* 1, or 0 where the header has no such convention. */
int call_by_c(struct call *call);

#endif
