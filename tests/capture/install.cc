// SPDX-License-Identifier: GPL-2.0-or-later
// The initramfs of a normal boot, with the capture program in front for a time, and as it was afterwards.
#include "capture/install.h"

#include "base/compress.h"
#include "base/cpio.h"
#include "capture/layout.h"
#include "capture/original.h"
#include "tests/capture/fake_system.h"
#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/support/pack.h"

#include <map>
#include <sys/stat.h>
#include <unistd.h>

using namespace kexec::testing;

namespace kexec::capture {

namespace {

Buffer archive_with_init(std::string_view content, bool is_link = false) {
    Archive archive;
    archive.add_file("etc/initrd-release", as_bytes("x"), 0644);
    if (is_link)
        archive.add_link("init", content);
    else
        archive.add_file("init", as_bytes(content), 0755);
    return archive.finish();
}

// What the kernel's own unpacking leaves: later files in the place of earlier ones.
std::map<std::string, std::string> unpacked(Bytes bytes) {
    std::map<std::string, std::string> files;
    while (!bytes.empty()) {
        if (bytes.front() == std::byte{0}) {
            bytes = bytes.subspan(1);
            continue;
        }
        Buffer plain;
        if (auto packing = recognise_compression(bytes)) {
            plain = *decompress(bytes, *packing, 1 << 30);
            bytes = {}; // members of gzip in a row are joined
        } else {
            std::size_t size = *read_archive(bytes, [](const ArchiveEntry &) {});
            plain.assign(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
            bytes = bytes.subspan(size);
        }
        for (Bytes rest = plain; !rest.empty();)
            if (rest.front() == std::byte{0})
                rest = rest.subspan(1);
            else
                rest = rest.subspan(*read_archive(rest, [&](const ArchiveEntry &entry) {
                    files[std::string(entry.path)] = as_text(entry.content);
                }));
    }
    return files;
}

struct Boot {
    FakeSystem system;
    std::string path = system.files().add("boot/initrd.img", *compress_gzip(archive_with_init("#!/bin/sh")));
    Wish wish = system.wish({.type = "ext4", .source = "/dev/vda1", .path = "/"});

    std::string text() const { return text_of_file(path); }
    bool has_kept_files() const {
        return ::access(system.files().path("boot/.initrd.img.default").c_str(), F_OK) == 0 ||
               ::access(system.files().path("boot/.initrd.img.default.checksum").c_str(), F_OK) == 0;
    }
};

} // namespace

TEST_CASE("install: the program comes before the original /init, which is kept beside it") {
    Boot boot;
    std::string original = boot.text();
    REQUIRE(install_fadump_initramfs(boot.path, boot.wish));
    CHECK(has_fadump_initramfs(boot.path));
    CHECK(boot.text().starts_with(original));
    auto files = unpacked(as_bytes(boot.text()));
    CHECK(files.at("init") == "the program");
    CHECK(files.at("init.kdump-original") == "#!/bin/sh");
    CHECK(files.at("etc/initrd-release") == "x");
    CHECK(files.contains("kdump/settings"));
    CHECK(text_of_file(boot.system.files().path("boot/.initrd.img.default")) == original);
}

TEST_CASE("install: restoring brings the original back and leaves nothing beside it") {
    Boot boot;
    std::string original = boot.text();
    REQUIRE(install_fadump_initramfs(boot.path, boot.wish));
    REQUIRE(install_fadump_initramfs(boot.path, boot.wish));
    REQUIRE(restore_initramfs(boot.path));
    CHECK(boot.text() == original);
    CHECK_FALSE(boot.has_kept_files());
    CHECK_FALSE(has_fadump_initramfs(boot.path));
    CHECK(restore_initramfs(boot.path));
    CHECK(boot.text() == original);
}

TEST_CASE("install: an initramfs that another tool has made anew is a new original") {
    Boot boot;
    REQUIRE(install_fadump_initramfs(boot.path, boot.wish));
    Buffer newer = *compress_gzip(archive_with_init("newer"));
    boot.system.files().add("boot/initrd.img", newer);
    CHECK_FALSE(has_fadump_initramfs(boot.path));
    REQUIRE(install_fadump_initramfs(boot.path, boot.wish));
    CHECK(unpacked(as_bytes(boot.text())).at("init.kdump-original") == "newer");
    boot.system.files().add("boot/initrd.img", newer);
    REQUIRE(restore_initramfs(boot.path));
    CHECK(boot.text() == as_text(newer));
    CHECK_FALSE(boot.has_kept_files());
}

TEST_CASE("install: a power cut between the record and the file leaves what can be gone on from") {
    Boot boot;
    std::string original = boot.text();
    REQUIRE(install_fadump_initramfs(boot.path, boot.wish));
    std::string first = boot.text();
    boot.wish.extra_modules = {"extra"};
    REQUIRE(install_fadump_initramfs(boot.path, boot.wish));
    std::string second = boot.text();
    REQUIRE(first != second);
    // The record knows both for as long as either may be in the place.
    std::string record = boot.system.files().path("boot/.initrd.img.default.checksum");
    CHECK(text_of_file(record).size() == 2 * 41);
    boot.wish.extra_modules = {};
    REQUIRE(install_fadump_initramfs(boot.path, boot.wish));
    CHECK(boot.text() == first);
    CHECK(unpacked(as_bytes(boot.text())).at("init.kdump-original") == "#!/bin/sh");
    REQUIRE(restore_initramfs(boot.path));
    CHECK(boot.text() == original);
}

TEST_CASE("install: a kept original that is damaged is not put in place") {
    Boot boot;
    REQUIRE(install_fadump_initramfs(boot.path, boot.wish));
    std::string made = boot.text();
    boot.system.files().write("boot/.initrd.img.default", "damaged");
    auto restored = restore_initramfs(boot.path);
    REQUIRE_FALSE(restored);
    CHECK(restored.error().what.find("the kept original is damaged") != std::string::npos);
    CHECK(boot.text() == made);
    CHECK_FALSE(install_fadump_initramfs(boot.path, boot.wish));
    CHECK(boot.text() == made);
}

TEST_CASE("install: a wish that cannot be fulfilled changes nothing") {
    Boot boot;
    std::string original = boot.text();
    boot.wish.settings.targets.front().source = "LABEL=nowhere";
    CHECK_FALSE(install_fadump_initramfs(boot.path, boot.wish));
    CHECK(boot.text() == original);
    CHECK_FALSE(boot.has_kept_files());
}

TEST_CASE("original: /init is found behind an early archive and in every packing, and the last one counts") {
    Buffer early = archive_with_init("early");
    early.resize(early.size() + 512);
    Buffer main = archive_with_init("usr/lib/systemd/systemd", true);
    for (Compression packing : {Compression::gzip, Compression::xz, Compression::zstd, Compression::lz4}) {
        Buffer whole = early;
        kexec::append(whole, pack(main, packing));
        auto original = find_original(whole);
        REQUIRE(original);
        CHECK(original->is_link);
        CHECK(as_text(original->content) == "usr/lib/systemd/systemd");
        // lz4 has no end mark.
        CHECK((original->front == whole) == (packing != Compression::lz4));
        CHECK(unpacked(original->front).at("init") == "usr/lib/systemd/systemd");
    }
    CHECK(as_text(find_original(archive_with_init("plain"))->content) == "plain");
}

TEST_CASE("original: what is no initramfs is refused") {
    CHECK(find_original(as_bytes("a kernel")).error().what ==
          "the initramfs has something that is neither a cpio archive nor packed");
    CHECK(find_original({}).error().what == "the initramfs has no /init");
    Archive archive;
    archive.add_file("kdump/settings", {}, 0600);
    archive.add_file("init", {}, 0755);
    CHECK(find_original(archive.finish()).error().what ==
          "the initramfs has the capture program in it already");
}

} // namespace kexec::capture
