// SPDX-License-Identifier: GPL-2.0-or-later
// Writing and reading records.
#include "kexec/record.h"

#include "base/new_file.h"
#include "base/text.h"
#include "image/digest.h"
#include "kexec/patience.h"
#include "plan/command_line.h"

#include <algorithm>
#include <cerrno>
#include <fmt/core.h>
#include <unistd.h>

namespace kexec {
namespace {

constexpr std::string_view first_line = "kexec record 1";
constexpr std::uint64_t longest_record = 1 << 20;

constexpr std::string_view directory = "/run/kexec";

std::string directory_of(const World &world) { return world.root + std::string(directory); }
std::string name_of(Purpose purpose) { return purpose == Purpose::crash ? "crash" : "reboot"; }

std::string path_of(const World &world, Purpose purpose) {
    return directory_of(world) + "/" + name_of(purpose);
}

bool is_begun(const World &world, Purpose purpose) {
    return ::access(NewFile::incomplete_path_of(path_of(world, purpose)).c_str(), F_OK) == 0;
}

std::string escaped(std::string_view text) {
    std::string line;
    for (char letter : text)
        line += letter == '\\' ? "\\\\" : letter == '\n' ? "\\n" : std::string(1, letter);
    return line;
}

std::string unescaped(std::string_view line) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); i++) {
        bool is_escape = line[i] == '\\' && i + 1 < line.size();
        if (is_escape)
            i++;
        text += is_escape && line[i] == 'n' ? '\n' : line[i];
    }
    return text;
}

Failure damaged(std::string_view line) {
    return fail(Cause::other,
                fmt::format("the record holds \"{}\", which means nothing here", printable(line)),
                "load the kernel again: that writes a new record");
}

// What stands for a SHA-256 that is not known.
constexpr std::string_view not_hashed = "-";

std::string word_of(const std::vector<std::string> &sha256) {
    std::string word;
    for (const std::string &each : sha256)
        word += (word.empty() ? "" : ",") + each;
    return word.empty() ? std::string(not_hashed) : word;
}

// "ROLE SIZE IDENTITY SHA256[,SHA256] PATH"
Result<RecordedFile> parse_file(std::string_view value) {
    auto next = [&] {
        std::string_view word = value.substr(0, value.find(' '));
        value.remove_prefix(std::min(value.size(), word.size() + 1));
        return word;
    };
    std::string_view whole = value, role = next();
    auto size = parse_decimal(next());
    std::string_view identity = next(), sha256 = next();
    if (!size || value.empty())
        return damaged(whole);
    RecordedFile file{std::string(role), unescaped(value), *size, std::string(identity), {}};
    while (sha256 != not_hashed && !sha256.empty()) {
        std::string_view one = sha256.substr(0, sha256.find(','));
        file.sha256.emplace_back(one);
        sha256.remove_prefix(std::min(sha256.size(), one.size() + 1));
    }
    return file;
}

Result<void> take_line(LoadRecord &record, std::string_view line) {
    std::size_t blank = std::min(line.find(' '), line.size());
    std::string_view name = line.substr(0, blank);
    std::string_view value = line.substr(std::min(blank + 1, line.size()));
    auto time = parse_decimal(value);
    if (name == "file")
        record.files.push_back(TRY(parse_file(value)));
    else if (name == "time" && time)
        record.time = *time;
    else if (name == "boot")
        record.boot = value;
    else if (name == "call")
        record.call = value;
    else if (name == "command-line")
        record.command_line = unescaped(value);
    else if (name == "word")
        record.words.push_back(unescaped(value));
    else
        return damaged(line);
    return {};
}

constexpr Source sources[] = {
    {"/proc/sys/kernel/random/boot_id", "which boot a record is of", 4096},
};

std::string this_boot(const World &world) { return boot_of(take_snapshot(sources, world.root)); }

// Options that say what is done with the kernel, or what the other words say better.
constexpr OptionId not_repeated[] = {
    OptionId::debug,        OptionId::force,
    OptionId::no_ifdown,    OptionId::no_sync,
    OptionId::load,         OptionId::unload,
    OptionId::exec,         OptionId::load_panic,
    OptionId::status,       OptionId::loaded,
    OptionId::json,         OptionId::load_entry,
    OptionId::command_line, OptionId::reuse_command_line,
    OptionId::append_file,  OptionId::add_arg,
    OptionId::remove_arg,   OptionId::initrd,
    OptionId::add_initrd,   OptionId::dtb,
    OptionId::dtb_overlay,
};

