// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the sections of a UKI by the names that the UAPI group's "Unified Kernel Image" gives them. What the
// specification leaves open is done as systemd-stub does it (systemd-stub(7)): the first section of a name
// counts; .dtbauto comes before .dtb.
#include "image/uki.h"

#include "base/devicetree.h"
#include "base/text.h"
#include "image/pe.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

using Sections = std::span<const PeSection>;

constexpr std::uint64_t longest_command_line = 64 << 10; // no kernel takes as much

// What stands in front of the first .profile holds for all profiles; a profile's own sections count before
// those. Where no profile is introduced, `own` is empty.
struct Profile {
    Sections base, own;
};

// The sections of each profile; the first one introduces it.
std::vector<Sections> profiles_in(Sections sections) {
    auto start_of_next = [&](std::size_t from) {
        auto rest = sections.subspan(from);
        return from +
               static_cast<std::size_t>(std::ranges::find(rest, ".profile", &PeSection::name) - rest.begin());
    };
    std::vector<Sections> profiles;
    for (std::size_t start = start_of_next(0); start < sections.size();) {
        std::size_t end = start_of_next(start + 1);
        profiles.push_back(sections.subspan(start, end - start));
        start = end;
    }
    return profiles;
}

std::string title_of(Bytes profile) {
    for (std::string_view line : lines_of(text_until_nul(profile))) {
        constexpr std::string_view key = "TITLE=";
        line = trimmed(line);
        if (!line.starts_with(key))
            continue;
        line.remove_prefix(key.size());
        bool is_quoted =
            line.size() >= 2 && line.front() == line.back() && (line.front() == '"' || line.front() == '\'');
        return printable(is_quoted ? line.substr(1, line.size() - 2) : line);
    }
    return {};
}

// The profile asked for, else the first.
Result<Profile> choose_profile(Bytes file, Sections sections, const Selection &selection,
                               std::vector<std::string> &notes) {
    std::vector<Sections> profiles = profiles_in(sections);
    std::uint64_t number = selection.profile.value_or(0);
    auto first = std::ranges::find(sections, ".profile", &PeSection::name);
    Profile profile{.base = sections.first(static_cast<std::size_t>(first - sections.begin())), .own = {}};
    if (profiles.empty() && number == 0)
        return profile;
    if (number >= profiles.size())
        return fail(Cause::bad_usage,
                    profiles.empty()
                        ? fmt::format("profile {} was asked for, and this UKI has no profiles", number)
                        : fmt::format("profile {} was asked for, and this UKI has 0 to {}", number,
                                      profiles.size() - 1),
                    "name another one with --profile, or leave it out");
    profile.own = profiles[number];
    std::string title = title_of(TRY(contents_of(profile.own.front(), file)));
    notes.push_back(
        fmt::format("profile {} of {}{}{}", number, profiles.size(), title.empty() ? "" : ": ", title));
    return profile;
}

// The contents of the first section of that name of which `fits` holds; nothing where there is none.
template <typename Fits> Result<std::optional<Bytes>> find_section(Bytes file, const Profile &profile,
                                                                   std::string_view name, Fits fits) {
    for (Sections sections : {profile.own, profile.base})
        for (const PeSection &section : sections)
            if (section.name == name)
                if (Bytes contents = TRY(contents_of(section, file)); fits(contents))
                    return contents;
    return std::nullopt;
}

Result<std::optional<Bytes>> find_section(Bytes file, const Profile &profile, std::string_view name) {
    return find_section(file, profile, name, [](Bytes) { return true; });
}

// The first name of a tree is the model's; others may be those of its chip, which many models have.
bool is_for(Bytes blob, std::string_view compatible) {
    auto tree = DeviceTree::view(blob);
    auto names = tree ? tree->property(DeviceTree::root, "compatible") : std::nullopt;
    return names && !compatible.empty() && text_until_nul(*names) == compatible;
}

Result<std::optional<Bytes>> find_tree(Bytes file, const Profile &profile, std::string_view compatible,
                                       std::vector<std::string> &notes) {
    auto fits = [&](Bytes blob) { return is_for(blob, compatible); };
    if (auto tree = TRY(find_section(file, profile, ".dtbauto", fits))) {
        notes.push_back(fmt::format("device tree from .dtbauto for {}", printable(compatible)));
        return tree;
    }
    return find_section(file, profile, ".dtb");
}

Result<std::optional<std::string>> find_command_line(Bytes file, const Profile &profile) {
    auto text = TRY(find_section(file, profile, ".cmdline"));
    if (!text)
        return std::nullopt;
    std::string_view line = text_until_nul(*text);
    if (line.size() > longest_command_line)
        return fail(Cause::bad_image,
                    fmt::format("the section .cmdline has {} KiB of text, at most {} are taken",
                                line.size() >> 10, longest_command_line >> 10),
                    "make the file again with a shorter command line");
    return one_line(line);
}

