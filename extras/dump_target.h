// SPDX-License-Identifier: GPL-2.0-or-later
// Where dumps go, by the configuration of the distribution's kdump service.
#pragma once

#include "machine/snapshot.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kexec {

struct DumpTarget {
    std::string place;                 // a directory, or the kind of another target ("nfs")
    std::string told_by;               // the file that says so; empty: it is the default
    std::optional<std::uint64_t> free; // bytes; nothing where it is no directory, or not to be seen
};

std::span<const Source> dump_target_sources();

// Without the space there.
DumpTarget dump_target(const Snapshot &snapshot);

// What of such a file tells the place, without hosts and users; nothing where the path is of another file.
std::optional<std::string> target_lines(std::string_view path, std::string_view text);

} // namespace kexec
