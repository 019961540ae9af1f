// SPDX-License-Identifier: GPL-2.0-or-later
// Recordings: a machine comes out as it went in; what is none is told from what is damaged and what is newer.
#include "extras/recording.h"

#include "base/compress.h"
#include "extras/tar.h"
#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/support/bundle.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

Buffer packed(const Recording &recording) { return write_recording(recording).value(); }

Buffer archive_with_list(std::string_view list) {
    return write_tar({{"kexec-recording", as_bytes(list)}, {"proc/iomem", as_bytes("x")}});
}

std::string error_of(Bytes file) {
    auto recording = read_recording(file);
    REQUIRE_FALSE(recording);
    CHECK_FALSE(recording.error().remedy.empty());
    return recording.error().what;
}

} // namespace

TEST_CASE("every kept machine comes out of a recording as it went in") {
    for (std::string name : {"x86_64-uefi-1g", "arm64-uefi-6g", "ppc64-powernv", "s390x-6g"}) {
        Snapshot snapshot = recorded_machine(name);
        Buffer file = packed({name.substr(0, name.find('-')), snapshot});
        INFO(name << ": " << file.size());
        CHECK(file.size() < 100 << 10);
        auto recording = read_recording(file);
        REQUIRE(recording);
        CHECK(recording->arch == name.substr(0, name.find('-')));
        CHECK(write_bundle(recording->snapshot) == write_bundle(snapshot));
        CHECK(packed(*recording) == file);
    }
}

TEST_CASE("errors and cuts are kept") {
    Snapshot snapshot = snapshot_of({{"/proc/iomem", "x"}});
    snapshot.put("/sys/cut", buffer("half"), true);
    snapshot.put_error("/sys/a b", 13);
    Recording recording = read_recording(packed({"x86_64", snapshot})).value();
    CHECK(recording.snapshot.is_cut("/sys/cut"));
    CHECK_FALSE(recording.snapshot.is_cut("/proc/iomem"));
    CHECK(recording.snapshot.text("/sys/cut") == "half");
    CHECK(recording.snapshot.error("/sys/a b") == 13);
    CHECK(recording.snapshot.paths().size() == 3);
}

TEST_CASE("an archive that is not packed is read too") {
    Recording recording = read_recording(archive_with_list("kexec-recording 1\narch s390x\n")).value();
    CHECK(recording.arch == "s390x");
    CHECK(recording.snapshot.text("/proc/iomem") == "x");
}

TEST_CASE("what is no recording is told as such") {
    CHECK(error_of({}) == "the file is no recording of a machine: it is no tar archive");
    CHECK(error_of(as_bytes("some text")) == "the file is no recording of a machine: it is no tar archive");
    CHECK(error_of(write_tar({{"proc/iomem", {}}})) ==
          "the archive is no recording of a machine: its list does not start as one");
    for (std::string_view list : {"", "kexec-recording", "kexec-recording x\narch a\n", "other 1\narch a\n"})
        CHECK(error_of(archive_with_list(list)) ==
              "the archive is no recording of a machine: its list does not start as one");
    CHECK(error_of(archive_with_list("kexec-recording 1\n")) ==
          "the list of the recording names no architecture");
    for (std::string_view line : {"error 13", "error x /a", "error 0 /a", "error 5000 /a", "error 13 a",
                                  "error 13 /../a", "cut /a", "cut ../proc/iomem", "cut /kexec-recording"})
        CHECK(error_of(archive_with_list("kexec-recording 1\narch a\n" + std::string(line) + "\n")) ==
              "the list of the recording has the line \"" + std::string(line) + "\"");
}

TEST_CASE("a newer program's recording asks for a newer program, its additions do not") {
    auto recording = read_recording(archive_with_list("kexec-recording 2\narch x86_64\n"));
    REQUIRE_FALSE(recording);
    CHECK(recording.error().cause == Cause::unsupported);
    CHECK(recording.error().what == "the recording is of version 2, this program reads version 1");
    CHECK(read_recording(archive_with_list("kexec-recording 1\narch x86_64\nnews of tomorrow\n")));
}

TEST_CASE("a recording that is cut short anywhere is an error") {
    Buffer file = packed({"x86_64", snapshot_of({{"/proc/iomem", "x"}, {"/proc/cmdline", "quiet\n"}})});
    for (std::size_t size = 0; size < file.size(); size++)
        CHECK_FALSE(read_recording(Bytes(file).first(size)));
}

TEST_CASE("a small file that unpacks to gigabytes is refused") {
    Buffer zeros(largest_archive + 1);
    Buffer bomb = compress_gzip(zeros).value();
    CHECK(bomb.size() < 1 << 20);
    CHECK(error_of(bomb) == "the gzip data unpacks to more than 268435456 bytes");
}
