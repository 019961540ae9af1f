// SPDX-License-Identifier: GPL-2.0-or-later
// Makes capture initramfs files for emulated machines, out of a directory that stands for one:
//
//     make-initramfs ROOT RELEASE PROGRAM MAKEDUMPFILE SETTINGS OUT [ORIGINAL]
//     make-initramfs --restore OUT
//
// SETTINGS is a file as settings_text writes it; ORIGINAL is what a fadump initramfs starts from: where that
// is OUT itself, it is kept as kdumpctl does it, until it is restored.
#include "base/file.h"
#include "capture/install.h"
#include "util/program.h"

namespace {

using namespace kexec;
using namespace kexec::capture;

Result<Initramfs> make(std::span<const char *const> words) {
    constexpr std::uint64_t largest = std::uint64_t{1} << 30;
    Wish wish;
    wish.root = words[0];
    wish.release = words[1];
    wish.program = words[2];
    wish.makedumpfile = words[3];
    wish.settings = TRY(parse_settings(as_text(TRY(read_file(words[4], largest)))));
    bool is_shared = words.size() == 7;
    if (is_shared && std::string_view(words[5]) == words[6])
        return install_fadump_initramfs(words[5], wish);
    Initramfs made = TRY(is_shared ? make_fadump_initramfs(TRY(read_file(words[6], largest)), wish)
                                   : make_initramfs(wish));
    TRY(write_initramfs(words[5], made.bytes));
    return made;
}

int restore(const std::string &path) {
    auto restored = restore_initramfs(path);
    if (!restored)
        print_to_error(complaint("make-initramfs", restored.error()));
    return restored ? 0 : 1;
}

int run(std::span<const char *const> words) {
    if (words.size() == 2 && std::string_view(words[0]) == "--restore")
        return restore(words[1]);
    if (words.size() != 6 && words.size() != 7)
        return 2;
    auto made = make(words);
    if (!made) {
        print_to_error(complaint("make-initramfs", made.error()));
        return 1;
    }
    std::string text = "size " + std::to_string(made->bytes.size()) + "\nunpacked " +
                       std::to_string(made->unpacked_size) + "\n";
    for (const std::string &module : made->modules)
        text += "module " + module + "\n";
    for (const std::string &warning : made->warnings)
        text += "warning " + warning + "\n";
    return print_to_output(text) ? 0 : 1;
}

} // namespace

int main(int count, char **words) { return run_program_main("make-initramfs", count, words, run); }
