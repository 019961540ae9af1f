// SPDX-License-Identifier: GPL-2.0-or-later
// Stands in for both kernels around x86_64's purgatory, in a machine without any: `start` is entered by the
// emulator (PVH: 32-bit protected mode, paging off), goes to long mode as a running kernel does before kexec
// and jumps to the blob whose address lies at BLOB_ADDRESS. `probe_64bit` and `probe_32bit` are new kernels
// that write the state they were entered in to the debug port, then the text screen, then the backup copy of
// a marker in low memory, and end the emulator. hand_over.py knows the addresses and the order.

#define BLOB_ADDRESS 0x2000000
#define MARKER_ADDRESS 0x8000
#define MARKER 0x0123456789abcdef
#define BACKUP 0x1000000
#define DEBUG_PORT 0xe9
#define EXIT_PORT 0xf4
#define SCREEN 0xb8000
#define SCREEN_SIZE 4000

	.section .note.pvh, "a", @note
	.balign	4
	.long	4, 8, 18
	.asciz	"Xen"
	.quad	start

	.text
	.code32
	.globl	start
start:
	movl	$level_3 + 3, level_4
	movl	$level_3, %edi
	movl	$0x83, %eax		// present, writable, a page of 1 GiB
	xorl	%edx, %edx
	movl	$8, %ecx
1:	movl	%eax, (%edi)
	movl	%edx, 4(%edi)
	addl	$8, %edi
	addl	$0x40000000, %eax
	adcl	$0, %edx
	loop	1b

	movl	$0x20, %eax		// PAE; not OSFXSR
	movl	%eax, %cr4
	movl	$level_4, %eax
	movl	%eax, %cr3
	movl	$0xc0000080, %ecx
	rdmsr
	orl	$0x100, %eax		// LME
	wrmsr
	movl	$0x8000001d, %eax	// PG, ET, TS, EM, PE: no vector instruction works
	movl	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$0x28, $2f

	.code64
2:	movl	$0x30, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movq	$MARKER, %rax
	movq	%rax, MARKER_ADDRESS
	movq	$0x1111111111111111, %rax
	movq	%rax, %rbx
	movq	%rax, %rcx
	movq	%rax, %rdx
	movq	%rax, %rsi
	movq	%rax, %rdi
	movq	%rax, %rbp
	movq	%rax, %r8
	movq	%rax, %r9
	movq	%rax, %r10
	movq	%rax, %r11
	movq	%rax, %r12
	movq	%rax, %r13
	movq	%rax, %r14
	movq	%rax, %r15
	std
	jmpq	*BLOB_ADDRESS

	.org	0x1000
	.globl	probe_64bit
probe_64bit:
	movq	%rax, saved + 8 * 0
	movq	%rbx, saved + 8 * 1
	movq	%rcx, saved + 8 * 2
	movq	%rdx, saved + 8 * 3
	movq	%rsi, saved + 8 * 4
	movq	%rdi, saved + 8 * 5
	movq	%rbp, saved + 8 * 6
	movq	%rsp, saved + 8 * 7
	movq	%r8, saved + 8 * 8
	movq	%r9, saved + 8 * 9
	movq	%r10, saved + 8 * 10
	movq	%r11, saved + 8 * 11
	movq	%r12, saved + 8 * 12
	movq	%r13, saved + 8 * 13
	movq	%r14, saved + 8 * 14
	movq	%r15, saved + 8 * 15
	pushfq
	popq	saved + 8 * 16
	movq	%cr0, %rax
	movq	%rax, saved + 8 * 17
	movq	%cr4, %rax
	movq	%rax, saved + 8 * 18
	call	save_rest
	call	emit

	.org	0x2000
	.code32
	.globl	probe_32bit
probe_32bit:
	movl	%eax, saved + 8 * 0
	movl	%ebx, saved + 8 * 1
	movl	%ecx, saved + 8 * 2
	movl	%edx, saved + 8 * 3
	movl	%esi, saved + 8 * 4
	movl	%edi, saved + 8 * 5
	movl	%ebp, saved + 8 * 6
	movl	%esp, saved + 8 * 7
	pushfl
	popl	saved + 8 * 16
	movl	%cr0, %eax
	movl	%eax, saved + 8 * 17
	movl	%cr4, %eax
	movl	%eax, saved + 8 * 18
	call	save_rest
	call	emit

// These bytes mean the same in 32-bit and in 64-bit mode; the addresses are below 2 GiB.
#define save_absolute(register, index) movl $saved + 8 * (index), %edi; movl register, (%edi)
	.code32
save_rest:
	movl	$0xc0000080, %ecx
	rdmsr
	save_absolute(%eax, 19)
	movl	%cs, %eax
	save_absolute(%eax, 20)
	movl	%ds, %eax
	save_absolute(%eax, 21)
	movl	%es, %eax
	save_absolute(%eax, 22)
	movl	%ss, %eax
	save_absolute(%eax, 23)
	movl	%fs, %eax
	save_absolute(%eax, 24)
	movl	%gs, %eax
	save_absolute(%eax, 25)
	movl	$0x10, %ecx
	lar	%ecx, %eax
	save_absolute(%eax, 26)
	lsl	%ecx, %eax
	save_absolute(%eax, 27)
	movl	$0x18, %ecx
	lar	%ecx, %eax
	save_absolute(%eax, 28)
	lsl	%ecx, %eax
	save_absolute(%eax, 29)
	ret

emit:
	movl	$DEBUG_PORT, %edx
	movl	$saved, %esi
	movl	$8 * 30, %ecx
	rep outsb
	movl	$SCREEN, %esi
	movl	$SCREEN_SIZE, %ecx
	rep outsb
	movl	$BACKUP + MARKER_ADDRESS, %esi
	movl	$8, %ecx
	rep outsb
	movl	$EXIT_PORT, %edx	// isa-debug-exit
	outb	%al, %dx
3:	hlt
	jmp	3b

	.balign	8
gdt:	.quad	0, 0, 0, 0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
	.word	. - gdt - 1
	.quad	gdt

	.bss
	.balign	4096
level_4:
	.skip	4096
level_3:
	.skip	4096
saved:	.skip	8 * 30

	.section .note.GNU-stack, "", @progbits
