// SPDX-License-Identifier: GPL-2.0-or-later
// Kernel files out of the builders of tests/formats.
#include "tests/plan/kernels.h"

#include "arch/arch.h"
#include "tests/formats/build_bzimage.h"
#include "tests/formats/build_elf.h"
#include "tests/support/pack.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>
#include <stdexcept>

namespace kexec::testing {
namespace {

constexpr std::string_view banner = "Linux version 6.1.0-50-amd64 (a@b) (gcc) #1 SMP\n";
constexpr std::uint64_t kernel_map = 0xffffffff80000000; // where a kernel's virtual addresses start

template <typename T> T value_or_throw(Result<T> result) {
    if (!result)
        throw std::runtime_error(result.error().what);
    return *std::move(result);
}

} // namespace

namespace {

SetupHeader header_saying(const BzImageFile &what) {
    SetupHeader header = usual_setup_header();
    header.version = what.version;
    header.xloadflags = what.xloadflags;
    header.kernel_alignment = what.kernel_alignment;
    header.relocatable_kernel = what.relocatable_kernel;
    header.pref_address = what.pref_address;
    header.init_size = what.init_size;
    header.initrd_addr_max = what.initrd_addr_max;
    header.cmdline_size = what.cmdline_size;
    return header;
}

} // namespace

Buffer bzimage_file(const BzImageFile &what) {
    return build_bzimage(header_saying(what), sample_bytes(0x400));
}

Buffer with_relocations(Buffer vmlinux, const RelocationRows &rows) {
    vmlinux.resize((vmlinux.size() + 3) / 4 * 4);
    for (const std::vector<std::uint32_t> &row : {rows.wide, rows.inverse, rows.narrow}) {
        append(vmlinux, bytes_of(le32{}));
        for (std::uint32_t word : row)
            append(vmlinux, bytes_of(le32(word)));
    }
    return vmlinux;
}

Buffer bzimage_holding(Bytes vmlinux, const BzImageFile &what, Compression compression) {
    SetupHeader header = header_saying(what);
    Buffer packed = pack(vmlinux, compression);
    if (packed.size() > header.payload_length)
        throw std::runtime_error(fmt::format("a payload of {} bytes is too large", packed.size()));
    return build_bzimage(header, packed);
}

Buffer vmlinux_file(const VmlinuxFile &what) {
    ElfPlan plan;
    plan.is_64_bit = what.is_64_bit;
    plan.machine = what.is_64_bit ? EM_X86_64 : EM_386;
    plan.entry = what.entry;
    for (const VmlinuxSegment &segment : what.segments) {
        Buffer content(segment.file_size);
        std::ranges::copy(as_bytes(segment.text), content.begin());
        ElfSegment &added = add_segment(plan, PT_LOAD, content, segment.physical_address);
        added.virtual_address = kernel_map + segment.physical_address;
        added.physical_address = segment.physical_address;
        added.memory_size = segment.memory_size;
    }
    for (const std::string &name : what.symbols)
        plan.symbols.emplace_back(name, kernel_map);
    return build_elf(plan);
}

VmlinuxFile movable_vmlinux() {
    return {.entry = 0x1000000,
            .segments = {{0x1000000, 0x5000, 0x5000, std::string(banner)},
                         {0x1200000, 0x3000, 0x3000, "SYMBOL(phys_base)=ffffffff82a0a000"},
                         {0x1400000, 0x1000, 0x400800, ""}},
            .symbols = {}};
}

VmlinuxFile fixed_vmlinux(std::uint64_t linked_at) {
    return {.entry = linked_at + 0x100,
            .segments = {{linked_at, 0x5000, 0x5000, std::string(banner)},
                         {linked_at + 0x200000, 0x1000, 0x100000, ""}},
            .symbols = {}};
}

Buffer sample_bytes(std::size_t size, std::uint32_t seed) {
    Buffer bytes(size);
    std::uint32_t state = seed; // a linear congruential generator, the same everywhere
    for (std::byte &byte : bytes) {
        state = state * 1664525 + 1013904223;
        byte = static_cast<std::byte>(state >> 24);
    }
    return bytes;
}

std::shared_ptr<const MappedFile> file_holding(Bytes bytes) {
    Descriptor descriptor = value_or_throw(file_in_memory("sample", bytes));
    return std::make_shared<const MappedFile>(
        value_or_throw(MappedFile::open(fmt::format("/proc/self/fd/{}", descriptor.number()))));
}

Image image_from(std::shared_ptr<const MappedFile> file, std::optional<std::string_view> type) {
    return value_or_throw(read_image(std::move(file), arch_named("x86_64")->formats, type));
}

Image image_from(Bytes bytes, std::optional<std::string_view> type) {
    return image_from(file_holding(bytes), type);
}

} // namespace kexec::testing
