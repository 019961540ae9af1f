// SPDX-License-Identifier: GPL-2.0-or-later
// For a program that is built to be small (-Dsmall=true). The C library's own way to say which assertion
// failed translates the sentence, and knows streams of wide characters: a fiftieth of a static program, for
// what nobody should ever read.
#include <cstdlib>
#include <string_view>
#include <unistd.h>

// As <assert.h> declares it.
extern "C" [[noreturn]] void __assert_fail(const char *assertion, const char *, unsigned, const char *) {
    for (std::string_view part :
         {std::string_view("assertion failed: "), std::string_view(assertion), std::string_view("\n")})
        if (write(STDERR_FILENO, part.data(), part.size()) < 0)
            break;
    std::abort();
}
