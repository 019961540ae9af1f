// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a boot loader's file, in each of the formats: what is written reads back with the words that
// were asked for, a second time changes nothing, and the other words are the same. Then as the files of a
// machine, for which a whole change is planned.
#include "base/bytes.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"
#include "util/kdumpctl/boot_plan.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::fuzzing;
using namespace kexec::kdumpctl;

namespace {

using Read = Result<MenuText> (*)(std::string_view);

Result<MenuText> read_variable(std::string_view text) {
    return read_shell_variable(text, "GRUB_CMDLINE_LINUX");
}

const CrashWords wanted{"256M", "on"};

std::vector<Splice> all_splices(std::string_view text, const MenuText &menu) {
    std::vector<Splice> splices;
    for (const KernelLine &line : menu.lines)
        for (const Splice &splice : splices_for(text, line, wanted, {}))
            splices.push_back(splice);
    return splices;
}

std::vector<std::string> other_words(const std::vector<std::string_view> &words) {
    std::vector<std::string> others;
    for (std::string_view word : words)
        if (!has_parameter(word, "crashkernel") && !has_parameter(word, "fadump"))
            others.emplace_back(word);
    return others;
}

void change(std::string_view text, Read read) {
    auto menu = read(text);
    if (!menu)
        return;
    std::string changed = spliced(text, all_splices(text, *menu));
    auto again = read(changed);
    require(again && again->lines.size() == menu->lines.size());
    require(all_splices(changed, *again).empty());
    for (std::size_t i = 0; i < menu->lines.size(); i++) {
        auto before = kernel_words(text, menu->lines[i]), after = kernel_words(changed, again->lines[i]);
        require(std::ranges::count(after, "crashkernel=256M") == 1 &&
                std::ranges::count(after, "fadump=on") == 1);
        require(other_words(before) == other_words(after));
        require(menu->lines[i].kernel == again->lines[i].kernel);
    }
}

void plan(std::string_view text, const char *path) {
    Snapshot snapshot;
    snapshot.put(path, Buffer(as_bytes(text).begin(), as_bytes(text).end()));
    snapshot.put("/boot/grub2/grubenv", Buffer(as_bytes(text).begin(), as_bytes(text).end()));
    for (const char *program : {"/usr/sbin/update-grub", "/usr/sbin/zipl"})
        snapshot.put(program, {});
    Facts facts;
    facts.traits.architecture = "ppc64le";
    for (Kernels kernels : {Kernels::all, Kernels::menu_default, Kernels::named, Kernels::of_release}) {
        auto made = plan_boot_change(snapshot, {kernels, "/vmlinuz-1", "nocma"}, facts);
        for (const FileChange &file : made ? made->files : std::vector<FileChange>{}) {
            require(file.before != file.after);
            require(!difference_text(file).empty());
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    std::string_view text = as_text(std::as_bytes(std::span(data, size)));
    for (Read read :
         {read_entry, read_extlinux, read_old_grub, read_grub_cfg, read_zipl, read_variable, read_plain})
        change(text, read);
    for (const char *path : {"/boot/loader/entries/a.conf", "/boot/extlinux/extlinux.conf",
                             "/boot/grub/grub.conf", "/etc/zipl.conf", "/etc/default/grub"})
        plan(text, path);
    return 0;
}
