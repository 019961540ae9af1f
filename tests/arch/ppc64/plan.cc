// SPDX-License-Identifier: GPL-2.0-or-later
// Where things go, what the purgatory is told, and what stands in the way.
#include "purgatory/parameters.h"
#include "tests/arch/ppc64/lpar.h"
#include "tests/catch.h"
#include "tests/machine/made.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t mib = 1 << 20;

Result<Decision> plan(const Request &request) { return arch_named("ppc64")->plan(request); }

SegmentLoad planned(const Request &request) { return segments_of(plan(request)); }

Range place_of(const SegmentLoad &plan, std::string_view name) {
    return segment_named(plan, name).destination;
}

purgatory::Parameters<le64, le32> parameters_of(const SegmentLoad &plan) {
    return read_at<purgatory::Parameters<le64, le32>>(*plan.purgatory, PURGATORY_PARAMETERS, "").value();
}

bool says(const SegmentLoad &plan, std::string_view line) {
    return std::ranges::any_of(plan.notes, [&](const std::string &note) { return has(note, line); });
}

Request usual(Machine machine = lpar()) { return request_on_lpar(std::move(machine), ppc64_vmlinux()); }

Error refusal_of(const Request &request) {
    auto refused = plan(request);
    REQUIRE_FALSE(refused);
    return refused.error();
}

} // namespace

TEST_CASE("the kernel lies at the end of memory, and the purgatory enters it with the tree") {
    Request request = usual();
    request.initrd = file_holding(sample_bytes(100001));
    SegmentLoad load = planned(request);
    auto told = parameters_of(load);
    CHECK(place_of(load, "kernel.0") == sized(0x7ffd0000, 0x30000));
    CHECK(place_of(load, "initrd") == sized(0x7ffb0000, 0x20000));
    CHECK(told.entry == 0x7ffd0000);
    CHECK(told.argument == place_of(load, "device tree").first());
    CHECK(told.flags == (purgatory::flag::vector_sha | purgatory::flag::striped));
    CHECK(told.console.kind == purgatory::console_kind::hypervisor);
    CHECK(told.console.address == 0x71000000);
    CHECK(told.machine[purgatory::ppc64_word::run_at_load] == 0);
    CHECK(load.entry == place_of(load, "purgatory").first());
    CHECK(load.flags == 0x150000);
}

TEST_CASE("the purgatory carries the kernel's first 256 bytes behind its own first instruction") {
    Buffer file = ppc64_vmlinux();
    SegmentLoad load = planned(request_on_lpar(lpar(), file));
    Bytes kernel = segment_named(load, "kernel.0").bytes;
    Bytes purgatory = *load.purgatory;
    CHECK(as_text(purgatory.subspan(4, 252)) == as_text(kernel.subspan(4, 252)));
    CHECK(as_text(purgatory.first(4)) != as_text(kernel.first(4)));
}

TEST_CASE(
    "a machine without terminal, OPAL or vector SHA tells the purgatory of none; OPAL's are handed on") {
    Machine machine = lpar();
    Ppc64Facts &facts = ppc64_facts_of(machine);
    facts.terminal.reset();
    facts.vector_sha = false;
    auto told = parameters_of(planned(usual(machine)));
    CHECK(told.flags == 0);
    CHECK(told.console.kind == purgatory::console_kind::none);
    CHECK(told.machine[purgatory::ppc64_word::opal_entry] == 0);
    facts.opal = {0x30000000, 0x30004000};
    told = parameters_of(planned(usual(machine)));
    CHECK(told.machine[purgatory::ppc64_word::opal_base] == 0x30000000);
    CHECK(told.machine[purgatory::ppc64_word::opal_entry] == 0x30004000);
}

TEST_CASE("nothing for a reboot lies low, where a task of the kernel is that copies it") {
    Machine machine = lpar_with_reservation(sized(128 * mib, 256 * mib));
    ppc64_facts_of(machine).first_memory = span(0, 0x3fffffff);
    Request request = usual(machine);
    request.initrd = file_holding(sample_bytes(100 * mib));
    for (const Segment &segment : planned(request).segments)
        CHECK(segment.destination.first() >= 0x3fffffff - 101 * mib);
}

