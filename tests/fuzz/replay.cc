// SPDX-License-Identifier: GPL-2.0-or-later
// Gives each file of a folder to a fuzz target, as libFuzzer does with its corpus: replay FOLDER.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size);

int main(int count, char **words) {
    std::size_t files = 0;
    for (const auto &entry : std::filesystem::directory_iterator(count > 1 ? words[1] : ".")) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::vector<unsigned char> bytes{std::istreambuf_iterator<char>(file), {}};
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
        files++;
    }
    std::printf("%zu files\n", files);
    return files == 0;
}
