// SPDX-License-Identifier: GPL-2.0-or-later
// Looking for the boot loader: the first of these that is there is the one.
#include "util/kdumpctl/boot_menu.h"

#include "base/text.h"
#include "machine/boot_entries.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <functional>

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t largest = 1 << 20, name_only = 0;
constexpr std::string_view runs = "whether the program is installed, which is run";

constexpr std::string_view grub_defaults_path = "/etc/default/grub";
constexpr std::string_view grub_directory = "/etc/default/grub.d";
constexpr std::string_view kernel_cmdline_path = "/etc/kernel/cmdline";
constexpr std::string_view u_boot_path = "/etc/default/u-boot";
constexpr std::string_view zipl_path = "/etc/zipl.conf";
constexpr std::string_view ostree_path = "/run/ostree-booted";
constexpr std::array<std::string_view, 3> extlinux_paths{"/boot/extlinux/extlinux.conf",
                                                         "/boot/extlinux.conf", "/extlinux/extlinux.conf"};
constexpr std::array<std::string_view, 2> old_grub_paths{"/boot/grub/grub.conf", "/boot/grub/menu.lst"};
constexpr std::array<std::string_view, 2> environment_paths{"/boot/grub2/grubenv", "/boot/grub/grubenv"};
constexpr std::array<std::string_view, 2> grubby_paths{"/usr/sbin/grubby", "/sbin/grubby"};

constexpr std::array own_sources{
    Source{ostree_path, "whether rpm-ostree keeps the command lines", name_only},
    Source{extlinux_paths[0], "the menu of U-Boot and SYSLINUX", largest},
    Source{extlinux_paths[1], "the same", largest},
    Source{extlinux_paths[2], "the same", largest},
    Source{old_grub_paths[0], "the menu of GRUB before version 2", largest},
    Source{old_grub_paths[1], "the same", largest},
    Source{zipl_path, "what zipl writes to the disk on s390x", largest},
    Source{grub_defaults_path, "of what GRUB's menu is made", largest},
    Source{"/etc/default/grub.d/*.cfg", "the same, on Debian", largest},
    Source{"/boot/grub2/grub.cfg", "GRUB's menu", 8 * largest},
    Source{"/boot/grub/grub.cfg", "the same, on Debian", 8 * largest},
    Source{kernel_cmdline_path, "the command line of kernels to come", largest},
    Source{u_boot_path, "the same, of boards on Debian", largest},
    Source{"/usr/bin/rpm-ostree", runs, name_only},
    Source{"/usr/sbin/grubby", runs, name_only},
    Source{"/sbin/grubby", runs, name_only},
    Source{"/usr/sbin/update-grub", runs, name_only},
    Source{"/usr/sbin/grub2-mkconfig", runs, name_only},
    Source{"/usr/sbin/grub-mkconfig", runs, name_only},
    Source{"/usr/sbin/zipl", runs, name_only},
    Source{"/sbin/zipl", runs, name_only},
};

std::vector<Source> joined_sources() {
    std::vector<Source> all(boot_entry_sources().begin(), boot_entry_sources().end());
    all.insert(all.end(), own_sources.begin(), own_sources.end());
    return all;
}

// A text that can be changed: whole, and of characters.
Result<std::string_view> text_of(const Snapshot &snapshot, std::string_view path) {
    if (int number = snapshot.error(path))
        return fail_errno(Cause::missing_file, number, path, "run this as root");
    std::string_view text = snapshot.text(path).value_or("");
    if (snapshot.is_cut(path))
        return fail(Cause::other, fmt::format("{}: this is too long for a boot loader's file", path),
                    "restore the file");
    if (text.find('\0') != std::string_view::npos)
        return fail(Cause::other, fmt::format("{}: a byte of value 0: this is no text", path),
                    "restore the file");
    return text;
}

// Whether GRUB reads entries: its defaults may say that it does not.
bool uses_entries(const Snapshot &snapshot) {
    bool uses = true;
    for (std::string_view line : lines_of(snapshot.text(grub_defaults_path).value_or("")))
        if (trimmed(line).starts_with("GRUB_ENABLE_BLSCFG="))
            uses = line.find("false") == std::string_view::npos;
    return uses;
}

using Reader = Result<MenuText> (*)(std::string_view);

Result<void> add_entries(const Snapshot &snapshot, std::string_view path, Reader read, BootMenu &menu) {
    std::string_view text = TRY(text_of(snapshot, path));
    MenuText found = TRY_WITHIN(path, read(text));
    bool has_default = false;
    for (KernelLine &line : found.lines) {
        bool is_default = !has_default && (found.default_label.empty() || line.label == found.default_label);
        has_default |= is_default;
        menu.entries.push_back(
            {std::string(path), line, line.kernel, command_line_of(text, line), is_default});
    }
    if (!has_default && !menu.entries.empty())
        menu.entries.front().is_default = true;
    return {};
}

// The entries' own order and default, and the options with variables replaced, are boot_entries.h's.
Result<void> add_loader_entries(const Snapshot &snapshot, BootMenu &menu) {
    auto chosen = boot_entry_named(snapshot, "default");
    std::size_t unified = 0;
    for (const BootEntry &entry : boot_entries_in(snapshot)) {
        unified += entry.unified;
        if (entry.unified)
            continue;
        std::string_view text = TRY(text_of(snapshot, entry.path));
        MenuText found = TRY_WITHIN(entry.path, read_entry(text));
        for (KernelLine &line : found.lines) {
            line.label = entry.id;
            menu.entries.push_back({entry.path, line, entry.partition + entry.kernel, entry.options,
                                    chosen && chosen->path == entry.path});
        }
    }
    if (unified > 0)
        menu.notes.push_back(
            fmt::format("{} unified kernel image{} the command line inside, which stays as it is; "
                        "build anew after a change of /etc/kernel/cmdline",
                        unified, unified == 1 ? " has" : "s have"));
    return {};
}

