// SPDX-License-Identifier: GPL-2.0-or-later
// The parts that only compute: the collector's words, the options of a mount.
#include "tests/catch.h"
#include "tests/support/temporary.h"
#include "util/kdump-capture/collector.h"
#include "util/kdump-capture/mount_options.h"

#include <sys/mount.h>

using namespace kexec::testing;

namespace kexec::capture {

namespace {

std::vector<std::string> arguments_of(const TemporaryDirectory &files, const std::string &words,
                                      bool flattened, const Means &means) {
    Settings settings;
    settings.collector = words;
    auto collector = collector_of(settings, files.path(), flattened, means);
    return collector ? collector->arguments : std::vector<std::string>{"none"};
}

using Words = std::vector<std::string>;
constexpr std::uint64_t mebibyte = 1 << 20;

} // namespace

TEST_CASE("collector: makedumpfile has as many threads as memory allows") {
    TemporaryDirectory files;
    files.write("kdump/bin/makedumpfile", "");
    std::string words = "makedumpfile -l -d 31";
    CHECK(arguments_of(files, words, false, {4, 1024 * mebibyte}) ==
          Words{"-l", "-d", "31", "--num-threads=4", "-f"});
    CHECK(arguments_of(files, words, false, {4, 130 * mebibyte}) ==
          Words{"-l", "-d", "31", "--num-threads=2", "-f"});
    CHECK(arguments_of(files, words, false, {4, 0}) == Words{"-l", "-d", "31", "-f"});
    CHECK(arguments_of(files, "makedumpfile -E -d 31", false, {4, 1024 * mebibyte}) ==
          Words{"-E", "-d", "31", "-f"});
    CHECK(arguments_of(files, "/usr/sbin/makedumpfile -F -f --num-threads=2", false, {4, 1024 * mebibyte}) ==
          Words{"--num-threads=2", "-f"});
    CHECK(arguments_of(files, words, true, {4, 1024 * mebibyte}) == Words{"-l", "-d", "31", "-F"});
    CHECK(arguments_of(files, "cp --sparse=always", false, {}) == Words{"none"});
    CHECK(arguments_of(files, "", false, {}) == Words{"none"});
}

TEST_CASE("collector: one with a loader beside it starts through that") {
    TemporaryDirectory files;
    files.write("kdump/bin/makedumpfile", "");
    files.write("kdump/lib/loader", "");
    Settings settings;
    settings.collector = "makedumpfile";
    auto collector = collector_of(settings, files.path(), false, {});
    REQUIRE(collector);
    CHECK(collector->program == files.path("kdump/lib/loader"));
    CHECK(collector->arguments ==
          Words{"--library-path", files.path("kdump/lib"), files.path("kdump/bin/makedumpfile"), "-f"});
}

TEST_CASE("collector: available memory is what /proc/meminfo says") {
    CHECK(available_memory("MemTotal: 9 kB\nMemAvailable:     123 kB\n") == 123 << 10);
    CHECK(available_memory("MemAvailable: x kB\nMemFree: 1 kB\n") == 0);
    CHECK(available_memory("MemAvailable: 18446744073709551615 kB\n") == UINT64_MAX >> 10 << 10);
    CHECK(available_memory("") == 0);
}

TEST_CASE("mount options: flags, data, and what is not for the kernel") {
    MountOptions options =
        mount_options("rw,noatime,nodev,subvol=/@a,x-systemd.automount,defaults,nofail,discard");
    CHECK(options.flags == (MS_NOATIME | MS_NODEV));
    CHECK(options.data == "subvol=/@a,discard");
    CHECK(mount_options("ro").flags == 0);
    CHECK(mount_options("ro").data.empty());
    CHECK(mount_options(",,").data.empty());
}

} // namespace kexec::capture
