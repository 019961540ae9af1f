// SPDX-License-Identifier: GPL-2.0-or-later
// What the loader tells the purgatory: the struct that lies at PURGATORY_PARAMETERS in every blob. It is
// written once over the integer types: uint64_t and uint32_t inside the purgatory, le64/le32 or be64/be32 in
// the loader, so that any host can prepare any machine's parameters. Every offset is asserted: this is a
// contract between two programs. s390x's purgatory does not print, and only x86_64's and ppc64's copy a
// backup area; the others ignore those fields.
#pragma once

#include "purgatory/layout.h"

#include <stddef.h>
#include <stdint.h>

namespace purgatory {

constexpr size_t region_count = 16; // as many as kexec_load takes segments
constexpr size_t machine_word_count = 8;

// Bits of Parameters::flags.
namespace flag {
constexpr uint32_t skip_checks = 1u << 0; // hash nothing, enter the new kernel
constexpr uint32_t panic = FLAG_PANIC;    // a crash: copy the backup area once every region has been verified
constexpr uint32_t console_vga = 1u << 3; // x86_64: messages go to the text screen at 0xb8000
constexpr uint32_t reset_vga = 1u << 4;   // x86_64: put the VGA registers into 80x25 text mode first

// x86_64: leave long mode and enter as the 32-bit boot protocol demands. Blob, entry and argument lie below 4
// GiB.
constexpr uint32_t entry_32bit = FLAG_ENTRY_32BIT;

// The digests of the regions are striped ones (purgatory/sha256.h).
constexpr uint32_t striped = FLAG_STRIPED;

// The new kernel's place is a secret: messages name no address.
constexpr uint32_t hidden_places = 1u << 7;

// arm64: verify as the running kernel enters us, with MMU and caches off. Slow, up to minutes for a large
// initrd on a real machine, but nothing depends on page tables or cache maintenance.
constexpr uint32_t caches_off = 1u << 5;

// ppc64: the processor has the SHA-256 instructions of POWER8, and the running kernel lets them be used.
constexpr uint32_t vector_sha = FLAG_VECTOR_SHA;
} // namespace flag

// Values of Console::kind: what stands at Console::address.
namespace console_kind {
constexpr uint32_t none = 0;
constexpr uint32_t uart_8250_port = 1;   // x86_64: address is the I/O port of an 8250
constexpr uint32_t uart_8250_memory = 2; // arm64: address is the physical address of an 8250
constexpr uint32_t uart_pl011 = 3;       // arm64: address is the physical address of a PL011
constexpr uint32_t hypervisor = 4;       // ppc64: address is the unit of a terminal of the hypervisor
} // namespace console_kind

// Indices into Parameters::machine.
namespace arm64_word {
// uart_8250_memory: the registers are 1, 2 or 4 bytes apart and are accessed in that width; 0 means 1.
constexpr size_t register_width = 0;
} // namespace arm64_word
namespace ppc64_word {
constexpr size_t opal_base = PPC64_WORD_OPAL_BASE;     // r8 for the new kernel, 0 where there is no OPAL
constexpr size_t opal_entry = PPC64_WORD_OPAL_ENTRY;   // r9 for the new kernel
constexpr size_t run_at_load = PPC64_WORD_RUN_AT_LOAD; // 32 bits for entry + 0x5c; 0 leaves those as they are
} // namespace ppc64_word
namespace s390x_word {
constexpr size_t crash_base = S390X_WORD_CRASH_BASE; // flag::panic: what changes places with the bottom of
constexpr size_t crash_size = S390X_WORD_CRASH_SIZE; // memory before the new kernel is entered; whole pages
} // namespace s390x_word

// A piece of memory that must still be what it was when it was loaded. Only bytes that exist in a file are
// covered, never the zero padding behind them. An entry of size 0 is unused and is skipped, whatever stands
// in the others.
//
// A region may be part of a file, or of a segment that is cut in two. Its digest is that of the file up to
// the region's end then, and goes on from the state that SHA-256 has behind what comes before the region. So
// the loader hashes a file once, from its first byte to its last, for all its regions and for the digest of
// the file, and the purgatory can work on regions in any order.
template <typename U64, typename U32> struct Region {
    U64 start;          // physical address
    U64 size;           // bytes
    uint8_t digest[32]; // SHA-256; with flag::striped the striped digest of these bytes alone
    U64 before;         // bytes of the file before these, whole blocks of 64; 0: these are the first
    U32 state[8];       // of SHA-256 behind those; not used where there are none, or with flag::striped
};

// Memory that a crash kernel overwrites by running, saved before it is entered. Size 0: nothing is copied.
template <typename U64> struct Backup {
    U64 source;      // physical address
    U64 size;        // bytes
    U64 destination; // physical address; must not overlap the source
};

template <typename U64, typename U32> struct Console {
    U64 address; // see console_kind
    U32 kind;    // a console_kind
    U32 baud; // bits per second that an 8250 is set to; 0 leaves its divisor as it is. arm64: not used, since
              // boards' clocks differ; the line stays as it was set up.
};

template <typename U64, typename U32> struct Parameters {
    U64 entry;    // physical address of the new kernel's entry point
    U64 argument; // x86_64: boot_params (or ELF boot notes), arm64 and ppc64: device tree (physical address
                  // each); s390x: unused, 0
    U32 flags;    // flag bits
    U32 reserved; // 0
    Backup<U64> backup;
    Console<U64, U32> console;
    U64 machine[machine_word_count]; // arm64_word, ppc64_word, s390x_word; unused words are 0
    Region<U64, U32> regions[region_count];
};

// True when P has the layout of the contract. Asserted here for the purgatory's own view, and by whoever
// fills a P.
template <typename P> constexpr bool has_contract_layout() {
    using R = decltype(P{}.regions[0]);
    static_assert(offsetof(P, entry) == 0x00 && PARAMETER_ENTRY == 0x00);
    static_assert(offsetof(P, argument) == 0x08 && PARAMETER_ARGUMENT == 0x08);
    static_assert(offsetof(P, flags) == 0x10 && PARAMETER_FLAGS == 0x10);
    static_assert(offsetof(P, reserved) == 0x14);
    static_assert(offsetof(P, backup.source) == 0x18);
    static_assert(offsetof(P, backup.size) == 0x20);
    static_assert(offsetof(P, backup.destination) == 0x28);
    static_assert(offsetof(P, console.address) == 0x30);
    static_assert(offsetof(P, console.kind) == 0x38);
    static_assert(offsetof(P, console.baud) == 0x3c);
    static_assert(offsetof(P, machine) == 0x40 && PARAMETER_MACHINE == 0x40);
    static_assert(offsetof(P, regions) == 0x80);
    static_assert(sizeof(R) == 0x58);
    static_assert(sizeof(P) == 0x80 + region_count * 0x58);
    static_assert(PURGATORY_PARAMETERS + sizeof(P) <= PURGATORY_VERIFY);
    return true;
}

using OwnRegion = Region<uint64_t, uint32_t>;
using OwnParameters = Parameters<uint64_t, uint32_t>;
static_assert(has_contract_layout<OwnParameters>());

} // namespace purgatory
