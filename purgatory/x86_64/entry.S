// SPDX-License-Identifier: GPL-2.0-or-later
// Where the running kernel enters on x86_64 (arch/x86/kernel/relocate_kernel_64.S): long mode, interrupts
// off, identity-mapped page tables, general registers zero. Neither its GDT nor its stack can be relied upon
// any more, and whether vector instructions are enabled is not stated anywhere.
#include "purgatory/layout.h"

#define CR0_MP (1 << 1)
#define CR0_EM (1 << 2)
#define CR0_TS (1 << 3)
#define CR4_OSFXSR (1 << 9)

	.code64

	.section .head, "ax"
	.globl purgatory_start
purgatory_start:
	jmp	enter

	.section .verify, "ax"
	jmp	purgatory_verify

	.text
enter:
	cli
	leaq	purgatory_stack(%rip), %rsp
	pushq	$0
	popfq
	leaq	gdt_64bit(%rip), %rax
	call	load_gdt
	leaq	1f(%rip), %rax
	pushq	$0x10
	pushq	%rax
	lretq
1:	movl	$0x18, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs

	// The SHA routine uses XMM registers. The control registers are handed over as they came.
	movq	%cr0, %rbx
	movq	%cr4, %r12
	movq	%rbx, %rax
	andq	$~(CR0_EM | CR0_TS), %rax
	orq	$CR0_MP, %rax
	movq	%rax, %cr0
	movq	%r12, %rax
	orq	$CR4_OSFXSR, %rax
	movq	%rax, %cr4
	call	purgatory_prepare
	movq	%r12, %cr4
	movq	%rbx, %cr0
	testl	%eax, %eax
	jz	hand_over

stop:
	hlt
	jmp	stop
