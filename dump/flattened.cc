// SPDX-License-Identifier: GPL-2.0-or-later
// The flattened format, by the structures and the text on it in makedumpfile's IMPLEMENTATION and
// makedumpfile.h: a header of 4096 bytes that starts with the name, type 1 and version 1, then the records;
// all numbers are big-endian, whatever the machine.
#include "dump/flattened.h"

#include "dump/fault.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::string_view signature{"makedumpfile\0\0\0\0", 16};
constexpr std::uint64_t end_mark = UINT64_MAX; // in both fields

struct FileHeader {
    char signature[16];
    be64 type, version;
};
struct RecordHeader {
    be64 offset, size;
};
static_assert(sizeof(FileHeader) == 32 && sizeof(RecordHeader) == flattened_record_header);

// A record holds 64 KiB, as makedumpfile writes: 32 GiB of them take 16 MiB here.
constexpr std::size_t most_records = 512 << 10;

} // namespace

bool is_flattened(Bytes head) { return starts_with(head, as_bytes(signature)); }

Buffer flattened_start() {
    FileHeader header{};
    std::ranges::copy(signature, header.signature);
    header.type = header.version = 1;
    Buffer bytes(flattened_file_header);
    write_at(bytes, 0, header);
    return bytes;
}

Buffer flattened_record(std::uint64_t offset, std::uint64_t size) {
    Buffer bytes(sizeof(RecordHeader));
    write_at(bytes, 0, RecordHeader{offset, size});
    return bytes;
}

Buffer flattened_end() { return flattened_record(end_mark, end_mark); }

FlattenedRecords::FlattenedRecords(DumpSource &below) : below_(below), place_(flattened_file_header) {}

// Nothing at the end mark, and where the file ends without one.
Result<std::optional<FlattenedRecord>> FlattenedRecords::next() {
    Buffer bytes(sizeof(RecordHeader));
    if (TRY(below_.read(place_, bytes)) < bytes.size()) {
        cut_short_ = true;
        return std::nullopt;
    }
    auto header = TRY(read_at<RecordHeader>(bytes, 0, "a record"));
    if (header.offset == end_mark && header.size == end_mark)
        return std::nullopt;
    FlattenedRecord record{header.offset, header.size, place_ + sizeof(RecordHeader)};
    constexpr std::uint64_t most = INT64_MAX;
    if (record.offset > most || record.size > most || most - record.place < record.size) {
        cut_short_ = true;
        return std::nullopt;
    }
    place_ = record.place + record.size;
    return record;
}

Result<std::uint64_t> size_of_records(DumpSource &below) {
    FlattenedRecords records(below);
    std::uint64_t size = 0, count = 0;
    for (auto record = TRY(records.next()); record; record = TRY(records.next()), count++)
        size += record->size;
    if (records.is_cut_short())
        return fail_dump(Fault::table,
                         fmt::format("the flattened dump is cut short or damaged behind record {}", count),
                         "see whether vmcore-dmesg still reads its log");
    return size;
}

Result<FlattenedSource> FlattenedSource::open(DumpSource &below, std::vector<std::string> &notes) {
    FlattenedSource source(below);
    FlattenedRecords records(below);
    while (auto record = TRY(records.next())) {
        if (source.records_.count() == most_records)
            return fail_dump(Fault::table,
                             fmt::format("the flattened dump has more than {} records", most_records),
                             "put it together with makedumpfile -R first");
        source.records_.add(record->offset, record->size, record->place);
    }
    if (records.is_cut_short())
        notes.push_back(fmt::format(
            "the flattened dump is cut short or damaged behind record {}; going on without the rest",
            source.records_.count()));
    source.records_.sort();
    return source;
}

Result<std::size_t> FlattenedSource::read(std::uint64_t offset, MutableBytes target) {
    std::size_t filled = 0;
    while (filled < target.size() && offset <= UINT64_MAX - filled) {
        auto hit = records_.find(offset + filled);
        if (!hit && offset + filled >= records_.end())
            break;
        if (!hit) { // a hole, as in the file that makedumpfile -R makes
            target[filled++] = std::byte{0};
            continue;
        }
        MutableBytes part =
            target.subspan(filled, std::min<std::uint64_t>(hit->size, target.size() - filled));
        std::size_t got = TRY(below_.read(hit->target, part));
        filled += got;
        if (got < part.size())
            break;
    }
    return filled;
}

} // namespace kexec
