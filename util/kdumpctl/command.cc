// SPDX-License-Identifier: GPL-2.0-or-later
// Looks at the machine or at the configuration, then says what was asked for. Nothing is changed.
#include "util/kdumpctl/command.h"

#include "base/file.h"
#include "util/kdumpctl/config.h"
#include "util/kdumpctl/options.h"
#include "util/kdumpctl/print.h"

#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t largest_file = 1 << 20;

Result<Outcome> print(const World &world, const std::string &text, Outcome outcome = Outcome::done) {
    if (!text.empty() && !world.print(text))
        return fail(Cause::other, "standard output cannot be written",
                    "free some space where it goes, then try again");
    return outcome;
}

Result<Outcome> check_file(const World &world, const std::string &path) {
    Buffer content = TRY(read_file(path, largest_file));
    Findings findings = check_text(grammar_of(path), as_text(content));
    return print(world, findings_text(path, findings), has_error(findings) ? Outcome::failed : Outcome::done);
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
    return print(world, text, is_wrong ? Outcome::failed : Outcome::done);
}

Result<Facts> look(const World &world, Action action) {
    std::vector<Source> all(sources().begin(), sources().end());
    if (action == Action::estimate)
        all.insert(all.end(), estimate_sources().begin(), estimate_sources().end());
    return understand(take_snapshot(all, world.root), world.architecture, world.kernel_log());
}

Result<Outcome> show_default(const World &world, const Facts &facts, const Options &options) {
    CrashTraits traits = traits_in(facts, options.mode.value_or(facts.traits.mode));
    auto parameter = default_crashkernel(traits);
    if (!parameter)
        return fail(Cause::unsupported,
                    fmt::format("there is no default for {} on {}", name_of(traits.mode),
                                traits.architecture),
                    "measure what a capture kernel takes; 256M is a size to start with");
    return print(world, to_string(*parameter) + "\n");
}

Result<Outcome> show_memory(const World &world, const Facts &facts) {
    if (!facts.reserved)
        return fail(Cause::unsupported, "the kernel does not tell how much memory is reserved",
                    "boot a kernel with CONFIG_CRASH_DUMP, and mount /sys");
    return print(world, fmt::format("Reserved {}MB memory for crash kernel\n", *facts.reserved >> 20));
}

Result<Outcome> show_status(const World &world, const Facts &facts, const Options &options) {
    Status status = judge(facts);
    return print(world, options.json ? status_json(facts, status) : status_text(status),
                 status.operational ? Outcome::done : Outcome::not_operational);
}

Result<Outcome> show_estimate(const World &world, const Facts &facts, const Options &options) {
    Estimate result = TRY(estimate(facts));
    return print(world, options.json ? estimate_json(facts, result) : estimate_text(facts, result));
}

Result<Outcome> carry_out(const World &world, const Options &options) {
    switch (options.action) {
    case Action::help: return print(world, usage_text());
    case Action::version: return print(world, "kdumpctl of kexec-tools 2.0.32+toolkit." TOOLKIT_VERSION "\n");
    case Action::check_config: return options.file ? check_file(world, *options.file) : check_files(world);
    default: break;
    }
    Facts facts = TRY(look(world, options.action));
    switch (options.action) {
    case Action::get_default_crashkernel: return show_default(world, facts, options);
    case Action::showmem: return show_memory(world, facts);
    case Action::status: return show_status(world, facts, options);
    default: return show_estimate(world, facts, options);
    }
}

Result<Outcome> parse_and_carry_out(const World &world, std::span<const char *const> words) {
    return carry_out(world, TRY(parse_options(words)));
}

} // namespace

Outcome run_command(const World &world, std::span<const char *const> words) {
    auto outcome = parse_and_carry_out(world, words);
    if (outcome)
        return *outcome;
    const Error &error = outcome.error();
    world.complain(complaint("kdumpctl", error));
    return error.cause == Cause::bad_usage ? Outcome::bad_usage : Outcome::failed;
}

} // namespace kexec::kdumpctl
