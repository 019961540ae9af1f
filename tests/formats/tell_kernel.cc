// SPDX-License-Identifier: GPL-2.0-or-later
// tell-kernel FILE [TYPE]: what a kernel file is on arm64, for tests that make such files by the programs
// that people make them with. Prints the format, its size and CRC, then each wrapper; or, with status 1, what
// is wrong.
#include "arch/arm64/formats.h"
#include "base/crc32.h"

#include <cstdio>
#include <fmt/format.h>

using namespace kexec;

namespace {

Result<std::string> tell(const char *path, std::optional<std::string_view> type) {
    auto file = std::make_shared<const MappedFile>(TRY(MappedFile::open(path)));
    Image image = TRY(read_image(file, arm64_formats(), type));
    return fmt::format("{} {} {:08x} {}", image.format->name, image.bytes.size(), crc32_of(image.bytes),
                       fmt::join(image.wrappers, " "));
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 2)
        return 2;
    auto told = tell(argv[1], argc > 2 ? std::optional<std::string_view>(argv[2]) : std::nullopt);
    std::puts(told ? told->c_str() : told.error().what.c_str());
    return told ? 0 : 1;
}
