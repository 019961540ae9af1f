// SPDX-License-Identifier: GPL-2.0-or-later
// The archive starts with a list in text:
//
//   kexec-recording 1            and the version of all this
//   arch x86_64                  as --arch takes it
//   error 13 /sys/kernel/x       a file that was there and could not be read; the errno
//   cut /proc/iomem              a file that is longer than what was read of it
//   dump-space 1048576           bytes that are free where dumps go
//
// Then come the files, each under its path without the first '/'.
#include "extras/recording.h"

#include "base/compress.h"
#include "base/text.h"
#include "extras/tar.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::string_view list_name = "kexec-recording";
constexpr std::uint64_t last_errno = 4095; // MAX_ERRNO of the kernel

Failure no_recording(std::string what) {
    return fail(Cause::bad_image, std::move(what), "name a file that kexec --record wrote, or a directory");
}

std::string list_of(const Recording &recording) {
    const Snapshot &snapshot = recording.snapshot;
    std::string list = fmt::format("{} {}\narch {}\n", list_name, recording_version, recording.arch);
    if (recording.dump_space)
        list += fmt::format("dump-space {}\n", *recording.dump_space);
    for (std::string_view path : snapshot.paths()) {
        if (!snapshot.bytes(path))
            list += fmt::format("error {} {}\n", snapshot.error(path), path);
        else if (snapshot.is_cut(path))
            list += fmt::format("cut {}\n", path);
    }
    return list;
}

Result<void> check_version(std::string_view line) {
    auto words = words_of(line);
    auto version = words.size() == 2 && words[0] == list_name ? parse_decimal(words[1]) : std::nullopt;
    if (!version)
        return no_recording("the archive is no recording of a machine: its list does not start as one");
    if (*version > recording_version)
        return fail(Cause::unsupported,
                    fmt::format("the recording is of version {}, this program reads version {}", *version,
                                recording_version),
                    "use a newer kexec, or record the machine with this one");
    return {};
}

// "KEYWORD rest of the line"
std::string_view rest_behind(std::string_view line, std::string_view keyword) {
    bool fits = line.starts_with(keyword) && line.size() > keyword.size() && line[keyword.size()] == ' ';
    return fits ? line.substr(keyword.size() + 1) : std::string_view();
}

Failure damaged_line(std::string_view line) {
    return no_recording(fmt::format("the list of the recording has the line \"{}\"", printable(line)));
}

bool is_path_of_machine(std::string_view path) {
    return path.starts_with('/') && is_plain_path(path.substr(1)) && path.substr(1) != list_name;
}

Result<void> read_error(Snapshot &snapshot, std::string_view line, std::string_view rest) {
    std::string_view number = rest.substr(0, rest.find(' '));
    std::string_view path = rest.substr(std::min(number.size() + 1, rest.size()));
    auto parsed = parse_decimal(number);
    if (!parsed || *parsed == 0 || *parsed > last_errno || !is_path_of_machine(path))
        return damaged_line(line);
    snapshot.put_error(std::string(path), static_cast<int>(*parsed));
    return {};
}

// Lines of other keywords are a newer program's business.
Result<void> read_line(Recording &recording, std::string_view line) {
    if (auto arch = rest_behind(line, "arch"); !arch.empty())
        recording.arch = arch;
    if (auto space = rest_behind(line, "dump-space"); !space.empty()) {
        recording.dump_space = parse_decimal(space);
        if (!recording.dump_space)
            return damaged_line(line);
    }
    if (auto path = std::string(rest_behind(line, "cut")); !path.empty()) {
        auto content = recording.snapshot.bytes(path);
        if (!content)
            return damaged_line(line);
        recording.snapshot.put(path, Buffer(content->begin(), content->end()), true);
    }
    if (auto rest = rest_behind(line, "error"); !rest.empty())
        TRY(read_error(recording.snapshot, line, rest));
    return {};
}

Result<void> read_list(Recording &recording, std::string_view list) {
    auto lines = lines_of(list);
    TRY(check_version(lines.empty() ? std::string_view() : lines.front()));
    for (std::string_view line : lines)
        TRY(read_line(recording, line));
    if (recording.arch.empty())
        return no_recording("the list of the recording names no architecture");
    return {};
}

} // namespace

Result<Buffer> write_recording(const Recording &recording) {
    std::string list = list_of(recording);
    std::vector<TarMember> members = {{std::string(list_name), as_bytes(list)}};
    for (std::string_view path : recording.snapshot.paths())
        if (auto content = recording.snapshot.bytes(path))
            members.push_back({std::string(path.substr(1)), *content});
    return compress_gzip(write_tar(members));
}

Result<Recording> read_recording(Bytes file) {
    Buffer unpacked;
    if (recognise_compression(file) == Compression::gzip) {
        unpacked = TRY(decompress(file, Compression::gzip, largest_archive));
        file = unpacked;
    }
    if (!is_tar(file))
        return no_recording("the file is no recording of a machine: it is no tar archive");
    Recording recording;
    std::string_view list;
    for (const TarMember &member : TRY(read_tar(file))) {
        if (member.path == list_name)
            list = as_text(member.content);
        else
            recording.snapshot.put("/" + member.path, Buffer(member.content.begin(), member.content.end()));
    }
    TRY(read_list(recording, list));
    return recording;
}

} // namespace kexec
