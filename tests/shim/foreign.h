// SPDX-License-Identifier: GPL-2.0-or-later
// Another process, seen from outside: its memory, and what stands behind its descriptors.
#pragma once

#include <cstddef>
#include <string>
#include <sys/types.h>

namespace shim {

[[noreturn]] void give_up(const char *what); // with the errno in words, and status 125

// "none" for a negative descriptor, "?" where it cannot be seen.
std::string path_behind(pid_t process, int descriptor);

// Up to the first NUL, in quotes; "(null)" without an address, "?" where it cannot be read.
std::string text_in(pid_t process, unsigned long long address, std::size_t size);

// All of the file behind a descriptor, from its start on, wherever the descriptor stands.
void keep_file(pid_t process, int descriptor, const std::string &path);

// One byte between a file of the process, where its descriptor stands or at `offset`, and the process's
// memory, as read(2) and write(2) do for it. What they would return, or -1.
struct Transfer {
    pid_t process;
    int descriptor;
    unsigned long long address;
    bool to_memory;
    long long offset = -1;
};
ssize_t transfer_byte(const Transfer &transfer);

// Whether the code at this address is the dynamic loader's.
struct CodeRange {
    unsigned long long first, end;
    bool is_loader;
};
CodeRange code_around(pid_t process, unsigned long long address);

// Where the process's heap ends, which brk(2) tells of when it refuses.
unsigned long long end_of_heap(pid_t process);

} // namespace shim
