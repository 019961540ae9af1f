// SPDX-License-Identifier: GPL-2.0-or-later
// tell-kernel FILE [TYPE]: what a kernel file is, of whichever machine, for tests that make such files by the
// programs that people make them with. Prints the format, its size and CRC, then each wrapper; or, with
// status 1, what is wrong. tell-kernel --inside FILE: prints the kernel itself, without its wrappers.
#include "arch/arch.h"
#include "base/crc32.h"

#include <cstdio>
#include <fmt/format.h>

using namespace kexec;

namespace {

std::vector<Format> all_formats() {
    std::vector<Format> formats;
    for (const Arch *arch : all_archs())
        formats.insert(formats.end(), arch->formats.begin(), arch->formats.end());
    return formats;
}

Result<Image> read(const char *path, std::optional<std::string_view> type) {
    auto file = std::make_shared<const MappedFile>(TRY(MappedFile::open(path)));
    static const std::vector<Format> formats = all_formats();
    return read_image(file, formats, type);
}

Result<std::string> inside(const char *path) {
    Image image = TRY(read(path, {}));
    return std::string(as_text(image.bytes));
}

Result<std::string> tell(const char *path, std::optional<std::string_view> type) {
    Image image = TRY(read(path, type));
    return fmt::format("{} {} {:08x} {}\n", image.format->name, image.bytes.size(), crc32_of(image.bytes),
                       fmt::join(image.wrappers, " "));
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 2)
        return 2;
    bool wants_inside = argc == 3 && argv[1] == std::string_view("--inside");
    auto told = wants_inside
                    ? inside(argv[2])
                    : tell(argv[1], argc > 2 ? std::optional<std::string_view>(argv[2]) : std::nullopt);
    std::string text = told ? *told : told.error().what + "\n";
    std::fwrite(text.data(), 1, text.size(), stdout);
    return told ? 0 : 1;
}
