// SPDX-License-Identifier: GPL-2.0-or-later
// Taking wrappers off, choosing the format, and the sentences where none fits. The formats are the real
// parsers.
#include "image/image.h"

#include "image/bzimage_payload.h"
#include "image/wrapper.h"
#include "tests/catch.h"
#include "tests/formats/build_bzimage.h"
#include "tests/formats/build_elf.h"
#include "tests/support/pack.h"
#include "tests/support/temporary.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

Result<std::optional<ImageContent>> probe_elf(Bytes file) {
    if (!is_elf(file))
        return std::nullopt;
    return TRY(read_elf(file));
}

Result<std::optional<ImageContent>> probe_bzimage(Bytes file) {
    auto image = TRY(parse_bzimage(file));
    return image ? std::optional<ImageContent>(*image) : std::nullopt;
}

constexpr Format formats[] = {{"elf-x86_64", "", false, probe_elf}, {"bzImage64", "", true, probe_bzimage}};

Result<std::optional<Unwrapped>> take_bzimage_off(Bytes file) {
    return inside_of("bzImage", open_bzimage(file));
}

// A wrapper that is for another machine, and the same for this one.
Result<std::optional<Unwrapped>> refuse_wrapper(Bytes file) {
    if (!as_text(file).starts_with("WRAP"))
        return std::nullopt;
    return fail(Cause::unsupported, "this wrapper is for another machine", "name another");
}
Result<std::optional<Unwrapped>> take_wrapper_off(Bytes file) {
    return as_text(file).starts_with("WRAP") ? std::optional(Unwrapped{"wrap", file.subspan(4)})
                                             : std::nullopt;
}

constexpr Format with_inner_vmlinux[] = {{"elf-x86_64", "", false, probe_elf},
                                         {"bzImage64", "", true, probe_bzimage},
                                         {"vmlinux", "", false, probe_elf, take_bzimage_off}};

// The files live as long as the images that point into them.
class Files {
public:
    Result<Image> read(Bytes content, std::optional<std::string_view> type = {},
                       std::span<const Format> among = formats) {
        auto file =
            std::make_shared<const MappedFile>(MappedFile::open(directory_.add("kernel", content)).value());
        return read_image(file, among, type);
    }
    std::string path() const { return directory_.path("kernel"); }

private:
    TemporaryDirectory directory_;
};

Buffer packed_times(Buffer content, std::initializer_list<Compression> layers) {
    for (Compression layer : layers)
        content = pack(content, layer);
    return content;
}

} // namespace

TEST_CASE("a file is what the first format that takes it says") {
    Files files;
    auto image = files.read(build_bzimage());
    REQUIRE(image);
    CHECK(image->format->name == "bzImage64");
    CHECK(std::get<BzImage>(image->content).kernel.size() == 4096);
    CHECK(image->wrappers.empty());
    CHECK(!image->unpacked);
    CHECK(image->bytes.data() == image->file->bytes().data());
    CHECK(files.read(build_elf(small_vmlinux()))->format->name == "elf-x86_64");
}

TEST_CASE("wrappers are taken off, whichever they are") {
    Files files;
    Buffer vmlinux = build_elf(small_vmlinux());
    for (Compression compression : {Compression::gzip, Compression::xz, Compression::lzma, Compression::zstd,
                                    Compression::bzip2, Compression::lz4, Compression::lzo}) {
        auto image = files.read(pack(vmlinux, compression));
        REQUIRE(image);
        CHECK(image->wrappers == std::vector{name_of(compression)});
        CHECK(std::ranges::equal(image->bytes, vmlinux));
        CHECK(image->unpacked);
        const Elf &elf = std::get<Elf>(image->content);
        CHECK(as_text(elf.bytes_of(elf.segments[1])) == "data");
    }
}

TEST_CASE("wrappers inside wrappers are taken off, up to a limit") {
    Files files;
    Buffer kernel = build_bzimage();
    auto four = {Compression::gzip, Compression::xz, Compression::zstd, Compression::gzip};
    auto image = files.read(packed_times(kernel, four));
    REQUIRE(image);
    CHECK(image->wrappers == std::vector<std::string_view>{"gzip", "zstd", "xz", "gzip"});
    CHECK(std::ranges::equal(image->bytes, kernel));
    Error error = files.read(pack(packed_times(kernel, four), Compression::xz)).error();
    CHECK(error.cause == Cause::bad_image);
    CHECK(error.what == files.path() + ": the kernel is packed more than 4 times (xz, gzip, zstd, xz)");
}

