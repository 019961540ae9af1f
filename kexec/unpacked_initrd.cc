// SPDX-License-Identifier: GPL-2.0-or-later
// Initial ramdisks that the new kernel will not have to unpack (--fast).
#include "image/initramfs.h"
#include "kexec/parts.h"

#include <fmt/core.h>

namespace kexec {
namespace {

// While the new kernel starts, the archive and the files that it makes of it are both in memory: both
// together may take half of what that kernel has.
std::uint64_t most_unpacked(const Request &request) {
    const Machine &machine = request.machine;
    bool crash = request.settings.purpose == Purpose::crash;
    std::uint64_t memory = crash ? machine.crash_reservations.back().size() : free_ram(machine).size();
    return memory / 4;
}

Result<std::shared_ptr<const MappedFile>> file_of(Bytes unpacked, const std::string &path) {
    return std::make_shared<const MappedFile>(
        TRY(MappedFile::of(TRY(file_in_memory("initrd", unpacked)), path + " (unpacked)")));
}

Result<void> unpack(Request &request) {
    auto unpacked = TRY(unpack_initramfs(request.initrd->bytes(), most_unpacked(request)));
    TRY(request.initrd->unchanged()); // nobody will look at that file again
    if (!unpacked)
        return {};
    request.notes.push_back(fmt::format("initial ramdisk: unpacked from {} bytes to {}",
                                        request.initrd->bytes().size(), unpacked->size()));
    request.initrd = TRY(file_of(*unpacked, request.initrd->path()));
    return {};
}

} // namespace

void unpack_initrd(Request &request, std::vector<std::string> &warnings) {
    if (!request.initrd)
        return;
    if (auto unpacked = unpack(request); !unpacked)
        warnings.push_back(fmt::format("--fast: {}; the initial ramdisk is left as it is, going on without",
                                       unpacked.error().what));
}

} // namespace kexec
