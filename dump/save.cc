// SPDX-License-Identifier: GPL-2.0-or-later
// Most of a machine's memory is zeros when it crashes, and a hole in a file takes no space: a dump of many
// GiB fits where those do not. elf(5) does not care, a hole is read as zeros.
#include "dump/save.h"

#include "base/process.h"
#include "dump/fault.h"
#include "dump/flattened.h"
#include "dump/log_text.h"

#include <algorithm>
#include <cstring>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::size_t page_size = 4096; // the least that a hole can be in common file systems
constexpr std::size_t piece_size = 1 << 20;
constexpr std::uint64_t mebibyte = 1 << 20;

// Each byte is the one before it, and the first is 0.
bool is_zero(Bytes page) {
    return page.front() == std::byte{} && std::memcmp(page.data(), page.data() + 1, page.size() - 1) == 0;
}

// Reads a dump from its start to its end, piece by piece, a page that cannot be read being one of zeros.
class Reader {
public:
    Reader(const CopyRequest &request, const TellProgress &tell) : request_(request), tell_(tell) {}

    // The next piece; empty at the end.
    Result<Bytes> next() {
        offset_ += piece_.size();
        tell_(offset_, request_.size);
        piece_.resize(std::min<std::uint64_t>(piece_size, request_.size - offset_));
        auto got = read_file_at(request_.dump, offset_, piece_, request_.name);
        if (!got)
            read_page_by_page();
        else if (*got < piece_.size())
            return fail(Cause::bad_image,
                        fmt::format("{}: it ends after {} bytes, {} were needed", request_.name,
                                    offset_ + *got, request_.size),
                        "read the kernel's log for the reason");
        return piece_;
    }

    std::uint64_t offset() const { return offset_; }
    std::uint64_t unreadable() const { return unreadable_; }

private:
    void read_page_by_page() {
        for (std::size_t at = 0; at < piece_.size(); at += page_size) {
            MutableBytes page = MutableBytes(piece_).subspan(at, std::min(page_size, piece_.size() - at));
            auto got = read_file_at(request_.dump, offset_ + at, page, request_.name);
            if (got && *got == page.size())
                continue;
            std::ranges::fill(page, std::byte{});
            unreadable_ += page.size();
        }
    }

    const CopyRequest &request_;
    const TellProgress &tell_;
    Buffer piece_;
    std::uint64_t offset_ = 0, unreadable_ = 0;
};

// Calls `take` with the offset in the piece and the bytes of each run of pages that are not zeros.
template <typename Take> Result<void> for_each_run(Bytes piece, Take take) {
    std::size_t start = 0;
    for (std::size_t at = 0; at < piece.size(); at += page_size) {
        if (!is_zero(piece.subspan(at, std::min(page_size, piece.size() - at))))
            continue;
        if (at > start)
            TRY(take(start, piece.subspan(start, at - start)));
        start = at + page_size;
    }
    if (start < piece.size())
        TRY(take(start, piece.subspan(start)));
    return {};
}

// What is written for a run besides its bytes.
enum class Form : std::uint64_t { sparse = 0, flattened = flattened_record_header };

// Whether what will be written fits.
Result<void> check_space(const CopyRequest &request, Form form) {
    if (!request.free || (form == Form::sparse && *request.free >= request.size))
        return {};
    TellProgress silently = [](std::uint64_t, std::uint64_t) {};
    Reader reader(request, silently);
    std::uint64_t needed = form == Form::sparse ? 0 : flattened_surroundings;
    for (Bytes piece = TRY(reader.next()); !piece.empty() && needed <= *request.free;
         piece = TRY(reader.next()))
        TRY(for_each_run(piece, [&](std::size_t, Bytes run) -> Result<void> {
            needed += run.size() + static_cast<std::uint64_t>(form);
            return {};
        }));
    if (needed <= *request.free)
        return {};
    return fail(Cause::no_room,
                fmt::format("{}: more than {} MiB of the dump are not zeros, and no more space is free",
                            request.path, *request.free / mebibyte),
                "free some space there, or name another directory");
}

