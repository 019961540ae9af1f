// SPDX-License-Identifier: GPL-2.0-or-later
// Joins what the user named with what the kernel's file brings.
#include "kexec/parts.h"

#include "base/devicetree.h"
#include "base/text.h"
#include "kexec/initrds.h"
#include "plan/command_line.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kexec {
namespace {

using File = std::shared_ptr<const MappedFile>;

// What the kernel's file brings, and what it is called.
struct Brought {
    const Companions &parts;
    std::string container; // "UKI"
    std::string name;      // "/boot/linux.efi (UKI)"
};

std::optional<Brought> brought_by(const Image &image) {
    if (!image.companions)
        return std::nullopt;
    return Brought{*image.companions, std::string(image.container),
                   fmt::format("{} ({})", image.file->path(), image.container)};
}

// One of them holds; the note says which pieces became the part, in their order.
void note(Request &request, std::string_view part, const std::vector<std::string> &pieces) {
    if (!pieces.empty())
        request.notes.push_back(fmt::format("{}: {}", part, fmt::join(pieces, ", then ")));
}

// A text file may well have several lines, and ends with a line end.
Result<std::string> read_command_line(const std::string &path) {
    constexpr std::uint64_t longest = 64 << 10; // no kernel takes as much
    return one_line(as_text(TRY(read_file(path, longest))));
}

std::string in_place(std::string_view option, bool replaced, const std::string &container) {
    return fmt::format("{}{}", option, replaced ? " in the place of that in the " + container : "");
}

Result<void> add_command_line(Request &request, const Options &options,
                              const std::optional<Brought> &brought) {
    std::vector<std::string> pieces;
    std::string line;
    bool has_own = brought && brought->parts.command_line;
    if (options.reuse_command_line) {
        line = reused_command_line(request.machine.command_line, request.settings.purpose);
        pieces.push_back(in_place("--reuse-cmdline", has_own, has_own ? brought->container : ""));
    } else if (has_own) {
        line = *brought->parts.command_line;
        pieces.push_back("that in the " + brought->container);
    }
    auto add = [&](std::string_view option, std::string_view more) {
        line = join_command_lines(line, more);
        if (!more.empty())
            pieces.emplace_back(option);
    };
    add("--append", options.append);
    if (!options.append_file.empty())
        add("--append-file", TRY(read_command_line(options.append_file)));
    if (!options.removed_words.empty())
        line = without_words(line, options.removed_words);
    for (const std::string &word : options.added_words)
        add("--add-arg", word);
    request.settings.command_line = line;
    if (has_own)
        note(request, "command line", pieces);
    return {};
}

Result<void> add_initrd(Request &request, const Options &options, const std::optional<Brought> &brought) {
    if (!brought) {
        request.initrd = TRY(open_initrds(options.initrds));
        return {};
    }
    std::vector<Bytes> own = brought->parts.microcode;
    std::vector<std::string> pieces;
    if (!own.empty())
        pieces.push_back("microcode in the " + brought->container);
    bool replaced = options.settings.has(OptionId::initrd);
    if (!replaced && !brought->parts.initrds.empty())
        pieces.push_back("that in the " + brought->container);
    if (!replaced)
        own.insert(own.end(), brought->parts.initrds.begin(), brought->parts.initrds.end());
    for (std::size_t i = 0; i < options.initrds.size(); i++)
        pieces.push_back(i == 0 && replaced
                             ? in_place("--initrd", !brought->parts.initrds.empty(), brought->container)
                             : "--add-initrd");
    request.initrd = TRY(open_initrds(own, brought->name, options.initrds));
    if (!own.empty() || !brought->parts.initrds.empty())
        note(request, "initial ramdisk", pieces);
    return {};
}

// Whether an option does anything on this architecture.
bool honours(const Arch &arch, OptionId id) {
    return std::ranges::any_of(arch.options, [&](const Option &option) {
        return option.id == id && option.reach != OptionReach::nothing;
    });
}

// x86_64's kernels take a tree that the user insists on; only machines that a tree describes have one to
// change.
bool is_described_by_a_tree(const Arch &arch) { return honours(arch, OptionId::dtb_overlay); }

Result<File> file_of(Bytes piece, const std::string &name) {
    return std::make_shared<const MappedFile>(
        TRY(MappedFile::of(TRY(file_in_memory("device-tree", piece)), name)));
}

Result<void> add_own_tree(Request &request, const Brought &brought, std::vector<std::string> &pieces) {
    if (brought.parts.device_tree) {
        request.dtb = TRY(file_of(*brought.parts.device_tree, brought.name));
        pieces.push_back("that in the " + brought.container);
    }
    for (Bytes overlay : brought.parts.overlays)
        request.overlays.push_back(TRY(file_of(overlay, brought.name)));
    if (!brought.parts.overlays.empty())
        pieces.push_back("overlays in the " + brought.container);
    return {};
}

Result<void> add_tree(Request &request, const Options &options, const std::optional<Brought> &brought,
                      const Arch &arch, std::vector<std::string> &warnings) {
    bool has_own = brought && (brought->parts.device_tree || !brought->parts.overlays.empty());
    if (has_own && !is_described_by_a_tree(arch)) {
        warnings.push_back(fmt::format("{}: kernels of this machine take no device tree, and there is one "
                                       "in the {}; going on without",
                                       request.image.file->path(), brought->container));
        has_own = false;
    }
    std::vector<std::string> pieces;
    auto given = request.settings.given.find(OptionId::dtb);
    if (given != request.settings.given.end() && honours(arch, OptionId::dtb)) {
        request.dtb = TRY(map_file(given->second));
        pieces.push_back(in_place("--dtb", has_own, has_own ? brought->container : ""));
    } else if (has_own) {
        TRY(add_own_tree(request, *brought, pieces));
    }
    for (const std::string &path : options.tree_overlays)
        request.overlays.push_back(TRY(map_file(path)));
    if (!options.tree_overlays.empty())
        pieces.emplace_back("--dtb-overlay");
    if (has_own)
        note(request, "device tree", pieces);
    return {};
}

// What the running machine's tree calls itself first; empty where it has no tree, or one that does not say.
std::string compatible_of(const Machine &machine) {
    return std::visit(
        [](const auto &facts) -> std::string {
            if constexpr (requires { facts.device_tree; }) {
                auto tree = DeviceTree::view(facts.device_tree);
                auto names = tree ? tree->property(DeviceTree::root, "compatible") : std::nullopt;
                return std::string(text_until_nul(names.value_or(Bytes())));
            }
            return {};
        },
        machine.own);
}

bool has_wrapper(const Image &image, std::string_view name) {
    return std::ranges::find(image.wrappers, name) != image.wrappers.end();
}

} // namespace

