// SPDX-License-Identifier: GPL-2.0-or-later
// What the decoders of base/compress share: the growing output with its ceiling, and the errors. Each decoder
// unpacks one member (gzip's word; a frame or stream elsewhere) and says how many bytes of input it took.
#pragma once

#include "base/bytes.h"

#include <optional>
#include <string_view>

namespace kexec {

// Unpacked bytes. The decoder writes into room() and says how much with wrote().
class Unpacked {
public:
    // `most` is the ceiling, in bytes.
    Unpacked(std::string_view compression, std::uint64_t packed_size, std::uint64_t most);

    // Bytes that are expected in all: a hint out of the file, so it is believed only where it is plausible.
    void expect(std::uint64_t total);

    // Free space, at least `wanted` bytes (not 0) as far as the ceiling allows, and never none: one byte is
    // kept behind the ceiling, and whoever fills it has unpacked too much (see check).
    MutableBytes room(std::uint64_t wanted = 1);
    void wrote(std::size_t size) { size_ += size; }

    // Whether `more` bytes have no room: then what says of itself that it has as many need not be unpacked.
    bool has_no_room_for(std::uint64_t more) const { return too_large() || more > most_ - size_; }

    std::uint64_t size() const { return size_; }
    bool too_large() const { return size_ > most_; }
    bool can_grow() const { return buffer_.size() <= most_; }
    Buffer take();

    // The errors of every decoder.
    Failure damaged() const;
    Failure exceeded() const;
    Failure needs_too_much_memory(std::uint64_t limit) const;

private:
    std::string_view compression_;
    std::uint64_t packed_size_;
    std::uint64_t most_;
    std::size_t size_ = 0;
    Buffer buffer_;
};

// The last four bytes: gzip ends with the unpacked size modulo 2^32, and the kernel's build appends the same
// word to what the other programs pack. 0 where there are no four bytes.
std::uint64_t last_word(Bytes packed);

Result<std::size_t> unpack_gzip(Bytes packed, Unpacked &out);
// The same in one go, where libdeflate is built in. Nothing where the last word is not the size of this
// member, as where another follows, and where anything is wrong: unpack_gzip then says what.
std::optional<std::size_t> unpack_gzip_at_once(Bytes packed, Unpacked &out);
// Nothing where zlib has no memory.
std::optional<Buffer> pack_gzip(Bytes bytes);
Result<std::size_t> unpack_xz(Bytes packed, Unpacked &out);
Result<std::size_t> unpack_lzma(Bytes packed, Unpacked &out);
Result<std::size_t> unpack_zstd(Bytes packed, Unpacked &out);
Result<std::size_t> unpack_bzip2(Bytes packed, Unpacked &out);
Result<std::size_t> unpack_lz4(Bytes packed, Unpacked &out);
Result<std::size_t> unpack_lzo(Bytes packed, Unpacked &out);

} // namespace kexec
