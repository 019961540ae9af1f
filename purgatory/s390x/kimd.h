// SPDX-License-Identifier: GPL-2.0-or-later
// COMPUTE INTERMEDIATE MESSAGE DIGEST, the hashing instruction of the message-security assist
// (z/Architecture Principles of Operation, chapter 7, KIMD; chapter 4 for facility bits). A machine without
// the assist takes it for an invalid instruction, and each machine offers functions of its own: it is asked
// first.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace purgatory {

// Function codes. The parameter block of each is its chaining value; a block of data has 64 or 128 bytes.
constexpr unsigned kimd_query = 0;
constexpr unsigned kimd_sha_256 = 2;
constexpr unsigned kimd_sha_512 = 3;

// General register 0 holds the function, 1 the parameter block, a pair the data and what is left of it. The
// processor may stop in between (condition code 3) and wants to be sent on.
inline void kimd(unsigned function, void *parameters, const uint8_t *data, size_t size) {
    register uint64_t code asm("0") = function;
    // cppcheck-suppress constStatement ; it does not know variables in registers
    register uint64_t block asm("1") = reinterpret_cast<uint64_t>(parameters);
    // cppcheck-suppress constStatement ; the same
    register uint64_t address asm("2") = reinterpret_cast<uint64_t>(data);
    register uint64_t left asm("3") = size;
    asm volatile("0: .insn rre,0xb93e0000,%%r0,%[address]\n"
                 " brc 1,0b"
                 : [address] "+d"(address), "+d"(left)
                 : "d"(code), "d"(block)
                 : "cc", "memory");
}

// STFLE is there from the z9 on; the oldest machine that this code runs on at all is the z196.
inline bool has_message_security_assist() {
    constexpr unsigned message_security_assist = 17; // bits are counted from the left
    uint64_t facilities[1] = {};
    register uint64_t words asm("0") = 0; // one less than there is room for
    asm volatile("stfle %0" : "=Q"(facilities), "+d"(words) : : "cc");
    return (facilities[0] >> (63 - message_security_assist) & 1) != 0;
}

// The query function writes a bit for each function into 16 bytes, counted from the left.
inline bool kimd_offers(unsigned function) {
    if (!has_message_security_assist())
        return false;
    alignas(8) uint8_t offered[16] = {};
    kimd(kimd_query, offered, nullptr, 0);
    return (offered[function / 8] >> (7 - function % 8) & 1) != 0;
}

} // namespace purgatory
