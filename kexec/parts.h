// SPDX-License-Identifier: GPL-2.0-or-later
// What a kernel is started with: command line, initial ramdisk, device tree. Some of it is named by the user,
// some may lie in the kernel's own file (a UKI or a FIT image) and in add-ons beside it. One rule joins them:
//
//   command line     the file's, or with --reuse-cmdline the running kernel's; behind it that of --append and
//                    of --append-file; less each --remove-arg; then each --add-arg
//   initial ramdisk  microcode of the file first; then --initrd, where it is given, or the file's; then each
//                    --add-initrd
//   device tree      --dtb, where it is given, or the file's with its overlays; then each --dtb-overlay
#pragma once

#include "kexec/options.h"
#include "kexec/world.h"

namespace kexec {

// The kernel's file as the user named it: PATH or, for a FIT image, PATH#CONFIGURATION. Where a file of the
// whole name exists, it is meant.
struct KernelName {
    std::string path;
    std::optional<std::string> configuration;
};
KernelName parse_kernel_name(const std::string &given);

// What to take of a kernel's file that holds several of a kind.
Selection selection_of(const Options &options, const KernelName &kernel, const Machine &machine);
// An error where something was selected and the file is no container of that.
Result<void> check_selection(const Selection &selection, const Image &image);

// Adds the add-ons to a UKI to its companions, those for all of its partition and those for itself
// (systemd-stub(7)), and returns their files. One that does not fit is passed over with a warning.
std::vector<std::shared_ptr<const MappedFile>> take_addons(Image &image, const Selection &selection,
                                                           std::vector<std::string> &warnings);

// Completes a request that has settings, machine and image. The rule as it was applied goes into its notes.
Result<void> add_parts(Request &request, const Options &options, const Arch &arch,
                       std::vector<std::string> &warnings);

// For --fast: unpacks the initial ramdisks, where the new kernel's memory allows it; else they stay as they
// are, with a warning.
void unpack_initrd(Request &request, std::vector<std::string> &warnings);

// The words of a command that would give this request its command line and initial ramdisks again.
std::vector<std::string> words_for_parts(const Request &request, const Options &options);

} // namespace kexec
