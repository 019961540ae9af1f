// SPDX-License-Identifier: GPL-2.0-or-later
// A report for programs, by the schema that man/kexec-plan.5 describes and extras/plan.schema.json says
// in full. Addresses are strings of hexadecimal digits, for not every reader of JSON has numbers of 64 bits.
#include "base/json.h"
#include "extras/report.h"

#include <cstring>
#include <fmt/format.h>

namespace kexec {
namespace {

// Goes up with a change that a reader of the old form would not understand; members may be added without.
constexpr std::uint64_t schema_version = 1;

std::string address_text(std::uint64_t address) { return fmt::format("{:#x}", address); }

void write_range(JsonWriter &json, Range range) {
    json.key("first").text(address_text(range.first()));
    json.key("last").text(address_text(range.last()));
    json.key("size").number(range.size());
}

void write_texts(JsonWriter &json, std::string_view key, const auto &texts) {
    json.key(key).begin_array();
    for (const auto &text : texts)
        json.text(text);
    json.end();
}

void write_text_or_nothing(JsonWriter &json, std::string_view key, const std::string &text) {
    json.key(key);
    text.empty() ? json.nothing() : json.text(text);
}

void write_image(JsonWriter &json, const Report &report) {
    json.key("image").begin_object();
    json.key("format").text(report.format);
    write_texts(json, "wrappers", report.wrappers);
    json.key("unpacked_size").number(report.unpacked_size);
    json.end();
}

void write_files(JsonWriter &json, const Report &report) {
    json.key("files").begin_array();
    for (const ReportedFile &file : report.files) {
        json.begin_object();
        json.key("role").text(file.role);
        json.key("path").text(file.path);
        json.key("size").number(file.size);
        json.key("sha256").text(file.sha256);
        json.end();
    }
    json.end();
}

void write_piece(JsonWriter &json, const MemoryPiece &piece) {
    json.begin_object();
    write_range(json, piece.range);
    json.key("kind").text(name_of(piece.kind));
    write_text_or_nothing(json, "name", piece.name);
    json.end();
}

void write_memory(JsonWriter &json, const Report &report) {
    json.key("memory").begin_object();
    json.key("ram").number(report.memory.ram);
    json.key("free").number(report.memory.free);
    json.key("reservations").begin_array();
    for (Range range : report.memory.reservations) {
        json.begin_object();
        write_range(json, range);
        json.end();
    }
    json.end();
    json.end();
}

void write_segment(JsonWriter &json, const ReportedSegment &segment) {
    json.begin_object();
    json.key("name").text(segment.name);
    if (segment.place) {
        write_range(json, *segment.place);
    } else {
        json.key("first").nothing();
        json.key("last").nothing();
        json.key("size").number(segment.size);
    }
    json.key("file_bytes").number(segment.file_bytes);
    json.key("content").text(segment.content);
    write_text_or_nothing(json, "sha256", segment.sha256);
    json.key("verified").truth(segment.verified);
    json.end();
}

void write_purgatory(JsonWriter &json, const std::optional<Behaviour> &purgatory) {
    json.key("purgatory");
    if (!purgatory)
        return json.nothing();
    json.begin_object();
    json.key("verifies").truth(purgatory->verifies);
    json.key("verified_segments").number(purgatory->segments);
    json.key("verified_bytes").number(purgatory->bytes);
    json.key("caches_off").truth(purgatory->caches_off);
    json.key("saves");
    if (purgatory->saved_from) {
        json.begin_object();
        write_range(json, *purgatory->saved_from);
        json.key("to").text(address_text(purgatory->saved_to));
        json.key("exchanges").truth(purgatory->changes_places);
        json.end();
    } else {
        json.nothing();
    }
    write_text_or_nothing(json, "console", purgatory->console);
    json.key("enters");
    purgatory->enters ? json.text(address_text(*purgatory->enters)) : json.nothing();
    json.end();
}

void write_value(JsonWriter &json, std::string_view key, const std::optional<std::string> &value) {
    json.key(key);
    value ? json.text(*value) : json.nothing();
}

void write_tree(JsonWriter &json, const std::optional<TreeDifference> &difference) {
    json.key("device_tree_changes");
    if (!difference)
        return json.nothing();
    json.begin_array();
    for (const PropertyDifference &change : difference->changes) {
        json.begin_object();
        json.key("node").text(change.path);
        write_text_or_nothing(json, "property", change.property);
        write_value(json, "before", change.before);
        write_value(json, "after", change.after);
        json.end();
    }
    auto write_all = [&](const std::vector<TreeReservation> &entries, bool given) {
        for (const TreeReservation &entry : entries) {
            std::string text = fmt::format("{:#x}, {:#x} bytes", entry.address, entry.size);
            json.begin_object();
            json.key("node").text("/memreserve/");
            json.key("property").nothing();
            write_value(json, "before", given ? std::nullopt : std::optional(text));
            write_value(json, "after", given ? std::optional(text) : std::nullopt);
            json.end();
        }
    };
    write_all(difference->taken, false);
    write_all(difference->given, true);
    json.end();
}

void write_segments(JsonWriter &json, const ReportedSegments &own) {
    json.key("entry").text(address_text(own.entry));
    json.key("segments").begin_array();
    for (const ReportedSegment &segment : own.segments)
        write_segment(json, segment);
    json.end();
    json.key("around").begin_array();
    for (const MemoryPiece &piece : own.around)
        write_piece(json, piece);
    json.end();
    write_purgatory(json, own.purgatory);
    json.key("e820").begin_array();
    for (const MemoryRange &entry : own.told_memory) {
        json.begin_object();
        write_range(json, entry.range);
        json.key("type").text(name_of(entry.type));
        json.end();
    }
    json.end();
    write_texts(json, "notes", own.notes);
    write_tree(json, own.device_tree);
}

void write_duration(JsonWriter &json, std::string_view key, const std::optional<Duration> &duration) {
    json.key(key);
    if (!duration)
        return json.nothing();
    json.begin_object();
    json.key("with_sha_instructions").number(duration->with_instructions);
    json.key("without").number(duration->without);
    json.end();
}

void write_attempt(JsonWriter &json, const ReportedAttempt &attempt) {
    json.begin_object();
    json.key("call").text(attempt.call);
    json.key("reason").text(attempt.reason);
    json.key("flags").text(address_text(attempt.flags));
    write_texts(json, "flag_names", attempt.flag_names);
    json.key("command_line").text(attempt.command_line);
    write_text_or_nothing(json, "efi", attempt.efi);
    if (attempt.by_segments)
        write_segments(json, *attempt.by_segments);
    json.key("milliseconds").begin_object();
    write_duration(json, "load", attempt.estimate.load);
    write_duration(json, "verify", attempt.estimate.verify);
    json.end();
    json.key("goes_on_after").begin_array();
    for (int number : attempt.go_on)
        json.text(strerrorname_np(number));
    json.end();
    json.end();
}

} // namespace

std::string report_json(const Report &report) {
    JsonWriter json;
    json.begin_object();
    json.key("version").number(schema_version);
    json.key("architecture").text(report.machine);
    json.key("purpose").text(report.purpose == Purpose::crash ? "crash" : "reboot");
    write_files(json, report);
    write_image(json, report);
    write_texts(json, "parts", report.parts);
    write_memory(json, report);
    json.key("screen").text(report.screen);
    json.key("attempts").begin_array();
    for (const ReportedAttempt &attempt : report.attempts)
        write_attempt(json, attempt);
    json.end();
    write_texts(json, "warnings", report.warnings);
    json.end();
    return json.finish();
}

} // namespace kexec
