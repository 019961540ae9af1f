// SPDX-License-Identifier: GPL-2.0-or-later
// The defaults are those of kdump-utils' /etc/sysconfig/kdump. A capture kernel has few megabytes, one CPU
// that may be any, and devices in any state.
#include "util/kdumpctl/capture_line.h"

#include "base/text.h"
#include "plan/command_line.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

struct ByArchitecture {
    std::string_view architecture; // empty: any other
    std::string_view words;
};

constexpr std::string_view common_removals =
    "hugepages hugepagesz slub_debug quiet log_buf_len swiotlb hugetlb_cma ignition.firstboot";
constexpr std::array removals{
    ByArchitecture{"ppc64le", ""},
    ByArchitecture{"ppc64", ""},
    ByArchitecture{"s390x", "vmcp_cma cma prot_virt zfcp.allow_lun_scan"},
    ByArchitecture{"", "cma"},
};

// Gone whatever the configuration says: what reserves memory for another crash, makes of a warning the end,
// and assembles the running system's root, which an initramfs for dumps has no use for.
constexpr std::string_view always_removed =
    "crashkernel fadump fadump_reserve_mem panic_on_warn root rd.lvm.lv rd.luks.uuid rd.dm.uuid rd.md.uuid "
    "fcoe netroot rd.iscsi.initiator iscsi_initiator kdump_test_id";

constexpr std::string_view common_additions =
    "novmcoredd hugetlb_cma=0 kfence.sample_interval=0 initramfs_options=size=90%";
constexpr std::array additions{
    ByArchitecture{"x86_64",
                   "irqpoll nr_cpus=1 reset_devices cgroup_disable=memory mce=off numa=off "
                   "udev.children-max=2 panic=10 acpi_no_memhotplug transparent_hugepage=never nokaslr "
                   "hest_disable cma=0 pcie_ports=compat"},
    ByArchitecture{"aarch64",
                   "irqpoll nr_cpus=1 reset_devices cgroup_disable=memory udev.children-max=2 panic=10 "
                   "swiotlb=noforce cma=0"},
    ByArchitecture{"ppc64le", "irqpoll nr_cpus=16 noirqdistrib reset_devices cgroup_disable=memory numa=off "
                              "udev.children-max=2 ehea.use_mcs=0 panic=10 kvm_cma_resv_ratio=0 "
                              "transparent_hugepage=never"},
    ByArchitecture{"ppc64", "irqpoll maxcpus=1 noirqdistrib reset_devices cgroup_disable=memory numa=off "
                            "udev.children-max=2 ehea.use_mcs=0 panic=10 kvm_cma_resv_ratio=0 "
                            "transparent_hugepage=never"},
    ByArchitecture{"s390x", "nr_cpus=1 cgroup_disable=memory numa=off udev.children-max=2 panic=10 "
                            "transparent_hugepage=never vmcp_cma=0 cma=0"},
    ByArchitecture{"", "irqpoll maxcpus=1 reset_devices cma=0"},
};
constexpr std::string_view fadump_additions =
    "nr_cpus=16 numa=off cgroup_disable=memory cma=0 kvm_cma_resv_ratio=0 hugetlb_cma=0 "
    "transparent_hugepage=never novmcoredd udev.children-max=2";

constexpr std::string_view watchdog_directory = "/sys/class/watchdog";
constexpr std::string_view vendor_path = "/sys/class/dmi/id/bios_vendor";
constexpr std::array all_sources{
    Source{"/proc/cmdline", "what a capture kernel's command line is made of"},
    Source{"/proc/cpuinfo", "the number of the CPU that the firmware started", 4096},
    Source{"/sys/class/watchdog/*/device/uevent", "the drivers of watchdogs"},
    Source{vendor_path, "whether this is a machine of Amazon's"},
};

