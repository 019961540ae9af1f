// SPDX-License-Identifier: GPL-2.0-or-later
// Permission to use vector registers, which the SHA-256 instructions need.
#pragma once

#include "purgatory/arm64/system.h"

namespace purgatory {

// While one of these exists, vector instructions do not trap. CPACR_EL1, or CPTR_EL2 in the layout that
// HCR_EL2.E2H gives it, is restored at the end. Streaming mode stays off, as a reset leaves it.
class VectorAccess {
public:
    VectorAccess() : before(read()) {
        constexpr uint64_t fpen = 3 << 20, smen = 3 << 24; // not trapped
        constexpr uint64_t tfp = 1 << 10, tsm = 1 << 12;   // trapped
        bool sme = (read_id_aa64pfr1_el1() >> 24 & 15) != 0;
        if (is_el2() && (read_hcr_el2() & hcr_e2h) == 0)
            write(before & ~(sme ? tfp | tsm : tfp));
        else
            write(before | (sme ? fpen | smen : fpen));
        if (sme)
            asm volatile(".inst 0xd503427f"); // SMSTOP SM: in streaming mode they are undefined
    }
    ~VectorAccess() { write(before); }
    VectorAccess(const VectorAccess &) = delete;
    VectorAccess &operator=(const VectorAccess &) = delete;

private:
    static uint64_t read() { return is_el2() ? read_cptr_el2() : read_cpacr_el1(); }
    static void write(uint64_t value) {
        if (is_el2())
            write_cptr_el2(value);
        else
            write_cpacr_el1(value);
        asm volatile("isb" : : : "memory");
    }

    uint64_t before;
};

} // namespace purgatory
