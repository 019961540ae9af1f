// SPDX-License-Identifier: GPL-2.0-or-later
// Files that tests bring along, and texts they expect.
#pragma once

#include <string>

namespace kexec::testing {

// The path of a file in tests/ of the source tree.
std::string in_tests(const std::string &relative);

// The whole file; a missing one ends the test.
std::string text_of_file(const std::string &path);

// The text kept in tests/`relative`, to be compared with `actual`. With UPDATE_EXPECTED=1 in the environment
// `actual` is written there first, so that one run brings all kept texts up to date and the change can be
// reviewed as a difference.
std::string expected_text(const std::string &relative, const std::string &actual);

} // namespace kexec::testing
