// SPDX-License-Identifier: GPL-2.0-or-later
// The functions that a compiler may call on its own even without a library.
#include <stddef.h>

extern "C" {

void *memcpy(void *to, const void *from, size_t size) {
    for (size_t i = 0; i < size; i++)
        static_cast<unsigned char *>(to)[i] = static_cast<const unsigned char *>(from)[i];
    return to;
}

void *memset(void *to, int value, size_t size) {
    for (size_t i = 0; i < size; i++)
        static_cast<unsigned char *>(to)[i] = static_cast<unsigned char>(value);
    return to;
}
}
