// SPDX-License-Identifier: GPL-2.0-or-later
// Taking a Snapshot: the only place that reads the machine.
#include "base/elf.h"
#include "base/file.h"
#include "base/pattern.h"
#include "base/text.h"
#include "machine/snapshot.h"

#include <algorithm>
#include <cerrno>
#include <elf.h>
#include <map>
#include <set>

namespace kexec {

namespace {

// What one component of a source's path stands for. Many sources lead through the same directories, so each
// is listed once.
class Directories {
public:
    std::vector<std::string> matching(const std::string &directory, const std::string &component) {
        std::vector<std::string> names;
        for (const std::string &name : listed(directory))
            if (matches_pattern(component, name, true))
                names.push_back(name);
        return names;
    }

private:
    const std::vector<std::string> &listed(const std::string &directory) {
        auto known = names_.find(directory);
        if (known == names_.end())
            known = names_.emplace(directory, list_directory(directory).value_or(std::vector<std::string>()))
                        .first;
        return known->second;
    }

    std::map<std::string, std::vector<std::string>> names_;
};

std::vector<std::string> files_below(const std::string &root, const std::vector<std::string> &directories) {
    std::vector<std::string> paths;
    for (const std::string &directory : directories) {
        auto found = list_tree(root + directory);
        for (const std::string &file : found ? *found : std::vector<std::string>{})
            paths.push_back(directory + "/" + file);
    }
    return paths;
}

// What uname -r prints; a name that no file has where that is not known.
std::string release_of(const std::string &root) {
    constexpr std::uint64_t longest_release = 64;
    auto text = read_start_of_file(root + "/proc/sys/kernel/osrelease", longest_release);
    auto words = text ? words_of(as_text(*text)) : std::vector<std::string_view>{};
    bool is_name = !words.empty() && words.front().find('/') == std::string_view::npos;
    return is_name ? std::string(words.front()) : "%r";
}

std::string with_release(const std::string &root, std::string_view pattern) {
    std::string path(pattern);
    if (std::size_t at = path.find("%r"); at != std::string::npos)
        path.replace(at, 2, release_of(root));
    return path;
}

// The paths that a source's path stands for, without `root`.
std::vector<std::string> expand(Directories &directories, const std::string &root, std::string_view pattern) {
    std::vector<std::string> paths = {""};
    while (!pattern.empty()) {
        pattern.remove_prefix(1); // the slash
        if (pattern == "**")
            return files_below(root, paths);
        std::string component(pattern.substr(0, pattern.find('/')));
        pattern.remove_prefix(component.size());
        if (component.find('*') == std::string::npos) {
            for (std::string &path : paths)
                path += "/" + component;
            continue;
        }
        std::vector<std::string> longer;
        for (const std::string &path : paths)
            for (const std::string &name : directories.matching(root + path, component))
                longer.push_back(path + "/" + name);
        paths = std::move(longer);
    }
    return paths;
}

// The ELF header of a 64-bit file: where the program headers start (8 bytes at 32), the size of one (2 at 54)
// and how many there are (2 at 56). Byte 4 is 2 for 64 bits, byte 5 is 2 for big-endian.
constexpr std::uint64_t elf_header_bytes = 64;

template <typename Half, typename Quad> Result<std::uint64_t> end_of_table(Bytes header) {
    std::uint64_t start = TRY(read_at<Quad>(header, 32, "e_phoff"));
    std::uint64_t size = TRY(read_at<Half>(header, 54, "e_phentsize"));
    std::uint64_t count = TRY(read_at<Half>(header, 56, "e_phnum"));
    return start > UINT64_MAX - size * count ? UINT64_MAX : start + size * count;
}

// Where the program headers end; the ELF header alone for what is no 64-bit ELF file.
std::uint64_t end_of_program_headers(Bytes header) {
    if (header.size() < elf_header_bytes || !as_text(header).starts_with("\177ELF\2"))
        return elf_header_bytes;
    bool big = header[5] == std::byte{2};
    return (big ? end_of_table<be16, be64>(header) : end_of_table<le16, le64>(header))
        .value_or(elf_header_bytes);
}

// Where the last note ends, at least where the program headers do.
std::uint64_t end_of_notes(Bytes headers) {
    std::uint64_t end = headers.size();
    auto elf = read_elf(headers, ElfExtent::partial);
    if (elf)
        for (const ElfSegment &segment : elf->segments)
            if (segment.type == PT_NOTE && segment.offset <= UINT64_MAX - segment.file_size)
                end = std::max(end, segment.offset + segment.file_size);
    return end;
}

// The headers of an ELF file, as far as the source wants them: behind them may follow all of memory.
Result<Buffer> read_headers(const std::string &path, const Source &source) {
    Descriptor file = TRY(open_to_read(path));
    Buffer content;
    auto read_on_to = [&](std::uint64_t end) -> Result<void> {
        std::size_t filled = content.size();
        content.resize(std::max<std::uint64_t>(filled, std::min(end, source.ceiling + 1)));
        filled += TRY(read_next(file, MutableBytes(content).subspan(filled), path));
        content.resize(filled);
        return {};
    };
    TRY(read_on_to(elf_header_bytes));
    TRY(read_on_to(end_of_program_headers(content)));
    if (source.extent == Extent::notes)
        TRY(read_on_to(end_of_notes(content)));
    return content;
}

// An attribute of sysfs is made whole, and within one page, when it is read first
// (Documentation/filesystems/sysfs.rst), and so are a sysctl and the command line.
bool comes_whole(std::string_view path, const Source &source) {
    bool is_attribute = source.ceiling <= 4096 && path.starts_with("/sys/");
    return is_attribute || path.starts_with("/proc/sys/") || path == "/proc/cmdline";
}

// One byte more than allowed tells a file that fits from one that does not.
Result<Buffer> read_source(const std::string &root, const std::string &path, const Source &source) {
    if (source.extent != Extent::whole)
        return read_headers(root + path, source);
    if (comes_whole(path, source))
        return read_start_at_once(root + path, source.ceiling + 1);
    return read_start_of_file(root + path, source.ceiling + 1);
}

Result<void> read_into(Snapshot &snapshot, const std::string &root, const std::string &path,
                       const Source &source) {
    Buffer content = TRY(read_source(root, path, source));
    bool cut = content.size() > source.ceiling;
    content.resize(std::min<std::size_t>(content.size(), source.ceiling));
    snapshot.put(path, std::move(content), cut);
    return {};
}

} // namespace

Snapshot take_snapshot(std::span<const Source> sources, const std::string &root) {
    Snapshot snapshot;
    Directories directories;
    std::set<std::string_view> taken;
    for (const Source &source : sources) {
        bool stands_in = !source.instead_of.empty();
        if (stands_in && snapshot.bytes(with_release(root, source.instead_of)))
            continue;
        if (!source.only_with.empty() && !snapshot.is_there(source.only_with))
            continue;
        if (!taken.insert(source.path).second)
            continue;
        for (const std::string &path : expand(directories, root, with_release(root, source.path))) {
            auto read = read_into(snapshot, root, path, source);
            if (!read && read.error().number != ENOENT && read.error().number != ENOTDIR)
                snapshot.put_error(path, read.error().number);
        }
    }
    return snapshot;
}

} // namespace kexec
