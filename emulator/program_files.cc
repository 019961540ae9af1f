// SPDX-License-Identifier: GPL-2.0-or-later
// The files of a program. ld.so(8) lists the libraries of a program when it is asked with --list; glibc's and
// musl's both do, a line each: "libz.so.1 => /lib/libz.so.1 (0x…)".
#include "base/elf.h"
#include "base/text.h"
#include "emulator/rehearsal.h"

#include <algorithm>
#include <set>

namespace kexec {
namespace {

constexpr std::uint64_t largest_program = 256 << 20;
constexpr std::uint32_t interpreter_segment = 3; // PT_INTERP
constexpr std::chrono::seconds patience{30};

// Empty for a program that is linked statically.
Result<std::string> interpreter_of(Bytes program) {
    Elf elf = TRY(read_elf(program));
    for (const ElfSegment &segment : elf.segments)
        if (segment.type == interpreter_segment)
            return std::string(text_until_nul(elf.bytes_of(segment)));
    return std::string();
}

Result<std::string> output_of(const std::string &program, const std::vector<std::string> &arguments) {
    Child child = TRY(Child::start(program, arguments));
    std::string all;
    for (;;) {
        auto more = TRY(child.read(patience));
        if (!more || more->empty())
            return all;
        all += *more;
    }
}

Result<GuestFile> guest_file(const std::string &path) {
    return GuestFile{path, TRY(read_file(path, largest_program)), 0755};
}

} // namespace

Result<std::vector<GuestFile>> files_of_program(const std::string &path) {
    std::vector<GuestFile> files = {TRY(guest_file(path))};
    std::string interpreter = TRY_WITHIN(path, interpreter_of(files.front().content));
    if (interpreter.empty())
        return files;
    std::set<std::string> paths = {interpreter};
    std::string listed = TRY(output_of(interpreter, {"--list", path}));
    for (std::string_view line : lines_of(listed))
        for (std::string_view word : words_of(trimmed(line)))
            if (word.starts_with('/'))
                paths.insert(std::string(word));
    for (const std::string &each : paths)
        files.push_back(TRY(guest_file(each)));
    return files;
}

} // namespace kexec
