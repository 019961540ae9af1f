// SPDX-License-Identifier: GPL-2.0-or-later
// The capture initramfs by dracut(8), for what needs more programs than the capture program: the network,
// encrypted disks, scripts.
#pragma once

#include "util/kdumpctl/service.h"

namespace kexec::kdumpctl {

// What is looked at for it, besides what the configuration names.
std::span<const Source> dracut_sources();

// None where it would be told what it was told for the initramfs that is there. Cause::unsupported where
// dracut is not installed.
Result<Steps> steps_of_dracut(const World &world, const Service &service, const capture::Wish &wish,
                              Rebuild rebuild);

// What the capture kernel's command line needs for that: where it stores over a network, how that comes up.
// What was kept the last time stands where that cannot be found out now.
std::string dracut_words(const World &world, const Service &service);
// Keeps these words for then; nothing where nothing was found out, or the same is kept.
std::optional<Step> keep_words_step(const World &world, const std::string &words);

} // namespace kexec::kdumpctl
