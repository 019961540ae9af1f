// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/pluggable.h"

#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/support/temporary.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

const std::string cpu = "/sys/devices/system/cpu/cpu";
const std::string memory = "00100000-3fffffff : System RAM\n";

struct Computer {
    TemporaryDirectory root;
    Pluggable before;

    explicit Computer(bool has_notes) {
        root.write("/proc/iomem", memory);
        Files files{{"/proc/iomem", memory}};
        if (has_notes)
            add_cpu(0, files);
        before = pluggable_parts(understand_common(snapshot_of(files), "some").value());
    }
    void add_cpu(unsigned number, Files &files) const {
        std::string path = cpu + std::to_string(number) + "/crash_notes";
        files[path] = "3000000\n";
        root.write(path, "3000000\n");
    }
    bool changed() const { return have_changed(before, root.path()); }
};

} // namespace

TEST_CASE("memory that came or went is a change, what a device has is none") {
    Computer computer(false);
    CHECK_FALSE(computer.changed());
    computer.root.write("/proc/iomem", memory + "fe000000-fe000fff : some device\n");
    CHECK_FALSE(computer.changed());
    computer.root.write("/proc/iomem", memory + "100000000-1ffffffff : System RAM (virtio_mem)\n");
    CHECK(computer.changed());
    computer.root.write("/proc/iomem", "00100000-1fffffff : System RAM\n");
    CHECK(computer.changed());
}

TEST_CASE("a CPU that came is a change where CPUs were asked for") {
    for (bool has_notes : {false, true}) {
        Computer computer(has_notes);
        CHECK_FALSE(computer.changed());
        Files files;
        computer.add_cpu(1, files);
        CHECK(computer.changed() == has_notes);
    }
}

TEST_CASE("what cannot be read has not changed") {
    Computer computer(true);
    computer.root.remove("/proc/iomem");
    CHECK_FALSE(computer.changed());
    computer.root.write("/proc/iomem", memory);
    computer.root.remove(cpu + "0/crash_notes");
    CHECK_FALSE(computer.changed());
}
