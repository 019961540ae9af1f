// SPDX-License-Identifier: GPL-2.0-or-later
// Kernel files to plan with, built in memory: they say of themselves what real ones say, and hold no code.
#pragma once

#include "base/compress.h"
#include "image/image.h"

#include <memory>
#include <string>
#include <vector>

namespace kexec::testing {

// What a bzImage says of itself, by the names of Documentation/arch/x86/boot.rst. The defaults are those of a
// distribution's kernel of today. The kernel has 4096 bytes, whatever it says.
struct BzImageFile {
    std::uint16_t version = 0x020f;
    std::uint16_t xloadflags = 0x7f;
    std::uint32_t kernel_alignment = 0x200000;
    bool relocatable_kernel = true;
    std::uint64_t pref_address = 0x1000000;
    std::uint32_t init_size = 0x3800000;
    std::uint32_t initrd_addr_max = 0x7fffffff;
    std::uint32_t cmdline_size = 2047;
};
Buffer bzimage_file(const BzImageFile &what = {});

// One PT_LOAD of a vmlinux: its bytes are `text` and zeros.
struct VmlinuxSegment {
    std::uint64_t physical_address, file_size, memory_size;
    std::string text;
};
struct VmlinuxFile {
    std::uint64_t entry = 0x1000000;
    std::vector<VmlinuxSegment> segments;
    std::vector<std::string> symbols;
    bool is_64_bit = true;
};
Buffer vmlinux_file(const VmlinuxFile &what);

// Three segments linked at 16 MiB, as those of today's kernels; stripped, but for the text of its vmcoreinfo.
VmlinuxFile movable_vmlinux();
// The same as a bzImage holds it, with relocation tables behind it: the three rows of addresses, as they
// stand there.
struct RelocationRows {
    std::vector<std::uint32_t> wide, inverse, narrow;
};
Buffer with_relocations(Buffer vmlinux, const RelocationRows &rows);
// Tables for movable_vmlinux(), one value of each kind.
inline const RelocationRows some_relocations{{0x81000100}, {0x81200080}, {0x81400040}};
// A bzImage with this inside, which must be small when it is packed.
Buffer bzimage_holding(Bytes vmlinux, const BzImageFile &what = {},
                       Compression compression = Compression::gzip);

// One that knows no phys_base, so that it runs where it was linked and nowhere else.
VmlinuxFile fixed_vmlinux(std::uint64_t linked_at);

// `size` bytes that compress badly and are the same in every run.
Buffer sample_bytes(std::size_t size, std::uint32_t seed = 1);

// The bytes as a file that only this process sees.
std::shared_ptr<const MappedFile> file_holding(Bytes bytes);

// The file read as the named or, without a name, as any format of x86_64.
Image image_from(std::shared_ptr<const MappedFile> file, std::optional<std::string_view> type = {});
Image image_from(Bytes bytes, std::optional<std::string_view> type = {});

} // namespace kexec::testing
