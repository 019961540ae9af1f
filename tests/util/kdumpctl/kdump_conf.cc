// SPDX-License-Identifier: GPL-2.0-or-later
// kdump.conf: every directive with a good and a bad value, the grammar of a line, and contradictions.
#include "util/kdumpctl/kdump_conf.h"

#include "tests/catch.h"

#include <set>

using namespace kexec::kdumpctl;

namespace {

// "LINE:COLUMN what" of each finding, one on a line; a warning has "(warning) " in front of its text.
std::string found(std::string_view text) {
    std::string all;
    for (const Finding &finding : read_kdump_conf(text).findings)
        all += std::to_string(finding.place.line) + ":" + std::to_string(finding.place.column) + " " +
               (finding.gravity == Gravity::warning ? "(warning) " : "") + finding.what + "\n";
    return all;
}

std::string remedy(std::string_view text) {
    auto findings = read_kdump_conf(text).findings;
    REQUIRE(findings.size() == 1);
    return findings[0].remedy;
}

struct Sample {
    std::string_view directive, good, bad, complaint;
};
constexpr Sample samples[] = {
    {"raw", "/dev/vg/crash", "LABEL=crash", "\"LABEL=crash\" is no path of a device"},
    {"ext2", "/dev/sda2", "sda2", "\"sda2\" names no device"},
    {"ext3", "LABEL=crash", "LABEL=", "\"LABEL=\" names no device"},
    {"ext4", "LABEL=\"crash\"", "/dev/sda2 /crash", "\"/crash\" is one word too many: one device was needed"},
    {"xfs", "UUID=0b1c-22", "UUID", "\"UUID\" names no device"},
    {"btrfs", "/dev/nvme0n1p3", "/dev/", "\"/dev/\" names no device"},
    {"minix", "/dev/fd0", "PARTUUID=1", "\"PARTUUID=1\" names no device"},
    {"virtiofs", "crash", "a b", "\"b\" is one word too many: one tag was needed"},
    {"nfs", "[fe80::1]:/crash", "fe80::1:/crash", "an IPv6 address stands in brackets in front of an export"},
    {"ssh", "kdump@fe80::1", "host", "\"host\" is not of the form USER@HOST"},
    {"path", "/var/crash", "crash",
     "\"crash\" is no absolute path, and no target is named that it could start from"},
    {"directory_name", "{host}-%F-%d %S", "%d",
     "two dumps could get the same name: it lacks the day or the second of the crash"},
    {"time_limit", "600", "10m", "\"10m\" is no number"},
    {"small_reservation", "warn", "no", "\"no\" is none of the words that stand here"},
    {"core_collector", "makedumpfile -F -l -d 1,31", "makedumpfile -d 32",
     "\"32\" is no dump level of makedumpfile"},
    {"kdump_pre", "/sbin/pre", "pre.sh", "\"pre.sh\" is no absolute path"},
    {"kdump_post", "/sbin/post", "/sbin/post -v", "\"-v\" is one word too many: one path was needed"},
    {"kdump_emergency", "/sbin/help", "./help", "\"./help\" is no absolute path"},
    {"extra_bins", "/bin/a /bin/b", "/bin/a b", "\"b\" is no absolute path"},
    {"extra_modules", "xfs nvme-core", "xfs.ko", "\"xfs.ko\" is no name of a module"},
    {"failure_action", "dump_to_rootfs", "continue", "\"continue\" is none of the words that stand here"},
    {"final_action", "poweroff", "shell", "\"shell\" is none of the words that stand here"},
    {"force_rebuild", "1", "yes", "\"yes\" is none of the words that stand here"},
    {"force_no_rebuild", "0", "2", "\"2\" is none of the words that stand here"},
    {"dracut_args", "--add-drivers \"a b\"", "--mount \"/dev/a /b\"",
     "\"/dev/a /b\" is no file system to mount"},
    {"auto_reset_crashkernel", "no", "1", "\"1\" is none of the words that stand here"},
};

} // namespace

