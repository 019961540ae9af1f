// SPDX-License-Identifier: GPL-2.0-or-later
// Preparing the purgatory: the blob is copied, its parameters are filled in, and last of all it is sealed
// with the digests of what it will verify. Any host prepares any machine's, in that machine's byte order.
#pragma once

#include "image/digest.h"
#include "plan/plan.h"
#include "purgatory/parameters.h"

namespace kexec {

// What a purgatory is told, apart from the regions; purgatory/parameters.h says what each means.
using PurgatorySettings = purgatory::Parameters<std::uint64_t, std::uint32_t>;

// The blob with its parameters. `settings.regions` are left out: seal() writes them.
std::shared_ptr<Buffer> prepare_purgatory(Bytes blob, std::endian order, const PurgatorySettings &settings);

// Computes the digests of every verified segment and writes them, with their places, into the purgatory.
// The last thing before the call: it reads every byte of the kernel and the initrd. Nothing is done where the
// plan has no purgatory or was made with checks off.
//
// `files` are what segments may be parts of, files or their pieces_of(). The SHA-256 of each that is read on
// the way, in their order: nothing for one that no segment lies in, and for all of them where digests are
// striped.
std::vector<std::optional<Digest>> seal(SegmentLoad &plan, std::span<const Bytes> files = {});

} // namespace kexec
