// SPDX-License-Identifier: GPL-2.0-or-later
// Stands for a program of a boot loader inside of a tree that has nothing else: it writes how it was called
// to /ran.
#include <cstdio>
#include <cstdlib>
#include <cstring>

int main(int count, char **words) {
    std::FILE *file = std::fopen("/ran", "a");
    if (!file)
        return 2;
    for (int i = 0; i < count; i++)
        std::fprintf(file, "%s%s", i == 0 ? "" : " ", words[i]);
    std::fprintf(file, " PATH=%s HOME=%s\n", std::getenv("PATH"), std::getenv("HOME"));
    return std::fclose(file) == 0 ? 0 : 2;
}
