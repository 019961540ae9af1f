// SPDX-License-Identifier: GPL-2.0-or-later
// Of a ppc64 machine, little-endian.
#include "tests/util/fadump/dumps.h"

#include "tests/dump/build_dump.h"

namespace kexec::fadump::test {

Buffer made_dump(std::size_t lines) {
    constexpr std::uint16_t ppc64 = 21;
    return testing::elf_dump(testing::build_lockless_log({}, testing::some_lines(lines)), ppc64);
}

} // namespace kexec::fadump::test
