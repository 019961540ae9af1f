// SPDX-License-Identifier: GPL-2.0-or-later
// The system registers of arm64 that C++ reads and writes (Arm ARM, D19.2), by their names there.
#pragma once

#include "purgatory/arm64/registers.h"

#include <stdint.h>

namespace purgatory {

#define READER_OF(name, encoding)                                                                            \
    inline uint64_t read_##name() {                                                                          \
        uint64_t value;                                                                                      \
        asm volatile("mrs %0, " #encoding : "=r"(value));                                                    \
        return value;                                                                                        \
    }
#define WRITER_OF(name, encoding)                                                                            \
    inline void write_##name(uint64_t value) { asm volatile("msr " #encoding ", %0" : : "r"(value)); }

READER_OF(current_el, CurrentEL)
READER_OF(ctr_el0, ctr_el0)
READER_OF(hcr_el2, hcr_el2)
READER_OF(id_aa64mmfr0_el1, id_aa64mmfr0_el1)
READER_OF(id_aa64pfr1_el1, id_aa64pfr1_el1)
READER_OF(cpacr_el1, cpacr_el1)
WRITER_OF(cpacr_el1, cpacr_el1)
READER_OF(cptr_el2, cptr_el2)
WRITER_OF(cptr_el2, cptr_el2)

#undef READER_OF
#undef WRITER_OF

constexpr uint64_t hcr_e2h = uint64_t{1} << 34;

inline bool is_el2() { return read_current_el() == CURRENT_EL_2; }

} // namespace purgatory
