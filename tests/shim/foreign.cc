// SPDX-License-Identifier: GPL-2.0-or-later
// proc(5), process_vm_readv(2) and pidfd_getfd(2).
#include "tests/shim/foreign.h"

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace shim {
namespace {

std::string file_of(pid_t process, const std::string &name) {
    return "/proc/" + std::to_string(process) + "/" + name;
}

struct Mapping {
    unsigned long long first, end;
    std::string name;
};

// Calls `take` for each mapping until it returns true.
template <typename Take> void each_mapping(pid_t process, Take take) {
    std::ifstream maps(file_of(process, "maps"));
    for (std::string line; std::getline(maps, line);) {
        Mapping mapping{};
        int name_at = 0;
        if (std::sscanf(line.c_str(), "%llx-%llx %*s %*s %*s %*s %n", &mapping.first, &mapping.end,
                        &name_at) < 2)
            continue;
        mapping.name = line.substr(static_cast<std::size_t>(name_at));
        if (take(mapping))
            return;
    }
}

// A copy of a descriptor of another process: both stand at the same place of the file.
int copy_of_descriptor(pid_t process, int descriptor) {
    int handle = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
    int copy = static_cast<int>(syscall(SYS_pidfd_getfd, handle, descriptor, 0));
    int number = errno;
    close(handle);
    errno = number;
    return copy;
}

} // namespace

void give_up(const char *what) {
    std::fprintf(stderr, "shim: %s: %s\n", what, std::strerror(errno));
    _exit(125);
}

std::string path_behind(pid_t process, int descriptor) {
    if (descriptor < 0)
        return "none";
    std::string link = file_of(process, "fd/" + std::to_string(descriptor));
    char target[PATH_MAX];
    ssize_t size = readlink(link.c_str(), target, sizeof target);
    return size < 0 ? "?" : std::string(target, static_cast<std::size_t>(size));
}

std::string text_in(pid_t process, unsigned long long address, std::size_t size) {
    if (address == 0)
        return "(null)";
    std::string text(size, '\0');
    int memory = open(file_of(process, "mem").c_str(), O_RDONLY | O_CLOEXEC);
    ssize_t got = pread(memory, text.data(), text.size(), static_cast<off_t>(address));
    close(memory);
    if (got <= 0)
        return "?";
    return "\"" + text.substr(0, text.find('\0')) + "\"";
}

void keep_file(pid_t process, int descriptor, const std::string &path) {
    int from = open(file_of(process, "fd/" + std::to_string(descriptor)).c_str(), O_RDONLY | O_CLOEXEC);
    int to = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (from < 0 || to < 0)
        give_up(path.c_str());
    char buffer[65536];
    ssize_t got = 0;
    while ((got = read(from, buffer, sizeof buffer)) > 0)
        if (write(to, buffer, static_cast<std::size_t>(got)) != got)
            give_up(path.c_str());
    close(from);
    close(to);
}

ssize_t transfer_byte(const Transfer &transfer) {
    char byte = 0;
    iovec here{&byte, 1}, there{reinterpret_cast<void *>(transfer.address), 1};
    int file = copy_of_descriptor(transfer.process, transfer.descriptor);
    if (file < 0)
        return -1;
    ssize_t moved = -1;
    if (transfer.to_memory) {
        moved = transfer.offset < 0 ? read(file, &byte, 1) : pread(file, &byte, 1, transfer.offset);
        if (moved == 1 && process_vm_writev(transfer.process, &here, 1, &there, 1, 0) != 1)
            moved = -1;
    } else if (process_vm_readv(transfer.process, &here, 1, &there, 1, 0) == 1) {
        moved = transfer.offset < 0 ? write(file, &byte, 1) : pwrite(file, &byte, 1, transfer.offset);
    }
    close(file);
    return moved;
}

CodeRange code_around(pid_t process, unsigned long long address) {
    CodeRange range{address, address + 1, false};
    each_mapping(process, [&](const Mapping &mapping) {
        if (address < mapping.first || address >= mapping.end)
            return false;
        range = {mapping.first, mapping.end, mapping.name.find("/ld-linux") != std::string::npos};
        return true;
    });
    return range;
}

unsigned long long end_of_heap(pid_t process) {
    unsigned long long end = 0;
    each_mapping(process, [&](const Mapping &mapping) {
        if (mapping.name == "[heap]")
            end = mapping.end;
        return end != 0;
    });
    return end;
}

} // namespace shim
