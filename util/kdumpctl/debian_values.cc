// SPDX-License-Identifier: GPL-2.0-or-later
// Values that only /etc/default/kdump-tools has, as kdump-config(8) takes them. What is not offered here is
// refused, so that nobody waits for it in vain.
#include "base/text.h"
#include "util/kdumpctl/values.h"

#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

Complaint no_effect(std::string what, std::string remedy) {
    return {0, Gravity::warning, std::move(what), std::move(remedy)};
}

} // namespace

Complaints check_fail_command(std::string_view text) {
    auto words = words_of(text);
    std::string_view name = words.empty() ? "" : words.front().substr(words.front().rfind('/') + 1);
    bool forced = words.size() == 2 && (words[1] == "-f" || words[1] == "--force");
    if ((words.size() == 1 || forced) && check_failure_action(name).empty())
        return {};
    return {error_at(0, fmt::format("the command \"{}\" cannot be run where a dump failed", printable(text)),
                     "write reboot -f, halt -f or poweroff -f")};
}

Complaints check_log_is_stored(std::string_view text) {
    if (text != "0")
        return {};
    return {no_effect("the log is stored in any case", "take the line out")};
}

Complaints check_no_limit(std::string_view text) {
    if (auto complaints = check_number(text); !complaints.empty() || text == "0")
        return complaints;
    return {error_at(0, "older dumps are not removed here",
                     "write 0, and have systemd-tmpfiles or cron remove them")};
}

Complaints check_no_compression(std::string_view) {
    return {error_at(0, "a dump is not packed by another program", "write -z, -l or -c in MAKEDUMP_ARGS")};
}

Complaints check_debug_kernel(std::string_view text) {
    if (auto complaints = check_absolute_path(text); !complaints.empty())
        return complaints;
    return {no_effect("the log is read without a kernel that has symbols", "take the line out")};
}

Complaints check_no_ftp(std::string_view) {
    return {error_at(0, "dumps do not go to FTP servers here", "name a target with NFS or SSH")};
}

} // namespace kexec::kdumpctl
