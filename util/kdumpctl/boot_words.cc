// SPDX-License-Identifier: GPL-2.0-or-later
// Which words a kernel gets, and how a change is shown.
#include "base/text.h"
#include "plan/command_line.h"
#include "util/kdumpctl/boot_plan.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kexec::kdumpctl {

namespace {

// A line as it may be shown: keys hidden, and without what a terminal would obey.
std::string shown(std::string_view line) {
    std::string text = masked_command_line(line);
    for (char &character : text)
        if (static_cast<unsigned char>(character) < ' ' && character != '\t')
            character = '?';
    return text;
}

} // namespace

// The kernels for pages of 64 KiB have that in their names; of the running one the kernel itself tells.
Result<CrashWords> default_words(const Facts &facts, CrashMode mode, std::string_view kernel) {
    CrashTraits traits = traits_in(facts, mode);
    if (!kernel.empty())
        traits.large_pages = kernel.find("64k") != std::string_view::npos ||
                             (is_of_release(kernel, facts.release) && facts.traits.large_pages);
    auto parameter = default_crashkernel(traits);
    if (!parameter)
        return fail(Cause::unsupported,
                    fmt::format("there is no default for {} on {}", name_of(mode), traits.architecture),
                    "measure what a capture kernel takes, and put crashkernel= into the boot loader's "
                    "configuration by hand");
    return CrashWords{to_string(*parameter), {}};
}

// ".../vmlinuz-RELEASE", perhaps with ".gz" behind it, or ".../RELEASE/linux" as kernel-install(8) has it.
bool is_of_release(std::string_view kernel, std::string_view release) {
    if (release.empty())
        return false;
    std::string_view name = kernel.substr(kernel.rfind('/') + 1);
    name.remove_prefix(std::min(name.find('-'), name.size() - 1) + 1);
    return name == release || name == fmt::format("{}.gz", release) ||
           kernel.find(fmt::format("/{}/", release)) != std::string_view::npos;
}

std::string text_of(const ProgramRun &run) {
    return fmt::format("{}{}{}", run.path, run.arguments.empty() ? "" : " ", fmt::join(run.arguments, " "));
}

// Words change within a line, and single lines come in: so a line that is new is known by the next one.
std::string difference_text(const FileChange &change) {
    auto before = lines_of(change.before), after = lines_of(change.after);
    std::string text;
    std::size_t old = 0;
    for (std::size_t i = 0; i < after.size(); i++) {
        if (old < before.size() && before[old] == after[i]) {
            old++;
            continue;
        }
        bool comes_in = old == before.size() || (i + 1 < after.size() && after[i + 1] == before[old]);
        if (!comes_in)
            text += "-" + shown(before[old++]) + "\n";
        text += "+" + shown(after[i]) + "\n";
    }
    for (; old < before.size(); old++)
        text += "-" + shown(before[old]) + "\n";
    return text;
}

} // namespace kexec::kdumpctl
