// SPDX-License-Identifier: GPL-2.0-or-later
// The variables of sysconfig and of Debian's file, and the shell's quoting around them.
#include "util/kdumpctl/variables.h"

#include "tests/catch.h"
#include "util/kdumpctl/assignments.h"

using namespace kexec::kdumpctl;

namespace {

std::string text_of(const Findings &findings) {
    std::string all;
    for (const Finding &finding : findings)
        all += std::to_string(finding.place.line) + ":" + std::to_string(finding.place.column) + " " +
               (finding.gravity == Gravity::warning ? "(warning) " : "") + finding.what + "\n";
    return all;
}

std::string found(std::string_view text) { return text_of(read_sysconfig(text).findings); }
std::string found_in_debian(std::string_view text) { return text_of(read_debian_defaults(text).findings); }

std::string value(std::string_view text) {
    auto read = read_assignments("A=" + std::string(text));
    CHECK(read.findings.empty());
    return read.list.empty() ? "none" : read.list[0].value.text;
}

std::string problem(std::string_view text) {
    auto read = read_assignments(text);
    CHECK(read.list.empty());
    return text_of(read.findings);
}

} // namespace

TEST_CASE("values are quoted as in a shell", "[assignments]") {
    CHECK(value("a") == "a");
    CHECK(value("") == "");
    CHECK(value("\"a b\"") == "a b");
    CHECK(value("'a $b `c`'") == "a $b `c`");
    CHECK(value("a\" b\"'c'\\ d") == "a bc d");
    CHECK(value("\"a\\\"b\\\\c\\d\\$\"") == "a\"b\\c\\d$");
    CHECK(value("\"a\\\n b\"") == "a b");
    CHECK(value("\"a\nb\"") == "a\nb");
    CHECK(value("a#b # c") == "a#b");
    CHECK(value("a\r\n") == "a");
}

TEST_CASE("lines, comments, export and +=", "[assignments]") {
    auto read = read_assignments("# a\n\n  export A=1 # x\nB=\"2\n3\"\nA+=\" 4\"\n  C=5");
    CHECK(read.findings.empty());
    REQUIRE(read.list.size() == 3);
    CHECK(read.list[0].value.text == "1 4");
    CHECK((read.list[1].name == "B" && read.list[1].value.text == "2\n3"));
    CHECK((read.list[1].place == Place{4, 1} && read.list[1].value.place == Place{4, 4}));
    CHECK((read.list[2].place == Place{7, 3} && read.list[2].value.place == Place{7, 5}));
}

TEST_CASE("what would take a shell is refused", "[assignments]") {
    CHECK(problem("A=$B") == "1:3 another variable stands in the value\n");
    CHECK(problem("A=\"x${B}\"") == "1:5 another variable stands in the value\n");
    CHECK(problem("A=`uname`") == "1:3 a command stands in the value\n");
    CHECK(problem("A=\"$(uname -r)\"") == "1:4 a command stands in the value\n");
    CHECK(problem("A=b;c") == "1:4 ';' starts a command\n");
    CHECK(problem("A=b c") == "1:5 the value of A ends before this\n");
    CHECK(problem(". /etc/x") == "1:1 this is no assignment\n");
    CHECK(problem("A = b") == "1:1 this is no assignment\n");
    CHECK(problem("1A=b") == "1:1 this is no assignment\n");
    CHECK(problem("A=\"b\n") == "1:3 this quotation mark has no partner\n");
    CHECK(problem("A='b") == "1:3 this quotation mark has no partner\n");
    CHECK(problem("A=\\") == "1:3 nothing follows this backslash\n");
}

TEST_CASE("a line with a mistake does not hide the next one", "[assignments]") {
    auto read = read_assignments("A=$B\nC=d\n");
    REQUIRE(read.list.size() == 1);
    CHECK((read.list[0].name == "C" && read.findings.size() == 1));
}

TEST_CASE("the last of two assignments counts, with a warning", "[assignments]") {
    auto read = read_assignments("A=1\nA=2\n");
    REQUIRE(read.list.size() == 1);
    CHECK(read.list[0].value.text == "2");
    CHECK(text_of(read.findings) == "2:1 (warning) A stands in line 1 already, and this is what counts\n");
}

