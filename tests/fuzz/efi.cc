// SPDX-License-Identifier: GPL-2.0-or-later
// Any texts as the files of /sys/firmware/efi on an x86_64 PC: systab, fw_vendor, runtime, config_table, then
// the fields of each range of the runtime map, each ended by a NUL byte.
#include "arch/arch.h"
#include "tests/fuzz/fuzz.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Input input(data, size);
    Snapshot snapshot;
    auto put = [&](std::string path, std::string_view text) {
        Bytes content = as_bytes(text);
        snapshot.put(std::move(path), Buffer(content.begin(), content.end()));
    };
    put("/proc/iomem", "00001000-0009fbff : System RAM\n00100000-3fffffff : System RAM\n");
    put("/proc/cmdline", "quiet\n");
    for (const char *name : {"systab", "fw_vendor", "runtime", "config_table"})
        put(fmt::format("/sys/firmware/efi/{}", name), input.text());
    for (unsigned number = 0; !input.empty(); number++)
        for (const char *field : {"type", "phys_addr", "virt_addr", "num_pages", "attribute"})
            put(fmt::format("/sys/firmware/efi/runtime-map/{}/{}", number, field), input.text());
    auto machine = arch_named("x86_64")->understand(snapshot);
    if (!answered(machine))
        return 0;
    const auto &facts = std::get<X86_64Facts>(machine->own);
    require(!facts.efi || !facts.efi->runtime_map.empty());
    free_ram(*machine);
    return 0;
}
