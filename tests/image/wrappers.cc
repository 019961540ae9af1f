// SPDX-License-Identifier: GPL-2.0-or-later
// The kernels of arm64 in everything that they may be wrapped in, and what -t calls them.
#include "arch/arm64/formats.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_elf.h"
#include "tests/formats/build_pe.h"
#include "tests/support/pack.h"
#include "tests/support/temporary.h"

#include <elf.h>
#include <fmt/format.h>
#include <set>

using namespace kexec;
using namespace kexec::testing;

namespace {

using Names = std::vector<std::string_view>;

// The file lives as long as the test, and so do the images that point into it.
class Files {
public:
    Result<Image> read(Bytes content, std::optional<std::string_view> type = {}) {
        auto file =
            std::make_shared<const MappedFile>(MappedFile::open(directory_.add("kernel", content)).value());
        return read_image(file, arm64_formats(), type);
    }
    std::string path() const { return directory_.path("kernel"); }

private:
    TemporaryDirectory directory_;
};

ElfPlan arm64_vmlinux(std::endian order = std::endian::little) {
    ElfPlan plan;
    plan.machine = EM_AARCH64;
    plan.order = order;
    plan.entry = 0xffff800080000000;
    add_segment(plan, PT_LOAD, packable_bytes(600), 0xffff800080000000);
    return plan;
}

Buffer build_uki(Bytes kernel) {
    PePlan plan;
    plan.sections.push_back({.name = ".osrel", .contents = packable_bytes(50)});
    plan.sections.push_back({.name = ".linux", .contents = Buffer(kernel.begin(), kernel.end())});
    return build_pe(plan);
}

Buffer build_gzip_uimage(Bytes kernel) {
    Buffer data = pack(kernel, Compression::gzip);
    UimageHeader header = usual_uimage_header(data);
    header.compression = 1;
    return build_uimage(sealed(header), data);
}

struct Wrapped {
    std::string_view type; // what -t calls it, besides Image
    Buffer file;
    Names wrappers;
};

std::vector<Wrapped> all_wrapped(Bytes kernel) {
    std::vector<Wrapped> all = {
        {"uImage", build_uimage(kernel), {"uImage"}},
        {"uImage", build_gzip_uimage(kernel), {"uImage", "gzip"}},
        {"zImage", pack(build_uimage(kernel), Compression::xz), {"xz", "uImage"}},
        {"uki", build_uki(kernel), {"UKI"}},
        {"vmlinuz", build_uki(build_zboot(kernel, Compression::zstd)), {"UKI", "zboot", "zstd"}},
    };
    for (Compression each : {Compression::gzip, Compression::xz, Compression::lzma, Compression::zstd,
                             Compression::bzip2, Compression::lz4, Compression::lzo}) {
        all.push_back({"zImage", pack(kernel, each), {name_of(each)}});
        if (each != Compression::bzip2)
            all.push_back({"vmlinuz", build_zboot(kernel, each), {"zboot", name_of(each)}});
    }
    return all;
}

} // namespace

TEST_CASE("an Image is found in every wrapper, and its bytes are on their own") {
    Files files;
    Buffer kernel = build_arm64_efi_image();
    for (const Wrapped &wrapped : all_wrapped(kernel)) {
        auto image = files.read(wrapped.file);
        CAPTURE(wrapped.wrappers);
        REQUIRE(image);
        CHECK(image->format->name == "Image");
        CHECK(image->wrappers == wrapped.wrappers);
        REQUIRE(image->unpacked);
        CHECK(*image->unpacked == kernel);
        CHECK(image->bytes.data() == image->unpacked->data());
        CHECK(std::get<Arm64Image>(image->content).bytes.data() == image->bytes.data());
    }
}

