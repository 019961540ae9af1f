// SPDX-License-Identifier: GPL-2.0-or-later
// What was loaded, written down: the kernel tells whether something is loaded and not what. One file for the
// kernel of the next reboot and one for the crash kernel, below /run, which does not outlive this boot.
//
// The command line may hold keys. Both records hold it with those hidden. That of the crash kernel also holds
// the words that load it again, with the whole command line: it is needed where the running kernel has
// dropped the crash kernel and refused another (kexec/rearm.h). Only root can read the files, and the words
// are never printed.
#pragma once

#include "base/bytes.h"
#include "base/new_file.h"
#include "kexec/load.h"
#include "kexec/refusal.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kexec {

struct RecordedFile {
    std::string role; // "kernel", "initrd", "dtb"
    std::string path; // absolute, without symbolic links
    std::uint64_t size;
    std::string identity; // MappedFile's
    // Of the whole file, or of both its pieces_of(), of a load without checks none, until somebody asks.
    std::vector<std::string> sha256;

    bool is_hashed_whole() const { return sha256.size() == 1; }
    bool operator==(const RecordedFile &) const = default;
};

struct LoadRecord {
    std::string boot;         // the boot that it is of: /proc/sys/kernel/random/boot_id
    std::uint64_t time;       // of the load; seconds since 1970
    std::string call;         // "kexec_load", "kexec_file_load"
    std::string command_line; // as asked for, with keys hidden
    std::vector<RecordedFile> files;
    std::vector<std::string> words; // of the crash kernel: what to give to kexec to load it again

    bool operator==(const LoadRecord &) const = default;
};

// As text and back: a line for each field, the name, a blank and the value, in which a backslash and a line
// end are "\\\\" and "\\n".
std::string text_of(const LoadRecord &record);
Result<LoadRecord> parse_record(std::string_view text);

// The record of a load or an unload that is being made, begun before the kernel is asked for anything. While
// there is one, no other process with this program loads or unloads for that purpose: that is waited for, for
// a bounded time, and told. Where this program is ended before it is done, what it leaves behind says that
// the older record may be wrong. Nothing where there is no /run; where it cannot be made that is a warning.
std::optional<NewFile> begin_record(World &world, Purpose purpose);

// Ends it, with the SHA-256 of each file or its pieces. That of a file which is handed over as it is was
// computed for the purgatory; others are hashed now, but with checks off (-i), which is for machines where
// that takes long.
// A failure is a warning: the kernel is loaded all the same, and an older record goes.
void keep_record(World &world, const Options &options, PreparedLoad &prepared, RefusedCall served,
                 NewFile record);
void drop_record(World &world, Purpose purpose);

// Nothing where none is kept, or it is of an earlier boot.
Result<std::optional<LoadRecord>> recorded(const World &world, Purpose purpose);

// The same, but nothing while a load is being made or after one that was ended: the record may be wrong. With
// the SHA-256 of every whole file that is still what was loaded: where the record does not have it, it is
// computed, and kept in the record, so that it is known after the file has been changed.
Result<std::optional<LoadRecord>> recorded_with_digests(const World &world, Purpose purpose);

// An error that says how it differs from what was recorded. Another file with the recorded SHA-256 does not.
Result<void> check_unchanged(const RecordedFile &file);
// What to give to kexec to load a crash kernel again, as options.
Result<Options> options_to_repeat(const World &world, const LoadRecord &record);

// What a record says of the boot in which this was seen (record_sources()).
std::string boot_of(const Snapshot &snapshot);
// Where the record is kept, without a root.
std::string record_path(Purpose purpose);

// Files that are read: the id of this boot.
std::span<const Source> record_sources();

} // namespace kexec
