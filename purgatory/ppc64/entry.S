// SPDX-License-Identifier: GPL-2.0-or-later
// The whole purgatory of ppc64 but for verification. The running kernel (arch/powerpc/kexec,
// arch/powerpc/kernel/ misc_64.S) copies our first 256 bytes to address 0, where it lets the secondary
// processors enter at 0x60, and enters here in real mode with r3 = this processor's number. The new kernel is
// entered as the boot wrapper's kexec convention says: big-endian, r3 = device tree, r4 = kernel, r5 = 0, r8
// and r9 = OPAL base and entry.
#include "purgatory/layout.h"

#define KERNEL_RUN_AT_LOAD 0x5c
#define DTB_VERSION 20
#define DTB_BOOT_PROCESSOR 28

#define word(index) (PARAMETER_MACHINE + 8 * (index))

	.abiversion 2

// Only this first instruction is ours for certain: the loader replaces the rest, up to 0x100, by the new
// kernel's.
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
	bcl	20, 31, 1f
1:	mflr	30
	addis	2, 30, (.TOC. - 1b)@ha
	addi	2, 2, (.TOC. - 1b)@l
	addis	1, 30, (purgatory_stack - 1b)@ha
	addi	1, 1, (purgatory_stack - 1b)@l
	li	0, 0
	stdu	0, -112(1)
	bl	purgatory_verify
	nop
	cmpwi	3, 0
	bne	stop

// The secondary processors may still be on their way to the copy at 0, which the new kernel overwrites.
	lis	6, 1
	mtctr	6
	bdnz	.

hand_over:
	addis	29, 30, (purgatory_start + PURGATORY_PARAMETERS - 1b)@ha
	addi	29, 29, (purgatory_start + PURGATORY_PARAMETERS - 1b)@l
	ld	4, PARAMETER_ENTRY(29)
	ld	3, PARAMETER_ARGUMENT(29)
	ld	6, word(PPC64_WORD_RUN_AT_LOAD)(29)
	cmpdi	6, 0
	beq	2f
	stw	6, KERNEL_RUN_AT_LOAD(4)
2:	li	7, DTB_VERSION
	lwbrx	6, 3, 7
	cmplwi	6, 2
	blt	3f
	li	7, DTB_BOOT_PROCESSOR
	stwbrx	31, 3, 7
3:	ld	8, word(PPC64_WORD_OPAL_BASE)(29)
	ld	9, word(PPC64_WORD_OPAL_ENTRY)(29)
	li	5, 0
	mfmsr	11
	clrrdi	11, 11, 1		// MSR[LE]
	mtsrr0	4
	mtsrr1	11
	rfid

stop:
	b	stop
