// SPDX-License-Identifier: GPL-2.0-or-later
// Proves that a dump holds what memory held. "plant" fills a locked page with bytes made of a random
// word and prints them with the page's physical address, which /proc/self/pagemap tells
// (Documentation/admin-guide/mm/pagemap.rst), then waits for the end. The word comes from outside: a machine
// that was just started would gather randomness for a second. "find" runs in the capture kernel: it
// follows the program headers of the dump to that physical address and prints what lies there. "word" prints
// eight bytes of the running kernel's memory, out of /proc/kcore.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

constexpr size_t marker_size = 64;

[[noreturn]] void fail(const char *what) {
    std::printf("@@ marker_error %s: %s\n", what, std::strerror(errno));
    std::exit(1);
}

void print_bytes(const char *key, uint64_t address, const unsigned char *bytes) {
    std::printf("@@ %s 0x%llx ", key, static_cast<unsigned long long>(address));
    for (size_t i = 0; i < marker_size; ++i) {
        std::printf("%02x", bytes[i]);
    }
    std::printf("\n");
    std::fflush(stdout);
}

// Bits 0-54 of a page's entry are its frame number; bit 63 says that it is in memory.
uint64_t physical_address_of(const void *page, uint64_t page_size) {
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (pagemap < 0) {
        fail("/proc/self/pagemap");
    }
    uint64_t entry = 0;
    uint64_t index = reinterpret_cast<uintptr_t>(page) / page_size;
    if (pread(pagemap, &entry, sizeof entry, static_cast<off_t>(index * sizeof entry)) != sizeof entry ||
        !(entry >> 63)) {
        fail("the page's entry in /proc/self/pagemap");
    }
    close(pagemap);
    return (entry & ((uint64_t{1} << 55) - 1)) * page_size;
}

// Each byte inverted: the word itself lies elsewhere in memory too, in a script and in the arguments.
int plant(const char *word) {
    if (std::strlen(word) != marker_size) {
        std::printf("@@ marker_error the word has %zu characters, not %zu\n", std::strlen(word), marker_size);
        return 2;
    }
    auto page_size = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    void *memory = mmap(nullptr, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mlock(memory, page_size) != 0) {
        fail("a locked page");
    }
    auto *marker = static_cast<unsigned char *>(memory);
    for (size_t i = 0; i < marker_size; ++i) {
        marker[i] = static_cast<unsigned char>(~word[i]);
    }
    print_bytes("marker", physical_address_of(memory, page_size), marker);
    for (;;) {
        pause();
    }
}

// Eight bytes at a virtual address of this kernel.
int word(uint64_t address) {
    int core = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
    Elf64_Ehdr header;
    if (core < 0 || pread(core, &header, sizeof header, 0) != sizeof header) {
        fail("/proc/kcore");
    }
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        Elf64_Phdr segment;
        auto at = static_cast<off_t>(header.e_phoff + i * sizeof segment);
        if (pread(core, &segment, sizeof segment, at) != sizeof segment) {
            fail("a program header");
        }
        uint64_t found, inside = address - segment.p_vaddr;
        if (segment.p_type != PT_LOAD || address < segment.p_vaddr || inside >= segment.p_memsz) {
            continue;
        }
        if (pread(core, &found, sizeof found, static_cast<off_t>(segment.p_offset + inside)) !=
            sizeof found) {
            fail("the kernel's memory");
        }
        std::printf("%016llx\n", static_cast<unsigned long long>(found));
        return 0;
    }
    std::printf("nowhere\n");
    return 1;
}

int find(const char *path, uint64_t physical) {
    int core = open(path, O_RDONLY | O_CLOEXEC);
    Elf64_Ehdr header;
    if (core < 0 || pread(core, &header, sizeof header, 0) != sizeof header) {
        fail(path);
    }
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        Elf64_Phdr segment;
        if (pread(core, &segment, sizeof segment, static_cast<off_t>(header.e_phoff + i * sizeof segment)) !=
            sizeof segment) {
            fail("a program header");
        }
        if (segment.p_type != PT_LOAD || physical < segment.p_paddr ||
            physical - segment.p_paddr >= segment.p_filesz) {
            continue;
        }
        unsigned char found[marker_size];
        if (pread(core, found, sizeof found,
                  static_cast<off_t>(segment.p_offset + physical - segment.p_paddr)) != sizeof found) {
            fail("the marker's bytes");
        }
        print_bytes("found", physical, found);
        return 0;
    }
    std::printf("@@ marker_error no program header covers 0x%llx\n",
                static_cast<unsigned long long>(physical));
    return 1;
}

} // namespace

int main(int count, char **arguments) {
    if (count == 3 && std::strcmp(arguments[1], "plant") == 0) {
        return plant(arguments[2]);
    }
    if (count == 4 && std::strcmp(arguments[1], "find") == 0) {
        return find(arguments[2], std::strtoull(arguments[3], nullptr, 0));
    }
    if (count == 3 && std::strcmp(arguments[1], "word") == 0) {
        return word(std::strtoull(arguments[2], nullptr, 0));
    }
    std::printf("usage: marker plant WORD | marker find DUMP PHYSICAL | marker word VIRTUAL\n");
    return 2;
}
