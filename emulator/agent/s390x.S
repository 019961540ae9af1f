/* SPDX-License-Identifier: GPL-2.0-or-later */
// What the agent needs of s390x: its start, system calls, and fork(2), which is one of them: the number in
// r1, arguments from r2 on; an error is a small negative number. The sixth argument of a function comes on
// the stack, and clone(2) takes the stack before the flags there (CONFIG_CLONE_BACKWARDS2).
#include <asm/unistd.h>

#define CHILD_ENDED 17 // SIGCHLD

	.text
	.globl _start
	.type	_start, @function
_start:
	lgr	%r2, %r15
	aghi	%r15, -160
	xc	0(8,%r15), 0(%r15)
	brasl	%r14, agent
	j	.+2

	.globl system_call
	.type	system_call, @function
system_call:
	stmg	%r6, %r7, 48(%r15)
	lgr	%r1, %r2
	lgr	%r2, %r3
	lgr	%r3, %r4
	lgr	%r4, %r5
	lgr	%r5, %r6
	lg	%r6, 160(%r15)
	svc	0
	lmg	%r6, %r7, 48(%r15)
	br	%r14

	.globl make_child
	.type	make_child, @function
make_child:
	stg	%r6, 48(%r15)
	lghi	%r1, __NR_clone
	lghi	%r2, 0
	lghi	%r3, CHILD_ENDED
	lghi	%r4, 0
	lghi	%r5, 0
	lghi	%r6, 0
	svc	0
	lg	%r6, 48(%r15)
	br	%r14
	.section .note.GNU-stack, "", @progbits
