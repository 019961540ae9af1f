// SPDX-License-Identifier: GPL-2.0-or-later
// Opening, reading, mapping and making files; what goes wrong, in words. mmap(2) says when SIGBUS is sent: on
// a touch of a mapped page that lies wholly behind the end of the file.
#include "base/file.h"

#include "base/text.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <linux/fs.h>
#include <memory>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kexec {

namespace {

std::string remedy_for(int number) {
    switch (number) {
    case ENOENT:
    case ENOTDIR: return "check the name, or name another file";
    case EACCES:
    case EPERM: return "run this as root";
    case EIO: return "read the kernel's log for errors of the disk, or use another copy";
    default: return {};
    }
}

Failure fail_file(const std::string &path, int number = errno) {
    return fail_errno(Cause::missing_file, number, path, remedy_for(number));
}

Result<Descriptor> open_with(const std::string &path, int flags) {
    Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | flags));
    if (!descriptor.is_open()) {
        int number = errno;
        return fail_file(absolute_path(path), number);
    }
    return descriptor;
}

// What is read first of a file whose size is not known. What fills it may go on: sysfs gives binary
// attributes page by page.
constexpr std::size_t piece_size = 4096;

// Fills as much of `buffer` as the file has, from where it stands.
Result<std::size_t> read_fully(int descriptor, MutableBytes buffer, const std::string &path) {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
        ssize_t got = ::read(descriptor, buffer.data() + filled, buffer.size() - filled);
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return fail_file(path);
        filled += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return filled;
}

Result<void> write_fully(int descriptor, Bytes bytes, const std::string &name) {
    if (int number = put_fully(descriptor, bytes); number != 0)
        return fail_errno(Cause::system_call, number, name, "free some memory, then try again");
    return {};
}

// Reads until the end of the file or until `most` bytes are there. Files of /proc tell no size, so the buffer
// grows; most files fit into its first page, and of these nobody asks the size.
Result<Buffer> read_up_to(const std::string &path, std::uint64_t most, int flags = 0) {
    Descriptor file = TRY(open_with(path, flags));
    Buffer buffer(std::min<std::uint64_t>(most, piece_size));
    std::size_t filled = TRY(read_fully(file.number(), buffer, path));
    while (filled == buffer.size() && filled < most) {
        struct stat status {};
        if (filled == piece_size && ::fstat(file.number(), &status) != 0)
            return fail_file(path);
        // One byte more than the size stat tells: the read that fills less proves the end.
        std::uint64_t expected = static_cast<std::uint64_t>(status.st_size) + 1;
        buffer.resize(std::min(most, std::max<std::uint64_t>(expected, filled * 2)));
        filled += TRY(read_fully(file.number(), MutableBytes(buffer).subspan(filled), path));
    }
    buffer.resize(filled);
    return buffer;
}

// A page of a mapped file is gone: the file was cut short after it was mapped. A page of zeros takes its
// place, and MappedFile::unchanged reports it. Any other bus error ends the program as it would have without
// this handler.
void replace_lost_page(int signal, siginfo_t *info, void *) {
    int saved_errno = errno;
    auto page_size = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    auto page = reinterpret_cast<std::uintptr_t>(info->si_addr) & ~(page_size - 1);
    bool replaced =
        info->si_code == BUS_ADRERR && ::mmap(reinterpret_cast<void *>(page), page_size, PROT_READ,
                                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED;
    if (!replaced)
        ::signal(signal, SIG_DFL);
    errno = saved_errno;
}

void survive_truncation() {
    static const bool installed = [] {
        struct sigaction action {};
        action.sa_sigaction = replace_lost_page;
        action.sa_flags = SA_SIGINFO;
        return ::sigaction(SIGBUS, &action, nullptr) == 0;
    }();
    (void)installed;
}

// fcntl(2), F_SETLEASE: whoever wants to write to a file that is held waits, and its holder hears of it.
volatile std::sig_atomic_t somebody_wants_to_write = 0;

void note_writer(int) { somebody_wants_to_write = 1; }

// Not every file system has leases, and only a file's owner or root gets one.
bool hold(const Descriptor &file) {
    static const bool installed = [] {
        struct sigaction action {};
        action.sa_handler = note_writer;
        action.sa_flags = SA_RESTART;
        return ::sigaction(SIGIO, &action, nullptr) == 0;
    }();
    return installed && ::fcntl(file.number(), F_SETLEASE, F_RDLCK) == 0;
}

std::string_view kind_of(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFDIR: return "a directory";
    case S_IFCHR: return "a character device";
    case S_IFIFO: return "a pipe";
    case S_IFSOCK: return "a socket";
    default: return "a file of an unknown kind";
    }
}

} // namespace

