// SPDX-License-Identifier: GPL-2.0-or-later
// Files, opened close-on-exec: small ones read whole under a ceiling, large ones mapped. A mapped file that
// changes under us is an error when asked for, never a signal.
#pragma once

#include "base/bytes.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kexec {

// Owns a file descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor &&other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor &operator=(Descriptor &&other) noexcept;
    ~Descriptor();

    int number() const { return number_; }
    bool is_open() const { return number_ >= 0; }

private:
    int number_ = -1;
};

// Opens for reading. A failure is Cause::missing_file with the errno and names the path.
Result<Descriptor> open_to_read(const std::string &path);

// The whole file, read to its end (files of /proc and /sys say size 0). Longer than `ceiling` bytes is an
// error.
Result<Buffer> read_file(const std::string &path, std::uint64_t ceiling);
// At most the first `size` bytes. A pipe that nobody writes to is not waited for.
Result<Buffer> read_start_of_file(const std::string &path, std::uint64_t size);
// The same of a file that is made anew for each reader and given in whole pages, as an attribute of sysfs is:
// a read that ends inside a page has reached the end, and is not followed by another one to be told so.
Result<Buffer> read_start_at_once(const std::string &path, std::uint64_t size);
// What a file of /sys with a word or two holds, without blanks around it. Empty where it cannot be read or is
// longer than 4096 bytes.
std::string read_word(const std::string &path);

// As many of the bytes at `offset` as the file has, up to the buffer's size: fewer only at its end. `path`
// names the file in an error.
Result<std::size_t> read_file_at(const Descriptor &file, std::uint64_t offset, MutableBytes buffer,
                                 const std::string &path);
// The same from where a pipe or terminal stands.
Result<std::size_t> read_next(const Descriptor &file, MutableBytes buffer, const std::string &path);
// What stat(2) tells: how many bytes a regular file has, and /proc/vmcore, and an attribute of sysfs.
Result<std::uint64_t> size_of(const Descriptor &file, const std::string &path);
// False for a pipe, a socket or a terminal.
bool can_seek(const Descriptor &file);

// The names in a directory, sorted, without "." and "..".
Result<std::vector<std::string>> list_directory(const std::string &path);

// False where one of them cannot be looked at, too.
bool on_one_file_system(const std::string &path, const std::string &other);

// Whether a directory is there.
bool is_directory(const std::string &path);

// The regular files below a directory, at most so many levels deep, as paths relative to it, in order.
// Symbolic links are not followed, directories that cannot be read are passed over.
inline constexpr unsigned deepest_tree = 32;
Result<std::vector<std::string>> list_tree(const std::string &path);

// A regular file or block device, mapped read-only and private. Reading beyond the end of a file that was
// truncated after it was mapped gives zeros; unchanged() tells.
class MappedFile {
public:
    static Result<MappedFile> open(const std::string &path);
    // With a read lease (fcntl(2)) where the file system grants one: whoever wants to write to the file, or
    // to cut it short, waits until this object is gone.
    static Result<MappedFile> open_held(const std::string &path);
    // One that is open already; `name` stands for it in errors.
    static Result<MappedFile> of(Descriptor descriptor, const std::string &name);
    MappedFile(MappedFile &&other) noexcept;
    MappedFile &operator=(MappedFile &&) = delete;
    ~MappedFile();

    Bytes bytes() const { return bytes_; }
    int descriptor() const { return descriptor_.number(); }
    const std::string &path() const { return path_; }           // as it was named
    const std::string &full_path() const { return full_path_; } // from the root on, for errors

    // Its name from the root on, without symbolic links.
    std::string real_path() const;

    // Which file it is and when it was changed last, in one word that no later state of it, and no file that
    // takes its place, has.
    std::string identity() const;

    // An error unless the file is still what it was when opened: held all the time, or of the same size and
    // change time.
    Result<void> unchanged() const;

private:
    struct Stamp {
        std::int64_t size, change_seconds, change_nanoseconds;
        std::uint64_t device, inode;
        bool operator==(const Stamp &) const = default;
    };
    MappedFile(std::string path, Descriptor descriptor, Bytes bytes, Stamp stamp);
    static Result<Stamp> stamp_of(int descriptor, const std::string &path);

    std::string path_, full_path_;
    Descriptor descriptor_;
    Bytes bytes_;
    Stamp stamp_;
    bool is_held_ = false;
};

// One that several keep, held as open_held does.
Result<std::shared_ptr<const MappedFile>> map_file(const std::string &path);

// Writes all of `bytes` where the descriptor stands; the errno of the write that failed, else 0. Asks for no
// memory.
int put_fully(int descriptor, Bytes bytes);

// An anonymous file (memfd) called `name` that holds `bytes`, for a system call that wants a descriptor.
Result<Descriptor> file_in_memory(const std::string &name, Bytes bytes);

// A file without a name in `directory`, for bytes that memory has no room for; it goes with the descriptor.
Result<Descriptor> nameless_file(const std::string &directory);
// Writes all of it where the descriptor stands.
Result<void> write_next(const Descriptor &file, Bytes bytes, const std::string &name);

// Its name from the root on, without symbolic links; the name as given where that cannot be told.
std::string real_path(const std::string &path);
// The same with its links, also of what is not there: how errors name a file.
std::string absolute_path(const std::string &path);

} // namespace kexec
