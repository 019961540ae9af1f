// SPDX-License-Identifier: GPL-2.0-or-later
// The purgatory of ppc64: how it is entered, and how it hands over.
//
// The running kernel (kexec_sequence in arch/powerpc/kernel/misc_64.S) copies our first 256 bytes to address
// 0, where it lets the secondary processors enter at 0x60, and enters here in real mode, in its own byte
// order, with r3 = this processor's number. The loader has put the new kernel's first 256 bytes in the place
// of ours, but for the first instruction: the secondary processors spin in the new kernel's code from then
// on, and never know of us.
//
// The new kernel is entered as arch/powerpc/kernel/head_64.S takes a kexec: big-endian, whatever its own
// order is, with r3 = device tree, r4 = where it lies, r5 = 0, and r8 and r9 = OPAL's base and entry; the
// header of the tree names the processor that it starts on.
#include "purgatory/layout.h"

#define KERNEL_RUN_AT_LOAD 0x5c
#define DTB_VERSION 20
#define DTB_BOOT_PROCESSOR 28

#define MSR_VECTORS_HIGH 0x0280	// MSR[VEC] and MSR[VSX], shifted by 16
#define MSR_FLOATS 0x2000	// MSR[FP], which the first half of the vector registers takes too

#define word(index) (PARAMETER_MACHINE + 8 * (index))

	.abiversion 2

// Only this first instruction is ours for certain: the loader replaces the rest, up to 0x100.
	.section .head, "ax"
	.globl purgatory_start
purgatory_start:
	b	enter
	.org	purgatory_start + 0x60
	b	.

// Called through a pointer, so that r12 is this very address (ELFv2 ABI).
	.section .verify, "ax"
	.globl verify_entry
verify_entry:
	addis	2, 12, (.TOC. - verify_entry)@ha
	addi	2, 2, (.TOC. - verify_entry)@l
	b	purgatory_verify

	.text
enter:
	mr	31, 3
	mfmsr	28
	bcl	20, 31, 1f
1:	mflr	30
	addis	2, 30, (.TOC. - 1b)@ha
	addi	2, 2, (.TOC. - 1b)@l
	addis	1, 30, (purgatory_stack - 1b)@ha
	addi	1, 1, (purgatory_stack - 1b)@l
	li	0, 0
	stdu	0, -112(1)
	addis	29, 30, (purgatory_start + PURGATORY_PARAMETERS - 1b)@ha
	addi	29, 29, (purgatory_start + PURGATORY_PARAMETERS - 1b)@l

// Hashing is work of normal priority; the kernel may have left us at a low one.
	or	2, 2, 2
	lwz	6, PARAMETER_FLAGS(29)
	andi.	6, 6, FLAG_VECTOR_SHA
	beq	2f
	oris	6, 28, MSR_VECTORS_HIGH
	ori	6, 6, MSR_FLOATS
	mtmsrd	6
	isync
2:	bl	purgatory_prepare
	nop
	cmpwi	3, 0
	bne	stop

// The secondary processors may still be on their way to the copy at 0, which the new kernel overwrites.
	lis	6, 1
	mtctr	6
	bdnz	.

hand_over:
	ld	4, PARAMETER_ENTRY(29)
	ld	3, PARAMETER_ARGUMENT(29)
	ld	6, word(PPC64_WORD_RUN_AT_LOAD)(29)
	cmpdi	6, 0
	beq	3f
	stw	6, KERNEL_RUN_AT_LOAD(4)
3:	li	7, DTB_VERSION
	lwbrx	6, 3, 7
	cmplwi	6, 2
	blt	4f
	li	7, DTB_BOOT_PROCESSOR
	stwbrx	31, 3, 7
4:	ld	8, word(PPC64_WORD_OPAL_BASE)(29)
	ld	9, word(PPC64_WORD_OPAL_ENTRY)(29)
	li	5, 0
	clrrdi	28, 28, 1		// MSR[LE]
	sync
	mtsrr0	4
	mtsrr1	28
	rfid

stop:
	b	stop
