// SPDX-License-Identifier: GPL-2.0-or-later
// Documentation/driver-api/early-userspace/buffer-format.rst, "newc".
#include "tests/formats/build_initramfs.h"

#include <fmt/format.h>

namespace kexec::testing {
namespace {

void append(Buffer &archive, std::string_view text) {
    for (char each : text)
        archive.push_back(static_cast<std::byte>(each));
}

void fill_up(Buffer &archive) { archive.resize((archive.size() + 3) / 4 * 4); }

void append_member(Buffer &archive, const InitramfsFile &file, unsigned number) {
    std::uint64_t size = file.content.size() + file.zeros;
    append(archive, "070701");
    for (std::uint64_t field :
         {std::uint64_t{number}, std::uint64_t{0100644}, std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{1},
          std::uint64_t{0}, size, std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{0},
          std::uint64_t{file.name.size() + 1}, std::uint64_t{0}})
        append(archive, fmt::format("{:08x}", field));
    append(archive, file.name);
    archive.push_back(std::byte{0});
    fill_up(archive);
    append(archive, file.content);
    archive.resize(archive.size() + file.zeros);
    fill_up(archive);
}

} // namespace

Buffer build_initramfs(const std::vector<InitramfsFile> &files) {
    Buffer archive;
    unsigned number = 0;
    for (const InitramfsFile &file : files)
        append_member(archive, file, ++number);
    append_member(archive, {"TRAILER!!!"}, 0);
    return archive;
}

Buffer usual_initramfs(const std::string &release) {
    std::string modules = "usr/lib/modules/" + release + "/kernel/drivers/";
    return build_initramfs({{"init", 0, "#!/bin/sh\n"},
                            {modules + "block/loop.ko", 40000},
                            {modules + "watchdog/test-wdt.ko.xz", 9000}});
}

} // namespace kexec::testing
