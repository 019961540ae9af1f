// SPDX-License-Identifier: GPL-2.0-or-later
// Stands in for both kernels around arm64's purgatory, in a machine without any. `start` is entered by the
// emulator, leaves the system registers as a running kernel might, and jumps to the blob as the words at
// CONFIG say. `probe` is the new kernel: it sends the state it was entered in, and the blob's memory, through
// the PL011 behind a mark and ends the emulator. arm64_machine.py knows the addresses and the order.

#define CONFIG 0x40200000	// address of the blob, bytes of the blob, option bits
#define SAVED 0x40300000
#define PL011 0x09000000
#define GARBAGE 0x1111111111111111

#define OPTION_E2H 0
#define OPTION_BIG_ENDIAN 1
#define OPTION_8250 2		// bring up the 8250 of a pci-serial card in slot 1

#define PCI_CONFIG 0x3f008000	// slot 1, function 0 of bus 0, with the machine's highmem=off
#define PCI_PORTS 0x3eff0000
#define CARD_PORT 0x1000

#define HCR_E2H_TGE ((1 << 34) | (1 << 27))

.macro fill el, sctlr
	movz	x1, 0x1234
	movk	x1, 0x4404, lsl 16
	msr	mair_\el, x1
	movz	x1, 0x2000
	movk	x1, 0x8080, lsl 16
	msr	tcr_\el, x1
	movz	x1, 0xabc0, lsl 16
	msr	ttbr0_\el, x1
	movz	x1, 0x4380, lsl 16
	msr	vbar_\el, x1
	ldr	x1, =\sctlr
	tbz	x22, OPTION_BIG_ENDIAN, 5f
	orr	x1, x1, 1 << 25
5:	msr	sctlr_\el, x1
	isb
.endm

.macro save_el el
	mrs	x1, tcr_\el
	mrs	x2, mair_\el
	stp	x1, x2, [x0], 16
	mrs	x1, ttbr0_\el
	mrs	x2, vbar_\el
	stp	x1, x2, [x0], 16
.endm

	.text
	.globl	start
start:
	ldr	x0, =CONFIG
	ldp	x20, x21, [x0]
	ldr	x22, [x0, 16]
	ldr	x23, =SAVED - 16
	tbz	x22, OPTION_8250, 1f
	bl	bring_up_8250
1:	mrs	x0, CurrentEL
	cmp	x0, 2 << 2
	b.eq	2f
	msr	cpacr_el1, xzr			// vector instructions trap
	fill	el1, 0x30d8080a			// alignment is checked, and writable memory is not executable
	b	4f
2:	mov	x1, 0x37ff			// CPTR_EL2: vector instructions trap
	msr	cptr_el2, x1
	tbz	x22, OPTION_E2H, 3f
	ldr	x1, =HCR_E2H_TGE
	msr	hcr_el2, x1
	isb
	msr	cptr_el2, xzr
3:	fill	el2, 0x30cd083a			// the same
4:	msr	daifclr, 15
	mrs	x1, cntvct_el0
	tbz	x22, OPTION_BIG_ENDIAN, 5f
	rev	x1, x1
5:	str	x1, [x23]
	mov	x30, x20
	ldr	x0, =GARBAGE
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29
	mov	x\n, x0
	.endr
	br	x30

// Registers as they came; x29 and x30 are lost.
	.globl	probe
probe:
	mrs	x30, CurrentEL
	cmp	x30, 2 << 2
	b.eq	1f
	mrs	x29, sctlr_el1
	bic	x30, x29, 1 << 25
	msr	sctlr_el1, x30
	b	2f
1:	mrs	x29, sctlr_el2
	bic	x30, x29, 1 << 25
	msr	sctlr_el2, x30
2:	isb
	ldr	x30, =SAVED
	stp	x0, x1, [x30], 16
	stp	x2, x3, [x30], 16
	mov	x0, x30
	mrs	x1, CurrentEL
	mrs	x2, daif
	stp	x1, x2, [x0], 16
	mrs	x1, cntvct_el0
	ldr	x2, =SAVED - 16
	ldr	x2, [x2]
	sub	x1, x1, x2
	mrs	x2, cntfrq_el0
	stp	x1, x2, [x0], 16
	mov	x1, x29
	mrs	x3, CurrentEL
	cmp	x3, 2 << 2
	b.eq	3f
	mrs	x2, cpacr_el1
	stp	x1, x2, [x0], 16
	save_el	el1
	b	4f
3:	mrs	x2, cptr_el2
	stp	x1, x2, [x0], 16
	save_el	el2
4:	mov	x3, x0
	adr	x0, mark
	mov	x1, 8
	bl	send
	ldr	x0, =SAVED
	sub	x1, x3, x0
	bl	send
	ldr	x2, =CONFIG
	ldp	x0, x1, [x2]
	bl	send
	mov	w0, 0x18			// semihosting: the end
	adr	x1, reason
	hlt	0xf000
5:	wfi
	b	5b

// x1 bytes from x0 on; keeps x3.
send:	ldr	x4, =PL011
1:	ldrb	w5, [x0], 1
	str	w5, [x4]
	subs	x1, x1, 1
	b.ne	1b
	ret

bring_up_8250:
	ldr	x0, =PCI_CONFIG
	mov	w1, CARD_PORT
	str	w1, [x0, 0x10]
	mov	w1, 1
	strh	w1, [x0, 4]
	ldr	x0, =PCI_PORTS + CARD_PORT
	mov	w1, 3
	strb	w1, [x0, 3]
	ret

	.balign	8
mark:	.ascii	"\0STATE:\n"
reason:	.quad	0x20026, 0
	.ltorg

	.section .note.GNU-stack, "", @progbits
