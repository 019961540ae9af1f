// SPDX-License-Identifier: GPL-2.0-or-later
// The shape of -h and -v that scripts rely on.
#include "kexec/usage.h"

#include "base/text.h"
#include "tests/catch.h"
#include "tests/kexec/fake_world.h"

#include <algorithm>
#include <set>
#include <sstream>

using namespace kexec;
using namespace kexec::test;

TEST_CASE("-v is one line of two words") {
    std::string text = version_text();
    CHECK(text.starts_with("kexec-tools 2.0.32+toolkit."));
    CHECK(text.back() == '\n');
    CHECK(words_of(text).size() == 2);
    CHECK(lines_of(text).size() == 1);
}

TEST_CASE("-h keeps its shape") {
    std::string text = usage_text(fake_arch());
    std::vector<std::string_view> lines = lines_of(text);
    CHECK(lines[0] == trimmed(version_text()));
    CHECK(lines[1] == "Usage: kexec [OPTION]... [kernel]");
    std::set<std::string_view> at_start(lines.begin() + 2, lines.end());
    CHECK(at_start.contains("Architecture options:"));
    for (const Format &format : fake_arch().formats)
        CHECK(at_start.contains(format.name));
    for (std::string_view line : lines)
        CHECK(line.size() < 80);
}

TEST_CASE("-h says what kernels may be packed with") {
    std::string text = usage_text(fake_arch());
    std::size_t start = text.find("\nCompression:");
    REQUIRE(start != npos);
    std::vector<std::string_view> words = words_of(std::string_view(text).substr(start));
    for (std::string_view name : {"gzip,", "xz,", "lzma,", "zstd,", "bzip2,", "lz4,", "lzo"})
        CHECK(std::ranges::count(words, name) == 1);
    CHECK(text.find("built without") == npos);
}

TEST_CASE("-h names every option of every architecture once") {
    for (const Arch *arch : all_archs()) {
        std::string text = usage_text(*arch);
        for (const Option &option : arch->options) {
            std::size_t found = 0;
            for (std::string_view line : lines_of(text))
                for (std::string_view word : words_of(line.substr(0, line.find("   "))))
                    found += word.substr(0, word.find_first_of("[=")) == "--" + std::string(option.name);
            INFO(arch->name << " --" << option.name);
            CHECK(found == 1);
        }
    }
}
