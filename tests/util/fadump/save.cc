// SPDX-License-Identifier: GPL-2.0-or-later
// Saving a dump that waits: by makedumpfile, without it, where there is no room, and what it leaves.
#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/support/size_limit.h"
#include "tests/util/fadump/dumps.h"
#include "tests/util/fadump/fake_machine.h"

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

using namespace kexec;
using namespace kexec::fadump;
using namespace kexec::fadump::test;
using kexec::testing::SizeLimit;
using kexec::testing::text_of_file;

namespace {

bool says(const Ran &ran, std::string_view words) { return ran.err.find(words) != std::string::npos; }

// A machine after a crash, and a directory for the dump.
struct Crashed : FakeMachine {
    Crashed() { crash(); }
    std::string directory() const { return files.path("a/dump"); }
    std::string stored(const std::string &name) const { return text_of_file(directory() + "/" + name); }
    bool has_stored(const std::string &name) const {
        return ::access((directory() + "/" + name).c_str(), F_OK) == 0;
    }
    // Something that stands for makedumpfile: it is given its words as "$@".
    void install(const std::string &script) {
        makedumpfile = files.write("makedumpfile", "#!/bin/sh\n" + script);
        ::chmod(makedumpfile->c_str(), 0755);
    }
};

const std::string last_two = "for word; do from=$to; to=$word; done\n";

} // namespace

TEST_CASE("a dump is stored with its log, and may be released then", "[save]") {
    Crashed machine;
    Ran ran = machine.run({"save", machine.directory()});
    CHECK(ran.outcome == Outcome::done);
    CHECK(ran.err.empty());
    CHECK(ran.out.find(machine.directory()) != std::string::npos);
    CHECK(machine.stored("vmcore") == as_text(made_dump(3)));
    CHECK(machine.stored("vmcore-dmesg.txt") ==
          "[    0.000000] line 0 \n[    0.001000] line 1 x\n[    0.002000] line 2 xx\n");
    CHECK_FALSE(machine.has_stored("opalcore"));
    CHECK_FALSE(machine.has_stored("vmcore-incomplete"));
    CHECK(machine.run({"status", "--json"}).out.find("\"saved\":\"" + machine.directory()) !=
          std::string::npos);
    CHECK(machine.run({"release"}).outcome == Outcome::done);
}

TEST_CASE("a bar on a terminal ends full", "[save]") {
    Crashed machine;
    machine.shows_progress = true;
    Ran ran = machine.run({"save", machine.directory()});
    CHECK(ran.err.starts_with("\rvmcore  [>"));
    CHECK(ran.err.ends_with("100 %  0.0 of 0.0 GiB\n"));
    machine.install(last_two + "echo \"$@\" >\"$to\"\n");
    CHECK(machine.run({"save", machine.files.path("b")}).outcome == Outcome::done);
    CHECK(text_of_file(machine.files.path("b/vmcore")).find("--message-level 5 ") != std::string::npos);
}

TEST_CASE("the memory of OPAL is stored too", "[save]") {
    Crashed machine;
    machine.add_opal_core("the memory of OPAL");
    CHECK(machine.run({"save", machine.directory()}).outcome == Outcome::done);
    CHECK(machine.stored("opalcore") == "the memory of OPAL");
}

TEST_CASE("a dump that is there is not written over", "[save]") {
    for (const char *name : {"vmcore", "vmcore-dmesg.txt", "opalcore"}) {
        Crashed machine;
        machine.files.write("a/dump/" + std::string(name), "an older one");
        Ran ran = machine.run({"save", machine.directory()});
        CHECK(ran.outcome == Outcome::failed);
        CHECK(says(ran, "is not written over"));
        CHECK(machine.stored(name) == "an older one");
        CHECK(machine.run({"release"}).outcome == Outcome::failed);
    }
}

