// SPDX-License-Identifier: GPL-2.0-or-later
// Reading /dev/kmsg: each read gives one whole record, EAGAIN at the end, EPIPE where records were
// overwritten before they were read, EINVAL where the buffer is too small for the record.
#include "kexec/kernel_log.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace kexec {
namespace {

constexpr std::size_t longest_record = 16 << 10;
constexpr std::size_t longest_message_shown = 200;

// pr_fmt prefixes and words of kernel/kexec*.c, crypto/asymmetric_keys/, certs/, security/lockdown and
// security/integrity, in lower case.
constexpr std::string_view telling[] = {"kexec",       "lockdown", "ima:",      "integrity",
                                        "appraise",    "pefile",   "pkcs",      "x.509",
                                        "unsigned pe", "crash",    "purgatory", "signature"};

bool tells(const std::string &message) {
    std::string text = in_lower_case(message);
    return std::ranges::any_of(telling, [&](std::string_view word) { return text.find(word) != npos; });
}

std::string shown(const std::string &message) {
    std::string text = message.substr(0, longest_message_shown);
    std::ranges::replace_if(
        text, [](char letter) { return letter < ' ' || letter > '~'; }, '?');
    return text;
}

} // namespace

KernelLog KernelLog::from_now(const std::string &path) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (!file.is_open() || ::lseek(file.number(), 0, SEEK_END) < 0)
        return {};
    return KernelLog(std::move(file));
}

std::vector<std::string> KernelLog::messages() const {
    std::string records;
    std::vector<char> buffer(longest_record);
    for (unsigned i = 0; file_.is_open() && i < most_records; i++) {
        ssize_t got = ::read(file_.number(), buffer.data(), buffer.size());
        if (got > 0)
            records.append(buffer.data(), static_cast<std::size_t>(got));
        else if (got == 0 || (errno != EPIPE && errno != EINTR))
            break;
    }
    return messages_of(records);
}

std::vector<std::string> messages_of(std::string_view records) {
    std::vector<std::string> messages;
    for (std::string_view line : lines_of(records)) {
        std::size_t semicolon = line.find(';');
        if (!line.starts_with(' ') && semicolon != npos)
            messages.emplace_back(line.substr(semicolon + 1));
    }
    return messages;
}

std::vector<std::string> about_kexec(const std::vector<std::string> &messages) {
    std::vector<std::string> found;
    for (const std::string &message : messages)
        if (tells(message))
            found.push_back(shown(message));
    if (found.size() > most_messages_shown)
        found.erase(found.begin(), found.end() - most_messages_shown);
    return found;
}

} // namespace kexec
