// SPDX-License-Identifier: GPL-2.0-or-later
// Programs that run beside us: how long they are waited for, and what they read and write.
#include "base/process_group.h"

#include "base/process.h"
#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/support/temporary.h"

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("a program that runs is waited for as long as is said, then ended with all it has started") {
    TemporaryDirectory directory;
    std::string out = directory.path("child");
    auto child = ProcessGroup::start("/bin/sh", {"-c", "sleep 77777 & echo $! >\"$1\"; wait", "sh", out});
    REQUIRE(child);
    CHECK_FALSE(*child->wait(0.3));
    child->end_group();
    CHECK(*child->wait() == 128 + 9);
    auto other = ProcessGroup::start("/bin/sh", {"-c", "exit 3"});
    CHECK(*other->wait(10.0) == 3);
}

TEST_CASE("what a program reads and writes can be a pipe's ends") {
    TemporaryDirectory directory;
    auto [input, output] = *make_pipe();
    auto reader = ProcessGroup::start("/bin/sh", {"-c", "cat >\"$1\"", "sh", directory.path("out")}, &input);
    auto writer = ProcessGroup::start("/bin/sh", {"-c", "echo through"}, nullptr, &output);
    REQUIRE((reader && writer));
    CHECK(*writer->wait() == 0);
    output = Descriptor();
    CHECK(*reader->wait() == 0);
    CHECK(text_of_file(directory.path("out")) == "through\n");
}
