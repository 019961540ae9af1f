// SPDX-License-Identifier: GPL-2.0-or-later
// check-config: judges the configuration's text.
#include "base/file.h"
#include "util/kdumpctl/config.h"
#include "util/kdumpctl/options.h"
#include "util/kdumpctl/service.h"
#include "util/kdumpctl/target_check.h"
#include "util/kdumpctl/verbs.h"
#include "util/program.h"

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t largest_file = 1 << 20;

Result<Outcome> check_file(const World &world, const std::string &path) {
    Buffer content = TRY(read_file(path, largest_file));
    Findings findings = check_text(grammar_of(path), as_text(content));
    return printed(world.print, findings_text(path, findings),
                   has_error(findings) ? Outcome::failed : Outcome::done);
}

// Without files everything has its default, which is something to look at only where this machine is.
Result<Outcome> check_files(const World &world, bool may_lack) {
    Snapshot snapshot = take_snapshot(config_sources(), world.root);
    std::string text;
    bool is_wrong = false;
    for (std::string_view path : snapshot.paths()) {
        if (int number = snapshot.error(path))
            return fail_errno(Cause::missing_file, number, path, "run this as root");
        Findings findings = check_text(grammar_of(path), snapshot.text(path).value_or(""));
        text += findings_text(path, findings);
        is_wrong |= has_error(findings);
    }
    if (snapshot.paths().empty() && !may_lack)
        return fail(Cause::missing_file, "there is no /etc/kdump.conf, and no other configuration of kdump",
                    "make one, or name a file to check");
    return printed(world.print, text, is_wrong ? Outcome::failed : Outcome::done);
}

} // namespace

Result<Outcome> check_config(const World &world, const VerbLine &line) {
    bool looks = line.has("target");
    if (line.argument && looks)
        return bad_usage(tables(), "--target looks at the configuration that is in place, not at a file");
    if (line.argument)
        return check_file(world, *line.argument);
    Outcome outcome = TRY(check_files(world, looks));
    if (!looks || outcome != Outcome::done)
        return outcome;
    Findings findings = check_on_machine(world, TRY(look_at_configuration(world)));
    return printed(world.print, findings_text("/etc/kdump.conf", findings),
                   has_error(findings) ? Outcome::failed : Outcome::done);
}

} // namespace kexec::kdumpctl
