/* SPDX-License-Identifier: GPL-2.0-or-later */
// What the agent needs of arm64: its start, system calls, and fork(2), which is one of them: the number in
// x8, arguments from x0 on; an error is a small negative number.
#include <asm/unistd.h>

#define CHILD_ENDED 17 // SIGCHLD

	.text
	.globl _start
_start:
	mov	x29, #0
	mov	x30, #0
	mov	x0, sp
	bl	agent
	brk	#0

	.globl system_call
system_call:
	mov	x8, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, x5
	svc	#0
	ret

	.globl make_child
make_child:
	mov	x8, #__NR_clone
	mov	x0, #CHILD_ENDED
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	mov	x4, #0
	svc	#0
	ret
	.section .note.GNU-stack, "", @progbits
