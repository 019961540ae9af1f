// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a function with MMU and caches on and leaves nothing of it behind: no dirty line, no translation, no
// changed system register. Follows the Arm ARM, D7.5 (cache maintenance), D8.16 (TLB maintenance) and K13.5
// (barriers).
//
// What the caches may hold when we come: the running kernel has cleaned to the point of coherency whatever it
// loaded, our own memory with its zeros included (kexec_segment_flush() of arch/arm64/kernel/machine_kexec.c
// for what was loaded in place, the copying loop of relocate_kernel.S for the rest). So there is no dirty
// line of ours that could be written back over what we store with the caches off. But there may be clean
// ones, of before those stores: speculation of this processor while its MMU was on, or of one that a crash
// has left running. Therefore what was written with the caches off is invalidated before they go on.
//
// What the caches may hold when we leave: clean lines only. Everything that is mapped writable is cleaned;
// the rest is mapped read-only and so cannot have become dirty.
#include "purgatory/arm64/registers.h"
#include "purgatory/arm64/tables.h"

#define MAIR_WRITE_BACK 0xff	// attribute 0: Normal, write-back, allocating reads and writes, inner and outer

// Everything of ours that can be written: tables and stack. CTR_EL0.DminLine is the binary logarithm of the
// number of words in the smallest line.
.macro maintain operation
	mrs	x9, ctr_el0
	ubfx	x9, x9, 16, 4
	mov	x10, 4
	lsl	x10, x10, x9
	adr	x11, purgatory_tables
	adr	x12, purgatory_stack
8:	dc	\operation, x11
	add	x11, x11, x10
	cmp	x11, x12
	b.lo	8b
	dsb	sy
.endm

// uint64_t with_caches_elN(uint64_t (*function)(void *), void *argument, uint64_t tcr, uint64_t ttbr0)
//
// The names with _EL2 mean the right registers with and without HCR_EL2.E2H. x19 to x28 are the function's to
// keep; ours must be in memory before their lines are invalidated.
.macro define_with_caches el, tcr2, tlb_entries
	.globl	with_caches_\el
with_caches_\el:
	stp	x29, x30, [sp, -96]!
	stp	x19, x20, [sp, 16]
	stp	x21, x22, [sp, 32]
	stp	x23, x24, [sp, 48]
	stp	x25, x26, [sp, 64]
	mov	x19, x0
	mov	x20, x1
	mrs	x21, sctlr_\el
	mrs	x22, mair_\el
	mrs	x23, tcr_\el
	mrs	x24, ttbr0_\el

	// With TCR2_ELx.PIE, which Linux sets where it can, permissions would be looked up in other registers.
	mrs	x26, s3_0_c0_c7_3	// ID_AA64MMFR3_EL1
	and	x26, x26, 15		// TCRX: there is a TCR2_ELx
	cbz	x26, 1f
	mrs	x25, \tcr2
	msr	\tcr2, xzr

1:	mov	x9, MAIR_WRITE_BACK
	msr	mair_\el, x9
	msr	tcr_\el, x2
	msr	ttbr0_\el, x3
	dsb	sy
	maintain ivac
	isb
	tlbi	\tlb_entries
	ic	iallu
	dsb	nsh
	isb
	mov	x9, SCTLR_M | SCTLR_C
	orr	x9, x9, SCTLR_I
	orr	x9, x9, x21
	bic	x9, x9, SCTLR_WXN
	msr	sctlr_\el, x9
	isb

	mov	x0, x20
	blr	x19

	// From here to the end of the caches only registers are used.
	maintain civac
	isb			// erratum 1041 of Qualcomm's Falkor: right before the MMU goes off
	msr	sctlr_\el, x21
	isb
	msr	mair_\el, x22
	msr	tcr_\el, x23
	msr	ttbr0_\el, x24
	cbz	x26, 2f
	msr	\tcr2, x25
2:	isb
	tlbi	\tlb_entries
	ic	iallu
	dsb	nsh
	isb
	ldp	x25, x26, [sp, 64]
	ldp	x23, x24, [sp, 48]
	ldp	x21, x22, [sp, 32]
	ldp	x19, x20, [sp, 16]
	ldp	x29, x30, [sp], 96
	ret
.endm

	.text
	define_with_caches el1, s3_0_c2_c0_3, vmalle1	// TCR2_EL1
	define_with_caches el2, s3_4_c2_c0_3, alle2	// TCR2_EL2

// From here to the blob's end: what we write.
	.section .tables, "aw", %progbits
	.balign	4096
	.globl	purgatory_tables
purgatory_tables:
	.skip	TABLE_COUNT * 4096
