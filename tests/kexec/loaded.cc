// SPDX-License-Identifier: GPL-2.0-or-later
// What --loaded answers.
#include "base/file.h"
#include "image/digest.h"
#include "tests/catch.h"
#include "tests/kexec/fake_world.h"

#include <cstdio>
#include <unistd.h>

using namespace kexec;
using namespace kexec::test;

namespace {

// Another file with that name.
void write_anew(FakeWorld &world, const std::string &path, const std::string &bytes) {
    world.files.write("other", bytes);
    REQUIRE(::rename(world.files.path("other").c_str(), path.c_str()) == 0);
}

} // namespace

TEST_CASE("nothing loaded, nothing recorded") {
    FakeWorld world;
    Outcome outcome = world.run({"--loaded"});
    CHECK(outcome.status == 0);
    CHECK(outcome.out == "kernel for the next reboot: not loaded\ncrash kernel: not loaded\n");
    CHECK(outcome.err.empty());
    CHECK(world.kernel.log.empty());
}

TEST_CASE("what was loaded, and that more cannot be known") {
    FakeWorld world;
    world.run({"-l", "--append=root=/dev/vda", world.kernel_file});
    std::string digest = digest_text(digest_of(as_bytes("BOTH calls take it")));
    CHECK(world.run({"--loaded"}).out == "kernel for the next reboot: loaded\n"
                                         "  loaded 2026-11-18T11:06:40Z by kexec_file_load\n"
                                         "  kernel " +
                                             real_path(world.kernel_file) + ", 18 bytes, sha256 " + digest +
                                             "\n"
                                             "  command line: root=/dev/vda\n"
                                             "crash kernel: not loaded\n"
                                             "more cannot be known: the kernel tells whether a kernel is "
                                             "loaded, not which: another program may "
                                             "have loaded another one since\n");
}

TEST_CASE("of a load without checks a file that has changed since has no digest") {
    FakeWorld world;
    world.run({"-l", "-i", "--initrd=" + world.initrd_file, world.kernel_file});
    write_anew(world, world.kernel_file, "something else, 20 b");
    CHECK(contains(world.run({"--loaded"}).out, " 18 bytes, changed or removed since\n"));
    CHECK(
        contains(world.run({"--loaded", "--json"}).out, "\"size\":18,\"sha256\":null,\"unchanged\":false}"));
    CHECK(contains(world.run({"--loaded"}).out, "sha256 ")); // of the initial ramdisk
}

TEST_CASE("the digest is that of the file that was loaded, whatever becomes of it") {
    FakeWorld world;
    world.run({"-l", GENERATE("-c", "-s"), world.kernel_file});
    std::string bytes(as_text(*read_file(world.kernel_file, 100)));
    std::string digest = digest_text(digest_of(as_bytes(bytes)));
    write_anew(world, world.kernel_file, "something else, 20 b");
    CHECK(contains(world.run({"--loaded"}).out,
                   " 18 bytes, sha256 " + digest + ", changed or removed since\n"));
    write_anew(world, world.kernel_file, bytes); // the same bytes in another file
    CHECK(contains(world.run({"--loaded"}).out, " 18 bytes, sha256 " + digest + "\n"));
    REQUIRE(::unlink(world.kernel_file.c_str()) == 0);
    CHECK(contains(world.run({"--loaded", "--json"}).out, digest + "\",\"unchanged\":false}"));
}

TEST_CASE("of a load without checks, a digest that was asked for once is known after the file has changed") {
    FakeWorld world;
    world.run({"-l", "-i", world.kernel_file});
    std::string digest = digest_text(digest_of(as_bytes("BOTH calls take it")));
    CHECK(contains(world.run({"--loaded"}).out, " 18 bytes, sha256 " + digest + "\n"));
    write_anew(world, world.kernel_file, "something else, 20 b");
    CHECK(contains(world.run({"--loaded"}).out,
                   " 18 bytes, sha256 " + digest + ", changed or removed since\n"));
}

