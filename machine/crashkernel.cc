// SPDX-License-Identifier: GPL-2.0-or-later
// Reading and printing crashkernel=, by the rules of the kernel's parse_crashkernel_mem,
// parse_crashkernel_simple and parse_crashkernel_suffix: a list of ranges may have an offset behind it, and
// no suffix; a suffix follows one plain size.
#include "machine/crashkernel.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace kexec {

namespace {

constexpr std::string_view units = "KMGTPE";
constexpr std::uint64_t rounding = 128 << 20;

struct Suffix {
    std::string_view text;
    CrashPlace place;
};
constexpr std::array suffixes{Suffix{",high", CrashPlace::high}, Suffix{",low", CrashPlace::low},
                              Suffix{",cma", CrashPlace::cma}};

Failure wrong(std::string_view text, std::string_view needed) {
    return fail(Cause::bad_usage, fmt::format("\"{}\" is no {}", printable(text), needed),
                "write crashkernel=256M, 512M,high or 2G-64G:256M,64G-:512M, for example");
}

Result<std::uint64_t> read_size(std::string_view text) {
    auto size = parse_memory_size(text);
    if (!size || *size == 0)
        return wrong(text, "size");
    return *size;
}

// "4G-64G:320M" or "64G-:576M"
Result<CrashSize> read_range(std::string_view text) {
    std::size_t colon = text.find(':'), dash = text.find('-');
    if (colon == std::string_view::npos || dash == std::string_view::npos || dash > colon)
        return wrong(text, "range of memory with a size");
    auto from = parse_memory_size(text.substr(0, dash));
    std::string_view end = text.substr(dash + 1, colon - dash - 1);
    auto to = parse_memory_size(end);
    if (!from || (!end.empty() && !to))
        return wrong(text.substr(0, colon), "range of memory");
    if (to && *to <= *from)
        return wrong(text.substr(0, colon), "range of memory: it ends before it starts");
    return CrashSize{TRY(read_size(text.substr(colon + 1))), *from, to};
}

Result<void> read_sizes(std::string_view text, CrashKernel &parameter) {
    parameter.by_ranges = text.find(':') != std::string_view::npos;
    if (!parameter.by_ranges) {
        parameter.sizes.push_back({TRY(read_size(text)), 0, {}});
        return {};
    }
    while (true) {
        std::size_t comma = text.find(',');
        parameter.sizes.push_back(TRY(read_range(text.substr(0, comma))));
        if (comma == std::string_view::npos)
            return {};
        text.remove_prefix(comma + 1);
    }
}

// As simple_strtoull takes it with base 0, which takes no sign and no blanks.
std::optional<std::uint64_t> parse_number(std::string_view text) {
    bool is_number = !text.empty() && text[0] >= '0' && text[0] <= '9';
    return is_number ? parse_c_number(text) : std::nullopt;
}

Suffix suffix_of(std::string_view value) {
    for (const Suffix &suffix : suffixes)
        if (value.ends_with(suffix.text))
            return suffix;
    return {{}, CrashPlace::anywhere};
}

// The last of the command line's parameters of that place, evaluated; nothing where there is none.
std::optional<std::uint64_t> last_of(std::string_view command_line, CrashPlace place, std::uint64_t memory) {
    constexpr std::string_view option = "crashkernel=";
    std::optional<std::uint64_t> size;
    for (std::string_view word : words_of(command_line)) {
        if (word == "--") // what follows is for the first program
            break;
        if (!word.starts_with(option) || suffix_of(word).place != place)
            continue;
        auto parameter = parse_crashkernel(word.substr(option.size()));
        size = parameter ? evaluate(*parameter, memory) : 0;
    }
    return size;
}

} // namespace

std::optional<std::uint64_t> parse_memory_size(std::string_view text) {
    std::size_t unit =
        text.empty() ? std::string_view::npos : units.find(static_cast<char>(text.back() & ~0x20));
    bool has_unit = unit != std::string_view::npos;
    unsigned shift = has_unit ? 10 * (static_cast<unsigned>(unit) + 1) : 0;
    auto number = parse_number(text.substr(0, text.size() - has_unit));
    if (!number || *number > UINT64_MAX >> shift)
        return std::nullopt;
    return *number << shift;
}

std::string memory_size_text(std::uint64_t size) {
    std::size_t unit = 0;
    while (size != 0 && size % 1024 == 0 && unit < units.size()) {
        size /= 1024;
        unit++;
    }
    return fmt::format("{}{}", size, unit == 0 ? "" : units.substr(unit - 1, 1));
}

Result<CrashKernel> parse_crashkernel(std::string_view value) {
    Suffix suffix = suffix_of(value);
    CrashKernel parameter;
    parameter.place = suffix.place;
    std::string_view sizes = value.substr(0, value.size() - suffix.text.size());
    bool placed = parameter.place != CrashPlace::anywhere;
    if (std::size_t at = sizes.find('@'); at != std::string_view::npos && !placed) {
        parameter.offset = parse_memory_size(sizes.substr(at + 1));
        if (!parameter.offset)
            return wrong(sizes.substr(at + 1), "offset");
        sizes = sizes.substr(0, at);
    }
    TRY(read_sizes(sizes, parameter));
    if (placed && parameter.by_ranges)
        return wrong(value, "crashkernel=: high, low and cma follow one plain size");
    return parameter;
}

std::string to_string(const CrashKernel &parameter) {
    std::string text;
    for (const CrashSize &row : parameter.sizes) {
        text += text.empty() ? "" : ",";
        if (parameter.by_ranges)
            text +=
                fmt::format("{}-{}:", memory_size_text(row.from), row.to ? memory_size_text(*row.to) : "");
        text += memory_size_text(row.size);
    }
    if (parameter.offset)
        text += "@" + memory_size_text(*parameter.offset);
    for (const Suffix &suffix : suffixes)
        if (suffix.place == parameter.place)
            text += suffix.text;
    return text;
}

std::uint64_t evaluate(const CrashKernel &parameter, std::uint64_t memory) {
    std::uint64_t rounded =
        memory > UINT64_MAX - rounding ? memory : (memory + rounding - 1) / rounding * rounding;
    for (const CrashSize &row : parameter.sizes)
        if (rounded >= row.from && (!row.to || rounded < *row.to))
            return row.size;
    return 0;
}

CrashReservation evaluate_command_line(std::string_view command_line, std::uint64_t memory) {
    auto of = [&](CrashPlace place) { return last_of(command_line, place, memory); };
    CrashReservation asked;
    asked.cma = of(CrashPlace::cma).value_or(0);
    auto plain = of(CrashPlace::anywhere);
    auto high = of(CrashPlace::high);
    asked.size = plain.value_or(high.value_or(0));
    if (!plain && high)
        asked.low = of(CrashPlace::low).value_or(0);
    return asked;
}

CrashKernel enlarged(CrashKernel parameter, std::uint64_t bytes) {
    for (CrashSize &row : parameter.sizes)
        row.size += std::min(bytes, UINT64_MAX - row.size);
    return parameter;
}

} // namespace kexec
