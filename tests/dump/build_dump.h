// SPDX-License-Identifier: GPL-2.0-or-later
// Dumps around a made-up log, in each format that is read; and a source in memory.
#pragma once

#include "base/compress_page.h"
#include "dump/dump.h"
#include "dump/log.h"
#include "tests/dump/build_log.h"
#include "tests/formats/build_elf.h"

#include <optional>

namespace kexec::testing {

class MemorySource : public DumpSource {
public:
    explicit MemorySource(Buffer bytes) : bytes_(std::move(bytes)) {}
    Result<std::size_t> read(std::uint64_t offset, MutableBytes target) override;

private:
    Buffer bytes_;
};

// Where the log's memory lies in the dumps that are built here.
constexpr std::uint64_t physical_base = 0x1000000;

// A note and the memory, under a header with its virtual and its physical address. `info` is added to the
// log's own VMCOREINFO.
ElfPlan elf_plan(const BuiltLog &log, std::uint16_t machine, const std::string &info = {});
Buffer elf_dump(const BuiltLog &log, std::uint16_t machine = 62, const std::string &info = {});

// makedumpfile's compressed format; nothing: pages as they are. The machine is called `machine`.
Buffer compressed_dump(const BuiltLog &log, std::optional<PageCompression> compression,
                       const std::string &machine, const std::string &info);

// In records of so many bytes, the second half before the first, as makedumpfile comes back to its headers.
Buffer flattened(Bytes dump, std::size_t record_size);

// What is read out of a dump: the lines (callers where the log has them), and the summary.
struct ReadLog {
    std::vector<Line> lines;
    LogSummary summary;
    std::vector<std::string> notes; // of opening
};
Result<ReadLog> read_dump(DumpSource &source);
Result<ReadLog> read_dump(Buffer dump);

} // namespace kexec::testing
