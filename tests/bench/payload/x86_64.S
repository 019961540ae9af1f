// SPDX-License-Identifier: GPL-2.0-or-later
// A second kernel for x86_64 that tells when it was entered: the time stamp counter at its first instruction,
// in hexadecimal, at the first serial port. It stands in the place of a bzImage's 64-bit entry and needs no
// stack.
    .code64
    .globl _start
_start:
    rdtsc
    shl $32, %rdx
    or %rdx, %rax
    mov %rax, %rbx
    lea text(%rip), %rsi
    mov $16, %ecx

next_letter:
    movzbl (%rsi), %edi
    inc %rsi
    test %edi, %edi
    jz next_digit
    mov $0x3fd, %edx        // line status; bit 5: there is room for a byte
1:  in %dx, %al
    test $0x20, %al
    jz 1b
    mov $0x3f8, %edx
    mov %edi, %eax
    out %al, %dx
    jmp next_letter

next_digit:
    rol $4, %rbx
    mov %ebx, %edi
    and $15, %edi
    cmp $10, %edi
    jb 2f
    add $('a' - '0' - 10), %edi
2:  add $'0', %edi
    mov $0x3fd, %edx
3:  in %dx, %al
    test $0x20, %al
    jz 3b
    mov $0x3f8, %edx
    mov %edi, %eax
    out %al, %dx
    dec %ecx
    jnz next_digit
    mov $'\n', %eax
    out %al, %dx
4:  hlt
    jmp 4b

text:
    .asciz "@@ entered "
