// SPDX-License-Identifier: GPL-2.0-or-later
// Registering and releasing, on a kernel that takes it, refuses it or only says that it took it.
#include "util/fadump/act.h"

#include "tests/catch.h"
#include "tests/util/fadump/fake_machine.h"

#include <cerrno>
#include <unistd.h>

using namespace kexec;
using namespace kexec::fadump;
using kexec::fadump::test::FakeMachine;
using kexec::fadump::test::Layout;
using kexec::fadump::test::Ran;

namespace {

bool says(const Ran &ran, std::string_view words) { return ran.err.find(words) != std::string::npos; }

} // namespace

TEST_CASE("register and unregister, in both layouts", "[act]") {
    for (Layout layout : {Layout::directory, Layout::flat}) {
        FakeMachine machine(layout);
        CHECK(machine.run({"status"}).outcome == Outcome::not_armed);
        CHECK(machine.run({"register"}).outcome == Outcome::done);
        CHECK(machine.run({"status"}).outcome == Outcome::done);
        CHECK(machine.run({"register"}).outcome == Outcome::done);
        CHECK(machine.run({"unregister"}).outcome == Outcome::done);
        CHECK(machine.run({"status"}).outcome == Outcome::not_armed);
        std::string path = machine.path_of("registered");
        CHECK(machine.log == std::vector<std::string>{path + " 1", path + " 1", path + " 0"});
    }
}

TEST_CASE("words for the boot after a crash are set first, where the kernel takes them", "[act]") {
    FakeMachine machine;
    Ran ran = machine.run({"register", "--append=nr_cpus=2 numa=off"});
    CHECK((ran.outcome == Outcome::done && says(ran, "adds nothing to the command line")));
    CHECK(machine.log.size() == 1);
    machine.root.write("/sys/kernel/fadump/bootargs_append", "\n");
    machine.log.clear();
    CHECK(machine.run({"register", "--append=nr_cpus=2 numa=off"}).outcome == Outcome::done);
    CHECK(machine.log == std::vector<std::string>{"/sys/kernel/fadump/bootargs_append nr_cpus=2 numa=off",
                                                  machine.path_of("registered") + " 1"});
    machine.answers = {EINVAL};
    CHECK(machine.run({"register", "--append=a"}).outcome == Outcome::failed);
}

TEST_CASE("a kernel that does not register anew by itself is helped", "[act]") {
    FakeMachine machine(Layout::flat);
    machine.registers_anew = false;
    CHECK(machine.run({"register"}).outcome == Outcome::done);
    CHECK(machine.run({"register"}).outcome == Outcome::done);
    std::string path = machine.path_of("registered");
    CHECK(machine.log == std::vector<std::string>{path + " 1", path + " 1", path + " 0", path + " 1"});
    CHECK(machine.content_of("registered") == "1\n");
}

TEST_CASE("a refused write names the file, the reason and the likely cause", "[act]") {
    struct Refusal {
        int number;
        const char *remedy;
    };
    for (const Refusal &refusal :
         {Refusal{EPERM, "fadump status"}, Refusal{EACCES, "run this as root"}, Refusal{EINVAL, "holes"},
          Refusal{EIO, "firmware"}, Refusal{ENOENT, "fadump status"}, Refusal{EEXIST, "kernel's log"}}) {
        FakeMachine machine;
        machine.answers = {refusal.number};
        Ran ran = machine.run({"register"});
        CHECK(ran.outcome == Outcome::failed);
        CHECK(says(ran, "the kernel has refused \"1\" in /sys/kernel/fadump/registered: "));
        CHECK(says(ran, refusal.remedy));
        CHECK(machine.content_of("registered") == "0\n");
    }
}

TEST_CASE("a write that has no effect is no success", "[act]") {
    FakeMachine machine;
    machine.takes_and_ignores = true;
    CHECK(says(machine.run({"register"}), "says that there is none"));
    machine.root.write(machine.path_of("registered"), "1\n");
    Ran ran = machine.run({"unregister"});
    CHECK(ran.outcome == Outcome::failed);
    CHECK(says(ran, "the registration is still there"));
    machine.crash();
    CHECK(says(machine.run({"release", "--yes"}), "says that the dump is still waiting"));
}

TEST_CASE("what cannot work is not tried", "[act]") {
    FakeMachine machine;
    machine.crash();
    CHECK(says(machine.run({"register"}), "a dump is waiting"));
    CHECK(says(machine.run({"unregister"}), "a dump is waiting"));
    FakeMachine disabled;
    disabled.root.write(disabled.path_of("enabled"), "0\n");
    CHECK(says(disabled.run({"register"}), "no memory is reserved"));
    FakeMachine without;
    without.root.remove(without.path_of("enabled"));
    without.root.remove(without.path_of("registered"));
    CHECK(says(without.run({"register"}), "this machine has no firmware-assisted dump"));
    CHECK(says(FakeMachine().run({"release", "--yes"}), "no dump is waiting"));
    CHECK((machine.log.empty() && disabled.log.empty() && without.log.empty()));
}

TEST_CASE("a dump that is not saved is not released", "[act]") {
    for (Layout layout : {Layout::directory, Layout::flat}) {
        FakeMachine machine(layout);
        machine.crash();
        Ran ran = machine.run({"release"});
        CHECK(ran.outcome == Outcome::failed);
        CHECK(says(ran, "has not been saved whole"));
        CHECK(machine.log.empty());
        // A record of another boot is none.
        machine.root.write("/run/fadump-saved", "first-boot /var/crash/a\n");
        CHECK(machine.run({"release"}).outcome == Outcome::failed);
        machine.root.write("/run/fadump-saved", "second-boot /var/crash/a\n");
        CHECK(machine.run({"release"}).outcome == Outcome::done);
        CHECK(machine.log == std::vector<std::string>{machine.path_of("release_mem") + " 1"});
        CHECK(machine.run({"status"}).outcome == Outcome::not_armed);
        CHECK(machine.run({"register"}).outcome == Outcome::done);
    }
}

TEST_CASE("a dump that may be lost is released unsaved", "[act]") {
    FakeMachine machine;
    machine.crash();
    CHECK(machine.run({"release", "--yes"}).outcome == Outcome::done);
    CHECK_FALSE(machine.has("/proc/vmcore"));
}

TEST_CASE("the memory of OPAL is released with the dump, or after it", "[act]") {
    FakeMachine machine;
    machine.crash();
    machine.add_opal_core("core");
    CHECK(machine.run({"release", "--yes"}).outcome == Outcome::done);
    CHECK(machine.log == std::vector<std::string>{"/sys/firmware/opal/mpipl/release_core 1",
                                                  "/sys/kernel/fadump/release_mem 1"});
    FakeMachine later;
    later.add_opal_core("core");
    CHECK(later.run({"release"}).outcome == Outcome::failed);
    CHECK(later.run({"release", "--yes"}).outcome == Outcome::done);
    CHECK(later.log == std::vector<std::string>{"/sys/firmware/opal/mpipl/release_core 1"});
}

TEST_CASE("a record is left whole, and anew", "[act]") {
    FakeMachine machine;
    World world{.root = machine.root.path(), .print = {}, .complain = {}, .write = {}, .makedumpfile = {}};
    Facts facts = *look(world);
    REQUIRE(record_saved(world, facts, "/var/crash/one"));
    REQUIRE(record_saved(world, facts, "/var/crash/two"));
    CHECK(look(world)->saved == "/var/crash/two");
}