TEST_CASE("each directive takes what it is for, and nothing else", "[kdump_conf]") {
    for (const Sample &sample : samples) {
        std::string directive(sample.directive);
        INFO(directive);
        CHECK(found(directive + " " + std::string(sample.good)).empty());
        std::string complaints = found(directive + " " + std::string(sample.bad));
        CHECK(complaints.find(" " + std::string(sample.complaint) + "\n") != std::string::npos);
    }
}

TEST_CASE("the samples have every directive that checks its value", "[kdump_conf]") {
    std::set<std::string_view> sampled{"sshkey", "fence_kdump_args", "fence_kdump_nodes"}; // any, or below
    for (const Sample &sample : samples)
        sampled.insert(sample.directive);
    for (const Directive &directive : directive_table())
        if (directive.role == Role::target || directive.role == Role::option)
            CHECK(sampled.count(directive.name) == 1);
}

TEST_CASE("blanks, comments, quotes and empty lines mean nothing", "[kdump_conf]") {
    auto read = read_kdump_conf(
        "# all\n\n \t path\t \"/var/my crash\"  # here\r\nxfs LABEL=a\nfence_kdump_nodes a b");
    CHECK(found("# all\n\nxfs LABEL=a \t# here\r\n").empty());
    CHECK(read.conf.value_of("fence_kdump_nodes") == "a b");
    CHECK(read.conf.value_of("path") == "/var/my crash");
    REQUIRE(read.conf.target);
    CHECK((read.conf.target->type == "xfs" && read.conf.target->source == "LABEL=a"));
    CHECK(read.conf.target->place == Place{4, 1});
    CHECK(found("path /a#b").starts_with("1:8 (warning) the line ends here"));
    CHECK(read_kdump_conf("path /a#b").conf.value_of("path") == "/a");
}

TEST_CASE("a line that is none is told with its place", "[kdump_conf]") {
    CHECK(found("\n  pth /a\n") == "2:3 there is no directive \"pth\"\n");
    CHECK(remedy("pth /a") == "did you mean \"path\"? kdump.conf(5) lists the directives");
    CHECK(remedy("memory 4") == "kdump.conf(5) lists the directives");
    CHECK(found("path") == "1:1 \"path\" has no value\n");
    CHECK(found("path \"\"") == "1:1 \"path\" has no value\n");
    CHECK(found("path # none") == "1:1 \"path\" has no value\n");
    CHECK(found("path \"/a") == "1:6 this quotation mark has no partner\n");
}

TEST_CASE("what stands twice is refused", "[kdump_conf]") {
    CHECK(found("path /a\npath /a\n") == "2:1 \"path\" stands in line 1 already\n");
    CHECK(found("xfs LABEL=a\nnfs a:/b\n") == "2:1 there is more than one target: line 1 has xfs LABEL=a\n");
    CHECK(found("ext4 LABEL=a\next4 LABEL=a\n").starts_with("2:1 there is more than one target"));
    CHECK(found("default halt\nfailure_action halt\n") ==
          "1:1 (warning) \"default\" is an old name\n2:1 \"failure_action\" stands in line 1 already\n");
}

TEST_CASE("older names are taken, and those that are gone are answered", "[kdump_conf]") {
    auto old = read_kdump_conf("net kdump@host\ndefault shell\n");
    CHECK(!has_error(old.findings));
    CHECK((old.conf.target->type == "ssh" && old.conf.target->source == "kdump@host"));
    CHECK(old.conf.value_of("failure_action") == "shell");
    CHECK(old.findings[0].remedy == "write ssh kdump@host");
    auto nfs = read_kdump_conf("net host:/crash");
    CHECK((!has_error(nfs.findings) && nfs.conf.target->type == "nfs"));
    CHECK(found("net host") == "1:5 \"host\" is no server\n");
    for (const char *gone : {"options", "link_delay", "disk_timeout", "debug_mem_level", "blacklist"}) {
        CHECK(found(std::string(gone) + " 1") ==
              "1:1 the directive \"" + std::string(gone) + "\" is no more\n");
        CHECK(remedy(gone) == remedy(std::string(gone) + " 1"));
    }
}

