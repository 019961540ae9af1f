// SPDX-License-Identifier: GPL-2.0-or-later
#include "arch/x86_64/x86_64.h"
#include "base/elf.h"
#include "tests/catch.h"
#include "tests/machine/made.h"

#include <cerrno>
#include <elf.h>
#include <fmt/core.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr MemoryType ram = MemoryType::ram, reserved = MemoryType::reserved;

// A BIOS machine of 1 GiB.
Files plain() {
    Files files = {{"/proc/iomem", "00000000-00000fff : Reserved\n"
                                   "00001000-0009fbff : System RAM\n"
                                   "0009fc00-0009ffff : Reserved\n"
                                   "00100000-3ffdffff : System RAM\n"
                                   "  04a00000-05801ef1 : Kernel code\n"
                                   "3ffe0000-3fffffff : Reserved\n"},
                   {"/proc/cmdline", "quiet\n"}};
    add_memmap(files, 0, range(0, 0x9fbff), "System RAM");
    add_memmap(files, 1, range(0x9fc00, 0x9ffff), "Reserved");
    add_memmap(files, 2, range(0x100000, 0x3ffdffff), "System RAM");
    add_memmap(files, 3, range(0x3ffe0000, 0x3fffffff), "Reserved");
    return files;
}

Machine understood(const Snapshot &snapshot) {
    auto machine = understand_x86_64(snapshot);
    INFO((machine ? std::string() : machine.error().what));
    REQUIRE(machine);
    return *machine;
}
Machine understood(const Files &files) { return understood(snapshot_of(files)); }

X86_64Facts facts_of(const Machine &machine) { return std::get<X86_64Facts>(machine.own); }

constexpr ElfSegment mapping(std::uint64_t virtual_address, std::uint64_t physical, std::uint64_t size) {
    return {PT_LOAD, PF_R, 0, virtual_address, physical, size, size, 4096};
}
constexpr std::uint64_t no_physical = UINT64_MAX, direct = 0xffff888000000000, image = 0xffffffff84a00000;

// The mappings that /proc/kcore has of that machine.
std::vector<ElfSegment> plain_mappings() {
    return {{PT_NOTE, 0, 512, 0, 0, 4096, 0, 0},
            mapping(image, 0x4a00000, 0x2830000),
            mapping(0xffffc90000000000, no_physical, 0x1fffffffffff),
            mapping(0xffffffffc0000000, no_physical, 0x3f000000),
            mapping(direct + 0x1000, 0x1000, 0x9e000),
            mapping(0xffffea0000000000, no_physical, 0x3000),
            mapping(direct + 0x100000, 0x100000, 0x3fee0000)};
}

// What is understood of the running kernel with these mappings.
X86_64Facts with_mappings(const std::vector<ElfSegment> &mappings) {
    Snapshot snapshot = snapshot_of(plain());
    snapshot.put("/proc/kcore", write_core_header(EM_X86_64, std::endian::little, mappings));
    return facts_of(understood(snapshot));
}

// The files of the next kernel of a chain, that was told `memory`: its firmware's map is that; it takes page
// 0 for itself, cuts 640 KiB to 1 MiB out of RAM, and reserves `kept`.
Files next_kernel(const MemoryMap &memory, Range kept) {
    Files files = {{"/proc/cmdline", "quiet\n"}};
    unsigned number = 0;
    for (const MemoryRange &entry : memory)
        add_memmap(files, number++, entry.range, std::string(name_of(entry.type)));
    MemoryMap view = memory;
    view.retype(range(0, 0xfff), reserved);
    for (Range hole : view.of_type(ram).within(range(0xa0000, 0xfffff)))
        view.remove(hole);
    view.retype(kept, reserved);
    for (const MemoryRange &entry : view)
        files["/proc/iomem"] += fmt::format("{} : {}\n", to_string(entry.range), name_of(entry.type));
    return files;
}

} // namespace

TEST_CASE("memory is what the firmware said, page 0 and the BIOS area included") {
    Machine machine = understood(plain());
    CHECK(machine.memory.of_type(ram) == Ranges{range(0, 0x9fbff), range(0x100000, 0x3ffdffff)});
    CHECK(machine.memory.of_type(reserved) == Ranges{range(0x9fc00, 0x9ffff), range(0x3ffe0000, 0x3fffffff)});
    CHECK(machine.system_ram == Ranges{range(0x1000, 0x9fbff), range(0x100000, 0x3ffdffff)});
}

