// SPDX-License-Identifier: GPL-2.0-or-later
// Making files. open(2) and fsync(2) say which errors a full disk gives, and when: some file systems tell of
// it at the write, others only when the bytes are brought to the disk.
#include "base/new_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <thread>
#include <unistd.h>

namespace kexec {

namespace {

std::string remedy_for(int number) {
    switch (number) {
    case ENOSPC:
    case EDQUOT: return "free some space there, or name another directory";
    case EFBIG:
        return "raise the limit of file sizes (ulimit -f), or name a directory of a larger file system";
    case EROFS: return "mount the file system for writing, or name another directory";
    case EEXIST: return "name another directory, or move the file away";
    case EACCES:
    case EPERM: return "run this as root";
    case ENOENT:
    case ENOTDIR: return "check the name";
    case EIO: return "read the kernel's log for errors of the disk";
    default: return {};
    }
}

Failure fail_to(std::string_view what, const std::string &path, int number = errno) {
    return fail_errno(Cause::system_call, number, std::string(what) + " " + path, remedy_for(number));
}

std::string directory_of(const std::string &path) {
    std::size_t slash = path.rfind('/');
    if (slash == std::string::npos)
        return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

Failure fail_to_synchronise(const std::string &directory) {
    return fail_to("bringing to the disk the directory", directory);
}

Result<Descriptor> open_directory(const std::string &path) {
    Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open())
        return fail_to_synchronise(path);
    return directory;
}

// A new or a changed name is on the disk when its directory is.
Result<void> synchronise(const Descriptor &directory, const std::string &path) {
    // EINVAL: the file system has nothing to synchronise.
    if (::fsync(directory.number()) != 0 && errno != EINVAL)
        return fail_to_synchronise(path);
    return {};
}

Result<void> synchronise_directory(const std::string &path) {
    return synchronise(TRY(open_directory(path)), path);
}

// Whether two files hold the same bytes; a file that cannot be read holds others.
bool hold_the_same(const std::string &path, const std::string &other_path) {
    constexpr std::size_t piece_size = 64 << 10;
    auto file = open_to_read(path), other = open_to_read(other_path);
    Buffer piece(piece_size), other_piece(piece_size);
    for (std::uint64_t offset = 0; file && other; offset += piece_size) {
        auto got = read_file_at(*file, offset, piece, path);
        auto other_got = read_file_at(*other, offset, other_piece, other_path);
        if (!got || !other_got || *got != *other_got ||
            !std::equal(piece.begin(), piece.begin() + std::ptrdiff_t(*got), other_piece.begin()))
            return false;
        if (*got < piece_size)
            return true;
    }
    return false;
}

} // namespace

Result<NewFile> NewFile::create(const std::string &path, Existing existing) {
    if (existing == Existing::keep && ::access(path.c_str(), F_OK) == 0)
        return fail_to("making", path, EEXIST);
    std::string incomplete = incomplete_path_of(path);
    Descriptor file(::open(incomplete.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.is_open())
        return fail_to("making", incomplete);
    return NewFile(path, std::move(file), existing);
}

bool is_taken(const Error &error) { return error.cause == Cause::system_call && error.number == EEXIST; }

namespace {

// fcntl(2): a write lease is granted where nobody else has the file open. Nobody is asked to end it: it is
// over before that could matter, and the signal that asks is one that is ignored.
bool is_left_behind(const std::string &path) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (!file.is_open())
        return false;
    ::fcntl(file.number(), F_SETSIG, SIGURG);
    return ::fcntl(file.number(), F_SETLEASE, F_WRLCK) == 0 || errno != EAGAIN;
}

} // namespace

// It takes no time to write into memory: whoever makes the same file for long has been stopped, and is not
// waited for. A lock would do, and take three calls more each time.
Result<NewFile> NewFile::create_alone(const std::string &path, bool waits) {
    const int most_pauses = waits ? 20 : 0;
    constexpr std::chrono::milliseconds pause(10);
    std::string incomplete = incomplete_path_of(path);
    for (int pauses = 0;;) {
        Descriptor file(
            ::open(incomplete.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (file.is_open())
            return NewFile(path, std::move(file), Existing::replace);
        if (errno != EEXIST)
            return fail_to("making", incomplete);
        if (is_left_behind(incomplete))
            TRY(remove_file(incomplete));
        else if (pauses++ == most_pauses)
            return fail_to("making", incomplete, EBUSY);
        else
            std::this_thread::sleep_for(pause);
    }
}

NewFile::NewFile(NewFile &&other) noexcept
    : path_(std::exchange(other.path_, {})), file_(std::move(other.file_)), existing_(other.existing_) {}

NewFile::~NewFile() {
    if (!path_.empty())
        ::unlink(incomplete_path().c_str());
}

Result<void> NewFile::append(Bytes bytes) {
    auto written = write_next(file_, bytes, incomplete_path());
    if (!written)
        return fail_to("writing", incomplete_path(), written.error().number);
    return {};
}

Result<void> NewFile::write_at(std::uint64_t offset, Bytes bytes) {
    while (!bytes.empty()) {
        ssize_t put = offset > INT64_MAX
                          ? (errno = EFBIG, -1)
                          : ::pwrite(file_.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (put < 0 && errno != EINTR)
            return fail_to("writing", incomplete_path());
        std::size_t done = put > 0 ? static_cast<std::size_t>(put) : 0;
        bytes = bytes.subspan(done);
        offset += done;
    }
    return {};
}

Result<void> NewFile::set_size(std::uint64_t size) {
    if (size > INT64_MAX || ::ftruncate(file_.number(), static_cast<off_t>(size)) != 0)
        return fail_to("writing", incomplete_path(), size > INT64_MAX ? EFBIG : errno);
    return {};
}

Result<void> NewFile::take_attributes_of(const std::string &path) {
    constexpr const char *label = "security.selinux";
    constexpr std::size_t longest_label = 4096;
    struct stat wanted {
    }, present{};
    Descriptor old(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!old.is_open() || ::fstat(old.number(), &wanted) != 0 || ::fstat(file_.number(), &present) != 0)
        return fail_to("looking at", path);
    bool owned = wanted.st_uid == present.st_uid && wanted.st_gid == present.st_gid;
    if (!owned && ::fchown(file_.number(), wanted.st_uid, wanted.st_gid) != 0)
        return fail_to("giving the owner of the old file to", incomplete_path());
    // Some file systems have one mode for all files, and say so only where it would change.
    if ((wanted.st_mode ^ present.st_mode) & 07777 && ::fchmod(file_.number(), wanted.st_mode & 07777) != 0)
        return fail_to("giving the mode of the old file to", incomplete_path());
    std::array<char, longest_label> text{};
    ssize_t length = ::fgetxattr(old.number(), label, text.data(), text.size());
    if (length > 0 && ::fsetxattr(file_.number(), label, text.data(), std::size_t(length), 0) != 0)
        return fail_to("giving the label of the old file to", incomplete_path());
    return {};
}

Result<void> NewFile::finish() {
    std::string incomplete = incomplete_path();
    if (::fsync(file_.number()) != 0)
        return fail_to("bringing to the disk", incomplete);
    if (existing_ == Existing::same && hold_the_same(path_, incomplete))
        return {}; // the new one goes with this object
    // While there is a way back: once the file has its name, only the disk itself can fail.
    std::string directory = directory_of(path_);
    Descriptor opened = TRY(open_directory(directory));
    // Not every file system knows how to rename without replacing; EINVAL says so, and a look has to do.
    unsigned flags = existing_ == Existing::replace ? 0 : RENAME_NOREPLACE;
    int renamed = ::renameat2(AT_FDCWD, incomplete.c_str(), AT_FDCWD, path_.c_str(), flags);
    if (renamed != 0 && errno == EINVAL && ::access(path_.c_str(), F_OK) != 0)
        renamed = ::rename(incomplete.c_str(), path_.c_str());
    if (renamed != 0)
        return fail_to("making", path_);
    path_.clear();
    return synchronise(opened, directory);
}

Result<void> NewFile::finish_in_memory() {
    if (::rename(incomplete_path().c_str(), path_.c_str()) != 0)
        return fail_to("making", path_);
    path_.clear();
    return {};
}

Result<void> make_directories(const std::string &path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0)
        return S_ISDIR(status.st_mode) ? Result<void>() : fail_to("making the directory", path, ENOTDIR);
    std::string above = directory_of(path);
    if (above != path)
        TRY(make_directories(above));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return fail_to("making the directory", path);
    return synchronise_directory(above);
}

namespace {

// One that is there must be a directory of this user's; fchmod follows no link that took its place meanwhile.
Result<void> make_private_directory(const std::string &path) {
    constexpr mode_t owner_only = 0700;
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno != ENOENT || ::mkdir(path.c_str(), owner_only) != 0)
            return fail_to("making the directory", path);
        return {};
    }
    if (!S_ISDIR(status.st_mode))
        return fail_to("opening the directory", path, ENOTDIR);
    if (status.st_uid != ::getauxval(AT_EUID))
        return fail(Cause::other, "the directory " + path + " belongs to another user", "remove it");
    if ((status.st_mode & 07777) == owner_only)
        return {};
    Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!directory.is_open() || ::fchmod(directory.number(), owner_only) != 0)
        return fail_to("closing to others the directory", path);
    return {};
}

} // namespace

