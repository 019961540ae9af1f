// SPDX-License-Identifier: GPL-2.0-or-later
// The original is beside its place, whole and on the disk, before the new file takes its place; what is kept
// of it goes after the original is back.
#include "capture/install.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/new_file.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <vector>

namespace kexec::capture {

namespace {

constexpr std::uint64_t largest_initramfs = std::uint64_t{2} << 30, longest_record = 4096;

std::string beside(const std::string &path) {
    std::size_t slash = path.rfind('/');
    std::size_t name = slash == std::string::npos ? 0 : slash + 1;
    return path.substr(0, name) + "." + path.substr(name) + ".default";
}
std::string record_of(const std::string &path) { return beside(path) + ".checksum"; }

std::string checksum(Bytes bytes) {
    std::string text;
    for (std::byte byte : sha1_of(bytes))
        text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    return text;
}

// More than one was made for a moment: while the next takes the place of the last.
struct Record {
    std::string original;
    std::vector<std::string> made;

    bool has_made(Bytes bytes) const { return std::ranges::find(made, checksum(bytes)) != made.end(); }
};

std::optional<Record> read_record(const std::string &path) {
    auto content = read_file(record_of(path), longest_record);
    auto words = content ? words_of(as_text(*content)) : std::vector<std::string_view>{};
    if (words.size() < 2)
        return std::nullopt;
    return Record{std::string(words[0]), {words.begin() + 1, words.end()}};
}

Result<void> write_record(const std::string &path, const Record &record) {
    std::string text = record.original + "\n";
    for (const std::string &made : record.made)
        text += made + "\n";
    return write_initramfs(record_of(path), as_bytes(text));
}

Result<void> remove_original(const std::string &path) {
    TRY(remove_file(record_of(path)));
    return remove_file(beside(path));
}

// The kept one where `current` is what was written here.
Result<Buffer> original_of(const std::string &path, Buffer current) {
    auto record = read_record(path);
    if (!record || !record->has_made(current))
        return current;
    Buffer original = TRY(read_file(beside(path), largest_initramfs));
    if (checksum(original) != record->original)
        return fail(Cause::bad_image, fmt::format("{}: the kept original is damaged", beside(path)),
                    "have the initramfs made anew by the tool that made it");
    return original;
}

} // namespace

Result<void> write_initramfs(const std::string &path, Bytes bytes) {
    NewFile file = TRY(NewFile::create(path, NewFile::Existing::replace));
    TRY(file.append(bytes));
    return file.finish();
}

Result<Initramfs> install_fadump_initramfs(const std::string &path, const Wish &wish) {
    Buffer current = TRY(read_file(path, largest_initramfs));
    std::string before = checksum(current);
    Buffer original = TRY(original_of(path, std::move(current)));
    Initramfs made = TRY_WITHIN(path, make_fadump_initramfs(original, wish));
    TRY(write_initramfs(beside(path), original));
    Record record{checksum(original), {checksum(made.bytes), before}};
    TRY(write_record(path, record));
    TRY(write_initramfs(path, made.bytes));
    record.made.pop_back();
    TRY(write_record(path, record));
    return made;
}

Result<void> restore_initramfs(const std::string &path) {
    auto record = read_record(path);
    bool has_record = read_start_of_file(record_of(path), 1).has_value();
    if (!record) // what is kept without one is a second copy of what has the place, left by a power cut
        return has_record ? Result<void>() : remove_file(beside(path));
    if (has_fadump_initramfs(path))
        TRY(write_initramfs(path, TRY(original_of(path, TRY(read_file(path, largest_initramfs))))));
    return remove_original(path);
}

bool has_fadump_initramfs(const std::string &path) {
    auto record = read_record(path);
    auto current = read_file(path, largest_initramfs);
    return record && current && record->has_made(*current);
}

} // namespace kexec::capture
