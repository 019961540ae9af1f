// SPDX-License-Identifier: GPL-2.0-or-later
// Adding up, by the sum that kdump-utils makes and what that leaves out, and judging what is reserved by it.
#include "util/kdumpctl/estimate.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t large_module = mebibyte;

std::uint64_t size_of_modules(const Facts &facts) {
    std::uint64_t size = 0;
    for (const Module &module : facts.modules)
        size += module.size;
    return size;
}

std::vector<NeedPart> parts_of(const Facts &facts) {
    std::vector<NeedPart> parts;
    parts.push_back({"kernel", facts.kernel_size, "its code and data in /proc/iomem"});
    parts.push_back(
        {"modules", size_of_modules(facts), fmt::format("the {} that are loaded now", facts.modules.size())});
    // The file system in memory that it is unpacked to may take half of the memory, and the packed file is
    // there as well while that happens.
    if (!facts.initramfs.empty())
        parts.push_back({"initramfs", facts.initramfs_size * initramfs_factor,
                         fmt::format("packed and unpacked, {} times the {} bytes of {}", initramfs_factor,
                                     facts.initramfs_size, facts.initramfs)});
    for (const NeedPart &part : facts.of_configuration.value_or(std::vector<NeedPart>{}))
        parts.push_back(part);
    parts.push_back({"runtime", runtime_need, "a fixed amount for the programs that run"});
    bool is_reserved = facts.reserved.value_or(0) != 0;
    parts.push_back(page_part(is_reserved ? *facts.reserved : sum_of(parts), facts.page_size,
                              is_reserved ? "the reservation" : "all this"));
    add_reserve(parts);
    return parts;
}

std::vector<Module> large_modules(const Facts &facts) {
    std::vector<Module> large;
    for (const Module &module : facts.modules)
        if (module.size >= large_module)
            large.push_back(module);
    std::ranges::stable_sort(large, std::ranges::greater{}, &Module::size);
    return large;
}

void note_missing(const Facts &facts, std::vector<std::string> &notes) {
    if (facts.initramfs.empty())
        notes.push_back("there is no capture initramfs of this kernel yet: add three times its size");
    if (!facts.of_configuration)
        notes.push_back("CPUs and target are not counted, as the configuration cannot be used; \"kdumpctl "
                        "check-config --target\" tells why");
    if (facts.has_luks2 && !facts.of_configuration)
        notes.push_back(
            "a LUKS2 device is open: where dumps go to it, add the memory that its key slot takes "
            "(cryptsetup luksDump tells)");
}

void note_reservation(const Facts &facts, std::uint64_t recommended, const std::string &words,
                      std::vector<std::string> &notes) {
    if (facts.reserved && *facts.reserved < recommended)
        notes.push_back(fmt::format("{} is reserved, and {} is recommended; boot with {}",
                                    memory_size_text(*facts.reserved), memory_size_text(recommended), words));
}

void note_kdump(const Facts &facts, std::vector<std::string> &notes) {
    if (!facts.armed)
        notes.push_back("this kernel cannot load a crash kernel (CONFIG_CRASH_DUMP, CONFIG_KEXEC); boot one "
                        "that can");
    else if (facts.reserved == 0)
        notes.push_back("no memory is reserved for a crash kernel; boot with " + default_words(facts));
    else if (!*facts.armed && facts.load_disabled)
        notes.push_back("loading is switched off until the next boot (kexec_load_disabled); boot again");
    else if (!*facts.armed)
        notes.push_back("no crash kernel is loaded; \"kdumpctl start\" loads one");
}

} // namespace

std::string default_words(const Facts &facts) {
    auto parameter = default_crashkernel(facts.traits);
    return parameter ? "crashkernel=" + to_string(*parameter) : "crashkernel=256M, for example";
}

Result<Estimate> estimate(const Facts &facts) {
    if (!facts.memory || facts.kernel_size == 0)
        return fail(Cause::missing_file, "/proc/iomem does not tell the sizes of memory and kernel",
                    "run this as root");
    Estimate result{.need = capture_need(parts_of(facts), facts.traits, *facts.memory),
                    .large_modules = large_modules(facts),
                    .notes = {}};
    note_missing(facts, result.notes);
    note_reservation(facts, result.need.recommended, result.need.words, result.notes);
    return result;
}

Status judge(const Facts &facts) {
    Status status{.operational = facts.armed.value_or(false), .notes = {}};
    if (facts.traits.mode == CrashMode::kdump)
        note_kdump(facts, status.notes);
    else if (!status.operational)
        status.notes.push_back("a crash will not be dumped; \"fadump status\" tells why, and \"kdumpctl "
                               "start\" changes it");
    if (facts.reserved.value_or(0) > 0)
        note_reservation(facts, default_crash_size(facts.traits, facts.memory), default_words(facts),
                         status.notes);
    return status;
}

} // namespace kexec::kdumpctl
