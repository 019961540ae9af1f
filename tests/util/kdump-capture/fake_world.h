// SPDX-License-Identifier: GPL-2.0-or-later
// A capture kernel made of files: what would be mounted is a directory that is there, and what would be done
// is noted.
#pragma once

#include "tests/support/temporary.h"
#include "util/kdump-capture/world.h"

namespace kexec::testing {

class FakeWorld {
public:
    // With /proc/vmcore, a dump of three lines of log, and a disk vda that has an ext4 called "disk".
    FakeWorld();

    const TemporaryDirectory &files() const { return directory_; }
    // What the target's file system has.
    std::string stored(const std::string &name) const;
    bool has(const std::string &path) const;
    // "mount ...", "unmount ...", "module ...", "scan ...", "sync", "leave ...", in their order.
    std::vector<std::string> done;
    std::string console;

    capture::World world;
    capture::Settings settings; // a target on the disk

private:
    TemporaryDirectory directory_;
    double now_ = 0;
};

} // namespace kexec::testing
