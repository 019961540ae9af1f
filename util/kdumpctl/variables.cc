// SPDX-License-Identifier: GPL-2.0-or-later
// Checking the variables, each alone and Debian's targets together.
#include "util/kdumpctl/variables.h"

#include "base/text.h"
#include "util/kdumpctl/assignments.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::array sysconfig_rows{
    Variable{"KDUMP_KERNELVER", check_anything},
    Variable{"KDUMP_COMMANDLINE", check_anything},
    Variable{"KDUMP_COMMANDLINE_REMOVE", check_anything},
    Variable{"KDUMP_COMMANDLINE_APPEND", check_capture_options},
    Variable{"FADUMP_COMMANDLINE_APPEND", check_capture_options},
    Variable{"KEXEC_ARGS", check_kexec_options},
    Variable{"KDUMP_BOOTDIR", check_absolute_path},
    Variable{"KDUMP_IMG", check_anything},
    Variable{"KDUMP_IMG_EXT", check_anything},
    Variable{"VMCORE_CREATION_NOTIFICATION", check_yes_or_no},
    Variable{"KDUMP_STDLOGLVL", check_log_level},
    Variable{"KDUMP_SYSLOGLVL", check_log_level},
    Variable{"KDUMP_KMSGLOGLVL", check_log_level},
};

constexpr std::array debian_rows{
    Variable{"USE_KDUMP", check_switch},
    Variable{"KDUMP_KERNEL", check_absolute_path},
    Variable{"KDUMP_INITRD", check_absolute_path},
    Variable{"KDUMP_COREDIR", check_absolute_path},
    Variable{"KDUMP_FAIL_CMD", check_fail_command},
    Variable{"KDUMP_DUMP_DMESG", check_log_is_stored},
    Variable{"KDUMP_NUM_DUMPS", check_no_limit},
    Variable{"KDUMP_COMPRESSION", check_no_compression},
    Variable{"DEBUG_KERNEL", check_debug_kernel},
    Variable{"MAKEDUMP_ARGS", check_makedumpfile_options},
    Variable{"KDUMP_KEXEC_ARGS", check_kexec_options},
    Variable{"KDUMP_CMDLINE", check_anything},
    Variable{"KDUMP_CMDLINE_APPEND", check_capture_options},
    Variable{"HOSTTAG", check_host_tag},
    Variable{"NFS", check_nfs_export},
    Variable{"NFS_TIMEO", check_number},
    Variable{"NFS_RETRANS", check_number},
    Variable{"FTP", check_no_ftp},
    Variable{"FTP_*", check_no_ftp},
    Variable{"SSH", check_ssh_destination},
    Variable{"SSH_KEY", check_absolute_path},
};

constexpr std::array<std::string_view, 3> debian_targets{"NFS", "SSH", "FTP"};

bool stands_for(const Variable &variable, std::string_view name) {
    if (variable.name.ends_with('*'))
        return name.starts_with(variable.name.substr(0, variable.name.size() - 1));
    return name == variable.name;
}

Finding unknown(const Assignment &assignment, std::span<const Variable> rows) {
    std::vector<std::string_view> names;
    for (const Variable &row : rows)
        names.push_back(row.name);
    std::string like = suggestion(assignment.name, names);
    return {assignment.place, Gravity::error,
            fmt::format("there is no variable {}", printable(assignment.name)),
            (like.empty() ? "" : like + "? ") + "kdump.conf(5) lists the variables; take it out"};
}

// At the start of a value that has lost backslashes or line ends, since its bytes stand elsewhere in the
// file.
Complaints complaints_of(const Variable &row, const Assignment &assignment) {
    Complaints complaints = row.check(assignment.value.text);
    for (Complaint &complaint : complaints)
        complaint.offset = assignment.is_literal ? complaint.offset : 0;
    return complaints;
}

ReadVariables check(const Assignments &assignments, std::span<const Variable> rows) {
    ReadVariables read{{}, assignments.findings};
    for (const Assignment &assignment : assignments.list) {
        auto row = std::ranges::find_if(rows, [&](const Variable &variable) {
            return stands_for(variable, assignment.name);
        });
        if (row == rows.end())
            read.findings.push_back(unknown(assignment, rows));
        else if (!trimmed(assignment.value.text).empty())
            report(read.findings, assignment.value, complaints_of(*row, assignment));
        read.values.emplace_back(assignment.name, assignment.value.text);
    }
    return read;
}

void check_targets(const Assignments &assignments, Findings &findings) {
    const Assignment *first = nullptr;
    for (const Assignment &assignment : assignments.list) {
        if (std::ranges::find(debian_targets, assignment.name) == debian_targets.end() ||
            assignment.value.text.empty())
            continue;
        if (first)
            findings.push_back(
                {assignment.place, Gravity::error,
                 fmt::format("there is more than one target: line {} has {}", first->place.line, first->name),
                 "keep the one that dumps go to"});
        else
            first = &assignment;
    }
}

} // namespace

std::span<const Variable> sysconfig_variables() { return sysconfig_rows; }
std::span<const Variable> debian_variables() { return debian_rows; }

std::optional<std::string_view> ReadVariables::value_of(std::string_view name) const {
    for (const auto &[known, value] : values)
        if (known == name)
            return value;
    return std::nullopt;
}

ReadVariables read_sysconfig(std::string_view text) { return check(read_assignments(text), sysconfig_rows); }

ReadVariables read_debian_defaults(std::string_view text) {
    Assignments assignments = read_assignments(text);
    ReadVariables read = check(assignments, debian_rows);
    check_targets(assignments, read.findings);
    return read;
}

} // namespace kexec::kdumpctl
