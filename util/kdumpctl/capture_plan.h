// SPDX-License-Identifier: GPL-2.0-or-later
// From the configuration and the machine to what a capture is to do, and whether the capture program can do
// it alone.
#pragma once

#include "capture/settings.h"
#include "util/kdumpctl/configuration.h"

namespace kexec::kdumpctl {

struct CaptureFacts {
    std::string mounts; // /proc/self/mountinfo
    std::string host;
    std::string address; // of a network card; empty where there is none
    std::vector<std::string> pre_scripts, post_scripts, emergency_scripts; // paths
};

std::span<const Source> capture_sources();
CaptureFacts understand_capture(const Snapshot &snapshot);

struct CapturePlan {
    capture::Settings settings;
    std::vector<std::string> extra_modules;
    // Why more programs than the capture program are needed, which dracut brings; empty where they are not.
    std::string userland;
    std::string mount; // "SOURCE PLACE TYPE OPTIONS" that dracut mounts for it; empty for none
    std::vector<std::string> programs; // more to be in it
};

// Cause::unsupported where this machine cannot do what is asked for.
bool needs_network(const CapturePlan &plan);

Result<CapturePlan> plan_capture(const Configuration &configuration, const CaptureFacts &facts);

} // namespace kexec::kdumpctl
