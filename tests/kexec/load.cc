// SPDX-License-Identifier: GPL-2.0-or-later
// Loads in front of a fake kernel: which calls are made with what, and what a refusal leads to.
#include "arch/arch.h"
#include "base/devicetree.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/kexec/fake_world.h"

#include <cerrno>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <fstream>

using namespace kexec;
using namespace kexec::test;

namespace {

using Log = std::vector<std::string>;

const std::string file_call = "kexec_file_load kernel true initrd false flags 0x4";
const std::string load_call = "kexec_load segments 2 flags 0x3e0000";

} // namespace

TEST_CASE("-l loads by the file call and writes back") {
    FakeWorld world;
    Outcome outcome =
        world.run({"-l", world.kernel_file, "--append", "root=/dev/vda", "--initrd=" + world.initrd_file});
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
    CHECK(outcome.out.empty());
    CHECK(world.kernel.log == Log{"kexec_file_load kernel true initrd true flags 0x0", "sync"});
    CHECK(world.kernel.last_command_line == "root=/dev/vda");
    CHECK(world.loaded() == "1");
}

TEST_CASE("-c loads by the other call, with the segments of the plan") {
    FakeWorld world;
    CHECK(world.run({"-l", "-c", "-y", world.kernel_file, "--append=a b"}).status == 0);
    CHECK(world.kernel.log == Log{load_call});
    CHECK(world.kernel.last_segment_contents == Log{"BOTH calls take it", "a b"});
}

TEST_CASE("the command line is the user's, behind the running kernel's if asked") {
    FakeWorld world;
    world.run({"-l", "--reuse-cmdline", world.kernel_file});
    CHECK(world.kernel.last_command_line == "root=/dev/vda1 crashkernel=256M quiet");
    world.run({"-l", "--append=single", "--reuse-cmdline", world.kernel_file});
    CHECK(world.kernel.last_command_line == "root=/dev/vda1 crashkernel=256M quiet single");
    world.run({"-p", "--reuse-cmdline", world.kernel_file});
    CHECK(world.kernel.last_command_line == "root=/dev/vda1 quiet");
    world.run({"-l", world.kernel_file});
    CHECK(world.kernel.last_command_line.empty());
}

TEST_CASE("without -c or -s the second call follows only where the first does not serve") {
    for (int number : {ENOSYS, EINVAL, ENOEXEC, EOPNOTSUPP, EADDRNOTAVAIL}) {
        FakeWorld world;
        world.kernel.file_load_answers = {number};
        CHECK(world.run({"-l", "-y", world.kernel_file}).status == 0);
        CHECK(world.kernel.log == Log{file_call, load_call});
    }
    for (int number : {ENOMEM, EFBIG, ETXTBSY}) {
        FakeWorld world;
        world.kernel.file_load_answers = {number};
        Outcome outcome = world.run({"-l", world.kernel_file});
        CHECK(outcome.status == 255);
        CHECK(outcome.err.starts_with("kexec_file_load failed: "));
        CHECK(world.kernel.log == Log{file_call});
    }
}

TEST_CASE("what a plan for kexec_load announces is said when it is carried out, and not before") {
    FakeWorld world;
    CHECK(world.run({"-l", "-c", world.kernel_file, "--append=announced"}).err ==
          "Modified cmdline: announced\n");
    CHECK(world.run({"-l", world.kernel_file, "--append=announced"}).err.empty());
    world.kernel.file_load_answers = {ENOSYS};
    CHECK(world.run({"-l", world.kernel_file, "--append=announced"}).err == "Modified cmdline: announced\n");
}