Result<NewFile> create_private_file(const std::string &directory, const std::string &name, bool waits) {
    TRY(make_private_directory(directory));
    return NewFile::create_alone(directory + "/" + name, waits);
}

Result<void> write_private_file(const std::string &directory, const std::string &name, Bytes bytes) {
    NewFile file = TRY(create_private_file(directory, name));
    TRY(file.append(bytes));
    return file.finish_in_memory();
}

Result<void> replace_content(const std::string &path, Bytes bytes) {
    NewFile file = TRY(NewFile::create(path, NewFile::Existing::replace));
    TRY(file.take_attributes_of(path));
    TRY(file.append(bytes));
    return file.finish();
}

Result<void> rename_directory(const std::string &path, const std::string &new_path) {
    if (::rename(path.c_str(), new_path.c_str()) != 0)
        return fail_to("making", new_path);
    return synchronise_directory(directory_of(new_path));
}

Result<void> remove_tree(const std::string &path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0)
        return errno == ENOENT ? Result<void>() : fail_to("removing", path);
    if (!S_ISDIR(status.st_mode))
        return remove_file(path);
    const std::string below = path + "/";
    for (const std::string &name : TRY(list_directory(path)))
        TRY(remove_tree(below + name));
    return ::rmdir(path.c_str()) == 0 ? Result<void>() : fail_to("removing", path);
}

