// SPDX-License-Identifier: GPL-2.0-or-later
// Kernels of each machine, damaged in one place: every field of their headers at every value that arithmetic
// goes wrong with, and every length up to their headers' end.
#include "image/s390x_image.h"
#include "image/setup_header.h"
#include "tests/arch/arm64/board.h"
#include "tests/arch/ppc64/lpar.h"
#include "tests/catch.h"
#include "tests/damage/loaders.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_elf.h"
#include "tests/formats/build_pe.h"
#include "tests/formats/build_s390x.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

#define FIELD(name) #name, setup_header_offset + offsetof(SetupHeader, name), sizeof(SetupHeader::name)

// What no loader of today looks at is here too: it must do no harm. An address or a size that the machine has
// no room for is told as that.
const std::vector<Field> setup_fields = {
    {FIELD(setup_sects), std::endian::little, {"syssize", "kernel_info_offset", "payload_offset"}},
    {FIELD(root_flags)},
    {FIELD(syssize),
     std::endian::little,
     {"payload_offset", "init_size", "kernel_info_offset", "xloadflags"}},
    {FIELD(ram_size)},
    {FIELD(vid_mode)},
    {FIELD(root_dev)},
    {FIELD(boot_flag)},
    {FIELD(jump)},
    {FIELD(jump_distance), std::endian::little, {"jump says"}},
    {FIELD(header), std::endian::little, {unknown}},
    {FIELD(version), std::endian::little, {"jump says"}},
    {FIELD(realmode_swtch)},
    {FIELD(start_sys_seg)},
    {FIELD(kernel_version)},
    {FIELD(type_of_loader)},
    {FIELD(loadflags)},
    {FIELD(setup_move_size)},
    {FIELD(code32_start)},
    {FIELD(ramdisk_image)},
    {FIELD(ramdisk_size)},
    {FIELD(bootsect_kludge)},
    {FIELD(heap_end_ptr)},
    {FIELD(ext_loader_ver)},
    {FIELD(ext_loader_type)},
    {FIELD(cmd_line_ptr)},
    {FIELD(initrd_addr_max)},
    {FIELD(kernel_alignment), std::endian::little, {"no room for the kernel"}},
    {FIELD(relocatable_kernel), std::endian::little, {"not relocatable"}},
    {FIELD(min_alignment)},
    {FIELD(xloadflags)},
    {FIELD(cmdline_size), std::endian::little, {"the command line has"}},
    {FIELD(hardware_subarch)},
    {FIELD(hardware_subarch_data)},
    {FIELD(payload_offset)},
    {FIELD(payload_length)},
    {FIELD(setup_data)},
    {FIELD(pref_address), std::endian::little, {"no room for the kernel"}},
    {FIELD(init_size), std::endian::little, {"no room for the kernel"}},
    {FIELD(handover_offset)},
    {FIELD(kernel_info_offset)},
};

// An ELF header and its program headers, by the offsets of the gABI.
std::vector<Field> elf_fields(bool is_64_bit, std::endian order, std::size_t segments,
                              std::vector<std::string> place) {
    std::vector<Field> fields;
    auto add = [&](std::string name, std::size_t offset, std::size_t size,
                   std::vector<std::string> said = {}) {
        fields.push_back({std::move(name), offset, size, order, std::move(said)});
    };
    std::size_t wide = is_64_bit ? 8 : 4;
    add("the magic number", 0, 4, {unknown});
    add("EI_CLASS", 4, 1, {"e_phentsize", "program header", "e_phoff", unknown});
    add("EI_DATA", 5, 1, {"e_phentsize", "program header", "e_phoff", unknown});
    add("EI_VERSION", 6, 1);
    add("e_type", 16, 2);
    add("e_machine", 18, 2, {unknown, "is for"});
    add("e_version", 20, 4);
    add("e_entry", 24, wide, {"the entry", "its entry"});
    add("e_phoff", 24 + wide, wide,
        {"program header", "no loadable segment", "no Linux kernel", "PN_XNUM", "no segment of the vmlinux",
         "its entry"});
    add("e_shoff", 24 + 2 * wide, wide);
    std::size_t rest = 24 + 3 * wide;
    add("e_flags", rest, 4);
    add("e_ehsize", rest + 4, 2);
    add("e_phentsize", rest + 6, 2);
    add("e_phnum", rest + 8, 2,
        {"program header", "no loadable segment", "no Linux kernel", "PN_XNUM", "no segment of the vmlinux",
         "the entry"});
    add("e_shentsize", rest + 10, 2);
    add("e_shnum", rest + 12, 2);
    add("e_shstrndx", rest + 14, 2);
    for (std::size_t i = 0; i < segments; i++) {
        std::size_t at = rest + 16 + i * (is_64_bit ? 56 : 32);
        std::vector<std::string> said = place;
        said.insert(said.end(), {"program header", "no loadable segment", "no Linux kernel", "the entry",
                                 "its entry", "segment"});
        add("p_type", at, 4, said);
        add("p_flags", at + (is_64_bit ? 4 : 24), 4, said);
        std::size_t number = at + (is_64_bit ? 8 : 4);
        for (const char *name : {"p_offset", "p_vaddr", "p_paddr", "p_filesz", "p_memsz"}) {
            add(name, number, wide, said);
            number += wide;
        }
        add("p_align", at + (is_64_bit ? 48 : 28), wide, said);
    }
    return fields;
}

} // namespace

