// SPDX-License-Identifier: GPL-2.0-or-later
// --fast as a whole command: what is loaded lies where it was drawn, and where that is stands in nothing that
// is printed or kept. The numbers that it is drawn by are planted, so that the address is known here.
#include "extras/recording.h"
#include "kexec/load.h"
#include "tests/catch.h"
#include "tests/kexec/fake_world.h"
#include "tests/machine/made.h"
#include "tests/plan/kernels.h"
#include "tests/support/bundle.h"
#include "tests/support/files.h"
#include "tests/support/pack.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

using namespace kexec;
using namespace kexec::test;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t step = 0x200000, kernel_map = 0xffffffff80000000, linked = 0x1000000;
constexpr std::uint64_t planted_physical = 0x2b, planted_virtual = 0x99; // counted in places

// One entry, with a trailer: all of it a multiple of four bytes.
Buffer small_archive() {
    std::string text;
    for (std::string_view name : {"init", "TRAILER!!!"}) {
        text += fmt::format("070701{:0>88}{:08X}{:0>8}{}", "", name.size() + 1, "", name);
        text.resize((text.size() + 4) / 4 * 4);
    }
    Bytes bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

// A recorded machine with a kernel that can be drawn a place, and a packed initrd.
class Machines {
public:
    explicit Machines(const std::string &machine = "x86_64-bios-1g") {
        Snapshot recorded = recorded_machine(machine);
        for (std::string_view path : recorded.paths())
            if (auto content = recorded.bytes(path))
                world.root.add(std::string(path), *content);
        world.root.write("/run/here", "");
        world.kernel.entropy.available = true;
        write_at(world.kernel.entropy.bytes, 32, le64(planted_physical));
        write_at(world.kernel.entropy.bytes, 40, le64(planted_virtual));
        kernel = world.files.add("vmlinuz", bzimage_holding(with_relocations(vmlinux_file(movable_vmlinux()),
                                                                             some_relocations)));
        initrd = world.files.add("initrd", pack(small_archive(), Compression::gzip));
    }
    Outcome run(std::vector<std::string> words) {
        words.insert(words.end(), {kernel, "--initrd=" + initrd});
        return world.run_on(*arch_named("x86_64"), words);
    }

    FakeWorld world;
    std::string kernel, initrd;
};

// The planted addresses in every form that one may be printed in.
std::vector<std::string> forms(std::uint64_t physical) {
    std::uint64_t virtually = kernel_map + linked + planted_virtual * step;
    std::vector<std::string> all;
    for (std::uint64_t address : {physical, virtually, planted_virtual * step, physical - linked})
        for (const char *form : {"{:x}", "{:X}", "{}", "{:o}"})
            all.push_back(fmt::format(fmt::runtime(form), address));
    for (std::uint64_t last : {0x4fffU, 0x202fffU, 0x800fffU})
        all.push_back(fmt::format("{:x}", physical + last));
    return all;
}

void check_hidden(std::string_view text, std::uint64_t physical) {
    for (const std::string &form : forms(physical)) {
        INFO(form << " in " << text);
        CHECK_FALSE(contains(text, form));
    }
}

// Where the fake kernel was given the kernel's first segment.
std::uint64_t loaded_at(const FakeKernel &kernel) {
    for (std::size_t i = 0; i < kernel.last_segment_contents.size(); i++)
        if (kernel.last_segment_contents[i].starts_with("Linux version"))
            return kernel.last_segment_places[i];
    throw std::runtime_error("no kernel was loaded");
}

} // namespace

TEST_CASE("a kernel is loaded where it was drawn, and nothing that is printed tells where") {
    for (const char *action : {"-l", "-p"}) {
        Machines it;
        it.world.on_terminal = true;
        Outcome outcome = it.run({action, "-d", "--fast"});
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        std::uint64_t physical = loaded_at(it.world.kernel);
        if (std::string_view(action) == "-l")
            CHECK(physical == linked + planted_physical * step);
        CHECK(contains(outcome.err, "drawn at load"));
        check_hidden(outcome.out + outcome.err, physical);
    }
}

