// SPDX-License-Identifier: GPL-2.0-or-later
// Recorded machines (tests/machines) and command lines, and the plan that is printed for them, byte for byte
// (golden/NAME.plan). To bring the kept plans up to date: `ninja regenerate-plans`, and review the
// difference.
#include "arch/arch.h"
#include "extras/report.h"
#include "image/pe.h"
#include "kexec/load.h"
#include "kexec/options.h"
#include "kexec/parts.h"
#include "plan/command_line.h"
#include "tests/arch/arm64/acceptance.h"
#include "tests/arch/arm64/board.h"
#include "tests/arch/ppc64/acceptance.h"
#include "tests/arch/ppc64/lpar.h"
#include "tests/arch/x86_64/acceptance.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_fit.h"
#include "tests/formats/build_pe.h"
#include "tests/formats/build_s390x.h"
#include "tests/plan/kernel_model.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"
#include "tests/support/bundle.h"
#include "tests/support/files.h"
#include "tests/support/pack.h"
#include "tests/support/temporary.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>
#include <map>
#include <set>
#include <stdexcept>

using namespace kexec;
using namespace kexec::testing;

namespace {

struct Case {
    std::string name;    // of the kept plan
    std::string machine; // of the recording
    std::vector<const char *> words;
};

Buffer text(std::string_view words) {
    Bytes bytes = as_bytes(words);
    return {bytes.begin(), bytes.end()};
}

void add_containers(const TemporaryDirectory &directory) {
    std::vector<PePlanSection> own = {{".cmdline", text("uki quiet")},   {".initrd", sample_bytes(10000)},
                                      {".ucode", sample_bytes(1000)},    {".dtbauto", text("no tree")},
                                      {".profile", text("TITLE=Usual")}, {".profile", text("TITLE=Rescue")},
                                      {".cmdline", text("uki rescue")}};
    auto uki = [&](std::uint16_t machine, const Buffer &kernel, std::vector<PePlanSection> sections) {
        sections.insert(sections.begin(), {".linux", kernel});
        return build_pe({.machine = machine, .sections = std::move(sections)});
    };
    directory.add("uki.efi", uki(pe_machine_x86_64, bzimage_file(), own));
    directory.add("uki-with-addon.efi", uki(pe_machine_x86_64, bzimage_file(), own));
    directory.add("uki-with-addon.efi.extra.d/more.addon.efi",
                  build_pe({.machine = pe_machine_x86_64, .sections = {{".cmdline", text("added")}}}));
    directory.add("uki-arm64.efi", uki(pe_machine_arm64, build_arm64_image(), own));
    directory.add("uki-arm64-dtb.efi",
                  uki(pe_machine_arm64, build_arm64_image(), {{".dtb", bare_tree().packed()}}));
    FitPlan fit = usual_fit(build_arm64_image());
    fit.images[2].data = bare_tree().packed();
    directory.add("board.itb", build_fit(fit));
    directory.add("added.dtbo", small_overlay());
}

// The files that command lines may name.
void add_files(const TemporaryDirectory &directory) {
    Buffer vmlinux = vmlinux_file(movable_vmlinux());
    directory.add("bzImage", bzimage_file());
    directory.add("bzImage-without-efi", bzimage_file({.version = 0x020c, .xloadflags = 0x23}));
    directory.add("bzImage-four-levels", bzimage_file({.xloadflags = 0x1f}));
    directory.add("bzImage-to-draw",
                  bzimage_holding(with_relocations(vmlinux_file(movable_vmlinux()), some_relocations)));
    directory.add("bzImage-32",
                  bzimage_file({.version = 0x020a, .xloadflags = 0, .initrd_addr_max = 0x37ffffff}));
    directory.add("vmlinux", vmlinux);
    directory.add("vmlinux.gz", pack(vmlinux, Compression::gzip));
    directory.add("vmlinux-fixed", vmlinux_file(fixed_vmlinux(0x1000000)));
    directory.add("initrd", sample_bytes(1234567));
    directory.add("Image", build_arm64_image());
    directory.add("vmlinux-arm64", arm64_vmlinux({0, 0x10000}));
    directory.add("board.dtb", bare_tree().packed());
    directory.add("vmlinux-ppc64", ppc64_vmlinux());
    directory.add("vmlinux-ppc64-fixed", ppc64_vmlinux({.run_at_load = 0}));
    directory.add("lpar.dtb", lpar_tree().packed());
    add_containers(directory);
    directory.add("image-s390x", build_s390x_image());
    directory.add("image-s390x-without-crash-dump", build_s390x_image({.crash_dump = false}));
    directory.add("vmlinux-s390x", build_elf(s390x_elf()));
    // Nothing but holes.
    std::filesystem::resize_file(directory.add("initrd-300M", {}), 300 << 20);
    std::filesystem::resize_file(directory.add("initrd-1G", {}), 1 << 30);
}

std::string arch_of(const std::string &machine) { return machine.substr(0, machine.find('-')); }

std::vector<Case> arm64_cases_of(const std::string &machine) {
    return {
        {machine + ",reboot", machine, {"-l", "Image", "--initrd=initrd", "--reuse-cmdline"}},
        {machine + ",reboot-vmlinux", machine, {"-l", "vmlinux-arm64", "--append=root=/dev/vda1"}},
        {machine + ",crash",
         machine,
         {"-p", "-c", "Image", "--initrd=initrd", "--reuse-cmdline", "--append=maxcpus=1"}},
        {machine + ",crash-vmlinux",
         machine,
         {"-p", "vmlinux-arm64", "--ramdisk", "initrd", "--dtb=board.dtb", "--append=maxcpus=1"}},
    };
}

std::vector<Case> ppc64_cases_of(const std::string &machine) {
    return {
        {machine + ",reboot", machine, {"-l", "vmlinux-ppc64", "--initrd=initrd", "--reuse-cmdline"}},
        {machine + ",reboot-vmlinux", machine, {"-l", "-c", "vmlinux-ppc64", "--append=quiet"}},
        {machine + ",crash",
         machine,
         {"-p", "-c", "vmlinux-ppc64", "--initrd=initrd", "--reuse-cmdline", "--append=maxcpus=1"}},
        {machine + ",crash-vmlinux",
         machine,
         {"-p", "vmlinux-ppc64", "--ramdisk", "initrd", "--devicetreeblob=lpar.dtb", "--append=maxcpus=1"}},
    };
}

std::vector<Case> s390x_cases_of(const std::string &machine) {
    return {
        {machine + ",reboot", machine, {"-l", "image-s390x", "--initrd=initrd", "--reuse-cmdline"}},
        {machine + ",reboot-vmlinux", machine, {"-l", "-c", "vmlinux-s390x", "--ramdisk=initrd"}},
        {machine + ",crash",
         machine,
         {"-p", "-c", "image-s390x", "--initrd=initrd", "--append=a", "--reuse-cmdline", "--append=b"}},
        {machine + ",crash-vmlinux", machine, {"-p", "vmlinux-s390x", "--append=root=/dev/dasda1"}},
    };
}

// What every machine is asked.
std::vector<Case> cases_of(const std::string &machine) {
    if (arch_of(machine) == "arm64")
        return arm64_cases_of(machine);
    if (arch_of(machine) == "ppc64")
        return ppc64_cases_of(machine);
    if (arch_of(machine) == "s390x")
        return s390x_cases_of(machine);
    return {
        {machine + ",reboot", machine, {"-l", "bzImage", "--initrd=initrd", "--reuse-cmdline"}},
        {machine + ",reboot-vmlinux",
         machine,
         {"-l", "vmlinux", "--ramdisk=initrd", "--command-line=root=/dev/vda1"}},
        {machine + ",crash",
         machine,
         {"-p", "-c", "bzImage", "--initrd=initrd", "--reuse-cmdline", "--append=irqpoll maxcpus=1"}},
        {machine + ",crash-vmlinux",
         machine,
         {"-p", "vmlinux", "--args-linux", "--elf32-core-headers",
          "--append=root=/dev/vda1 init 1 irqpoll maxcpus=1"}},
    };
}

// What one machine of a kind is enough for.
std::vector<Case> further_cases_of_pcs() {
    const std::string bios = "x86_64-bios-1g", uefi = "x86_64-uefi-1g", high = "x86_64-above-4g";
    return {
        {"only-file-call",
         bios,
         {"-l", "-s", "bzImage", "--initrd=initrd", "--append=quiet", "--console-serial"}},
        {"only-file-call,vmlinux", bios, {"-l", "-s", "vmlinux"}},
        {"crash-file-call", bios, {"-p", "bzImage", "--append=quiet"}},
        {"unpacked", bios, {"-l", "vmlinux.gz", "--append=quiet"}},
        {"32-bit", high, {"-l", "bzImage", "--entry-32bit", "--initrd=initrd", "--append=quiet"}},
        {"32-bit-by-type", bios, {"-l", "-t", "bzImage", "bzImage", "--append=quiet"}},
        {"32-bit-image", bios, {"-l", "bzImage-32", "--initrd=initrd", "--append=quiet"}},
        {"32-bit,high-reservation", high, {"-p", "bzImage", "--entry-32bit", "--append=quiet"}},
        {"four-levels", bios, {"-l", "bzImage-four-levels", "--append=quiet"}},
        {"four-levels,32-bit", bios, {"-l", "bzImage-four-levels", "--entry-32bit", "--append=quiet"}},
        {"image-without-efi", uefi, {"-l", "-c", "bzImage-without-efi", "--append=quiet"}},
        {"fast", bios, {"-l", "--fast", "bzImage-to-draw", "--initrd=initrd", "--append=quiet"}},
        {"fast,nokaslr", bios, {"-l", "--fast", "bzImage-to-draw", "--append=nokaslr"}},
        {"fast,crash", high, {"-p", "--fast", "bzImage-to-draw", "--initrd=initrd", "--append=quiet"}},
        {"fast,ordinary", uefi, {"-l", "--fast", "bzImage", "--append=quiet"}},
        {"fast,file-call", bios, {"-l", "-s", "--fast", "bzImage-to-draw"}},
        {"noefi", uefi, {"-l", "bzImage", "--noefi", "--append=quiet"}},
        {"window", bios, {"-l", "bzImage", "--mem-min=0x2000000", "--mem-max=0xfffffff", "--append=quiet"}},
        {"window-too-small", bios, {"-l", "bzImage", "--mem-min=0x2000000", "--mem-max=0x4ffffff"}},
        {"no-checks-debug", bios, {"-l", "-c", "-i", "-d", "bzImage", "--append=quiet"}},
        {"entry-outside", bios, {"-l", "bzImage", "--entry=0x500000"}},
        {"fixed-vmlinux", bios, {"-l", "vmlinux-fixed", "--append=quiet"}},
        {"fixed-vmlinux,crash", bios, {"-p", "vmlinux-fixed", "--append=quiet"}},
        {"initrd-too-large", bios, {"-p", "bzImage", "--initrd=initrd-300M"}},
        {"initrd-too-large,reboot", bios, {"-l", "-c", "bzImage", "--initrd=initrd-1G"}},
        {"initrd-too-large,file-call-alone", bios, {"-l", "bzImage", "--initrd=initrd-1G"}},
        {"uki", bios, {"-l", "uki.efi"}},
        {"uki,options", bios, {"-l", "-c", "uki.efi", "--profile=1", "--append=more", "--initrd=initrd"}},
        {"uki,crash", bios, {"-p", "uki.efi", "--reuse-cmdline"}},
    };
}

std::vector<Case> further_cases_of_others() {
    const std::string board = "arm64-rk3399-4.4", partition = "ppc64-2g", mainframe = "s390x-1g";
    return {
        {"arm64-dtb,file-call-alone", board, {"-l", "-s", "Image", "--dtb=board.dtb"}},
        {"arm64-dtb", board, {"-l", "Image", "--dtb=board.dtb", "--append=quiet"}},
        {"arm64-serial", board, {"-l", "-c", "Image", "--serial=ttyS2"}},
        {"arm64-serial-missing", board, {"-l", "-c", "Image", "--serial=ttyFIQ0"}},
        {"arm64-initrd-too-large", board, {"-p", "Image", "--initrd=initrd-300M"}},
        {"arm64-efi-dtb", "arm64-uefi-6g", {"-l", "Image", "--dtb=board.dtb", "--append=quiet"}},
        {"ppc64-dtb,file-call-alone", partition, {"-l", "-s", "vmlinux-ppc64", "--dtb=lpar.dtb"}},
        {"ppc64-dtb", partition, {"-l", "vmlinux-ppc64", "--dtb=lpar.dtb", "--append=quiet"}},
        {"ppc64-no-old-root", partition, {"-l", "-c", "vmlinux-ppc64", "--dt-no-old-root", "--append=quiet"}},
        {"ppc64-hotplug", "ppc64-numa", {"-p", "-c", "--hotplug", "vmlinux-ppc64", "--append=quiet"}},
        {"ppc64-reuseinitrd", partition, {"-l", "vmlinux-ppc64", "--reuseinitrd"}},
        {"ppc64-without-relocation", partition, {"-p", "vmlinux-ppc64-fixed"}},
        {"ppc64-initrd-too-large", partition, {"-p", "vmlinux-ppc64", "--initrd=initrd-300M"}},
        {"arm64-uki", board, {"-l", "uki-arm64.efi"}},
        {"arm64-uki,dtb", board, {"-l", "uki-arm64-dtb.efi", "--append=quiet"}},
        {"arm64-uki,dtb,file-call-alone", board, {"-l", "-s", "uki-arm64-dtb.efi", "--append=quiet"}},
        {"arm64-fit", board, {"-l", "board.itb"}},
        {"arm64-fit,configuration", board, {"-l", "board.itb#conf-2", "--initrd=initrd", "--append=quiet"}},
        {"arm64-fit,dtb", board, {"-l", "board.itb", "--dtb=board.dtb", "--add-initrd=initrd"}},
        {"arm64-tree-changes",
         board,
         {"-l", "Image", "--dtb-overlay=added.dtbo", "--dtb-set=/added:reg=<1 2>", "--append=quiet"}},
        {"arm64-tree-changes,file-call-alone", board, {"-l", "-s", "Image", "--dtb-set=/added:a="}},
        {"ppc64-tree-changes",
         partition,
         {"-l", "vmlinux-ppc64", "--dtb-overlay=added.dtbo", "--append=quiet"}},
        {"s390x-no-checks-debug", mainframe, {"-p", "-c", "-i", "-d", "image-s390x", "--append=quiet"}},
        {"s390x-without-crash-dump", mainframe, {"-p", "image-s390x-without-crash-dump"}},
        {"s390x-initrd-too-large", mainframe, {"-p", "image-s390x", "--initrd=initrd-300M"}},
    };
}

std::vector<std::string> machines() {
    std::vector<std::string> names;
    std::vector<std::string> files = list_directory(in_tests("machines")).value();
    for (const std::string &name : files)
        if (name.ends_with(".machine"))
            names.push_back(name.substr(0, name.size() - std::string_view(".machine").size()));
    return names;
}

std::vector<Case> all_cases() {
    std::vector<Case> cases = further_cases_of_pcs();
    for (Case &each : further_cases_of_others())
        cases.push_back(std::move(each));
    for (const std::string &machine : machines())
        for (Case &each : cases_of(machine))
            cases.push_back(std::move(each));
    return cases;
}

std::shared_ptr<const MappedFile> open(const std::string &path) {
    auto file = MappedFile::open(path);
    if (!file)
        throw std::runtime_error(file.error().what);
    return std::make_shared<const MappedFile>(std::move(*file));
}

// The options, with the names of files as names of files in that directory.
Options options_of(const Case &asked, const TemporaryDirectory &directory) {
    auto options = parse_options(asked.words, arch_named(arch_of(asked.machine))->options, Order::any);
    if (!options)
        throw std::runtime_error(asked.name + ": " + options.error().error.what);
    options->kernel = directory.path(options->kernel);
    for (auto *paths : {&options->initrds, &options->tree_overlays})
        for (std::string &path : *paths)
            path = directory.path(path);
    if (auto tree = options->settings.given.find(OptionId::dtb); tree != options->settings.given.end())
        tree->second = directory.path(tree->second);
    return std::move(*options);
}

bool stands_for(const Source &source, std::string_view path) {
    std::string pattern(source.path);
    if (pattern.ends_with("/**"))
        return path.starts_with(pattern.substr(0, pattern.size() - 2));
    if (std::size_t release = pattern.find("%r"); release != std::string::npos)
        pattern.replace(release, 2, "*");
    return ::fnmatch(pattern.c_str(), std::string(path).c_str(), FNM_PATHNAME) == 0;
}

// What a load would have looked at of a machine that was recorded whole.
Snapshot seen_by_load(const Snapshot &recorded, const std::vector<Source> &sources) {
    Snapshot seen;
    for (std::string_view path : recorded.paths()) {
        auto is_of = [&](const Source &source) { return stands_for(source, path); };
        auto content = recorded.bytes(path);
        if (std::ranges::none_of(sources, is_of))
            continue;
        if (content)
            seen.put(path, Buffer(content->begin(), content->end()), recorded.is_cut(path));
        else
            seen.put_error(path, recorded.error(path));
    }
    return seen;
}

Asked asked_by(const Case &asked, const Options &options, std::vector<std::string> &warnings) {
    const Arch &arch = *arch_named(arch_of(asked.machine));
    Snapshot seen = seen_by_load(recorded_machine(asked.machine), sources_for(arch, options.settings));
    Machine machine = arch.understand(seen).value();
    KernelName kernel = parse_kernel_name(options.kernel);
    Selection selection = selection_of(options, kernel, machine);
    Image image = read_image(open(kernel.path), arch.formats, options.type, selection).value();
    auto addons = take_addons(image, selection, warnings);
    Request request{.settings = options.settings,
                    .machine = std::move(machine),
                    .image = std::move(image),
                    .initrd = nullptr,
                    .dtb = nullptr,
                    .entropy = {}};
    request.entropy.available = request.settings.has(OptionId::fast);
    if (auto added = add_parts(request, options, arch, warnings); !added)
        throw std::runtime_error(asked.name + ": " + added.error().what);
    return {std::move(request), std::move(addons), {}};
}

Request request_of(const Case &asked, const TemporaryDirectory &directory,
                   std::vector<std::string> &warnings) {
    return asked_by(asked, options_of(asked, directory), warnings).request;
}

// How long the purgatory is to the byte depends on its compiler; how many pages it takes is the plan's
// business.
void round_purgatory(Decision &decision) {
    for (Attempt &attempt : decision.attempts) {
        auto *plan = std::get_if<SegmentLoad>(&attempt.plan);
        if (!plan)
            continue;
        auto segment = std::ranges::find(plan->segments, "purgatory", &Segment::name);
        auto whole = std::make_shared<Buffer>(*plan->purgatory);
        whole->resize(segment->destination.size());
        plan->purgatory = whole;
        segment->bytes = *whole;
    }
}

std::string without(std::string text, const std::string &prefix) {
    for (std::size_t at; (at = text.find(prefix)) != std::string::npos;)
        text.erase(at, prefix.size());
    return text;
}

std::string line_of(const Case &asked) {
    std::string line = "$ kexec";
    for (std::string word : asked.words)
        line += word.find(' ') == std::string::npos ? " " + word : " '" + word + "'";
    return line;
}

std::string printed(const Case &asked, Result<Decision> decision, const TemporaryDirectory &directory) {
    std::string head = fmt::format("machine: {}\n{}\n", asked.machine, line_of(asked));
    if (!decision)
        return head +
               fmt::format("refused: {}\n         {}\n", decision.error().what, decision.error().remedy);
    round_purgatory(*decision);
    return without(head + describe(*decision), directory.path("/"));
}

using SecondOpinion = std::vector<std::string> (*)(const SegmentLoad &, const Request &);

const std::map<std::string, SecondOpinion> &second_opinions() {
    static const std::map<std::string, SecondOpinion> of = {{"arm64", arm64_faults_of},
                                                            {"ppc64", ppc64_faults_of},
                                                            {"x86_64", faults_of}};
    return of;
}

void check_second_opinion(const Result<Decision> &decision, const Request &request, SecondOpinion faults) {
    if (!decision)
        return;
    for (const Attempt &attempt : decision->attempts)
        if (const auto *plan = std::get_if<SegmentLoad>(&attempt.plan); plan && request.settings.entry == 0)
            CHECK(fmt::format("{}", fmt::join(faults(*plan, request), "; ")) == "");
}

// The same of --plan, which draws no entropy but says where it goes.
Report report_of(const Case &asked, const TemporaryDirectory &directory) {
    std::vector<std::string> warnings = {"a warning that was given before"};
    Options options = options_of(asked, directory);
    Asked made = asked_by(asked, options, warnings);
    made.request.entropy.available = true;
    Decision decision = arch_named(arch_of(asked.machine))->plan(made.request).value();
    round_purgatory(decision);
    std::vector<LoadedFile> loaded = files_of(made, options).value();
    std::vector<NamedFile> files;
    for (const LoadedFile &each : loaded)
        files.push_back({each.role, each.file->path(), each.file->bytes()});
    return report_on(made.request, decision, files, warnings);
}

// Machines of every architecture, and every part that a report may have.
std::vector<Case> reported_cases() {
    return {
        {"x86_64-efi-reboot", "x86_64-uefi-1g-6.1", {"bzImage", "--initrd=initrd", "--reuse-cmdline"}},
        {"x86_64-packed", "x86_64-bios-1g", {"vmlinux.gz", "--append=luks.key=hush", "--console-serial"}},
        {"x86_64-fast", "x86_64-bios-1g", {"--fast", "bzImage-to-draw", "--append=quiet"}},
        {"x86_64-file-call", "x86_64-bios-1g", {"-s", "bzImage", "-i"}},
        {"x86_64-uki",
         "x86_64-bios-1g",
         {"uki-with-addon.efi", "--profile=1", "--append=more", "--initrd=initrd"}},
        {"x86_64-crash", "x86_64-above-4g", {"-p", "-c", "bzImage", "--initrd=initrd", "--hotplug"}},
        {"arm64-crash", "arm64-uefi-6g", {"-p", "-c", "Image", "--initrd=initrd", "--reuse-cmdline"}},
        {"arm64-dtb", "arm64-rk3399-4.4", {"Image", "--dtb=board.dtb", "--append=quiet", "--serial=ttyS2"}},
        {"arm64-fit", "arm64-rk3399-4.4", {"board.itb", "--dtb-overlay=added.dtbo", "--append=quiet"}},
        {"ppc64-crash", "ppc64-powernv", {"-p", "-c", "vmlinux-ppc64", "--initrd=initrd"}},
        {"s390x-crash", "s390x-1g", {"-p", "-c", "image-s390x", "--initrd=initrd", "--append=a"}},
        {"s390x-reboot", "s390x-6g", {"image-s390x", "--reuse-cmdline"}},
    };
}

// For two of them the picture is kept too, to be looked at.
bool is_drawn(const Case &asked) { return asked.name == "x86_64-efi-reboot" || asked.name == "ppc64-crash"; }

} // namespace

