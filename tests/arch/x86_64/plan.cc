// SPDX-License-Identifier: GPL-2.0-or-later
// Whole plans for kexec_load: what the purgatory is told, what the new kernel is told, and what the options
// change.
#include "arch/arch.h"
#include "base/devicetree.h"
#include "plan/purgatory.h"
#include "tests/catch.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t four_gib = 0x100000000;

SegmentLoad plan(const Request &request) { return segments_of(arch_named("x86_64")->plan(request)); }

Error refusal(const Request &request) {
    auto decision = arch_named("x86_64")->plan(request);
    REQUIRE_FALSE(decision);
    CHECK_FALSE(decision.error().remedy.empty());
    return decision.error();
}

Request reboot() { return request_to_load(pc(), bzimage_file()); }

Request crash(Range reservation = sized(0x30000000, 0x10000000)) {
    Machine machine = pc();
    reserve(machine, reservation);
    return request_to_load(machine, bzimage_file(), Purpose::crash);
}

// The purgatory's parameters, by the offsets of the contract.
struct Told {
    Bytes at;
    explicit Told(const SegmentLoad &plan) : at(Bytes(*plan.purgatory).subspan(0x100)) {}
    std::uint64_t u64(std::size_t offset) const { return read_at<le64>(at, offset, "x").value(); }
    std::uint32_t u32(std::size_t offset) const { return read_at<le32>(at, offset, "x").value(); }
};

std::uint64_t parameter(const SegmentLoad &plan, std::size_t low, std::size_t high) {
    Bytes page = segment_named(plan, "boot parameters").bytes;
    return std::uint64_t{read_at<le32>(page, low, "x").value()} |
           std::uint64_t{read_at<le32>(page, high, "x").value()} << 32;
}

std::uint64_t entries_told(const SegmentLoad &plan) {
    return std::to_integer<std::uint64_t>(segment_named(plan, "boot parameters").bytes[0x1e8]);
}

} // namespace

TEST_CASE("the purgatory is entered first, and told of kernel and boot parameters") {
    SegmentLoad it = plan(reboot());
    CHECK(it.entry == segment_named(it, "purgatory").destination.first());
    Told told(it);
    CHECK(told.u64(0x00) == segment_named(it, "kernel").destination.first() + 0x200);
    CHECK(told.u64(0x08) == segment_named(it, "boot parameters").destination.first());
    CHECK(told.u32(0x10) == 0);
    CHECK(told.u64(0x20) == 0); // no backup
    CHECK(it.segments.size() == 3);
    CHECK(it.flags == 0x3e0000);
}

TEST_CASE("purgatory and boot parameters keep clear of the first pages of memory") {
    for (std::uint64_t end : {std::uint64_t{0x4800000}, std::uint64_t{0x80000000}})
        for (const Segment &segment :
             plan(request_to_load(pc(end), bzimage_file({.init_size = 0x1000000}))).segments)
            CHECK(segment.destination.first() >= 0x3000);
}

TEST_CASE("the initrd is told by its exact size, in whole pages of its own") {
    Request request = reboot();
    request.initrd = file_holding(sample_bytes(5000));
    SegmentLoad it = plan(request);
    const Segment &initrd = segment_named(it, "initrd");
    CHECK(initrd.bytes.size() == 5000);
    CHECK(initrd.destination.size() == 8192);
    CHECK(parameter(it, 0x218, 0x0c0) == initrd.destination.first());
    CHECK(parameter(it, 0x21c, 0x0c4) == 5000);
}

TEST_CASE("an initrd without a byte is none") {
    Request request = reboot();
    request.initrd = file_holding({});
    SegmentLoad it = plan(request);
    CHECK(it.segments.size() == 3);
    CHECK(parameter(it, 0x218, 0x0c0) == 0);
}

TEST_CASE("-i turns the checks off, -d asks the kernel to speak") {
    Request request = reboot();
    request.settings.checks = false;
    request.settings.debug = true;
    SegmentLoad it = plan(request);
    CHECK(Told(it).u32(0x10) == purgatory::flag::skip_checks);
    CHECK(it.flags == (0x3e0000 | 0x10));
}

TEST_CASE("the 32-bit entry has everything below 4 GiB") {
    Request request = request_to_load(pc(4 * four_gib), bzimage_file());
    request.initrd = file_holding(sample_bytes(100000));
    give(request, OptionId::entry_32bit);
    SegmentLoad it = plan(request);
    for (const Segment &segment : it.segments)
        CHECK(segment.destination.last() <= 0x7fffffff);
    CHECK(Told(it).u32(0x10) == purgatory::flag::entry_32bit);
    CHECK(Told(it).u64(0x00) == segment_named(it, "kernel").destination.first());
    CHECK(parameter(it, 0x228, 0x0c8) < four_gib);

    request.settings.given.clear();
    CHECK(segment_named(plan(request), "kernel").destination.first() >= four_gib);
}