Descriptor &Descriptor::operator=(Descriptor &&other) noexcept {
    std::swap(number_, other.number_);
    return *this;
}

Descriptor::~Descriptor() {
    if (is_open())
        ::close(number_);
}

Result<Descriptor> open_to_read(const std::string &path) { return open_with(path, 0); }

Result<Buffer> read_file(const std::string &path, std::uint64_t ceiling) {
    Buffer buffer = TRY(read_up_to(path, ceiling == UINT64_MAX ? ceiling : ceiling + 1));
    if (buffer.size() > ceiling)
        return fail(Cause::other,
                    fmt::format("{}: the file is longer than the {} bytes that are expected at most", path,
                                ceiling),
                    "name another file");
    return buffer;
}

Result<Buffer> read_start_of_file(const std::string &path, std::uint64_t size) {
    return read_up_to(path, size, O_NONBLOCK);
}

Result<Buffer> read_start_at_once(const std::string &path, std::uint64_t size) {
    Descriptor file = TRY(open_with(path, O_NONBLOCK));
    Buffer buffer;
    std::size_t filled = 0;
    for (;;) {
        buffer.resize(std::min<std::uint64_t>(size, filled + piece_size + 1));
        ssize_t got = ::read(file.number(), buffer.data() + filled, buffer.size() - filled);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_file(path);
        filled += static_cast<std::size_t>(got);
        bool is_inside_a_page = filled % piece_size != 0 && filled < buffer.size();
        if (got == 0 || is_inside_a_page || filled == size)
            break;
    }
    buffer.resize(filled);
    return buffer;
}

std::string read_word(const std::string &path) {
    constexpr std::uint64_t longest = 4096;
    auto content = read_file(path, longest);
    return content ? std::string(trimmed(as_text(*content))) : std::string();
}

