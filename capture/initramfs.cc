// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel opens /dev/console for /init before anything is mounted, and looks for nothing else.
#include "capture/initramfs.h"

#include "base/compress.h"
#include "base/file.h"
#include "capture/contents.h"
#include "capture/original.h"

namespace kexec::capture {

namespace {

constexpr std::uint64_t largest_program = 64 << 20;
constexpr std::uint32_t console_major = 5, console_minor = 1;

Result<void> add_program(Archive &archive, const Wish &wish) {
    Buffer program = TRY(read_file(wish.program, largest_program));
    archive.add_file("init", program, 0755);
    return {};
}

Result<Initramfs> finish(Archive &archive, Initramfs made) {
    Buffer bytes = archive.finish();
    made.unpacked_size = bytes.size();
    made.bytes = TRY(compress_gzip(bytes));
    return made;
}

} // namespace

Result<Initramfs> make_initramfs(const Wish &wish) {
    Archive archive;
    Initramfs made;
    for (std::string_view directory : {"proc", "sys", "dev"})
        archive.add_directory(directory);
    archive.add_character_device("dev/console", console_major, console_minor);
    TRY(add_program(archive, wish));
    TRY(add_contents(archive, wish, made));
    return finish(archive, std::move(made));
}

Result<Initramfs> make_fadump_initramfs(Bytes original, const Wish &wish) {
    Archive archive;
    Initramfs made;
    Original init = TRY(find_original(original));
    if (init.is_link)
        archive.add_link(original_init_path.substr(1), as_text(init.content));
    else
        archive.add_file(original_init_path.substr(1), init.content, init.mode);
    TRY(add_program(archive, wish));
    TRY(add_contents(archive, wish, made));
    made = TRY(finish(archive, std::move(made)));
    Buffer added = std::exchange(made.bytes, std::move(init.front));
    append(made.bytes, added);
    return made;
}

} // namespace kexec::capture