Result<void> find_initrds(Bytes file, const Profile &profile, std::string_view name,
                          std::vector<Bytes> &initrds) {
    auto section = TRY(find_section(file, profile, name));
    if (section && !section->empty())
        initrds.push_back(*section);
    return {};
}

Result<Companions> companions_in(Bytes file, const Profile &profile, std::string_view compatible) {
    Companions found;
    found.command_line = TRY(find_command_line(file, profile));
    TRY(find_initrds(file, profile, ".ucode", found.microcode));
    TRY(find_initrds(file, profile, ".initrd", found.initrds));
    found.device_tree = TRY(find_tree(file, profile, compatible, found.notes));
    auto release = TRY(find_section(file, profile, ".uname"));
    found.release = trimmed(text_until_nul(release.value_or(Bytes())));
    return found;
}

Result<void> check_machine(const Pe &pe, std::uint16_t machine, std::string_view what) {
    if (pe.machine == machine)
        return {};
    return fail(Cause::unsupported,
                fmt::format("this {} is for {}, one for {} is needed", what, pe_machine_name(pe.machine),
                            pe_machine_name(machine)),
                "name a kernel of this machine");
}

bool has_section(const Pe &pe, std::string_view name) {
    return std::ranges::find(pe.sections, name, &PeSection::name) != pe.sections.end();
}

} // namespace

Result<std::optional<TakenOut>> open_uki(Bytes file, std::uint16_t machine, const Selection &selection) {
    auto pe = TRY(parse_pe(file));
    if (!pe || !has_section(*pe, ".linux"))
        return std::nullopt;
    TRY(check_machine(*pe, machine, "UKI"));
    std::vector<std::string> notes;
    Profile profile = TRY(choose_profile(file, pe->sections, selection, notes));
    auto kernel = TRY(find_section(file, profile, ".linux"));
    if (!kernel)
        return fail(Cause::bad_image, "the kernel of this UKI belongs to another profile",
                    "name another one with --profile");
    TakenOut taken{.container = "UKI",
                   .kernel = *kernel,
                   .companions = TRY(companions_in(file, profile, selection.compatible))};
    auto &all = taken.companions->notes;
    all.insert(all.begin(), notes.begin(), notes.end());
    return taken;
}

Result<Companions> open_uki_addon(Bytes file, std::uint16_t machine, std::string_view release,
                                  std::string_view compatible) {
    auto no_addon = [](std::string what) {
        return fail(Cause::unsupported, std::move(what), "take it out of this directory");
    };
    auto pe = TRY(parse_pe(file));
    if (!pe)
        return no_addon("it is no add-on: it is no EFI program");
    TRY(check_machine(*pe, machine, "add-on"));
    if (has_section(*pe, ".linux"))
        return no_addon("it is no add-on: it holds a kernel");
    Companions found = TRY(companions_in(file, {.base = pe->sections, .own = {}}, compatible));
    if (!found.release.empty() && !release.empty() && found.release != release)
        return no_addon(fmt::format("it is for a kernel of release {}, this one is {}",
                                    printable(found.release), printable(release)));
    if (auto tree = found.device_tree ? DeviceTree::view(*found.device_tree) : DeviceTree::empty(); !tree)
        return within("its device tree", std::move(tree).error());
    else if (found.device_tree && tree->is_overlay())
        found.overlays.push_back(*std::exchange(found.device_tree, std::nullopt));
    return found;
}

// The specification: command lines in the order of the add-ons, microcode in the reverse one (the kernel
// takes the first that fits the processor), initial ramdisks behind all others, trees as fix-ups in order.
void add_addon(Companions &companions, Companions addon) {
    if (addon.command_line) {
        std::string line = companions.command_line.value_or("");
        companions.command_line = line + (line.empty() ? "" : " ") + *addon.command_line;
    }
    auto &microcode = companions.microcode;
    microcode.insert(microcode.begin(), addon.microcode.begin(), addon.microcode.end());
    companions.initrds.insert(companions.initrds.end(), addon.initrds.begin(), addon.initrds.end());
    if (addon.device_tree) {
        companions.device_tree = addon.device_tree;
        companions.overlays.clear();
    }
    companions.overlays.insert(companions.overlays.end(), addon.overlays.begin(), addon.overlays.end());
}

std::optional<std::uint16_t> machine_of_uki(Bytes file) {
    auto pe = parse_pe(file);
    if (!pe || !*pe || !has_section(**pe, ".linux"))
        return std::nullopt;
    return (*pe)->machine;
}

} // namespace kexec
