// SPDX-License-Identifier: GPL-2.0-or-later
// By Documentation/arch/arm64/memory.rst and arch/arm64/include/asm/memory.h of the kernel, in the versions
// that matter:
//
//   to 4.5      linear map in the upper half of the kernel's addresses, the kernel's image in it
//   4.6 to 5.3  linear map in the upper half, image in the lower half at kimage_voffset
//   from 5.4    linear map in the lower half, image in the upper half
//
// A physical address p is mapped at p - PHYS_OFFSET + PAGE_OFFSET, where PAGE_OFFSET is the start of that
// half. PHYS_OFFSET is what the kernel calculates with, not where memory starts: it may be negative.
#include "arch/arm64/kernel_place.h"

#include "base/text.h"
#include "machine/vmcoreinfo.h"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <fmt/core.h>

namespace kexec::arm64 {
namespace {

// -(1 << bits): the lowest address that has all bits from `bits` on set.
constexpr std::uint64_t minus_power(std::uint64_t bits) { return ~std::uint64_t{0} << bits; }

constexpr std::uint64_t built_for_52_bits = 52;

// A kernel built for 52 bits on a CPU that has 48 keeps away from the lowest part of its linear map. Since
// 5.11 it does so by a PHYS_OFFSET that is smaller by 2^52 - 2^48 (commit 7bc1a0f9e176); before, the map
// itself started at -(1 << 48). An unchanged PHYS_OFFSET is at least -2^48, however it was randomised.
std::optional<std::uint64_t> start_of_52_bit_map(const AddressFacts &facts) {
    auto signed_offset = static_cast<std::int64_t>(facts.physical_offset);
    bool made_smaller = signed_offset < -(std::int64_t{1} << 48);
    if (made_smaller)
        return minus_power(built_for_52_bits);
    if (!facts.tcr_t1sz)
        return std::nullopt;
    return minus_power(64 - *facts.tcr_t1sz);
}

// TCR_EL1_T1SZ is told since 5.7, after the halves changed places in 5.4; before, the image tells: it lies
// in the half that the linear map does not.
std::optional<bool> linear_map_is_lower(const AddressFacts &facts) {
    if (facts.tcr_t1sz)
        return true;
    if (!facts.image_virtual)
        return std::nullopt;
    return *facts.image_virtual >= minus_power(facts.va_bits - 1);
}

} // namespace

std::optional<std::uint64_t> linear_offset_of(const AddressFacts &facts) {
    bool sensible = facts.va_bits >= 36 && facts.va_bits <= 52 &&
                    (!facts.tcr_t1sz || (*facts.tcr_t1sz >= 12 && *facts.tcr_t1sz <= 28));
    auto lower = sensible ? linear_map_is_lower(facts) : std::nullopt;
    if (!lower)
        return std::nullopt;
    std::optional<std::uint64_t> start = minus_power(*lower ? facts.va_bits : facts.va_bits - 1);
    if (facts.va_bits == built_for_52_bits)
        start = start_of_52_bit_map(facts);
    return start ? std::optional(*start - facts.physical_offset) : std::nullopt;
}

std::optional<std::uint64_t> linear_offset_of(const std::vector<ElfSegment> &mappings, const Ranges &ram,
                                              std::uint64_t page_size) {
    // The kernel maps whole pages and says so.
    std::vector<Range> whole;
    for (Range range : ram) {
        auto first = align_up(range.first(), page_size);
        std::uint64_t end = align_down(range.last() + 1, page_size);
        if (first && *first < end)
            whole.push_back(*Range::between(*first, end - 1));
    }
    auto maps_all_by = [&](std::uint64_t offset) {
        return std::ranges::all_of(whole, [&](Range range) {
            return std::ranges::any_of(mappings, [&](const ElfSegment &mapping) {
                return mapping.virtual_address == range.first() + offset &&
                       mapping.memory_size == range.size();
            });
        });
    };
    std::optional<std::uint64_t> found;
    for (const ElfSegment &mapping : mappings) {
        if (whole.empty() || mapping.memory_size != whole.front().size())
            continue;
        std::uint64_t offset = mapping.virtual_address - whole.front().first();
        if (found == offset || !maps_all_by(offset))
            continue;
        if (found)
            return std::nullopt;
        found = offset;
    }
    return found;
}

namespace {

// "Kernel code" up to the end of "Kernel data", which follows it. The first line starts at _text in old
// kernels and at _stext, 64 KiB on, in new ones; kimage_voffset holds for either.
std::optional<Range> image_range(const std::vector<ResourceLine> &resources) {
    auto code = std::ranges::find(resources, "Kernel code", &ResourceLine::name);
    auto data = std::ranges::find(resources, "Kernel data", &ResourceLine::name);
    if (code == resources.end() || data == resources.end())
        return std::nullopt;
    return Range::between(code->range.first(), data->range.last());
}

// "ffffffc000080000 T _text". The kernel writes zeros for those it does not want to show.
std::optional<std::uint64_t> symbol_in(std::string_view kallsyms, std::string_view name) {
    for (std::string_view line : lines_of(kallsyms)) {
        auto words = words_of(line);
        auto address = words.size() >= 3 && words[2] == name ? parse_hexadecimal(words[0]) : std::nullopt;
        if (address && *address != 0)
            return address;
    }
    return std::nullopt;
}

struct Seen {
    std::string missing; // why there is no core
    std::vector<ElfSegment> mappings;
    std::string vmcoreinfo;
};

Seen look_at_core(const Snapshot &snapshot) {
    constexpr std::string_view path = "/proc/kcore";
    auto bytes = snapshot.bytes(path);
    if (!bytes) {
        int number = snapshot.error(path);
        return {fmt::format("{}: {}", path, std::strerror(number ? number : ENOENT)), {}, {}};
    }
    auto core = read_elf(*bytes, ElfExtent::partial);
    if (!core)
        return {fmt::format("{}: {}", path, core.error().what), {}, {}};
    Seen seen{{}, core->segments, std::string(vmcoreinfo_of(*core).value_or(""))};
    std::erase_if(seen.mappings, [](const ElfSegment &segment) { return segment.type != PT_LOAD; });
    return seen;
}

void find_image(Arm64Kernel &kernel, const Seen &seen, const Snapshot &snapshot, const Machine &machine) {
    auto image = image_range(machine.resources);
    if (!image) {
        kernel.image_words = "/proc/iomem: has no lines \"Kernel code\" and \"Kernel data\"";
        return;
    }
    auto offset = vmcoreinfo_number(seen.vmcoreinfo, "kimage_voffset");
    auto text = symbol_in(snapshot.text("/proc/kallsyms").value_or(""), "_text");
    if (!offset && !text) {
        kernel.image_words =
            "neither vmcoreinfo has a kimage_voffset nor /proc/kallsyms the address of _text";
        return;
    }
    kernel.image = image;
    kernel.image_virtual = offset ? image->first() + *offset : *text;
    kernel.image_words =
        offset ? "kimage_voffset of vmcoreinfo, /proc/iomem" : "_text of /proc/kallsyms, /proc/iomem";
}

void find_linear_map(Arm64Kernel &kernel, const Seen &seen, const Machine &machine, std::uint64_t page_size) {
    auto bits = vmcoreinfo_number(seen.vmcoreinfo, "VA_BITS");
    auto physical = vmcoreinfo_number(seen.vmcoreinfo, "PHYS_OFFSET");
    if (bits && physical) {
        AddressFacts facts{*bits, *physical, vmcoreinfo_number(seen.vmcoreinfo, "TCR_EL1_T1SZ"), {}};
        if (vmcoreinfo_number(seen.vmcoreinfo, "kimage_voffset") && kernel.image)
            facts.image_virtual = kernel.image_virtual;
        kernel.linear_offset = linear_offset_of(facts);
        kernel.linear_words = fmt::format("VA_BITS {} and PHYS_OFFSET {:#x} of vmcoreinfo", *bits, *physical);
    }
    if (kernel.linear_offset)
        return;
    kernel.linear_offset = linear_offset_of(seen.mappings, machine.system_ram, page_size);
    kernel.linear_words = kernel.linear_offset   ? "the mappings of /proc/kcore that have the sizes of memory"
                          : seen.missing.empty() ? "/proc/kcore has no vmcoreinfo, and none of its mappings "
                                                   "have the sizes of memory"
                                                 : seen.missing;
}

} // namespace

Arm64Kernel find_kernel(const Snapshot &snapshot, const Machine &machine, std::uint64_t page_size) {
    Arm64Kernel kernel;
    Seen seen = look_at_core(snapshot);
    find_image(kernel, seen, snapshot, machine);
    find_linear_map(kernel, seen, machine, page_size);
    return kernel;
}

} // namespace kexec::arm64