// Sections of zipl.conf that have kernels; on machines with entries there are none.
bool has_sections(const Snapshot &snapshot) {
    auto menu = read_zipl(snapshot.text(zipl_path).value_or(""));
    return !menu || !menu->lines.empty();
}

Loader loader_in(const Snapshot &snapshot) {
    if (snapshot.is_there(ostree_path))
        return Loader::ostree;
    if (!boot_entries_in(snapshot).empty() && uses_entries(snapshot))
        return Loader::entries;
    if (first_there(snapshot, extlinux_paths))
        return Loader::extlinux;
    if (first_there(snapshot, old_grub_paths) && !snapshot.is_there(grub_defaults_path))
        return Loader::old_grub;
    if (snapshot.is_there(zipl_path) && has_sections(snapshot))
        return Loader::zipl;
    if (first_there(snapshot, grubby_paths))
        return Loader::grubby;
    return snapshot.is_there(grub_defaults_path) ? Loader::grub_defaults : Loader::none;
}

Result<void> add_grub_cfg(const Snapshot &snapshot, BootMenu &menu) {
    constexpr std::array<std::string_view, 2> paths{"/boot/grub2/grub.cfg", "/boot/grub/grub.cfg"};
    if (auto path = first_there(snapshot, paths))
        TRY(add_entries(snapshot, *path, read_grub_cfg, menu));
    return {};
}

Result<void> add_common(const Snapshot &snapshot, const std::string &path, std::string_view variable,
                        bool decides, CommonLines &lines) {
    std::string_view text = TRY(text_of(snapshot, path));
    MenuText found =
        TRY_WITHIN(path, variable.empty() ? read_plain(text) : read_shell_variable(text, variable));
    lines.push_back({path, found.lines.front(), decides});
    return {};
}

// A file that only gets a line where it has one of that name already.
Result<void> add_if_set(const Snapshot &snapshot, const std::string &path, std::string_view variable,
                        bool decides, CommonLines &lines) {
    CommonLines found;
    TRY(add_common(snapshot, path, variable, decides, found));
    if (!found.front().line.words.empty())
        lines.push_back(found.front());
    return {};
}

Result<CommonLines> grub_defaults(const Snapshot &snapshot) {
    constexpr std::string_view of_all = "GRUB_CMDLINE_LINUX", of_default = "GRUB_CMDLINE_LINUX_DEFAULT";
    std::string path(grub_defaults_path);
    CommonLines lines;
    TRY(add_common(snapshot, path, of_all, true, lines));
    TRY(add_if_set(snapshot, path, of_default, false, lines));
    for (const std::string &name : snapshot.names_in(grub_directory))
        for (std::string_view variable : {of_all, of_default})
            TRY(add_if_set(snapshot, fmt::format("{}/{}", grub_directory, name), variable, false, lines));
    return lines;
}

} // namespace

std::span<const Source> boot_sources() {
    static const std::vector<Source> all = joined_sources();
    return all;
}

std::optional<std::string> first_there(const Snapshot &snapshot, std::span<const std::string_view> paths) {
    for (std::string_view path : paths)
        if (snapshot.is_there(path))
            return std::string(path);
    return std::nullopt;
}

Result<BootMenu> boot_menu_in(const Snapshot &snapshot) {
    BootMenu menu;
    menu.loader = loader_in(snapshot);
    switch (menu.loader) {
    case Loader::ostree:
    case Loader::entries: TRY(add_loader_entries(snapshot, menu)); break;
    case Loader::extlinux:
        TRY(add_entries(snapshot, *first_there(snapshot, extlinux_paths), read_extlinux, menu));
        break;
    case Loader::old_grub:
        TRY(add_entries(snapshot, *first_there(snapshot, old_grub_paths), read_old_grub, menu));
        break;
    case Loader::zipl: TRY(add_entries(snapshot, std::string(zipl_path), read_zipl, menu)); break;
    case Loader::grubby:
    case Loader::grub_defaults: TRY(add_grub_cfg(snapshot, menu)); break;
    case Loader::none: break;
    }
    return menu;
}

Result<std::vector<CommonLines>> common_lines(const Snapshot &snapshot, Loader loader) {
    std::vector<CommonLines> groups;
    CommonLines of_kernels, of_boards;
    if (snapshot.is_there(kernel_cmdline_path))
        TRY(add_common(snapshot, std::string(kernel_cmdline_path), "", true, of_kernels));
    if (snapshot.is_there(u_boot_path) && loader == Loader::extlinux)
        TRY(add_if_set(snapshot, std::string(u_boot_path), "U_BOOT_PARAMETERS", true, of_boards));
    if (snapshot.is_there(grub_defaults_path))
        groups.push_back(TRY(grub_defaults(snapshot)));
    for (CommonLines &lines : {std::ref(of_kernels), std::ref(of_boards)})
        if (!lines.empty())
            groups.push_back(std::move(lines));
    return groups;
}

Result<std::optional<CommonLine>> kernelopts_in(const Snapshot &snapshot) {
    auto path = first_there(snapshot, environment_paths);
    if (!path)
        return std::nullopt;
    MenuText found =
        TRY_WITHIN(*path, read_grub_environment(snapshot.text(*path).value_or(""), "kernelopts"));
    if (found.lines.empty())
        return std::nullopt;
    return CommonLine{*path, found.lines.front(), true};
}

} // namespace kexec::kdumpctl
