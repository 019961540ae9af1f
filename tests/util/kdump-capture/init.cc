// SPDX-License-Identifier: GPL-2.0-or-later
// The first process: which boots store a dump, and that the others find everything as it was.
#include "util/kdump-capture/init.h"

#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/util/kdump-capture/fake_world.h"

#include <fmt/core.h>
#include <unistd.h>

using namespace kexec::testing;

namespace kexec::capture {

using Done = std::vector<std::string>;

const Done looked{"mount proc /proc proc nosuid", "mount sysfs /sys sysfs nosuid", "unmount /sys",
                  "unmount /proc"};

TEST_CASE("init: a normal boot is one without the firmware's property, and is left as it was") {
    FakeWorld fake;
    CHECK_FALSE(is_dump_boot(fake.world));
    CHECK(fake.done == looked);
}

TEST_CASE("init: a dump waits where either firmware says so and the kernel has it") {
    for (std::string property : {"rtas/ibm,kernel-dump", "ibm,opal/dump/mpipl-boot"}) {
        FakeWorld fake;
        // As the kernel has it; the link leads to nothing while /sys is not mounted.
        REQUIRE(::symlink("../sys/firmware/devicetree/base", fake.files().path("proc/device-tree").c_str()) ==
                0);
        fake.world.mount = [&fake, property](const std::string &source, const std::string &place,
                                             const std::string &type,
                                             const std::string &options) -> Result<void> {
            fake.done.push_back(fmt::format("mount {} {} {} {}", source, place, type, options));
            if (place == "/sys")
                fake.files().write("sys/firmware/devicetree/base/" + property, "");
            return {};
        };
        CHECK(is_dump_boot(fake.world));
        CHECK(fake.done == looked);
        // The property stays when the dump has been given back.
        fake.files().remove("proc/vmcore");
        CHECK_FALSE(is_dump_boot(fake.world));
    }
}

TEST_CASE("init: an original /init is seen even where it is a link that leads to nowhere yet") {
    FakeWorld fake;
    CHECK_FALSE(has_original_init(fake.world));
    REQUIRE(::symlink("usr/lib/systemd/systemd", fake.files().path("init.kdump-original").c_str()) == 0);
    CHECK(has_original_init(fake.world));
}

TEST_CASE("init: modules are loaded in their order, and one that fails does not end that") {
    FakeWorld fake;
    for (std::string name : {"0000-b.ko", "0001-a.ko", "0002-c.ko"})
        fake.files().write("kdump/modules/" + name, "");
    fake.files().write("proc/cmdline", "quiet a.wide=1 a.b.c=2\n");
    fake.files().write("kdump/options/a", "wide=0 deep=1\n");
    fake.files().write("kdump/options/b", "deep=2\n");
    fake.world.load_module = [&](const std::string &path, const std::string &parameters) -> Result<void> {
        fake.done.push_back(path + (parameters.empty() ? "" : " " + parameters));
        if (path.ends_with("a.ko"))
            return fail(Cause::system_call, "loading the module " + path + ": Exec format error");
        return {};
    };
    prepare(fake.world);
    CHECK(fake.has("tmp"));
    REQUIRE(fake.done.size() == 6);
    CHECK(Done(fake.done.begin() + 3, fake.done.end()) ==
          Done{"/kdump/modules/0000-b.ko deep=2", "/kdump/modules/0001-a.ko wide=0 deep=1 wide=1 b.c=2",
               "/kdump/modules/0002-c.ko"});
    CHECK(fake.console.find("0001-a.ko: Exec format error; going on without") != std::string::npos);
    fake.done.clear();
    leave_as_found(fake.world);
    CHECK(fake.done == Done{"unmount /dev", "unmount /sys", "unmount /proc"});
}

TEST_CASE("init: a module gets what the command line sets for it") {
    std::string line =
        "mpt3sas.max_queue_depth=8 a=mpt3sas.b=1 dm-mod.create=x dm_mod.y mpt3sas.msix_disable=1\n";
    CHECK(parameters_of("mpt3sas", line) == "max_queue_depth=8 msix_disable=1");
    CHECK(parameters_of("dm_mod", line) == "create=x y");
    CHECK(parameters_of("a", line).empty());
    CHECK(parameters_of("nvme", line).empty());
}

TEST_CASE("init: a dump's memory is given back by the file that the kernel has for it") {
    for (std::string name : {"fadump/release_mem", "fadump_release_mem"}) {
        FakeWorld fake;
        CHECK_FALSE(release_dump(fake.world));
        fake.files().write("sys/kernel/" + name, "");
        CHECK(release_dump(fake.world));
        CHECK(text_of_file(fake.files().path("sys/kernel/" + name)) == "1");
    }
}

} // namespace kexec::capture
