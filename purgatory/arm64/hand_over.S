// SPDX-License-Identifier: GPL-2.0-or-later
// The last step on arm64: the processor as Documentation/arch/arm64/booting.rst wants it at the new kernel's
// entry. MMU off, interrupts masked, no stale instruction in the cache, x0 = device tree, x1 = x2 = x3 = 0.
// Every system register is again what it was at our own entry.
#include "purgatory/arm64/registers.h"
#include "purgatory/layout.h"

	.text
	.globl hand_over
hand_over:
	adr	x9, purgatory_start + PURGATORY_PARAMETERS
	ldr	x17, [x9, PARAMETER_ENTRY]
	ldr	x0, [x9, PARAMETER_ARGUMENT]
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	ic	iallu
	dsb	nsh
	cmp	x20, CURRENT_EL_2
	b.eq	1f
	msr	sctlr_el1, x21
	b	2f
1:	msr	sctlr_el2, x21
2:	isb
	br	x17
