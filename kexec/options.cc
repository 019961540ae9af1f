// SPDX-License-Identifier: GPL-2.0-or-later
// From the options given to what they ask for.
#include "kexec/options.h"

#include "base/text.h"
#include "kexec/exit_status.h"
#include "plan/command_line.h"
#include "plan/tree_changes.h"

#include <fmt/core.h>

namespace kexec {
namespace {

constexpr int usage_status = fatal_failure;

// What one option sets, at its place on the line.
void take_setting(Options &options, OptionId id) {
    Settings &settings = options.settings;
    switch (id) {
    case OptionId::debug: settings.debug = true; break;
    case OptionId::no_checks: settings.checks = false; break;
    case OptionId::hotplug: settings.hotplug = true; break;
    case OptionId::file_call: settings.call = Call::file_load; break;
    case OptionId::load_call: settings.call = Call::load; break;
    case OptionId::automatic_call: settings.call = Call::automatic; break;
    case OptionId::reuse_command_line: options.reuse_command_line = true; break;
    default: break;
    }
}

// The last use counts, and what it replaces is said; or all are joined with a space.
void take_text(std::optional<std::string> &text, const GivenOption &each,
               std::vector<std::string> &warnings) {
    if (text && each.option->joins) {
        *text += " " + each.argument;
        return;
    }
    if (text && *text != each.argument)
        warnings.push_back(fmt::format("--{} is given twice: \"{}\" is dropped, \"{}\" counts",
                                       each.option->name, masked_command_line(*text),
                                       masked_command_line(each.argument)));
    text = each.argument;
}

void take_texts(Options &options) {
    std::map<OptionId, std::optional<std::string>> texts;
    for (const GivenOption &each : options.given) {
        switch (each.option->id) {
        case OptionId::command_line:
        case OptionId::initrd:
        case OptionId::append_file:
        case OptionId::load_entry: take_text(texts[each.option->id], each, options.warnings); break;
        case OptionId::type: options.type = each.argument; break;
        case OptionId::add_initrd: options.initrds.push_back(each.argument); break;
        case OptionId::add_arg: options.added_words.push_back(each.argument); break;
        case OptionId::dtb_overlay: options.tree_overlays.push_back(each.argument); break;
        case OptionId::remove_arg: options.removed_words.push_back(each.argument); break;
        default: break;
        }
    }
    options.append = texts[OptionId::command_line].value_or("");
    options.append_file = texts[OptionId::append_file].value_or("");
    options.boot_entry = texts[OptionId::load_entry].value_or("");
    if (std::string initrd = texts[OptionId::initrd].value_or(""); !initrd.empty())
        options.initrds.insert(options.initrds.begin(), initrd);
}

Result<std::uint64_t> number_of(const Settings &settings, OptionId id, std::string_view name,
                                std::uint64_t otherwise) {
    auto given = settings.given.find(id);
    if (given == settings.given.end())
        return otherwise;
    if (auto number = parse_c_number(given->second))
        return *number;
    return fail(Cause::bad_usage, fmt::format("Bad option value in --{}={}", name, given->second),
                "give a number: decimal, or hexadecimal with 0x");
}

Result<void> take_numbers(Settings &settings) {
    std::uint64_t lowest =
        TRY(number_of(settings, OptionId::mem_min, "mem-min", Range::everything().first()));
    std::uint64_t highest =
        TRY(number_of(settings, OptionId::mem_max, "mem-max", Range::everything().last()));
    settings.entry = TRY(number_of(settings, OptionId::entry, "entry", 0));
    auto window = Range::between(lowest, std::min(highest, Range::everything().last()));
    if (!window)
        return fail(Cause::bad_usage,
                    fmt::format("--mem-min={:#x} lies above --mem-max={:#x}", lowest, highest),
                    "name a lower --mem-min or a higher --mem-max");
    settings.window = *window;
    return {};
}

// At what would be loaded.
bool only_looks(const Steps &steps) { return steps.contains(Step::plan) || steps.contains(Step::examine); }

// What may be about another machine than this one.
bool may_look_elsewhere(const Steps &steps) { return only_looks(steps) || steps.contains(Step::inspect); }

// Whether a load is asked for, or something that makes one up.
bool wants_kernel(const Steps &steps) {
    return steps.contains(Step::load) || steps.contains(Step::plan) || steps.contains(Step::test_vm);
}

// Options about loading make no sense where nothing is loaded, and kexec-tools refuses them there. Which of
// several kernels in a file is meant, an inspection may be told.
Result<void> check_scopes(const Options &options) {
    bool about_loaded = !wants_kernel(options.steps) && !only_looks(options.steps);
    bool chooses_kernel = options.steps.contains(Step::inspect);
    for (const GivenOption &each : options.given)
        if (about_loaded && each.option->scope == OptionScope::loader &&
            !(chooses_kernel && each.option->id == OptionId::profile))
            return fail(Cause::bad_usage,
                        fmt::format("--{} is about loading, and nothing is to be loaded", each.option->name),
                        "leave it out, or ask for a load");
    return {};
}

// Nothing that changes this machine may be about another one.
Result<void> check_machine(const Options &options) {
    for (const GivenOption &each : options.given)
        if ((each.option->id == OptionId::root || each.option->id == OptionId::arch) &&
            !may_look_elsewhere(options.steps))
            return fail(
                Cause::bad_usage,
                fmt::format("--{} is for looking, and none of --plan, --inspect and --doctor is given",
                            each.option->name),
                fmt::format("leave --{} out, or add one of these", each.option->name));
    return {};
}

// Checked arguments, and what those that need a form of their own say.
Result<void> take_arguments(Options &options) {
    for (const GivenOption &each : options.given) {
        if (each.option->check)
            TRY(each.option->check(each.argument));
        if (each.option->id == OptionId::dtb_set)
            options.settings.tree_changes.push_back(TRY(parse_tree_change(each.argument)));
        if (each.option->id == OptionId::profile)
            options.profile = parse_decimal(each.argument);
    }
    return {};
}

void take_operands(Options &options, const std::vector<std::string> &operands) {
    if (operands.empty())
        return;
    options.kernel = operands.front();
    for (std::size_t i = 1; i < operands.size(); i++)
        options.warnings.push_back(
            fmt::format("\"{}\" is ignored: the kernel is {}; text of several words needs quotes",
                        operands[i], options.kernel));
}

} // namespace

tl::expected<Options, UsageError> parse_options(std::span<const char *const> words,
                                                std::span<const Option> table, Order order) {
    auto unusable = [](Error error, int status) {
        return tl::unexpected(UsageError{std::move(error), status});
    };
    auto arguments = read_arguments(words, table, order);
    if (!arguments)
        return unusable(std::move(arguments).error(), usage_status);

    Options options;
    options.given = std::move(arguments->options);
    for (const GivenOption &each : options.given) {
        options.settings.given[each.option->id] = each.argument;
        take_setting(options, each.option->id);
        if (is_answered_at_once(each.option->id))
            options.answer = each.option->id;
    }
    take_operands(options, arguments->operands);
    take_texts(options);
    bool names_kernel = !options.kernel.empty() || !options.boot_entry.empty();
    options.steps = steps_of(options.given, names_kernel);
    options.settings.purpose = options.steps.target;
    if (options.answer)
        return options;

    if (auto checked = take_numbers(options.settings); !checked)
        return unusable(std::move(checked).error(), usage_status);
    if (auto checked = take_arguments(options); !checked)
        return unusable(std::move(checked).error(), general_failure);
    if (auto checked = check_scopes(options); !checked)
        return unusable(std::move(checked).error(), usage_status);
    if (auto checked = check_machine(options); !checked)
        return unusable(std::move(checked).error(), usage_status);
    if (!options.kernel.empty() && !options.boot_entry.empty())
        return unusable({Cause::bad_usage,
                         fmt::format("both a kernel, {}, and --load-entry={} are given", options.kernel,
                                     options.boot_entry),
                         "leave one of them out"},
                        usage_status);
    bool needs_kernel = wants_kernel(options.steps) || options.steps.contains(Step::inspect);
    if (needs_kernel && !names_kernel)
        return unusable({Cause::bad_usage, "No kernel specified", "name a kernel file"}, general_failure);
    return options;
}

} // namespace kexec
