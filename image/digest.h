// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 of bytes that lie in memory: of segments, for the purgatory, and of files, for people and records.
#pragma once

#include "base/bytes.h"

#include <array>
#include <span>
#include <string>
#include <vector>

namespace kexec {

using Digest = std::array<std::uint8_t, 32>;

// Reads every byte: for a kernel and an initrd the most expensive thing there is in a load.
Digest digest_of(Bytes bytes);

// The striped digest (purgatory/sha256.h).
Digest striped_digest_of(Bytes bytes);

inline constexpr std::size_t sha256_block = 64;

// A part of a message. Its digest is that of the message up to the part's end.
struct MessagePart {
    std::size_t first; // whole blocks
    std::size_t size;
};

struct Message {
    Bytes bytes;
    std::vector<MessagePart> parts = {}; // ascending, apart from each other
};

struct PartDigest {
    std::uint32_t state[8]; // of SHA-256 where the part begins: the digest goes on from there
    Digest digest;
};

struct MessageDigest {
    Digest whole;
    std::vector<PartDigest> parts;
};

// The digests of each message, in their order: every byte is read once. Where the processor can work on two
// messages at a time it does.
std::vector<MessageDigest> digests_of(std::span<const Message> messages);

// Of a file that is hashed in halves, cut between pages.
std::size_t first_half_of(std::size_t size);

// What the SHA-256 of a file is taken of where it is to be known again: all of it, or of 16 MiB and more both
// halves, on which the processor can work side by side.
std::vector<Bytes> pieces_of(Bytes file);

// Of each piece.
std::vector<Digest> digests_of_pieces(Bytes file);

// In hexadecimal.
std::string digest_text(const Digest &digest);

} // namespace kexec
