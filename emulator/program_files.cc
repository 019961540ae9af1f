// SPDX-License-Identifier: GPL-2.0-or-later
// The files of a program, for a place where there is nothing else.
#include "base/libraries.h"
#include "emulator/rehearsal.h"

namespace kexec {
namespace {

constexpr std::uint64_t largest_program = 256 << 20;

Result<GuestFile> guest_file(const std::string &path) {
    return GuestFile{path, TRY(read_file(path, largest_program)), 0755};
}

} // namespace

Result<std::vector<GuestFile>> files_of_program(const std::string &path) {
    std::vector<GuestFile> files;
    files.push_back(TRY(guest_file(path)));
    LinkedProgram linked = TRY(find_libraries("", path));
    if (!linked.loader.empty())
        files.push_back(TRY(guest_file(linked.loader)));
    for (const std::string &library : linked.libraries)
        files.push_back(TRY(guest_file(library)));
    return files;
}

} // namespace kexec
