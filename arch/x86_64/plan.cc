// SPDX-License-Identifier: GPL-2.0-or-later
// The plan on x86_64, from a request to a decision. Reading order: plan_x86_64, then plan_segments.
#include "arch/x86_64/boot_parameters.h"
#include "arch/x86_64/console.h"
#include "arch/x86_64/crash.h"
#include "arch/x86_64/kernel.h"
#include "arch/x86_64/plain_elf.h"
#include "arch/x86_64/unpacked_kernel.h"
#include "base/devicetree.h"
#include "plan/check.h"
#include "plan/choice.h"
#include "plan/purgatory.h"
#include "plan/segment_load.h"
#include "purgatory/blobs.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec::x86_64 {
namespace {

constexpr std::uint64_t lowest_piece = 0x3000; // below lie the interrupt vectors and the BIOS data area
constexpr std::size_t seed_bytes = 32;

// Everything that is known of a load while it is being put together.
struct Load {
    const Request &request;
    const X86_64Facts &facts;
    Placer placer;
    Range pieces; // where boot parameters and purgatory may lie
    std::optional<CrashPieces> crash;
    std::optional<Range> initrd;
    std::string command_line;
    std::shared_ptr<Buffer> device_tree; // of --dtb; null: none
    bool pass_efi = false;
    SegmentLoad plan;
};

// What the new kernel may use, and what it must leave alone.
MemoryMap memory_told(const Load &load) {
    return load.crash ? crash_memory_map(load.request.machine, *load.crash) : load.request.machine.memory;
}

// Words for what the second kernel could not find by itself; the forms are those of kexec-tools.
void extend_command_line(Load &load, bool protocol_takes_rsdp) {
    auto add = [&](const std::string &word) {
        load.command_line += (load.command_line.empty() ? "" : " ") + word;
    };
    bool crash = load.request.settings.purpose == Purpose::crash;
    if (load.facts.acpi_rsdp != 0 && !load.pass_efi && (crash || !protocol_takes_rsdp))
        add(fmt::format("acpi_rsdp={:#x}", load.facts.acpi_rsdp));
    if (load.crash)
        add(fmt::format("elfcorehdr={}K", load.crash->core_header.first() / 1024));
    if (load.crash && load.request.settings.has(OptionId::pass_memmap_cmdline))
        for (const std::string &word : memmap_words(memory_told(load)))
            add(word);
}

// The kernel takes a tree as it is (SETUP_DTB, arch/x86/kernel/devicetree.c), so it must be one.
Result<void> take_device_tree(Load &load) {
    const auto &file = load.request.dtb;
    if (file)
        load.device_tree =
            std::make_shared<Buffer>(TRY_WITHIN(file->full_path(), DeviceTree::read(file->bytes())).packed());
    return {};
}

Result<void> place_initrd(Load &load, Range window) {
    load.initrd = TRY(add_initrd(load.plan, load.request, [&](std::string_view name, std::uint64_t size) {
        return load.placer.highest(name, size, page, window);
    }));
    return {};
}

void decide_efi(Load &load, const PlacedKernel &kernel, std::vector<std::string> &warnings) {
    bool has_efi = load.facts.efi || !load.facts.efi_missing.empty();
    if (load.request.settings.has(OptionId::noefi)) {
        load.plan.efi = has_efi ? "lost: --noefi was given" : "";
        return;
    }
    std::string why_not;
    load.pass_efi = can_pass_efi(load.facts, kernel.takes_efi, why_not);
    if (load.pass_efi)
        load.plan.efi = "kept: the new kernel gets the firmware's runtime services as this one mapped them";
    if (why_not.empty())
        return;
    load.plan.efi = "lost: " + why_not;
    warnings.push_back("EFI runtime services will not reach the new kernel: " + why_not +
                       "; going on without");
}

// For -d and the golden plans: what the new kernel is told.
void note_what_it_is_told(Load &load, const MemoryMap &memory) {
    load.plan.memory = memory;
    load.plan.notes.push_back(fmt::format("told: ACPI RSDP {:#x}, EFI {}", load.facts.acpi_rsdp,
                                          load.pass_efi ? "runtime services" : "none"));
}

Result<Range> place_boot_parameters(Load &load, const PlacedKernel &kernel) {
    const Request &request = load.request;
    MemoryMap memory = memory_told(load);
    Bytes seed = request.entropy.available ? Bytes(request.entropy.bytes).first(seed_bytes) : Bytes{};
    BootParameterInput input{.header = kernel.header,
                             .memory = memory,
                             .facts = load.facts,
                             .pass_efi = load.pass_efi,
                             .command_line = load.command_line,
                             .initrd = load.initrd,
                             .seed = seed,
                             .device_tree = load.device_tree ? Bytes(*load.device_tree) : Bytes{}};
    std::size_t size = build_boot_parameters(input, 0).size();
    Range place = TRY(load.placer.highest("the boot parameters", size, page, load.pieces));
    auto bytes = std::make_shared<Buffer>(build_boot_parameters(input, place.first()));
    load.plan.segments.push_back({.name = "boot parameters",
                                  .destination = place,
                                  .bytes = *bytes,
                                  .verified = true,
                                  .random = !seed.empty()});
    load.plan.storage.push_back(bytes);
    note_what_it_is_told(load, memory);
    return place;
}

Result<PurgatorySettings> purgatory_settings(const Load &load, const PlacedKernel &kernel,
                                             Range boot_parameters) {
    const Settings &settings = load.request.settings;
    PurgatorySettings told{};
    told.entry = kernel.entry;
    told.argument = boot_parameters.first();
    if (!settings.checks)
        told.flags |= purgatory::flag::skip_checks;
    if (kernel.door == Door::entry_32_bit)
        told.flags |= purgatory::flag::entry_32bit;
    // It is hashed in the time that --fast is about.
    if (kernel.is_unpacked)
        told.flags |= purgatory::flag::striped;
    if (std::ranges::any_of(kernel.segments, &Segment::drawn))
        told.flags |= purgatory::flag::hidden_places;
    if (load.crash && load.crash->backup) {
        told.flags |= purgatory::flag::panic;
        told.backup = {.source = load.crash->backup_source->first(),
                       .size = load.crash->backup_source->size(),
                       .destination = load.crash->backup->first()};
    }
    TRY(set_console(told, settings));
    return told;
}

Result<void> add_purgatory(Load &load, const PlacedKernel &kernel, Range boot_parameters, Range place) {
    PurgatorySettings told = TRY(purgatory_settings(load, kernel, boot_parameters));
    load.plan.purgatory = prepare_purgatory(purgatory_x86_64, std::endian::little, told);
    kexec::add_purgatory(load.plan, load.request, place);
    return {};
}

// A Linux kernel could not start with less than the boot protocol's parameters.
void note_argument_styles(const Request &request, std::vector<std::string> &warnings) {
    for (auto [id, name] : {std::pair(OptionId::args_elf, "elf"), {OptionId::args_none, "none"}})
        if (request.settings.has(id))
            warnings.push_back(
                fmt::format("--args-{} has no effect: Linux kernels are started by the Linux boot "
                            "protocol; going on without",
                            name));
}

Load start(const Request &request) {
    bool is_32_bit = door_of(request) == Door::entry_32_bit;
    return Load{.request = request,
                .facts = std::get<X86_64Facts>(request.machine.own),
                .placer = placer_for(request, page),
                .pieces = *Range::between(lowest_piece, is_32_bit ? last_32_bit : Range::everything().last()),
                .crash = {},
                .initrd = {},
                .command_line = request.settings.command_line,
                .device_tree = {},
                .plan = {}};
}

// A kernel that is unpacked already finds its place when everything else has one: where that is must not
// depend on what is drawn, for it is printed.
Result<SegmentLoad> plan_linux(const Request &request, std::optional<UnpackedKernel> unpacked,
                               std::vector<std::string> &warnings) {
    Load load = start(request);
    auto &segments = load.plan.segments;
    PlacedKernel kernel = unpacked ? without_place(*unpacked) : TRY(place_kernel(request, load.placer));
    segments.insert(segments.end(), kernel.segments.begin(), kernel.segments.end());
    if (request.settings.purpose == Purpose::crash) {
        load.crash = TRY(place_crash_pieces(request, load.placer, warnings));
        auto pieces = segments_of(*load.crash);
        segments.insert(segments.end(), pieces.begin(), pieces.end());
        load.plan.storage.push_back(load.crash->core_header_bytes);
    }
    TRY(place_initrd(load, kernel.initrd_window));
    decide_efi(load, kernel, warnings);
    TRY(take_device_tree(load));
    extend_command_line(load, kernel.header.version >= 0x020e);
    TRY(check_command_line(load.command_line, command_line_limit(load.request.image), with_additions));
    Range boot_parameters = TRY(place_boot_parameters(load, kernel));
    Range purgatory = TRY(load.placer.highest("the purgatory", purgatory_x86_64.size(), page, load.pieces));
    if (unpacked)
        TRY(place_unpacked(*unpacked, request, load.command_line, load.placer, kernel, load.plan));
    TRY(add_purgatory(load, kernel, boot_parameters, purgatory));
    load.plan.command_line = load.command_line;
    // The flag for --hotplug is the one that Linux 6.5 to 6.9 know as well.
    return complete(std::move(load.plan), request, EM_X86_64, kexec_update_elfcorehdr, page);
}

Result<SegmentLoad> plan_fast(const Request &request, std::vector<std::string> &warnings) {
    return plan_linux(request, TRY(unpack_kernel(request)), warnings);
}

} // namespace

Result<SegmentLoad> plan_segments(const Request &request, std::vector<std::string> &warnings) {
    if (is_plain_elf(request))
        return plan_plain_elf(request, warnings);
    note_argument_styles(request, warnings);
    if (request.settings.has(OptionId::fast)) {
        std::vector<std::string> met;
        auto plan = plan_fast(request, met);
        if (plan) {
            warnings.insert(warnings.end(), met.begin(), met.end());
            return plan;
        }
        warnings.push_back(
            fmt::format("--fast: {}; loading this kernel the ordinary way", plan.error().what));
    }
    return plan_linux(request, std::nullopt, warnings);
}

} // namespace kexec::x86_64
