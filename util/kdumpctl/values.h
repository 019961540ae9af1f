// SPDX-License-Identifier: GPL-2.0-or-later
// Kinds of values that directives and variables take, each a function from a value's text to what is wrong
// with it.
#pragma once

#include "util/kdumpctl/finding.h"

namespace kexec::kdumpctl {

using Check = Complaints (*)(std::string_view text);

// A word of a value, and where it starts in it. Blanks inside "…" do not split, and the quotes stay.
struct WordAt {
    std::string_view text;
    std::size_t offset;
};
std::vector<WordAt> words_at(std::string_view text);

// The text without double quotes around it.
std::string_view unquoted(std::string_view text);

Complaint error_at(std::size_t offset, std::string what, std::string remedy);

Complaints check_anything(std::string_view text);
Complaints check_block_device(std::string_view text);      // /dev/...
Complaints check_filesystem_source(std::string_view text); // /dev/..., LABEL=... or UUID=...
Complaints check_virtiofs_tag(std::string_view text);
Complaints check_nfs_export(std::string_view text);      // SERVER:/EXPORT
Complaints check_ssh_destination(std::string_view text); // USER@HOST
Complaints check_absolute_path(std::string_view text);   // one
Complaints check_absolute_paths(std::string_view text);  // a list
Complaints check_module_names(std::string_view text);
Complaints check_collector(std::string_view text); // the command line of a program
Complaints check_makedumpfile_options(std::string_view text);
Complaints check_failure_action(std::string_view text);
Complaints check_final_action(std::string_view text);
Complaints check_small_reservation(std::string_view text); // refuse or warn
Complaints check_directory_name(std::string_view text);
Complaints check_switch(std::string_view text); // 0 or 1
Complaints check_yes_or_no(std::string_view text);
Complaints check_log_level(std::string_view text); // 0 to 4
Complaints check_number(std::string_view text);
Complaints check_host_tag(std::string_view text);        // hostname or ip
Complaints check_capture_options(std::string_view text); // what a capture kernel's command line may have
Complaints check_kexec_options(std::string_view text);   // of kexec, without what it is to do
Complaints check_dracut_arguments(std::string_view text);

// What --mount in the arguments of dracut names, "DEVICE MOUNTPOINT TYPE [OPTIONS]", with its quotes off;
// nothing where there is none. `offset` is that of the argument.
std::vector<WordAt> dracut_mounts(std::string_view arguments);

} // namespace kexec::kdumpctl
