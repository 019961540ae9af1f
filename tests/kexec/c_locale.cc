// SPDX-License-Identifier: GPL-2.0-or-later
// The letters of a program that is built to be small, with the C library's own tables for a second opinion.
#include "kexec/c_locale.h"

#include "tests/catch.h"

#include <cstdio>

namespace {

template <typename Table> auto entry_of(const Table &table, int letter) {
    return table[static_cast<std::size_t>(letter + kexec::letters_below_zero)];
}

} // namespace

TEST_CASE("letters are what the C library takes them for") {
    for (int letter = EOF; letter < 256; letter++) {
        CAPTURE(letter);
        CHECK(entry_of(kexec::letter_classes, letter) == (*__ctype_b_loc())[letter]);
        CHECK(entry_of(kexec::lower_letters, letter) == std::tolower(letter));
        CHECK(entry_of(kexec::upper_letters, letter) == std::toupper(letter));
    }
}
