// SPDX-License-Identifier: GPL-2.0-or-later
// One row for each machine that QEMU has a program for, and the run of one.
#include "emulator/emulator.h"

#include "base/text.h"
#include "emulator/console.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <span>

namespace kexec {
namespace {

using Clock = std::chrono::steady_clock;

struct Row {
    std::string_view arch, program, package, machine;
    std::string_view processor; // where instructions are translated; KVM has the host's
    ConsoleWords words;
    std::span<const std::string_view> uefi; // where distributions keep the firmware, in one file
    std::string_view without_uefi = {};     // more about the machine where it has the usual firmware
};

constexpr std::array<std::string_view, 5> x86_64_uefi = {
    "/usr/share/ovmf/OVMF.fd", "/usr/share/qemu/ovmf-x86_64.bin", "/usr/share/qemu/OVMF.fd",
    "/usr/share/edk2/x64/OVMF.4m.fd", "/usr/share/edk2-ovmf/x64/OVMF.fd"};
constexpr std::array<std::string_view, 4> arm64_uefi = {"/usr/share/qemu-efi-aarch64/QEMU_EFI.fd",
                                                        "/usr/share/qemu/aavmf-aarch64-code.bin",
                                                        "/usr/share/edk2/aarch64/QEMU_EFI.fd",
                                                        "/usr/share/edk2-armvirt/aarch64/QEMU_EFI.fd"};

// Page tables of five levels cost an emulator a fifth of its time, monitor/mwait does not exist in one. An
// ITS goes on using tables that only UEFI hands on, and UEFI does not start without one. Without the
// mitigations that pseries offers: there are none, and the kernel would say so each time.
constexpr std::array rows = {
    Row{"x86_64",
        "qemu-system-x86_64",
        "qemu-system-x86",
        "q35",
        "max,la57=off,-monitor",
        {"console=ttyS0", "earlyprintk=serial,ttyS0,115200"},
        x86_64_uefi},
    Row{"arm64",
        "qemu-system-aarch64",
        "qemu-system-arm",
        "virt,gic-version=max",
        "cortex-a57",
        {"console=ttyAMA0", "earlycon"},
        arm64_uefi,
        ",its=off"},
    Row{"ppc64",
        "qemu-system-ppc64",
        "qemu-system-ppc",
        "pseries,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off",
        "power9",
        {"console=hvc0", ""},
        {}},
    Row{"s390x",
        "qemu-system-s390x",
        "qemu-system-misc",
        "s390-ccw-virtio",
        "max",
        {"console=ttysclp0", ""},
        {}},
};

const Row *row_of(std::string_view arch) {
    auto found = std::ranges::find(rows, arch, &Row::arch);
    return found == rows.end() ? nullptr : &*found;
}

Failure no_emulator(std::string_view arch) {
    const Row *row = row_of(arch);
    if (!row)
        return fail(Cause::unsupported, fmt::format("no emulator is known for machines of {}", arch));
    return fail(Cause::missing_file,
                fmt::format("a virtual machine of {} needs {}, which is not installed", arch, row->program),
                fmt::format("install QEMU (Debian: {}), or name its program", row->package));
}

std::string first_file(std::span<const std::string_view> paths) {
    for (std::string_view path : paths)
        if (open_to_read(std::string(path)))
            return std::string(path);
    return {};
}

std::string path_in_memory(const Descriptor &file) { return fmt::format("/proc/self/fd/{}", file.number()); }

// Reads the console until the machine ends, is to be stopped, or has no more time.
Result<Ending> listen(Child &child, std::chrono::seconds limit, const Hear &hear) {
    Clock::time_point end = Clock::now() + limit;
    bool is_over = false;
    ConsoleLines lines([&](std::string_view line) {
        auto left = is_over ? std::nullopt : hear(line);
        if (left)
            end = Clock::now() + *left;
        is_over = is_over || left == std::chrono::seconds(0);
    });
    while (!is_over) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        if (left <= std::chrono::milliseconds(0))
            return Ending::out_of_time;
        auto text = TRY(child.read(left));
        if (text && text->empty()) {
            lines.finish();
            return is_over ? Ending::stopped : Ending::by_itself;
        }
        lines.take(text.value_or(""));
    }
    return Ending::stopped;
}

} // namespace

ConsoleWords console_words(std::string_view arch) {
    const Row *row = row_of(arch);
    return row ? row->words : ConsoleWords{};
}

Result<Emulator> find_emulator(std::string_view arch, const std::string &named) {
    const Row *row = row_of(arch);
    if (!row)
        return no_emulator(arch);
    Emulator found{.program = named,
                   .accelerated = open_to_read("/dev/kvm").has_value(),
                   .uefi = first_file(row->uefi)};
    if (named.empty()) {
        auto path = find_program(row->program);
        if (!path)
            path = find_program("qemu-kvm"); // the one that Red Hat's distributions have
        if (!path)
            return no_emulator(arch);
        found.program = *path;
    } else if (!open_to_read(named)) {
        return fail(Cause::missing_file, fmt::format("the emulator {} cannot be read", named),
                    "name another one");
    }
    return found;
}

std::vector<std::string> emulator_arguments(const Emulator &emulator, const VirtualMachine &machine,
                                            const Boot &boot, const std::string &kernel,
                                            const std::string &initrd) {
    const Row &row = *row_of(machine.arch);
    bool has_host_processor = emulator.accelerated && row.arch != "x86_64";
    bool has_uefi = machine.firmware == Firmware::uefi;
    std::uint64_t mebibytes = machine.memory >> 20;
    std::vector<std::string> words = {
        "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio", "-monitor",
        "none",
        // Not all of the memory is ever used; the host has to promise none of it.
        "-object", fmt::format("memory-backend-ram,id=memory,size={}M,reserve=off", mebibytes), "-machine",
        fmt::format("{}{},memory-backend=memory", row.machine, has_uefi ? "" : row.without_uefi), "-m",
        fmt::format("{}M", mebibytes), "-smp", fmt::to_string(machine.processors), "-cpu",
        std::string(has_host_processor ? "host" : row.processor)};
    auto add = [&](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
    if (emulator.accelerated)
        add({"-accel", "kvm"});
    add({"-accel", "tcg,thread=multi"});
    if (has_uefi)
        add({"-bios", emulator.uefi});
    words.insert(words.end(), boot.more_arguments.begin(), boot.more_arguments.end());
    add({"-kernel", kernel, "-initrd", initrd, "-append", boot.command_line});
    return words;
}

Result<Ending> run_machine(const Emulator &emulator, const VirtualMachine &machine, const Boot &boot,
                           std::chrono::seconds limit, const Hear &hear) {
    Descriptor kernel = TRY(file_in_memory("kernel", boot.kernel));
    Descriptor initrd = TRY(file_in_memory("initrd", boot.initrd));
    std::array<int, 2> kept = {kernel.number(), initrd.number()};
    Child child = TRY(Child::start(
        emulator.program,
        emulator_arguments(emulator, machine, boot, path_in_memory(kernel), path_in_memory(initrd)), kept));
    return listen(child, limit, hear);
}

} // namespace kexec
