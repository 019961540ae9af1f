// SPDX-License-Identifier: GPL-2.0-or-later
// Initial RAM file systems unpacked: the same archives, at places where the kernel takes them for plain ones.
#include "image/initramfs.h"

#include "base/compress.h"
#include "tests/catch.h"
#include "tests/support/pack.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t plenty = 1 << 20;

void pad(Buffer &buffer) { buffer.resize((buffer.size() + 3) / 4 * 4); }

void add_entry(Buffer &archive, std::string_view name, Bytes data) {
    std::string header = "070701";
    const std::size_t fields[] = {1, 0100644, 0, 0, 1, 0, data.size(), 0, 0, 0, 0, name.size() + 1, 0};
    for (std::size_t field : fields)
        header += fmt::format("{:08X}", field);
    append(archive, as_bytes(header));
    append(archive, as_bytes(std::string(name) + '\0'));
    pad(archive);
    append(archive, data);
    pad(archive);
}

Buffer archive(std::string_view name, std::string_view data) {
    Buffer whole;
    add_entry(whole, name, as_bytes(data));
    add_entry(whole, "TRAILER!!!", {});
    return whole;
}

Buffer joined(std::initializer_list<Buffer> parts) {
    Buffer all;
    for (const Buffer &part : parts)
        append(all, part);
    return all;
}

Buffer zeros(std::size_t size) { return Buffer(size); }

Result<std::optional<Buffer>> unpack(const Buffer &initramfs, std::uint64_t most = plenty) {
    return unpack_initramfs(initramfs, most);
}

const Buffer one = archive("kernel/x86/microcode/AuthenticAMD.bin", "microcode"),
             two = archive("init", "#!/bin/sh\n");

Buffer with_bootconfig(Buffer initramfs) {
    pad(initramfs);
    append(initramfs, as_bytes(std::string_view("kernel.x=1\n\0", 12)));
    append(initramfs, bytes_of(le32(12)));
    append(initramfs, bytes_of(le32(0x1234)));
    append(initramfs, as_bytes("#BOOTCONFIG\n"));
    return initramfs;
}

} // namespace

TEST_CASE("what is plain already stays as it is") {
    CHECK_FALSE(unpack(one).value());
    CHECK_FALSE(unpack(joined({one, zeros(512), two})).value());
    CHECK_FALSE(unpack({}).value());
}

TEST_CASE("a compressed archive is unpacked, in every way that kernels know") {
    for (Compression compression : {Compression::gzip, Compression::xz, Compression::lzma, Compression::zstd,
                                    Compression::bzip2, Compression::lz4, Compression::lzo})
        CHECK(unpack(pack(two, compression)).value() == two);
}

TEST_CASE("an early archive stays in front, and the next one starts at a multiple of four") {
    Buffer packed = pack(two, Compression::zstd);
    CHECK(unpack(joined({one, packed})).value() == joined({one, two}));
    CHECK(unpack(joined({one, zeros(509), packed})).value() == joined({one, two}));
    CHECK(unpack(joined({packed, zeros(3), pack(one, Compression::gzip)})).value() == joined({two, one}));
}

TEST_CASE("archives of one compression after another are all unpacked") {
    Buffer packed = pack(two, Compression::gzip);
    CHECK(unpack(joined({packed, packed})).value() == joined({two, two}));
    CHECK(unpack(pack(joined({one, zeros(12), two}), Compression::xz)).value() ==
          joined({one, zeros(12), two}));
}

TEST_CASE("an archive without its trailer is one to the kernel, too") {
    Buffer open;
    add_entry(open, "init", as_bytes("x"));
    CHECK(unpack(pack(open, Compression::gzip)).value() == open);
    CHECK_FALSE(unpack(open).value());
}

TEST_CASE("a boot configuration stays at the end, on a multiple of four") {
    Buffer configured = with_bootconfig(pack(two, Compression::gzip));
    CHECK(unpack(configured).value() == with_bootconfig(two));
    CHECK_FALSE(unpack(with_bootconfig(one)).value());
    Buffer padded = joined({configured, zeros(3)});
    CHECK(unpack(padded).value() == joined({with_bootconfig(two), zeros(3)}));
}

TEST_CASE("what the kernel could not take as plain is refused, and left to it") {
    for (const Buffer &wrong : {joined({one, archive("x", "y"), Buffer(8, std::byte{'?'})}),
                                pack(Buffer(64, std::byte{'?'}), Compression::gzip),
                                pack(pack(two, Compression::gzip), Compression::gzip),
                                pack(joined({one, zeros(2), two}), Compression::gzip)}) {
        auto unpacked = unpack(wrong);
        REQUIRE_FALSE(unpacked);
        CHECK(unpacked.error().cause == Cause::unsupported);
    }
    Buffer cut = pack(two, Compression::gzip);
    cut.resize(cut.size() - 9);
    CHECK_FALSE(unpack(cut));
    CHECK_FALSE(unpack(joined({zeros(2), one})));
}

TEST_CASE("no more is unpacked than there may be") {
    Buffer packed = pack(archive("large", std::string(100000, 'x')), Compression::zstd);
    CHECK_FALSE(unpack(packed, 100000));
    CHECK(unpack(packed, 101000));
    CHECK_FALSE(unpack(joined({packed, packed}), 150000));
}

TEST_CASE("every cut of an archive is an answer") {
    Buffer whole = joined({one, pack(two, Compression::gzip)});
    for (std::size_t size = 0; size < whole.size(); size++)
        unpack(Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
}
