// SPDX-License-Identifier: GPL-2.0-or-later
// Blocks of 512 bytes: a header, then the content, filled up with zeros; two blocks of zeros end the archive.
// Numbers are octal text. A path that does not fit the header's two fields stands in an extended header
// before.
#include "extras/tar.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>

namespace kexec {
namespace {

constexpr std::size_t block_size = 512;
constexpr std::string_view copy_again = "copy the recording here again, or make it anew with kexec --record";

// Text fields: NUL-padded, not necessarily ended by one.
template <std::size_t size> struct Field {
    char text[size];

    std::string_view view() const { return std::string_view(text, size).substr(0, end()); }
    void set(std::string_view value) { std::ranges::copy(value.substr(0, size), text); }

private:
    std::size_t end() const { return static_cast<std::size_t>(std::find(text, text + size, '\0') - text); }
};

struct Header {
    Field<100> name;
    Field<8> mode, owner, group;
    Field<12> size, time;
    Field<8> checksum;
    char kind;
    Field<100> link;
    Field<6> magic;
    Field<2> version;
    Field<32> owner_name, group_name;
    Field<8> device_major, device_minor;
    Field<155> prefix; // of the path, in front of `name` and a '/'
    char rest[12];
};
static_assert(sizeof(Header) == block_size && offsetof(Header, kind) == 156 &&
              offsetof(Header, magic) == 257 && offsetof(Header, prefix) == 345);

constexpr char regular = '0', old_regular = '\0', directory = '5', extended = 'x', extended_for_all = 'g';

std::optional<std::uint64_t> octal(std::string_view text) {
    std::uint64_t value = 0;
    text = trimmed(text);
    for (char digit : text) {
        if (digit < '0' || digit > '7' || value >> 61 != 0)
            return std::nullopt;
        value = value << 3 | static_cast<unsigned>(digit - '0');
    }
    return text.empty() ? std::nullopt : std::optional(value);
}

// The sum of the header's bytes, those of the sum itself taken for blanks.
std::uint64_t checksum_of(Header header) {
    header.checksum.set("        ");
    std::uint64_t sum = 0;
    for (std::byte byte : bytes_of(header))
        sum += static_cast<unsigned>(byte);
    return sum;
}

std::uint64_t padded(std::uint64_t size) { return (size + block_size - 1) / block_size * block_size; }

// --- writing

void add_block(Buffer &archive, char kind, std::string_view prefix, std::string_view name, Bytes content) {
    Header header{};
    header.name.set(name);
    header.prefix.set(prefix);
    header.mode.set("0000600");
    header.owner.set("0000000");
    header.group.set("0000000");
    header.size.set(fmt::format("{:011o}", content.size()));
    header.time.set("00000000000");
    header.kind = kind;
    header.magic.set("ustar");
    header.version.set("00");
    header.checksum.set(fmt::format("{:06o}", checksum_of(header)));
    header.checksum.text[7] = ' ';
    append(archive, bytes_of(header));
    append(archive, content);
    archive.resize(padded(archive.size()));
}

// "LENGTH path=PATH\n", the length counting itself.
std::string path_record(std::string_view path) {
    std::string rest = fmt::format(" path={}\n", path);
    std::size_t digits = fmt::format("{}", rest.size()).size();
    std::size_t length = rest.size() + digits;
    length += fmt::format("{}", length).size() - digits;
    return fmt::format("{}{}", length, rest);
}

void add_member(Buffer &archive, const TarMember &member) {
    std::string_view path = member.path;
    std::size_t longest_name = sizeof(Header::name), longest_prefix = sizeof(Header::prefix);
    if (path.size() <= longest_name)
        return add_block(archive, regular, {}, path, member.content);
    std::size_t slash = path.find('/', path.size() - longest_name - 1);
    if (slash != npos && slash <= longest_prefix)
        return add_block(archive, regular, path.substr(0, slash), path.substr(slash + 1), member.content);
    std::string record = path_record(path);
    add_block(archive, extended, {}, "path", as_bytes(record));
    add_block(archive, regular, {}, path.substr(path.size() - longest_name), member.content);
}

// --- reading

Failure damaged(std::string what) { return fail(Cause::bad_image, std::move(what), std::string(copy_again)); }

Failure refused(std::string_view path, std::string_view what) {
    return fail(Cause::bad_image, fmt::format("the recording holds {}: {}", what, printable(path)),
                "it was not made by kexec --record: do not trust it");
}

std::string_view name_of_kind(char kind) {
    switch (kind) {
    case '1': return "a hard link";
    case '2': return "a symbolic link";
    case '3':
    case '4': return "a device";
    case '6': return "a pipe";
    default: return "something that is no file";
    }
}

// The path that an extended header gives; nothing where it gives none.
Result<std::optional<std::string>> path_in(Bytes records) {
    std::optional<std::string> path;
    std::string_view text = as_text(records);
    while (!text.empty()) {
        std::size_t blank = std::min(text.find(' '), text.size());
        auto length = parse_decimal(text.substr(0, blank));
        if (!length || *length <= blank + 1 || *length > text.size() || text[*length - 1] != '\n')
            return damaged("an extended header of the recording is damaged");
        std::string_view record = text.substr(blank + 1, *length - blank - 2);
        if (record.starts_with("path="))
            path = record.substr(5);
        text.remove_prefix(*length);
    }
    return path;
}

class Reader {
public:
    explicit Reader(Bytes archive) : cursor_(archive) {}

