// SPDX-License-Identifier: GPL-2.0-or-later
// Most of a machine's memory is zeros when it crashes, and a hole in a file takes no space: a dump of many
// GiB fits where those do not. elf(5) does not care, a hole is read as zeros.
#include "dump/save.h"

#include "base/process.h"
#include "dump/fault.h"
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

// Whether what will be written fits.
Result<void> check_space(const CopyRequest &request) {
    if (!request.free || *request.free >= request.size)
        return {};
    TellProgress silently = [](std::uint64_t, std::uint64_t) {};
    Reader reader(request, silently);
    std::uint64_t needed = 0;
    for (Bytes piece = TRY(reader.next()); !piece.empty() && needed <= *request.free;
         piece = TRY(reader.next()))
        TRY(for_each_run(piece, [&](std::size_t, Bytes run) -> Result<void> {
            needed += run.size();
            return {};
        }));
    if (needed <= *request.free)
        return {};
    return fail(Cause::no_room,
                fmt::format("{}: more than {} MiB of the dump are not zeros, and no more space is free",
                            request.path, *request.free / mebibyte),
                "free some space there, or name another directory");
}

} // namespace

Result<StoredMemory> store_sparsely(const CopyRequest &request, const TellProgress &tell) {
    TRY(check_space(request));
    NewFile file = TRY(NewFile::create(request.path));
    Reader reader(request, tell);
    StoredMemory stored{.size = request.size};
    for (Bytes piece = TRY(reader.next()); !piece.empty(); piece = TRY(reader.next()))
        TRY(for_each_run(piece, [&](std::size_t at, Bytes run) {
            stored.written += run.size();
            return file.write_at(reader.offset() + at, run);
        }));
    stored.unreadable = reader.unreadable();
    if (stored.size > 0 && stored.unreadable == stored.size)
        return fail(Cause::bad_image, fmt::format("{}: no page of it can be read", request.name),
                    "read the kernel's log for the reason");
    TRY(file.set_size(request.size));
    TRY(file.finish());
    return stored;
}

Result<void> store_filtered(const FilterRequest &request) {
    NewFile file = TRY(NewFile::create(request.path));
    // makedumpfile(8): the bits of 5 are progress and errors; -f writes to a file that is there.
    std::string messages = request.shows_progress ? "5" : "4";
    int status =
        TRY(run_program(request.program, {"-f", "-l", "-d", std::to_string(request.level), "--message-level",
                                          messages, request.dump, file.incomplete_path()}));
    if (status != 0)
        return fail(Cause::other, fmt::format("{} exited with status {}", request.program, status));
    return file.finish();
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
