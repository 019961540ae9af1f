// SPDX-License-Identifier: GPL-2.0-or-later
// The way through PKCS#7's SignedData (RFC 5652, 5.1) to its signers, and from each to its certificate
// (X.509, RFC 5280, 4.1): by issuer and serial number, or by the subject key identifier.
#include "image/signature.h"

#include "base/der.h"
#include "image/pe.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>

namespace kexec {

namespace {

// More than any kernel has. What follows is left out: a file must not make the search for each signer's
// certificate long.
constexpr std::size_t most_certificates = 64, most_signatures = 16;

std::vector<Signature> unreadable() { return {Signature{}}; }

// --- names

constexpr std::array<std::uint8_t, 3> common_name = {0x55, 0x04, 0x03}; // 2.5.4.3

bool is(const DerElement &element, std::span<const std::uint8_t> bytes) {
    return std::ranges::equal(element.contents, std::as_bytes(bytes));
}

// UTF-8 and its parts are kept; BMPString has two bytes for each character.
std::string text_of(const DerElement &value) {
    constexpr std::uint8_t bmp_string = 0x1e;
    if (value.tag != bmp_string)
        return std::string(as_text(value.contents));
    std::string text;
    for (std::size_t i = 0; i + 1 < value.contents.size(); i += 2) {
        auto high = value.contents[i], low = value.contents[i + 1];
        text += high == std::byte{0} && low < std::byte{0x80} ? static_cast<char>(low) : '?';
    }
    return text;
}

// A Name is a sequence of sets of attributes, each a type and a value.
std::string name_text(Bytes name) {
    std::string all;
    DerReader sets = DerReader(name).enter(der::sequence);
    while (auto set = sets.next_if(der::set)) {
        DerReader attribute = DerReader(set->contents).enter(der::sequence);
        auto type = attribute.next_if(der::object_identifier);
        auto value = attribute.next();
        if (!type || !value)
            break;
        if (is(*type, common_name))
            return text_of(*value);
        all += (all.empty() ? "" : ", ") + text_of(*value);
    }
    return all;
}

// --- certificates

struct Certificate {
    Bytes serial, issuer, subject; // each a whole element
    Bytes key_identifier;          // empty: it has none
};

// extnID 2.5.29.14, whose value is an OCTET STRING in an OCTET STRING.
Bytes key_identifier_of(DerReader extensions) {
    constexpr std::array<std::uint8_t, 3> subject_key_identifier = {0x55, 0x1d, 0x0e};
    DerReader each = extensions.enter(der::sequence);
    while (auto extension = each.next_if(der::sequence)) {
        DerReader fields(extension->contents);
        auto id = fields.next_if(der::object_identifier);
        auto value = fields.next_if(der::octet_string);
        if (id && value && is(*id, subject_key_identifier))
            if (auto identifier = DerReader(value->contents).next_if(der::octet_string))
                return identifier->contents;
    }
    return {};
}

std::optional<Certificate> read_certificate(Bytes certificate) {
    DerReader fields = DerReader(certificate).enter(der::sequence).enter(der::sequence);
    fields.next_if(der::constructed(0)); // the version
    auto serial = fields.next_if(der::integer);
    fields.next_if(der::sequence); // the algorithm
    auto issuer = fields.next_if(der::sequence);
    fields.next_if(der::sequence); // the validity
    auto subject = fields.next_if(der::sequence);
    if (!serial || !issuer || !subject)
        return std::nullopt;
    fields.next_if(der::sequence); // the key
    return Certificate{serial->whole, issuer->whole, subject->whole,
                       key_identifier_of(fields.enter(der::constructed(3)))};
}

std::vector<Certificate> read_certificates(Bytes set) {
    std::vector<Certificate> certificates;
    DerReader each(set);
    for (std::size_t i = 0; i < most_certificates; i++) {
        auto element = each.next_if(der::sequence);
        auto certificate = element ? read_certificate(element->whole) : std::nullopt;
        if (certificate)
            certificates.push_back(*certificate);
    }
    return certificates;
}

// --- signers

// What names the signer's certificate: issuer and serial number, or its key identifier; the rest is empty.
struct SignerId {
    Bytes issuer, serial, key_identifier;
};

std::optional<SignerId> read_signer(Bytes signer) {
    DerReader fields(signer);
    if (!fields.next_if(der::integer)) // the version
        return std::nullopt;
    if (auto identifier = fields.next_if(der::primitive(0)))
        return SignerId{{}, {}, identifier->contents};
    DerReader name_and_number = fields.enter(der::sequence);
    auto issuer = name_and_number.next_if(der::sequence);
    auto serial = name_and_number.next_if(der::integer);
    if (!issuer || !serial)
        return std::nullopt;
    return SignerId{issuer->whole, serial->whole, {}};
}

bool names(const SignerId &signer, const Certificate &certificate) {
    if (!signer.key_identifier.empty())
        return std::ranges::equal(signer.key_identifier, certificate.key_identifier);
    return std::ranges::equal(signer.issuer, certificate.issuer) &&
           std::ranges::equal(signer.serial, certificate.serial);
}

Signature signature_by(const SignerId &signer, const std::vector<Certificate> &certificates) {
    auto own =
        std::ranges::find_if(certificates, [&](const Certificate &each) { return names(signer, each); });
    if (own != certificates.end())
        return {name_text(own->subject), name_text(own->issuer)};
    return {{}, name_text(signer.issuer)};
}

// SignedData gives its certificates, if it has any, and then its signers.
std::vector<Signature> read_signed_data(DerReader fields) {
    fields.next_if(der::integer);  // the version
    fields.next_if(der::set);      // the digest algorithms
    fields.next_if(der::sequence); // what is signed
    std::vector<Certificate> certificates;
    if (auto set = fields.next_if(der::constructed(0)))
        certificates = read_certificates(set->contents);
    fields.next_if(der::constructed(1)); // what is revoked
    std::vector<Signature> signatures;
    DerReader signers = fields.enter(der::set);
    while (auto element = signers.next_if(der::sequence)) {
        auto signer = read_signer(element->contents);
        if (!signer || signatures.size() == most_signatures)
            break;
        signatures.push_back(signature_by(*signer, certificates));
    }
    return signatures;
}

// ContentInfo: the type 1.2.840.113549.1.7.2, then [0] SignedData.
std::vector<Signature> read_pkcs7(Bytes message) {
    constexpr std::array<std::uint8_t, 9> signed_data = {0x2a, 0x86, 0x48, 0x86, 0xf7,
                                                         0x0d, 0x01, 0x07, 0x02};
    DerReader info = DerReader(message).enter(der::sequence);
    auto type = info.next_if(der::object_identifier);
    if (!type || !is(*type, signed_data))
        return unreadable();
    auto signatures = read_signed_data(info.enter(der::constructed(0)).enter(der::sequence));
    return signatures.empty() ? unreadable() : signatures;
}

// --- where signatures lie

// At the start of each entry of the certificate table, which starts on a multiple of eight bytes in it.
struct WinCertificate {
    le32 length; // with this header
    le16 revision, type;
};
static_assert(sizeof(WinCertificate) == 8);
constexpr std::uint16_t pkcs7_certificate = 2;

void add_to(std::vector<Signature> &all, std::vector<Signature> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<Signature> read_table(Bytes table) {
    std::vector<Signature> signatures;
    for (std::size_t i = 0; i < most_signatures; i++) {
        auto header = read_at<WinCertificate>(table, 0, "a certificate");
        std::uint64_t length = header ? std::uint64_t{header->length} : 0;
        if (length < sizeof *header || length > table.size())
            break;
        if (header->type == pkcs7_certificate)
            add_to(signatures, read_pkcs7(table.first(length).subspan(sizeof *header)));
        table = table.subspan(std::min<std::uint64_t>((length + 7) / 8 * 8, table.size()));
    }
    return signatures.empty() ? unreadable() : signatures;
}

// In front of the marker that ends the file.
struct ModuleSignature {
    std::uint8_t algorithm, hash, id_type, signer_length, key_id_length, padding[3];
    be32 length; // of the message in front of this
};
static_assert(sizeof(ModuleSignature) == 12);
constexpr std::string_view module_marker = "~Module signature appended~\n";

std::vector<Signature> read_appended(Bytes file) {
    constexpr std::uint8_t pkcs7_id = 2;
    if (!as_text(file).ends_with(module_marker))
        return {};
    Bytes before = file.first(file.size() - module_marker.size());
    if (before.size() < sizeof(ModuleSignature))
        return unreadable();
    Bytes message = before.first(before.size() - sizeof(ModuleSignature));
    auto header = read_at<ModuleSignature>(before, message.size(), "the signature's header");
    if (!header || header->id_type != pkcs7_id || header->length > message.size())
        return unreadable();
    return read_pkcs7(message.last(header->length));
}

} // namespace

std::vector<Signature> signatures_of(Bytes file) {
    std::vector<Signature> signatures;
    if (auto table = certificate_table_of(file))
        signatures = read_table(*table);
    add_to(signatures, read_appended(file));
    return signatures;
}

} // namespace kexec
