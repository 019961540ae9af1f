// SPDX-License-Identifier: GPL-2.0-or-later
// The VMCOREINFO note: what a kernel says of itself for those who open its dump, in lines KEY=VALUE.
// Documentation/admin-guide/kdump/vmcoreinfo.rst describes it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kexec {

class Vmcoreinfo {
public:
    Vmcoreinfo() = default;
    // The last of several lines with one key counts. What is no such line is passed over.
    explicit Vmcoreinfo(std::string_view text);

    bool empty() const { return values_.empty(); }
    std::optional<std::string> text(std::string_view key) const;

    // SYMBOL(name), an address; 0, as the kernel writes for what it lacks, counts as none.
    std::optional<std::uint64_t> symbol(std::string_view name) const;
    // SIZE(structure) and OFFSET(structure.member), in bytes.
    std::optional<std::uint64_t> size(std::string_view structure) const;
    std::optional<std::uint64_t> offset(std::string_view member) const;
    // NUMBER(name): decimal and perhaps negative (then modulo 2^64), or hexadecimal with 0x, as each
    // architecture has it.
    std::optional<std::uint64_t> number(std::string_view name) const;
    // KEY=VALUE in hexadecimal: KERNELOFFSET and its like.
    std::optional<std::uint64_t> hexadecimal(std::string_view key) const;

private:
    std::map<std::string, std::string, std::less<>> values_;
};

} // namespace kexec