TEST_CASE("a damaged wrapper is called that, and not an unknown file") {
    Files files;
    Buffer packed = pack(packable_bytes(10000), Compression::gzip);
    packed.resize(packed.size() / 2);
    Error error = files.read(packed).error();
    CHECK(error.cause == Cause::bad_image);
    CHECK(error.what.starts_with(files.path() + ": the gzip data is damaged or cut short (at "));
    CHECK(error.what.ends_with(" bytes unpacked)"));
}

TEST_CASE("a damaged kernel is named with its file") {
    Files files;
    SetupHeader header = usual_setup_header();
    header.boot_flag = 0;
    Error error = files.read(build_bzimage(header)).error();
    CHECK(error.cause == Cause::bad_image);
    CHECK(error.what == files.path() + ": the bzImage is damaged: boot_flag is 0x0000, 0xaa55 is needed");
}

TEST_CASE("-t chooses one format") {
    Files files;
    CHECK(files.read(build_bzimage(), "bzImage64")->format->name == "bzImage64");
    CHECK(files.read(pack(build_bzimage(), Compression::xz), "bzImage64")->format->name == "bzImage64");

    Error unknown = files.read(build_bzimage(), "bzimage64").error();
    CHECK(unknown.cause == Cause::unknown_image);
    CHECK(unknown.what == "Unsupported kernel type bzimage64");
    CHECK(unknown.remedy == "use -t with one of: elf-x86_64, bzImage64");

    Error wrong = files.read(build_bzimage(), "elf-x86_64").error();
    CHECK(wrong.cause == Cause::unknown_image);
    CHECK(wrong.what == "Wrong file type elf-x86_64, file matches type bzImage64");
    CHECK(wrong.remedy == "use -t bzImage64, or leave -t out");
}

TEST_CASE("a name that is unknown is said before anything is unpacked") {
    Files files;
    Buffer damaged = pack(build_bzimage(), Compression::gzip);
    damaged.resize(30);
    CHECK(files.read(damaged, "none").error().what == "Unsupported kernel type none");
}

TEST_CASE("a file of no format is said to be none") {
    Files files;
    for (std::optional<std::string_view> type :
         {std::optional<std::string_view>(), std::optional<std::string_view>("bzImage64")}) {
        Error error = files.read(as_bytes("#!/bin/sh\n"), type).error();
        CHECK(error.cause == Cause::unknown_image);
        CHECK(error.what ==
              "Cannot determine the file type of " + files.path() + ": it is none of: elf-x86_64, bzImage64");
        CHECK(!error.remedy.empty());
    }
    CHECK(files.read(pack(as_bytes("hello"), Compression::gzip)).error().what ==
          "Cannot determine the file type of " + files.path() +
              " (unpacked from gzip): it is none of: elf-x86_64, bzImage64");
    CHECK(files.read({}).error().what ==
          "Cannot determine the file type of " + files.path() + ": it is empty");
}

TEST_CASE("the vmlinux in a bzImage is taken out where -t asks for it by name, and not otherwise") {
    Files files;
    Buffer vmlinux = build_elf(small_vmlinux());
    Buffer bzimage = build_bzimage(usual_setup_header(), pack(vmlinux, Compression::xz));
    auto taken = files.read(pack(bzimage, Compression::gzip), "vmlinux", with_inner_vmlinux);
    REQUIRE(taken);
    CHECK(taken->format->name == "vmlinux");
    CHECK(taken->wrappers == std::vector<std::string_view>{"gzip", "bzImage", "xz"});
    CHECK(std::ranges::equal(taken->bytes, vmlinux));
    CHECK(files.read(bzimage, {}, with_inner_vmlinux)->format->name == "bzImage64");
    CHECK(files.read(bzimage, "elf-x86_64", with_inner_vmlinux).error().what ==
          "Wrong file type elf-x86_64, file matches type bzImage64");
    CHECK(files.read(vmlinux, "vmlinux", with_inner_vmlinux)->wrappers.empty());
    CHECK(files.read(vmlinux, {}, with_inner_vmlinux)->format->name == "elf-x86_64");
}

TEST_CASE("a wrapper that one row refuses may be taken off by a further one") {
    Files files;
    const Format refusing{"first", "", false, nullptr, refuse_wrapper};
    const Format taking{"second", "", false, nullptr, take_wrapper_off};
    Buffer wrapped(4);
    std::ranges::copy(as_bytes("WRAP"), wrapped.begin());
    append(wrapped, build_bzimage());
    for (const auto &order :
         {std::vector{formats[1], refusing, taking}, std::vector{formats[1], taking, refusing}})
        CHECK(files.read(wrapped, {}, order)->wrappers == std::vector<std::string_view>{"wrap"});
    std::vector alone = {formats[1], refusing};
    CHECK(files.read(wrapped, {}, alone).error().what ==
          files.path() + ": this wrapper is for another machine");
}
