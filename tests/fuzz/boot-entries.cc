// SPDX-License-Identifier: GPL-2.0-or-later
// Any files as a boot loader's menu: each entry has a name, and can be asked for by it.
#include "machine/boot_entries.h"
#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Input input(data, size);
    Snapshot snapshot = snapshot_in(input);
    auto entries = boot_entries_in(snapshot);
    answered(boot_entry_named(snapshot, "default"));
    for (const BootEntry &entry : entries) {
        require(!entry.kernel.empty() && entry.kernel.front() == '/');
        for (const std::string &initrd : entry.initrds)
            require(!initrd.empty() && initrd.front() == '/');
        answered(boot_entry_named(snapshot, entry.id));
    }
    return 0;
}
