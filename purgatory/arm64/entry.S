// SPDX-License-Identifier: GPL-2.0-or-later
// Where the running kernel enters on arm64 (arch/arm64/kernel/relocate_kernel.S, or cpu-reset.S for a crash
// kernel): EL1 or EL2, with HCR_EL2.E2H set or not, MMU and data caches off, interrupts masked. A big-endian
// kernel leaves SCTLR_ELx.EE set.
#include "purgatory/arm64/registers.h"
#include "purgatory/layout.h"

	.section .head, "ax"
	.globl purgatory_start
purgatory_start:
	b	enter

	.section .verify, "ax"
	b	purgatory_verify

// Up to hand_over x20 holds CurrentEL and x21 the SCTLR that we were entered with. No data is touched before
// the byte order is ours.
	.text
enter:
	msr	daifset, 15
	mrs	x20, CurrentEL
	cmp	x20, CURRENT_EL_2
	b.eq	1f
	mrs	x21, sctlr_el1
	bic	x9, x21, SCTLR_EE
	msr	sctlr_el1, x9
	b	2f
1:	mrs	x21, sctlr_el2
	bic	x9, x21, SCTLR_EE
	msr	sctlr_el2, x9
2:	isb
	adr	x9, purgatory_stack
	mov	sp, x9
	bl	purgatory_prepare
	cbz	w0, hand_over

stop:
	wfi
	b	stop
