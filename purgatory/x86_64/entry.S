// SPDX-License-Identifier: GPL-2.0-or-later
// Where the running kernel enters on x86_64 (arch/x86/kernel/relocate_kernel_64.S): long mode, interrupts
// off, identity-mapped page tables, general registers zero. Neither its GDT nor its stack can be relied upon
// any more, and whether vector instructions are enabled is not stated anywhere.
#include "purgatory/layout.h"

#define CR0_MP (1 << 1)
#define CR0_EM (1 << 2)
#define CR0_TS (1 << 3)
#define CR4_OSFXSR (1 << 9)
#define CR4_OSXSAVE (1 << 18)
#define CPUID_XSAVE (1 << 26)
#define CPUID_AVX (1 << 28)
#define XCR0_X87_SSE_AVX 7

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

	// The SHA routines use XMM and YMM registers. The control registers are handed over as they came.
	movq	%cr0, %r13
	movq	%cr4, %r12
	movq	%r13, %rax
	andq	$~(CR0_EM | CR0_TS), %rax
	orq	$CR0_MP, %rax
	movq	%rax, %cr0
	movq	%r12, %rax
	orq	$CR4_OSFXSR, %rax
	movq	%rax, %cr4
	call	enable_ymm
	call	purgatory_prepare
	movl	%eax, %ebx
	call	restore_xcr0
	movq	%r12, %cr4
	movq	%r13, %cr0
	testl	%ebx, %ebx
	jz	hand_over

stop:
	hlt
	jmp	stop

// Intel SDM volume 1, 13.3: CR4.OSXSAVE lets XCR0 be set, which lets the upper halves of YMM registers be
// used. Only striped digests make use of them. XCR0 as it was is kept in r15:r14; 0, which it never is, says
// that it was not touched.
enable_ymm:
	xorl	%r14d, %r14d
	testl	$FLAG_STRIPED, purgatory_start + PURGATORY_PARAMETERS + PARAMETER_FLAGS(%rip)
	jz	1f
	movl	$1, %eax
	xorl	%ecx, %ecx
	cpuid
	andl	$(CPUID_XSAVE | CPUID_AVX), %ecx
	cmpl	$(CPUID_XSAVE | CPUID_AVX), %ecx
	jne	1f
	movq	%cr4, %rax
	orq	$CR4_OSXSAVE, %rax
	movq	%rax, %cr4
	xorl	%ecx, %ecx
	xgetbv
	movl	%eax, %r14d
	movl	%edx, %r15d
	orl	$XCR0_X87_SSE_AVX, %eax
	xsetbv
1:	ret

restore_xcr0:
	testl	%r14d, %r14d
	jz	1f
	xorl	%ecx, %ecx
	movl	%r14d, %eax
	movl	%r15d, %edx
	xsetbv
1:	ret
