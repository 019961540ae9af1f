// SPDX-License-Identifier: GPL-2.0-or-later
// Putting initramfs files in their places. A power cut at any moment leaves the old one or the new one whole.
#pragma once

#include "capture/initramfs.h"

namespace kexec::capture {

// Under another name, brought to the disk, then renamed.
Result<void> write_initramfs(const std::string &path, Bytes bytes);

// The normal boot's initramfs `path`, and for the time of firmware-assisted dump what it was before beside
// it: .NAME.default, and .NAME.default.checksum, which holds the SHA-1 of both.
// Takes the file as a new original where it is not the one that was written here: another tool has made it.
Result<Initramfs> install_fadump_initramfs(const std::string &path, const Wish &wish);
// Puts the original back, if it is whole. Where another tool has made the file anew that one stays, and the
// original goes. Without an original there is nothing to do.
Result<void> restore_initramfs(const std::string &path);
// Whether `path` is what install_fadump_initramfs has written.
bool has_fadump_initramfs(const std::string &path);

} // namespace kexec::capture
