// SPDX-License-Identifier: GPL-2.0-or-later
// What the files tell, in both layouts; and files that tell what cannot be.
#include "util/fadump/understand.h"

#include "tests/catch.h"
#include "tests/util/fadump/recorded.h"

#include <cerrno>

using namespace kexec;
using namespace kexec::fadump;
using kexec::fadump::test::recorded;

namespace {

Snapshot with(Snapshot snapshot, const std::string &path, std::string_view content) {
    snapshot.put(path, Buffer(as_bytes(content).begin(), as_bytes(content).end()));
    return snapshot;
}

Mode mode_with(const std::string &command_line) {
    return understand(with({}, "/proc/cmdline", command_line))->mode;
}

} // namespace

TEST_CASE("the newer layout tells all there is", "[understand]") {
    auto facts = understand(recorded("pseries-6.12-nocma"));
    REQUIRE(facts);
    CHECK(facts->platform == Platform::powervm);
    CHECK(facts->mode == Mode::nocma);
    CHECK((facts->enabled == true && facts->registered && facts->hotplug_ready));
    CHECK(facts->reserved == 1090584576);
    CHECK(facts->bootargs == "nr_cpus=16 numa=off");
    CHECK(facts->reserve_mem == "1G");
    CHECK(facts->memory == 32ULL << 30);
    CHECK(facts->controls.registered == "/sys/kernel/fadump/registered");
    CHECK_FALSE(facts->regions);
    CHECK_FALSE(facts->dump_waiting);
}

TEST_CASE("the flat layout tells the same as far as it goes", "[understand]") {
    auto facts = understand(recorded("flat-registered"));
    REQUIRE(facts);
    CHECK((facts->enabled == true && facts->registered && !facts->hotplug_ready));
    CHECK_FALSE(facts->reserved);
    CHECK_FALSE(facts->bootargs);
    CHECK(facts->controls.registered == "/sys/kernel/fadump_registered");
    CHECK(facts->controls.release_memory.empty());
    REQUIRE(facts->regions);
    CHECK(facts->regions->boot_memory() == 4ULL << 30);
}

TEST_CASE("a dump waits until its memory is released, though the files of its boot stay", "[understand]") {
    for (const char *name : {"pseries-waiting", "flat-waiting", "powernv-waiting"}) {
        auto facts = understand(recorded(name));
        REQUIRE(facts);
        CHECK(facts->dump_waiting);
        CHECK(facts->has_vmcore);
        CHECK_FALSE(facts->controls.release_memory.empty());
    }
    CHECK(understand(recorded("pseries-waiting"))->vmcore_size == 0xe0000000);
    auto released = understand(recorded("pseries-released"));
    REQUIRE(released);
    CHECK_FALSE(released->dump_waiting);
    CHECK_FALSE(released->controls.release_memory.empty());
    for (const char *name : {"pseries-registered", "flat-registered", "pseries-without-kernel"})
        CHECK_FALSE(understand(recorded(name))->dump_waiting);
}

TEST_CASE("a dump that the kernel keeps and does not show is waiting all the same", "[understand]") {
    auto facts = understand(with(recorded("pseries-released"), "/sys/kernel/debug/powerpc/fadump_region",
                                 "Memory above 0x00000020000000 is reserved for saving crash dump\n"));
    REQUIRE(facts);
    CHECK((facts->dump_waiting && !facts->has_vmcore));
}

TEST_CASE("the vmcore of kdump is none of fadump's", "[understand]") {
    auto facts = understand(with(recorded("pseries-registered"), "/proc/vmcore", "\177ELF"));
    REQUIRE(facts);
    CHECK_FALSE(facts->dump_waiting);
}

TEST_CASE("a dump is saved if this boot saved it", "[understand]") {
    CHECK(understand(recorded("powernv-waiting"))->saved == "/var/crash/2026-11-21");
    for (const char *record : {"another-boot /var/crash/a\n", "", "0d7a5a3c-3a5e-4a0b-9a0e-0f4f6d3c2b1a\n"})
        CHECK_FALSE(understand(with(recorded("powernv-waiting"), std::string(saved_record), record))->saved);
    // A kernel that does not name its boots cannot tell.
    auto snapshot = with(recorded("powernv-waiting"), "/proc/sys/kernel/random/boot_id", "\n");
    CHECK_FALSE(understand(with(snapshot, std::string(saved_record), " /var/crash/a\n"))->saved);
    Facts facts;
    facts.boot = "b";
    CHECK(record_of(facts, "/var/a b") == "b /var/a b\n");
}

