// SPDX-License-Identifier: GPL-2.0-or-later
// A diagnosis for programs, by the schema that man/kexec-doctor.8 describes and extras/doctor.schema.json
// says in full.
#include "base/json.h"
#include "extras/doctor.h"

namespace kexec {
namespace {

// Goes up with a change that a reader of the old form would not understand; members and checks may be added
// without.
constexpr std::uint64_t schema_version = 1;

std::string_view word_of(Verdict verdict) {
    return verdict == Verdict::unknown ? "unknown" : name_of(verdict);
}

std::string_view conclusion(Verdict worst) {
    return worst == Verdict::broken ? "broken" : worst == Verdict::warning ? "warnings" : "healthy";
}

void write_text_or_nothing(JsonWriter &json, std::string_view key, std::string_view text) {
    json.key(key);
    text.empty() ? json.nothing() : json.text(text);
}

void write_sum(JsonWriter &json, const std::vector<NeedPart> &sum) {
    json.key("sum").begin_array();
    for (const NeedPart &part : sum) {
        json.begin_object();
        json.key("name").text(part.name);
        json.key("size").number(part.size);
        json.key("reason").text(part.reason);
        json.end();
    }
    json.end();
}

void write_finding(JsonWriter &json, const Finding &finding) {
    json.begin_object();
    json.key("check").text(finding.check->name);
    json.key("title").text(finding.check->title);
    json.key("verdict").text(word_of(finding.judgement.verdict));
    json.key("found").text(finding.judgement.found);
    bool is_good = finding.judgement.verdict == Verdict::good;
    write_text_or_nothing(json, "remedy", is_good ? "" : std::string_view(finding.judgement.remedy));
    write_sum(json, finding.judgement.sum);
    json.end();
}

} // namespace

std::string diagnosis_json(const Diagnosis &diagnosis) {
    JsonWriter json;
    json.begin_object();
    json.key("version").number(schema_version);
    json.key("architecture").text(diagnosis.machine);
    write_text_or_nothing(json, "release", diagnosis.release);
    json.key("purpose").text(diagnosis.purpose == Purpose::crash ? "crash" : "reboot");
    json.key("conclusion").text(conclusion(diagnosis.worst()));
    json.key("checks").begin_array();
    for (const Finding &finding : diagnosis.findings)
        write_finding(json, finding);
    json.end();
    json.end();
    return json.finish();
}

} // namespace kexec