TEST_CASE("--mem-min and --mem-max hold for every segment") {
    Request request = reboot();
    request.initrd = file_holding(sample_bytes(100000));
    request.settings.window = span(0x20000000, 0x27ffffff);
    for (const Segment &segment : plan(request).segments)
        CHECK(span(0x20000000, 0x27ffffff).contains(segment.destination));
    request.settings.window = span(0x20000000, 0x237fffff); // the kernel alone, to the byte
    Error error = refusal(request);
    CHECK(error.cause == Cause::no_room);
    CHECK(error.remedy == "use a smaller initrd, or widen --mem-min and --mem-max");
}

TEST_CASE("--mem-min and --mem-max hold inside a reservation") {
    Request request = crash();
    request.settings.window = span(0x38000000, UINT64_MAX - 1);
    for (const Segment &segment : plan(request).segments)
        CHECK(segment.destination.first() >= 0x38000000);
    request.settings.window = span(0, 0x2fffffff);
    CHECK(refusal(request).cause == Cause::no_room);
}

TEST_CASE("--entry is taken as it is where it lies in a segment, and refused elsewhere") {
    Request request = reboot();
    std::uint64_t kernel = segment_named(plan(request), "kernel").destination.first();
    request.settings.entry = kernel + 0x200;
    CHECK(plan(request).entry == kernel + 0x200);
    request.settings.entry = 0x500000;
    Error error = refusal(request);
    CHECK(error.what == "the entry 0x500000 lies in no segment");
    CHECK(error.remedy == "leave out --entry, or name an address inside a segment");
}

TEST_CASE("a crash load: flags, the backup, and the words the second kernel needs") {
    SegmentLoad it = plan(crash());
    CHECK(it.flags == (0x3e0000 | 1));
    Told told(it);
    CHECK(told.u32(0x10) == purgatory::flag::panic);
    CHECK(told.u64(0x18) == 0x1000);
    CHECK(told.u64(0x20) == 0x9ec00);
    CHECK(told.u64(0x28) == segment_named(it, "backup").destination.first());
    std::uint64_t header = segment_named(it, "core header").destination.first();
    CHECK(it.command_line ==
          fmt::format("root=/dev/vda1 quiet acpi_rsdp=0xf52d0 elfcorehdr={}K", header / 1024));
    for (const Segment &segment : it.segments)
        CHECK(sized(0x30000000, 0x10000000).contains(segment.destination));
}

TEST_CASE("--pass-memmap-cmdline puts the crash kernel's memory on its command line, and does nothing else") {
    Request with = crash();
    give(with, OptionId::pass_memmap_cmdline);
    CHECK(plan(with).command_line.starts_with(plan(crash()).command_line + " memmap=exactmap memmap="));
    Request normal = reboot();
    give(normal, OptionId::pass_memmap_cmdline);
    CHECK(plan(normal).command_line == plan(reboot()).command_line);
}

TEST_CASE("--dtb is handed over where it is a device tree") {
    Request with = reboot();
    Buffer tree = DeviceTree::empty().packed();
    with.dtb = file_holding(tree);
    SegmentLoad it = plan(with);
    CHECK(find(segment_named(it, "boot parameters").bytes, tree) != npos);
    with.dtb = file_holding(as_bytes("no tree at all, and as long as a header of one would have to be"));
    CHECK(refusal(with).cause == Cause::bad_image);
}

TEST_CASE("a crash load into an upper reservation lies wholly in it") {
    Machine machine = pc(2 * four_gib);
    reserve(machine, sized(0x20000000, 0x4800000));
    reserve(machine, sized(0x170000000, 0x20000000));
    for (const Buffer &file : {bzimage_file(), vmlinux_file(movable_vmlinux())})
        for (const Segment &segment : plan(request_to_load(machine, file, Purpose::crash)).segments)
            CHECK(sized(0x170000000, 0x20000000).contains(segment.destination));
}

TEST_CASE("a movable vmlinux goes into the reservation as a whole, a fixed one is refused there") {
    Machine machine = pc();
    reserve(machine, sized(0x30000000, 0x10000000));
    SegmentLoad it = plan(request_to_load(machine, vmlinux_file(movable_vmlinux()), Purpose::crash));
    CHECK(Told(it).u64(0x00) == 0x30000000);
    CHECK(segment_named(it, "kernel.2").destination == sized(0x30400000, 0x401000));
    Error error = refusal(request_to_load(machine, vmlinux_file(fixed_vmlinux(0x1000000)), Purpose::crash));
    CHECK(error.what.find("01000000-012fffff") != std::string::npos);
    CHECK(error.what.find("30000000-3fffffff") != std::string::npos);
    CHECK(error.remedy == "use a kernel built with CONFIG_RELOCATABLE, or its bzImage");
}

