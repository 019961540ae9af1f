// SPDX-License-Identifier: GPL-2.0-or-later
// The parameters are those of purgatory/parameters.h, in the order of the machine that runs it. Which machine
// that is says the architecture in kexec_load's flags.
#include "extras/behaviour.h"

#include "purgatory/parameters.h"

#include <elf.h>
#include <fmt/core.h>

namespace kexec {
namespace {

using Told = purgatory::Parameters<std::uint64_t, std::uint32_t>;

template <typename U64, typename U32> Result<Told> read_told(Bytes blob) {
    auto stored = TRY(
        (read_at<purgatory::Parameters<U64, U32>>(blob, PURGATORY_PARAMETERS, "the purgatory's parameters")));
    Told told{};
    told.entry = stored.entry;
    told.flags = stored.flags;
    told.backup = {.source = stored.backup.source,
                   .size = stored.backup.size,
                   .destination = stored.backup.destination};
    told.console = {.address = stored.console.address,
                    .kind = stored.console.kind,
                    .baud = stored.console.baud};
    for (std::size_t i = 0; i < purgatory::machine_word_count; i++)
        told.machine[i] = stored.machine[i];
    return told;
}

std::string console_text(const Told &told) {
    namespace kind = purgatory::console_kind;
    std::string text;
    if (told.console.kind == kind::uart_8250_port)
        text = fmt::format("serial port at I/O {:#x}", told.console.address);
    if (told.console.kind == kind::uart_8250_memory || told.console.kind == kind::uart_pl011)
        text = fmt::format("serial port at {:#x}", told.console.address);
    if (told.console.kind == kind::hypervisor)
        text = fmt::format("the hypervisor's terminal {:#x}", told.console.address);
    if (told.flags & purgatory::flag::console_vga)
        text += text.empty() ? "VGA text screen" : ", VGA text screen";
    return text;
}

void count_verified(Behaviour &behaviour, const SegmentLoad &plan) {
    for (const Segment &segment : plan.segments) {
        if (!segment.verified || segment.bytes.empty())
            continue;
        behaviour.segments++;
        behaviour.bytes += segment.bytes.size();
    }
}

} // namespace

std::optional<Behaviour> behaviour_of(const SegmentLoad &plan) {
    if (!plan.purgatory)
        return std::nullopt;
    auto told = plan.order == std::endian::little ? read_told<le64, le32>(*plan.purgatory)
                                                  : read_told<be64, be32>(*plan.purgatory);
    if (!told)
        return std::nullopt;
    Behaviour behaviour{};
    behaviour.verifies = (told->flags & purgatory::flag::skip_checks) == 0;
    if (behaviour.verifies)
        count_verified(behaviour, plan);
    behaviour.caches_off = (told->flags & purgatory::flag::caches_off) != 0;
    behaviour.saved_from = Range::sized(told->backup.source, told->backup.size);
    behaviour.saved_to = told->backup.destination;
    behaviour.changes_places = plan.flags >> 16 == EM_S390 && (told->flags & purgatory::flag::panic) != 0;
    if (behaviour.changes_places)
        behaviour.saved_from = Range::sized(told->machine[purgatory::s390x_word::crash_base],
                                            told->machine[purgatory::s390x_word::crash_size]);
    behaviour.console = console_text(*told);
    if ((told->flags & purgatory::flag::hidden_places) == 0)
        behaviour.enters = told->entry;
    return behaviour;
}

} // namespace kexec
