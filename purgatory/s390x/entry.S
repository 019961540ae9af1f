// SPDX-License-Identifier: GPL-2.0-or-later
// The whole purgatory of s390x but for verification. The running kernel calls its first byte twice
// (arch/s390/kernel/machine_kexec.c), DAT off: with r2 = 0 to hear whether a start would succeed, the answer
// being 0 for yes, and with another r2 to start.
#include "purgatory/layout.h"

#define FRAME 160		// the s390x ELF ABI's register save area
#define SAVED_FROM_R6 48

	.section .head, "ax"
	.globl purgatory_start
purgatory_start:
	jg	enter

	.section .verify, "ax"
	jg	purgatory_verify

// The caller's registers go to the frame that the ABI makes it provide; the old stack pointer to our own.
	.text
enter:
	stmg	%r6, %r15, SAVED_FROM_R6(%r15)
	lgr	%r6, %r15
	lgr	%r7, %r2
	larl	%r15, purgatory_stack
	aghi	%r15, -FRAME
	brasl	%r14, purgatory_verify
	lgr	%r15, %r6
	ltgr	%r7, %r7
	je	return
	ltr	%r2, %r2
	jne	return

hand_over:
	larl	%r1, purgatory_start + PURGATORY_PARAMETERS
	lg	%r14, PARAMETER_ENTRY(%r1)
	br	%r14

// Verified or not allowed: the kernel stops the machine by itself when a start returns.
return:
	lmg	%r6, %r15, SAVED_FROM_R6(%r15)
	br	%r14