TEST_CASE("what the kernel reserved of the firmware's RAM is reserved, at any depth and only there") {
    Files files = plain();
    files["/proc/iomem"] = "00100000-2fffffff : System RAM\n"
                           "30000000-30000fff : Reserved\n"
                           "30001000-3ffdffff : System RAM\n"
                           "  31000000-31000fff : reserved\n"
                           "3ffe0000-3fffffff : Reserved\n"
                           "40000000-4fffffff : Reserved\n"
                           "50000000-5fffffff : ACPI Tables\n";
    Machine machine = understood(files);
    CHECK(machine.memory.of_type(reserved) == Ranges{range(0x9fc00, 0x9ffff), range(0x30000000, 0x30000fff),
                                                     range(0x31000000, 0x31000fff),
                                                     range(0x3ffe0000, 0x3fffffff)});
    CHECK(machine.memory.of_type(MemoryType::acpi_tables).empty());
}

TEST_CASE("memory for a special purpose and emulated persistent memory are kept out of RAM") {
    Files files = plain();
    files["/proc/iomem"] = "00100000-1fffffff : System RAM\n"
                           "20000000-2fffffff : Soft Reserved\n"
                           "  20000000-2fffffff : System RAM (kmem)\n"
                           "30000000-3fffffff : Persistent Memory (legacy)\n";
    Machine machine = understood(files);
    CHECK(machine.memory.of_type(MemoryType::soft_reserved) == Ranges{range(0x20000000, 0x2fffffff)});
    CHECK(machine.memory.of_type(MemoryType::persistent_legacy) == Ranges{range(0x30000000, 0x3ffdffff)});
    CHECK(machine.memory.of_type(ram) == Ranges{range(0, 0x9fbff), range(0x100000, 0x1fffffff)});
    CHECK(machine.system_ram == Ranges{range(0x100000, 0x2fffffff)});
}

TEST_CASE("an ACPI table that an initrd brought stays RAM for the next kernel") {
    Files files = plain();
    files["/proc/iomem"] =
        "00100000-2fffffff : System RAM\n30000000-30000fff : ACPI Tables\n30001000-3ffdffff : System RAM\n";
    CHECK(understood(files).memory.of_type(ram).contains(range(0x30000000, 0x30000fff)));
}

TEST_CASE("memory is the same after ten kernels") {
    Range kept = range(0x3d726000, 0x3d74dfff);
    MemoryMap memory = understood(plain()).memory;
    memory.add(range(0xa0000, 0xfffff), ram); // as some firmware says
    Machine machine = understood(next_kernel(memory, kept));
    MemoryMap after_one = machine.memory;
    Ranges ram_after_one = machine.system_ram;
    CHECK(after_one.of_type(reserved).contains(kept));
    for (int hop = 1; hop < 10; hop++)
        machine = understood(next_kernel(machine.memory, kept));
    CHECK(machine.memory == after_one);
    CHECK(machine.system_ram == ram_after_one);
}

TEST_CASE("the kernel's view is the map where the firmware's is missing or was added to") {
    Files files = plain();
    files["/proc/iomem"] += "100000000-1ffffffff : System RAM\n";
    Files without = {{"/proc/iomem", files["/proc/iomem"]}};
    Ranges seen = {range(0x1000, 0x9fbff), range(0x100000, 0x3ffdffff), range(0x100000000, 0x1ffffffff)};
    CHECK(understood(without).memory.of_type(ram) == seen);
    files["/proc/cmdline"] = std::string(600, 'x') + " add_efi_memmap\n";
    CHECK(understood(files).memory.of_type(ram) == seen);
    for (const char *other : {"xadd_efi_memmap", "add_efi_memmap=1", "a=\"b add_efi_memmap c\""}) {
        files["/proc/cmdline"] = other;
        CHECK(understood(files).memory.of_type(ram) ==
              Ranges{range(0, 0x9fbff), range(0x100000, 0x3ffdffff)});
    }
}

TEST_CASE("a firmware map that makes no sense is an error, not a reason to use another") {
    Files files = plain();
    files["/sys/firmware/memmap/2/end"] = "junk\n";
    auto machine = understand_x86_64(snapshot_of(files));
    REQUIRE_FALSE(machine);
    CHECK(has(machine.error().what, "/sys/firmware/memmap/2/end"));
}

