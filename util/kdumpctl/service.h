// SPDX-License-Identifier: GPL-2.0-or-later
// Arming the machine: from all that is known to the steps.
#pragma once

#include "util/kdumpctl/act.h"
#include "util/kdumpctl/capture_line.h"
#include "util/kdumpctl/capture_plan.h"
#include "util/kdumpctl/estimate.h"
#include "util/kdumpctl/kernel_file.h"

namespace kexec::kdumpctl {

// The machine and its configuration, read now.
struct Service {
    Facts facts;
    Configuration configuration;
    LineFacts line;
    CaptureFacts capture;
    CaptureKernel kernel;
    CapturePlan plan;
    bool has_labels; // SELinux is on
};
std::span<const Source> hotplug_sources(); // whether the kernel follows changes by itself
std::span<const Source> service_sources(); // besides those of its parts
Result<Configuration> look_at_configuration(const World &world);
Result<Service> look_at_service(const World &world, Configuration configuration);

// Whether this machine could be armed at all.
Result<void> check_feasibility(const Facts &facts);

enum class Rebuild {
    never,  // the initramfs is there already
    needed, // where it is not what would be made
    always,
};

// `more` is put behind the capture kernel's command line; `before_loading` comes when all that could still be
// refused is done.
struct Arming {
    Rebuild rebuild;
    std::string more = {};
    Steps before_loading = {};
};
// Waits for the network to the machine that dumps go to, and asks that of an ssh target whether it lets us
// in. Nothing is changed, so it comes before all that changes something.
Result<void> reach_server(const World &world, const Configuration &configuration);
// The initramfs, the reservation judged, the kernel loaded or the firmware told.
Result<Steps> steps_to_arm(const World &world, const Service &service, const Arming &arming);
// The initramfs alone.
Result<Steps> steps_to_build(const World &world, const Service &service, Rebuild rebuild);
Result<Steps> steps_to_disarm(const World &world, const Facts &facts);

} // namespace kexec::kdumpctl
