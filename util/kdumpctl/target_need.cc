// SPDX-License-Identifier: GPL-2.0-or-later
// LUKS2 On-Disk Format Specification: "LUKS\xba\xbe", the version in 16 bits, the header's size in 64, both
// with the high byte first; from byte 4096 on JSON, in which "memory" is what argon2 takes, in KiB.
// cryptsetup sets a limit of 4 GiB to that.
#include "util/kdumpctl/target_need.h"

#include "base/endian.h"
#include "base/text.h"
#include "util/kdumpctl/capture_line.h"
#include "util/kdumpctl/layers.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;
// What an interface's buffers take, and the programs that bring it up.
constexpr std::uint64_t network_need = 16 * mebibyte;
// cryptsetup and its libraries, by kdump-utils' numbers.
constexpr std::uint64_t cryptsetup_need = 20 * mebibyte, cryptsetup_need_arm64 = 50 * mebibyte;
constexpr std::uint64_t json_place = 4096, largest_header = 4 * mebibyte,
                        most_memory = std::uint64_t{4} << 20;
constexpr std::string_view luks_mark = "LUKS\xba\xbe";
constexpr std::uint16_t second_version = 2;

NeedPart part_of_cpus(const Service &service) {
    constexpr std::string_view option = "nr_cpus=";
    bool is_fadump = service.facts.traits.mode == CrashMode::fadump;
    std::string line = is_fadump ? fadump_arguments(service.line, service.configuration)
                                 : capture_command_line(service.line, service.configuration);
    std::uint64_t cpus = 0;
    for (std::string_view word : words_of(line))
        if (word.starts_with(option))
            cpus = parse_decimal(word.substr(option.size())).value_or(cpus);
    bool is_limited = cpus != 0;
    if (!is_limited)
        cpus = service.facts.traits.capture_cpus;
    return {"CPUs", std::min<std::uint64_t>(cpus, 8192) * cpu_need,
            is_limited ? fmt::format("1 MiB for each, by nr_cpus={}", cpus)
                       : fmt::format("1 MiB for each of {}, as no nr_cpus= is given", cpus)};
}

// Of all that the targets lie on.
std::uint64_t luks_memory(const World &world, const CapturePlan &plan, bool &is_there) {
    std::uint64_t most = 0;
    for (const capture::Target &target : plan.settings.targets)
        for (const Layer &layer : layers_below(world, target)) {
            is_there |= layer.kind == "crypt";
            for (const std::string &name : layer.kind == "crypt" ? layer.below : std::vector<std::string>{})
                if (auto start = read_start_of_file(world.root + "/dev/" + name, largest_header))
                    most = std::max(most, key_slot_memory(*start));
        }
    return most;
}

} // namespace

std::uint64_t key_slot_memory(Bytes start) {
    constexpr std::string_view key = "\"memory\":";
    auto version = read_at<be16>(start, luks_mark.size(), "the version");
    auto size = read_at<be64>(start, luks_mark.size() + 2, "the header's size");
    if (!as_text(start).starts_with(luks_mark) || !version || *version != second_version || !size ||
        *size <= json_place || *size > start.size())
        return 0;
    std::string_view json = as_text(start.subspan(json_place, *size - json_place));
    json = json.substr(0, json.find('\0'));
    std::uint64_t most = 0;
    for (std::size_t at = json.find(key); at != std::string_view::npos; at = json.find(key, at + 1)) {
        std::string_view number = json.substr(at + key.size());
        number = number.substr(0, number.find_first_not_of("0123456789"));
        most = std::max(most, std::min(parse_decimal(number).value_or(0), most_memory));
    }
    return most << 10;
}

std::vector<NeedPart> parts_of_configuration(const World &world, const Service &service) {
    std::vector<NeedPart> parts{part_of_cpus(service)};
    if (needs_network(service.plan))
        parts.push_back({"network", network_need, "a fixed amount for an interface and what brings it up"});
    bool is_encrypted = false;
    std::uint64_t slot = luks_memory(world, service.plan, is_encrypted);
    std::uint64_t program = world.architecture == "aarch64" ? cryptsetup_need_arm64 : cryptsetup_need;
    if (is_encrypted)
        parts.push_back({"LUKS", slot + program,
                         fmt::format("{}M for the key slot of the target, and {}M for cryptsetup",
                                     slot / mebibyte, program / mebibyte)});
    return parts;
}

} // namespace kexec::kdumpctl
