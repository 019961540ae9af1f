// SPDX-License-Identifier: GPL-2.0-or-later
// FIT images: what is taken out of each, and what is said where a node is changed. One cut short at every
// byte; every word at its limits.
#include "image/fit.h"

#include "tests/catch.h"
#include "tests/formats/build_fit.h"
#include "tests/formats/field_values.h"
#include "tests/support/pack.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

using Texts = std::vector<std::string>;

Result<std::optional<TakenOut>> open(Bytes file, const Selection &selection = {}) {
    return open_fit(file, {"arm64"}, selection);
}

Selection named(std::string configuration) { return {.configuration = std::move(configuration)}; }

FitPlan usual() { return usual_fit(packable_bytes(1000)); }

Error error_of(const FitPlan &plan, const Selection &selection = {}) {
    auto opened = open(build_fit(plan), selection);
    REQUIRE(!opened);
    CHECK(!opened.error().remedy.empty());
    return opened.error();
}

struct Change {
    void (*edit)(FitPlan &plan);
    Cause cause;
    const char *sentence;
};

const Change changes[] = {
    {[](auto &p) { p.configurations.clear(); }, Cause::bad_image,
     "the FIT image is damaged: it has no configurations"},
    {[](auto &p) { p.default_configuration = ""; }, Cause::bad_usage,
     "the FIT image has several configurations (conf-1, conf-2) and no default one"},
    {[](auto &p) { p.default_configuration = "conf"; }, Cause::bad_usage,
     "the FIT image has no configuration conf, it has: conf-1, conf-2"},
    {[](auto &p) { p.configurations[0].kernel = ""; }, Cause::unsupported,
     "this configuration of the FIT image names no kernel"},
    {[](auto &p) { p.configurations[0].kernel = "kernel"; }, Cause::bad_image,
     "the FIT image is damaged: the configuration names an image kernel, and there is none in /images"},
    {[](auto &p) { p.configurations[0].ramdisk = "kernel-1"; }, Cause::unsupported,
     "the image kernel-1 of the FIT image is of type kernel, ramdisk is needed"},
    {[](auto &p) { p.images[0].type = "firmware"; }, Cause::unsupported,
     "the image kernel-1 of the FIT image is of type firmware, kernel or kernel_noload is needed"},
    {[](auto &p) { p.images[2].type = ""; }, Cause::unsupported,
     "the image fdt-1 of the FIT image is of type (none), flat_dt is needed"},
    {[](auto &p) { p.images[0].architecture = "arm"; }, Cause::unsupported,
     "the image kernel-1 of the FIT image has arch \"arm\", \"arm64\" is needed"},
    {[](auto &p) { p.images[0].os = "netbsd"; }, Cause::unsupported,
     "the image kernel-1 of the FIT image has os \"netbsd\", \"linux\" is needed"},
    {[](auto &p) { p.images[0].compression = "gzip"; }, Cause::bad_image,
     "the FIT image is damaged: the image kernel-1 says that its compression is gzip, and the data is not"},
    {[](auto &p) {
         p.images[0].hashes = {{"crc32", "1234"}};
     },
     Cause::bad_image,
     "the FIT image is damaged: the crc32 of the image kernel-1 is 9e378d93, and 31323334 is stated"},
    {[](auto &p) {
         p.images[1].hashes = {{"sha256", ""}, {"sha1", "short"}};
     },
     Cause::bad_image,
     "the FIT image is damaged: the sha1 of the image ramdisk-1 is 8be4c3d288f4fde9..., and 73686f7274 is "
     "stated"},
    {[](auto &p) {
         p.images[3].hashes = {{"md5", "0123456789abcdef"}};
     },
     Cause::bad_image, nullptr},
    {[](auto &p) {
         p.images[0].hashes = {{"sha3", "1"}, {"blake2", "2"}};
     },
     Cause::unsupported,
     "the hash of the image kernel-1 in the FIT image is of a kind that is not known here (sha3, blake2), "
     "one of crc32, crc16-ccitt, md5, sha1, sha256, sha384, sha512 is needed"},
    {[](auto &p) {
         p.images[0].hashes.resize(17, {"crc32", ""});
     },
     Cause::bad_image, "the FIT image is damaged: the image kernel-1 has 17 hashes, at most 16 are checked"},
};

} // namespace

