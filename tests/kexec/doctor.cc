// SPDX-License-Identifier: GPL-2.0-or-later
// What --doctor says of machines: trouble by trouble (doctor.table), whole and byte for byte (tests/doctor),
// the same live and from a recording; and what it must never do.
#include "extras/doctor.h"

#include "base/text.h"
#include "extras/recording.h"
#include "tests/arch/ppc64/lpar.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_initramfs.h"
#include "tests/formats/build_s390x.h"
#include "tests/kexec/stage.h"
#include "tests/machine/made.h"
#include "tests/plan/kernels.h"
#include "tests/support/bundle.h"
#include "tests/support/files.h"
#include "tests/support/pack.h"

#include <filesystem>
#include <fmt/format.h>
#include <set>

using namespace kexec;
using namespace kexec::test;
using namespace kexec::testing;

namespace {

// The object of one check in the JSON form; empty where it was not made.
std::string finding_in(const std::string &json, const std::string &check) {
    std::size_t start = json.find(fmt::format("\"check\": \"{}\"", check));
    if (start == std::string::npos)
        return {};
    return json.substr(start, json.find("\"check\": ", start + 1) - start);
}

std::string conclusion_for(int status) {
    return status == 0 ? "healthy" : status == 2 ? "warnings" : status == 3 ? "broken" : "";
}

void check_row(const std::vector<std::string> &row, const std::string &arch) {
    Played played = stage_of(arch).play(row[2] + " --json", row[1]);
    INFO(arch << " | " << row[1] << " | " << row[2] << "\n" << played.err);
    std::string finding = finding_in(played.out, row[3]);
    INFO(finding);
    CHECK(played.calls == "-");
    CHECK(contains(played.out, fmt::format("\"conclusion\": \"{}\"", conclusion_for(played.status))));
    if (row[4] == "-") {
        CHECK(finding.empty());
        return;
    }
    CHECK(contains(finding, fmt::format("\"verdict\": \"{}\"", row[4])));
    if (row[5] != "-")
        CHECK(says({.status = 0, .out = finding, .err = {}, .calls = {}}, row[5]));
    if (row[4] == "broken")
        CHECK(played.status == 3);
    if (row[4] == "warning")
        CHECK(played.status >= 2);
}

} // namespace

TEST_CASE("each trouble is told by the check that is about it") {
    for (const std::vector<std::string> &row : rows_of("doctor.table", 6))
        for (const std::string &arch : archs_of(row[0]))
            check_row(row, arch);
}

TEST_CASE("each check has rows in the table: one where it is good, and one where it is not") {
    std::set<std::string> good, bad;
    for (const std::vector<std::string> &row : rows_of("doctor.table", 6))
        (row[4] == "good" ? good : bad).insert(row[3]);
    for (const Check &check : doctor_checks()) {
        INFO(check.name);
        CHECK((check.name == "memory" || good.contains(std::string(check.name))));
        CHECK((check.name == "selinux" || bad.contains(std::string(check.name))));
    }
}

