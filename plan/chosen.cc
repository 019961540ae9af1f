// SPDX-License-Identifier: GPL-2.0-or-later
// The properties are those of drivers/of/kexec.c and of drivers/of/fdt.c, which reads them at boot.
#include "plan/chosen.h"

#include "machine/tree_facts.h"

namespace kexec {
namespace {

const std::string chosen = "/chosen";
constexpr std::size_t kaslr_seed_bytes = 8;

} // namespace

Result<void> forget_last_boot(DeviceTree &tree) {
    auto start = tree.number(chosen, "linux,initrd-start"), end = tree.number(chosen, "linux,initrd-end");
    if (start && end && *start < *end) {
        TRY(tree.release({*start, *end - *start}));
        // Firmware may reserve whole pages.
        if (auto whole = align_up(*end - *start, 4096))
            TRY(tree.release({*start, *whole}));
    }
    Cells cells = TRY(cells_of(tree, DeviceTree::root));
    for (const char *name : {"linux,elfcorehdr", "linux,ima-kexec-buffer"}) {
        auto ranges = ranges_in(tree.property(chosen, name).value_or(Bytes()), cells);
        for (Range range : ranges.value_or(Ranges()))
            TRY(tree.release({range.first(), range.size()}));
        TRY(tree.remove(chosen, name));
    }
    for (const char *name : {"linux,initrd-start", "linux,initrd-end", "linux,usable-memory-range",
                             "linux,kho-fdt", "linux,kho-scratch"})
        TRY(tree.remove(chosen, name));
    return {};
}

Result<void> tell_initrd(DeviceTree &tree, Range initrd) {
    TRY(tree.set_number(chosen, "linux,initrd-start", initrd.first()));
    return tree.set_number(chosen, "linux,initrd-end", initrd.last() + 1);
}

Result<void> tell_seeds(DeviceTree &tree, const Entropy &entropy, std::vector<std::string> &notes) {
    TRY(tree.remove(chosen, "kaslr-seed"));
    TRY(tree.remove(chosen, "rng-seed"));
    if (!entropy.available) {
        notes.push_back("told: no kaslr-seed and no rng-seed, there was no entropy");
        return {};
    }
    Bytes bytes = entropy.bytes;
    TRY(tree.set(chosen, "kaslr-seed", bytes.first(kaslr_seed_bytes)));
    TRY(tree.set(chosen, "rng-seed", bytes.subspan(kaslr_seed_bytes)));
    notes.push_back("told: a new kaslr-seed and rng-seed");
    return {};
}

} // namespace kexec
