// SPDX-License-Identifier: GPL-2.0-or-later
// What is written down of a load, for whom, and when it goes.
#include "kexec/record.h"

#include "base/file.h"
#include "image/digest.h"
#include "kexec/patience.h"
#include "tests/catch.h"
#include "tests/kexec/fake_world.h"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>

using namespace kexec;
using namespace kexec::test;
using namespace kexec::testing;

namespace {

std::string content(const FakeWorld &world, const std::string &name) {
    auto bytes = read_file(world.root.path("/run/kexec/" + name), 1 << 20);
    return bytes ? std::string(as_text(*bytes)) : "";
}

unsigned mode_of(const std::string &path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
}

} // namespace

TEST_CASE("a record survives being written and read, whatever stands in its words") {
    LoadRecord record{.boot = "b",
                      .time = 12,
                      .call = "kexec_load",
                      .command_line = "a \\n b\nc\\",
                      .files = {{"kernel", "/a b/c\nd", 7, "8:ff:1.02", {}},
                                {"initrd", "/i", 0, "0:1:0.0", {"ab"}},
                                {"dtb", "/d", 1, "0:2:0.0", {"cd", "ef"}}},
                      .words = {"--load-panic", "--append=x \n y", ""}};
    auto read = parse_record(text_of(record));
    REQUIRE(read);
    CHECK(*read == record);
}

TEST_CASE("a text that is no record is refused") {
    std::string good =
        text_of({.boot = "b", .time = 1, .call = "c", .command_line = "", .files = {}, .words = {}});
    CHECK(parse_record(good));
    for (const char *bad : {"", "something else\n", "kexec record 2\n"})
        CHECK_FALSE(parse_record(bad));
    for (const char *line :
         {"time x\n", "file kernel\n", "file kernel 1 2 -\n", "file kernel x 2 - /k\n", "other 1\n"})
        CHECK_FALSE(parse_record(good + line));
}

TEST_CASE("a load is recorded for root alone, and an unload forgets it") {
    FakeWorld world;
    CHECK(world.run({"-l", "--append=quiet", "--initrd=" + world.initrd_file, world.kernel_file}).status ==
          0);
    CHECK(mode_of(world.root.path("/run/kexec")) == 0700);
    CHECK(mode_of(world.root.path("/run/kexec/reboot")) == 0600);
    std::string text = content(world, "reboot");
    CHECK(contains(text, "command-line quiet\n"));
    CHECK(contains(text, "call kexec_file_load\n"));
    CHECK(contains(text, "file initrd 15 "));
    CHECK(contains(text, " " + real_path(world.kernel_file) + "\n"));
    CHECK(content(world, "crash").empty());
    CHECK(world.run({"-u", "-p"}).status == 0);
    CHECK_FALSE(content(world, "reboot").empty());
    CHECK(world.run({"-u"}).status == 0);
    CHECK(content(world, "reboot").empty());
}

TEST_CASE("a load writes down the SHA-256 of every file, but without checks it hashes none") {
    FakeWorld world;
    std::string initrd = digest_text(digest_of(*read_file(world.initrd_file, 100)));
    std::string kernel = digest_text(digest_of(*read_file(world.kernel_file, 100)));
    for (const char *call : {"-c", "-s"}) {
        world.run({"-l", call, "--initrd=" + world.initrd_file, world.kernel_file});
        CHECK(contains(content(world, "reboot"), " " + kernel + " " + real_path(world.kernel_file) + "\n"));
        CHECK(contains(content(world, "reboot"), " " + initrd + " " + real_path(world.initrd_file) + "\n"));
        world.run({"-l", call, "-i", "--initrd=" + world.initrd_file, world.kernel_file});
        CHECK(contains(content(world, "reboot"), " - " + real_path(world.kernel_file) + "\n"));
        CHECK(contains(content(world, "reboot"), " - " + real_path(world.initrd_file) + "\n"));
    }
}

TEST_CASE("keys are hidden in both records; only what loads the crash kernel again has them") {
    FakeWorld world;
    world.run({"-l", "--append=a luks.passphrase=opensesame b", world.kernel_file});
    CHECK(contains(content(world, "reboot"), "command-line a luks.passphrase=(hidden) b\n"));
    CHECK_FALSE(contains(content(world, "reboot"), "opensesame"));
    world.run({"-p", "--append=a luks.passphrase=opensesame b", world.kernel_file});
    CHECK(contains(content(world, "crash"), "command-line a luks.passphrase=(hidden) b\n"));
    CHECK(contains(content(world, "crash"), "word --append=a luks.passphrase=opensesame b\n"));
    Outcome shown = world.run({"--loaded"}), as_json = world.run({"--loaded", "--json"});
    CHECK(contains(shown.out, "luks.passphrase=(hidden)"));
    CHECK_FALSE(contains(shown.out + as_json.out, "opensesame"));
    CHECK_FALSE(contains(world.run({"-d", "-l", "--append=rd.luks.key=opensesame", world.kernel_file}).err,
                         "opensesame"));
}