namespace {

// Recorded machines with what a doctor looks at besides (tests/doctor/ARCH.seen), made up.
struct Patient {
    std::string name, machine;
    std::vector<std::string> words;
    std::optional<std::uint64_t> dump_space = {};
};

std::vector<Patient> patients() {
    constexpr std::uint64_t mebibyte = 1 << 20;
    return {
        {"x86_64-crash",
         "x86_64-above-4g",
         {"-p", "vmlinux", "--initrd=ramdisk", "--append=irqpoll maxcpus=1 reset_devices"},
         20000 * mebibyte},
        {"x86_64-as-it-is", "x86_64-bios-1g-6.12", {"-p"}, 100 * mebibyte},
        {"x86_64-reboot", "x86_64-uefi-1g", {"vmlinux", "--initrd=old-ramdisk", "--reuse-cmdline"}},
        {"arm64-crash", "arm64-uefi-6g", {"-p", "Image", "--initrd=ramdisk", "--append=nr_cpus=1 panic=10"}},
        {"ppc64-crash", "ppc64-2g", {"-p", "vmlinux-ppc64", "--initrd=large", "--append=nr_cpus=16"}},
        {"s390x-crash",
         "s390x-1g",
         {"-p", "image-s390x", "--initrd=test-ramdisk", "--append=nr_cpus=1 panic=10 root=/dev/dasda1"},
         4000 * mebibyte},
    };
}

void add_patients_files(const TemporaryDirectory &directory) {
    directory.add("vmlinux", vmlinux_file(movable_vmlinux()));
    directory.add("Image", build_arm64_image());
    directory.add("vmlinux-ppc64", ppc64_vmlinux());
    directory.add("image-s390x", build_s390x_image());
    directory.add("ramdisk", pack(usual_initramfs("6.1.0-50-amd64"), Compression::gzip));
    directory.add("test-ramdisk", pack(usual_initramfs("6.1.0-test"), Compression::gzip));
    directory.add("old-ramdisk", usual_initramfs("5.10.0-8"));
    directory.add("large", build_initramfs({{"large", 40 << 20}}));
}

std::string arch_of(const Patient &patient) { return patient.machine.substr(0, patient.machine.find('-')); }

Recording recording_of(const Patient &patient) {
    Snapshot snapshot = recorded_machine(patient.machine);
    Snapshot more = read_bundle(text_of_file(in_tests("doctor/" + arch_of(patient) + ".seen"))).value();
    for (std::string_view path : more.paths())
        snapshot.put(path, Buffer(more.bytes(path)->begin(), more.bytes(path)->end()));
    return {.arch = arch_of(patient), .snapshot = std::move(snapshot), .dump_space = patient.dump_space};
}

// How lines are broken depends on the names in them: those here are relative.
class WorkingDirectory {
public:
    explicit WorkingDirectory(const std::string &path) { std::filesystem::current_path(path); }
    WorkingDirectory(const WorkingDirectory &) = delete;
    WorkingDirectory &operator=(const WorkingDirectory &) = delete;
    ~WorkingDirectory() { std::filesystem::current_path(before_); }

private:
    std::filesystem::path before_ = std::filesystem::current_path();
};

std::string without(std::string text, const std::string &prefix) {
    for (std::size_t at; (at = text.find(prefix)) != std::string::npos;)
        text.erase(at, prefix.size());
    return text;
}

Outcome examined(const Patient &patient, const TemporaryDirectory &directory,
                 const std::vector<std::string> &more = {}) {
    FakeWorld world;
    directory.add(patient.name + ".rec", write_recording(recording_of(patient)).value());
    WorkingDirectory there(directory.path());
    std::vector<std::string> words = {"--doctor", "--root=" + patient.name + ".rec"};
    words.insert(words.end(), patient.words.begin(), patient.words.end());
    words.insert(words.end(), more.begin(), more.end());
    Outcome outcome = world.run_on(native_arch(), words);
    CHECK(world.kernel.log.empty());
    return outcome;
}

} // namespace

TEST_CASE("each examination is the one that is kept") {
    TemporaryDirectory directory;
    add_patients_files(directory);
    std::set<std::string> kept;
    for (const Patient &patient : patients()) {
        INFO(patient.name);
        std::string text = examined(patient, directory).out;
        std::string json = examined(patient, directory, {"--json"}).out;
        CHECK(text == expected_text("doctor/" + patient.name + ".txt", text));
        CHECK(json == expected_text("doctor/" + patient.name + ".json", json));
        kept.insert({patient.name + ".txt", patient.name + ".json", arch_of(patient) + ".seen"});
    }
    std::vector<std::string> files = list_directory(in_tests("doctor")).value();
    CHECK(std::set<std::string>(files.begin(), files.end()) == kept);
}

TEST_CASE("a machine and its recording are examined alike") {
    FakeWorld world;
    world.root.write("/var/crash/.keep", "");
    world.root.write("/proc/sys/kernel/panic", "0\n");
    std::string recording = world.files.path("/machine.rec");
    REQUIRE(world.run({"--record=" + recording}).status == 0);
    for (std::vector<std::string> words : std::vector<std::vector<std::string>>{
             {"--doctor", "-p", world.kernel_file}, {"--doctor"}, {"--doctor", "-p", "--json"}}) {
        Outcome live = world.run(words);
        words.push_back("--root=" + recording);
        Outcome recorded = world.run(words);
        CHECK(live.out.size() > 100);
        CHECK(live.out == recorded.out);
        CHECK(live.status == recorded.status);
    }
}

