// SPDX-License-Identifier: GPL-2.0-or-later
// A report says what a decision holds and what follows from it; its whole text is kept in
// tests/plans/reports.
#include "extras/report.h"

#include "arch/arch.h"
#include "image/digest.h"
#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

Report report_for(const Request &request) {
    return report_on(request, arch_named("x86_64")->plan(request).value(), {}, {});
}

const ReportedSegment &reported_segment(const Report &report, std::string_view name) {
    for (const ReportedSegment &segment : report.attempts.front().by_segments->segments)
        if (segment.name == name)
            return segment;
    throw std::runtime_error("there is no such segment");
}

} // namespace

TEST_CASE("digests are of what lies in files; what holds randomness has none") {
    Request request = request_to_load(pc(), bzimage_file());
    request.entropy.available = true;
    request.initrd = file_holding(sample_bytes(5000));
    Report report = report_for(request);
    CHECK(reported_segment(report, "initrd").sha256 == digest_text(digest_of(request.initrd->bytes())));
    CHECK(reported_segment(report, "boot parameters").content == "random");
    CHECK(reported_segment(report, "boot parameters").sha256.empty());
    CHECK(reported_segment(report, "purgatory").content == "purgatory");
    CHECK(reported_segment(report, "purgatory").sha256.empty());
}

TEST_CASE("a report does not depend on the random bytes") {
    Request request = request_to_load(pc(), bzimage_file());
    request.entropy.available = true;
    std::string one = report_json(report_for(request));
    request.entropy.bytes.fill(std::byte{0x55});
    CHECK(report_json(report_for(request)) == one);
}

TEST_CASE("what looks like a key is shown nowhere") {
    Request request = request_to_load(pc(), bzimage_file());
    request.settings.command_line = "root=/dev/sda luks.passphrase=hush";
    Report report = report_for(request);
    CHECK(has(report_text(report), "luks.passphrase=(hidden)"));
    CHECK_FALSE(has(report_text(report), "hush"));
    CHECK_FALSE(has(report_json(report), "hush"));
}

TEST_CASE("flags are named, errnos too") {
    Request request = request_to_load(pc(), bzimage_file(), Purpose::crash);
    reserve(request.machine, sized(0x20000000, 0x10000000));
    request.settings.debug = true;
    request.settings.call = Call::automatic;
    Report report = report_for(request);
    REQUIRE(report.attempts.size() == 2);
    CHECK(report.attempts[0].flag_names == std::vector<std::string_view>{"KEXEC_FILE_ON_CRASH",
                                                                         "KEXEC_FILE_NO_INITRAMFS",
                                                                         "KEXEC_FILE_DEBUG"});
    CHECK(report.attempts[1].flag_names == std::vector<std::string_view>{"KEXEC_ON_CRASH", "KEXEC_DEBUG"});
    CHECK(has(report_text(report), "goes on after ENOSYS EINVAL"));
}

TEST_CASE("a kernel that takes no loads any more is a warning of the plan") {
    Request request = request_to_load(pc(), bzimage_file());
    CHECK(report_for(request).warnings.empty());
    request.machine.kexec.load_disabled = true;
    Report report = report_for(request);
    REQUIRE(report.warnings.size() == 1);
    CHECK(has(report.warnings[0], "kexec_load_disabled"));
    CHECK(has(report_text(report), "\nwarning: loading is switched off"));
}

TEST_CASE("EFI is kept or lost, and the report says why") {
    Request request = request_to_load(pc(), bzimage_file());
    CHECK(report_for(request).attempts[0].efi.empty());
    std::get<X86_64Facts>(request.machine.own).efi_missing = "/sys/firmware/efi/runtime-map";
    CHECK(report_for(request).attempts[0].efi == "lost: /sys/firmware/efi/runtime-map");
    give(request, OptionId::noefi);
    CHECK(report_for(request).attempts[0].efi == "lost: --noefi was given");
}