std::vector<std::string> words_to_repeat(const Options &options, const PreparedLoad &prepared) {
    std::vector<std::string> words = {"--load-panic"};
    for (const GivenOption &each : options.given) {
        if (std::ranges::find(not_repeated, each.option->id) != std::end(not_repeated))
            continue;
        words.push_back(fmt::format("--{}", each.option->name));
        if (!each.option->argument.empty())
            words.back() += "=" + each.argument;
    }
    words.insert(words.end(), prepared.words_for_parts.begin(), prepared.words_for_parts.end());
    std::string kernel;
    for (const LoadedFile &each : prepared.files) {
        std::string path = each.file->real_path();
        if (each.role == "kernel")
            kernel = path + prepared.configuration;
        else if (each.role.starts_with("dtb"))
            words.push_back(fmt::format("--{}={}", each.role, path));
    }
    words.insert(words.end(), {"--", kernel});
    return words;
}

// What the load has not hashed: an unwrapped kernel's file, and all that kexec_file_load reads by itself.
void hash_the_rest(std::vector<LoadedFile> &files) {
    std::vector<Message> messages;
    for (const LoadedFile &each : files)
        if (each.digests.empty())
            for (Bytes piece : pieces_of(each.file->bytes()))
                messages.push_back({piece});
    std::vector<MessageDigest> digests = digests_of(messages);
    auto next = digests.begin();
    for (LoadedFile &each : files) {
        if (!each.digests.empty())
            continue;
        for (std::size_t pieces = pieces_of(each.file->bytes()).size(); pieces > 0; pieces--)
            each.digests.push_back((next++)->whole);
        if (!each.file->unchanged())
            each.digests.clear();
    }
}

std::vector<std::string> texts_of(const std::vector<Digest> &digests) {
    std::vector<std::string> texts;
    std::ranges::transform(digests, std::back_inserter(texts), digest_text);
    return texts;
}

LoadRecord record_of(World &world, const Options &options, const PreparedLoad &prepared, RefusedCall served) {
    LoadRecord record{.boot = this_boot(world),
                      .time = world.calls.now(),
                      .call = std::string(name_of(served)),
                      .command_line = masked_command_line(prepared.command_line),
                      .files = {},
                      .words = {}};
    for (const LoadedFile &each : prepared.files) {
        const MappedFile &file = *each.file;
        record.files.push_back(
            {each.role, file.real_path(), file.bytes().size(), file.identity(), texts_of(each.digests)});
    }
    if (options.settings.purpose == Purpose::crash)
        record.words = words_to_repeat(options, prepared);
    return record;
}

Result<void> write_record(const World &world, Purpose purpose, const LoadRecord &record) {
    return write_private_file(directory_of(world), name_of(purpose), as_bytes(text_of(record)));
}

// Of a file that is still the one that was loaded.
std::string digest_of_unchanged(const RecordedFile &recorded) {
    auto file = MappedFile::open(recorded.path);
    if (!file || file->identity() != recorded.identity)
        return {};
    std::string digest = digest_text(digest_of(file->bytes()));
    return file->unchanged() ? digest : std::string();
}

bool has_digests(const MappedFile &file, const RecordedFile &recorded) {
    if (recorded.is_hashed_whole())
        return digest_text(digest_of(file.bytes())) == recorded.sha256.front();
    return !recorded.sha256.empty() && texts_of(digests_of_pieces(file.bytes())) == recorded.sha256;
}

// Of two loads that both go on nobody can tell which one the kernel serves last: the other one is not to be
// recorded either.
void go_on_without(World &world, Purpose purpose, const Error &error) {
    constexpr auto waited = std::chrono::duration_cast<std::chrono::seconds>(pause_while_busy * most_pauses);
    if (error.number == EBUSY) {
        (void)remove_file(NewFile::incomplete_path_of(path_of(world, purpose)));
        warn(world,
             fmt::format("it is still in progress after {} seconds; going on, and what is loaded is not "
                         "recorded",
                         waited.count()));
    } else if (is_directory(world.root + "/run")) {
        warn(world, fmt::format("what is loaded cannot be recorded: {}; going on without", error.what));
    }
}

} // namespace

std::string boot_of(const Snapshot &snapshot) {
    return std::string(snapshot.word(sources[0].path).value_or("unknown"));
}

std::string record_path(Purpose purpose) { return fmt::format("{}/{}", directory, name_of(purpose)); }

