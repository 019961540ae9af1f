// SPDX-License-Identifier: GPL-2.0-or-later
// Which kernel captures, where its file is, and where its initramfs goes.
#pragma once

#include "util/kdumpctl/configuration.h"

namespace kexec::kdumpctl {

struct CaptureKernel {
    std::string release;
    std::string path;
    std::string initramfs; // the capture initramfs: where it is, or will be
    std::string normal;    // the initramfs of a normal boot; empty where there is none
};

// What has to be looked at follows from the configuration and the running kernel's release.
class KernelSearch {
public:
    KernelSearch(const Configuration &configuration, std::string_view running_release,
                 std::string_view command_line, std::string_view machine_id);
    // These live as long as the search does.
    std::vector<Source> sources() const;
    // Cause::missing_file names the places where no kernel is.
    Result<CaptureKernel> find(const Snapshot &snapshot) const;

private:
    struct Candidate {
        std::string release, path;
    };
    void add_release(const Configuration &configuration, const std::string &release,
                     std::string_view command_line, std::string_view machine_id);
    CaptureKernel with_initramfs(CaptureKernel kernel, const Snapshot &snapshot) const;

    std::vector<Candidate> candidates_;
    std::vector<std::string> initramfs_paths_; // of normal boots
    std::string named_initramfs_;
};

} // namespace kexec::kdumpctl
