// SPDX-License-Identifier: GPL-2.0-or-later
// Taking network interfaces down, and back.
#include "kexec/interfaces.h"

#include "base/text.h"

#include <algorithm>

namespace kexec {

std::vector<std::string> names_of_interfaces(std::string_view text) {
    std::vector<std::string> names;
    for (std::string_view line : lines_of(text))
        if (std::size_t end = line.find(':'); end != std::string_view::npos)
            names.emplace_back(trimmed(line.substr(0, end)));
    return names;
}

Result<LinksTakenDown> take_links_down(SystemCalls &calls) {
    std::vector<Link> links = TRY(calls.links());
    std::stable_partition(links.begin(), links.end(),
                          [](const Link &link) { return link.name.starts_with("shaper"); });
    LinksTakenDown taken;
    for (const Link &link : links) {
        if (link.is_loopback || !link.is_up)
            continue;
        if (int number = calls.set_link(link.name, false))
            taken.failures.push_back({link.name, number});
        else
            taken.down.push_back(link.name);
    }
    return taken;
}

std::vector<LinkFailure> bring_links_up(SystemCalls &calls, const std::vector<std::string> &down) {
    std::vector<LinkFailure> failures;
    for (auto name = down.rbegin(); name != down.rend(); ++name)
        if (int number = calls.set_link(*name, true))
            failures.push_back({*name, number});
    return failures;
}

} // namespace kexec