TEST_CASE("a signature that is refused leads to the other call, with a note, where nothing is locked down") {
    for (int number : {EKEYREJECTED, ENOKEY, EBADMSG, ENOPKG, ELIBBAD, ENODATA, EPERM, EACCES}) {
        FakeWorld world;
        world.root.write("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
        world.kernel.file_load_answers = {number};
        Outcome outcome = world.run({"-l", "-y", world.kernel_file});
        CHECK(outcome.status == 0);
        CHECK(world.kernel.log == Log{file_call, load_call});
        CHECK(contains(outcome.err, "trying kexec_load, which verifies no signature (--require-signature"));
    }
}

TEST_CASE("--require-signature keeps it from the other call") {
    FakeWorld world;
    world.kernel.file_load_answers = {EKEYREJECTED};
    Outcome outcome = world.run({"-l", "--require-signature", world.kernel_file});
    CHECK(outcome.status == 255);
    CHECK(world.kernel.log == Log{file_call});
    CHECK(contains(outcome.err, "kexec_file_load failed: Key was rejected by service: "));
    CHECK(world.run({"-l", "-c", "--require-signature", world.kernel_file}).status == 1);
    CHECK(world.kernel.log == Log{file_call});
}

TEST_CASE("a locked-down kernel is asked once, and the reason is named") {
    FakeWorld world;
    world.root.write("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
    world.kernel.file_load_answers = {EPERM};
    world.kernel.messages = {
        "Lockdown: kexec: kexec of unsigned images is restricted; see man kernel_lockdown.7"};
    Outcome outcome = world.run({"-l", world.kernel_file});
    CHECK(outcome.status == 255);
    CHECK(world.kernel.log == Log{file_call});
    CHECK(outcome.err ==
          "kexec_file_load failed: Operation not permitted: the kernel is locked down "
          "(/sys/kernel/security/lockdown) and did not find a signature that it trusts\n"
          "       tried: kexec_file_load, kernel " +
              world.kernel_file +
              ", initrd none, flags 0x4\n"
              "       found: lockdown integrity, secure boot not known, signatures not known "
              "(CONFIG_KEXEC_SIG_FORCE), appraisal by IMA not known\n"
              "       the kernel's log: Lockdown: kexec: kexec of unsigned images is restricted; see man "
              "kernel_lockdown.7\n"
              "       use a kernel signed with a key that this machine trusts\n");
    world.kernel.log.clear();
    Outcome vmlinux = world.run({"-l", world.elf_file});
    CHECK(vmlinux.status == 255);
    CHECK(contains(vmlinux.err, "kexec_file_load does not take a kernel of type segments"));
    CHECK(world.kernel.log.empty());
}

TEST_CASE("both calls refused: the last one is reported, and what the first said") {
    FakeWorld world;
    world.kernel.file_load_answers = {EKEYREJECTED};
    world.kernel.load_answers = {EADDRNOTAVAIL};
    Outcome outcome = world.run({"-l", world.kernel_file});
    CHECK(outcome.status == 255);
    CHECK(contains(outcome.err, "\nkexec_load failed: Cannot assign requested address"));
    CHECK(contains(outcome.err, "       tried: kexec_load, 2 segments, entry 0x1000000, flags 0x3e0000\n"));
    CHECK(contains(outcome.err, "       before that: kexec_file_load failed: Key was rejected by service: "));
}

TEST_CASE("-s ends with 253 where the file call does not serve, and says the errno") {
    FakeWorld world;
    world.kernel.file_load_answers = {EINVAL, EPERM};
    Outcome outcome = world.run({"-l", "-s", world.kernel_file});
    CHECK(outcome.status == 253);
    CHECK(contains(outcome.err, "Invalid argument"));
    CHECK(world.run({"-l", "-s", world.kernel_file}).status == 255);
    CHECK(world.kernel.log == Log{file_call, file_call});
}

TEST_CASE("-d never changes the outcome") {
    FakeWorld world;
    world.kernel.file_load_answers = {EINVAL, 0};
    Outcome outcome = world.run({"-d", "-l", "-s", "-y", world.kernel_file});
    CHECK(outcome.status == 0);
    CHECK(world.kernel.log == Log{"kexec_file_load kernel true initrd false flags 0xc", file_call});
    CHECK(contains(outcome.err, "kexec_file_load"));
    CHECK(outcome.out.empty());
    world.kernel.log.clear();
    world.kernel.load_answers = {EINVAL, 0};
    CHECK(world.run({"-d", "-l", "-c", "-y", world.kernel_file}).status == 0);
    CHECK(world.kernel.log == Log{"kexec_load segments 2 flags 0x3e0010", load_call});
    for (const std::vector<std::string> &order : {std::vector<std::string>{"-d", "-p"}, {"-p", "-d"}}) {
        FakeWorld crash;
        std::vector<std::string> line = order;
        line.insert(line.end(), {"-c", crash.kernel_file});
        crash.run(line);
        CHECK(crash.kernel.log == Log{"kexec_load segments 2 flags 0x3e0011"});
    }
}

TEST_CASE("an option that only kexec_load honours decides the call; with -s it is named on stderr") {
    FakeWorld world;
    CHECK(world.run({"-l", "-y", "--noefi", world.kernel_file}).status == 0);
    CHECK(world.kernel.log == Log{load_call});
    Outcome outcome = world.run({"-l", "-s", "-y", "--noefi", world.kernel_file});
    CHECK(outcome.status == 0);
    CHECK(contains(outcome.err, "--noefi has no effect"));
    outcome = world.run({"-l", "-c", "-y", "--no-cma", world.kernel_file});
    CHECK(outcome.status == 0);
    CHECK(contains(outcome.err, "--no-cma has no effect with kexec_load"));
}

TEST_CASE("-u -l unloads and loads; a load that cannot be made leaves what is loaded") {
    FakeWorld world;
    world.root.write("/sys/kernel/kexec_loaded", "1\n");
    CHECK(world.run({"-u", "-l", world.kernel_file}).status == 0);
    CHECK(world.kernel.log == Log{"kexec_file_load kernel false initrd false flags 0x1", file_call});
    CHECK(world.loaded() == "1");
    world.kernel.log.clear();
    CHECK(world.run({"-u", "-l", world.files.path("/missing")}).status == 255);
    CHECK(world.kernel.log.empty());
    CHECK(world.loaded() == "1");
}

TEST_CASE("a missing kernel or initrd ends with 1 for -c and 255 else, before any call") {
    FakeWorld world;
    const std::string missing = world.files.path("/missing");
    for (const std::vector<std::string> &rest :
         {std::vector<std::string>{missing}, {world.kernel_file, "--initrd=" + missing}}) {
        for (const auto &[option, status] : {std::pair("-c", 1), {"-s", 255}, {"-a", 255}, {"-l", 255}}) {
            std::vector<std::string> line = {"-l", option};
            line.insert(line.end(), rest.begin(), rest.end());
            Outcome outcome = world.run(line);
            INFO(option << outcome.err);
            CHECK(outcome.status == status);
            CHECK(contains(outcome.err, missing));
            CHECK(contains(outcome.err, "No such file or directory"));
        }
    }
    CHECK(world.kernel.log.empty());
}

TEST_CASE("a file of no known type ends with 255, before any call") {
    FakeWorld world;
    std::string text = world.files.write("/text", "hello");
    for (const char *option : {"-c", "-s", "-a"})
        CHECK(world.run({"-l", option, text}).status == 255);
    CHECK(world.kernel.log.empty());
}

TEST_CASE("-t with the wrong type ends with 255 for -c; elsewhere it is named and passed over") {
    FakeWorld world;
    for (const char *type : {"segments", "nonsense"}) {
        world.kernel.log.clear();
        CHECK(world.run({"-l", "-c", "-t", type, world.kernel_file}).status == 255);
        CHECK(world.kernel.log.empty());
        Outcome outcome = world.run({"-l", "-y", "-t", type, world.kernel_file});
        CHECK(outcome.status == 0);
        CHECK(contains(outcome.err, "going on without -t"));
    }
    CHECK(world.run({"-l", "-c", "-t", "both", world.kernel_file}).err.empty());
}

TEST_CASE("-p without a reservation ends with 1 and says how to get one, before any file is opened") {
    FakeWorld world;
    world.root.write("/sys/kernel/kexec_crash_size", "0\n");
    for (const char *option : {"-c", "-s", "-a"}) {
        Outcome outcome = world.run({"-p", option, world.files.path("/missing")});
        CHECK(outcome.status == 1);
        CHECK(outcome.err ==
              "kexec: no memory is reserved for a crash kernel\n"
              "       the running kernel was booted with crashkernel=256M (now: /sys/kernel/kexec_crash_size "
              "is 0): "
              "look in its log for why it is not there, or boot a kernel that has CONFIG_CRASH_DUMP\n");
    }
    CHECK(world.kernel.log.empty());
}

TEST_CASE("-p says that the old crash kernel is gone when the kernel dropped it and refused the new one") {
    FakeWorld world;
    world.root.write("/sys/kernel/kexec_crash_loaded", "1\n");
    world.kernel.load_answers = {EADDRNOTAVAIL};
    Outcome outcome = world.run({"-p", "-c", world.kernel_file});
    CHECK(outcome.status == 255);
    CHECK(world.crash_loaded() == "0");
    CHECK(contains(outcome.err, "the crash kernel that was loaded before is gone"));

    FakeWorld kept;
    kept.root.write("/sys/kernel/kexec_crash_loaded", "1\n");
    kept.kernel.load_answers = {EPERM};
    outcome = kept.run({"-p", "-c", kept.kernel_file});
    CHECK(kept.crash_loaded() == "1");
    CHECK_FALSE(contains(outcome.err, "is gone"));

    FakeWorld none;
    none.kernel.load_answers = {EADDRNOTAVAIL};
    CHECK_FALSE(contains(none.run({"-p", "-c", none.kernel_file}).err, "is gone"));
}

TEST_CASE("everything that can be checked for -p is checked while the old crash kernel is still loaded") {
    FakeWorld world;
    world.root.write("/sys/kernel/kexec_crash_loaded", "1\n");
    std::string text = world.files.write("/text", "hello");
    for (const std::vector<std::string> &line : {std::vector<std::string>{"-p", text},
                                                 {"-p", world.files.path("/missing")},
                                                 {"-p", "-s", world.elf_file},
                                                 {"-p", world.kernel_file, "--initrd=/missing"},
                                                 {"-p", "--hotplug", world.kernel_file}})
        CHECK(world.run(line).status != 0);
    CHECK(world.kernel.log.empty());
    CHECK(world.crash_loaded() == "1");
}

TEST_CASE(
    "without privilege, with loading disabled or without kexec, no call is made and the reason is named") {
    FakeWorld world;
    world.kernel.privileged = false;
    Outcome outcome = world.run({"-l", world.kernel_file});
    CHECK(outcome.status == 255);
    CHECK(contains(outcome.err, "CAP_SYS_BOOT"));
    world.kernel.privileged = true;
    world.root.write("/proc/sys/kernel/kexec_load_disabled", "1\n");
    outcome = world.run({"-l", world.kernel_file});
    CHECK(outcome.status == 255);
    CHECK(contains(outcome.err, "kexec_load_disabled is 1"));
    world.root.remove("/proc/sys/kernel/kexec_load_disabled");
    world.root.remove("/sys/kernel/kexec_loaded");
    outcome = world.run({"-l", world.kernel_file});
    CHECK(outcome.status == 255);
    CHECK(contains(outcome.err, "the running kernel has no kexec"));
    CHECK(world.kernel.log.empty());
}

TEST_CASE("options without effect here are named where that may surprise, and the load goes on") {
    FakeWorld world;
    Outcome outcome = world.run({"-l", "-y", "--elf32-core-headers", world.kernel_file});
    CHECK(outcome.status == 0);
    CHECK(contains(outcome.err, "--elf32-core-headers has no effect: core headers are written as ELF64"));
    CHECK(world.run({"-l", "-y", "--elf64-core-headers", "--args-linux", world.kernel_file}).err.empty());
    outcome = world.run({"-l", "-y", "--module=/m", world.kernel_file});
    CHECK(outcome.status == 0);
    CHECK(contains(outcome.err, "has no effect: "));
}

TEST_CASE("--real-mode is refused where kexec-tools would have used it, else passed over") {
    FakeWorld world;
    CHECK(world.run({"-l", "-c", "--real-mode", world.kernel_file}).status == 255);
    CHECK(world.kernel.log.empty());
    Outcome outcome = world.run({"-l", "-c", "-y", "--real-mode", world.elf_file});
    CHECK(outcome.status == 0);
    CHECK(contains(outcome.err, "--real-mode has no effect"));
}

TEST_CASE("a load in progress is waited for") {
    FakeWorld world;
    world.kernel.file_load_answers = {EBUSY, EBUSY, 0};
    CHECK(world.run({"-l", "-y", world.kernel_file}).status == 0);
    CHECK(world.kernel.log == Log{file_call, "wait", file_call, "wait", file_call});
}

TEST_CASE("--dtb is read by the call that can hand it over") {
    FakeWorld world;
    std::string image = world.files.add("Image", testing::build_arm64_image());
    std::string tree = world.files.add("board.dtb", DeviceTree::empty().packed());
    const Arch &arm64 = *arch_named("arm64");
    CHECK(world.run_on(arm64, {"-l", "--dtb=" + tree, image}).status == 0);
    CHECK(world.kernel.log == Log{"kexec_load segments 3 flags 0xb70000", "sync"});
    world.kernel.log.clear();
    Outcome missing = world.run_on(arm64, {"-l", "--dtb=" + tree + ".none", image});
    CHECK(missing.status != 0);
    CHECK(contains(missing.err, "board.dtb.none: No such file or directory"));
    Outcome alone = world.run_on(arm64, {"-l", "-s", "--dtb=" + tree, image});
    CHECK(alone.status != 0);
    CHECK(contains(alone.err, "kexec_file_load takes no device tree"));
    CHECK(world.kernel.log.empty());
}

TEST_CASE("what was loaded, and by which call, is one line where stderr is a terminal or with -d") {
    FakeWorld world;
    std::vector<std::string> line = {"-l", "-y", "--initrd=" + world.initrd_file, world.kernel_file};
    CHECK(world.run(line).err.empty());
    const std::string files = world.kernel_file + ", " + world.initrd_file + "\n";
    world.on_terminal = true;
    CHECK(world.run(line).err == "kexec: loaded for the next reboot by kexec_file_load: " + files);
    line.insert(line.end(), {"-p", "-c"});
    CHECK(world.run(line).err == "kexec: loaded as the crash kernel by kexec_load: " + files);
    world.on_terminal = false;
    line.insert(line.end(), {"-d"});
    CHECK(world.run(line).err.ends_with("kexec: loaded as the crash kernel by kexec_load: " + files));
    world.kernel.load_answers = {EADDRNOTAVAIL, EADDRNOTAVAIL};
    CHECK_FALSE(contains(world.run(line).err, "kexec: loaded "));
}

TEST_CASE("words of the command line are taken out and put in, last of all") {
    FakeWorld world;
    world.root.write("/proc/cmdline", "BOOT_IMAGE=/v root=/dev/vda1 quiet console=ttyS0\n");
    std::string file = world.files.write("/more", "panic=1\n  console=tty0\n");
    world.run({"-l", "--reuse-cmdline", "--append=ro", "--append-file=" + file, "--remove-arg=console",
               "--remove-arg=quiet", "--add-arg=console=hvc0", "--add-arg=quiet", world.kernel_file});
    CHECK(world.kernel.last_command_line == "root=/dev/vda1 ro panic=1 console=hvc0 quiet");
    Outcome missing = world.run({"-l", "--append-file=/nonexistent", world.kernel_file});
    CHECK(missing.status != 0);
    CHECK(contains(missing.err, "/nonexistent"));
}

TEST_CASE("--add-initrd adds to --initrd") {
    FakeWorld world;
    std::string more = world.files.write("/more", "more");
    CHECK(world.run({"-l", "-y", "--add-initrd=" + more, world.kernel_file}).status == 0);
    CHECK(world.kernel.log == Log{"kexec_file_load kernel true initrd true flags 0x0"});
    Outcome missing =
        world.run({"-l", "--initrd=" + world.initrd_file, "--add-initrd=/nonexistent", world.kernel_file});
    CHECK(missing.status != 0);
    CHECK(contains(missing.err, "/nonexistent"));
}

TEST_CASE("a file that is written to while the kernel copies it is refused, and what was loaded goes") {
    for (const char *call : {"-c", "-s"}) {
        FakeWorld world;
        // Whoever has it open for writing already cannot be kept out.
        std::ofstream writer(world.initrd_file, std::ios::app);
        world.kernel.while_loading = [&] { writer << "more" << std::flush; };
        Outcome outcome = world.run({"-l", "-y", call, world.kernel_file, "--initrd=" + world.initrd_file});
        CHECK(outcome.status != 0);
        CHECK(contains(outcome.err, "initrd: the file was changed while it was being read"));
        CHECK(contains(outcome.err, "what had been loaded was taken out again"));
        CHECK(world.loaded() == "0");
        CHECK(world.kernel.log.size() == 2);
    }
}

TEST_CASE("a crash kernel whose file is written to meanwhile gives way to the one that was loaded before") {
    FakeWorld world;
    REQUIRE(world.run({"-p", "-c", world.elf_file}).status == 0);
    std::ofstream writer(world.initrd_file, std::ios::app);
    world.kernel.while_loading = [&] { writer << "more" << std::flush; };
    Outcome outcome = world.run({"-p", "-c", world.elf_file, "--initrd=" + world.initrd_file});
    CHECK(outcome.status != 0);
    CHECK(contains(outcome.err, "which has been loaded again"));
    CHECK(world.crash_loaded() == "1");
}

namespace {

const std::string before = "00001000-0009ffff : System RAM\n"
                           "00100000-3fffffff : System RAM\n"
                           "  20000000-2fffffff : Crash kernel\n";
const std::string grown = before + "50000000-5fffffff : System RAM\n";
const std::string loading_again = "memory or CPUs came or went during the load; loading again";

} // namespace

TEST_CASE("memory that is plugged in during a load has a crash kernel loaded again, by kexec_load alone") {
    auto loads = [](const std::vector<std::string> &words, const std::string &said) {
        FakeWorld world;
        world.kernel.while_loading = [&] { world.root.write("/proc/iomem", grown); };
        std::vector<std::string> all = words;
        all.push_back(words[1] == "-c" ? world.elf_file : world.kernel_file);
        Outcome outcome = world.run(all);
        CHECK(outcome.status == 0);
        CHECK(outcome.err == said);
        CHECK(world.run(all).err.empty());
        return world.kernel.log.size();
    };
    CHECK(loads({"-p", "-c"}, "kexec: " + loading_again + ", for what there is now\n") == 3);
    CHECK(loads({"-p", "-s"}, "") == 2);
    CHECK(loads({"-l", "-c", "-y"}, "") == 2);
}

TEST_CASE("the crash kernel that stays knows the memory and the CPU that came while it was loaded") {
    const std::string cpu = "/sys/devices/system/cpu/cpu";
    // Physical address and size, as a program header has them one behind the other.
    const std::string memory("\0\0\0\x50\0\0\0\0\0\0\0\x10\0\0\0\0", 16);
    const std::string notes("\0\x10\0\3\0\0\0\0\0\4\0\0\0\0\0\0", 16);
    for (bool is_memory : {true, false}) {
        FakeWorld world;
        world.root.write(cpu + "0/crash_notes", "3000000\n");
        std::vector<std::string> headers;
        world.kernel.while_loading = [&] {
            world.root.write(is_memory ? "/proc/iomem" : cpu + "1/crash_notes",
                             is_memory ? grown : "3001000\n");
            headers.push_back(fmt::format("{}", fmt::join(world.kernel.last_segment_contents, "")));
        };
        std::string image = world.files.add("Image", testing::build_arm64_image());
        std::string tree = world.files.add("board.dtb", DeviceTree::empty().packed());
        Outcome outcome = world.run_on(*arch_named("arm64"), {"-p", "-c", "--dtb=" + tree, image});
        INFO(outcome.err);
        REQUIRE(outcome.status == 0);
        CHECK(contains(outcome.err, loading_again));
        REQUIRE(headers.size() == 2);
        CHECK_FALSE(contains(headers[0], is_memory ? memory : notes));
        CHECK(contains(headers[1], is_memory ? memory : notes));
    }
}

TEST_CASE("memory that comes and goes for ever is told of, and the third load stays") {
    FakeWorld world;
    bool is_grown = false;
    world.kernel.while_loading = [&] {
        is_grown = !is_grown;
        world.root.write("/proc/iomem", is_grown ? grown : before);
    };
    Outcome outcome = world.run({"-p", "-c", world.elf_file});
    CHECK(outcome.status == 0);
    CHECK(contains(outcome.err, "during each of 3 loads; going on without another"));
    CHECK(world.crash_loaded() == "1");
}

TEST_CASE("a kernel that can no longer be loaded when memory has come or gone is taken out again") {
    FakeWorld world;
    world.kernel.while_loading = [&] { world.root.write("/proc/iomem", "00100000-3fffffff : System RAM\n"); };
    Outcome outcome = world.run({"-p", "-c", world.elf_file});
    CHECK(outcome.status != 0);
    CHECK(contains(outcome.err, loading_again));
    CHECK(contains(outcome.err, "what had been loaded was taken out again"));
    CHECK(world.crash_loaded() == "0");
}
