// SPDX-License-Identifier: GPL-2.0-or-later
// tell-parts FILE [CONFIGURATION]: what a UKI or FIT image for arm64 gives, for tests that make such files by
// the programs that people make them with. Prints the wrappers and the kernel's size, a line for each part,
// and the notes; or, with status 1, what is wrong.
#include "arch/arm64/formats.h"
#include "base/devicetree.h"

#include <cstdio>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace kexec;

namespace {

Result<std::string> tell(const char *path, const Selection &selection) {
    auto file = std::make_shared<const MappedFile>(TRY(MappedFile::open(path)));
    Image image = TRY(read_image(file, arm64_formats(), {}, selection));
    const Companions &parts = image.companions.value();
    std::string text =
        fmt::format("{} {} {}\n", fmt::join(image.wrappers, " "), image.format->name, image.bytes.size());
    if (parts.command_line)
        text += fmt::format("command line {}\n", *parts.command_line);
    for (Bytes piece : parts.microcode)
        text += fmt::format("microcode {}\n", as_text(piece));
    for (Bytes piece : parts.initrds)
        text += fmt::format("initrd {}\n", as_text(piece));
    if (parts.device_tree) {
        DeviceTree tree = TRY(DeviceTree::read(*parts.device_tree));
        for (Bytes overlay : parts.overlays)
            TRY(tree.apply_overlay(overlay));
        text += fmt::format(
            "tree {}\n",
            text_until_nul(tree.property(DeviceTree::root, "model").value_or(as_bytes("without a model"))));
    }
    for (const std::string &note : parts.notes)
        text += note + "\n";
    return text;
}

} // namespace

int main(int argc, char **argv) {
    if (argc < 2)
        return 2;
    Selection selection;
    if (argc > 2)
        selection.configuration = argv[2];
    auto told = tell(argv[1], selection);
    std::printf("%s", told ? told->c_str() : (told.error().what + "\n").c_str());
    return told ? 0 : 1;
}
