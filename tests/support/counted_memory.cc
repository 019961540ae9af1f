// SPDX-License-Identifier: GPL-2.0-or-later
// The operator new and delete of a whole program.
#include "tests/support/counted_memory.h"

#include <algorithm>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace kexec::testing {
CountedMemory counted_memory{};
}

using kexec::testing::counted_memory;

void *operator new(std::size_t size, const std::nothrow_t & /*never throws*/) noexcept {
    void *memory = std::malloc(size == 0 ? 1 : size);
    if (!memory)
        return nullptr;
    counted_memory.now += malloc_usable_size(memory);
    counted_memory.most = std::max(counted_memory.most, counted_memory.now);
    counted_memory.largest = std::max(counted_memory.largest, size);
    return memory;
}
void *operator new(std::size_t size) {
    if (void *memory = operator new(size, std::nothrow))
        return memory;
    throw std::bad_alloc();
}
void operator delete(void *memory) noexcept {
    counted_memory.now -= malloc_usable_size(memory);
    std::free(memory);
}
void operator delete(void *memory, std::size_t) noexcept { operator delete(memory); }
void operator delete(void *memory, const std::nothrow_t & /*as above*/) noexcept { operator delete(memory); }
