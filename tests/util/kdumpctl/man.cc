// SPDX-License-Identifier: GPL-2.0-or-later
// The manual pages have the verbs, files, directives and variables that there are, and no others.
#include "base/text.h"
#include "tests/catch.h"
#include "tests/support/files.h"
#include "util/kdumpctl/boot_menu.h"
#include "util/kdumpctl/config.h"
#include "util/kdumpctl/dracut.h"
#include "util/kdumpctl/facts.h"
#include "util/kdumpctl/kdump_conf.h"
#include "util/kdumpctl/options.h"
#include "util/kdumpctl/results.h"
#include "util/kdumpctl/server.h"
#include "util/kdumpctl/target_check.h"
#include "util/kdumpctl/variables.h"
#include "util/kdumpctl/verbs.h"

#include <set>

using namespace kexec;
using namespace kexec::kdumpctl;
using namespace kexec::testing;

namespace {

using Names = std::set<std::string>;

// What heads the entries of a section: the first words of the lines behind .TP and .TQ, without macros, fonts
// and escapes.
Names tags_of(const std::string &page, const std::string &section) {
    Names tags;
    bool is_tag = false, inside = false;
    std::string text = text_of_file(in_tests("../man/" + page));
    for (std::string_view line : lines_of(text)) {
        if (line.starts_with(".SH"))
            inside = line == ".SH " + section;
        else if (inside && is_tag) {
            std::string tag(words_of(line)[line.starts_with('.') ? 1 : 0]);
            std::erase(tag, '\\');
            tags.insert(tag);
        }
        is_tag = line == ".TP" || line == ".TQ";
    }
    return tags;
}

Names names_of(std::span<const Variable> variables) {
    Names names;
    for (const Variable &variable : variables)
        names.insert(std::string(variable.name));
    return names;
}

} // namespace

TEST_CASE("kdumpctl(8) has every verb, option and file", "[man]") {
    Names verbs, files;
    for (const Verb &verb : verb_table())
        verbs.insert(std::string(verb.name));
    CHECK(tags_of("kdumpctl.8", "VERBS") == verbs);
    for (auto list : {sources(), estimate_sources(), config_sources(), line_sources(), capture_sources(),
                      result_sources(), service_sources(), hotplug_sources(), target_sources(),
                      dracut_sources(), boot_sources(), package_sources(), ssh_sources()})
        for (const Source &source : list)
            files.insert(std::string(source.path));
    CHECK(tags_of("kdumpctl.8", "FILES") == files);
    Names options;
    for (const OptionRow &option : option_table())
        options.insert((option.name == "help" ? "-h" : "--" + std::string(option.name)));
    CHECK(tags_of("kdumpctl.8", "OPTIONS") == options);
}

TEST_CASE("kdump.conf(5) has every directive and every variable", "[man]") {
    Names directives, removed;
    for (const Directive &directive : directive_table())
        (directive.role == Role::removed ? removed : directives).insert(std::string(directive.name));
    CHECK(tags_of("kdump.conf.5", "DIRECTIVES") == directives);
    CHECK(tags_of("kdump.conf.5", "\"DIRECTIVES THAT ARE NO MORE\"") == removed);
    CHECK(tags_of("kdump.conf.5", "\"VARIABLES OF /etc/sysconfig/kdump\"") ==
          names_of(sysconfig_variables()));
    CHECK(tags_of("kdump.conf.5", "\"VARIABLES OF /etc/default/kdump\\-tools\"") ==
          names_of(debian_variables()));
}

TEST_CASE("the usage text has every verb", "[man]") {
    for (const Verb &verb : verb_table())
        CHECK(usage_text().find("  " + std::string(verb.name) + " ") != std::string::npos);
}
