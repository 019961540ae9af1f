// SPDX-License-Identifier: GPL-2.0-or-later
// The state machine of the action options.
#include "kexec/steps.h"

#include <algorithm>
#include <optional>

namespace kexec {
namespace {

struct Switches {
    bool load = true, shut_down = true, execute = false, synchronise = true, links_down = false,
         unload = false;
};

enum class Set : char { keep, off, on };

// What an option assigns, at its place on the line.
struct Assignment {
    OptionId id;
    Set load, shut_down, execute, synchronise, links_down, unload;
};

// clang-format off
constexpr Assignment assignments[] = {
    // option                         load      shut_down  execute    synchronise links_down unload
    {OptionId::load,                  Set::on,  Set::off,  Set::off,  Set::keep,  Set::keep, Set::keep},
    {OptionId::load_panic,            Set::on,  Set::off,  Set::off,  Set::off,   Set::keep, Set::keep},
    {OptionId::force,                 Set::on,  Set::off,  Set::on,   Set::on,    Set::on,   Set::keep},
    {OptionId::exec,                  Set::off, Set::off,  Set::on,   Set::on,    Set::on,   Set::keep},
    {OptionId::unload,                Set::off, Set::off,  Set::keep, Set::off,   Set::keep, Set::on},
    {OptionId::load_preserve_context, Set::on,  Set::off,  Set::off,  Set::on,    Set::keep, Set::keep},
    {OptionId::load_live_update,      Set::on,  Set::off,  Set::off,  Set::on,    Set::keep, Set::keep},
    {OptionId::load_jump_back_helper, Set::off, Set::off,  Set::off,  Set::on,    Set::on,   Set::keep},
    {OptionId::exec_live_update,      Set::off, Set::off,  Set::on,   Set::on,    Set::on,   Set::keep},
};
// clang-format on

void assign(bool &value, Set set) {
    if (set != Set::keep)
        value = set == Set::on;
}

void apply(Switches &switches, const Assignment &row) {
    assign(switches.load, row.load);
    assign(switches.shut_down, row.shut_down);
    assign(switches.execute, row.execute);
    assign(switches.synchronise, row.synchronise);
    assign(switches.links_down, row.links_down);
    assign(switches.unload, row.unload);
}

bool given(std::span<const GivenOption> options, OptionId id) {
    return std::any_of(options.begin(), options.end(),
                       [&](const GivenOption &each) { return each.option->id == id; });
}

Switches switches_of(std::span<const GivenOption> options) {
    Switches switches;
    for (const GivenOption &each : options)
        for (const Assignment &row : assignments)
            if (row.id == each.option->id)
                apply(switches, row);
    // -x and -y hold wherever they stand.
    if (given(options, OptionId::no_ifdown))
        switches.links_down = false;
    if (given(options, OptionId::no_sync))
        switches.synchronise = false;
    return switches;
}

// -S asks about the crash kernel unless something says that the other one is meant.
Purpose status_target(std::span<const GivenOption> options) {
    if (given(options, OptionId::load_panic))
        return Purpose::crash;
    for (OptionId id : {OptionId::load, OptionId::load_preserve_context, OptionId::load_live_update,
                        OptionId::load_jump_back_helper})
        if (given(options, id))
            return Purpose::reboot;
    return Purpose::crash;
}

// -u -p: with no kernel to load, -p says which kernel to unload. -e -f: there is nothing to load, so -f adds
// nothing.
bool load_was_meant(const Switches &switches, std::span<const GivenOption> options, bool has_kernel) {
    if (!switches.load || has_kernel)
        return switches.load;
    bool only_names_target = switches.unload && given(options, OptionId::load_panic) && !switches.execute &&
                             !given(options, OptionId::load);
    bool only_executes = switches.execute && given(options, OptionId::exec);
    return !only_names_target && !only_executes;
}

} // namespace

bool Steps::contains(Step step) const { return std::find(steps.begin(), steps.end(), step) != steps.end(); }

Steps steps_of(std::span<const GivenOption> options, bool has_kernel) {
    if (given(options, OptionId::status))
        return {{Step::report_status}, status_target(options)};
    if (given(options, OptionId::loaded))
        return {{Step::report_loaded}, Purpose::reboot};
    if (given(options, OptionId::record))
        return {{Step::record}, Purpose::reboot};
    if (given(options, OptionId::inspect))
        return {{Step::inspect}, Purpose::reboot};
    Steps result{{}, given(options, OptionId::load_panic) ? Purpose::crash : Purpose::reboot};
    if (given(options, OptionId::doctor) || given(options, OptionId::plan)) {
        result.steps = {given(options, OptionId::doctor) ? Step::examine : Step::plan};
        return result;
    }
    if (given(options, OptionId::test_vm)) {
        result.steps = {Step::test_vm};
        return result;
    }
    Switches switches = switches_of(options);
    auto add = [&](bool wanted, Step step) {
        if (wanted)
            result.steps.push_back(step);
    };
    add(switches.unload, Step::unload);
    add(load_was_meant(switches, options, has_kernel), Step::load);
    add(switches.shut_down, Step::shut_down);
    add(switches.synchronise, Step::synchronise);
    add(switches.links_down && switches.execute, Step::take_links_down);
    add(switches.execute, Step::execute);
    return result;
}

} // namespace kexec