TEST_CASE("the variables of sysconfig", "[variables]") {
    CHECK(
        found("KDUMP_KERNELVER=\"\"\nKDUMP_COMMANDLINE=\"\"\nKDUMP_COMMANDLINE_REMOVE=\"hugepages quiet\"\n"
              "KDUMP_COMMANDLINE_APPEND=\"irqpoll nr_cpus=1\"\nFADUMP_COMMANDLINE_APPEND=\"nr_cpus=16\"\n"
              "KEXEC_ARGS=\"-s\"\nKDUMP_BOOTDIR=\"/boot\"\nKDUMP_IMG=\"vmlinuz\"\nKDUMP_IMG_EXT=\"\"\n"
              "VMCORE_CREATION_NOTIFICATION=yes\nKDUMP_STDLOGLVL=3\nKDUMP_SYSLOGLVL=0\nKDUMP_KMSGLOGLVL=4\n")
            .empty());
    CHECK(found("KEXEC_ARGS=\"-s -p\"") == "1:16 -p says what kexec does, and that is settled\n");
    CHECK(found("KDUMP_COMMANDLINE_APPEND=\"a nr_cpus=all\"") == "1:29 \"all\" is no number of CPUs\n");
    CHECK(found("KDUMP_COMMANDLINE_APPEND=crashkernel=1M").starts_with("1:26 a capture kernel reserves no"));
    CHECK(found("KDUMP_STDLOGLVL=5") == "1:17 \"5\" is no level of a log\n");
    CHECK(found("KDUMP_BOOTDIR=boot") == "1:15 \"boot\" is no absolute path\n");
    CHECK(found("KDUMP_IMAGE=a") == "1:1 there is no variable KDUMP_IMAGE\n");
    CHECK(read_sysconfig("KDUMP_IMAGE=a").findings[0].remedy.starts_with("did you mean \"KDUMP_IMG\"?"));
}

TEST_CASE("a value that is not as it stands has its mistakes at its start", "[variables]") {
    CHECK(found("KEXEC_ARGS=\"-s \\\n -l\"\n") == "1:13 -l says what kexec does, and that is settled\n");
    CHECK(found("KEXEC_ARGS=\"-s\n -l\"\n") == "1:13 -l says what kexec does, and that is settled\n");
    CHECK(found("KEXEC_ARGS=-s\nKEXEC_ARGS+=\" -l\"\n") ==
          "1:12 -l says what kexec does, and that is settled\n");
}

TEST_CASE("the variables of Debian's file", "[variables]") {
    CHECK(found_in_debian(
              "USE_KDUMP=1\nKDUMP_COREDIR=\"/var/crash\"\nMAKEDUMP_ARGS=\"-c -d 31\"\nHOSTTAG=\"ip\"\n"
              "NFS=\"host:/crash\"\nKDUMP_NUM_DUMPS=0\nSSH=\"\"\nKDUMP_FAIL_CMD=\"reboot -f\"\n")
              .empty());
    CHECK(found_in_debian("FTP_USER=a\n") == "1:10 dumps do not go to FTP servers here\n");
    CHECK(found_in_debian("KDUMP_NUM_DUMPS=5\n") == "1:17 older dumps are not removed here\n");
    CHECK(found_in_debian("KDUMP_COMPRESSION=xz\n") == "1:19 a dump is not packed by another program\n");
    CHECK(found_in_debian("KDUMP_FAIL_CMD=/bin/sh\n")
              .starts_with("1:16 the command \"/bin/sh\" cannot be run"));
    CHECK(found_in_debian("KDUMP_DUMP_DMESG=0\n").starts_with("1:18 (warning) the log is stored"));
    CHECK(found_in_debian("DEBUG_KERNEL=/boot/vmlinux\n")
              .starts_with("1:14 (warning) the log is read without"));
    CHECK(found_in_debian("USE_KDUMP=yes") == "1:11 \"yes\" is none of the words that stand here\n");
    CHECK(found_in_debian("KDUMP_NUM_DUMPS=-1") == "1:17 \"-1\" is no number\n");
    CHECK(found_in_debian("MAKEDUMP_ARGS=\"-d 99\"") == "1:19 \"99\" is no dump level of makedumpfile\n");
    CHECK(found_in_debian("NFS=a:/b\nSSH=c@d\n") == "2:1 there is more than one target: line 1 has NFS\n");
    CHECK(found_in_debian("KDUMP_KERNELVER=1") == "1:1 there is no variable KDUMP_KERNELVER\n");
}
