// SPDX-License-Identifier: GPL-2.0-or-later
// Reading the tables, which are a file of text (crash_defaults.table) that is built in: a program on a board
// has no place to look for it.
#include "machine/crash_defaults.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace kexec {

namespace {

// cppcheck-suppress internalAstError ; the value is in the included file
constexpr std::string_view tables =
#include "machine/crash_defaults.inc"
    ;

struct Row {
    std::vector<std::string_view> words; // behind the kind of row
    std::string_view line;
};

std::vector<Row> rows_of(std::string_view kind) {
    std::vector<Row> rows;
    for (std::string_view line : lines_of(tables)) {
        auto words = words_of(line);
        if (words.size() > 3 && words[0] == kind)
            rows.push_back({{words.begin() + 1, words.end()}, line});
    }
    return rows;
}

bool holds(std::string_view condition, const CrashTraits &traits) {
    if (condition == "encrypted")
        return traits.encrypts_memory;
    if (condition == "64k" || condition == "4k")
        return traits.large_pages == (condition == "64k");
    if (condition == "smmu")
        return traits.has_smmu;
    return condition == "mlx5" ? traits.has_mlx5 : condition == "cpus";
}

bool all_hold(std::string_view conditions, const CrashTraits &traits) {
    while (!conditions.empty()) {
        std::string_view condition = conditions.substr(0, conditions.find(','));
        if (!holds(condition, traits))
            return false;
        conditions.remove_prefix(std::min(condition.size() + 1, conditions.size()));
    }
    return true;
}

std::string_view from_word(std::string_view line, std::string_view word) {
    return line.substr(static_cast<std::size_t>(word.data() - line.data()));
}

} // namespace

std::string_view name_of(CrashMode mode) { return mode == CrashMode::kdump ? "kdump" : "fadump"; }

std::vector<CrashAddition> crash_additions(const CrashTraits &traits) {
    std::vector<CrashAddition> additions;
    for (const Row &row : rows_of("more")) {
        std::string_view conditions = row.words[2];
        if (row.words[0] != traits.architecture || !all_hold(conditions, traits))
            continue;
        std::uint64_t size = *parse_memory_size(row.words[1]);
        additions.push_back(
            {from_word(row.line, row.words[3]), conditions == "cpus" ? size * traits.capture_cpus : size});
    }
    return additions;
}

std::optional<CrashKernel> default_crashkernel(const CrashTraits &traits) {
    for (const Row &row : rows_of("table")) {
        if (row.words[0] != traits.architecture || row.words[1] != name_of(traits.mode))
            continue;
        CrashKernel parameter = *parse_crashkernel(row.words[2]);
        for (const CrashAddition &addition : crash_additions(traits))
            parameter = enlarged(std::move(parameter), addition.size);
        return parameter;
    }
    return std::nullopt;
}

const CrashKernel &fadump_table() {
    static const CrashKernel table =
        *default_crashkernel({.architecture = "ppc64le", .mode = CrashMode::fadump, .capture_cpus = 0});
    return table;
}

} // namespace kexec
