// SPDX-License-Identifier: GPL-2.0-or-later
// A dump as `makedumpfile -F` writes it to a pipe: records of an offset, a size and that many bytes, which
// `makedumpfile -R` would write to their places in a file. Here the file is read without being made.
#pragma once

#include "dump/intervals.h"
#include "dump/source.h"

#include <optional>
#include <string>

namespace kexec {

bool is_flattened(Bytes head);

// Writing one: the start, a record's header in front of each record's bytes, the end.
inline constexpr std::uint64_t flattened_file_header = 4096, flattened_record_header = 16,
                               flattened_surroundings = flattened_file_header + 3 * flattened_record_header;
Buffer flattened_start();
Buffer flattened_record(std::uint64_t offset, std::uint64_t size);
Buffer flattened_end();

// Some bytes of the dump: from `offset` of it on, and where they are in the flattened file.
struct FlattenedRecord {
    std::uint64_t offset, size, place;
};

// Goes over all records of `below` in their order.
class FlattenedRecords {
public:
    explicit FlattenedRecords(DumpSource &below);

    Result<std::optional<FlattenedRecord>> next();   // nothing behind the last one
    bool is_cut_short() const { return cut_short_; } // the end was not one that makedumpfile makes

private:
    DumpSource &below_;
    std::uint64_t place_;
    bool cut_short_ = false;
};

// How many bytes all records have together. An error where the file is cut short.
Result<std::uint64_t> size_of_records(DumpSource &below);

class FlattenedSource : public DumpSource {
public:
    // Goes over all records of `below`, which must outlive this; it reads 16 bytes of each. A file that is
    // cut short is taken as far as it goes, and `notes` gets a line.
    static Result<FlattenedSource> open(DumpSource &below, std::vector<std::string> &notes);
    FlattenedSource(FlattenedSource &&other) : below_(other.below_), records_(std::move(other.records_)) {}

    Result<std::size_t> read(std::uint64_t offset, MutableBytes target) override;

private:
    explicit FlattenedSource(DumpSource &below) : below_(below) {}
    DumpSource &below_;
    Intervals records_{Intervals::Counts::last_added}; // what is written last to a place counts
};

} // namespace kexec
