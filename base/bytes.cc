// SPDX-License-Identifier: GPL-2.0-or-later
// The bounds checks behind the one door into untrusted data.
#include "base/bytes.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

Result<Bytes> slice(Bytes file, std::uint64_t offset, std::uint64_t size, std::string_view what) {
    if (offset > file.size() || file.size() - offset < size)
        return fail(Cause::bad_image,
                    fmt::format("the file ends inside {}: {} bytes at offset {} are needed, the file has {}",
                                what, size, offset, file.size()));
    return file.subspan(offset, size);
}

Result<Bytes> slice_from(Bytes file, std::uint64_t offset, std::string_view what) {
    if (offset > file.size())
        return fail(
            Cause::bad_image,
            fmt::format("the file ends before {}: it should start at offset {}, the file has {} bytes", what,
                        offset, file.size()));
    return file.subspan(offset);
}

Result<Bytes> Cursor::take(std::uint64_t size, std::string_view what) {
    Bytes taken = TRY(slice(bytes_, position_, size, what));
    position_ += size;
    return taken;
}

void append(Buffer &buffer, Bytes more) { buffer.insert(buffer.end(), more.begin(), more.end()); }

std::string_view text_until_nul(Bytes bytes) {
    std::string_view text = as_text(bytes);
    return text.substr(0, text.find('\0'));
}

bool starts_with(Bytes bytes, Bytes prefix) {
    return bytes.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

} // namespace kexec