TEST_CASE("a reservation that is too small for the kernel, the initrd or a piece names it") {
    CHECK(refusal(crash(sized(0x30000000, 0x2000000))).what.find("the kernel") != std::string::npos);
    Request request = crash(sized(0x30000000, 0x4000000));
    request.initrd = file_holding(Buffer(0x1000000));
    Error error = refusal(request);
    CHECK(error.cause == Cause::no_room);
    CHECK(error.what.find("the initrd: 16384 KiB") != std::string::npos);
    CHECK(error.remedy == "reserve more memory with crashkernel=, or use a smaller initrd");
}

TEST_CASE("--hotplug tells the kernel that it may rewrite the core header") {
    Request request = crash();
    request.settings.hotplug = true;
    request.machine.kexec.elfcorehdr_size = 0x10000;
    SegmentLoad it = plan(request);
    CHECK((it.flags & kexec_update_elfcorehdr) != 0);
    CHECK(segment_named(it, "core header").destination.size() == 0x10000);
    CHECK_FALSE(segment_named(it, "core header").verified);
}

TEST_CASE("what takes more than half of memory is refused before the kernel does") {
    Request request = request_to_load(pc(0x10000000), bzimage_file());
    request.initrd = file_holding(Buffer(0x5000000));
    Error error = refusal(request);
    CHECK(error.what.find("at most half of its memory") != std::string::npos);
}

TEST_CASE("random bytes are handed on where there are some, and printed as random") {
    Request request = reboot();
    CHECK_FALSE(segment_named(plan(request), "boot parameters").random);
    request.entropy.available = true;
    request.entropy.bytes.fill(std::byte{7});
    SegmentLoad it = plan(request);
    const Segment &segment = segment_named(it, "boot parameters");
    CHECK(segment.random);
    CHECK(find(segment.bytes, Buffer(32, std::byte{7})) != npos);
}

TEST_CASE("a kernel too old to be told of ACPI's tables in boot_params is told on its command line") {
    CHECK(plan(reboot()).command_line == "root=/dev/vda1 quiet");
    Request old = request_to_load(pc(), bzimage_file({.version = 0x020d}));
    CHECK(plan(old).command_line == "root=/dev/vda1 quiet acpi_rsdp=0xf52d0");
    old.settings.command_line.clear();
    CHECK(plan(old).command_line == "acpi_rsdp=0xf52d0");
}

TEST_CASE("an EFI machine that cannot hand EFI on says why; --noefi asks for it and says nothing") {
    Request request = reboot();
    std::get<X86_64Facts>(request.machine.own).efi_missing = "/sys/firmware/efi/runtime-map";
    auto decision = arch_named("x86_64")->plan(request).value();
    REQUIRE(decision.warnings.size() == 1);
    CHECK(decision.warnings[0] ==
          "EFI runtime services will not reach the new kernel: /sys/firmware/efi/runtime-map; "
          "going on without");
    give(request, OptionId::noefi);
    CHECK(arch_named("x86_64")->plan(request).value().warnings.empty());
}

TEST_CASE("the new kernel is told the machine's memory, a crash kernel only its own") {
    CHECK(entries_told(plan(reboot())) == pc().memory.size());
    CHECK(plan(reboot()).memory == pc().memory);
    CHECK(plan(crash()).memory != pc().memory);
}

TEST_CASE("each verified segment has its digest in the sealed purgatory") {
    Request request = crash();
    request.initrd = file_holding(sample_bytes(5000));
    SegmentLoad it = plan(request);
    seal(it);
    Told told(it);
    std::size_t region = 0x80;
    for (const Segment &segment : it.segments) {
        if (!segment.verified)
            continue;
        CHECK(told.u64(region) == segment.destination.first());
        CHECK(told.u64(region + 8) == segment.bytes.size());
        region += 0x58;
    }
    CHECK(region == 0x80 + 4 * 0x58); // kernel, initrd, boot parameters, core header
}

TEST_CASE("a machine of 64 TiB in 30 000 pieces with 4096 CPUs is planned for like any other") {
    constexpr std::uint64_t count = 30000, step = (std::uint64_t{64} << 40) / count / 4096 * 4096;
    Machine machine = pc();
    for (std::uint64_t i = 1; i < count; i++) {
        machine.memory.add(sized(i * step + four_gib, step - 0x1000), MemoryType::ram);
        machine.system_ram.add(sized(i * step + four_gib, step - 0x1000));
    }
    for (unsigned cpu = 2; cpu < 4096; cpu++)
        machine.cpu_notes.push_back({cpu, sized(0x100000 + 0x200 * std::uint64_t{cpu}, 0x180)});
    reserve(machine, sized(four_gib + step, 0x40000000));
    for (Purpose purpose : {Purpose::reboot, Purpose::crash}) {
        SegmentLoad it = plan(request_to_load(machine, bzimage_file(), purpose));
        CHECK(entries_told(it) == (purpose == Purpose::reboot ? 128 : machine.memory.size() - count + 4));
        if (purpose == Purpose::crash) // notes, vmcoreinfo, text; the reservation splits no range in two
            CHECK(segment_named(it, "core header").bytes.size() ==
                  64 + 56 * (4096 + 1 + 1 + machine.system_ram.count()));
    }
}