TEST_CASE("with fadump the new kernel takes memory above the lowest, and finds its initrd below that") {
    Request request = usual();
    request.initrd = file_holding(sample_bytes(8 * mib));
    for (const char *word : {"fadump=on", "quiet fadump=nocma"}) {
        request.settings.command_line = word;
        SegmentLoad load = planned(request);
        CHECK(place_of(load, "kernel.0").first() == 0x2880000);
        CHECK(place_of(load, "initrd").first() == 0x28b0000);
        CHECK(place_of(load, "purgatory").last() < 64 * mib);
    }
    request.settings.command_line = "fadump=off";
    CHECK(place_of(planned(request), "kernel.0").last() == 0x7fffffff);
}

TEST_CASE("initrd and tree lie where a new kernel with mem= has memory, or are refused") {
    Request request = usual();
    request.initrd = file_holding(sample_bytes(8 * mib));
    request.settings.command_line = "mem=1G quiet mem=512M";
    SegmentLoad load = planned(request);
    CHECK(place_of(load, "initrd").last() == 0x1fffffff);
    CHECK(place_of(load, "device tree").last() < 512 * mib);
    CHECK(place_of(load, "kernel.0").last() == 0x7fffffff);
    request.settings.command_line = "mem=16M";
    CHECK(has(refusal_of(request).what, "there is no room for the initrd"));
    for (const char *no_limit : {"mem=0", "mem=", "mem=x", "amem=16M"}) {
        request.settings.command_line = no_limit;
        CHECK(place_of(planned(request), "initrd").last() == 0x7ffcffff);
    }
}

TEST_CASE("everything lies in the first memory, which real mode reaches, whatever the rest has free") {
    Machine machine = lpar();
    machine.memory.add(span(0x80000000, 0x17fffffff), MemoryType::ram);
    machine.system_ram.add(span(0x80000000, 0x17fffffff));
    ppc64_facts_of(machine).first_memory = span(0, 0x3fffffff);
    Request request = usual(machine);
    CHECK(place_of(planned(request), "device tree").last() < 0x40000000);
    request.initrd = file_holding(sample_bytes(8 * mib));
    ppc64_facts_of(request.machine).first_memory = span(0, 0x2ffffff);
    Error refused = refusal_of(request);
    CHECK(refused.cause == Cause::no_room);
    CHECK(has(refused.what, "there is no room for the initrd"));
}

TEST_CASE("initrd and tree lie behind what a kernel covers that moves to the bottom of memory") {
    Machine machine = lpar();
    ppc64_facts_of(machine).kernel_end = 4 * mib;
    ppc64_facts_of(machine).first_memory = sized(0, 90 * mib);
    Request request = request_on_lpar(machine, ppc64_vmlinux({.memory_size = 40 * mib}));
    request.initrd = file_holding(sample_bytes(9 * mib));
    SegmentLoad load = planned(request);
    CHECK(place_of(load, "kernel.0").first() == 50 * mib);
    CHECK(place_of(load, "initrd").first() == 41 * mib);
    CHECK(place_of(load, "device tree").first() >= 40 * mib);
    request.initrd = file_holding(sample_bytes(10 * mib + 1));
    CHECK(has(refusal_of(request).what, "there is no room for the initrd"));
}

TEST_CASE("what is kept for a crash kernel is used last") {
    Request request = usual(lpar_with_reservation(span(0x10000000, 0x7fffffff)));
    request.initrd = file_holding(sample_bytes(4 * mib));
    CHECK(place_of(planned(request), "initrd").last() == 0xfffffff);
    request.machine.crash_reservations = {span(0x2880000, 0x7fffffff)};
    CHECK(place_of(planned(request), "initrd").first() == 0x7fbd0000);
}

TEST_CASE("a reserved piece and RTAS stay free") {
    Machine machine = lpar();
    machine.kept.add(sized(0x7ffe8000, 0x1000));
    CHECK(place_of(planned(usual(machine)), "kernel.0").last() == 0x7ffdffff);
    ppc64_facts_of(machine).first_memory = span(0, 0x2fffffff);
    CHECK(place_of(planned(usual(machine)), "kernel.0").last() == 0x2ffeffff);
}

