// SPDX-License-Identifier: GPL-2.0-or-later
// A damaged recording ends the test.
#include "tests/util/fadump/recorded.h"

#include "tests/support/bundle.h"
#include "tests/support/files.h"

#include <stdexcept>

namespace kexec::fadump::test {

Snapshot recorded(const std::string &name) {
    auto snapshot =
        testing::read_bundle(testing::text_of_file(testing::in_tests("util/fadump/" + name + ".machine")));
    if (!snapshot)
        throw std::runtime_error(name + ": " + snapshot.error().what);
    return *snapshot;
}

} // namespace kexec::fadump::test
