/* SPDX-License-Identifier: GPL-2.0-or-later */
// What the agent needs of ppc64: its start, system calls, and fork(2), which is one of them: the number in
// r0, arguments from r3 on; an error is a positive number with the summary overflow bit of cr0 set. The
// kernel enters at the address in r12 (ELFv2 ABI).
#include <asm/unistd.h>

#define CHILD_ENDED 17 // SIGCHLD

	.abiversion 2
	.text
	.globl _start
	.type	_start, @function
_start:
	addis	2, 12, (.TOC. - _start)@ha
	addi	2, 2, (.TOC. - _start)@l
	mr	3, 1
	clrrdi	1, 1, 4
	li	0, 0
	stdu	0, -64(1)
	bl	agent
	trap

	.globl system_call
	.type	system_call, @function
system_call:
	mr	0, 3
	mr	3, 4
	mr	4, 5
	mr	5, 6
	mr	6, 7
	mr	7, 8
	sc
	bnslr
	neg	3, 3
	blr

	.globl make_child
	.type	make_child, @function
make_child:
	li	0, __NR_clone
	li	3, CHILD_ENDED
	li	4, 0
	li	5, 0
	li	6, 0
	li	7, 0
	sc
	bnslr
	neg	3, 3
	blr
	.section .note.GNU-stack, "", @progbits