TEST_CASE("the default configuration's images are what is taken") {
    Buffer file = build_fit(usual());
    auto taken = open(file);
    REQUIRE(taken);
    REQUIRE(*taken);
    CHECK((*taken)->container == "FIT");
    CHECK(std::ranges::equal((*taken)->kernel, packable_bytes(1000)));
    const Companions &found = *(*taken)->companions;
    REQUIRE(found.initrds.size() == 1);
    CHECK(as_text(found.initrds[0]) == "the ramdisk");
    CHECK(text_until_nul(*DeviceTree::read(found.device_tree.value())->property("/", "compatible")) ==
          "maker,board");
    REQUIRE(found.overlays.size() == 1);
    CHECK(std::ranges::equal(found.overlays[0], small_overlay()));
    CHECK(!found.command_line);
    CHECK(found.notes == Texts{"configuration conf-1 of 2", "image kernel-1, sha256 checked",
                               "image ramdisk-1, sha256 checked", "image fdt-1, sha256 checked",
                               "image fdt-2, sha256 checked"});
}

TEST_CASE("another configuration is taken by its name, the only one by none") {
    Buffer file = build_fit(usual());
    auto taken = open(file, named("conf-2"));
    REQUIRE(taken);
    CHECK((*taken)->companions->initrds.empty());
    CHECK(!(*taken)->companions->device_tree);
    CHECK(error_of(usual(), named("conf-3")).what ==
          "the FIT image has no configuration conf-3, it has: conf-1, conf-2");
    FitPlan single = usual();
    single.default_configuration = "";
    single.configurations.pop_back();
    CHECK(open(build_fit(single)));
}

TEST_CASE("names are compared whole, so that no other image is taken for one") {
    FitPlan plan = usual();
    plan.images[0].name = "kernel@1";
    plan.configurations[0].kernel = "kernel";
    CHECK(error_of(plan).cause == Cause::bad_image);
    plan.configurations[0].kernel = "kernel@1";
    CHECK(open(build_fit(plan)));
    plan.configurations[0].kernel = "../images/kernel@1";
    CHECK(error_of(plan).cause == Cause::bad_image);
}

TEST_CASE("each changed node of a FIT image is named with what it is and what is needed") {
    for (const Change &change : changes) {
        FitPlan plan = usual();
        change.edit(plan);
        Error error = error_of(plan);
        CHECK(error.cause == change.cause);
        if (change.sentence)
            CHECK(error.what == change.sentence);
    }
}

TEST_CASE("data may lie behind the tree, or at a position in the file") {
    for (FitData where : {FitData::behind, FitData::at_a_position}) {
        FitPlan plan = usual();
        plan.data = where;
        Buffer file = build_fit(plan);
        auto taken = open(file);
        REQUIRE(taken);
        CHECK(std::ranges::equal((*taken)->kernel, packable_bytes(1000)));
        CHECK(as_text((*taken)->companions->initrds.at(0)) == "the ramdisk");
        auto cut = open(Bytes(file).first(file.size() - small_overlay().size() - 1));
        REQUIRE(!cut);
        CHECK(cut.error().what.starts_with("the FIT image is damaged: the data of the image "));
    }
}

TEST_CASE("an image without data, or of a size that wraps, is damaged") {
    Buffer store;
    DeviceTree tree = fit_tree(usual(), store);
    REQUIRE(tree.remove("/images/kernel-1", "data"));
    CHECK(open(tree.packed()).error().what == "the FIT image is damaged: the image kernel-1 has no data");
    be32 huge = 0xfffffffc, size = 16;
    REQUIRE(tree.set("/images/kernel-1", "data-offset", bytes_of(huge)));
    REQUIRE(tree.set("/images/kernel-1", "data-size", bytes_of(size)));
    CHECK(open(tree.packed())
              .error()
              .what.starts_with("the FIT image is damaged: the data of the image kernel-1 lies at 0x1"));
    REQUIRE(tree.set("/images/kernel-1", "data-offset", bytes_of(be64(0))));
    CHECK(open(tree.packed()).error().what == "the FIT image is damaged: the image kernel-1 has no data");
}