Result<std::size_t> read_file_at(const Descriptor &file, std::uint64_t offset, MutableBytes buffer,
                                 const std::string &path) {
    std::size_t filled = 0;
    while (filled < buffer.size() && offset <= std::uint64_t{INT64_MAX} - filled) {
        ssize_t got = ::pread(file.number(), buffer.data() + filled, buffer.size() - filled,
                              static_cast<off_t>(offset + filled));
        if (got == 0)
            break;
        if (got < 0 && errno != EINTR)
            return fail_file(path);
        filled += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    return filled;
}

Result<std::size_t> read_next(const Descriptor &file, MutableBytes buffer, const std::string &path) {
    return read_fully(file.number(), buffer, path);
}

Result<std::uint64_t> size_of(const Descriptor &file, const std::string &path) {
    struct stat status {};
    if (::fstat(file.number(), &status) != 0)
        return fail_file(path);
    return static_cast<std::uint64_t>(status.st_size);
}

bool can_seek(const Descriptor &file) { return ::lseek(file.number(), 0, SEEK_CUR) >= 0; }

bool is_directory(const std::string &path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

Result<std::vector<std::string>> list_directory(const std::string &path) {
    std::unique_ptr<DIR, int (*)(DIR *)> directory(::opendir(path.c_str()), ::closedir);
    if (!directory)
        return fail_file(path);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent *entry = ::readdir(directory.get())) {
        std::string name = entry->d_name;
        if (name != "." && name != "..")
            names.push_back(std::move(name));
    }
    if (errno != 0)
        return fail_file(path);
    std::ranges::sort(names);
    return names;
}

bool on_one_file_system(const std::string &path, const std::string &other) {
    struct stat first {
    }, second{};
    return ::stat(path.c_str(), &first) == 0 && ::stat(other.c_str(), &second) == 0 &&
           first.st_dev == second.st_dev;
}

namespace {

// Adds what lies below `prefix` (empty, or a path that ends in a slash) of the directory `root`.
void add_files_below(const std::string &root, const std::string &prefix, unsigned depth,
                     std::vector<std::string> &files) {
    auto names = list_directory(root + "/" + prefix);
    for (const std::string &name : names ? *names : std::vector<std::string>{}) {
        struct stat status {};
        if (::lstat((root + "/" + prefix + name).c_str(), &status) != 0)
            continue;
        if (S_ISREG(status.st_mode))
            files.push_back(prefix + name);
        else if (S_ISDIR(status.st_mode) && depth > 1)
            add_files_below(root, prefix + name + "/", depth - 1, files);
    }
}

} // namespace

Result<std::vector<std::string>> list_tree(const std::string &path) {
    TRY(list_directory(path));
    std::vector<std::string> files;
    add_files_below(path, "", deepest_tree, files);
    return files;
}

MappedFile::MappedFile(std::string path, Descriptor descriptor, Bytes bytes, Stamp stamp)
    : path_(path),
      full_path_(std::move(path)),
      descriptor_(std::move(descriptor)),
      bytes_(bytes),
      stamp_(stamp) {}

Result<MappedFile> MappedFile::open_held(const std::string &path) {
    Descriptor descriptor = TRY(open_with(path, O_NONBLOCK));
    bool is_held = hold(descriptor);
    MappedFile file = TRY(of(std::move(descriptor), absolute_path(path)));
    file.path_ = path;
    file.is_held_ = is_held;
    return file;
}

MappedFile::MappedFile(MappedFile &&other) noexcept
    : path_(std::move(other.path_)),
      full_path_(std::move(other.full_path_)),
      descriptor_(std::move(other.descriptor_)),
      bytes_(std::exchange(other.bytes_, {})),
      stamp_(other.stamp_),
      is_held_(other.is_held_) {}

MappedFile::~MappedFile() {
    // munmap takes a pointer to change memory; the bytes themselves are never written.
    if (!bytes_.empty())
        ::munmap(const_cast<std::byte *>(bytes_.data()), bytes_.size());
}

Result<MappedFile> MappedFile::open(const std::string &path) {
    // A pipe that nobody writes to must not make us wait; it is refused below.
    MappedFile file = TRY(of(TRY(open_with(path, O_NONBLOCK)), absolute_path(path)));
    file.path_ = path;
    return file;
}

Result<MappedFile> MappedFile::of(Descriptor descriptor, const std::string &name) {
    Stamp stamp = TRY(stamp_of(descriptor.number(), name));
    auto size = static_cast<std::size_t>(stamp.size);
    if (size == 0)
        return MappedFile(name, std::move(descriptor), {}, stamp);

    survive_truncation();
    void *address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number(), 0);
    if (address == MAP_FAILED)
        return fail_file(name);
    return MappedFile(name, std::move(descriptor), Bytes(static_cast<const std::byte *>(address), size),
                      stamp);
}

