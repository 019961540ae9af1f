// SPDX-License-Identifier: GPL-2.0-or-later
// The purgatory of s390x: how it is entered, and how it hands over.
//
// For a reboot the running kernel resets the machine and loads a short PSW with the entry's address
// (arch/s390/kernel/relocate_kernel.S): DAT off, 31-bit addressing, on old machines ESA/390 mode,
// every register 0. For a crash it calls the entry as a function, DAT off
// (arch/s390/kernel/machine_kexec.c), twice: with r2 = 0 to hear whether a start would succeed, the
// answer being 0 for yes, and with another r2 to start. A start that returns stops the machine.
//
// The new kernel is entered by a PSW of 64-bit addressing with all interrupts off (arch/s390/boot/head.S), a
// crash kernel after the reservation has changed places with the bottom of memory.
#include "purgatory/layout.h"

#define FRAME 160	// the s390x ELF ABI's register save area
#define PSW 160		// behind it: room for one PSW,
#define SAVED 176	// and for the caller's r6 to r15
#define STACK_USED 256

#define SIGP_SET_ARCHITECTURE 0x12

	.section .head, "ax"
	.globl purgatory_start
purgatory_start:
	jg	enter

	.section .verify, "ax"
	jg	purgatory_verify

	.text
enter:
	larl	%r1, purgatory_start + PURGATORY_PARAMETERS
	tm	PARAMETER_FLAGS + 3(%r1), FLAG_PANIC
	jo	1f
	lhi	%r1, 1
	sigp	%r1, %r0, SIGP_SET_ARCHITECTURE
	sam64

	// The caller's registers are kept on our own stack: at a crash nothing else is to be relied upon.
1:	larl	%r1, purgatory_stack
	aghi	%r1, -STACK_USED
	stmg	%r6, %r15, SAVED(%r1)
	lgr	%r15, %r1
	lgr	%r7, %r2
	brasl	%r14, purgatory_verify
	larl	%r6, purgatory_start + PURGATORY_PARAMETERS
	tm	PARAMETER_FLAGS + 3(%r6), FLAG_PANIC
	jo	crash
	ltr	%r2, %r2
	je	hand_over

// A wait state that nothing ends, as this architecture reports an error: the address says what happened,
// S390X_STOPPED plus the number of the altered region, counted from 1.
	lgfr	%r2, %r2
	agfi	%r2, S390X_STOPPED
	larl	%r1, stopped_psw
	lg	%r1, 0(%r1)
	stg	%r1, PSW(%r15)
	stg	%r2, PSW + 8(%r15)
	lpswe	PSW(%r15)

// Asked only, or not allowed to start: back, with the answer in r2.
return:
	lmg	%r6, %r15, SAVED(%r15)
	br	%r14

crash:
	ltgr	%r7, %r7
	je	return
	ltr	%r2, %r2
	jne	return

// The exchange moves the memory that this code runs in. It goes ahead: what lies at its destination is kept
// in the room behind the blob, the blob goes there, and what was kept comes here.
	lg	%r8, PARAMETER_MACHINE + 8 * S390X_WORD_CRASH_BASE(%r6)
	larl	%r10, purgatory_start
	larl	%r12, purgatory_stack
	sgr	%r12, %r10		// r12: the blob's size, in whole pages
	lgr	%r11, %r10
	sgr	%r11, %r8		// r11: its destination
	la	%r2, 0(%r10, %r12)
	lgr	%r3, %r11
	lgr	%r4, %r12
	brasl	%r14, memcpy
	lgr	%r2, %r11
	lgr	%r3, %r10
	lgr	%r4, %r12
	brasl	%r14, memcpy
	larl	%r1, moved
	sgr	%r1, %r8
	br	%r1
moved:
	larl	%r15, purgatory_stack
	aghi	%r15, -STACK_USED
	lgr	%r2, %r10
	la	%r3, 0(%r10, %r12)
	lgr	%r4, %r12
	brasl	%r14, memcpy

	// Below the blob, then above it.
	lghi	%r2, 0
	lgr	%r3, %r8
	lgr	%r4, %r11
	brasl	%r14, purgatory_exchange
	larl	%r6, purgatory_start + PURGATORY_PARAMETERS
	la	%r2, 0(%r11, %r12)
	la	%r3, 0(%r10, %r12)
	lg	%r4, PARAMETER_MACHINE + 8 * S390X_WORD_CRASH_SIZE(%r6)
	sgr	%r4, %r2
	brasl	%r14, purgatory_exchange

hand_over:
	larl	%r6, purgatory_start + PURGATORY_PARAMETERS
	larl	%r1, kernel_psw
	lg	%r1, 0(%r1)
	lg	%r2, PARAMETER_ENTRY(%r6)
	stg	%r1, PSW(%r15)
	stg	%r2, PSW + 8(%r15)
	lpswe	PSW(%r15)

	.section .rodata, "a"
	.balign	8
kernel_psw:	// interrupts and DAT off, 64-bit addressing
	.quad	0x0000000180000000
stopped_psw:	// the same, waiting
	.quad	0x0002000180000000
