// SPDX-License-Identifier: GPL-2.0-or-later
// The name of a dump's directory.
#include "util/naming.h"

#include "tests/catch.h"

namespace kexec::capture {

namespace {

std::string name_by(const std::string &form, const Target &target = {.type = "ext4"}) {
    Settings settings;
    settings.directory_name = form;
    settings.host = "box";
    settings.address = "10.0.0.1";
    constexpr std::uint64_t time = 1700000000;
    return directory_name(settings, target, time);
}

} // namespace

TEST_CASE("naming: a form's parts, and what is none of them as it is") {
    CHECK(name_by(Settings{}.directory_name) == "127.0.0.1-2023-11-14-22:13:20");
    CHECK(name_by(Settings{}.directory_name, {.type = "ssh"}) == "10.0.0.1-2023-11-14-22:13:20");
    CHECK(name_by("{host}.%Y%m%d%H%M") == "box.202311142213");
    CHECK(name_by("100%% %q {nothing} %") == "100% %q {nothing} %");
}

TEST_CASE("naming: no name leads out of its directory") {
    CHECK(name_by("../../etc") == ".._.._etc");
    CHECK(name_by("..") == "dump");
    CHECK(name_by(".") == "dump");
    CHECK(name_by("") == "dump");
}

} // namespace kexec::capture
