// SPDX-License-Identifier: GPL-2.0-or-later
// Files that appear under their names whole or not at all, and what a full disk says. Content and name have
// to be brought to the disk separately (fsync(2)), and the content has to be there first.
#pragma once

#include "base/file.h"

#include <functional>
#include <optional>

namespace kexec {

// A file being written as NAME-incomplete, which finish() gives its name. What is not finished is removed.
class NewFile {
public:
    // What is done about a file that has the final name already.
    enum class Existing {
        keep,    // it is an error
        same,    // one that holds something else is an error
        replace, // it goes
    };

    // Makes the file anew where an earlier attempt left one.
    static Result<NewFile> create(const std::string &path, Existing existing = Existing::keep);
    // In memory, where another process may be making the same one: that is waited for, a short time or not at
    // all, and EBUSY is the error. What an ended process has left behind goes, and what has the name.
    static Result<NewFile> create_alone(const std::string &path, bool waits = true);
    NewFile(NewFile &&other) noexcept;
    NewFile &operator=(NewFile &&) = delete;
    ~NewFile();

    const std::string &path() const { return path_; }
    // Where it stands meanwhile, for another program to write to.
    std::string incomplete_path() const { return incomplete_path_of(path_); }
    static std::string incomplete_path_of(const std::string &path) { return path + "-incomplete"; }

    Result<void> append(Bytes bytes);
    // What nothing is written to is a hole, which takes no space and is read as zeros.
    Result<void> write_at(std::uint64_t offset, Bytes bytes);
    Result<void> set_size(std::uint64_t size);
    // Owner, mode and security label of a file that is there.
    Result<void> take_attributes_of(const std::string &path);

    // Brings it to the disk, gives it its name and brings that to the disk. Nothing can be written after it.
    Result<void> finish();
    // The same for a file system that lies in memory and is gone with it: there is no disk to bring it to.
    // What had the name is replaced.
    Result<void> finish_in_memory();

private:
    NewFile(std::string path, Descriptor file, Existing existing)
        : path_(std::move(path)), file_(std::move(file)), existing_(existing) {}

    std::string path_; // empty once there is nothing to remove
    Descriptor file_;
    Existing existing_;
};

// Whether that is why none was made: something has the name, something else where Existing::same was asked
// for.
bool is_taken(const Error &error);

// Makes the directory and those above it that are not there.
Result<void> make_directories(const std::string &path);

// A file for its owner alone (0600) in a directory that only its owner can enter (0700, made where it is
// missing), as create_alone() makes it. A directory that belongs to somebody else, or is a link, is an error.
Result<NewFile> create_private_file(const std::string &directory, const std::string &name, bool waits = true);
// The same, written at once. For directories of /run: nothing is brought to a disk.
Result<void> write_private_file(const std::string &directory, const std::string &name, Bytes bytes);
// Gives a file that is there other content, and leaves it its owner, mode and security label. Whenever power
// is cut, one of the two contents is there whole. A link is an error.
Result<void> replace_content(const std::string &path, Bytes bytes);
// Gives a directory another name, for good.
Result<void> rename_directory(const std::string &path, const std::string &new_path);
// With everything in it; links in it are not followed. No such directory is a success.
Result<void> remove_tree(const std::string &path);
// No such file is a success.
Result<void> remove_file(const std::string &path);

// Makes the file where it is missing and locks it, until the descriptor is closed (flock(2)). Where another
// process holds the lock, that is told and then waited for.
Result<Descriptor> lock_file(const std::string &path, const std::function<void()> &tell_waiting);

// How many bytes the file system of a directory has room for; nothing where it does not tell, as ramfs.
Result<std::optional<std::uint64_t>> free_space(const std::string &directory);

// Makes zeros of the first `size` bytes of a file or a device that is there, and brings them to the disk.
Result<void> erase_start(const std::string &path, std::size_t size);

// Writes `text` in one call into a file that is there, as the files of sysfs want it.
Result<void> write_into(const std::string &path, std::string_view text);

} // namespace kexec
