// SPDX-License-Identifier: GPL-2.0-or-later
// The board of board.h.
#include "tests/arch/arm64/board.h"

#include "arch/arm64/formats.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_elf.h"

#include <elf.h>
#include <stdexcept>

namespace kexec::testing {
namespace {

void must(Result<void> result) {
    if (!result)
        throw std::runtime_error(result.error().what);
}

DeviceTree with_cells() {
    DeviceTree tree = DeviceTree::empty();
    must(tree.set("/", "#address-cells", bytes_of(be32(2))));
    must(tree.set("/", "#size-cells", bytes_of(be32(2))));
    must(tree.set_text("/", "model", "a board"));
    must(tree.set_text("/memory@40000000", "device_type", "memory"));
    return tree;
}

Buffer pair_of(std::uint64_t address, std::uint64_t size) {
    Buffer reg;
    append(reg, bytes_of(be64(address)));
    append(reg, bytes_of(be64(size)));
    return reg;
}

} // namespace

DeviceTree bare_tree() {
    DeviceTree tree = with_cells();
    must(tree.set("/memory@40000000", "reg", pair_of(0, 0)));
    return tree;
}

DeviceTree board_tree() {
    DeviceTree tree = with_cells();
    must(tree.set("/memory@40000000", "reg", pair_of(0x40000000, 0x40000000)));
    must(tree.set("/reserved-memory", "#address-cells", bytes_of(be32(2))));
    must(tree.set("/reserved-memory", "#size-cells", bytes_of(be32(2))));
    must(tree.set("/reserved-memory/buffer@40400000", "reg", pair_of(0x40400000, 0x100000)));
    must(tree.set_text("/chosen", "bootargs", "console=ttyAMA0 root=/dev/old"));
    must(tree.set("/chosen", "linux,initrd-start", bytes_of(be32(0x48000000))));
    must(tree.set("/chosen", "linux,initrd-end", bytes_of(be32(0x48123456))));
    must(tree.set_number("/chosen", "kaslr-seed", 0));
    must(tree.set_text("/chosen", "stdout-path", "/serial@9000000"));
    must(tree.reserve({0x48000000, 0x123456}));
    must(tree.reserve({0x4f000000, 0x1000}));
    return tree;
}

Arm64Facts &facts_of(Machine &machine) { return std::get<Arm64Facts>(machine.own); }

void give_ram(Machine &machine, const Ranges &ram) {
    machine.memory = {};
    for (Range range : ram)
        machine.memory.add(range, MemoryType::ram);
    machine.system_ram = ram;
}

Machine board() {
    Machine machine;
    machine.arch = "arm64";
    give_ram(machine, {span(0x40000000, 0x7fffffff)});
    machine.kept = {sized(0x40400000, 0x100000), sized(0x4f000000, 0x1000)};
    machine.cpu_notes = {{0, sized(0x7fdb0000, 0x1a8)}, {1, sized(0x7fdc0000, 0x1a8)}};
    machine.vmcoreinfo = sized(0x41e22000, 0x1024);
    machine.command_line = "console=ttyAMA0 root=/dev/old";
    Arm64Facts facts;
    facts.page_size = 4096;
    facts.page_size_words = "/proc/self/auxv";
    facts.device_tree = board_tree().packed();
    facts.device_tree_words = "/sys/firmware/fdt";
    facts.kernel = {.linear_offset = 0xffff000000000000 - 0x40000000,
                    .linear_words = "vmcoreinfo",
                    .image = span(0x42000000, 0x4400ffff),
                    .image_virtual = 0xffffb2a388000000,
                    .image_words = "vmcoreinfo"};
    facts.serial_ports = {{"ttyAMA0", 0x9000000, 32, 0},
                          {"ttyS0", 0xff180000, 4, 2},
                          {"ttyMSM0", 0x1000, 88, 0}};
    machine.own = facts;
    return machine;
}

Request request_on_board(Machine machine, Bytes kernel_file, Purpose purpose) {
    auto image = read_image(file_holding(kernel_file), arm64_formats());
    if (!image)
        throw std::runtime_error(image.error().what);
    Request request{
        .settings = {}, .machine = std::move(machine), .image = *image, .initrd = nullptr, .entropy = {}};
    request.settings.purpose = purpose;
    request.settings.call = Call::load;
    request.settings.command_line = "root=/dev/vda1 quiet";
    request.entropy.bytes.fill(std::byte{0x5e});
    request.entropy.available = true;
    return request;
}

Buffer arm64_vmlinux(const std::vector<std::uint64_t> &distances, std::uint64_t entry) {
    ElfPlan plan;
    plan.machine = EM_AARCH64;
    plan.entry = entry;
    for (std::uint64_t distance : distances) {
        Buffer content = distance == 0 ? build_arm64_image() : sample_bytes(0x800);
        add_segment(plan, PT_LOAD, content, entry + distance);
    }
    return build_elf(plan);
}

DeviceTree tree_of(const SegmentLoad &plan) {
    auto tree = DeviceTree::read(segment_named(plan, "device tree").bytes);
    if (!tree)
        throw std::runtime_error(tree.error().what);
    return *tree;
}

} // namespace kexec::testing
