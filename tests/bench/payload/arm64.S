// SPDX-License-Identifier: GPL-2.0-or-later
// A second kernel for arm64, an Image (Documentation/arch/arm64/booting.rst), that tells when it was entered:
// the virtual counter at its first instruction, in hexadecimal, at the UART of QEMU's machine "virt".
    .globl _start
_start:
    b entered
    .word 0
    .quad 0                 // text_offset
    .quad 0x10000           // image_size
    .quad 0xa               // little-endian, pages of 4 KiB, anywhere
    .quad 0, 0, 0
    .ascii "ARM\x64"
    .word 0

entered:
    mrs x0, cntvct_el0
    mov x1, #0x09000000
    adr x2, text
next_letter:
    ldrb w3, [x2], #1
    cbz w3, digits
1:  ldr w4, [x1, #0x18]     // flags; bit 5: no room
    tbnz w4, #5, 1b
    str w3, [x1]
    b next_letter

digits:
    mov x5, #16
next_digit:
    ror x0, x0, #60
    and w3, w0, #15
    cmp w3, #10
    add w6, w3, #'0'
    add w7, w3, #('a' - 10)
    csel w3, w6, w7, lo
2:  ldr w4, [x1, #0x18]
    tbnz w4, #5, 2b
    str w3, [x1]
    subs x5, x5, #1
    b.ne next_digit
    mov w3, #'\n'
    str w3, [x1]
3:  wfi
    b 3b

text:
    .asciz "@@ entered "
    .balign 4096
