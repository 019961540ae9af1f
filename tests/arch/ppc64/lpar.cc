// SPDX-License-Identifier: GPL-2.0-or-later
// The machine of lpar.h; QEMU's pseries has the same properties.
#include "tests/arch/ppc64/lpar.h"

#include "tests/formats/build_elf.h"

#include <elf.h>
#include <stdexcept>

namespace kexec::testing {
namespace {

void must(Result<void> result) {
    if (!result)
        throw std::runtime_error(result.error().what);
}

Buffer pair_of(std::uint64_t address, std::uint64_t size) {
    Buffer reg;
    append(reg, bytes_of(be64(address)));
    append(reg, bytes_of(be64(size)));
    return reg;
}

} // namespace

DeviceTree lpar_tree() {
    DeviceTree tree = DeviceTree::empty();
    must(tree.set("/", "#address-cells", bytes_of(be32(2))));
    must(tree.set("/", "#size-cells", bytes_of(be32(2))));
    must(tree.set_text("/memory@0", "device_type", "memory"));
    must(tree.set("/memory@0", "reg", pair_of(0, 0x80000000)));
    must(tree.set("/rtas", "linux,rtas-base", bytes_of(be32(0x2fff0000))));
    must(tree.set("/rtas", "rtas-size", bytes_of(be32(0x83c))));
    for (std::uint32_t cpu : {0u, 8u})
        must(tree.set("/cpus/PowerPC,POWER9@" + std::to_string(cpu), "ibm,ppc-interrupt-server#s",
                      bytes_of(be32(cpu))));
    must(tree.set_text("/vdevice/vty@71000000", "compatible", "hvterm1"));
    must(tree.set("/vdevice/vty@71000000", "reg", bytes_of(be32(0x71000000))));
    must(tree.set_text("/chosen", "stdout-path", "/vdevice/vty@71000000"));
    must(tree.set_text("/chosen", "bootargs", "console=hvc0 root=/dev/old"));
    must(tree.set_number("/chosen", "linux,initrd-start", 0x2c90000));
    must(tree.set_number("/chosen", "linux,initrd-end", 0x2ef3600));
    must(tree.set_number("/chosen", "linux,kernel-end", 0x2880000));
    must(tree.set_number("/chosen", "linux,memory-limit", 0));
    return tree;
}

Ppc64Facts &ppc64_facts_of(Machine &machine) { return std::get<Ppc64Facts>(machine.own); }

Machine lpar() {
    Machine machine;
    machine.arch = "ppc64";
    machine.memory.add(span(0, 0x7fffffff), MemoryType::ram);
    machine.system_ram = {span(0, 0x7fffffff)};
    machine.kept = {sized(0x2fff0000, 0x83c)};
    machine.cpu_notes = {{0, sized(0x7fde6c00, 0x218)}, {1, sized(0x7ffe6c00, 0x218)}};
    machine.vmcoreinfo = sized(0x40a0000, 0x10024);
    machine.command_line = "console=hvc0 root=/dev/old";
    Ppc64Facts facts;
    facts.page_size_words = "/proc/self/auxv";
    facts.device_tree = lpar_tree().packed();
    facts.device_tree_words = "/proc/device-tree";
    facts.kernel_end = 0x2880000;
    facts.first_memory = span(0, 0x7fffffff);
    facts.firmware = {{FirmwareUse::rtas, sized(0x2fff0000, 0x83c)}};
    facts.terminal = 0x71000000;
    facts.vector_sha = true;
    facts.next_cpu = 0;
    facts.possible_cpus = 2;
    machine.own = facts;
    return machine;
}

Machine lpar_with_reservation(Range reservation) {
    Machine machine = lpar();
    machine.crash_reservations.push_back(reservation);
    machine.kexec.crash_size = reservation.size();
    return machine;
}

void add_blocks(DeviceTree &tree, std::uint64_t size, const std::vector<MemoryBlock> &blocks,
                bool second_version) {
    const std::string node = "/ibm,dynamic-reconfiguration-memory";
    Buffer value;
    auto word = [&](std::size_t number) {
        append(value, bytes_of(be32(static_cast<std::uint32_t>(number))));
    };
    word(blocks.size());
    for (const MemoryBlock &block : blocks) {
        if (second_version)
            word(1);
        append(value, bytes_of(be64(block.address)));
        word(0x80000000); // drc index
        if (!second_version)
            word(0);
        word(0); // associativity index
        word(block.flags);
    }
    must(tree.set_number(node, "ibm,lmb-size", size));
    must(tree.set(node, second_version ? "ibm,dynamic-memory-v2" : "ibm,dynamic-memory", value));
}

Buffer ppc64_vmlinux(const Ppc64Vmlinux &what) {
    constexpr std::uint64_t linked_at = 0xc000000000000000;
    ElfPlan plan;
    plan.machine = EM_PPC64;
    plan.order = what.order;
    plan.entry = linked_at;
    Buffer content = sample_bytes(what.file_size);
    if (what.order == std::endian::little)
        write_at(content, 0x5c, le32(what.run_at_load));
    else
        write_at(content, 0x5c, be32(what.run_at_load));
    add_segment(plan, PT_LOAD, content, linked_at).memory_size = what.memory_size;
    return build_elf(plan);
}

Request request_on_lpar(Machine machine, Bytes kernel_file, Purpose purpose) {
    auto image = read_image(file_holding(kernel_file), arch_named("ppc64")->formats);
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

DeviceTree ppc64_tree_of(const SegmentLoad &plan) {
    auto tree = DeviceTree::read(segment_named(plan, "device tree").bytes);
    if (!tree)
        throw std::runtime_error(tree.error().what);
    return *tree;
}

} // namespace kexec::testing
