// SPDX-License-Identifier: GPL-2.0-or-later
// The last step on x86_64: the processor as Documentation/arch/x86/boot.rst wants it at the new kernel's
// entry. 64-BIT BOOT PROTOCOL: 64-bit mode, paging on, flat segments, CS 0x10 and the others 0x18, interrupts
// off, rsi = boot_params. 32-BIT BOOT PROTOCOL: protected mode, paging off, the same selectors as flat 4 GiB
// segments, interrupts off, esi = boot_params, ebp = edi = ebx = 0. Programs that are told by ELF boot notes
// find them by rdi, or as the argument of a C function in 32-bit mode: both protocols leave that open.
#include "purgatory/layout.h"

#define CR0_PE (1 << 0)
#define CR0_ET (1 << 4)
#define MSR_EFER 0xc0000080
#define EFER_LME (1 << 8)

#define parameter(offset) purgatory_start + PURGATORY_PARAMETERS + (offset)

	.text
	.code64
	.globl hand_over
hand_over:
	leaq	purgatory_stack(%rip), %rsp
	testl	$FLAG_ENTRY_32BIT, parameter(PARAMETER_FLAGS)(%rip)
	jnz	hand_over_32bit

	movq	parameter(PARAMETER_ARGUMENT)(%rip), %rsi
	movq	%rsi, %rdi
	pushq	parameter(PARAMETER_ENTRY)(%rip)
	xorl	%eax, %eax
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%ebp, %ebp
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	xorl	%r10d, %r10d
	xorl	%r11d, %r11d
	xorl	%r12d, %r12d
	xorl	%r13d, %r13d
	xorl	%r14d, %r14d
	xorl	%r15d, %r15d
	ret

// Compatibility mode first, because paging cannot be turned off in 64-bit mode; then paging, long mode and
// PAE, in the order of Intel SDM volume 3, 10.8.5.4. The low halves of the registers survive all of it.
hand_over_32bit:
	movl	parameter(PARAMETER_ARGUMENT)(%rip), %esi
	movl	parameter(PARAMETER_ENTRY)(%rip), %edi
	leaq	gdt_32bit(%rip), %rax
	call	load_gdt
	leaq	1f(%rip), %rax
	pushq	$0x10
	pushq	%rax
	lretq
	.code32
1:	movl	$0x18, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	movl	$(CR0_PE | CR0_ET), %eax
	movl	%eax, %cr0
	jmp	2f
2:	movl	$MSR_EFER, %ecx
	rdmsr
	andl	$~EFER_LME, %eax
	wrmsr
	xorl	%eax, %eax
	movl	%eax, %cr4
	movl	%eax, %cr3
	pushl	%esi
	pushl	$0
	pushl	%edi
	xorl	%ebx, %ebx
	xorl	%ecx, %ecx
	xorl	%edx, %edx
	xorl	%edi, %edi
	xorl	%ebp, %ebp
	ret

// Makes the table at rax the GDT.
	.code64
	.globl load_gdt
load_gdt:
	subq	$16, %rsp
	movw	$31, 6(%rsp)
	movq	%rax, 8(%rsp)
	lgdt	6(%rsp)
	addq	$16, %rsp
	ret

// Flat segments from 0 to 4 GiB, present, ring 0: code at 0x10 (execute, read), data at 0x18 (read, write).
	.section .rodata
	.balign	16
	.globl gdt_64bit
gdt_64bit:
	.quad	0, 0
	.quad	0x00af9b000000ffff
	.quad	0x00cf93000000ffff
gdt_32bit:
	.quad	0, 0
	.quad	0x00cf9b000000ffff
	.quad	0x00cf93000000ffff
