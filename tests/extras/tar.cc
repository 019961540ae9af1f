// SPDX-License-Identifier: GPL-2.0-or-later
// Archives: what is written is read again, by this program and by others; what is hostile is refused.
#include "extras/tar.h"

#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/plan/kernels.h"

#include <fmt/format.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

std::string names_in(const std::vector<TarMember> &members) {
    std::string names;
    for (const TarMember &member : members)
        names += fmt::format("{} {};", member.path, member.content.size());
    return names;
}

Buffer one_file(const std::string &path = "proc/iomem") {
    return write_tar({{path, as_bytes("0000-ffff : System RAM\n")}});
}

// With another byte at `offset` of the first header, and the checksum that goes with it.
Buffer with_header_byte(Buffer archive, std::size_t offset, char byte) {
    archive[offset] = static_cast<std::byte>(byte);
    std::fill_n(archive.begin() + 148, 8, std::byte{' '});
    unsigned sum = 0;
    for (std::size_t i = 0; i < 512; i++)
        sum += static_cast<unsigned>(archive[i]);
    std::string text = fmt::format("{:06o}", sum);
    text += std::string("\0 ", 2);
    std::ranges::copy(as_bytes(text), archive.begin() + 148);
    return archive;
}

std::string error_of(const Buffer &archive) {
    auto members = read_tar(archive);
    REQUIRE_FALSE(members);
    CHECK(members.error().cause == Cause::bad_image);
    CHECK_FALSE(members.error().remedy.empty());
    return members.error().what;
}

} // namespace

TEST_CASE("what is written is read again") {
    Buffer large = sample_bytes(100000);
    Buffer archive = write_tar({{"a", {}}, {"b/c", as_bytes("text")}, {"d", large}});
    CHECK(archive.size() % 512 == 0);
    CHECK(is_tar(archive));
    auto members = read_tar(archive);
    REQUIRE(members);
    CHECK(names_in(*members) == "a 0;b/c 4;d 100000;");
    CHECK(std::ranges::equal((*members)[2].content, large));
}

TEST_CASE("paths of every length are kept") {
    for (std::size_t length : {99u, 100u, 101u, 155u, 200u, 255u, 256u, 257u, 300u, 1000u}) {
        for (std::size_t part : {10u, 90u, 180u, 2000u}) {
            std::string path;
            while (path.size() < length)
                path += (path.size() % part == part - 1) ? '/' : 'x';
            if (path.back() == '/')
                path.back() = 'y';
            INFO(length << " " << part);
            auto members = read_tar(write_tar({{path, as_bytes("1")}, {"short", as_bytes("22")}}));
            REQUIRE(members);
            CHECK(names_in(*members) == path + " 1;short 2;");
        }
    }
}

TEST_CASE("a header is the one that every tar writes") {
    Buffer archive = one_file();
    std::string_view text = as_text(archive);
    CHECK(text_until_nul(Bytes(archive)) == "proc/iomem");
    CHECK(text.substr(100, 8) == std::string_view("0000600\0", 8));
    CHECK(text.substr(124, 12) == std::string_view("00000000027\0", 12));
    CHECK(text[156] == '0');
    CHECK(text.substr(257, 8) == std::string_view("ustar\00000", 8));
    CHECK(archive.size() == 4 * 512);
}

TEST_CASE("an archive that ends anywhere but at its end is cut short") {
    Buffer archive = write_tar({{"a", as_bytes("text")}, {std::string(300, 'x'), as_bytes("more")}});
    for (std::size_t size = 0; size + 1024 < archive.size(); size++) {
        Buffer part(archive.begin(), archive.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK(error_of(part).starts_with("the recording is cut short"));
    }
}

TEST_CASE("only plain files are taken, and directories passed over") {
    const std::pair<char, std::string> kinds[] = {{'1', "a hard link"},
                                                  {'2', "a symbolic link"},
                                                  {'3', "a device"},
                                                  {'4', "a device"},
                                                  {'6', "a pipe"},
                                                  {'7', "something that is no file"},
                                                  {'L', "something that is no file"}};
    for (const auto &[kind, words] : kinds)
        CHECK(error_of(with_header_byte(one_file(), 156, kind)) ==
              "the recording holds " + words + ": proc/iomem");
    Buffer directory = with_header_byte(write_tar({{"proc", {}}}), 156, '5');
    CHECK(read_tar(directory).value().empty());
    CHECK(names_in(read_tar(with_header_byte(one_file(), 156, '\0')).value()) == "proc/iomem 23;");
}

TEST_CASE("no path leads out of an archive") {
    for (std::string path : {"../a", "a/../b", "/etc/passwd", "a//b", "a/", "..", "a/./b", "."})
        CHECK(error_of(one_file(path)) == "the recording holds a path that leads out of it: " + path);
    std::string deep = std::string(300, 'x') + "/../y";
    CHECK(error_of(one_file(deep)).starts_with("the recording holds a path that leads out of it: xxx"));
    CHECK(names_in(read_tar(one_file("./proc/iomem")).value()) == "proc/iomem 23;");
    CHECK(error_of(write_tar({{"a", {}}, {"a", {}}})) == "the recording holds the same path twice: a");
}

TEST_CASE("sizes that lie are refused before anything is read") {
    // A gigabyte, all that eleven digits can say, and the binary form of larger ones.
    for (std::string size : {"10000000000", "77777777777", "00400000001"}) {
        Buffer archive = one_file();
        std::ranges::copy(as_bytes(size), archive.begin() + 124);
        CHECK(error_of(with_header_byte(archive, 0, 'p')) ==
              "the recording holds a file of more than 64 MiB: proc/iomem");
    }
    CHECK(error_of(with_header_byte(one_file(), 124, '\x80')) ==
          "the recording holds a file of more than 64 MiB: proc/iomem");
    Buffer archive = one_file();
    std::ranges::copy(as_bytes("00000100000"), archive.begin() + 124);
    CHECK(error_of(with_header_byte(archive, 0, 'p')) ==
          "the recording is cut short: it ends inside proc/iomem");
}

TEST_CASE("a damaged header is found by its checksum, wherever the damage is") {
    for (std::size_t at = 0; at < 512; at++) {
        if (at == 148 || at == 155)
            continue; // a digit that becomes the blank it may be, and the blank behind the digits
        Buffer archive = one_file();
        archive[at] ^= std::byte{0x10};
        INFO(at);
        CHECK_FALSE(read_tar(archive));
    }
}

TEST_CASE("an extended header that is damaged is refused") {
    std::string path(300, 'x');
    Buffer good = one_file(path);
    for (std::string record :
         {"", "9", "999 path=a\n", "0 path=a\n", "2 path=a\n", "8 path=a", "x path=a\n"}) {
        Buffer archive = good;
        std::fill_n(archive.begin() + 512, 512, std::byte{0});
        std::ranges::copy(as_bytes(record), archive.begin() + 512);
        INFO(record);
        CHECK_FALSE(read_tar(archive));
    }
}