TEST_CASE("no file that is written holds the address") {
    for (const char *action : {"-l", "-p"}) {
        Machines it;
        REQUIRE(it.run({action, "--fast"}).status == 0);
        std::uint64_t physical = loaded_at(it.world.kernel);
        int files = 0;
        for (const auto &each : std::filesystem::recursive_directory_iterator(it.world.root.path("/run")))
            if (each.is_regular_file()) {
                check_hidden(text_of_file(each.path()), physical);
                files++;
            }
        CHECK(files >= 2);
        check_hidden(it.world.run_on(*arch_named("x86_64"), {"--loaded"}).out, physical);
    }
}

TEST_CASE("an address that is refused is not named either") {
    Machines it;
    it.world.kernel.load_answers = {22};
    it.world.kernel.messages = {"kexec: it does not like it"};
    Outcome outcome = it.run({"-l", "-d", "--fast"});
    CHECK(outcome.status != 0);
    check_hidden(outcome.out + outcome.err, linked + planted_physical * step);
}

TEST_CASE("a plan has no address that was drawn, in any form, and says that one will be") {
    for (std::string form : {"text", "json", "svg"}) {
        Machines it;
        Outcome outcome = it.run({"--plan=" + form, "--fast"});
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        check_hidden(outcome.out, linked + planted_physical * step);
        if (form != "svg")
            CHECK(contains(outcome.out, "drawn when it is loaded"));
    }
}

TEST_CASE("a plan is the same from a machine and its recording") {
    Machines it;
    Recording recording{"x86_64", recorded_machine("x86_64-bios-1g")};
    std::string file = it.world.files.add("machine", write_recording(recording).value());
    CHECK(it.run({"--plan", "--fast"}).out == it.run({"--plan", "--fast", "--root=" + file}).out);
}

TEST_CASE("the initial ramdisk is handed over unpacked, and recorded as the file that it is") {
    Machines it;
    REQUIRE(it.run({"-l", "--fast"}).status == 0);
    std::string archive(as_text(small_archive()));
    CHECK(std::ranges::count(it.world.kernel.last_segment_contents, archive) == 1);
    CHECK(contains(it.world.run_on(*arch_named("x86_64"), {"--loaded"}).out, it.initrd));
    REQUIRE(it.run({"-l", "-c"}).status == 0);
    CHECK(std::ranges::count(it.world.kernel.last_segment_contents, archive) == 0);
}

TEST_CASE("an initial ramdisk that cannot be unpacked, or not in the memory there is, is left as it is") {
    Machines it;
    it.initrd = it.world.files.write("initrd", "no archive");
    Outcome outcome = it.run({"-l", "--fast"});
    CHECK(outcome.status == 0);
    CHECK(contains(outcome.err, "the initial ramdisk is left as it is, going on without"));
    it.initrd = it.world.files.add("large", pack(Buffer(70 << 20), Compression::zstd));
    CHECK(contains(it.run({"-p", "--fast"}).err, "is left as it is"));
}

TEST_CASE("the initial ramdisk is unpacked on the other machines, too; on s390x there is no --fast") {
    FakeWorld world;
    Outcome outcome = world.run_on(*arch_named("s390x"), {"-l", "--fast", world.kernel_file});
    CHECK(outcome.status != 0);
    CHECK(contains(outcome.err, "its kernels have no entry behind their decompressor"));
    CHECK(world.kernel.log.empty());
}

TEST_CASE("--fast and -s together are an error, before anything is done") {
    Machines it;
    Outcome outcome = it.run({"-l", "-s", "--fast"});
    CHECK(outcome.status != 0);
    CHECK(contains(outcome.err, "--fast cannot be had with -s"));
    CHECK(it.world.kernel.log.empty());
}
