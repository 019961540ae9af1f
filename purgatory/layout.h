// SPDX-License-Identifier: GPL-2.0-or-later
// The fixed offsets inside every purgatory blob. C++, assembly and the linker script all include this file,
// so it holds nothing but macros.
#pragma once

// Byte 0 is where the running kernel enters. On ppc64 only the first instruction below PURGATORY_PARAMETERS
// is ours: the loader puts the new kernel's first 256 bytes there, for the secondary processors.
#define PURGATORY_PARAMETERS 0x100

// A function `int verify(void)` in the machine's ordinary calling convention: 0 when every region is what it
// was when it was loaded, else 1 + the index of the first one that differs. Executes no privileged
// instruction.
#define PURGATORY_VERIFY 0x700

// Bytes of stack at the very end of the blob, in whole pages of its own.
#define PURGATORY_STACK 0x1000
#define PURGATORY_PAGE 0x1000

// Offsets of the parameters that assembly reads, from PURGATORY_PARAMETERS; parameters.h asserts them.
#define PARAMETER_ENTRY 0x00
#define PARAMETER_ARGUMENT 0x08
#define PARAMETER_FLAGS 0x10
#define PARAMETER_MACHINE 0x40

// The flag bits that assembly tests, and ppc64's and s390x's words of PARAMETER_MACHINE.
#define FLAG_PANIC 2
#define FLAG_ENTRY_32BIT 4
#define FLAG_VECTOR_SHA 64
#define FLAG_STRIPED 256
#define PPC64_WORD_OPAL_BASE 0
#define PPC64_WORD_OPAL_ENTRY 1
#define PPC64_WORD_RUN_AT_LOAD 2
#define S390X_WORD_CRASH_BASE 0
#define S390X_WORD_CRASH_SIZE 1

// The address of the wait state that s390x's purgatory stops in, plus what PURGATORY_VERIFY answered.
#define S390X_STOPPED 0x6b657800
