// SPDX-License-Identifier: GPL-2.0-or-later
// Checking values by what kdump.conf(5) says of each, the names of devices by mount(8), servers by nfs(5).
#include "util/kdumpctl/values.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::string_view, 5> failure_actions{"reboot", "halt", "poweroff", "shell",
                                                          "dump_to_rootfs"};
constexpr std::array<std::string_view, 4> final_actions{"reboot", "halt", "poweroff", "resume"};
constexpr std::array<std::string_view, 2> small_reservations{"refuse", "warn"};
constexpr std::array<std::string_view, 2> switches{"0", "1"};
constexpr std::array<std::string_view, 2> answers{"yes", "no"};
constexpr std::array<std::string_view, 2> host_tags{"hostname", "ip"};
constexpr std::array<std::string_view, 10> kexec_actions{"-l", "--load", "-p", "--load-panic",
                                                         "-e", "--exec", "-u", "--unload",
                                                         "-f", "--force"};

constexpr std::size_t longest_tag = 36; // of the Virtual I/O Device specification, section 5.11.4
constexpr std::uint64_t highest_log_level = 4;

Complaints one_of(std::string_view text, Words words) {
    if (std::ranges::find(words, text) != words.end())
        return {};
    std::string list;
    for (std::string_view word : words)
        list += (list.empty() ? "" : word == words.back() ? " or " : ", ") + std::string(word);
    return {error_at(0, fmt::format("\"{}\" is none of the words that stand here", printable(text)),
                     "write " + list)};
}

Complaints one_word(std::string_view text, std::string_view what) {
    auto words = words_at(text);
    if (words.size() <= 1)
        return {};
    return {
        error_at(words[1].offset,
                 fmt::format("\"{}\" is one word too many: {} was needed", printable(words[1].text), what),
                 "take it out")};
}

bool is_device_path(std::string_view text) { return text.starts_with("/dev/") && text.size() > 5; }

bool is_tagged(std::string_view text, std::string_view tag) {
    return text.starts_with(tag) && !unquoted(text.substr(tag.size())).empty();
}

// An address without brackets, or a name with a port, has colons.
std::size_t colons(std::string_view text) { return static_cast<std::size_t>(std::ranges::count(text, ':')); }

} // namespace

std::vector<WordAt> words_at(std::string_view text) {
    std::vector<WordAt> words;
    for (std::string_view word : words_of(text))
        words.push_back({word, static_cast<std::size_t>(word.data() - text.data())});
    return words;
}

std::string_view unquoted(std::string_view text) {
    bool quoted = text.size() >= 2 && text.starts_with('"') && text.ends_with('"');
    return quoted ? text.substr(1, text.size() - 2) : text;
}

Complaint error_at(std::size_t offset, std::string what, std::string remedy) {
    return {offset, Gravity::error, std::move(what), std::move(remedy)};
}

Complaints check_anything(std::string_view) { return {}; }

Complaints check_block_device(std::string_view text) {
    if (auto more = one_word(text, "one device"); !more.empty())
        return more;
    if (is_device_path(text))
        return {};
    return {error_at(0, fmt::format("\"{}\" is no path of a device", printable(text)),
                     "name a partition by a path that lasts, as /dev/disk/by-partuuid/... or /dev/vg/crash")};
}

Complaints check_filesystem_source(std::string_view text) {
    if (auto more = one_word(text, "one device"); !more.empty())
        return more;
    if (is_device_path(text) || is_tagged(text, "LABEL=") || is_tagged(text, "UUID="))
        return {};
    return {error_at(0, fmt::format("\"{}\" names no device", printable(text)),
                     "name it as /dev/..., LABEL=... or UUID=...")};
}

Complaints check_virtiofs_tag(std::string_view text) {
    if (auto more = one_word(text, "one tag"); !more.empty())
        return more;
    if (text.size() <= longest_tag)
        return {};
    return {error_at(0, fmt::format("the tag has {} bytes, and virtiofs takes {}", text.size(), longest_tag),
                     "write the tag that the virtual machine's host has given the file system")};
}

Complaints check_nfs_export(std::string_view text) {
    if (auto more = one_word(text, "SERVER:/EXPORT"); !more.empty())
        return more;
    bool bracketed = text.starts_with('[');
    std::size_t close = bracketed ? text.find(']') : 0;
    std::size_t colon = close == std::string_view::npos ? close : text.find(":/", close);
    if (colon == std::string_view::npos || colon == 0 || (bracketed && colon != close + 1))
        return {error_at(0, fmt::format("\"{}\" is not of the form SERVER:/EXPORT", printable(text)),
                         "write a server and its export, as nfs.example.com:/var/crash or [fe80::1]:/crash")};
    if (!bracketed && colons(text.substr(0, colon)) > 0)
        return {error_at(0, "an IPv6 address stands in brackets in front of an export",
                         fmt::format("write [{}]{}", text.substr(0, colon), text.substr(colon)))};
    return {};
}

