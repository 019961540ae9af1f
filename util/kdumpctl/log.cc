// SPDX-License-Identifier: GPL-2.0-or-later
// A line for /dev/kmsg has its priority in front (Documentation/ABI/testing/dev-kmsg), by syslog(3)'s
// numbers.
#include "util/kdumpctl/log.h"

#include "base/text.h"
#include "util/kdumpctl/config.h"
#include "util/kdumpctl/configuration.h"

#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view kernel_log = "/dev/kmsg";
constexpr unsigned facility = 3 << 3; // of system daemons

unsigned level_of(const Configuration &configuration, std::string_view name, unsigned usual) {
    auto text = configuration.variable(name);
    return static_cast<unsigned>(text ? parse_decimal(*text).value_or(usual) : usual);
}

} // namespace

LogLevels read_log_levels(const World &world) {
    LogLevels levels;
    auto configuration = read_configuration(take_snapshot(config_sources(), world.root));
    if (!configuration)
        return levels;
    levels.standard = level_of(*configuration, "KDUMP_STDLOGLVL", levels.standard);
    levels.system = level_of(*configuration, "KDUMP_SYSLOGLVL", levels.system);
    levels.kernel = level_of(*configuration, "KDUMP_KMSGLOGLVL", levels.kernel);
    return levels;
}

bool log(const World &world, Level level, const std::string &text) {
    auto number = static_cast<unsigned>(level);
    if (number <= world.levels.system)
        world.log_system(syslog_priority(level), text);
    if (number <= world.levels.kernel)
        for (std::string_view line : lines_of(text))
            (void)world.write(world.root + std::string(kernel_log),
                              fmt::format("<{}>{}\n", facility | syslog_priority(level), line));
    if (number > world.levels.standard)
        return true;
    if (level == Level::done)
        return world.print(text);
    world.complain(text);
    return true;
}

void warn(const World &world, std::string_view sentence) {
    log(world, Level::warning, "kdumpctl: " + std::string(sentence) + "\n");
}

} // namespace kexec::kdumpctl