TEST_CASE("RAM in use is every line that starts so, without the GART") {
    Files files = plain();
    files["/proc/iomem"] = "00100000-3fffffff : System RAM\n"
                           "  20000000-23ffffff : GART\n"
                           "100000000-1ffffffff : Persistent Memory\n"
                           "  100000000-1ffffffff : dax0.0\n"
                           "    100000000-17fffffff : System RAM (kmem)\n"
                           "200000000-2ffffffff : virtio0\n"
                           "  200000000-20fffffff : System RAM (virtio_mem)\n"
                           "300000000-3ffffffff : Not System RAM\n";
    CHECK(understood(files).system_ram == Ranges{range(0x100000, 0x1fffffff), range(0x24000000, 0x3fffffff),
                                                 range(0x100000000, 0x17fffffff),
                                                 range(0x200000000, 0x20fffffff)});
}

TEST_CASE("boot parameters come from sysfs or debugfs, and their RSDP outranks EFI's") {
    std::string page(4096, '\0');
    page[0x71] = 0x12;
    for (const char *path : {"/sys/kernel/boot_params/data", "/sys/kernel/debug/boot_params/data"}) {
        Files files = plain();
        files[path] = page;
        files["/sys/firmware/efi/systab"] = "ACPI20=0x3fb7e014\n";
        X86_64Facts facts = facts_of(understood(files));
        CHECK(as_text(facts.boot_params) == page);
        CHECK(facts.acpi_rsdp == 0x1200);
    }
    for (const std::string &wrong : {page + "x", page.substr(1), std::string()}) {
        Files files = plain();
        files["/sys/kernel/boot_params/data"] = wrong;
        CHECK(has(understand_x86_64(snapshot_of(files)).error().what, "/sys/kernel/boot_params/data"));
    }
    CHECK(facts_of(understood(plain())).boot_params.empty());
    CHECK(facts_of(understood(plain())).acpi_rsdp == 0);
}

TEST_CASE("the kernel's place is read from the headers of /proc/kcore") {
    X86_64Facts facts = with_mappings(plain_mappings());
    REQUIRE(facts.kernel);
    CHECK(facts.kernel_missing.empty());
    CHECK(facts.kernel->page_offset == direct);
    CHECK(facts.kernel->text_physical == 0x4a00000);
    CHECK(facts.kernel->text_virtual == image);
    CHECK(facts.kernel->text_size == 0x2830000);
}

TEST_CASE("a kernel that gives no physical addresses in /proc/kcore is placed by order and alignment") {
    auto mappings = plain_mappings();
    for (ElfSegment &mapping : mappings)
        mapping.physical_address = 0;
    X86_64Facts facts = with_mappings(mappings);
    REQUIRE(facts.kernel);
    CHECK(facts.kernel->page_offset == direct);
    CHECK(facts.kernel->text_virtual == image);
}

TEST_CASE("where the kernel's place cannot be known the reason is kept") {
    auto two_offsets = plain_mappings();
    two_offsets.back().physical_address += 0x1000;
    CHECK(has(with_mappings(two_offsets).kernel_missing, "two different offsets"));
    auto elsewhere = plain_mappings();
    elsewhere[1].physical_address += 0x200000;
    CHECK(has(with_mappings(elsewhere).kernel_missing, "0x4c00000"));
    auto small = plain_mappings();
    small[1].memory_size = small[1].file_size = 0x1000;
    CHECK(has(with_mappings(small).kernel_missing, "0x1000 bytes"));
    auto beyond = plain_mappings();
    beyond[1].memory_size = beyond[1].file_size = UINT64_MAX - 10;
    CHECK_FALSE(with_mappings(beyond).kernel);
    CHECK(has(with_mappings({mapping(direct, 0x1000, 0x1000)}).kernel_missing, "image"));
    CHECK(has(with_mappings({mapping(image, 0x4a00000, 0x2830000)}).kernel_missing, "direct map"));
    CHECK_FALSE(with_mappings({}).kernel);
}

TEST_CASE("a /proc/kcore that cannot be read or is none leaves the reason, and the rest is understood") {
    Snapshot snapshot = snapshot_of(plain());
    CHECK(has(facts_of(understood(snapshot)).kernel_missing, "/proc/kcore: No such file"));
    snapshot.put_error("/proc/kcore", EPERM);
    CHECK(has(facts_of(understood(snapshot)).kernel_missing, "/proc/kcore: Operation not permitted"));
    snapshot.put("/proc/kcore", buffer("not an ELF file"));
    CHECK(has(facts_of(understood(snapshot)).kernel_missing, "/proc/kcore: "));
    Buffer core = write_core_header(EM_X86_64, std::endian::little, plain_mappings());
    snapshot.put("/proc/kcore", Buffer(core.begin(), core.begin() + 200), true);
    CHECK(has(facts_of(understood(snapshot)).kernel_missing, "more program headers"));
    snapshot.put("/proc/kcore", core);
    snapshot.put("/proc/iomem", buffer("00100000-3fffffff : System RAM\n"));
    CHECK(has(facts_of(understood(snapshot)).kernel_missing, "Kernel code"));
}

