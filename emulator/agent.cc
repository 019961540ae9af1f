// SPDX-License-Identifier: GPL-2.0-or-later
// The agent's orders and reports as text.
#include "emulator/agent.h"

#include "base/text.h"

#include <fmt/format.h>

namespace kexec {
namespace {

// Each word has a NUL behind it.
std::string joined(const std::vector<std::string> &words) {
    std::string text;
    for (const std::string &word : words)
        text += word + '\0';
    return text;
}

} // namespace

std::string orders_for_first(const Nonce &nonce, std::string_view action,
                             const std::vector<std::string> &command) {
    return joined({"first", nonce, std::string(action)}) + joined(command);
}

std::string orders_for_second(const Nonce &nonce, std::string_view init) {
    return joined({"second", nonce, std::string(init)});
}

std::optional<AgentReport> report_in(std::string_view line, const Nonce &nonce) {
    std::string start = fmt::format("@kexec-test {} ", nonce);
    std::size_t found = line.find(start);
    if (found == npos)
        return std::nullopt;
    std::string_view rest = line.substr(found + start.size());
    std::size_t end = rest.find(" ;");
    if (end == npos)
        return std::nullopt;
    std::vector<std::string_view> words = words_of(rest.substr(0, end));
    if (words.empty())
        return std::nullopt;
    return AgentReport{std::string(words.front()), {words.begin() + 1, words.end()}};
}

} // namespace kexec
