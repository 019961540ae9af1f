// SPDX-License-Identifier: GPL-2.0-or-later
// Rehearsals in front of an emulator that is a shell script: what it is given, and what is made of its words.
#include "emulator/rehearsal.h"

#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/support/temporary.h"

#include <sys/stat.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// Keeps the initial ramdisk and the command line, and speaks as the agent would.
constexpr const char *speaking = R"(#!/bin/sh
directory=${0%/*}
echo run >>"$directory/runs"
case " $* " in *" kvm "*) echo "kvm does not work" >&2; exit 1 ;; esac
while [ $# -gt 0 ]; do
    case $1 in
        -initrd) cat "$2" >"$directory/initrd" ;;
        -append) printf '%s' "$2" >"$directory/append" ;;
    esac
    shift
done
nonce=$(tr '\0' '\n' <"$directory/initrd" | sed -n '/^first$/{n;/^[0-9a-f]\{32\}$/{p;q}}')
for words in "first 6.1" "load 0" "second 6.1" "memory 1000 900 800 0"; do
    echo "@kexec-test $nonce $words ;"
done
)";

Rehearsal rehearsal_with(const TemporaryDirectory &directory) {
    std::string path = directory.write("/emulator", speaking);
    REQUIRE(::chmod(path.c_str(), 0755) == 0);
    Rehearsal rehearsal;
    rehearsal.machine = {.arch = "x86_64", .processors = 2};
    rehearsal.emulator = path;
    rehearsal.first_kernel = as_bytes("first kernel");
    rehearsal.first_words = "crashkernel=256M";
    rehearsal.program = "/sbin/kexec";
    rehearsal.files.push_back({"/sbin/kexec", Buffer(3), 0755});
    rehearsal.options = {"-c"};
    rehearsal.kernel = as_bytes("the wanted kernel");
    rehearsal.initrd = as_bytes("the wanted initrd");
    rehearsal.command_line = "quiet rdinit=/other panic=10";
    return rehearsal;
}

std::size_t times(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; at++)
        count++;
    return count;
}

} // namespace

TEST_CASE("the first kernel is given kexec, the kernel, the initrd behind the agent, and its orders") {
    TemporaryDirectory directory;
    Outcome outcome = rehearse(rehearsal_with(directory)).value();
    CHECK(is_proven(outcome));
    CHECK(outcome.memory->least == 800);
    std::string initrd = text_of_file(directory.path("/initrd")),
                append = text_of_file(directory.path("/append"));
    CHECK(has(append, "crashkernel=256M rdinit=/.kexec-test/agent"));
    CHECK(has(initrd, "the wanted kernel"));
    CHECK(has(initrd, "the wanted initrd"));
    CHECK(has(initrd, std::string("crash\0/sbin/kexec\0-p\0-c\0--command-line=panic=-1 quiet", 53)));
    CHECK(has(initrd, std::string("/other\0", 7)));
    CHECK(times(initrd, "TRAILER!!!") == 2);
    CHECK(times(initrd, ".kexec-test/agent") >= 2);
}

TEST_CASE("a reboot is loaded with -l and started") {
    TemporaryDirectory directory;
    Rehearsal rehearsal = rehearsal_with(directory);
    rehearsal.kind = Rehearsed::reboot;
    REQUIRE(rehearse(rehearsal));
    CHECK(has(text_of_file(directory.path("/initrd")), std::string("execute\0/sbin/kexec\0-l\0", 23)));
}

TEST_CASE("a panic= of the user's counts, and our console is the last one") {
    TemporaryDirectory directory;
    std::string line = rehearsed_command_line(rehearsal_with(directory));
    CHECK(line.find("panic=-1") < line.find("panic=10"));
    CHECK(line.rfind("console=ttyS0") > line.find("quiet"));
    CHECK(line.rfind("rdinit=/.kexec-test/agent") > line.find("rdinit=/other"));
}

TEST_CASE("where KVM does not start the machine, it is translated") {
    TemporaryDirectory directory;
    Outcome outcome = rehearse(rehearsal_with(directory)).value();
    CHECK_FALSE(outcome.accelerated);
    CHECK(is_proven(outcome));
    bool has_kvm = open_to_read("/dev/kvm").has_value();
    CHECK(times(text_of_file(directory.path("/runs")), "run") == (has_kvm ? 2 : 1));
}

TEST_CASE("the files of a program are itself and what its loader adds") {
    auto files = files_of_program("/bin/ls").value();
    CHECK(files.front().path == "/bin/ls");
    CHECK(files.size() >= 3); // the C library and the loader
    for (const GuestFile &file : files)
        CHECK(file.content.size() > 1000);
    CHECK_FALSE(files_of_program("/nowhere"));
    CHECK_FALSE(files_of_program(in_tests("emulator/rehearsal.cc")));
}
