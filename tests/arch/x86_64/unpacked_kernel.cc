// SPDX-License-Identifier: GPL-2.0-or-later
// --fast: where an unpacked kernel goes, what it is told, and what makes it go the ordinary way.
#include "arch/arch.h"
#include "plan/purgatory.h"
#include "tests/catch.h"
#include "tests/formats/build_elf.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

#include <algorithm>
#include <fmt/core.h>
#include <set>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t step = 0x200000, kernel_map = 0xffffffff80000000, linked = 0x1000000;
constexpr std::size_t physical_number = 32, virtual_number = 40;

Buffer drawable(const BzImageFile &what = {}) {
    return bzimage_holding(with_relocations(vmlinux_file(movable_vmlinux()), some_relocations), what);
}

Request fast(Machine machine = pc(), const Buffer &kernel = drawable(), Purpose purpose = Purpose::reboot) {
    Request request = request_to_load(std::move(machine), kernel, purpose);
    give(request, OptionId::fast);
    request.entropy.available = true;
    return request;
}

void draw(Request &request, std::uint64_t physical, std::uint64_t virtually) {
    write_at(request.entropy.bytes, physical_number, le64(physical));
    write_at(request.entropy.bytes, virtual_number, le64(virtually));
}

Decision decided(const Request &request) { return arch_named("x86_64")->plan(request).value(); }
SegmentLoad plan(const Request &request) { return segments_of(arch_named("x86_64")->plan(request)); }

Range place(const Request &request) { return segment_named(plan(request), "kernel.0").destination; }

// The 64-bit value that the wide table names, 0x100 bytes into the kernel: 0 as linked.
std::uint64_t moved_by(const SegmentLoad &it) {
    return read_at<le64>(segment_named(it, "kernel.0").bytes, 0x100, "x").value();
}

unsigned loadflags(const SegmentLoad &it) {
    return std::to_integer<unsigned>(segment_named(it, "boot parameters").bytes[0x211]);
}

// The sentence about the ordinary way; empty: the kernel is loaded unpacked.
std::string in_the_way(const Request &request) {
    Decision decision = decided(request);
    SegmentLoad it = segments_of(decision);
    bool is_ordinary = std::ranges::count(it.segments, "kernel", &Segment::name) > 0;
    for (const std::string &warning : decision.warnings)
        if (warning.starts_with("--fast: ")) {
            CHECK(is_ordinary);
            CHECK(warning.ends_with("loading this kernel the ordinary way"));
            return warning;
        }
    CHECK_FALSE(is_ordinary);
    return {};
}

bool tells(std::string_view text, std::string_view part) { return text.find(part) != std::string::npos; }

X86_64Facts &facts_of(Machine &machine) { return std::get<X86_64Facts>(machine.own); }

Machine with_five_levels() {
    Machine machine = pc();
    facts_of(machine).kernel->page_offset = 0xff11000000000000;
    return machine;
}

} // namespace

TEST_CASE("the kernel is entered as a vmlinux, with the header of its bzImage") {
    SegmentLoad it = plan(fast());
    CHECK(std::ranges::count(it.segments, "kernel", &Segment::name) == 0);
    const Segment &text = segment_named(it, "kernel.0");
    CHECK(as_text(text.bytes).starts_with("Linux version"));
    Bytes told = Bytes(*it.purgatory).subspan(0x100);
    CHECK(read_at<le64>(told, 0, "x").value() == text.destination.first());
    Bytes parameters = segment_named(it, "boot parameters").bytes;
    CHECK(read_at<le32>(parameters, 0x260, "x").value() == 0x3800000); // init_size
}

TEST_CASE("each number draws another place, all of them in free memory") {
    Machine machine = pc();
    std::set<std::uint64_t> places;
    for (std::uint64_t number = 0; number < 300; number++) {
        Request request = fast(machine);
        draw(request, number, 0);
        Range drawn = place(request);
        CHECK(drawn.first() % step == 0);
        CHECK(drawn.first() >= linked);
        places.insert(drawn.first());
    }
    CHECK(places.size() == 300);
    CHECK(*places.begin() == linked);
}

TEST_CASE("addresses inside the kernel move by what is drawn, and by nothing else") {
    Request request = fast();
    draw(request, 3, 5);
    SegmentLoad it = plan(request);
    CHECK(moved_by(it) == 5 * step);
    CHECK(segment_named(it, "kernel.0").destination.first() == linked + 3 * step);
    CHECK(segment_named(it, "kernel.1").destination.first() == 0x1200000 + 3 * step);
    draw(request, 4, 5);
    CHECK(moved_by(plan(request)) == 5 * step);
}

