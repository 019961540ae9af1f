// SPDX-License-Identifier: GPL-2.0-or-later
// Documentation/arch/x86/x86_64/mm.rst, arm64/memory.rst, riscv/vm-layout.rst, s390/mm.rst, and
// Documentation/admin-guide/kdump/vmcoreinfo.rst for what each kernel says of itself.
#include "dump/address.h"

#include "dump/fault.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec {

namespace {

using Addresses = std::vector<std::uint64_t>;

// mm.rst: the kernel's image is mapped here (__START_KERNEL_map), from the physical address phys_base on.
constexpr std::uint64_t x86_64_image = 0xffffffff80000000;

std::optional<std::uint64_t> x86_64_image_address(const Core &core, std::uint64_t address) {
    auto base = core.info.number("phys_base");
    if (!base)
        base = core.phys_base;
    if (address < x86_64_image || !base)
        return std::nullopt;
    return address - x86_64_image + *base;
}

// mm.rst: where the direct map lies without KASLR, with four levels of page tables, with five, and with four
// before 4.20 (d52888aa2753 made room for the LDT); the next area follows 64 TiB or 32 PiB later.
Addresses x86_64(const Core &core, std::uint64_t address) {
    if (auto image = x86_64_image_address(core, address))
        return {*image};
    struct DirectMap {
        std::uint64_t first, size;
    };
    constexpr std::uint64_t four_levels = std::uint64_t{1} << 46, five_levels = std::uint64_t{1} << 55;
    constexpr DirectMap maps[] = {{0xffff888000000000, four_levels},
                                  {0xff11000000000000, five_levels},
                                  {0xffff880000000000, four_levels}};
    Addresses found;
    for (const DirectMap &map : maps)
        if (address >= map.first && address - map.first < map.size)
            found.push_back(address - map.first);
    return found;
}

// memory.rst: the linear map starts at the bottom of the kernel's half since 5.4 (14c127c957c1 turned them
// round), at its middle before; the image lies in the other half. Which one it is shows in any symbol.
// PHYS_OFFSET is memstart_addr, which belongs to a map of VA_BITS even where fewer are in use.
Addresses arm64(const Core &core, std::uint64_t address) {
    auto bits = core.info.number("VA_BITS");
    if (!bits || *bits < 36 || *bits > 52)
        return {};
    std::uint64_t used_bits = *bits;
    // A 52-bit kernel on a machine with 48; T1SZ tells what it found.
    if (auto unused = core.info.number("TCR_EL1_T1SZ"); unused && *unused >= 12 && *unused <= 28)
        used_bits = 64 - *unused;
    address |= std::uint64_t{0xff} << 56; // a tag of KASAN's
    auto symbol = core.info.symbol("_stext");
    if (!symbol)
        symbol = core.info.symbol("swapper_pg_dir");
    std::uint64_t half = std::uint64_t{1} << (used_bits - 1);
    bool image_on_top = !symbol || (*symbol & half) != 0;
    bool is_image = ((address & half) != 0) == image_on_top;
    if (auto voffset = core.info.number("kimage_voffset"); voffset && is_image)
        return {address - *voffset};
    auto offset = core.info.number("PHYS_OFFSET");
    if (!offset)
        return {};
    std::uint64_t start = ~std::uint64_t{0} << (image_on_top ? *bits : *bits - 1);
    return {address - start + *offset};
}

// Radix or hash, the kernel's linear map starts at the same place (PAGE_OFFSET, the kernel's own first).
Addresses ppc64(const Core &, std::uint64_t address) {
    constexpr std::uint64_t linear = 0xc000000000000000;
    if (address >> 60 != linear >> 60)
        return {};
    return {address - linear};
}

// Virtual addresses are the physical ones; since 6.10 (c98d2ecae08f) the two maps may lie apart, and
// VMCOREINFO has the lines that tell.
Addresses s390x(const Core &core, std::uint64_t address) {
    auto image = core.info.hexadecimal("KERNELOFFSET"), physical = core.info.hexadecimal("KERNELOFFPHYS");
    if (image && physical && address >= *image)
        return {address - *image + *physical};
    return {address - core.info.hexadecimal("IDENTITYBASE").value_or(0)};
}

Addresses riscv(const Core &core, std::uint64_t address) {
    auto image = core.info.number("KERNEL_LINK_ADDR"), offset = core.info.number("va_kernel_pa_offset");
    if (image && offset && address >= *image)
        return {address - *offset};
    return {};
}

// What the kernels of all machines but the above may say.
Addresses by_page_offset(const Core &core, std::uint64_t address) {
    auto start = core.info.number("PAGE_OFFSET");
    auto physical = core.info.number("PHYS_OFFSET");
    if (!physical)
        physical = core.info.number("phys_ram_base");
    if (!start || !physical || address < *start)
        return {};
    return {address - *start + *physical};
}

} // namespace

std::vector<std::uint64_t> linear_addresses(const Core &core, std::uint64_t address) {
    Addresses found;
    switch (core.machine) {
    case EM_X86_64: found = x86_64(core, address); break;
    case EM_AARCH64: found = arm64(core, address); break;
    case EM_PPC64: found = ppc64(core, address); break;
    case EM_S390: found = s390x(core, address); break;
    case EM_RISCV: found = riscv(core, address); break;
    default: break;
    }
    std::ranges::copy(by_page_offset(core, address), std::back_inserter(found));
    return found;
}

// Intel SDM volume 3, 4.5: 9 bits of the address for each level; an entry holds the physical address of the
// next table, and bit 7 says that it maps 1 GiB or 2 MiB itself. AMD's encryption bit is none of the address.
Result<std::uint64_t> walk_page_table(Core &core, std::uint64_t address) {
    constexpr std::uint64_t present = 1, is_page = 1 << 7, address_mask = 0x000ffffffffff000;
    auto symbol = core.info.symbol("swapper_pg_dir");
    std::uint64_t table = symbol ? x86_64_image_address(core, *symbol).value_or(0) : 0;
    if (core.machine != EM_X86_64 || table == 0)
        return fail_dump(Fault::unmapped, "the dump does not tell where the kernel's page table lies");
    std::uint64_t mask = address_mask & ~core.info.number("sme_mask").value_or(0);
    bool five_levels = core.info.number("pgtable_l5_enabled").value_or(0) == 1;
    for (unsigned shift = five_levels ? 48 : 39;; shift -= 9) {
        Buffer bytes(8);
        Place place{true, table + ((address >> shift) & 0x1ff) * 8};
        if (TRY(core.read(place, bytes)) < bytes.size())
            return fail_dump(Fault::unmapped, "the kernel's page table is not in the dump");
        std::uint64_t entry = core.foreign.number(bytes, 0, 8);
        if (!(entry & present))
            return fail_dump(Fault::unmapped,
                             fmt::format("the kernel's page table does not map {:#x}", address));
        std::uint64_t inside = (std::uint64_t{1} << shift) - 1;
        if (shift == 12 || (shift <= 30 && (entry & is_page)))
            return (entry & mask & ~inside) | (address & inside);
        table = entry & mask;
    }
}

} // namespace kexec