TEST_CASE("fadump= is read as the kernel reads it", "[understand]") {
    CHECK(mode_with("quiet") == Mode::off);
    CHECK(mode_with("fadump=on") == Mode::on);
    CHECK(mode_with("fadump=nocma") == Mode::nocma);
    CHECK(mode_with("fadump=on fadump=off") == Mode::off);
    CHECK(mode_with("fadump=off fadump=on") == Mode::on);
    CHECK(mode_with("fadump=nocma fadump=on") == Mode::nocma);
    CHECK(mode_with("fadump=maybe") == Mode::off);
    CHECK(mode_with("nofadump=on xfadump=on fadump_on") == Mode::off);
    CHECK(mode_with("fadump=only") == Mode::on);
}

TEST_CASE("a deprecated parameter is seen however it is written", "[understand]") {
    CHECK(understand(with({}, "/proc/cmdline", "fadump-reserve-mem=4G"))->reserve_mem == "4G");
    CHECK(understand(with({}, "/proc/cmdline", "fadump_reserve_mem="))->reserve_mem == "");
    CHECK_FALSE(
        understand(with({}, "/proc/cmdline", "fadump_reserve_mem fadump_reserve_memo=1"))->reserve_mem);
}

TEST_CASE("numbers that cannot be are errors that name the file", "[understand]") {
    for (const char *path : {"/sys/kernel/fadump/enabled", "/sys/kernel/fadump/registered",
                             "/sys/kernel/fadump/mem_reserved", "/sys/kernel/fadump/hotplug_ready"})
        for (const char *number : {"", "-1", "yes", "1 1", "99999999999999999999", "0x1", "\xff\xfe"}) {
            auto facts = understand(with(recorded("pseries-6.12-nocma"), path, number));
            REQUIRE_FALSE(facts);
            CHECK(facts.error().what.starts_with(path));
        }
    auto facts = understand(with(recorded("pseries-6.12-nocma"), "/sys/kernel/fadump/enabled", "2\n"));
    REQUIRE_FALSE(facts);
    CHECK(facts.error().what == "/sys/kernel/fadump/enabled: holds 2, 0 or 1 was needed");
    CHECK(understand(with(recorded("flat-registered"), "/sys/kernel/fadump_enabled", "x"))
              .error()
              .what.starts_with("/sys/kernel/fadump_enabled"));
}

TEST_CASE("files that only root may read say so, or are done without", "[understand]") {
    Snapshot snapshot = recorded("pseries-registered");
    snapshot.put_error("/sys/kernel/fadump/enabled", EACCES);
    auto facts = understand(snapshot);
    REQUIRE_FALSE(facts);
    CHECK(facts.error().remedy == "run this as root");
    auto hidden =
        understand(with(recorded("pseries-registered"), "/proc/iomem", "00000000-00000000 : System RAM\n"));
    REQUIRE(hidden);
    CHECK_FALSE(hidden->memory);
}

TEST_CASE("damaged files do no harm", "[understand]") {
    auto facts = understand(with(recorded("pseries-waiting"), "/proc/vmcore", "\177ELF and no more"));
    REQUIRE(facts);
    CHECK((facts->dump_waiting && !facts->vmcore_size));
    auto size = understand(
        with(recorded("pseries-registered"), "/proc/iomem", "00000000-fffffffffffffffe : System RAM\n"));
    REQUIRE(size);
    CHECK(size->memory == UINT64_MAX);
}

TEST_CASE("a machine without any of it is understood", "[understand]") {
    auto facts = understand({});
    REQUIRE(facts);
    CHECK(facts->platform == Platform::none);
    CHECK_FALSE(facts->enabled);
    CHECK(facts->controls.registered.empty());
}