TEST_CASE("virtual addresses are drawn from all that the kernel maps for itself") {
    Request request = fast();
    std::uint64_t room = (1 << 30) - linked, size = 0x801000, places = (room - size) / step + 1;
    draw(request, 0, places - 1);
    CHECK(moved_by(plan(request)) == (places - 1) * step);
    draw(request, 0, places);
    CHECK(moved_by(plan(request)) == 0);
    draw(request, 0, UINT64_MAX);
    CHECK(moved_by(plan(request)) == UINT64_MAX % places * step);
}

TEST_CASE("a kernel that wants larger steps gets them") {
    Request request = fast(pc(), drawable({.kernel_alignment = 0x1000000}));
    draw(request, 1, 1);
    CHECK(moved_by(plan(request)) == 0x1000000);
    CHECK(place(request).first() == 0x2000000);
}

TEST_CASE("the kernel is told that its place was drawn, and with nokaslr that it was not") {
    Request request = fast();
    draw(request, 7, 7);
    CHECK(loadflags(plan(request)) == 3);
    request.settings.command_line = "quiet nokaslr";
    SegmentLoad it = plan(request);
    CHECK(loadflags(it) == 1);
    CHECK(moved_by(it) == 0);
    CHECK(segment_named(it, "kernel.0").destination.first() == linked);
    request.settings.command_line = "nokaslr=1 xnokaslr";
    CHECK(loadflags(plan(request)) == 3);
}

TEST_CASE("what is drawn changes the place of nothing else") {
    Request request = fast(pc(0x4000000));
    request.initrd = file_holding(sample_bytes(5000));
    std::set<std::string> printed;
    for (std::uint64_t number : {0U, 1U, 2U, 9U, 100U}) {
        draw(request, number, number);
        std::string text;
        for (const Segment &segment : plan(request).segments)
            if (!segment.drawn)
                text += segment.name + to_string(segment.destination);
        printed.insert(text);
        printed.insert(text);
    }
    CHECK(printed.size() == 1);
}

TEST_CASE("a printed plan is the same whatever is drawn") {
    Request request = fast();
    std::set<std::string> printed;
    for (std::uint64_t number : {0U, 1U, 17U, 300U}) {
        draw(request, number, number);
        printed.insert(describe(decided(request)));
    }
    CHECK(printed.size() == 1);
    CHECK(tells(*printed.begin(), "kernel.0             drawn at load"));
}

TEST_CASE("with -d the running kernel is not asked to print where things lie") {
    Request request = fast();
    request.settings.debug = true;
    CHECK((plan(request).flags & kexec_debug) == 0);
    request.settings.command_line = "nokaslr";
    CHECK((plan(request).flags & kexec_debug) != 0);
}

TEST_CASE("the purgatory is told to name no address") {
    auto flags = [](const Request &request) {
        SegmentLoad it = plan(request);
        return std::uint32_t{read_at<le32>(Bytes(*it.purgatory).subspan(0x100), 0x10, "x").value()};
    };
    Request request = fast();
    CHECK((flags(request) & purgatory::flag::hidden_places) != 0);
    request.settings.command_line = "nokaslr";
    CHECK((flags(request) & purgatory::flag::hidden_places) == 0);
}

TEST_CASE("a crash kernel is drawn inside its reservation") {
    Machine machine = pc();
    Range reservation = sized(0x30000000, 0x10000000);
    reserve(machine, reservation);
    Request request = fast(machine, drawable(), Purpose::crash);
    std::set<std::uint64_t> places;
    for (std::uint64_t number = 0; number < 100; number++) {
        draw(request, number, 0);
        CHECK(reservation.contains(place(request)));
        places.insert(place(request).first());
    }
    CHECK(places.size() > 90);
}

TEST_CASE("mem= and memmap= of the new kernel's command line are respected") {
    Request request = fast();
    request.settings.command_line = "mem=64M memmap=16M$16M";
    for (std::uint64_t number = 0; number < 40; number++) {
        draw(request, number, 0);
        CHECK(place(request).first() >= 0x2000000);
        CHECK(segment_named(plan(request), "kernel.2").destination.last() < 0x4000000);
    }
    request.settings.command_line = "mem=18M";
    CHECK(tells(in_the_way(request), "there is no room for the kernel"));
    request.settings.command_line = "mem=lots";
    CHECK(tells(in_the_way(request), "\"lots\" on the command line cannot be understood"));
}

TEST_CASE("zeros that stand for a bss are left out, other zeros and what is not zero are not") {
    ElfPlan elf;
    Buffer content(0x3000);
    std::ranges::copy(as_bytes("Linux version 6.12.0 (a@b) \n phys_base"), content.begin());
    ElfSegment &segment = add_segment(elf, 1, content, linked);
    segment.virtual_address = kernel_map + linked;
    elf.entry = linked;
    auto loaded = [&](const std::vector<NamedSection> &sections) {
        Buffer file = build_elf_with_sections(elf, sections);
        Request request = fast(pc(), bzimage_holding(with_relocations(file, {{}, {}, {}})));
        return segment_named(plan(request), "kernel.0").bytes.size();
    };
    NamedSection bss{.name = ".bss", .content = {}, .no_bits = true, .address = kernel_map + linked + 0x1000};
    CHECK(loaded({}) == 0x3000);
    CHECK(loaded({bss}) == 0x1000);
    elf.contents[0x2fff] = std::byte{1};
    CHECK(loaded({bss}) == 0x3000);
}

