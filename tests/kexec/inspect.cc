// SPDX-License-Identifier: GPL-2.0-or-later
// What --inspect says of kernels of every machine, and that it does nothing else.
#include "image/pe.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_bzimage.h"
#include "tests/formats/build_elf.h"
#include "tests/formats/build_fit.h"
#include "tests/formats/build_pe.h"
#include "tests/formats/build_s390x.h"
#include "tests/formats/build_signature.h"
#include "tests/kexec/fake_world.h"
#include "tests/support/pack.h"

#include <elf.h>
#include <fmt/format.h>

using namespace kexec;
using namespace kexec::test;
using namespace kexec::testing;

namespace {

struct Inspected {
    FakeWorld world;
    std::string path = world.files.path("/inspected");

    Outcome run(Bytes content, std::vector<std::string> words = {}) {
        world.files.add("/inspected", content);
        words.insert(words.end(), {"--inspect", path});
        return world.run(words);
    }
};

bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

Buffer ppc64_vmlinux() {
    ElfPlan plan;
    plan.machine = EM_PPC64;
    plan.order = std::endian::big;
    plan.entry = 0xc000000000000000;
    add_segment(plan, PT_LOAD, as_bytes("Linux version 6.1.0-ppc64 (a) #3 SMP\n"), 0);
    return build_elf(plan);
}

Buffer signed_image(const CertificatePlan &certificate) {
    PePlan plan;
    plan.sections.push_back({.name = ".text", .contents = packable_bytes(0xc00)});
    plan.certificates = build_win_certificate(build_pkcs7({certificate}));
    return build_pe(plan, bytes_of(usual_arm64_header()));
}

} // namespace

TEST_CASE("a bzImage is told in full") {
    Inspected inspected;
    Outcome outcome = inspected.run(pack(build_bzimage(), Compression::xz));
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
    CHECK(
        outcome.out ==
        inspected.path + ": bzImage64 of x86_64\n" +
            "  wrappers         xz\n"
            "  version          6.1.0-test\n"
            "  build            (builder) #1 SMP\n"
            "  page size        4096 bytes\n"
            "  entry            0x200 from the start of the kernel\n" +
            fmt::format("  memory           {} bytes\n", std::uint32_t{usual_setup_header().init_size}) +
            "  command line     at most 2047 characters\n"
            "  initrd           anywhere\n"
            "  signed by        none\n"
            "  kernel signed by none\n"
            "  kexec_load       yes: kexec puts the kernel into place\n"
            "  kexec_file_load  yes: it is given what the wrappers hold, not this file and its attributes\n");
    CHECK(inspected.world.kernel.log.empty());
}

TEST_CASE("the same as JSON, for each machine") {
    Inspected inspected;
    CHECK(
        inspected.run(ppc64_vmlinux(), {"--json"}).out ==
        fmt::format(
            "{{\"file\":\"{}\",\"size\":{},\"type\":\"elf-ppc64\",\"architecture\":\"ppc64\",\"wrappers\":[],"
            "\"version\":\"6.1.0-ppc64\",\"build\":\"(a) #3 SMP\",\"page_size\":null,\"entry\":{{\"address\":"
            "\"0xc000000000000000\"}},\"limits\":{{\"memory\":37,\"command_line\":2047,\"initrd_last\":null,"
            "\"initrd_reach\":null}},\"signatures\":[],\"kernel_signatures\":null,\"kexec_load\":{{\"takes\":"
            "true,\"how\":\"kexec puts the kernel into "
            "place\"}},\"kexec_file_load\":{{\"takes\":true,\"how\":"
            "\"it is given this file itself\"}}}}\n",
            inspected.path, ppc64_vmlinux().size()));
    CHECK(contains(inspected.run(build_s390x_image(), {"--json"}).out,
                   "\"type\":\"image\",\"architecture\":\"s390x\",\"wrappers\":[],\"version\":null,"));
    CHECK(contains(inspected.run(build_zboot(build_arm64_image(), Compression::zstd), {"--json"}).out,
                   "\"type\":\"Image\",\"architecture\":\"arm64\",\"wrappers\":[\"zboot\",\"zstd\"],"));
    CHECK(contains(inspected.run(build_bzimage(), {"--json", "-t", "bzImage"}).out,
                   "\"entry\":{\"offset\":\"0x0\"},\"limits\":{"));
}

TEST_CASE("who signed the file and who signed the kernel in it are told apart") {
    Inspected inspected;
    Buffer kernel = signed_image({.subject = "Kernel \"team\""});
    CHECK(contains(inspected.run(kernel).out, "\n  signed by        Kernel \"team\", issued by Authority\n"));
    std::string text = inspected.run(pack(kernel, Compression::gzip), {"--json"}).out;
    CHECK(contains(text, "\"signatures\":[],\"kernel_signatures\":[{\"subject\":\"Kernel "
                         "\\\"team\\\"\",\"issuer\":\"Authority\"}]"));
    Buffer appended = ppc64_vmlinux();
    append(appended, build_module_signature(build_pkcs7({})));
    CHECK(contains(inspected.run(appended).out,
                   "signed by        a signer whose certificate is not in the file, issued by Authority\n"));
    append(appended, build_module_signature(as_bytes("x")));
    CHECK(contains(inspected.run(appended).out, "signed by        there is one, and it cannot be read\n"));
}

