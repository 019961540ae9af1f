// SPDX-License-Identifier: GPL-2.0-or-later
// Distributions put it beside the kernel; a kernel with CONFIG_IKCONFIG_PROC shows it itself.
#include "machine/configuration.h"

#include "base/compress.h"
#include "base/text.h"

#include <algorithm>
#include <array>

namespace kexec {

namespace {

constexpr std::string_view beside_kernel = "/boot/config-%r";
constexpr std::string_view packed_configuration = "/proc/config.gz";
constexpr std::uint64_t longest_configuration = 4 << 20;

// Beginnings of names, without "CONFIG_".
constexpr std::array kept = {
    "KEXEC",          "CRASH_", "PROC_VMCORE",           "RELOCATABLE", "FA_DUMP",      "PRESERVE_FA_DUMP",
    "BLK_DEV_INITRD", "RD_",    "SECURITY_LOCKDOWN_LSM", "MAGIC_SYSRQ", "IMA_APPRAISE", "IMA_ARCH_POLICY",
};

// The name on a line, "# CONFIG_NAME is not set" included.
std::string_view name_on(std::string_view line) {
    constexpr std::string_view start = "CONFIG_";
    std::size_t at = line.find(start);
    return at == npos ? std::string_view() : line.substr(at + start.size());
}

std::optional<std::string> text_of_file(const Snapshot &snapshot) {
    // The source names the running kernel's release, so there is one at most.
    for (const std::string &name : snapshot.names_in("/boot"))
        if (name.starts_with("config-"))
            return std::string(snapshot.text("/boot/" + name).value_or(""));
    auto packed = snapshot.bytes(packed_configuration);
    auto text = packed ? decompress(*packed, Compression::gzip, longest_configuration) : Buffer();
    return text ? std::optional(std::string(as_text(*text))) : std::nullopt;
}

} // namespace

std::span<const Source> configuration_sources() {
    static constexpr std::array sources = {
        Source{.path = beside_kernel,
               .purpose = "what the running kernel was built with",
               .ceiling = longest_configuration,
               .need = Need::choice},
        Source{.path = packed_configuration,
               .purpose = "the same, where that file is missing",
               .ceiling = longest_configuration,
               .instead_of = beside_kernel,
               .need = Need::choice},
    };
    return sources;
}

std::optional<std::string> running_configuration(const Snapshot &snapshot) {
    auto text = text_of_file(snapshot);
    return text && text->find("CONFIG_KEXEC") != npos ? text : std::nullopt;
}

std::string_view configured(std::string_view configuration, std::string_view name) {
    for (std::string_view line : lines_of(configuration)) {
        std::string_view rest = line.starts_with("CONFIG_") ? name_on(line) : std::string_view();
        if (rest.starts_with(name) && rest.substr(name.size()).starts_with('='))
            return rest.substr(name.size() + 1);
    }
    return {};
}

bool is_about_kexec(std::string_view line) {
    std::string_view name = name_on(line);
    return std::ranges::any_of(kept, [&](std::string_view start) { return name.starts_with(start); });
}

std::string lines_about_kexec(std::string_view configuration) {
    std::string kept_lines;
    for (std::string_view line : lines_of(configuration))
        if (is_about_kexec(line))
            kept_lines += std::string(line) + "\n";
    return kept_lines;
}

} // namespace kexec