std::span<const Source> record_sources() { return sources; }

std::string text_of(const LoadRecord &record) {
    std::string text = fmt::format("{}\nboot {}\ntime {}\ncall {}\ncommand-line {}\n", first_line,
                                   record.boot, record.time, record.call, escaped(record.command_line));
    for (const RecordedFile &file : record.files)
        text += fmt::format("file {} {} {} {} {}\n", file.role, file.size, file.identity,
                            word_of(file.sha256), escaped(file.path));
    for (const std::string &word : record.words)
        text += fmt::format("word {}\n", escaped(word));
    return text;
}

Result<LoadRecord> parse_record(std::string_view text) {
    LoadRecord record{};
    std::vector<std::string_view> lines = lines_of(text);
    if (lines.empty() || lines.front() != first_line)
        return damaged(lines.empty() ? "" : lines.front());
    for (std::size_t i = 1; i < lines.size(); i++)
        TRY(take_line(record, lines[i]));
    return record;
}

std::optional<NewFile> begin_record(World &world, Purpose purpose) {
    for (unsigned pauses = 0;; pauses++) {
        auto record = create_private_file(directory_of(world), name_of(purpose), false);
        if (record)
            return std::move(*record);
        if (record.error().number != EBUSY || pauses == most_pauses) {
            go_on_without(world, purpose, record.error());
            return std::nullopt;
        }
        if (pauses == 0)
            warn(world, "another load or unload is in progress; waiting for it");
        world.calls.wait(pause_while_busy);
    }
}

void keep_record(World &world, const Options &options, PreparedLoad &prepared, RefusedCall served,
                 NewFile record) {
    if (options.settings.checks)
        hash_the_rest(prepared.files);
    auto kept = record.append(as_bytes(text_of(record_of(world, options, prepared, served))));
    if (kept)
        kept = record.finish_in_memory();
    if (kept)
        return;
    warn(world, fmt::format("the kernel is loaded, and what it is cannot be recorded: {}; going on without",
                            kept.error().what));
    drop_record(world, options.settings.purpose); // an old one would be wrong now
}

void drop_record(World &world, Purpose purpose) {
    auto removed = remove_file(path_of(world, purpose));
    if (!removed)
        warn(world, fmt::format("an old record of what is loaded cannot be removed: {}; going on without",
                                removed.error().what));
}

Result<void> check_unchanged(const RecordedFile &recorded) {
    auto changed = [&](std::string_view how) {
        return fail(Cause::other, fmt::format("{}: {} since it was loaded", recorded.path, how));
    };
    auto file = MappedFile::open(recorded.path);
    if (!file)
        return Failure(file.error());
    if (file->bytes().size() != recorded.size)
        return changed(fmt::format("has {} bytes and had {}", file->bytes().size(), recorded.size));
    if (file->identity() != recorded.identity && !has_digests(*file, recorded))
        return changed("it has been changed");
    return {};
}

Result<Options> options_to_repeat(const World &world, const LoadRecord &record) {
    std::vector<const char *> words;
    for (const std::string &word : record.words)
        words.push_back(word.c_str());
    auto options = parse_options(words, world.arch.options, Order::any);
    if (!options)
        return Failure(options.error().error);
    return *options;
}

Result<std::optional<LoadRecord>> recorded(const World &world, Purpose purpose) {
    std::string path = path_of(world, purpose);
    auto text = read_file(path, longest_record);
    if (!text && (text.error().number == ENOENT || text.error().number == ENOTDIR))
        return std::nullopt;
    if (!text)
        return Failure(text.error());
    LoadRecord record = TRY_WITHIN(path, parse_record(as_text(*text)));
    if (record.boot != this_boot(world))
        return std::nullopt;
    return record;
}

// What was loaded meanwhile has a record of its own, which stays.
Result<std::optional<LoadRecord>> recorded_with_digests(const World &world, Purpose purpose) {
    auto before = TRY(recorded(world, purpose));
    if (!before || is_begun(world, purpose))
        return std::nullopt;
    LoadRecord record = *before;
    for (RecordedFile &file : record.files) {
        if (file.is_hashed_whole())
            continue;
        if (std::string whole = digest_of_unchanged(file); !whole.empty())
            file.sha256 = {whole};
    }
    if (record != *before && recorded(world, purpose).value_or(std::nullopt) == before)
        (void)write_record(world, purpose, record); // without it the digests are computed again
    return record;
}

} // namespace kexec