TEST_CASE("makedumpfile stores the dump where it is installed", "[save]") {
    Crashed machine;
    machine.install(last_two + "echo \"$@\" >\"$to\"\n");
    CHECK(machine.run({"save", "--dump-level=17", machine.directory()}).outcome == Outcome::done);
    CHECK(machine.stored("vmcore") == "-f -l -d 17 --message-level 4 " + machine.root.path("/proc/vmcore") +
                                          " " + machine.directory() + "/vmcore-incomplete\n");
    CHECK(machine.has_stored("vmcore-dmesg.txt"));
    CHECK(machine.run({"release"}).outcome == Outcome::done);
}

TEST_CASE("--plain does without makedumpfile", "[save]") {
    Crashed machine;
    machine.install(last_two + "echo wrong >\"$to\"\n");
    CHECK(machine.run({"save", "--plain", machine.directory()}).outcome == Outcome::done);
    CHECK(machine.stored("vmcore") == as_text(made_dump(3)));
}

TEST_CASE("a dump that makedumpfile does not take is stored without it", "[save]") {
    for (const char *script : {"echo half >\"$to\"; exit 1\n", "kill -9 $$\n"}) {
        Crashed machine;
        machine.install(last_two + script);
        Ran ran = machine.run({"save", machine.directory()});
        CHECK(ran.outcome == Outcome::done);
        CHECK(says(ran, "going on without it"));
        CHECK(machine.stored("vmcore") == as_text(made_dump(3)));
    }
    Crashed machine;
    machine.makedumpfile = "/nowhere/makedumpfile";
    CHECK(machine.run({"save", machine.directory()}).outcome == Outcome::done);
}

TEST_CASE("where there is no room nothing has the final name, and the memory is kept", "[save]") {
    Crashed machine;
    machine.install(last_two + "echo half >\"$to\"; exit 1\n");
    Ran ran;
    {
        SizeLimit limit(2048);
        ran = machine.run({"save", machine.directory()});
    }
    CHECK(ran.outcome == Outcome::failed);
    CHECK(says(ran, "vmcore-incomplete: File too large"));
    CHECK_FALSE(machine.has_stored("vmcore"));
    CHECK_FALSE(machine.has_stored("vmcore-incomplete"));
    CHECK(machine.has_stored("vmcore-dmesg.txt"));
    CHECK(says(machine.run({"release"}), "has not been saved whole"));
    CHECK(machine.run({"status"}).outcome == Outcome::dump_waiting);
    CHECK(machine.log.empty());
    // With more room it works, in the same directory.
    CHECK(machine.run({"save", machine.directory()}).outcome == Outcome::done);
    CHECK(machine.stored("vmcore") == as_text(made_dump(3)));
}

TEST_CASE("a log that cannot be read does not hold up the dump", "[save]") {
    Crashed machine;
    machine.root.write("/proc/vmcore", "no dump at all, and what there is, is stored");
    Ran ran = machine.run({"save", machine.directory()});
    CHECK(ran.outcome == Outcome::done);
    CHECK(says(ran, "the log of the dump cannot be stored: "));
    CHECK(machine.stored("vmcore") == "no dump at all, and what there is, is stored");
    CHECK_FALSE(machine.has_stored("vmcore-dmesg.txt"));
}

TEST_CASE("without a dump there is nothing to save", "[save]") {
    FakeMachine machine;
    CHECK(says(machine.run({"save", machine.files.path("a")}), "no dump is waiting"));
    CHECK(::access(machine.files.path("a").c_str(), F_OK) != 0);
    machine.crash();
    machine.root.remove("/proc/vmcore");
    machine.root.write("/sys/kernel/debug/powerpc/fadump_region",
                       "Memory above 0x20000000 is reserved for saving crash dump\n");
    CHECK(says(machine.run({"save", machine.files.path("a")}), "there is no /proc/vmcore"));
}

TEST_CASE("a directory that cannot be made is named", "[save]") {
    Crashed machine;
    machine.files.write("a", "a file");
    Ran ran = machine.run({"save", machine.directory()});
    CHECK(ran.outcome == Outcome::failed);
    CHECK(says(ran, "making the directory"));
}
