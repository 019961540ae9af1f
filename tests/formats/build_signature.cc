// SPDX-License-Identifier: GPL-2.0-or-later
// Writes DER by X.690, certificates by RFC 5280 and messages by RFC 5652.
#include "tests/formats/build_signature.h"

namespace kexec::testing {

namespace {

using namespace std::string_view_literals;

constexpr std::uint8_t integer = 0x02, octets = 0x04, oid = 0x06, sequence = 0x30, set = 0x31,
                       context_0 = 0xa0, context_3 = 0xa3;

Buffer joined(const std::vector<Buffer> &parts) {
    Buffer all;
    for (const Buffer &part : parts)
        append(all, part);
    return all;
}

Buffer attribute(std::string_view type, std::uint8_t tag, std::string_view value) {
    return der_element(set, {der_element(sequence, {der_text(oid, type), der_text(tag, value)})});
}

Buffer algorithm() { return der_element(sequence, {der_text(oid, "\x2a\x86\x48"sv)}); }

Buffer extensions(std::string_view key_identifier) {
    Buffer value = der_text(octets, key_identifier);
    Buffer other = der_element(sequence, {der_text(oid, "\x55\x1d\x13"sv), der_text(octets, "0")});
    Buffer own = der_element(sequence, {der_text(oid, "\x55\x1d\x0e"sv), der_element(octets, {value})});
    return der_element(context_3, {der_element(sequence, {other, own})});
}

Buffer build_signer(const SignerPlan &plan) {
    Buffer id = plan.key_identifier.empty()
                    ? der_element(sequence, {build_name(plan.issuer), der_text(integer, plan.serial)})
                    : der_text(0x80, plan.key_identifier);
    return der_element(sequence, {der_text(integer, "\x01"), id, algorithm(), algorithm(),
                                  der_text(octets, "signature")});
}

} // namespace

Buffer der_element(std::uint8_t tag, std::initializer_list<Bytes> parts) {
    Buffer contents;
    for (Bytes part : parts)
        append(contents, part);
    Buffer element = {std::byte{tag}};
    std::size_t size = contents.size();
    if (size < 0x80)
        append(element, bytes_of(static_cast<std::uint8_t>(size)));
    else if (size < 0x100)
        append(element, Buffer{std::byte{0x81}, std::byte(size)});
    else
        append(element, Buffer{std::byte{0x82}, std::byte(size >> 8), std::byte(size)});
    append(element, contents);
    return element;
}

Buffer der_text(std::uint8_t tag, std::string_view contents) {
    return der_element(tag, {as_bytes(contents)});
}

Buffer build_name(std::string_view common_name, std::uint8_t tag) {
    std::vector<Buffer> attributes = {attribute("\x55\x04\x0a"sv, tag, "Example")};
    if (!common_name.empty())
        attributes.push_back(attribute("\x55\x04\x03"sv, tag, common_name));
    return der_element(sequence, {joined(attributes)});
}

Buffer build_certificate(const CertificatePlan &plan) {
    Buffer version = der_element(context_0, {der_text(integer, "\x02")});
    Buffer validity =
        der_element(sequence, {der_text(0x17, "260101000000Z"), der_text(0x17, "360101000000Z")});
    Buffer to_be_signed = der_element(sequence, {version, der_text(integer, plan.serial), algorithm(),
                                                 build_name(plan.issuer, plan.name_tag), validity,
                                                 build_name(plan.subject, plan.name_tag), algorithm(),
                                                 extensions(plan.key_identifier)});
    return der_element(sequence, {to_be_signed, algorithm(), der_text(0x03, "signature")});
}

Buffer build_pkcs7(const std::vector<CertificatePlan> &certificates, const std::vector<SignerPlan> &signers) {
    std::vector<Buffer> built, signed_by;
    for (const CertificatePlan &plan : certificates)
        built.push_back(build_certificate(plan));
    for (const SignerPlan &plan : signers)
        signed_by.push_back(build_signer(plan));
    Buffer inside = certificates.empty() ? Buffer{} : der_element(context_0, {joined(built)});
    Buffer signed_data = der_element(sequence, {der_text(integer, "\x01"), der_element(set, {algorithm()}),
                                                algorithm(), inside, der_element(set, {joined(signed_by)})});
    return der_element(sequence, {der_text(oid, "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"sv),
                                  der_element(context_0, {signed_data})});
}

Buffer build_win_certificate(Bytes message, std::uint16_t type) {
    Buffer entry;
    append(entry, bytes_of(le32(static_cast<std::uint32_t>(message.size() + 8))));
    append(entry, bytes_of(le16(0x200)));
    append(entry, bytes_of(le16(type)));
    append(entry, message);
    entry.resize((entry.size() + 7) / 8 * 8);
    return entry;
}

Buffer build_module_signature(Bytes message) {
    Buffer end(message.begin(), message.end());
    append(end, as_bytes("\0\0\x02\0\0\0\0\0"sv));
    append(end, bytes_of(be32(static_cast<std::uint32_t>(message.size()))));
    append(end, as_bytes("~Module signature appended~\n"));
    return end;
}

} // namespace kexec::testing