KernelName parse_kernel_name(const std::string &given) {
    std::size_t mark = given.rfind('#');
    if (mark == npos || open_to_read(given))
        return {given, std::nullopt};
    return {given.substr(0, mark), given.substr(mark + 1)};
}

Selection selection_of(const Options &options, const KernelName &kernel, const Machine &machine) {
    return {.profile = options.profile,
            .configuration = kernel.configuration,
            .compatible = compatible_of(machine)};
}

Result<void> check_selection(const Selection &selection, const Image &image) {
    if (selection.profile && !has_wrapper(image, "UKI"))
        return fail(Cause::bad_usage,
                    fmt::format("profile {} was asked for, and {} is no unified kernel image",
                                *selection.profile, image.file->full_path()),
                    "leave --profile out");
    if (selection.configuration && !has_wrapper(image, "FIT"))
        return fail(Cause::bad_usage,
                    fmt::format("configuration {} was asked for, and {} is no FIT image",
                                printable(*selection.configuration), image.file->full_path()),
                    "name the file without '#'");
    return {};
}

Result<void> add_parts(Request &request, const Options &options, const Arch &arch,
                       std::vector<std::string> &warnings) {
    auto brought = brought_by(request.image);
    if (brought) {
        for (const std::string &each : brought->parts.notes)
            request.notes.push_back(fmt::format("{}: {}", brought->container, each));
        for (const std::string &each : brought->parts.warnings)
            warnings.push_back(fmt::format("{}: {}", request.image.file->path(), each));
    }
    TRY(add_command_line(request, options, brought));
    TRY(add_initrd(request, options, brought));
    return add_tree(request, options, brought, arch, warnings);
}

namespace {

// What stands behind a command line that the kernel's file brings again.
std::vector<std::string> words_for_additions(const Options &options) {
    std::vector<std::string> words;
    if (options.reuse_command_line)
        words.emplace_back("--reuse-cmdline");
    words.push_back("--append=" + options.append);
    if (!options.append_file.empty())
        words.push_back("--append-file=" + real_path(options.append_file));
    for (const std::string &word : options.removed_words)
        words.push_back("--remove-arg=" + word);
    for (const std::string &word : options.added_words)
        words.push_back("--add-arg=" + word);
    return words;
}

} // namespace

std::vector<std::string> words_for_parts(const Request &request, const Options &options) {
    const auto &companions = request.image.companions;
    bool has_own_line = companions && companions->command_line;
    std::vector<std::string> words = {"--append=" + request.settings.command_line};
    if (has_own_line)
        words = words_for_additions(options);
    bool replaces = !companions || options.settings.has(OptionId::initrd);
    if (companions && replaces && options.settings.given.at(OptionId::initrd).empty()) {
        words.emplace_back("--initrd=");
        replaces = false;
    }
    for (const std::string &path : options.initrds)
        words.push_back(fmt::format("--{}={}", std::exchange(replaces, false) ? "initrd" : "add-initrd",
                                    real_path(path)));
    return words;
}

} // namespace kexec
