// SPDX-License-Identifier: GPL-2.0-or-later
// Storing a dump in files: the log as text, memory without its pages of zeros. Files appear whole or not at
// all (base/new_file.h).
#pragma once

#include "base/new_file.h"
#include "dump/log.h"
#include "dump/source.h"

namespace kexec {

// Called now and then with how much of a dump has been done.
using TellProgress = std::function<void(std::uint64_t done, std::uint64_t size)>;

struct StoredMemory {
    std::uint64_t size = 0;    // of the dump
    std::uint64_t written = 0; // bytes that are not in pages of zeros
    std::uint64_t unreadable =
        0; // bytes in pages that could not be read; they are left out, as if they were zeros
};

// Copies a dump of `size` bytes out of `dump`, called `name`, into `path`. Where `free` (bytes, if it is
// known) is less than that, it is first counted how much will be written: too much is Cause::no_room, and
// nothing has been made then. An error too where no page at all can be read.
struct CopyRequest {
    const Descriptor &dump;
    std::string name;
    std::uint64_t size;
    std::string path;
    std::optional<std::uint64_t> free;
};
Result<StoredMemory> store_sparsely(const CopyRequest &request, const TellProgress &tell);

// The same into `output` (a block device, a pipe), called `path`, in the flattened format: `makedumpfile -R`
// makes the file of it, and vmcore-dmesg reads it as it is. `free` is the size of the device.
Result<StoredMemory> store_flattened(const CopyRequest &request, const Descriptor &output,
                                     const TellProgress &tell);

// Makes the file of a flattened dump at `path`, as `makedumpfile -R` does. It may be there already, if it is
// the same. An error where the dump is cut short, and Cause::no_room where it takes more than `free` bytes.
Result<void> store_unflattened(DumpSource &flattened, const std::string &path,
                               std::optional<std::uint64_t> free);

// Has a program store it that is called with `arguments`, the dump and the new file.
struct ProgramRequest {
    std::string program; // a path
    std::vector<std::string> arguments;
    std::string dump; // the path of the dump
    std::string path; // where it is stored
};
Result<void> store_by_program(const ProgramRequest &request);

// Has makedumpfile store it, filtered and packed (by lzo, which takes the least time).
struct FilterRequest {
    std::string program; // the path of makedumpfile
    unsigned level;      // what it leaves out (-d)
    std::string dump;    // the path of the dump
    std::string path;    // where it is stored
    bool shows_progress; // on standard error
};
// What goes wrong in it, makedumpfile says on standard error, as a rule.
Result<void> store_filtered(const FilterRequest &request);

// Writes the log of the dump into `path`, a line for each record as vmcore-dmesg prints it. It may be there
// already, if it is the same log. An error where no record at all could be had; what else was lost is in the
// summary.
Result<LogSummary> store_log(Core &core, const std::string &path);

} // namespace kexec
