// SPDX-License-Identifier: GPL-2.0-or-later
// A Plan is what will be handed to the kernel, and a Decision is the plans to try in order. Both are values:
// they own what their bytes are views of, and can be printed, checked and compared before anything happens.
#pragma once

#include "base/endian.h"
#include "base/range.h"
#include "plan/request.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kexec {

struct Segment {
    std::string name;     // "kernel", "initrd", "purgatory", …: for people
    Range destination;    // physical, whole pages; zeros follow `bytes` up to its end
    Bytes bytes;          // at most destination.size()
    bool verified = true; // covered by a digest that the purgatory checks
    bool random = false;  // holds entropy: printed as such, without a digest
    bool drawn = false;   // its place is drawn at random, and is to be shown nowhere
};

// For kexec_load(2).
struct SegmentLoad {
    std::uint64_t entry;
    std::uint32_t flags;            // KEXEC_* with the architecture's bits
    std::vector<Segment> segments;  // ascending by destination
    std::string command_line;       // as the new kernel sees it, for printing
    std::string announcement = {};  // a line for stderr when this plan is carried out; empty: none
    MemoryMap memory = {};          // that the new kernel is told of where it is told by a map (E820)
    std::vector<std::string> notes; // what else it is told, for printing: places, firmware
    std::string efi = {};           // whether EFI reaches it, and why not, for printing; empty: there is none

    std::shared_ptr<Buffer> purgatory; // blob and parameters, which seal() completes; null: there is none
    std::endian order = std::endian::little; // of the purgatory's parameters

    std::vector<std::shared_ptr<const void>> storage; // what the segments' bytes are views of
};

// For kexec_file_load(2).
struct FileLoad {
    std::shared_ptr<const MappedFile> kernel; // the original file whenever nothing had to be unwrapped
    std::shared_ptr<const Buffer> unpacked;   // else these bytes go into a file in memory
    std::shared_ptr<const MappedFile> initrd; // null: none
    std::string command_line;
    std::uint32_t flags; // KEXEC_FILE_*
};

using Plan = std::variant<SegmentLoad, FileLoad>;

struct Attempt {
    Plan plan;
    std::string reason;     // why this call: "the file call takes a bzImage"
    std::vector<int> go_on; // errnos on which the next attempt is made
};

struct Decision {
    std::vector<Attempt> attempts;       // at least one
    std::vector<std::string> warnings;   // survived problems, for stderr
    std::vector<std::string> notes = {}; // which part comes from where, for printing
};

// Flag bits of include/uapi/linux/kexec.h.
inline constexpr std::uint32_t kexec_on_crash = 0x1;
inline constexpr std::uint32_t kexec_update_elfcorehdr = 0x4;
inline constexpr std::uint32_t kexec_crash_hotplug_support = 0x8;
inline constexpr std::uint32_t kexec_debug = 0x10;
inline constexpr std::uint32_t kexec_file_unload = 0x1;
inline constexpr std::uint32_t kexec_file_on_crash = 0x2;
inline constexpr std::uint32_t kexec_file_no_initramfs = 0x4;
inline constexpr std::uint32_t kexec_file_debug = 0x8;
inline constexpr std::uint32_t kexec_file_no_cma = 0x10;
inline constexpr std::uint32_t kexec_file_force_dtb = 0x20;

// Text for -d and for golden tests: one line per segment, flags, masked command line, reasons. Addresses as
// /proc/iomem prints them.
std::string describe(const Decision &decision);

} // namespace kexec
