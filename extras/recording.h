// SPDX-License-Identifier: GPL-2.0-or-later
// A recorded machine in one file: a tar archive, packed as gzip, of the files that the machine was seen
// through, with nothing private in them (extras/blank.h), and a list of what could not be read.
#pragma once

#include "machine/snapshot.h"

#include <string>

namespace kexec {

// Goes up with a change that older programs would not understand.
inline constexpr std::uint64_t recording_version = 1;
// The largest recording file, and the largest archive in one, in bytes.
inline constexpr std::uint64_t largest_recording = 64 << 20, largest_archive = 256 << 20;

struct Recording {
    std::string arch;
    Snapshot snapshot;
    std::optional<std::uint64_t> dump_space = {}; // bytes free where dumps go; nothing: not known
};

// Packed. Cause::unsupported where this build has no zlib.
Result<Buffer> write_recording(const Recording &recording);

// A recording, packed or not. Cause::bad_image where it is none, is damaged or holds what no recording does;
// Cause::unsupported where a newer program made it.
Result<Recording> read_recording(Bytes file);

} // namespace kexec