template <std::size_t Count> std::string_view of_architecture(const std::array<ByArchitecture, Count> &rows,
                                                              std::string_view architecture) {
    auto row = std::ranges::find(rows, architecture, &ByArchitecture::architecture);
    return (row == rows.end() ? rows.back() : *row).words;
}

// "KEY : VALUE" of the first processor.
std::string_view value_in(std::string_view cpuinfo, std::string_view key) {
    for (std::string_view line : lines_of(cpuinfo)) {
        std::size_t colon = line.find(':');
        if (colon != std::string_view::npos && trimmed(line.substr(0, colon)) == key)
            return trimmed(line.substr(colon + 1));
    }
    return {};
}

std::vector<std::string> watchdogs_in(const Snapshot &snapshot) {
    constexpr std::string_view key = "DRIVER=";
    std::vector<std::string> drivers;
    for (const std::string &name : snapshot.names_in(watchdog_directory))
        for (std::string_view line : lines_of(
                 snapshot.text(fmt::format("{}/{}/device/uevent", watchdog_directory, name)).value_or("")))
            if (line.starts_with(key) && std::ranges::find(drivers, line.substr(key.size())) == drivers.end())
                drivers.emplace_back(line.substr(key.size()));
    return drivers;
}

std::vector<std::string> names_in(std::string_view words) {
    std::vector<std::string> names;
    for (std::string_view word : words_of(words))
        names.emplace_back(word.substr(0, word.find('=')));
    return names;
}

// A watchdog's early warning is a panic, which would only be another crash here.
std::string watchdog_words(const std::vector<std::string> &drivers) {
    std::string words;
    for (const std::string &driver : drivers) {
        words = join_command_lines(words, driver + ".pretimeout=0");
        if (driver == "hpwdt")
            words = join_command_lines(words, "hpwdt.kdumptimeout=0");
    }
    return words;
}

} // namespace

std::span<const Source> line_sources() { return all_sources; }

LineFacts understand_line(const Snapshot &snapshot, std::string_view architecture) {
    LineFacts facts;
    facts.architecture = architecture;
    facts.running = snapshot.word("/proc/cmdline").value_or("");
    facts.boot_cpu = value_in(snapshot.text("/proc/cpuinfo").value_or(""), "apicid");
    facts.watchdogs = watchdogs_in(snapshot);
    facts.is_graviton = architecture == "aarch64" &&
                        snapshot.word(vendor_path).value_or("").find("Amazon") != std::string_view::npos;
    return facts;
}

std::string capture_command_line(const LineFacts &facts, const Configuration &configuration,
                                 std::string_view more) {
    std::string_view named = configuration.variable("KDUMP_COMMANDLINE").value_or("");
    std::string line = reused_command_line(named.empty() ? facts.running : named, Purpose::crash);
    std::string usual = join_command_lines(common_removals, of_architecture(removals, facts.architecture));
    line = without_words(line, names_in(configuration.variable("KDUMP_COMMANDLINE_REMOVE").value_or(usual)));
    line = without_words(line, names_in(always_removed));
    usual = join_command_lines(common_additions, of_architecture(additions, facts.architecture));
    line = join_command_lines(line, configuration.variable("KDUMP_COMMANDLINE_APPEND").value_or(usual));
    if (facts.is_graviton)
        line = without_words(line, names_in("irqpoll"));
    if (!facts.boot_cpu.empty())
        line = join_command_lines(line, "disable_cpu_apicid=" + facts.boot_cpu);
    line = join_command_lines(line, watchdog_words(facts.watchdogs));
    line = join_command_lines(line, "rd.systemd.gpt_auto=no");
    return join_command_lines(line, more);
}

std::string fadump_arguments(const LineFacts &facts, const Configuration &configuration,
                             std::string_view more) {
    std::string_view usual = facts.architecture.starts_with("ppc64") ? fadump_additions : "";
    return join_command_lines(configuration.variable("FADUMP_COMMANDLINE_APPEND").value_or(usual), more);
}

} // namespace kexec::kdumpctl
