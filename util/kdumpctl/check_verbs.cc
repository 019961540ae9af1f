// SPDX-License-Identifier: GPL-2.0-or-later
// check-config: judges the configuration's text.
#include "base/file.h"
#include "util/kdumpctl/config.h"
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

Result<Outcome> check_files(const World &world) {
    Snapshot snapshot = take_snapshot(config_sources(), world.root);
    std::string text;
    bool is_wrong = false;
    for (const std::string &path : snapshot.paths()) {
        if (int number = snapshot.error(path))
            return fail_errno(Cause::missing_file, number, path, "run this as root");
        Findings findings = check_text(grammar_of(path), snapshot.text(path).value_or(""));
        text += findings_text(path, findings);
        is_wrong |= has_error(findings);
    }
    if (snapshot.paths().empty())
        return fail(Cause::missing_file, "there is no /etc/kdump.conf, and no other configuration of kdump",
                    "make one, or name a file to check");
    return printed(world.print, text, is_wrong ? Outcome::failed : Outcome::done);
}

} // namespace

Result<Outcome> check_config(const World &world, const VerbLine &line) {
    return line.argument ? check_file(world, *line.argument) : check_files(world);
}

} // namespace kexec::kdumpctl
