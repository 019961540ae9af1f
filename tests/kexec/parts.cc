// SPDX-License-Identifier: GPL-2.0-or-later
// What the user names and what the kernel's own file and its add-ons bring, joined by one rule.
#include "kexec/parts.h"

#include "arch/arch.h"
#include "base/devicetree.h"
#include "image/pe.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_pe.h"
#include "tests/kexec/fake_world.h"

#include <fmt/format.h>

using namespace kexec;
using namespace kexec::test;
using namespace kexec::testing;

namespace {

using Texts = std::vector<std::string>;
using Sections = std::vector<std::pair<std::string, std::string>>;

Buffer buffer_of(std::string_view text) {
    Bytes bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

Buffer efi_program(const Sections &sections, std::uint16_t machine = pe_machine_arm64) {
    PePlan plan;
    plan.machine = machine;
    for (const auto &[name, text] : sections)
        plan.sections.push_back({.name = name, .contents = buffer_of(text)});
    return build_pe(plan);
}

Buffer uki(Sections sections) {
    sections.insert(sections.begin(), {".linux", std::string(as_text(build_arm64_image()))});
    return efi_program(sections);
}

std::string overlay() {
    DeviceTree tree = DeviceTree::empty();
    REQUIRE(tree.set_text("/fragment@0", "target-path", "/"));
    REQUIRE(tree.set_text("/fragment@0/__overlay__", "model", "mended"));
    return std::string(as_text(tree.packed()));
}

std::string tree_for(std::string_view compatible) {
    DeviceTree tree = DeviceTree::empty();
    REQUIRE(tree.set_text("/", "compatible", compatible));
    return std::string(as_text(tree.packed()));
}

// A request of arm64 for the kernel files of one directory.
class Asking {
public:
    TemporaryDirectory files;
    Texts warnings, words_again;
    const Arch &arch = *arch_named("arm64");

    Result<Request> ask(std::vector<std::string> words, const std::string &running_tree = {}) {
        warnings.clear();
        std::vector<const char *> pointers = {"-l"};
        for (const std::string &word : words)
            pointers.push_back(word.c_str());
        Options options = parse_options(pointers, arch.options, Order::any).value();
        Machine machine;
        machine.command_line = "running";
        Arm64Facts facts;
        facts.device_tree = buffer_of(running_tree);
        machine.own = facts;
        KernelName name = parse_kernel_name(options.kernel);
        Selection selection = selection_of(options, name, machine);
        auto file = std::make_shared<const MappedFile>(TRY(MappedFile::open(name.path)));
        Image image = TRY(read_image(file, arch.formats, {}, selection));
        TRY(check_selection(selection, image));
        addons = take_addons(image, selection, warnings);
        Request request{options.settings, machine, std::move(image), nullptr, nullptr, {}};
        TRY(add_parts(request, options, arch, warnings));
        words_again = words_for_parts(request, options);
        return request;
    }
    std::vector<std::shared_ptr<const MappedFile>> addons;
};

std::string text_of(const std::shared_ptr<const MappedFile> &file) {
    return file ? std::string(as_text(file->bytes())) : "(none)";
}

} // namespace

TEST_CASE("a UKI's own parts are what is loaded where nothing else is named", "[parts]") {
    Asking asking;
    std::string path = asking.files.add("a.efi", uki({{".cmdline", "own"},
                                                      {".initrd", "initrd"},
                                                      {".ucode", "micro"},
                                                      {".dtb", tree_for("maker,board")}}));
    Request request = asking.ask({path}).value();
    CHECK(request.settings.command_line == "own");
    CHECK(text_of(request.initrd) == std::string("micro\0\0\0initrd", 14));
    CHECK(text_of(request.dtb) == tree_for("maker,board"));
    CHECK(request.notes == Texts{"command line: that in the UKI",
                                 "initial ramdisk: microcode in the UKI, then that in the UKI",
                                 "device tree: that in the UKI"});
    CHECK(asking.warnings.empty());
}

TEST_CASE("a uImage of several files brings its initial ramdisk and its device tree", "[parts]") {
    Asking asking;
    Buffer file = build_multi({build_arm64_image(), buffer_of("initrd"), buffer_of(tree_for("maker,board"))});
    std::string path = asking.files.add("uImage", file);
    Request request =
        asking.ask({path, "--append=quiet", "--add-initrd=" + asking.files.write("more", "+")}).value();
    CHECK(request.settings.command_line == "quiet");
    CHECK(text_of(request.initrd) == std::string("initrd\0\0+", 9));
    CHECK(text_of(request.dtb) == tree_for("maker,board"));
    CHECK(request.notes ==
          Texts{"initial ramdisk: that in the uImage, then --add-initrd", "device tree: that in the uImage"});
    request = asking.ask({path, "--initrd="}).value();
    CHECK(text_of(request.initrd) == "(none)");
}

TEST_CASE("options stand behind the UKI's parts or in their place, and the notes say so", "[parts]") {
    Asking asking;
    std::string path = asking.files.add(
        "a.efi",
        uki({{".cmdline", "own quiet"}, {".initrd", "1234"}, {".ucode", "micro"}, {".dtb", overlay()}}));
    std::string mine = asking.files.write("mine", "mine"), more = asking.files.write("more", "more");
    std::string tree = asking.files.write("tree", tree_for("maker,mine"));
    Request request =
        asking.ask({path, "--append=ro", "--remove-arg=quiet", "--add-arg=last", "--add-initrd=" + more})
            .value();
    CHECK(request.settings.command_line == "own ro last");
    CHECK(text_of(request.initrd) == std::string("micro\0\0\0", 8) + "1234more");
    CHECK(request.notes ==
          Texts{"command line: that in the UKI, then --append, then --add-arg",
                "initial ramdisk: microcode in the UKI, then that in the UKI, then --add-initrd",
                "device tree: that in the UKI"});
    request = asking
                  .ask({path, "--reuse-cmdline", "--append=ro", "--initrd=" + mine, "--add-initrd=" + more,
                        "--dtb=" + tree})
                  .value();
    CHECK(request.settings.command_line == "running ro");
    CHECK(text_of(request.initrd) == std::string("micro\0\0\0", 8) + "minemore");
    CHECK(text_of(request.dtb) == tree_for("maker,mine"));
    CHECK(request.notes ==
          Texts{"command line: --reuse-cmdline in the place of that in the UKI, then --append",
                "initial ramdisk: microcode in the UKI, then --initrd in the place of that in the UKI, then "
                "--add-initrd",
                "device tree: --dtb in the place of that in the UKI"});
}

TEST_CASE("a single part of a UKI is a file of its own, and an --initrd without a name drops it", "[parts]") {
    Asking asking;
    std::string path = asking.files.add("a.efi", uki({{".initrd", "initrd"}}));
    Request request = asking.ask({path}).value();
    CHECK(text_of(request.initrd) == "initrd");
    CHECK(request.initrd->path() == path + " (UKI)");
    CHECK(asking.ask({path, "--initrd="}).value().initrd == nullptr);
}

TEST_CASE("a plain kernel has what is named, and no notes", "[parts]") {
    Asking asking;
    std::string path = asking.files.add("Image", build_arm64_image());
    std::string mine = asking.files.write("mine", "mine");
    Request request = asking.ask({path, "--append=a", "--initrd=" + mine}).value();
    CHECK(request.settings.command_line == "a");
    CHECK(request.initrd->path() == mine);
    CHECK(request.notes.empty());
    CHECK(asking.ask({path}).value().initrd == nullptr);
}

TEST_CASE(".dtbauto is chosen by the running machine's tree, --profile by the user", "[parts]") {
    Asking asking;
    std::string path = asking.files.add("a.efi", uki({{".dtbauto", tree_for("maker,one")},
                                                      {".dtbauto", tree_for("maker,two")},
                                                      {".profile", "TITLE=One"},
                                                      {".cmdline", "one"},
                                                      {".profile", "TITLE=Two"},
                                                      {".cmdline", "two"}}));
    Request request = asking.ask({path, "--profile=1"}, tree_for("maker,two")).value();
    CHECK(text_of(request.dtb) == tree_for("maker,two"));
    CHECK(request.settings.command_line == "two");
    CHECK(request.notes == Texts{"UKI: profile 1 of 2: Two", "UKI: device tree from .dtbauto for maker,two",
                                 "command line: that in the UKI", "device tree: that in the UKI"});
    CHECK(asking.ask({path}).value().dtb == nullptr);
    CHECK(asking.ask({path, "--profile=2"}).error().what.ends_with("this UKI has 0 to 1"));
    std::string plain = asking.files.add("Image", build_arm64_image());
    CHECK(asking.ask({plain, "--profile=0"}).error().what ==
          "profile 0 was asked for, and " + plain + " is no unified kernel image");
}

TEST_CASE("add-ons are taken from the partition and from beside the UKI, in the order of names", "[parts]") {
    Asking asking;
    auto add = [&](const std::string &name, const Sections &sections) {
        return asking.files.add(name, efi_program(sections));
    };
    std::string path =
        asking.files.add("/esp/EFI/Linux/a+3-1.efi", uki({{".cmdline", "uki"}, {".initrd", "1234"}}));
    add("/esp/EFI/Linux/a.efi.extra.d/b.addon.efi",
        {{".cmdline", "b"}, {".initrd", "b"}, {".dtb", overlay()}});
    add("/esp/EFI/Linux/a.efi.extra.d/a.ADDON.efi", {{".cmdline", "a"}, {".ucode", "a"}});
    add("/esp/EFI/Linux/a.efi.extra.d/.c.addon.efi", {{".cmdline", "hidden"}});
    add("/esp/EFI/Linux/a.efi.extra.d/other.efi", {{".cmdline", "other"}});
    add("/esp/loader/addons/z.addon.efi", {{".cmdline", "z"}, {".ucode", "z"}});
    Request request = asking.ask({path, "--append=mine"}).value();
    CHECK(request.settings.command_line == "uki z a b mine");
    CHECK(text_of(request.initrd) == std::string("a\0\0\0z\0\0\0001234b", 13));
    REQUIRE(request.overlays.size() == 1);
    CHECK(text_of(request.overlays[0]) == overlay());
    CHECK(asking.addons.size() == 3);
    CHECK(asking.warnings.empty());
    CHECK(request.notes.front().starts_with("UKI: add-on "));
    CHECK(asking.ask({path, "--reuse-cmdline"}).value().settings.command_line == "running");
}

TEST_CASE("an add-on that does not fit, and what would be lost, are named in warnings", "[parts]") {
    Asking asking;
    std::string path = asking.files.add("a.efi", uki({{".cmdline", "uki"}, {".uname", "6.1"}}));
    auto add = [&](const std::string &name, const Buffer &content) {
        return asking.files.add("a.efi.extra.d/" + name, content);
    };
    std::string other = add("1.addon.efi", efi_program({{".cmdline", "a"}}, pe_machine_x86_64));
    std::string release = add("2.addon.efi", efi_program({{".cmdline", "a"}, {".uname", "6.2"}}));
    std::string text = add("3.addon.efi", buffer_of("text"));
    std::string secret = add("4.cred", buffer_of("secret"));
    CHECK(asking.ask({path}).value().settings.command_line == "uki");
    CHECK(asking.warnings ==
          Texts{other + ": this add-on is for x86_64, one for arm64 is needed; going on without",
                release + ": it is for a kernel of release 6.2, this one is 6.1; going on without",
                text + ": it is no add-on: it is no EFI program; going on without",
                secret + ": credentials and extensions are not handed over; going on without"});
}

TEST_CASE("the words that load it again give the same parts, and no part twice", "[parts]") {
    Asking asking;
    std::string path = asking.files.add("a.efi", uki({{".cmdline", "own"}, {".initrd", "1234"}}));
    std::string plain = asking.files.add("Image", build_arm64_image());
    std::string mine = asking.files.write("mine", "mine"), more = asking.files.write("more", "more");
    std::string line = asking.files.write("line", "from a file");
    for (std::vector<std::string> words :
         {std::vector<std::string>{},
          {"--append=a", "--add-arg=b", "--remove-arg=own", "--append-file=" + line},
          {"--reuse-cmdline", "--initrd=" + mine, "--add-initrd=" + more},
          {"--initrd="},
          {"--initrd=", "--add-initrd=" + more},
          {"--add-initrd=" + more}}) {
        for (const std::string &kernel : {path, plain}) {
            words.insert(words.begin(), kernel);
            Request first = asking.ask(words).value();
            Texts again = asking.words_again;
            again.push_back(kernel);
            Request second = asking.ask(again).value();
            CHECK(second.settings.command_line == first.settings.command_line);
            CHECK(text_of(second.initrd) == text_of(first.initrd));
            CHECK(asking.words_again == Texts(again.begin(), again.end() - 1));
            words.erase(words.begin());
        }
    }
}

TEST_CASE("a machine whose kernels take no device tree says that there was one", "[parts]") {
    Asking asking;
    std::string path = asking.files.add("a.efi", uki({{".dtb", tree_for("maker,board")}}));
    auto file = std::make_shared<const MappedFile>(MappedFile::open(path).value());
    Request request{{}, {}, read_image(file, asking.arch.formats).value(), nullptr, nullptr, {}};
    REQUIRE(add_parts(request, {}, *arch_named("x86_64"), asking.warnings));
    CHECK(request.dtb == nullptr);
    CHECK(asking.warnings ==
          Texts{path + ": kernels of this machine take no device tree, and there is one in "
                       "the UKI; going on without"});
}

TEST_CASE("what follows the last '#' is a configuration, unless there is such a file", "[parts]") {
    TemporaryDirectory files;
    std::string literal = files.write("a#b", "");
    CHECK(parse_kernel_name(literal).path == literal);
    CHECK(!parse_kernel_name(literal).configuration);
    KernelName name = parse_kernel_name(files.path("a#b") + "#conf-1");
    CHECK(name.path == literal);
    CHECK(name.configuration == "conf-1");
    CHECK(!parse_kernel_name("/boot/Image").configuration);
    Asking asking;
    std::string plain = asking.files.add("Image", build_arm64_image());
    CHECK(asking.ask({plain + "#conf"}).error().what ==
          "configuration conf was asked for, and " + plain + " is no FIT image");
}

TEST_CASE("a UKI is loaded by the file call with its parts in files of memory", "[parts]") {
    FakeWorld world;
    std::string path = world.files.add("a.efi", uki({{".cmdline", "own"}, {".initrd", "the initrd"}}));
    const Arch &arm64 = *arch_named("arm64");
    Outcome outcome = world.run_on(arm64, {"-l", "-s", "-d", "-y", path, "--append=more"});
    CHECK(outcome.status == 0);
    CHECK(world.kernel.log == Texts{"kexec_file_load kernel true initrd true flags 0x8"});
    CHECK(world.kernel.last_command_line == "own more");
    CHECK(world.kernel.last_initrd == "the initrd");
    CHECK(as_text(build_arm64_image()) == world.kernel.last_kernel);
    CHECK(outcome.err.find("part: command line: that in the UKI, then --append\n") != std::string::npos);
}

TEST_CASE("a UKI's device tree is for kexec_load; the file call says that it goes on without", "[parts]") {
    FakeWorld world;
    std::string path = world.files.add("a.efi", uki({{".dtb", tree_for("maker,board")}}));
    const Arch &arm64 = *arch_named("arm64");
    CHECK(world.run_on(arm64, {"-l", "-y", path}).status == 0);
    REQUIRE(world.kernel.log.size() == 1);
    CHECK(world.kernel.log[0].starts_with("kexec_load "));
    Outcome outcome = world.run_on(arm64, {"-l", "-s", "-y", path});
    CHECK(outcome.status == 0);
    CHECK(outcome.err == fmt::format("kexec: the device tree of {} (UKI) has no effect with kexec_file_load; "
                                     "going on without\n",
                                     path));
}