TEST_CASE("of a FIT image the configuration is told that stands behind its name") {
    Inspected inspected;
    FitPlan plan = usual_fit(build_arm64_image());
    plan.default_configuration.clear();
    Outcome several = inspected.run(build_fit(plan));
    CHECK(several.status == 1);
    CHECK(contains(several.err, "several configurations (conf-1, conf-2) and no default one\n"
                                "       name one of them: FILE#NAME\n"));
    std::string text = inspected.world.run({"--inspect", inspected.path + "#conf-2"}).out;
    CHECK(contains(text, ": Image of arm64\n  wrappers         FIT\n"));
    CHECK(contains(inspected.world.run({"--inspect", inspected.path + "#none"}).err,
                   "the FIT image has no configuration none, it has: conf-1, conf-2\n"));
    inspected.run(build_arm64_image());
    CHECK(contains(inspected.world.run({"--inspect", inspected.path + "#conf-2"}).err,
                   "configuration conf-2 was asked for, and " + inspected.path + " is no FIT image\n"));
}

TEST_CASE("of a UKI the profile is told that is asked for") {
    Inspected inspected;
    Buffer title(20), plain = build_bzimage(), packed = pack(plain, Compression::xz);
    std::vector<PePlanSection> sections = {
        {".linux", plain}, {".profile", title}, {".profile", title}, {".linux", packed}};
    Buffer uki = build_pe({.machine = pe_machine_x86_64, .sections = sections});
    CHECK(contains(inspected.run(uki).out, ": bzImage64 of x86_64\n  wrappers         UKI\n"));
    CHECK(contains(inspected.run(uki, {"--profile=1"}).out, "  wrappers         UKI, xz\n"));
    CHECK(contains(inspected.run(uki, {"--profile=2"}).err, "this UKI has 0 to 1\n"));
    CHECK(contains(inspected.run(build_bzimage(), {"--profile=1"}).err, " is no unified kernel image\n"));
}

TEST_CASE("foreign text cannot drive the terminal") {
    Inspected inspected;
    std::string text = inspected.run(signed_image({.subject = "\x1b[31mred\n  signed by nobody"})).out;
    CHECK(contains(text, "signed by        ?[31mred?  signed by nobody, issued by Authority\n"));
    CHECK(contains(inspected.run(build_bzimage(usual_setup_header(), {}, "6.1.0 \x1b[31m")).out,
                   "build            ?[31m\n"));
}

TEST_CASE("what a call does not take is said with the reason") {
    Inspected inspected;
    ElfPlan program;
    add_segment(program, PT_LOAD, as_bytes("a program"), 0x1000);
    std::string text = inspected.run(build_elf(program)).out;
    CHECK(contains(text, "version          not stated\n"));
    CHECK(contains(
        text, "kexec_load       no: the file holds no \"Linux version\" and is not taken for a kernel\n"));
    CHECK(contains(text, "kexec_file_load  no: it does not take kernels of this type\n"));
    CHECK(contains(inspected.run(build_elf(small_vmlinux()), {"--json"}).out,
                   "\"kexec_load\":{\"takes\":true,\"how\":\"kexec puts the kernel into place\"},"
                   "\"kexec_file_load\":{\"takes\":false,"));
}

TEST_CASE("what is no kernel is an error, as it would be for a load") {
    Inspected inspected;
    Outcome outcome = inspected.run(as_bytes("#!/bin/sh\n"));
    CHECK(outcome.status == 255);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.starts_with("kexec: Cannot determine the file type of " + inspected.path +
                                  ": it is none of: "));
    CHECK(contains(outcome.err, "bzImage64"));
    CHECK(contains(outcome.err, "elf-s390x"));
    CHECK(inspected.run(build_bzimage(), {"--type=Image"}).status == 255);
    CHECK(inspected.world.run({"--inspect", "/nonexistent/kernel"}).status == 255);
    CHECK(contains(inspected.world.run({"--inspect"}).err, "No kernel specified"));
    CHECK(contains(inspected.world.run({"--inspect", "--initrd=x", inspected.path}).err,
                   "nothing is to be loaded"));
}

TEST_CASE("a wrapper that belongs to no machine here is refused by name") {
    Inspected inspected;
    Buffer payload = pack(build_arm64_image(), Compression::gzip);
    Outcome outcome = inspected.run(build_zboot(usual_zboot_header("gzip", payload), payload, 0x5064));
    CHECK(outcome.status == 255);
    CHECK(contains(outcome.err, "this zboot kernel is for riscv64, one for "));
}