TEST_CASE("each report is the one that is kept") {
    TemporaryDirectory directory;
    add_files(directory);
    for (const Case &asked : reported_cases()) {
        INFO(asked.name);
        Report report = report_of(asked, directory);
        std::string text = without(report_text(report), directory.path("/"));
        std::string json = without(report_json(report), directory.path("/"));
        CHECK(text == expected_text("plans/reports/" + asked.name + ".txt", text));
        CHECK(json == expected_text("plans/reports/" + asked.name + ".json", json));
        if (!is_drawn(asked))
            continue;
        std::string picture = report_svg(report);
        CHECK(picture == expected_text("plans/reports/" + asked.name + ".svg", picture));
    }
}

TEST_CASE("no report is kept for a case that is gone") {
    std::set<std::string> names;
    for (const Case &asked : reported_cases())
        for (std::string ending : {".txt", ".json"})
            CHECK(names.insert(asked.name + ending).second);
    for (const Case &asked : reported_cases())
        if (is_drawn(asked))
            names.insert(asked.name + ".svg");
    std::vector<std::string> files = list_directory(in_tests("plans/reports")).value();
    CHECK(std::set<std::string>(files.begin(), files.end()) == names);
}

TEST_CASE("each machine and command line gives the plan that is kept") {
    TemporaryDirectory directory;
    add_files(directory);
    for (const Case &asked : all_cases()) {
        INFO(asked.name);
        std::vector<std::string> warnings;
        Request request = request_of(asked, directory, warnings);
        auto decision = arch_named(arch_of(asked.machine))->plan(request);
        if (decision)
            decision->warnings.insert(decision->warnings.begin(), warnings.begin(), warnings.end());
        if (decision && request.settings.entry == 0)
            CHECK(fmt::format("{}", fmt::join(kernel_refusals(*decision, request), "; ")) == "");
        auto faults = second_opinions().find(arch_of(asked.machine));
        if (faults != second_opinions().end())
            check_second_opinion(decision, request, faults->second);
        std::string actual = printed(asked, decision, directory);
        CHECK(actual == expected_text("plans/golden/" + asked.name + ".plan", actual));
    }
}

TEST_CASE("no plan is kept for a case that is gone, and no name is used twice") {
    std::set<std::string> names;
    for (const Case &asked : all_cases())
        CHECK(names.insert(asked.name + ".plan").second);
    std::vector<std::string> files = list_directory(in_tests("plans/golden")).value();
    for (const std::string &file : files)
        CHECK(names.contains(file));
}

TEST_CASE("a plan is a function of its request: made twice it is the same") {
    TemporaryDirectory directory;
    add_files(directory);
    Case asked{"twice", "x86_64-uefi-1g", {"-p", "-c", "bzImage", "--initrd=initrd"}};
    std::vector<std::string> warnings;
    Request request = request_of(asked, directory, warnings);
    CHECK(describe(arch_named("x86_64")->plan(request).value()) ==
          describe(arch_named("x86_64")->plan(request).value()));
}