TEST_CASE("a signed Image comes out as it was signed, without what a wrapper padded it with") {
    Files files;
    Buffer kernel = build_signed_arm64_image(), padded = kernel;
    padded.resize(kernel.size() + 5000); // the kernel's build fills an Image up to its image_size for zboot
    for (const Wrapped &wrapped : all_wrapped(padded)) {
        auto image = files.read(wrapped.file);
        CAPTURE(wrapped.wrappers);
        REQUIRE(image);
        CHECK(*image->unpacked == kernel);
        CHECK(image->bytes.data() == image->unpacked->data());
    }
    CHECK(files.read(padded)->bytes.size() == padded.size()); // what is not wrapped is handed over as it is
}

TEST_CASE("an Image that is not wrapped is not copied") {
    Files files;
    auto image = files.read(build_arm64_image());
    REQUIRE(image);
    CHECK(!image->unpacked);
    CHECK(image->bytes.data() == image->file->bytes().data());
}

TEST_CASE("-t takes the name of the kernel and that of each wrapper around it, and no other") {
    Files files;
    for (const Wrapped &wrapped : all_wrapped(build_arm64_image())) {
        CAPTURE(wrapped.type, wrapped.wrappers);
        CHECK(files.read(wrapped.file, wrapped.type));
        CHECK(files.read(wrapped.file, "Image"));
        for (const Format &format : arm64_formats()) {
            Names fitting = {"Image", wrapped.type};
            for (std::string_view wrapper : wrapped.wrappers)
                fitting.push_back(wrapper == "UKI"      ? "uki"
                                  : wrapper == "zboot"  ? "vmlinuz"
                                  : wrapper == "uImage" ? "uImage"
                                                        : "zImage");
            bool fits = std::ranges::count(fitting, format.name) > 0;
            CAPTURE(format.name);
            auto image = files.read(wrapped.file, format.name);
            REQUIRE(image.has_value() == fits);
            if (fits)
                continue;
            CHECK(image.error().cause == Cause::unknown_image);
            CHECK(image.error().what ==
                  fmt::format("Wrong file type {}, file matches type Image", format.name));
            CHECK(image.error().remedy == "use -t Image, or leave -t out");
        }
    }
}

TEST_CASE("-t with the name of a wrapper does not take a plain kernel, damaged or not") {
    Files files;
    Arm64ImageHeader damaged = usual_arm64_header();
    damaged.text_offset = 1;
    for (std::string_view type : {"uImage", "vmlinuz", "uki", "zImage"})
        for (const Buffer &file : {build_arm64_image(), build_arm64_image(damaged)})
            CHECK(files.read(file, type).error().what ==
                  fmt::format("Wrong file type {}, file matches type Image", type));
    CHECK(files.read(build_elf(arm64_vmlinux()), "uImage").error().what ==
          "Wrong file type uImage, file matches type vmlinux");
}

TEST_CASE("a wrapper around no kernel is said to be that") {
    Files files;
    for (const Wrapped &wrapped : all_wrapped(packable_bytes(500))) {
        Error error = files.read(wrapped.file).error();
        CHECK(error.cause == Cause::unknown_image);
        CHECK(error.what == fmt::format("Cannot determine the file type of {} (unpacked from {}): it is none "
                                        "of: vmlinux, Image, uImage, vmlinuz, uki, fit, zImage",
                                        files.path(), fmt::join(wrapped.wrappers, ", ")));
        CHECK(files.read(wrapped.file, "Image").error().what == error.what);
    }
}

TEST_CASE("a damaged wrapper is named with its file, whichever type was asked for") {
    Files files;
    Buffer uimage = build_uimage(build_arm64_image());
    uimage.back() ^= std::byte{1};
    for (std::optional<std::string_view> type :
         {std::optional<std::string_view>(), std::optional<std::string_view>("Image"),
          std::optional<std::string_view>("zImage")})
        CHECK(files.read(uimage, type)
                  .error()
                  .what.starts_with(files.path() + ": the uImage is damaged: the CRC of the data is 0x"));
    Buffer payload = pack(build_arm64_image(), Compression::gzip);
    ZbootHeader header = usual_zboot_header("gzip", payload);
    header.payload_size = static_cast<std::uint32_t>(payload.size() - 100);
    CHECK(files.read(build_zboot(header, payload))
              .error()
              .what.starts_with(files.path() + ": the gzip data is damaged or cut short (at "));
}

