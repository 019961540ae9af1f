// SPDX-License-Identifier: GPL-2.0-or-later
// From the words of the command line to the verb's function.
#include "util/kdumpctl/command.h"

#include "util/kdumpctl/log.h"
#include "util/kdumpctl/options.h"
#include "util/program.h"

namespace kexec::kdumpctl {

namespace {

Result<Outcome> carry_out(const World &world, std::span<const char *const> words) {
    VerbLine line = TRY(read_verb_line(tables(), words));
    if (line.verb)
        return verb_table()[*line.verb].action(world, line);
    return printed(world.print,
                   line.instead == "version" ? "kdumpctl of kexec-tools 2.0.32+toolkit." TOOLKIT_VERSION "\n"
                                             : usage_text(),
                   Outcome::done);
}

} // namespace

Outcome run_command(const World &given, std::span<const char *const> words) {
    World world = given;
    world.levels = read_log_levels(world);
    auto complain = [&](std::string_view text) { log(world, Level::error, std::string(text)); };
    return end_of_command("kdumpctl", complain, carry_out(world, words), Outcome::failed, Outcome::failed);
}

} // namespace kexec::kdumpctl
