// SPDX-License-Identifier: GPL-2.0-or-later
// Prints a recording of the machine it runs on to standard output; tools/record-machine.py starts it inside
// emulated machines. It looks at what the command looks at, and nothing else.
#include "arch/arch.h"
#include "tests/support/bundle.h"

#include <cstdio>

int main() {
    using namespace kexec;
    std::string text = testing::write_bundle(take_snapshot(all_sources(native_arch())));
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? 0
                                                                                                       : 1;
}