    Result<std::vector<TarMember>> read_all() {
        while (auto header = TRY(next_header()))
            TRY(take(*header));
        return std::move(members_);
    }

private:
    // Nothing at the end of the archive.
    Result<std::optional<Header>> next_header() {
        if (cursor_.remaining() < block_size)
            return damaged("the recording is cut short: it has no end");
        std::uint64_t at = cursor_.position();
        Header header = TRY(cursor_.next<Header>("a header"));
        if (std::ranges::all_of(bytes_of(header), [](std::byte byte) { return byte == std::byte{0}; }))
            return std::nullopt;
        if (!header.magic.view().starts_with("ustar") || octal(header.checksum.view()) != checksum_of(header))
            return damaged(fmt::format("the recording is damaged: no header of a file stands at {:#x}", at));
        return header;
    }

    Result<void> take(const Header &header) {
        std::string path = path_of(header);
        Bytes content = TRY(content_of(header, path));
        if (header.kind == extended) {
            next_path_ = TRY(path_in(content));
            return {};
        }
        next_path_.reset();
        if (header.kind == directory || header.kind == extended_for_all)
            return {};
        if (header.kind != regular && header.kind != old_regular)
            return refused(path, name_of_kind(header.kind));
        return add(std::move(path), content);
    }

    std::string path_of(const Header &header) const {
        std::string path(header.name.view());
        if (!header.prefix.view().empty())
            path = fmt::format("{}/{}", header.prefix.view(), path);
        path = next_path_.value_or(path);
        return path.starts_with("./") ? path.substr(2) : path; // as `tar -c .` writes it
    }

    Result<Bytes> content_of(const Header &header, std::string_view path) {
        auto size = octal(header.size.view());
        if (!size || *size > largest_tar_member)
            return refused(path, fmt::format("a file of more than {} MiB", largest_tar_member >> 20));
        if (padded(*size) > cursor_.remaining())
            return damaged(fmt::format("the recording is cut short: it ends inside {}", printable(path)));
        return TRY(cursor_.take(padded(*size), "a file")).first(*size);
    }

    Result<void> add(std::string path, Bytes content) {
        if (!is_plain_path(path))
            return refused(path, "a path that leads out of it");
        if (!paths_.insert(path).second)
            return refused(path, "the same path twice");
        if (members_.size() == most_tar_members)
            return refused(path, fmt::format("more than {} files", most_tar_members));
        members_.push_back({std::move(path), content});
        return {};
    }

    Cursor cursor_;
    std::optional<std::string> next_path_; // that an extended header gave
    std::vector<TarMember> members_;
    std::set<std::string> paths_;
};

} // namespace

bool is_plain_path(std::string_view path) {
    if (path.empty() || path.find('\0') != npos)
        return false;
    while (true) {
        std::string_view part = path.substr(0, path.find('/'));
        if (part.empty() || part == "." || part == "..")
            return false;
        if (part.size() == path.size())
            return true;
        path.remove_prefix(part.size() + 1);
    }
}

Buffer write_tar(const std::vector<TarMember> &members) {
    Buffer archive;
    for (const TarMember &member : members)
        add_member(archive, member);
    archive.resize(archive.size() + 2 * block_size);
    return archive;
}

bool is_tar(Bytes file) {
    auto header = read_at<Header>(file, 0, "a header");
    return header && header->magic.view().starts_with("ustar");
}

Result<std::vector<TarMember>> read_tar(Bytes archive) { return Reader(archive).read_all(); }

} // namespace kexec
