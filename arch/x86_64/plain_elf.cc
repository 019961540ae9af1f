// SPDX-License-Identifier: GPL-2.0-or-later
// Planning for such a file: nothing is looked for in it, so nothing but its program headers says where it
// goes.
#include "arch/x86_64/plain_elf.h"

#include "arch/x86_64/console.h"
#include "arch/x86_64/kernel.h"
#include "image/linux_banner.h"
#include "plan/purgatory.h"
#include "plan/segment_load.h"
#include "purgatory/blobs.h"

#include <elf.h>

namespace kexec::x86_64 {
namespace {

constexpr std::uint64_t lowest_piece = 0x1000; // the first page has the interrupt vectors

struct BootNotesHead {
    le32 signature, size;
    le16 checksum, notes;
};
static_assert(sizeof(BootNotesHead) == 12);

struct NoteHead {
    le32 name_size, description_size, type;
};
static_assert(sizeof(NoteHead) == 12);

enum NoteType : std::uint32_t { loader_name = 2, loader_version = 3, command_line_text = 4 };

void add_note(Buffer &block, NoteType type, std::string_view text) {
    NoteHead head{.name_size = 0,
                  .description_size = static_cast<std::uint32_t>(text.size() + 1),
                  .type = type};
    append(block, bytes_of(head));
    append(block, as_bytes(text));
    block.resize(block.size() / 4 * 4 + 4); // at least one NUL, and up to a multiple of four bytes
}

// RFC 1071, of little-endian words: the complement of their sum, carries added in again.
std::uint16_t checksum_of(Bytes bytes) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i++)
        sum += std::to_integer<std::uint64_t>(bytes[i]) << (i % 2 * 8);
    while (sum > UINT16_MAX)
        sum = (sum & UINT16_MAX) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

Result<void> add_notes_and_purgatory(SegmentLoad &plan, const Request &request, Placer &placer,
                                     std::uint64_t entry) {
    bool is_32_bit = door_of(request) == Door::entry_32_bit;
    Range pieces = *Range::between(lowest_piece, is_32_bit ? last_32_bit : Range::everything().last());
    auto notes = std::make_shared<Buffer>(boot_notes(request.settings.command_line));
    Range place = TRY(placer.highest("the boot notes", notes->size(), page, pieces));
    plan.segments.push_back({.name = "boot notes", .destination = place, .bytes = *notes});
    plan.storage.push_back(notes);

    PurgatorySettings told{};
    told.entry = entry;
    told.argument = place.first();
    told.flags = request.settings.checks ? 0 : purgatory::flag::skip_checks;
    told.flags |= is_32_bit ? purgatory::flag::entry_32bit : 0;
    TRY(set_console(told, request.settings));
    plan.purgatory = prepare_purgatory(purgatory_x86_64, std::endian::little, told);
    add_purgatory(plan, request, TRY(placer.highest("the purgatory", plan.purgatory->size(), page, pieces)));
    return {};
}

} // namespace

bool is_plain_elf(const Request &request) {
    const auto *elf = std::get_if<Elf>(&request.image.content);
    bool asked = request.settings.has(OptionId::args_none) || request.settings.has(OptionId::args_elf);
    return elf && asked && !linux_version(*elf);
}

Buffer boot_notes(std::string_view command_line) {
    Buffer block(sizeof(BootNotesHead));
    add_note(block, loader_name, "kexec");
    add_note(block, loader_version, "2.0.32");
    add_note(block, command_line_text, command_line);
    BootNotesHead head{
        .signature = 0x0e1fb007, .size = static_cast<std::uint32_t>(block.size()), .checksum = 0, .notes = 3};
    write_at(block, 0, head);
    head.checksum = checksum_of(block);
    write_at(block, 0, head);
    return block;
}

Result<SegmentLoad> plan_plain_elf(const Request &request, std::vector<std::string> &warnings) {
    const Elf &elf = std::get<Elf>(request.image.content);
    const Settings &settings = request.settings;
    if (request.initrd)
        return fail(Cause::bad_usage, "an ELF file that is no Linux kernel takes no initial ramdisk",
                    "leave --initrd out");
    if (settings.has(OptionId::args_none) && !elf.is_64_bit)
        return fail(
            Cause::unsupported,
            "--args-none enters a program as the kernel leaves the processor, in 64-bit mode, and this "
            "one is a 32-bit program",
            "use --args-elf");
    Placer placer = placer_for(request, page);
    SegmentLoad plan{};
    TRY(placer.exactly("the program", TRY(linked_span(elf))));
    plan.segments = segments_of(elf, 0);
    plan.command_line = settings.command_line;
    plan.entry = settings.entry != 0 ? settings.entry : elf.entry;
    if (!settings.has(OptionId::args_none))
        TRY(add_notes_and_purgatory(plan, request, placer, elf.entry));
    else if (!settings.command_line.empty())
        warnings.push_back("with --args-none a program is handed no command line; going on without");
    return complete(std::move(plan), request, EM_X86_64, kexec_update_elfcorehdr, page);
}

} // namespace kexec::x86_64