Result<MappedFile::Stamp> MappedFile::stamp_of(int descriptor, const std::string &path) {
    struct stat status {};
    if (::fstat(descriptor, &status) != 0)
        return fail_file(path);
    Stamp stamp{status.st_size, status.st_ctim.tv_sec, status.st_ctim.tv_nsec, status.st_dev, status.st_ino};
    if (S_ISREG(status.st_mode))
        return stamp;
    if (!S_ISBLK(status.st_mode))
        return fail(Cause::missing_file,
                    fmt::format("{}: this is {}; a regular file or a block device is needed", path,
                                kind_of(status.st_mode)),
                    "name another file");
    // stat tells no size for a block device.
    std::uint64_t size = 0;
    if (::ioctl(descriptor, BLKGETSIZE64, &size) != 0)
        return fail_file(path);
    stamp.size = static_cast<std::int64_t>(size);
    return stamp;
}

std::string MappedFile::identity() const {
    return fmt::format("{:x}:{:x}:{}.{:09}", stamp_.device, stamp_.inode, stamp_.change_seconds,
                       stamp_.change_nanoseconds);
}

Result<void> MappedFile::unchanged() const {
    if (is_held_ && !somebody_wants_to_write)
        return {};
    Stamp now = TRY(stamp_of(descriptor_.number(), full_path_));
    if (now == stamp_)
        return {};
    std::string what =
        now.size == stamp_.size
            ? fmt::format("{}: the file was changed while it was being read", full_path_)
            : fmt::format("{}: the file was changed while it was being read: it had {} bytes, now it has {}",
                          full_path_, stamp_.size, now.size);
    return fail(Cause::bad_image, std::move(what), "wait until nothing writes to the file, then try again");
}

Result<std::shared_ptr<const MappedFile>> map_file(const std::string &path) {
    return std::make_shared<const MappedFile>(TRY(MappedFile::open_held(path)));
}

Result<Descriptor> file_in_memory(const std::string &name, Bytes bytes) {
    Descriptor file(::memfd_create(name.c_str(), MFD_CLOEXEC));
    if (!file.is_open())
        return fail_errno(Cause::system_call, errno, "memfd_create " + name);
    TRY_WITHIN("writing a file in memory", write_fully(file.number(), bytes, name));
    ::lseek(file.number(), 0, SEEK_SET);
    return file;
}

Result<Descriptor> nameless_file(const std::string &directory) {
    Descriptor file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (!file.is_open())
        return fail_errno(Cause::system_call, errno, "making a file in " + directory,
                          "name a directory that takes files");
    return file;
}

std::string MappedFile::real_path() const {
    std::string own = fmt::format("/proc/self/fd/{}", descriptor_.number());
    std::string name(PATH_MAX, '\0');
    ssize_t length = ::readlink(own.c_str(), name.data(), name.size());
    // What has lost its name has another one here.
    if (length <= 0 || name.front() != '/' || static_cast<std::size_t>(length) == name.size() ||
        name.substr(0, static_cast<std::size_t>(length)).ends_with(" (deleted)"))
        return kexec::real_path(path_);
    name.resize(static_cast<std::size_t>(length));
    return name;
}

std::string real_path(const std::string &path) {
    std::unique_ptr<char, void (*)(void *)> resolved(::realpath(path.c_str(), nullptr), ::free);
    return resolved ? resolved.get() : path;
}

std::string absolute_path(const std::string &path) {
    if (path.starts_with('/'))
        return path;
    std::unique_ptr<char, void (*)(void *)> directory(::getcwd(nullptr, 0), ::free);
    if (!directory || *directory != '/')
        return path;
    std::string_view below = path;
    while (below.starts_with("./"))
        below.remove_prefix(2);
    return fmt::format("{}/{}", std::string_view(directory.get()) == "/" ? "" : directory.get(), below);
}

int put_fully(int descriptor, Bytes bytes) {
    while (!bytes.empty()) {
        ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
        if (put < 0 && errno != EINTR)
            return errno;
        bytes = bytes.subspan(put > 0 ? static_cast<std::size_t>(put) : 0);
    }
    return 0;
}

Result<void> write_next(const Descriptor &file, Bytes bytes, const std::string &name) {
    return write_fully(file.number(), bytes, name);
}

} // namespace kexec
