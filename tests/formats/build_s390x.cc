// SPDX-License-Identifier: GPL-2.0-or-later
// Builds kernels of s390x by arch/s390/boot/head.S and head_kdump.S: the bytes that matter, the rest a
// pattern.
#include "tests/formats/build_s390x.h"

#include <algorithm>
#include <elf.h>

namespace kexec::testing {
namespace {

void put(Buffer &buffer, std::size_t offset, std::string_view text) {
    std::ranges::copy(as_bytes(text), buffer.begin() + static_cast<std::ptrdiff_t>(offset));
}

// "j" to 0x101b0, where a kernel with crash dump goes on and one without stops.
void put_crash_entry(Buffer &image, bool crash_dump) {
    write_at(image, 0x10010, be32(0xa7f400d0));
    write_at(image, 0x101b0, be32(crash_dump ? 0xa7180002 : 0xc0d00000));
    write_at(image, 0x101b4, be32(crash_dump ? 0xae1f0012 : 0x0008b2b2));
    write_at(image, 0x101b8, be16(crash_dump ? 0x010e : 0xd000));
}

} // namespace

Buffer build_s390x_image(const S390xFile &what) {
    Buffer image(std::max<std::size_t>(what.size, 0x12000));
    for (std::size_t i = 0x11480; i < image.size(); i++)
        image[i] = static_cast<std::byte>(i * 7 + i / 256);
    write_at(image, 0, be64(0x0008000080000200));
    if (what.channel_program)
        put(image, 8,
            std::string_view("\x02\x00\x00\x18\x60\x00\x00\x50\x02\x00\x00\x68\x60\x00\x00\x50", 16));
    write_at(image, 0x10000, be32(0xa7f40010));
    put(image, 0x10008, what.table);
    image[0x1000f] = std::byte{what.entries};
    put_crash_entry(image, what.crash_dump);
    write_at(image, 0x10430, be64(what.max_command_line_size));
    put(image, 0x10480, std::string_view("root=/dev/ram0 ro\0", 18));
    image.resize(what.size);
    if (image.size() >= what.end.size())
        put(image, image.size() - what.end.size(), what.end);
    return image;
}

ElfPlan empty_s390x_elf(std::uint64_t entry) {
    ElfPlan plan;
    plan.order = std::endian::big;
    plan.machine = EM_S390;
    plan.entry = entry;
    return plan;
}

ElfPlan s390x_elf(const S390xFile &what) {
    ElfPlan plan = empty_s390x_elf(0x10000);
    ElfSegment &all = add_segment(plan, PT_LOAD, build_s390x_image(what), 0);
    all.memory_size += 0x1800;
    return plan;
}

ElfPlan s390x_inner_vmlinux() {
    ElfPlan plan = empty_s390x_elf(0x100000);
    Buffer text(0x3000);
    put(text, 0x1000, "Linux version 6.1.0-test (a@b) #1 SMP\n");
    add_segment(plan, PT_LOAD, text, 0x100000);
    return plan;
}

} // namespace kexec::testing