TEST_CASE("the SHA-256 of a large file is kept of each half, until the whole is asked for") {
    FakeWorld world;
    constexpr std::uint64_t size = (16 << 20) + 5000, half = (8 << 20);
    REQUIRE(::truncate(world.initrd_file.c_str(), size) == 0);
    Buffer bytes(size);
    auto first_bytes = read_file(world.initrd_file, size);
    REQUIRE(first_bytes);
    std::ranges::copy(*first_bytes, bytes.begin());
    std::string first = digest_text(digest_of(Bytes(bytes).first(half))),
                rest = digest_text(digest_of(Bytes(bytes).subspan(half))),
                whole = digest_text(digest_of(bytes));
    world.run({"-l", GENERATE("-c", "-s"), "--initrd=" + world.initrd_file, world.kernel_file});

    SECTION("that is what is known of one that is not there any more") {
        std::string elsewhere = world.initrd_file + ".old";
        REQUIRE(::rename(world.initrd_file.c_str(), elsewhere.c_str()) == 0);
        CHECK(contains(world.run({"--loaded"}).out, "16782216 bytes, sha256 of the first 8388608 bytes " +
                                                        first + ", of the rest " + rest +
                                                        ", changed or removed since\n"));
        CHECK(contains(world.run({"--loaded", "--json"}).out,
                       "\"sha256\":null,\"sha256_of_halves\":{\"first_bytes\":8388608,\"first\":\"" + first +
                           "\",\"rest\":\"" + rest + "\"},\"unchanged\":false}"));
        write_anew(world, world.initrd_file, std::string(as_text(bytes))); // the same bytes in another file
        CHECK(contains(world.run({"--loaded", "--json"}).out, "\"},\"unchanged\":true}"));
        bytes.back() = std::byte{1};
        write_anew(world, world.initrd_file, std::string(as_text(bytes)));
        CHECK(contains(world.run({"--loaded", "--json"}).out, "\"},\"unchanged\":false}"));
    }
    SECTION("of one that is still there it is computed, and kept") {
        CHECK(contains(world.run({"--loaded"}).out, " 16782216 bytes, sha256 " + whole + "\n"));
        REQUIRE(::unlink(world.initrd_file.c_str()) == 0);
        CHECK(contains(world.run({"--loaded", "--json"}).out,
                       "\"sha256\":\"" + whole + "\",\"unchanged\":false}"));
    }
}

TEST_CASE("the kernel's own flag is asked each time") {
    FakeWorld world;
    world.run({"-l", world.kernel_file});
    world.root.write("/sys/kernel/kexec_loaded", "0\n");
    world.root.write("/sys/kernel/kexec_crash_loaded", "1\n");
    std::string text = world.run({"--loaded"}).out;
    CHECK(contains(text, "reboot: not loaded any more: the record is of one that was unloaded elsewhere\n"));
    CHECK(contains(text, "crash kernel: loaded, and not recorded: another program loaded it, "
                         "or one that was ended\n"));
    world.root.remove("/sys/kernel/kexec_loaded");
    CHECK(contains(world.run({"--loaded"}).out, "reboot: whether one is loaded is not known"));
    world.root.write("/sys/kernel/kexec/loaded", "1\n");
    CHECK(contains(world.run({"--loaded"}).out, "reboot: loaded\n"));
}

TEST_CASE("a damaged record is said to be one") {
    FakeWorld world;
    world.run({"-l", world.kernel_file});
    world.root.write("/run/kexec/reboot", "nonsense\n");
    CHECK(contains(world.run({"--loaded"}).out, "reboot: loaded; the record cannot be read: "));
    CHECK(contains(world.run({"--loaded", "--json"}).out, "\"loaded\":true,\"error\":\""));
}

TEST_CASE("the same as JSON") {
    FakeWorld world;
    world.run({"-l", "-c", "--append=say=\"hello you\"", world.kernel_file});
    std::string digest = digest_text(digest_of(as_bytes("BOTH calls take it")));
    CHECK(
        world.run({"--json", "--loaded"}).out ==
        "{\"reboot\":{\"loaded\":true,\"agrees\":true,\"record\":{\"time\":\"2026-11-18T11:06:40Z\","
        "\"call\":\"kexec_load\",\"command_line\":\"say=\\\"hello you\\\"\",\"files\":[{\"role\":\"kernel\","
        "\"path\":\"" +
            real_path(world.kernel_file) + "\",\"size\":18,\"sha256\":\"" + digest +
            "\",\"unchanged\":true}]}},\"crash\":{\"loaded\":false,\"record\":null},\"limit\":\"the kernel "
            "tells whether a "
            "kernel is "
            "loaded, not which: another program may have loaded another one since\"}\n");
    world.root.write("/sys/kernel/kexec_loaded", "0\n");
    CHECK(contains(world.run({"--json", "--loaded"}).out, "{\"reboot\":{\"loaded\":false,\"agrees\":false,"));
    world.root.remove("/sys/kernel/kexec_loaded");
    CHECK(contains(world.run({"--json", "--loaded"}).out, "{\"reboot\":{\"loaded\":null,\"record\":{"));
}

TEST_CASE("--json without --loaded is named, -S wins, and an option of a load does not fit") {
    FakeWorld world;
    CHECK(contains(world.run({"-u", "--json"}).err, "--json has no effect without --loaded"));
    Outcome status = world.run({"--loaded", "-S"});
    CHECK((status.out + status.err).empty());
    CHECK(world.run({"--loaded", "--append=x"}).status == 1);
}