TEST_CASE("every truncation of /proc/kcore's headers is survived") {
    Buffer core = write_core_header(EM_X86_64, std::endian::little, plain_mappings());
    Snapshot snapshot = snapshot_of(plain());
    for (std::size_t size = 0; size < core.size(); size++) {
        snapshot.put("/proc/kcore", Buffer(core.begin(), core.begin() + static_cast<std::ptrdiff_t>(size)));
        CHECK_FALSE(facts_of(understood(snapshot)).kernel_missing.empty());
    }
}

TEST_CASE("a machine with 200 ranges of memory and 2000 mappings is understood") {
    Files files = plain();
    std::string &iomem = files["/proc/iomem"];
    auto mappings = plain_mappings();
    Ranges expected = {range(0, 0x9fbff), range(0x100000, 0x3ffdffff)};
    for (unsigned i = 0; i < 196; i++) {
        std::uint64_t start = 0x100000000 + i * 0x10000000ull;
        Range part = range(start, start + (i % 2 ? 0xfffffff : 0x7ffffff));
        add_memmap(files, 4 + i, part, i % 3 == 0 ? "Reserved" : "System RAM");
        iomem += fmt::format("{} : {}\n", to_string(part), i % 3 == 0 ? "Reserved" : "System RAM");
        if (i % 3 != 0)
            expected.add(part);
    }
    for (unsigned i = 0; i < 2000; i++)
        mappings.push_back(
            mapping(direct + 0x100000000 + i * 0x1000000ull, 0x100000000 + i * 0x1000000ull, 0x1000));
    Snapshot snapshot = snapshot_of(files);
    snapshot.put("/proc/kcore", write_core_header(EM_X86_64, std::endian::little, mappings));
    Machine machine = understood(snapshot);
    CHECK(machine.memory.size() > 150);
    CHECK(machine.memory.of_type(ram) == expected);
    REQUIRE(facts_of(machine).kernel);
    CHECK(facts_of(machine).kernel->page_offset == direct);
}

TEST_CASE("five-level paging is the processor's, as its flags say") {
    Files files = plain();
    CHECK_FALSE(std::get<X86_64Facts>(understood(files).own).has_la57);
    files["/proc/cpuinfo"] = "processor\t: 0\nflags\t\t: fpu avx2 la57 sha_ni\nbugs\t\t: la58\n";
    CHECK(std::get<X86_64Facts>(understood(files).own).has_la57);
    files["/proc/cpuinfo"] = "flags\t\t: fpu xla57\nbugs\t\t: la57\n";
    CHECK_FALSE(std::get<X86_64Facts>(understood(files).own).has_la57);
    files["/proc/cpuinfo"] = "flags";
    CHECK_FALSE(std::get<X86_64Facts>(understood(files).own).has_la57);
}

TEST_CASE("a confidential guest is told by its processor, its devices or its boot parameters") {
    auto told = [](const Files &files) { return std::get<X86_64Facts>(understood(files).own).confidential; };
    Files files = plain();
    CHECK(told(files).empty());
    files["/proc/cpuinfo"] = "flags\t\t: fpu sme sev sev_es\n"; // a host
    CHECK(told(files).empty());
    files["/proc/cpuinfo"] = "flags\t\t: fpu hypervisor sev_es\n";
    CHECK(told(files) == "/proc/cpuinfo has sev_es");
    files["/proc/cpuinfo"] = "flags\t\t: fpu hypervisor tdx_guest\n";
    CHECK(told(files) == "/proc/cpuinfo has tdx_guest");
    files = plain();
    files["/sys/class/misc/sev-guest/uevent"] = "MAJOR=10\n";
    CHECK(told(files) == "/sys/class/misc/sev-guest");
    files = plain();
    std::string parameters(4096, '\0');
    parameters[0x13c] = 1;
    files["/sys/kernel/boot_params/data"] = parameters;
    CHECK(told(files) == "boot_params have a confidential computing blob");
}