TEST_CASE("a load that is started at once is not recorded, and neither is one without /run") {
    FakeWorld world;
    world.run({"-f", "-x", world.kernel_file});
    CHECK(content(world, "reboot").empty());
    for (const char *path : {"/run/kexec", "/run/utmp", "/run"})
        world.root.remove(path);
    Outcome outcome = world.run({"-l", world.kernel_file});
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
}

TEST_CASE("a record that cannot be written is a warning, and the load stands") {
    FakeWorld world;
    world.root.write("/run/kexec", "a file where the directory should be");
    Outcome outcome = world.run({"-l", world.kernel_file});
    CHECK(outcome.status == 0);
    CHECK(world.loaded() == "1");
    CHECK(contains(outcome.err, "cannot be recorded"));
    CHECK(contains(outcome.err, "going on without"));
}

TEST_CASE("a failed load leaves the record of what is still loaded") {
    FakeWorld world;
    world.run({"-l", "--append=first", world.kernel_file});
    world.kernel.load_answers = {ENOMEM};
    CHECK(world.run({"-l", "-c", "--append=second", world.kernel_file}).status == 255);
    CHECK(contains(content(world, "reboot"), "command-line first\n"));
}

TEST_CASE("what a load that was ended leaves behind makes the older record doubtful, until the next one") {
    FakeWorld world;
    world.run({"-l", "--append=first", world.kernel_file});
    world.root.write("/run/kexec/reboot-incomplete", "");
    Outcome asked = world.run({"--loaded"});
    CHECK(contains(asked.out,
                   "reboot: loaded, and not recorded: another program loaded it, or one that was ended\n"));
    CHECK_FALSE(contains(asked.out, world.kernel_file));
    SECTION("a load") {
        CHECK(world.run({"-l", "--append=second", world.kernel_file}).status == 0);
        CHECK(contains(content(world, "reboot"), "command-line second\n"));
    }
    SECTION("an unload") {
        CHECK(world.run({"-u"}).status == 0);
        CHECK(content(world, "reboot").empty());
    }
    CHECK_FALSE(exists(world.root.path("/run/kexec/reboot-incomplete")));
}

TEST_CASE("a load and an unload wait for another that is being made, say so once, and do not wait for ever") {
    FakeWorld world;
    world.run({"-l", "--append=first", world.kernel_file});
    world.root.write("/run/kexec/reboot-incomplete", "");
    auto held = open_to_read(world.root.path("/run/kexec/reboot-incomplete"));
    REQUIRE(held);
    world.kernel.log.clear();
    Outcome outcome = GENERATE(true, false) ? world.run({"-l", world.kernel_file}) : world.run({"-u"});
    CHECK(outcome.status == 0);
    CHECK(std::count(world.kernel.log.begin(), world.kernel.log.end(), "wait") == most_pauses);
    auto told = outcome.err.find("another load or unload is in progress; waiting for it\n");
    CHECK(told != std::string::npos);
    CHECK(told == outcome.err.rfind("another"));
    CHECK(contains(outcome.err,
                   "still in progress after 10 seconds; going on, and what is loaded is not recorded\n"));
    CHECK(content(world, "reboot").empty());
    CHECK_FALSE(exists(world.root.path("/run/kexec/reboot-incomplete"))); // the other one cannot finish it
}

TEST_CASE("a load after an unload, in the same run, does not wait for itself") {
    FakeWorld world;
    CHECK(world.run({"-u", "-l", world.kernel_file}).status == 0);
    CHECK(std::count(world.kernel.log.begin(), world.kernel.log.end(), "wait") == 0);
}

TEST_CASE("a record of an earlier boot counts for nothing") {
    FakeWorld world;
    world.run({"-l", world.kernel_file});
    CHECK(contains(world.run({"--loaded"}).out, world.kernel_file));
    world.root.write("/proc/sys/kernel/random/boot_id", "another-boot\n");
    CHECK_FALSE(contains(world.run({"--loaded"}).out, world.kernel_file));
}
