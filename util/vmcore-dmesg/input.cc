// SPDX-License-Identifier: GPL-2.0-or-later
// Opening the dump, and copying a pipe where its parts refer to what has passed: makedumpfile's flattened
// format corrects what it wrote before, and its compressed one has the places of all pages in front.
#include "util/vmcore-dmesg/input.h"

#include "base/file.h"
#include "dump/dump.h"
#include "dump/file_source.h"
#include "dump/stream.h"

namespace kexec::dmesg {

namespace {

Result<std::unique_ptr<DumpSource>> copied(DumpSource &stream, const std::string &scratch) {
    Descriptor file = TRY(nameless_file(scratch));
    Buffer piece(64 << 10);
    for (std::uint64_t offset = 0;; offset += piece.size()) {
        std::size_t got = TRY(stream.read(offset, piece));
        TRY(write_next(file, Bytes(piece).first(got), "a file in " + scratch));
        if (got < piece.size())
            return std::make_unique<FileSource>(std::move(file), "the copy of the dump in " + scratch);
    }
}

} // namespace

Result<std::unique_ptr<DumpSource>> open_input(const std::string &path, const std::string &scratch) {
    Descriptor file = path == "-" ? Descriptor(0) : TRY(open_to_read(path));
    if (can_seek(file))
        return std::make_unique<FileSource>(std::move(file), path);
    auto pipe = std::make_shared<Descriptor>(std::move(file));
    auto stream = std::make_unique<StreamSource>(
        [pipe, path](MutableBytes buffer) { return read_next(*pipe, buffer, path); });
    Buffer head(16);
    std::size_t got = TRY(stream->read(0, head));
    if (can_stream(recognise_dump(Bytes(head).first(got))))
        return stream;
    return copied(*stream, scratch);
}

} // namespace kexec::dmesg
