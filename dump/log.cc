// SPDX-License-Identifier: GPL-2.0-or-later
// Which form a log has shows in the symbols that VMCOREINFO names.
#include "dump/log.h"

#include "dump/log_forms.h"

#include <fmt/core.h>

namespace kexec {

namespace {

Result<LogSummary> read_trusting(Core &core, Memory::Trust trust, const TakeRecord &take) {
    Memory memory(core, trust);
    LogSummary summary;
    if (core.info.symbol("prb"))
        TRY(read_lockless_log(memory, take, summary));
    else if (core.info.symbol("log_first_idx"))
        TRY(read_record_log(memory, take, summary));
    else
        TRY(read_byte_log(memory, take, summary));
    return summary;
}

} // namespace

void set_level(Record &record, std::uint64_t facility, std::uint64_t flags_and_level, std::endian order) {
    record.facility = static_cast<unsigned>(facility);
    record.level =
        static_cast<unsigned>(order == std::endian::little ? flags_and_level >> 5 : flags_and_level & 7);
}

Result<LogSummary> read_log(Core &core, const TakeRecord &take) {
    bool any = false, refused = false;
    auto taking = [&](const Record &record) -> Result<void> {
        any = true;
        auto taken = take(record);
        refused = !taken;
        return taken;
    };
    auto first = read_trusting(core, Memory::Trust::headers, taking);
    // Nothing at all: a header that maps the wrong memory looks like this.
    if (any || refused || core.goes_forward_only())
        return first;
    auto second = read_trusting(core, Memory::Trust::machine, taking);
    if (!second || second->records == 0)
        return first;
    // They map the wrong memory, or reading failed for once.
    second->notes.push_back(
        fmt::format("the headers of the dump lead to nothing of the log{}; going on with the "
                    "layout that the kernel documents",
                    first ? "" : ": " + first.error().what));
    return second;
}

} // namespace kexec
