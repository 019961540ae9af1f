// SPDX-License-Identifier: GPL-2.0-or-later
// The settings as a file, written and read again.
#include "capture/settings.h"

#include "tests/catch.h"

namespace kexec::capture {

namespace {

Settings everything() {
    Settings settings;
    settings.targets = {
        {.type = "ext4", .source = "LABEL=my disk", .options = "noatime", .path = "/var/crash"},
        {.type = "raw", .source = "/dev/vdb", .size = 4096},
        {.type = "ssh", .source = "a@b", .path = "/dumps", .key = "/root/key"}};
    settings.directory_name = "{host}-%s";
    settings.host = "box";
    settings.address = "10.0.0.1";
    settings.collector = "makedumpfile -l --message-level 7 -d 31";
    settings.failure_action = Action::shell;
    settings.final_action = Action::resume;
    settings.time_limit = 60;
    settings.device_wait = 5;
    settings.pre = "/usr/bin/before";
    settings.post = "/usr/bin/behind";
    settings.pre_scripts = {"/etc/kdump/pre.d/a b", "/etc/kdump/pre.d/c"};
    settings.post_scripts = {"/etc/kdump/post.d/d"};
    settings.emergency = "/usr/bin/help";
    settings.emergency_scripts = {"/etc/kdump/emergency.d/e"};
    settings.fence = "-p 7410 node1 node2";
    return settings;
}

} // namespace

TEST_CASE("settings: what is written is read again") {
    auto text = settings_text(everything());
    REQUIRE(text);
    auto read = parse_settings(*text);
    REQUIRE(read);
    CHECK(*read == everything());
}

TEST_CASE("settings: those of nothing are the defaults") {
    auto read = parse_settings("kdump-capture 1\n");
    REQUIRE(read);
    CHECK(*read == Settings{});
    CHECK(*parse_settings(*settings_text(Settings{})) == Settings{});
}

TEST_CASE("settings: a line break in a value cannot become a line") {
    Settings settings;
    settings.host = "box\nfinal_action halt";
    auto text = settings_text(settings);
    REQUIRE_FALSE(text);
    CHECK(text.error().what == "there is a line break in \"host box?final_action halt\"");
}

TEST_CASE("settings: what is wrong in them is named with its line") {
    struct Sample {
        std::string_view lines, complaint;
    };
    for (Sample sample :
         {Sample{"colour red", "line 2: \"colour\" is no setting"},
          Sample{"path /a", "line 2: \"path\" is no setting"},
          Sample{"time_limit ten", "line 2: the value \"ten\" of time_limit is not one it can have"},
          Sample{"target raw\nsize -1", "line 3: the value \"-1\" of size is not one it can have"},
          Sample{"final_action sing", "line 2: the value \"sing\" of final_action is not one it can have"}}) {
        auto read = parse_settings("kdump-capture 1\n" + std::string(sample.lines) + "\n");
        REQUIRE_FALSE(read);
        CHECK(read.error().what == sample.complaint);
        CHECK_FALSE(read.error().remedy.empty());
    }
    CHECK_FALSE(parse_settings("final_action halt\n"));
    CHECK_FALSE(parse_settings(""));
}

} // namespace kexec::capture
