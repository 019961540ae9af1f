// SPDX-License-Identifier: GPL-2.0-or-later
// The hypervisor call that writes to a virtual terminal (PAPR+, H_PUT_TERM_CHAR), a character at a time.
#include "purgatory/ppc64/terminal.h"

namespace purgatory {

namespace {

constexpr uint64_t put_term_char = 0x58, busy = 1;
constexpr unsigned patience = 1000000; // calls; a terminal that takes nothing must not stop a reboot

// The characters stand in two registers, the first in the highest byte.
uint64_t put(uint64_t unit, char character) {
    register uint64_t call asm("r3") = put_term_char;
    register uint64_t terminal asm("r4") = unit;
    register uint64_t count asm("r5") = 1;
    register uint64_t first asm("r6") = static_cast<uint64_t>(static_cast<unsigned char>(character)) << 56;
    register uint64_t rest asm("r7") = 0;
    asm volatile("sc 1"
                 : "+r"(call), "+r"(terminal), "+r"(count), "+r"(first), "+r"(rest)
                 :
                 : "r0", "r8", "r9", "r10", "r11", "r12", "cr0", "cr1", "cr5", "cr6", "cr7", "xer", "ctr",
                   "lr", "memory");
    return call;
}

void put_patiently(uint64_t unit, char character) {
    for (unsigned left = patience; left > 0 && put(unit, character) == busy; left--) {
    }
}

} // namespace

Terminal::Terminal(const OwnParameters &parameters)
    : is_there(parameters.console.kind == console_kind::hypervisor), unit(parameters.console.address) {}

void Terminal::write(char character) const {
    if (!is_there)
        return;
    if (character == '\n')
        put_patiently(unit, '\r');
    put_patiently(unit, character);
}

} // namespace purgatory
