// SPDX-License-Identifier: GPL-2.0-or-later
// The whole purgatory of arm64 but for verification. The running kernel enters with interrupts masked, MMU
// and data cache off (arch/arm64/kernel/relocate_kernel.S); Documentation/arch/arm64/booting.rst wants the
// new kernel entered in that very state, with x0 = device tree and x1 = x2 = x3 = 0.
#include "purgatory/layout.h"

	.section .head, "ax"
	.globl purgatory_start
purgatory_start:
	b	enter

	.section .verify, "ax"
	b	purgatory_verify

	.text
enter:
	adr	x19, purgatory_stack
	mov	sp, x19
	bl	purgatory_verify
	cbnz	w0, stop

hand_over:
	adr	x19, purgatory_start + PURGATORY_PARAMETERS
	ldr	x17, [x19, PARAMETER_ENTRY]
	ldr	x0, [x19, PARAMETER_ARGUMENT]
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	br	x17

stop:
	wfi
	b	stop
