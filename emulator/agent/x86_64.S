/* SPDX-License-Identifier: GPL-2.0-or-later */
// What the agent needs of x86_64: its start, system calls, and fork(2), which is one of them (System V ABI,
// appendix A.2: the number in rax, arguments in rdi, rsi, rdx, r10, r8 and r9; an error is a small negative
// number).
#include <asm/unistd.h>

#define CHILD_ENDED 17 // SIGCHLD

	.text
	.globl _start
_start:
	xor	%ebp, %ebp
	mov	%rsp, %rdi
	and	$-16, %rsp
	call	agent
	hlt

	.globl system_call
system_call:
	mov	%rdi, %rax
	mov	%rsi, %rdi
	mov	%rdx, %rsi
	mov	%rcx, %rdx
	mov	%r8, %r10
	mov	%r9, %r8
	syscall
	ret

	.globl make_child
make_child:
	mov	$__NR_clone, %eax
	mov	$CHILD_ENDED, %edi
	xor	%esi, %esi
	xor	%edx, %edx
	xor	%r10d, %r10d
	xor	%r8d, %r8d
	syscall
	ret
	.section .note.GNU-stack, "", @progbits
