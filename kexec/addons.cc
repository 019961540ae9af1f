// SPDX-License-Identifier: GPL-2.0-or-later
// Finds add-ons to a UKI where systemd-stub(7) looks for them: LOADER/addons of the partition, then the
// directory named after the UKI itself, in each by the order of their names.
#include "base/text.h"
#include "image/uki.h"
#include "kexec/parts.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {
namespace {

std::string directory_of(const std::string &path) { return path.substr(0, path.rfind('/')); }

// The nearest directory above the file that has such add-ons, on the same file system: its partition's root
// has them.
std::string shared_directory(const std::string &path) {
    for (std::string above = directory_of(path); on_one_file_system(path, above + "/");
         above = directory_of(above)) {
        if (is_directory(above + "/loader/addons"))
            return above + "/loader/addons";
        if (above.empty())
            break;
    }
    return {};
}

// A name without the boot counter of the Boot Loader Specification, "linux+3-1.efi", as the stub takes it.
std::string without_counter(const std::string &path) {
    std::size_t plus = path.rfind('+'), dot = path.rfind('.');
    bool has_counter = plus != npos && dot != npos && plus < dot && path.find('/', plus) == npos &&
                       path.find_first_not_of("0123456789-", plus + 1) == dot;
    return has_counter ? path.substr(0, plus) + path.substr(dot) : path;
}

struct Found {
    std::vector<std::string> addons, left_out;
};

// However the letters of a name are written, for the partition is FAT. Files that the stub would make initial
// ramdisks of are not handed over.
void look_into(const std::string &directory, Found &found) {
    auto names = list_directory(directory);
    for (const std::string &name : names ? *names : std::vector<std::string>{}) {
        std::string path = directory + "/" + name, lower = in_lower_case(name);
        if (name.starts_with('.'))
            continue;
        if (lower.ends_with(".addon.efi"))
            found.addons.push_back(path);
        else if (lower.ends_with(".cred") || lower.ends_with(".raw"))
            found.left_out.push_back(path);
    }
}

Result<std::shared_ptr<const MappedFile>> take_addon(Companions &companions, const std::string &path,
                                                     std::uint16_t machine, std::string_view compatible) {
    auto file = TRY(map_file(path));
    add_addon(companions, TRY_WITHIN(file->full_path(),
                                     open_uki_addon(file->bytes(), machine, companions.release, compatible)));
    companions.notes.push_back("add-on " + path);
    companions.storage.push_back(file);
    return file;
}

} // namespace

std::vector<std::shared_ptr<const MappedFile>> take_addons(Image &image, const Selection &selection,
                                                           std::vector<std::string> &warnings) {
    std::vector<std::shared_ptr<const MappedFile>> files;
    auto machine = machine_of_uki(image.file->bytes());
    if (!image.companions || !machine)
        return files;
    std::string path = real_path(image.file->path());
    Found found;
    if (std::string shared = shared_directory(path); !shared.empty())
        look_into(shared, found);
    look_into(without_counter(path) + ".extra.d", found);
    for (const std::string &addon : found.addons) {
        auto file = take_addon(*image.companions, addon, *machine, selection.compatible);
        if (file)
            files.push_back(*file);
        else
            warnings.push_back(file.error().what + "; going on without");
    }
    for (const std::string &each : found.left_out)
        warnings.push_back(each + ": credentials and extensions are not handed over; going on without");
    return files;
}

} // namespace kexec
