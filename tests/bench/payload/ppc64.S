// SPDX-License-Identifier: GPL-2.0-or-later
// A second kernel for ppc64 that tells when it was entered: the time base at its first instruction, in
// hexadecimal, at the terminal of QEMU's machine "pseries". Sixteen letters fit into a hypervisor call
// (H_PUT_TERM_CHAR, PAPR), the first in the highest byte of a register.
    .globl _start

// The bytes of an instruction of big-endian code.
.macro big word
    .byte (\word) >> 24 & 255, (\word) >> 16 & 255, (\word) >> 8 & 255, (\word) & 255
.endm

// Kernels are entered in big-endian mode, or in the other. The first word is a branch over the second in the
// one and a trap that never happens in the other.
_start:
    big 0x48000008          // b _start + 8
    b entered
    big 0x429f0005          // bcl 20, 31, .+4
    big 0x7d4802a6          // mflr 10, which is _start + 12
    big (0x394a0000 + entered - _start - 12) // addi
    big 0x7d6000a6          // mfmsr 11
    big 0x696b0001          // xori 11, 11, 1: the other mode
    big 0x7d5a03a6          // mtsrr0 10
    big 0x7d7b03a6          // mtsrr1 11
    big 0x4c000024          // rfid
    . = _start + 0x60       // where the kernel's other processors wait
1:  b 1b

entered:
    mftb 31

    // "@@ entered "
    lis 6, 0x4040
    ori 6, 6, 0x2065
    sldi 6, 6, 32
    oris 6, 6, 0x6e74
    ori 6, 6, 0x6572
    lis 7, 0x6564
    ori 7, 7, 0x2000
    sldi 7, 7, 32
    li 5, 11
    bl put

    // digits: eight of each half
    srdi 8, 31, 32
    bl digits_of
    mr 30, 9
    clrldi 8, 31, 32
    bl digits_of
    mr 6, 30
    mr 7, 9
    li 5, 16
    bl put
    lis 6, 0x0a00
    sldi 6, 6, 32
    li 7, 0
    li 5, 1
    bl put
2:  b 2b

put:
    li 3, 0x58
    li 4, 0                 // the first terminal
    .long 0x44000022        // sc 1
    blr

// r9: the eight digits of the low half of r8
digits_of:
    li 10, 8
    li 9, 0
    mtctr 10
3:  rlwinm 8, 8, 4, 0, 31
    andi. 10, 8, 15
    cmpwi 10, 10
    blt 4f
    addi 10, 10, 'a' - '0' - 10
4:  addi 10, 10, '0'
    sldi 9, 9, 8
    or 9, 9, 10
    bdnz 3b
    blr
