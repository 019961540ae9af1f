// SPDX-License-Identifier: GPL-2.0-or-later
// Pairs of 64-bit numbers, a type and a value.
#include "machine/auxiliary.h"

namespace kexec {
namespace {

constexpr std::string_view path = "/proc/self/auxv";
constexpr std::uint64_t auxiliary_page_size = 6; // AT_PAGESZ
constexpr std::uint64_t largest_page_size = 65536;

bool is_page_size(std::uint64_t size) { return size == 4096 || size == 16384 || size == 65536; }

} // namespace

std::optional<std::uint64_t> auxiliary_value(const Snapshot &snapshot, std::uint64_t wanted) {
    Bytes auxiliary = snapshot.bytes(path).value_or(Bytes());
    for (std::uint64_t offset = 0; auxiliary.size() - offset >= 16; offset += 16) {
        auto type = read_at<le64>(auxiliary, offset, "a type"),
             value = read_at<le64>(auxiliary, offset + 8, "");
        if (type && value && *type == wanted)
            return *value;
    }
    return std::nullopt;
}

PageSize page_size_of(const Snapshot &snapshot) {
    auto size = auxiliary_value(snapshot, auxiliary_page_size);
    if (size && is_page_size(*size))
        return {*size, std::string(path)};
    return {largest_page_size, "not known, the largest there is"};
}

} // namespace kexec