TEST_CASE("wrappers that are no compression count towards the limit as well") {
    Files files;
    Buffer file = build_arm64_image();
    for (unsigned i = 0; i < most_wrappers; i++)
        file = build_uimage(file);
    CHECK(files.read(file));
    CHECK(files.read(build_uimage(file)).error().what ==
          files.path() + ": the kernel is packed more than 4 times (uImage, uImage, uImage, uImage)");
}

TEST_CASE("a vmlinux for arm64 may be of either byte order, and names no interpreter") {
    Files files;
    for (std::endian order : {std::endian::little, std::endian::big}) {
        auto image = files.read(pack(build_elf(arm64_vmlinux(order)), Compression::gzip));
        REQUIRE(image);
        CHECK(image->format->name == "vmlinux");
        CHECK(std::get<Elf>(image->content).order == order);
        CHECK(std::get<Elf>(image->content).entry == 0xffff800080000000);
    }
    ElfPlan other = arm64_vmlinux();
    other.machine = EM_X86_64;
    CHECK(!files.read(build_elf(other)));
    other = arm64_vmlinux();
    other.is_64_bit = false;
    CHECK(!files.read(build_elf(other)));
    other = arm64_vmlinux();
    add_segment(other, PT_INTERP, as_bytes("/lib/ld.so"), 0);
    CHECK(!files.read(build_elf(other)));
}

TEST_CASE("kexec_file_load takes an Image on arm64, and no vmlinux") {
    Files files;
    CHECK(files.read(build_uimage(build_arm64_image()))->format->by_file_load);
    CHECK(!files.read(build_elf(arm64_vmlinux()))->format->by_file_load);
}

TEST_CASE("what goes with a kernel comes out of its container, whatever lies around it") {
    Files files;
    PePlan plan;
    plan.sections.push_back({.name = ".linux", .contents = pack(build_arm64_image(), Compression::gzip)});
    plan.sections.push_back({.name = ".initrd", .contents = packable_bytes(50)});
    auto image = files.read(pack(build_pe(plan), Compression::zstd));
    REQUIRE(image);
    CHECK(image->wrappers == Names{"zstd", "UKI", "gzip"});
    REQUIRE(image->companions);
    REQUIRE(image->companions->initrds.size() == 1);
    CHECK(std::ranges::equal(image->companions->initrds[0], packable_bytes(50)));
    CHECK(image->container == "UKI");
    CHECK(!files.read(build_arm64_image())->companions);
}

TEST_CASE("a uImage around a container is a wrapper, unless it brings parts of its own") {
    Files files;
    Buffer uki = build_uki(build_arm64_image());
    auto image = files.read(build_uimage(uki));
    REQUIRE(image);
    CHECK(image->wrappers == Names{"uImage", "UKI"});
    CHECK(image->container == "UKI");
    image = files.read(build_multi({uki, packable_bytes(50)}));
    REQUIRE(!image);
    CHECK(image.error().what ==
          files.path() + ": the kernel lies in two containers (uImage, UKI), each with parts of its own");
}

TEST_CASE("a container in a container is refused: both may have what goes with the kernel") {
    Files files;
    auto image = files.read(build_uki(build_uki(build_arm64_image())));
    REQUIRE(!image);
    CHECK(image.error().what ==
          files.path() + ": the kernel lies in two containers (UKI, UKI), each with parts of its own");
}

TEST_CASE("each row of the table is a format, a wrapper or a container, and its name is its own") {
    std::set<std::string_view> names;
    for (const Format &format : arm64_formats()) {
        CAPTURE(format.name);
        CHECK((format.probe != nullptr) + (format.take_off != nullptr) + (format.take_out != nullptr) == 1);
        CHECK(names.insert(format.name).second);
        CHECK(!format.description.empty());
    }
    CHECK(names ==
          std::set<std::string_view>{"vmlinux", "Image", "uImage", "vmlinuz", "uki", "fit", "zImage"});
}