TEST_CASE("every hash of a kind that is known is checked, one of another kind only beside such a one") {
    FitPlan plan = usual();
    plan.images[0].hashes = {{"crc32", ""}, {"md5", ""}, {"sha1", ""}, {"sha256", ""}, {"sha3", "x"}};
    plan.images[1].hashes = {};
    Buffer file = build_fit(plan);
    auto taken = open(file);
    REQUIRE(taken);
    CHECK((*taken)->companions->notes[1] == "image kernel-1, crc32, md5, sha1, sha256 checked");
    CHECK((*taken)->companions->notes[2] == "image ramdisk-1, which has no hash");
}

TEST_CASE("a compressed device tree is unpacked, a compressed ramdisk is not") {
    FitPlan plan = usual();
    Buffer tree = plan.images[2].data;
    plan.images[1].data = pack(packable_bytes(500), Compression::gzip);
    plan.images[1].compression = "gzip";
    plan.images[2].data = pack(tree, Compression::lzma);
    plan.images[2].compression = "lzma";
    Buffer file = build_fit(plan);
    auto taken = open(file);
    REQUIRE(taken);
    CHECK(std::ranges::equal((*taken)->companions->device_tree.value(), tree));
    CHECK(std::ranges::equal((*taken)->companions->initrds.at(0), plan.images[1].data));
}

TEST_CASE("what a configuration names for a boot loader is left behind with a warning") {
    FitPlan plan = usual();
    plan.configurations[0].loadables = "tee";
    Buffer file = build_fit(plan);
    CHECK(open(file).value()->companions->warnings ==
          Texts{"the configuration also names loadables (tee), for a boot loader; going on without"});
}

TEST_CASE("a FIT image that lies anywhere in memory is read, and what is taken out of it stays") {
    Buffer file = build_fit(usual());
    for (std::size_t shift = 1; shift < 8; shift++) {
        Buffer shifted(shift);
        append(shifted, file);
        auto taken = open(Bytes(shifted).subspan(shift));
        REQUIRE(taken);
        CHECK(std::ranges::equal((*taken)->kernel, packable_bytes(1000)));
    }
}

TEST_CASE("a FIT image cut short anywhere is an error; before its magic number it is none") {
    Buffer file = build_fit(usual_fit(packable_bytes(100)));
    for (std::size_t size = 0; size < file.size(); size++) {
        auto taken = open(Bytes(file).first(size));
        CAPTURE(size);
        REQUIRE(taken.has_value() == size < 4);
        if (taken)
            REQUIRE(!*taken);
        else
            REQUIRE((taken.error().cause == Cause::bad_image && !taken.error().remedy.empty()));
    }
}

TEST_CASE("whatever the words of a FIT image are, what is taken out lies in it") {
    FitPlan plan = usual_fit(packable_bytes(20));
    plan.data = FitData::behind;
    for (FitPlanImage &image : plan.images)
        image.hashes = {};
    Buffer whole = build_fit(plan);
    with_each_value(whole, 0x200, [](const Buffer &altered) {
        auto taken = open(altered);
        REQUIRE((!taken || !*taken || lies_in((*taken)->kernel, altered)));
    });
}

TEST_CASE("device trees and other files are no FIT images") {
    CHECK(!*open(DeviceTree::empty().packed()));
    CHECK(!*open({}));
    CHECK(!*open(Buffer(10000)));
    DeviceTree tree = DeviceTree::empty();
    REQUIRE(tree.add_node("/images@1"));
    CHECK(!*open(tree.packed()));
}
