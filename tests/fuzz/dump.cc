// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a crash dump, in a file and through a pipe: reading its log ends, within the memory that the
// log takes, and a second reading gives the same.
#include "dump/dump.h"

#include "dump/log.h"
#include "dump/stream.h"

#include <algorithm>
#include <cstdlib>

using namespace kexec;

namespace {

class FuzzedFile : public DumpSource {
public:
    explicit FuzzedFile(Bytes bytes) : bytes_(bytes) {}
    Result<std::size_t> read(std::uint64_t offset, MutableBytes target) override {
        std::uint64_t there = offset < bytes_.size() ? bytes_.size() - offset : 0;
        std::size_t size = std::min<std::uint64_t>(there, target.size());
        if (size > 0)
            std::ranges::copy(bytes_.subspan(offset, size), target.begin());
        return size;
    }

private:
    Bytes bytes_;
};

struct Total {
    std::uint64_t records = 0, size = 0;
    bool operator==(const Total &) const = default;
};

Total read_once(Core &core) {
    Total total;
    auto summary = read_log(core, [&](const Record &record) -> Result<void> {
        total.records++;
        total.size += record.text.size();
        return {};
    });
    // No ring is larger than 2 GiB, and no text lies outside it.
    if (total.size > std::uint64_t{4} << 30 || (summary && summary->records != total.records))
        std::abort();
    return total;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes bytes = std::as_bytes(std::span(data, size));
    FuzzedFile file(bytes);
    if (auto dump = open_dump(file))
        if (read_once(*dump->core) != read_once(*dump->core))
            std::abort();
    std::size_t at = 0;
    StreamSource stream(
        [&](MutableBytes buffer) -> Result<std::size_t> {
            std::size_t got = std::min(buffer.size(), bytes.size() - at);
            std::ranges::copy(bytes.subspan(at, got), buffer.begin());
            at += got;
            return got;
        },
        1, 1 << 20);
    if (auto dump = open_dump(stream))
        read_once(*dump->core);
    return 0;
}