TEST_CASE("what contradicts another line is refused or warned of", "[kdump_conf]") {
    CHECK(found("force_rebuild 1\nforce_no_rebuild 1\n").starts_with("2:18 force_rebuild in line 1 has"));
    CHECK(found("force_rebuild 1\nforce_no_rebuild 0\n").empty());
    CHECK(found("raw /dev/a\npath a\n").empty());
    CHECK(found("xfs LABEL=a\npath crash\n").empty());
    CHECK(found("sshkey /a\n") == "1:8 (warning) sshkey has no effect: the target is not ssh\n");
    CHECK(found("ssh a@b\nsshkey /a\n").empty());
    CHECK(found("fence_kdump_args -p 7410\n").starts_with("1:18 (warning) fence_kdump_args has no effect"));
    CHECK(found("fence_kdump_args -p 7410\nfence_kdump_nodes a b\n").empty());
    CHECK(found("core_collector scp\n") == "1:16 scp copies to an ssh target, and there is none\n");
    CHECK(found("ssh a@b\ncore_collector scp\n").empty());
    CHECK(
        found("raw /dev/a\ncore_collector /bin/cp --sparse=always\n").starts_with("2:16 cp cannot write to"));
    CHECK(
        found("ssh a@b\ncore_collector makedumpfile -E -d 31\n").starts_with("2:16 makedumpfile -E cannot"));
    CHECK(found("core_collector makedumpfile -E -d 31\n").empty());
    CHECK(found("core_collector makedumpfile -l -z\n").starts_with("1:32 -l and -z ask for two"));
    CHECK(found("core_collector makedumpfile -d\n").starts_with("1:29 \"\" is no dump level"));
}

TEST_CASE("a file system in dracut's arguments is the target", "[kdump_conf]") {
    auto read = read_kdump_conf("dracut_args --mount \"/dev/a /mnt xfs rw\" -f");
    CHECK(read.findings.empty());
    REQUIRE(read.conf.target);
    CHECK((read.conf.target->type == "mount" && read.conf.target->source == "/dev/a /mnt xfs rw"));
    CHECK(read.conf.target->place == Place{1, 21});
    CHECK(found("xfs LABEL=a\ndracut_args --mount=\"/dev/a /mnt xfs\"\n")
              .starts_with("2:21 there is more than one target: --mount here and xfs in line 1"));
    CHECK(found("dracut_args --mount \"/dev/a /b xfs\" --mount \"/dev/c /d xfs\"")
              .starts_with("1:45 there is more"));
}

TEST_CASE("servers are checked for their forms", "[kdump_conf]") {
    for (const char *wrong : {"nfs host", "nfs :/a", "nfs [::1]/a", "nfs [::1", "ssh @host", "ssh a@",
                              "ssh a@[::1]", "ssh a@host:22", "ssh a@host:/b", "ssh a@b c"})
        CHECK(has_error(read_kdump_conf(wrong).findings));
    for (const char *right :
         {"nfs 10.0.0.1:/", "nfs a.example.com:/b/c", "ssh a@10.0.0.1", "ssh a@b.example.com"})
        CHECK(read_kdump_conf(right).findings.empty());
    CHECK(found("virtiofs " + std::string(37, 'a')) == "1:10 the tag has 37 bytes, and virtiofs takes 36\n");
}

TEST_CASE("what is not said has a default", "[kdump_conf]") {
    KdumpConf conf;
    CHECK(conf.value_of("path") == "/var/crash");
    CHECK(conf.value_of("core_collector") == "makedumpfile -l --message-level 7 -d 31");
    CHECK(conf.value_of("final_action") == "reboot");
    CHECK(conf.value_of("kdump_pre").empty());
}
