// SPDX-License-Identifier: GPL-2.0-or-later
// Lays out boot sector, setup code and kernel by Documentation/arch/x86/boot.rst. The usual values are those
// of a Debian kernel, but for the sizes.
#include "tests/formats/build_bzimage.h"

#include <algorithm>

namespace kexec::testing {

namespace {

constexpr std::size_t setup_size = (9 + 1) * 512;
constexpr std::size_t kernel_size = 4096;
constexpr std::uint32_t payload_offset = 0x240, payload_length = 0x400, kernel_info_offset = 0x800;
constexpr std::uint16_t version_text = 0x1300 - 0x200; // in the last sector; the field is less by 0x200

} // namespace

SetupHeader usual_setup_header() {
    SetupHeader header{};
    header.setup_sects = 9;
    header.root_flags = 1;
    header.syssize = kernel_size / 16;
    header.vid_mode = 0xffff;
    header.boot_flag = 0xaa55;
    header.jump = 0xeb;
    header.jump_distance = 0x6a; // to 0x26c, the end of the header
    header.header = 0x53726448;
    header.version = 0x020f;
    header.start_sys_seg = 0x1000;
    header.kernel_version = version_text;
    header.loadflags = loadflag_loaded_high;
    header.setup_move_size = 0x8000;
    header.code32_start = 0x100000;
    header.initrd_addr_max = 0x7fffffff;
    header.kernel_alignment = 0x200000;
    header.relocatable_kernel = 1;
    header.min_alignment = 21;
    header.xloadflags = 0x7f;
    header.cmdline_size = 2047;
    header.payload_offset = payload_offset;
    header.payload_length = payload_length;
    header.pref_address = 0x1000000;
    header.init_size = 0x10000;
    header.kernel_info_offset = kernel_info_offset;
    return header;
}

Buffer build_bzimage(const SetupHeader &header, Bytes payload, std::string_view release) {
    Buffer file(setup_size + kernel_size, std::byte{0xcc});
    std::fill_n(file.begin(), setup_size, std::byte{0});
    write_at(file, setup_header_offset, header);
    std::ranges::copy(as_bytes(release).first(std::min<std::size_t>(release.size(), 0xff)),
                      file.begin() + version_text + 0x200);
    std::ranges::copy(payload.first(std::min<std::size_t>(payload.size(), payload_length)),
                      file.begin() + static_cast<std::ptrdiff_t>(setup_size + payload_offset));
    std::ranges::copy(as_bytes("LToP"),
                      file.begin() + static_cast<std::ptrdiff_t>(setup_size + kernel_info_offset));
    return file;
}

} // namespace kexec::testing