TEST_CASE("a bzImage with any field damaged is loaded soundly, or the field is named") {
    expect_sound(damage_fields(pc_loader(), bzimage_file(), setup_fields), 150);
}

TEST_CASE("a bzImage of any length is loaded soundly, or it is said where it ends") {
    Buffer file = bzimage_file();
    Damage damage = damage_length(pc_loader(), file, 0x280, {unknown, "ends", "setup header", "syssize"});
    expect_sound(damage, 0);
    CHECK(damage.plans == 0);
}

TEST_CASE("a vmlinux of x86_64 with any field damaged is loaded soundly, or the field is named") {
    VmlinuxFile plan = movable_vmlinux();
    for (bool is_64_bit : {true, false}) {
        plan.is_64_bit = is_64_bit;
        Buffer file = vmlinux_file(plan);
        auto fields = elf_fields(is_64_bit, std::endian::little, 3, {"no room", "must lie at", "spans"});
        expect_sound(damage_fields(pc_loader(), file, fields), 100);
        expect_sound(damage_length(pc_loader(), file, 64 + 3 * 56,
                                   {unknown, "ends inside", "program header", "reach behind"}),
                     0);
    }
}

TEST_CASE("an Image with any field damaged is loaded soundly, or the field is named") {
    const std::vector<Field> fields = {
        {"code0", 0, 4},
        {"code1", 4, 4},
        {"text_offset", 8, 8},
        {"image_size", 16, 8, std::endian::little, {"room"}},
        {"flags", 24, 8},
        {"res2", 32, 8},
        {"res3", 40, 8},
        {"res4", 48, 8},
        {"magic", 56, 4, std::endian::little, {unknown}},
        {"the offset of the PE header", 60, 4},
    };
    for (const Buffer &file : {build_arm64_image(), build_arm64_efi_image()}) {
        expect_sound(damage_fields(board_loader(), file, fields), 50);
        expect_sound(damage_length(board_loader(), file, 512, {unknown, "header", "ends inside"}), 0);
    }
}

TEST_CASE("a vmlinux of arm64 with any field damaged is loaded soundly, or the field is named") {
    Buffer file = arm64_vmlinux({0, 0x10000});
    auto fields = elf_fields(true, std::endian::little, 2, {"room", "Image", "header", "image_size"});
    expect_sound(damage_fields(board_loader(), file, fields), 50);
}

TEST_CASE("a vmlinux of ppc64 with any field damaged is loaded soundly, or the field is named") {
    for (std::endian order : {std::endian::little, std::endian::big}) {
        Buffer file = ppc64_vmlinux({.order = order});
        expect_sound(
            damage_fields(lpar_loader(), file, elf_fields(true, order, 1, {"room", "first segment"})), 30);
    }
}

TEST_CASE("an image of s390x with any field damaged is loaded soundly, or the field is named") {
    const std::vector<Field> fields = {
        {"the channel program", 8, 8, std::endian::big},
        {"S390EP", 0x10008, 4, std::endian::big},
        {"table of entry points", 0x1000f, 1, std::endian::big},
        {"max_command_line_size",
         s390x_layout::parameters + offsetof(S390xParameters, max_command_line_size),
         8,
         std::endian::big,
         {"the command line"}},
    };
    expect_sound(damage_fields(mainframe_loader(), build_s390x_image(), fields), 5);
    Buffer elf = build_elf(s390x_elf());
    expect_sound(damage_fields(mainframe_loader(), elf,
                               elf_fields(true, std::endian::big, 1,
                                          {"room", "parameter", "entry", "damaged"})),
                 30);
}