// Hands all runs to `take`, with their offset in the dump. An error where nothing could be read.
template <typename Take>
Result<StoredMemory> copy_runs(const CopyRequest &request, const TellProgress &tell, Take take) {
    Reader reader(request, tell);
    StoredMemory stored{.size = request.size};
    for (Bytes piece = TRY(reader.next()); !piece.empty(); piece = TRY(reader.next()))
        TRY(for_each_run(piece, [&](std::size_t at, Bytes run) {
            stored.written += run.size();
            return take(reader.offset() + at, run);
        }));
    stored.unreadable = reader.unreadable();
    if (stored.size > 0 && stored.unreadable == stored.size)
        return fail(Cause::bad_image, fmt::format("{}: no page of it can be read", request.name),
                    "read the kernel's log for the reason");
    return stored;
}

// The bytes of one record of a flattened dump, at their place.
Result<void> copy_record(DumpSource &flattened, const FlattenedRecord &record, NewFile &file) {
    Buffer piece;
    for (std::uint64_t done = 0; done < record.size; done += piece.size()) {
        piece.resize(std::min<std::uint64_t>(piece_size, record.size - done));
        if (TRY(flattened.read(record.place + done, piece)) < piece.size())
            return fail_dump(Fault::table, "the flattened dump is cut short inside a record");
        TRY(file.write_at(record.offset + done, piece));
    }
    return {};
}

} // namespace

Result<StoredMemory> store_sparsely(const CopyRequest &request, const TellProgress &tell) {
    TRY(check_space(request, Form::sparse));
    NewFile file = TRY(NewFile::create(request.path));
    StoredMemory stored = TRY(copy_runs(request, tell, [&](std::uint64_t offset, Bytes run) {
        return file.write_at(offset, run);
    }));
    TRY(file.set_size(request.size));
    TRY(file.finish());
    return stored;
}

Result<StoredMemory> store_flattened(const CopyRequest &request, const Descriptor &output,
                                     const TellProgress &tell) {
    TRY(check_space(request, Form::flattened));
    std::uint64_t end = 0;
    auto write = [&](std::uint64_t offset, Bytes run) -> Result<void> {
        TRY(write_next(output, flattened_record(offset, run.size()), request.path));
        end = offset + run.size();
        return write_next(output, run, request.path);
    };
    TRY(write_next(output, flattened_start(), request.path));
    StoredMemory stored = TRY(copy_runs(request, tell, write));
    // What is put together from records is as long as the last of them says.
    if (constexpr std::byte zero{}; end < request.size)
        TRY(write(request.size - 1, Bytes(&zero, 1)));
    TRY(write_next(output, flattened_end(), request.path));
    return stored;
}

Result<void> store_unflattened(DumpSource &flattened, const std::string &path,
                               std::optional<std::uint64_t> free) {
    std::uint64_t needed = TRY(size_of_records(flattened));
    if (free && needed > *free)
        return fail(Cause::no_room,
                    fmt::format("{}: the dump has {} MiB, and {} MiB are free", path, needed / mebibyte,
                                *free / mebibyte),
                    "free some space there, or name another directory");
    NewFile file = TRY(NewFile::create(path, NewFile::Existing::same));
    FlattenedRecords records(flattened);
    while (auto record = TRY(records.next()))
        TRY(copy_record(flattened, *record, file));
    return file.finish();
}

Result<void> store_by_program(const ProgramRequest &request) {
    NewFile file = TRY(NewFile::create(request.path));
    std::vector<std::string> words = request.arguments;
    words.push_back(request.dump);
    words.push_back(file.incomplete_path());
    int status = TRY(run_program(request.program, words));
    if (status != 0)
        return fail(Cause::other, fmt::format("{} exited with status {}", request.program, status));
    return file.finish();
}

Result<void> store_filtered(const FilterRequest &request) {
    // makedumpfile(8): the bits of 5 are progress and errors; -f writes to a file that is there.
    std::string messages = request.shows_progress ? "5" : "4";
    return store_by_program(
        {.program = request.program,
         .arguments = {"-f", "-l", "-d", std::to_string(request.level), "--message-level", messages},
         .dump = request.dump,
         .path = request.path});
}

Result<LogSummary> store_log(Core &core, const std::string &path) {
    NewFile file = TRY(NewFile::create(path, NewFile::Existing::same));
    LogSummary summary = TRY(read_log(core, [&](const Record &record) {
        std::string line = as_plain_text(record, false);
        return file.append(as_bytes(line));
    }));
    if (summary.records == 0)
        return fail_dump(Fault::corrupt, "no record of the log can be read");
    TRY(file.finish());
    return summary;
}

} // namespace kexec
