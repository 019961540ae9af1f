// SPDX-License-Identifier: GPL-2.0-or-later
// The tables as data. They start where a machine has so little memory that nothing is reserved.
#include "machine/crash_defaults.h"

#include <algorithm>
#include <array>

namespace kexec {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

struct Row {
    std::string_view architecture;
    CrashMode mode;
    std::string_view table;
};

constexpr std::array rows{
    Row{"x86_64", CrashMode::kdump, "2G-64G:256M,64G-:512M"},
    Row{"s390x", CrashMode::kdump, "2G-64G:256M,64G-:512M"},
    Row{"aarch64", CrashMode::kdump, "2G-4G:256M,4G-64G:320M,64G-:576M"},
    Row{"ppc64le", CrashMode::kdump, "2G-4G:384M,4G-16G:512M,16G-64G:1G,64G-128G:2G,128G-:4G"},
    Row{"ppc64le", CrashMode::fadump,
        "4G-16G:768M,16G-64G:1G,64G-128G:2G,128G-1T:4G,1T-2T:6G,2T-4T:12G,4T-8T:20G,8T-16T:36G,"
        "16T-32T:64G,32T-64T:128G,64T-:180G"},
};

std::vector<CrashAddition> arm64_additions(const CrashTraits &traits) {
    std::vector<CrashAddition> additions;
    if (traits.large_pages)
        additions.push_back({"pages of 64 KiB", 100 * mebibyte});
    if (traits.large_pages && traits.has_smmu)
        additions.push_back({"queues of the SMMU with pages of 64 KiB", 384 * mebibyte});
    if (traits.has_mlx5)
        additions.push_back({"the driver mlx5_core", (traits.large_pages ? 200 : 150) * mebibyte});
    return additions;
}

} // namespace

std::string_view name_of(CrashMode mode) { return mode == CrashMode::kdump ? "kdump" : "fadump"; }

std::vector<CrashAddition> crash_additions(const CrashTraits &traits) {
    if (traits.architecture == "aarch64")
        return arm64_additions(traits);
    if (traits.architecture == "x86_64" && traits.encrypts_memory)
        return {{"encrypted memory (SME or SEV)", 64 * mebibyte}};
    if (traits.architecture == "ppc64le")
        return {{"1 MiB for each CPU of the capture kernel", traits.capture_cpus * mebibyte}};
    return {};
}

std::optional<CrashKernel> default_crashkernel(const CrashTraits &traits) {
    for (const Row &row : rows) {
        if (row.architecture != traits.architecture || row.mode != traits.mode)
            continue;
        CrashKernel parameter = *parse_crashkernel(row.table);
        for (const CrashAddition &addition : crash_additions(traits))
            parameter = enlarged(std::move(parameter), addition.size);
        return parameter;
    }
    return std::nullopt;
}

const CrashKernel &fadump_table() {
    static const CrashKernel table =
        *parse_crashkernel(std::ranges::find(rows, CrashMode::fadump, &Row::mode)->table);
    return table;
}

} // namespace kexec
