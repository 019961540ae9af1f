// SPDX-License-Identifier: GPL-2.0-or-later
// Joining initial ramdisks in memory: both system calls want one piece.
#include "kexec/initrds.h"

namespace kexec {
namespace {

constexpr std::uint64_t step = 4;

// Behind what is there, of which there are `size` bytes.
Result<void> append(const Descriptor &joined, std::uint64_t &size, const MappedFile &file) {
    const Buffer zeros((step - size % step) % step);
    TRY_WITHIN("joining initial ramdisks", write_next(joined, zeros, file.path()));
    TRY_WITHIN("joining initial ramdisks", write_next(joined, file.bytes(), file.path()));
    size += zeros.size() + file.bytes().size();
    return file.unchanged();
}

} // namespace

Result<std::shared_ptr<const MappedFile>> open_initrds(std::span<const std::string> paths) {
    if (paths.empty())
        return nullptr;
    if (paths.size() == 1)
        return std::make_shared<const MappedFile>(TRY(MappedFile::open(paths.front())));
    Descriptor joined = TRY(file_in_memory("initrd", {}));
    std::uint64_t size = 0;
    for (const std::string &path : paths)
        TRY(append(joined, size, TRY(MappedFile::open(path))));
    return std::make_shared<const MappedFile>(
        TRY(MappedFile::of(std::move(joined), "the joined initial ramdisks")));
}

} // namespace kexec
