// SPDX-License-Identifier: GPL-2.0-or-later
// The program's own archiver makes them.
#include "tests/formats/build_initramfs.h"

#include "base/cpio.h"

namespace kexec::testing {

Buffer build_initramfs(const std::vector<InitramfsFile> &files) {
    constexpr std::uint32_t mode = 0644;
    Archive archive;
    for (const InitramfsFile &file : files) {
        Buffer content(as_bytes(file.content).begin(), as_bytes(file.content).end());
        content.resize(content.size() + file.zeros);
        archive.add_file(file.name, content, mode);
    }
    return archive.finish();
}

Buffer usual_initramfs(const std::string &release) {
    std::string modules = "usr/lib/modules/" + release + "/kernel/drivers/";
    return build_initramfs({{"init", 0, "#!/bin/sh\n"},
                            {modules + "block/loop.ko", 40000},
                            {modules + "watchdog/test-wdt.ko.xz", 9000}});
}

} // namespace kexec::testing
