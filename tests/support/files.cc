// SPDX-License-Identifier: GPL-2.0-or-later
// Where the tests' files lie is told by the build: TESTS_DIRECTORY.
#include "tests/support/files.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace kexec::testing {

std::string in_tests(const std::string &relative) { return std::string(TESTS_DIRECTORY) + "/" + relative; }

std::string text_of_file(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw std::runtime_error(path + ": cannot be opened");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string expected_text(const std::string &relative, const std::string &actual) {
    if (std::getenv("UPDATE_EXPECTED"))
        std::ofstream(in_tests(relative), std::ios::binary) << actual;
    return text_of_file(in_tests(relative));
}

} // namespace kexec::testing