TEST_CASE("what stands in the way is said, and the kernel is loaded the ordinary way") {
    CHECK(in_the_way(fast()).empty());
    CHECK(tells(in_the_way(fast(pc(), bzimage_file())), "how its vmlinux is packed is not known"));
    CHECK(tells(in_the_way(fast(pc(), bzimage_file({.version = 0x0207}))), "entered by its 32-bit entry"));
    CHECK(tells(in_the_way(fast(pc(), bzimage_holding(vmlinux_file(movable_vmlinux())))),
                "no relocation tables"));
    CHECK(tells(in_the_way(fast(pc(), bzimage_holding(sample_bytes(100)))), "no ELF file"));
    CHECK(tells(in_the_way(fast(pc(), bzimage_holding(vmlinux_file(fixed_vmlinux(linked))))),
                "cannot be moved"));
    RelocationRows wrong{{0x80000000}, {}, {}};
    CHECK(tells(in_the_way(
                    fast(pc(), bzimage_holding(with_relocations(vmlinux_file(movable_vmlinux()), wrong)))),
                "they name 0xffffffff80000000"));
}

TEST_CASE("without tables a kernel is entered unpacked if nokaslr is given") {
    Request request = fast(pc(), bzimage_holding(vmlinux_file(movable_vmlinux())));
    request.settings.command_line = "nokaslr";
    CHECK(in_the_way(request).empty());
}

TEST_CASE("without random numbers, with movable_node and by the 32-bit entry kernels go the ordinary way") {
    Request request = fast();
    request.entropy.available = false;
    CHECK(tells(in_the_way(request), "no random numbers"));
    request = fast();
    request.settings.command_line = "movable_node";
    CHECK(tells(in_the_way(request), "movable_node"));
    request = fast();
    give(request, OptionId::entry_32bit);
    CHECK(tells(in_the_way(request), "32-bit entry"));
}

TEST_CASE("a confidential guest is left to the kernel's own decompressor") {
    Machine machine = pc();
    facts_of(machine).confidential = "/proc/cpuinfo has tdx_guest";
    CHECK(tells(in_the_way(fast(machine)), "confidential guest (/proc/cpuinfo has tdx_guest)"));
}

TEST_CASE("levels of page tables stay what they are, or it is said that they would not") {
    CHECK(in_the_way(fast(with_five_levels())).empty());
    CHECK(
        tells(in_the_way(fast(with_five_levels(), drawable({.xloadflags = 0x3f}))), "the new one is not to"));
    Request request = fast(with_five_levels());
    request.settings.command_line = "no5lvl";
    CHECK(tells(in_the_way(request), "the new one is not to"));

    Machine could = pc();
    facts_of(could).has_la57 = true;
    CHECK(tells(in_the_way(fast(could)), "the new kernel is to use five-level paging"));
    request = fast(could);
    request.settings.command_line = "no5lvl";
    CHECK(in_the_way(request).empty());
    Machine told = pc();
    told.command_line = "quiet no5lvl";
    CHECK(tells(in_the_way(fast(told)), "the new kernel is to use five-level paging"));
    Machine unknown = pc();
    facts_of(unknown).kernel.reset();
    CHECK(tells(in_the_way(fast(unknown)), "is not known"));
}

TEST_CASE("a vmlinux with its tables is drawn a place, too") {
    Request request = fast(pc(), with_relocations(vmlinux_file(movable_vmlinux()), some_relocations));
    draw(request, 3, 5);
    CHECK(moved_by(plan(request)) == 5 * step);
    CHECK(loadflags(plan(request)) == 3);
}

TEST_CASE("--fast and -s are an error") {
    Request request = fast();
    request.settings.call = Call::file_load;
    auto decision = arch_named("x86_64")->plan(request);
    REQUIRE_FALSE(decision);
    CHECK(decision.error().cause == Cause::bad_usage);
}

TEST_CASE("where kexec_load is shut the file call serves, and --fast is said to have no effect") {
    Request request = fast();
    request.settings.call = Call::automatic;
    request.machine.kexec.policy.lockdown = "integrity";
    Decision decision = decided(request);
    CHECK(std::holds_alternative<FileLoad>(decision.attempts.front().plan));
    REQUIRE_FALSE(decision.warnings.empty());
    CHECK(tells(decision.warnings.front(), "--fast has no effect"));
}