Complaints check_ssh_destination(std::string_view text) {
    if (auto more = one_word(text, "USER@HOST"); !more.empty())
        return more;
    std::size_t at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == text.size())
        return {error_at(0, fmt::format("\"{}\" is not of the form USER@HOST", printable(text)),
                         "name the user as well, as kdump@crash.example.com")};
    std::string_view host = text.substr(at + 1);
    if (host.find_first_of("[]") != std::string_view::npos)
        return {error_at(at + 1, "an IPv6 address stands without brackets behind USER@", "take them out")};
    if (host.find('/') != std::string_view::npos || colons(host) == 1)
        return {error_at(at + 1, fmt::format("\"{}\" is more than a host's name", printable(host)),
                         "name the directory with path, and a port in the ssh configuration of root")};
    return {};
}

Complaints check_absolute_path(std::string_view text) {
    if (auto more = one_word(text, "one path"); !more.empty())
        return more;
    if (text.starts_with('/'))
        return {};
    return {error_at(0, fmt::format("\"{}\" is no absolute path", printable(text)),
                     "write the path from the root on, with a slash in front")};
}

Complaints check_absolute_paths(std::string_view text) {
    Complaints complaints;
    for (WordAt word : words_at(text))
        for (Complaint &complaint : check_absolute_path(unquoted(word.text))) {
            complaint.offset = word.offset;
            complaints.push_back(std::move(complaint));
        }
    return complaints;
}

Complaints check_module_names(std::string_view text) {
    Complaints complaints;
    for (WordAt word : words_at(text))
        if (word.text.find_first_of("/.\"',") != std::string_view::npos)
            complaints.push_back(error_at(word.offset,
                                          fmt::format("\"{}\" is no name of a module", printable(word.text)),
                                          "write names with blanks between them, as xfs nvme"));
    return complaints;
}

Complaints check_failure_action(std::string_view text) { return one_of(text, failure_actions); }
Complaints check_final_action(std::string_view text) { return one_of(text, final_actions); }
Complaints check_small_reservation(std::string_view text) { return one_of(text, small_reservations); }
Complaints check_switch(std::string_view text) { return one_of(text, switches); }
Complaints check_yes_or_no(std::string_view text) { return one_of(text, answers); }
Complaints check_host_tag(std::string_view text) { return one_of(text, host_tags); }

Complaints check_number(std::string_view text) {
    if (parse_decimal(text))
        return {};
    return {error_at(0, fmt::format("\"{}\" is no number", printable(text)), "write digits only")};
}

Complaints check_directory_name(std::string_view text) {
    if (text.find('/') != std::string_view::npos || text == "." || text == "..")
        return {error_at(0, fmt::format("\"{}\" is no name of one directory", printable(text)),
                         "name the directories above it with path")};
    // Every dump needs a name of its own.
    if (text.find("%S") == std::string_view::npos || text.find("%d") == std::string_view::npos)
        return {error_at(0, "two dumps could get the same name: it lacks the day or the second of the crash",
                         "write %Y-%m-%d-%H:%M:%S in it")};
    return {};
}

Complaints check_log_level(std::string_view text) {
    auto level = parse_decimal(text);
    if (level && *level <= highest_log_level)
        return {};
    return {error_at(0, fmt::format("\"{}\" is no level of a log", printable(text)),
                     "write 0 (nothing), 1 (errors), 2 (warnings), 3 (information) or 4 (everything)")};
}

Complaints check_capture_options(std::string_view text) {
    Complaints complaints;
    for (WordAt word : words_at(text)) {
        std::string_view value = word.text.substr(std::min(word.text.find('=') + 1, word.text.size()));
        if (word.text.starts_with("crashkernel="))
            complaints.push_back(error_at(word.offset, "a capture kernel reserves no memory for another one",
                                          "take crashkernel= out; the boot loader's configuration has it"));
        else if (word.text.starts_with("nr_cpus=") && !parse_decimal(value))
            complaints.push_back(error_at(word.offset,
                                          fmt::format("\"{}\" is no number of CPUs", printable(value)),
                                          "write a number, as nr_cpus=1"));
    }
    return complaints;
}

Complaints check_kexec_options(std::string_view text) {
    Complaints complaints;
    for (WordAt word : words_at(text))
        if (std::ranges::find(kexec_actions, word.text) != kexec_actions.end())
            complaints.push_back(
                error_at(word.offset, fmt::format("{} says what kexec does, and that is settled", word.text),
                         "take it out: the crash kernel is loaded with -p"));
    return complaints;
}

} // namespace kexec::kdumpctl
