// SPDX-License-Identifier: GPL-2.0-or-later
// Preloaded into a program (ld.so(8)), cuts the power at the call whose number CUT_AT says: what was written
// to a file and not brought to the disk is gone, and with CUT_RENAMES=lost so is a name that was given in a
// directory which was not brought to the disk. Without CUT_AT it counts nothing and changes nothing. What it
// does to files is the worst that fsync(2) allows.
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr int status_of_cut = 137;

struct Unsynced {
    int file; // of our own
    dev_t device;
    ino_t inode;
};

struct Renamed {
    std::string from, to, directory;
    int replaced; // what had the name, or -1
};

std::vector<Unsynced> written;
std::vector<Renamed> renamed;
long count = 0;

template <typename Function> Function real(const char *name) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

std::string text_of(int file) {
    std::string text;
    char piece[4096];
    for (off_t at = 0;; at = static_cast<off_t>(text.size())) {
        ssize_t got = ::pread(file, piece, sizeof piece, at);
        if (got <= 0)
            return text;
        text.append(piece, static_cast<std::size_t>(got));
    }
}

void lose_names() {
    for (auto each = renamed.rbegin(); each != renamed.rend(); ++each) {
        real<int (*)(const char *, const char *)>("rename")(each->to.c_str(), each->from.c_str());
        if (each->replaced < 0)
            continue;
        std::string old = text_of(each->replaced);
        int file = real<int (*)(const char *, int, ...)>("open")(each->to.c_str(),
                                                                 O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (real<ssize_t (*)(int, const void *, size_t)>("write")(file, old.data(), old.size()) < 0)
            std::abort();
    }
}

// Called before each call that changes a disk.
void step() {
    const char *at = std::getenv("CUT_AT");
    if (!at || ++count != std::atol(at))
        return;
    for (const Unsynced &each : written)
        if (::ftruncate(each.file, 0) != 0)
            std::abort();
    const char *names = std::getenv("CUT_RENAMES");
    if (names && std::strcmp(names, "lost") == 0)
        lose_names();
    ::_exit(status_of_cut);
}

std::string directory_of(const std::string &path) { return path.substr(0, path.rfind('/')); }

void remember(const char *from, const char *to) {
    struct stat status {};
    bool is_file = ::stat(to, &status) == 0 && S_ISREG(status.st_mode);
    int old = is_file ? real<int (*)(const char *, int, ...)>("open")(to, O_RDONLY) : -1;
    renamed.push_back({from, to, directory_of(to), old});
}

} // namespace

extern "C" {

ssize_t write(int file, const void *bytes, size_t size) {
    struct stat status {};
    bool is_file = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    if (is_file) {
        step();
        written.push_back({::dup(file), status.st_dev, status.st_ino});
    }
    return real<ssize_t (*)(int, const void *, size_t)>("write")(file, bytes, size);
}

int fsync(int file) {
    step();
    struct stat status {
    }, directory{};
    ::fstat(file, &status);
    std::erase_if(written, [&](const Unsynced &each) {
        return each.device == status.st_dev && each.inode == status.st_ino;
    });
    std::erase_if(renamed, [&](const Renamed &each) {
        return ::stat(each.directory.c_str(), &directory) == 0 && directory.st_dev == status.st_dev &&
               directory.st_ino == status.st_ino;
    });
    return 0;
}

int rename(const char *from, const char *to) {
    step();
    remember(from, to);
    return real<int (*)(const char *, const char *)>("rename")(from, to);
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
    step();
    remember(from, to);
    return real<int (*)(int, const char *, int, const char *, unsigned)>(
        "renameat2")(from_directory, from, to_directory, to, flags);
}

int unlink(const char *path) {
    step();
    return real<int (*)(const char *)>("unlink")(path);
}

int rmdir(const char *path) {
    step();
    return real<int (*)(const char *)>("rmdir")(path);
}

int mkdir(const char *path, mode_t mode) {
    step();
    return real<int (*)(const char *, mode_t)>("mkdir")(path, mode);
}

int fchmod(int file, mode_t mode) {
    step();
    return real<int (*)(int, mode_t)>("fchmod")(file, mode);
}
}
