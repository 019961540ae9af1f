// SPDX-License-Identifier: GPL-2.0-or-later
// Joining initial ramdisks in memory: both system calls want one piece.
#include "kexec/initrds.h"

namespace kexec {
namespace {

constexpr std::uint64_t step = 4;

// Behind what is there, of which there are `size` bytes.
Result<void> append(const Descriptor &joined, std::uint64_t &size, Bytes piece, const std::string &name) {
    const Buffer zeros((step - size % step) % step);
    TRY_WITHIN("joining initial ramdisks", write_next(joined, zeros, name));
    TRY_WITHIN("joining initial ramdisks", write_next(joined, piece, name));
    size += zeros.size() + piece.size();
    return {};
}

} // namespace

Result<std::shared_ptr<const MappedFile>> open_initrds(std::span<const std::string> paths) {
    return open_initrds({}, "", paths);
}

Result<std::shared_ptr<const MappedFile>> open_initrds(std::span<const Bytes> pieces,
                                                       const std::string &container,
                                                       std::span<const std::string> paths) {
    std::size_t count = pieces.size() + paths.size();
    if (count == 0)
        return nullptr;
    if (count == 1 && pieces.empty())
        return map_file(paths.front());
    Descriptor joined = TRY(file_in_memory("initrd", {}));
    std::uint64_t size = 0;
    for (Bytes piece : pieces)
        TRY(append(joined, size, piece, container));
    for (const std::string &path : paths) {
        MappedFile file = TRY(MappedFile::open(path));
        TRY(append(joined, size, file.bytes(), path));
        TRY(file.unchanged());
    }
    return std::make_shared<const MappedFile>(
        TRY(MappedFile::of(std::move(joined), count == 1 ? container : "the joined initial ramdisks")));
}

} // namespace kexec
