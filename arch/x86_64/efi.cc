// SPDX-License-Identifier: GPL-2.0-or-later
// EFI firmware, as a second kernel has to be told of it. Firmware takes a change to virtual addresses once
// only, and the first kernel made it: a second one must map the runtime ranges at the same virtual addresses,
// and needs the values of two pointers that the change overwrote
// (Documentation/ABI/testing/sysfs-firmware-efi and -efi-runtime-map in the kernel; kexec_enter_virtual_mode
// and efi_systab_init in its arch/x86/platform/efi/efi.c). A kernel started in this way shows the values it
// was told, so they pass along a chain of kernels unchanged.
#include "arch/x86_64/efi.h"

#include "arch/x86_64/x86_64.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/core.h>
#include <limits>

namespace kexec::x86_64 {

namespace {

constexpr std::string_view directory = "/sys/firmware/efi";
constexpr std::string_view runtime_map = "/sys/firmware/efi/runtime-map";
constexpr std::string_view systab = "/sys/firmware/efi/systab";

// Numbers of files that all have to be there: the first that is not is remembered, and what it stands for is
// 0.
class Reader {
public:
    explicit Reader(const Snapshot &snapshot) : snapshot_(snapshot) {}

    Result<std::uint64_t> operator()(std::string_view folder, std::string_view name) {
        std::string path = fmt::format("{}/{}", folder, name);
        auto number = TRY(hexadecimal_in(snapshot_, path));
        if (!number && missing_.empty())
            missing_ = path;
        return number.value_or(0);
    }
    const std::string &missing() const { return missing_; }

private:
    const Snapshot &snapshot_;
    std::string missing_;
};

Result<EfiRuntimeRange> read_runtime_range(Reader &read, const std::string &folder) {
    EfiRuntimeRange range{};
    std::uint64_t type = TRY(read(folder, "type"));
    range.type = static_cast<std::uint32_t>(type);
    range.physical = TRY(read(folder, "phys_addr"));
    range.virtual_address = TRY(read(folder, "virt_addr"));
    range.pages = TRY(read(folder, "num_pages"));
    range.attribute = TRY(read(folder, "attribute"));
    // EFI counts pages of 4 KiB.
    bool fits = range.pages <= std::numeric_limits<std::uint64_t>::max() / 4096;
    if (type != range.type || !fits ||
        (range.pages != 0 && !Range::sized(range.physical, range.pages * 4096)))
        return fail(Cause::other, fmt::format("{}: type {:#x}, {:#x} pages at {:#x} are no range of memory",
                                              folder, type, range.pages, range.physical));
    return range;
}

} // namespace

// Lines "NAME=0xADDRESS". A table that firmware offers in two versions is named once for each.
Result<std::uint64_t> efi_table_address(const Snapshot &snapshot, std::string_view table) {
    for (std::string_view line : lines_of(snapshot.text(systab).value_or(""))) {
        std::size_t equals = line.find('=');
        if (equals == std::string_view::npos || line.substr(0, equals) != table)
            continue;
        auto address = parse_hexadecimal(trimmed(line.substr(equals + 1)));
        if (!address)
            return fail(Cause::other, fmt::format("{}: has the line \"{}\", an address was needed", systab,
                                                  printable(line)));
        return *address;
    }
    return 0;
}

Result<void> read_efi(const Snapshot &snapshot, X86_64Facts &facts) {
    facts.efi_runtime_map_exists = !snapshot.names_in(runtime_map).empty();
    if (snapshot.names_in(directory).empty())
        return {}; // started by BIOS, or by a kernel that did not pass EFI on
    Reader read(snapshot);
    X86_64Efi efi{};
    efi.firmware_vendor = TRY(read(directory, "fw_vendor"));
    efi.runtime = TRY(read(directory, "runtime"));
    efi.config_table = TRY(read(directory, "config_table"));
    efi.smbios = TRY(efi_table_address(snapshot, "SMBIOS"));
    for (std::uint64_t number : snapshot.numbers_in(runtime_map))
        efi.runtime_map.push_back(TRY(read_runtime_range(read, fmt::format("{}/{}", runtime_map, number))));
    std::ranges::stable_sort(efi.runtime_map, {}, &EfiRuntimeRange::physical);

    facts.efi_missing = read.missing();
    if (facts.efi_missing.empty() && !snapshot.text(systab))
        facts.efi_missing = systab;
    if (facts.efi_missing.empty() && efi.runtime_map.empty()) // switched off by noefi or efi=noruntime
        facts.efi_missing = runtime_map;
    if (facts.efi_missing.empty())
        facts.efi = std::move(efi);
    return {};
}

Ranges runtime_ranges(const X86_64Efi &efi) {
    Ranges ranges;
    for (const EfiRuntimeRange &entry : efi.runtime_map)
        if (entry.pages <= UINT64_MAX / page)
            if (auto range = Range::sized(entry.physical, entry.pages * page))
                ranges.add(*range);
    return ranges;
}

} // namespace kexec::x86_64