Result<void> remove_file(const std::string &path) {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR)
        return {};
    return fail_to("removing", path);
}

Result<Descriptor> lock_file(const std::string &path, const std::function<void()> &tell_waiting) {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.is_open())
        return fail_to("making", path);
    if (::flock(file.number(), LOCK_EX | LOCK_NB) == 0)
        return file;
    if (errno == EWOULDBLOCK)
        tell_waiting();
    while (::flock(file.number(), LOCK_EX) != 0)
        if (errno != EINTR)
            return fail_to("locking", path);
    return file;
}

Result<std::optional<std::uint64_t>> free_space(const std::string &directory) {
    struct statvfs status {};
    if (::statvfs(directory.c_str(), &status) != 0)
        return fail_to("asking for the free space of", directory);
    std::uint64_t block = status.f_frsize, free = status.f_bavail;
    if (status.f_blocks == 0 || block == 0)
        return std::nullopt;
    return free > UINT64_MAX / block ? UINT64_MAX : free * block;
}

Result<void> erase_start(const std::string &path, std::size_t size) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.is_open())
        return fail_to("opening", path);
    auto written = write_next(file, Buffer(size), path);
    if (!written)
        return fail_to("writing", path, written.error().number);
    return ::fsync(file.number()) == 0 ? Result<void>() : fail_to("bringing to the disk", path);
}

Result<void> write_into(const std::string &path, std::string_view text) {
    Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.is_open() || ::write(file.number(), text.data(), text.size()) < 0)
        return fail_to("writing to", path);
    return {};
}

} // namespace kexec