TEST_CASE("wherever --doctor stands it keeps the others from acting") {
    for (std::vector<std::string> words : std::vector<std::vector<std::string>>{{"-u", "--doctor"},
                                                                                {"-e", "--doctor"},
                                                                                {"--doctor", "-u", "-p"},
                                                                                {"-f", "--doctor", "--json"},
                                                                                {"-l", "--doctor"},
                                                                                {"--doctor", "-p", "-i"}}) {
        FakeWorld world;
        world.kernel.privileged = false;
        words.push_back(world.kernel_file);
        Outcome outcome = world.run(words);
        CHECK(outcome.err.empty());
        CHECK((outcome.status == 2 || outcome.status == 3));
        CHECK(world.kernel.log.empty());
        CHECK(world.loaded() == "0");
        CHECK(world.crash_loaded() == "0");
    }
}

TEST_CASE("a kernel that is loaded is compared with its record, and examined where none is named") {
    FakeWorld world;
    REQUIRE(world.run({"-p", world.kernel_file, "--initrd=" + world.initrd_file, "--append=nr_cpus=1 k"})
                .status == 0);
    Outcome outcome = world.run({"--doctor", "-p", "--json"});
    CHECK(has(outcome.out, "by kexec_file_load; the files are what they were"));
    CHECK(has(outcome.out, "; the one that is loaded"));
    CHECK(has(outcome.out, "1 MiB for each, by nr_cpus=1"));
    world.files.write("/initrd", "another one");
    std::string changed = world.run({"--doctor", "-p", "--json"}).out;
    CHECK(has(finding_in(changed, "loaded"), "since it was loaded"));
    CHECK(has(finding_in(changed, "loaded"), "\"verdict\": \"warning\""));
}

TEST_CASE("what is recorded of a loaded kernel is without the words that load it") {
    FakeWorld world;
    REQUIRE(world.run({"-p", world.kernel_file, "--append=luks.key=hush"}).status == 0);
    std::string recording = world.files.path("/machine.rec");
    REQUIRE(world.run({"--record=" + recording}).status == 0);
    Recording read = read_recording(as_bytes(text_of_file(recording))).value();
    std::string record(read.snapshot.text("/run/kexec/crash").value());
    CHECK(has(record, "call kexec_file_load"));
    CHECK_FALSE(has(record, "hush"));
    CHECK_FALSE(has(record, "word "));
    CHECK(has(world.run({"--doctor", "-p", "--root=" + recording, "--json"}).out, "by kexec_file_load"));
}

TEST_CASE("a worse verdict stands behind a better one, and the last line counts them") {
    DoctorFacts facts;
    facts.arch = "x86_64";
    facts.purpose = Purpose::crash;
    std::string text = diagnosis_text(diagnose(facts));
    CHECK(text.starts_with("x86_64: would a crash be dumped?\n"));
    std::size_t seen = text.find("\n  not seen "), warned = text.find("\n  warning ");
    CHECK(text.find("\n  good ") < seen);
    CHECK(seen < warned);
    CHECK(has(text, "\nwarnings: 1 warning, "));
    for (std::string_view line : lines_of(text))
        CHECK(line.size() <= 100);
}

TEST_CASE("the manual tells every check and every file that is looked at") {
    std::string page = without(without(text_of_file(in_tests("../man/kexec-doctor.8")), "\\"), "\"");
    for (const Check &check : doctor_checks()) {
        INFO(check.name);
        bool is_told =
            has(page, fmt::format("\n.B {}\n", check.name)) || has(page, fmt::format(" {} ", check.name)) ||
            has(page, fmt::format(".BR {} ", check.name)) || has(page, fmt::format(" {}\n", check.name));
        CHECK(is_told);
    }
    std::string whole = page + without(text_of_file(in_tests("../man/kexec.8")), "\\");
    for (const Source &source : doctor_sources()) {
        INFO(source.path);
        std::string name(source.path.substr(source.path.rfind('/') + 1));
        std::string folder(source.path.substr(0, source.path.find('/', source.path.find('/', 1) + 1)));
        CHECK(has(whole, name));
        CHECK(has(whole, folder));
    }
}
