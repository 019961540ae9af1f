// SPDX-License-Identifier: GPL-2.0-or-later
// Who signed: signatures in EFI programs and behind files, with parts left out, cut short and altered.
#include "image/signature.h"

#include "tests/catch.h"
#include "tests/formats/build_pe.h"
#include "tests/formats/build_signature.h"
#include "tests/formats/field_values.h"
#include "tests/support/pack.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

using namespace std::string_view_literals;

Buffer program_with(Bytes table) {
    PePlan plan;
    plan.sections.push_back({.name = ".text", .contents = packable_bytes(100)});
    plan.certificates = Buffer(table.begin(), table.end());
    return build_pe(plan);
}

Buffer file_with(Bytes message) {
    Buffer file = packable_bytes(1000);
    append(file, build_module_signature(message));
    return file;
}

// "subject < issuer" of each, with a comma between.
std::string told(Bytes file) {
    std::string text;
    for (const Signature &each : signatures_of(file))
        text += (text.empty() ? "" : ", ") + each.subject + " < " + each.issuer;
    return text;
}

std::string told_of(Bytes message) {
    std::string in_program = told(program_with(build_win_certificate(message)));
    CHECK(told(file_with(message)) == in_program);
    return in_program;
}

constexpr std::string_view unreadable = " < ";

} // namespace

TEST_CASE("the signer is the one whose certificate has the issuer and the serial number that were named") {
    CHECK(told_of(build_pkcs7()) == "Signer < Authority");
    std::vector<CertificatePlan> chain = {{.subject = "Authority", .issuer = "Root", .serial = "\x01\x02"},
                                          {.subject = "Other", .serial = "\x03"},
                                          {.subject = "Own"}};
    CHECK(told_of(build_pkcs7(chain)) == "Own < Authority");
    CHECK(told_of(build_pkcs7(chain, {{.serial = "\x03"}})) == "Other < Authority");
}

TEST_CASE("the signer may be named by the identifier of the key") {
    std::vector<CertificatePlan> certificates = {{.subject = "First", .key_identifier = "one"},
                                                 {.subject = "Second", .key_identifier = "two"}};
    CHECK(told_of(build_pkcs7(certificates, {{.key_identifier = "two"}})) == "Second < Authority");
    CHECK(told_of(build_pkcs7(certificates, {{.key_identifier = "three"}})) == unreadable);
}

TEST_CASE("where the certificate is not in the file, its issuer is known all the same") {
    CHECK(told_of(build_pkcs7({})) == " < Authority");
    CHECK(told_of(build_pkcs7({{.serial = "\x07"}})) == " < Authority");
}

TEST_CASE("each signer of each signature is told") {
    Buffer twice = build_pkcs7({{}, {.subject = "Second", .serial = "\x05"}}, {{}, {.serial = "\x05"}});
    CHECK(told_of(twice) == "Signer < Authority, Second < Authority");
    Buffer table = build_win_certificate(build_pkcs7());
    append(table, build_win_certificate(build_pkcs7({{.subject = "Another"}})));
    Buffer program = program_with(table);
    CHECK(told(program) == "Signer < Authority, Another < Authority");
    append(program, build_module_signature(build_pkcs7({{.subject = "Third"}})));
    CHECK(told(program) == "Signer < Authority, Another < Authority, Third < Authority");
}

TEST_CASE("a name without a common name is told whole, and texts of two bytes a character are read") {
    CHECK(told_of(build_pkcs7({{.subject = ""}})) == "Example < Authority");
    CertificatePlan wide{.subject = std::string("\0K\x04\x10\0y"sv), .name_tag = 0x1e};
    CHECK(told_of(build_pkcs7({wide}, {{.key_identifier = "key"}})).starts_with("K?y < "));
}

TEST_CASE("a file without a signature has none") {
    CHECK(signatures_of({}).empty());
    CHECK(signatures_of(packable_bytes(1000)).empty());
    CHECK(signatures_of(program_with({})).empty());
    CHECK(signatures_of(as_bytes("~Module signature appended~")).empty());
}

TEST_CASE("a signature that cannot be read is told as one") {
    CHECK(told_of(as_bytes("no DER")) == unreadable);
    CHECK(told_of(der_text(0x30, "")) == unreadable);
    CHECK(told_of(build_pkcs7({{}}, {})) == unreadable);
    CHECK(told(program_with(build_win_certificate(build_pkcs7(), 1))) == unreadable); // X.509, no PKCS#7
    CHECK(told(program_with(packable_bytes(5))) == unreadable);
    CHECK(told(as_bytes("~Module signature appended~\n")) == unreadable);
    Buffer other = file_with(build_pkcs7());
    other[other.size() - 28 - 12 + 2] = std::byte{1}; // PGP
    CHECK(told(other) == unreadable);
}

TEST_CASE("a message cut short anywhere is one that cannot be read") {
    Buffer message = build_pkcs7();
    for (std::size_t size = 0; size < message.size(); size++) {
        CAPTURE(size);
        REQUIRE(told(file_with(Bytes(message).first(size))) == unreadable);
    }
}

TEST_CASE("no file makes the search long") {
    std::vector<CertificatePlan> certificates(100);
    certificates.back().serial = "\x09";
    CHECK(told_of(build_pkcs7(certificates, {{.serial = "\x09"}})) == " < Authority");
    CHECK(signatures_of(file_with(build_pkcs7({{}}, std::vector<SignerPlan>(100)))).size() == 16);
    Buffer table;
    for (unsigned i = 0; i < 100; i++)
        append(table, build_win_certificate(build_pkcs7()));
    CHECK(signatures_of(program_with(table)).size() == 16);
}

TEST_CASE("whatever a message holds, reading it ends") {
    Buffer message = build_pkcs7();
    with_each_value(message, message.size(),
                    [](const Buffer &altered) { REQUIRE(signatures_of(file_with(altered)).size() <= 16); });
    Buffer entry = build_win_certificate(message);
    with_each_value(entry, 16,
                    [](const Buffer &altered) { REQUIRE(!signatures_of(program_with(altered)).empty()); });
}