TEST_CASE("a tree without linux,kernel-end or memory tells nothing about free memory") {
    Machine machine = lpar();
    ppc64_facts_of(machine).kernel_end.reset();
    Error refused = refusal_of(usual(machine));
    CHECK(refused.cause == Cause::unsupported);
    CHECK(refused.what ==
          "the device tree has no linux,kernel-end in /chosen: where memory is free cannot be known");
    CHECK(has(refused.remedy, "-s"));
    machine = lpar();
    ppc64_facts_of(machine).first_memory.reset();
    CHECK(has(refusal_of(usual(machine)).what, "has no memory node"));
}

TEST_CASE(
    "while a dump waits nothing goes beyond the memory that this kernel was given, and the plan says so") {
    Machine machine = lpar();
    ppc64_facts_of(machine).waiting_dump = {"/rtas/ibm,kernel-dump", {span(0, 0xfffffff)}};
    SegmentLoad load = planned(usual(machine));
    for (const Segment &segment : load.segments)
        CHECK(segment.destination.last() < 0x10000000);
    CHECK(says(load, "a dump waits (/rtas/ibm,kernel-dump): everything goes into 00000000-0fffffff"));
    ppc64_facts_of(machine).waiting_dump->boot_memory = {span(0, 0x28affff)};
    CHECK(refusal_of(usual(machine)).cause == Cause::no_room);
}

TEST_CASE("a kernel of the other byte order is loaded as well") {
    SegmentLoad load = planned(request_on_lpar(lpar(), ppc64_vmlinux({.order = std::endian::big})));
    CHECK(parameters_of(load).entry == 0x7ffd0000);
}

TEST_CASE("a vmlinux shorter than a kernel's head is refused") {
    Error refused = refusal_of(request_on_lpar(lpar(), ppc64_vmlinux({.file_size = 0x80})));
    CHECK(refused.cause == Cause::bad_image);
    CHECK(refused.what == "the vmlinux has 128 bytes at its entry, a kernel has at least 256");
}

TEST_CASE("both calls serve a vmlinux, and --dtb or --reuseinitrd leave kexec_load") {
    Request request = usual();
    request.settings.call = Call::automatic;
    auto decision = plan(request);
    REQUIRE(decision);
    CHECK(decision->attempts.size() == 2);
    CHECK(std::holds_alternative<FileLoad>(decision->attempts[0].plan));
    give(request, OptionId::dtb, "lpar.dtb");
    request.dtb = file_holding(lpar_tree().packed());
    decision = plan(request);
    REQUIRE(decision);
    CHECK(decision->attempts.size() == 1);
    request.settings.call = Call::file_load;
    CHECK(has(refusal_of(request).what, "kexec_file_load takes no device tree"));
}

TEST_CASE("the initrd of this boot is used again where it lies, if it was kept") {
    Request request = usual();
    give(request, OptionId::reuse_initrd);
    CHECK(has(refusal_of(request).what, "booted without retain_initrd"));
    request.machine.command_line = "quiet my_retain_initrd=1";
    CHECK(refusal_of(request).cause == Cause::bad_usage);
    request.machine.command_line = "quiet retain_initrd";
    CHECK(has(refusal_of(request).what, "booted without an initrd"));
    ppc64_facts_of(request.machine).initrd = span(0x7f000000, 0x7fffffff);
    SegmentLoad load = planned(request);
    CHECK(place_of(load, "kernel.0").last() == 0x7effffff);
    CHECK(ppc64_tree_of(load).number("/chosen", "linux,initrd-end") == 0x80000000U);
    request.initrd = file_holding(sample_bytes(100));
    CHECK(has(refusal_of(request).what, "both given"));
    request.initrd = nullptr;
    request.settings.purpose = Purpose::crash;
    request.machine.crash_reservations = {sized(0x20000000, 0x10000000)};
    CHECK(refusal_of(request).cause == Cause::unsupported);
}

TEST_CASE("the command line is announced as kexec-tools does it") {
    CHECK(planned(usual()).announcement == "Modified cmdline: root=/dev/vda1 quiet");
}

TEST_CASE("a command line that is too long with what is added is refused") {
    Request request = usual();
    request.settings.command_line = "root=/dev/vda1 " + std::string(2047 - 15, 'x');
    CHECK(plan(request).has_value());
    request.settings.command_line += "y";
    CHECK(refusal_of(request).cause == Cause::command_line_too_long);
}
