// SPDX-License-Identifier: GPL-2.0-or-later
// Whole plans on s390x: where things go, what the new kernel and the purgatory are told, and what is refused.
// Everything stored is big-endian whatever this host is.
#include "arch/s390x/s390x.h"
#include "plan/purgatory.h"
#include "tests/catch.h"
#include "tests/formats/build_s390x.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t mib = 1 << 20;
const Range reservation = span(0x38000000, 0x3fffffff);

Machine mainframe() {
    Machine machine;
    machine.arch = "s390x";
    machine.system_ram = {span(0, 0x37ffffff)};
    machine.memory.add(span(0, 0x37ffffff), MemoryType::ram);
    return machine;
}

Request request(Purpose purpose, const Buffer &kernel) {
    Machine machine = mainframe();
    if (purpose == Purpose::crash)
        reserve(machine, reservation);
    Request asked{.settings = {},
                  .machine = machine,
                  .image = read_image(file_holding(kernel), arch_s390x.formats).value(),
                  .initrd = nullptr,
                  .entropy = {}};
    asked.settings.purpose = purpose;
    asked.settings.call = Call::load;
    asked.settings.command_line = "root=/dev/vda1 quiet";
    return asked;
}
Request reboot() { return request(Purpose::reboot, build_s390x_image()); }
Request crash() { return request(Purpose::crash, build_s390x_image()); }

SegmentLoad plan(const Request &asked) { return segments_of(plan_s390x(asked)); }

Error refusal(const Request &asked) {
    auto decision = plan_s390x(asked);
    REQUIRE_FALSE(decision);
    CHECK_FALSE(decision.error().remedy.empty());
    return decision.error();
}

Range place(const SegmentLoad &it, std::string_view name) { return segment_named(it, name).destination; }

// The parameter area by its addresses in arch/s390/include/asm/setup.h.
std::uint64_t told(const SegmentLoad &it, std::uint64_t address) {
    return read_at<be64>(segment_named(it, "parameters").bytes, address - 0x10000, "x").value();
}
std::string_view command_line_told(const SegmentLoad &it) {
    return text_until_nul(segment_named(it, "parameters").bytes.subspan(0x480));
}

// The purgatory's parameters, by the offsets of the contract.
std::uint64_t purgatory_told(const SegmentLoad &it, std::size_t offset) {
    return read_at<be64>(*it.purgatory, 0x100 + offset, "x").value();
}
std::uint32_t purgatory_flags(const SegmentLoad &it) {
    return read_at<be32>(*it.purgatory, 0x110, "x").value();
}

} // namespace

TEST_CASE("s390x: a kernel goes to its own place, its first pages filled in, the purgatory below it") {
    SegmentLoad it = plan(reboot());
    REQUIRE(it.segments.size() == 3);
    CHECK(place(it, "parameters") == span(0x10000, 0x11fff));
    CHECK(place(it, "kernel") == span(0x12000, 0x13fff));
    CHECK(place(it, "purgatory").first() == 0x2000);
    CHECK(place(it, "purgatory").last() < 0x10000);
    CHECK(it.entry == 0x2000);
    CHECK(it.flags == 0x160000);
    CHECK(purgatory_told(it, 0) == 0x10000);
    CHECK(purgatory_flags(it) == 0);
    CHECK(command_line_told(it) == "root=/dev/vda1 quiet");
    for (std::uint64_t address : {0x10408u, 0x10410u, 0x10418u, 0x10420u})
        CHECK(told(it, address) == 0);
    CHECK(told(it, 0x10430) == 4096); // what the image states stays
}

TEST_CASE("s390x: what is loaded is the file but for the parameters") {
    Buffer file = build_s390x_image();
    Request asked = request(Purpose::reboot, file);
    SegmentLoad it = plan(asked);
    Buffer loaded(segment_named(it, "parameters").bytes.begin(), segment_named(it, "parameters").bytes.end());
    append(loaded, segment_named(it, "kernel").bytes);
    write_at(loaded, 0x408, S390xParameters{}.initrd_start);
    std::ranges::copy(Bytes(file).subspan(0x10480, 32), loaded.begin() + 0x480);
    CHECK(std::ranges::equal(loaded, Bytes(file).subspan(0x10000)));
}

TEST_CASE("s390x: without a command line the image's own stays") {
    Request asked = reboot();
    asked.settings.command_line = "";
    CHECK(command_line_told(plan(asked)) == "root=/dev/ram0 ro");
}

TEST_CASE("s390x: the initrd lies behind the kernel, not below 8 MiB, and is told by its exact size") {
    Request asked = reboot();
    asked.initrd = file_holding(sample_bytes(5000));
    SegmentLoad it = plan(asked);
    CHECK(place(it, "initrd") == sized(8 * mib, 8192));
    CHECK(told(it, 0x10408) == 8 * mib);
    CHECK(told(it, 0x10410) == 5000);

    asked = request(Purpose::reboot, build_s390x_image({.size = 9 * mib + 4096}));
    asked.initrd = file_holding(sample_bytes(5000));
    CHECK(place(plan(asked), "initrd").first() == 10 * mib);
    asked.initrd = file_holding({});
    CHECK(told(plan(asked), 0x10408) == 0);
}

TEST_CASE("s390x: a crash kernel lies in the reservation as if 0 were its start") {
    Request asked = crash();
    asked.initrd = file_holding(sample_bytes(5000));
    SegmentLoad it = plan(asked);
    CHECK(place(it, "parameters") == span(0x38010000, 0x38011fff));
    CHECK(place(it, "kernel") == span(0x38012000, 0x38013fff));
    CHECK(place(it, "initrd").first() == 0x38800000);
    CHECK(it.entry == 0x38002000);
    CHECK(it.flags == 0x160001);
    CHECK(told(it, 0x10408) == 0x800000);
    CHECK(told(it, 0x10418) == 0x38000000);
    CHECK(told(it, 0x10420) == 0x8000000);
    CHECK(purgatory_told(it, 0) == 0x10010);
    CHECK(purgatory_flags(it) == purgatory::flag::panic);
    CHECK(purgatory_told(it, 0x40) == 0x38000000);
    CHECK(purgatory_told(it, 0x48) == 0x8000000);
}

TEST_CASE("s390x: the purgatory of a crash kernel has as much room again as it has bytes") {
    SegmentLoad it = plan(crash());
    std::uint64_t pages = (it.purgatory->size() + 4095) / 4096 * 4096;
    CHECK(place(it, "purgatory").size() == 2 * pages);
    CHECK(place(plan(reboot()), "purgatory").size() == pages);
}

TEST_CASE("s390x: -i has the purgatory answer that all is well, -d asks the kernel to speak") {
    Request asked = crash();
    asked.settings.checks = false;
    asked.settings.debug = true;
    SegmentLoad it = plan(asked);
    CHECK(purgatory_flags(it) == (purgatory::flag::panic | purgatory::flag::skip_checks));
    CHECK(it.flags == 0x160011);
}

TEST_CASE("s390x: a sealed plan has digests in the purgatory's byte order") {
    SegmentLoad it = plan(reboot());
    seal(it);
    CHECK(purgatory_told(it, 0x80) == 0x10000);
    CHECK(purgatory_told(it, 0x88) == 0x2000);
    CHECK(purgatory_told(it, 0xd8) == 0x12000);
}

TEST_CASE("s390x: an ELF kernel is loaded like its image, what it needs zeros for included") {
    for (Purpose purpose : {Purpose::reboot, Purpose::crash}) {
        SegmentLoad image = plan(request(purpose, build_s390x_image()));
        SegmentLoad elf = plan(request(purpose, build_elf(s390x_elf())));
        CHECK(elf.entry == image.entry);
        CHECK(place(elf, "parameters") == place(image, "parameters"));
        CHECK(place(elf, "kernel").first() == place(image, "kernel").first());
        CHECK(place(elf, "kernel").size() == place(image, "kernel").size() + 0x2000);
    }
}

TEST_CASE("s390x: further segments of an ELF kernel keep their places") {
    ElfPlan two = s390x_elf();
    add_segment(two, 1, Buffer(0x1000), 0x40000);
    CHECK(place(plan(request(Purpose::crash, build_elf(two))), "kernel.1") == span(0x38040000, 0x38040fff));
}

TEST_CASE("s390x: a kernel that fits into its first pages has no further segment") {
    SegmentLoad it =
        plan(request(Purpose::reboot, build_s390x_image({.size = 0x11480, .max_command_line_size = 4088})));
    CHECK(it.segments.size() == 2);
    CHECK(segment_named(it, "parameters").bytes.size() == 0x1480);
}

TEST_CASE("s390x: both calls take both kinds of kernel") {
    for (const Buffer &kernel : {build_s390x_image(), build_elf(s390x_elf())}) {
        Request asked = request(Purpose::crash, kernel);
        asked.settings.call = Call::automatic;
        auto decision = plan_s390x(asked);
        REQUIRE(decision);
        REQUIRE(decision->attempts.size() == 2);
        CHECK(std::get<FileLoad>(decision->attempts[0].plan).flags ==
              (kexec_file_on_crash | kexec_file_no_initramfs));
        CHECK(std::holds_alternative<SegmentLoad>(decision->attempts[1].plan));
    }
}

TEST_CASE("s390x: a command line is as long as the image says, less the NUL, and one less by the file call") {
    Request asked = reboot();
    asked.settings.command_line = std::string(4095, 'x');
    CHECK(command_line_told(plan(asked)).size() == 4095);
    asked.settings.call = Call::file_load;
    CHECK(refusal(asked).what == "the command line has 4095 characters; the kernel takes 4094");
    asked.settings.call = Call::load;
    asked.settings.command_line += 'x';
    Error error = refusal(asked);
    CHECK(error.cause == Cause::command_line_too_long);
    CHECK(error.what == "the command line has 4096 characters; the kernel takes 4095");
}

TEST_CASE("s390x: a crash load is refused where nothing is reserved, or the kernel could not start") {
    Request asked = crash();
    asked.machine.crash_reservations.clear();
    CHECK(refusal(asked).cause == Cause::no_reservation);

    asked = request(Purpose::crash, build_s390x_image({.crash_dump = false}));
    Error error = refusal(asked);
    CHECK(error.cause == Cause::unsupported);
    CHECK(error.what == "this kernel cannot start after a crash: it was built without CONFIG_CRASH_DUMP");
    CHECK(plan(request(Purpose::reboot, build_s390x_image({.crash_dump = false}))).segments.size() == 3);
}

TEST_CASE("s390x: a reservation that cannot change places with the bottom of memory is refused") {
    for (Range bad :
         {span(0x4000000, 0xbffffff), span(0x38000800, 0x3fffffff), span(0x38000000, 0x3ffffeff)}) {
        Request asked = crash();
        asked.machine.crash_reservations = {bad};
        CHECK(refusal(asked).what.starts_with("the crash reservation " + to_string(bad) +
                                              " cannot change places"));
    }
}

TEST_CASE("s390x: what does not fit is refused by name") {
    Request asked = crash();
    asked.machine.crash_reservations = {span(0x38000000, 0x380fffff)};
    asked.initrd = file_holding(sample_bytes(5000));
    Error error = refusal(asked);
    CHECK(error.cause == Cause::no_room);
    CHECK(error.what.starts_with("there is no room for the initrd"));
    CHECK(error.remedy == "reserve more memory with crashkernel=, or use a smaller initrd");

    asked = reboot();
    asked.settings.window = span(mib, 64 * mib);
    CHECK(refusal(asked).what.starts_with("the kernel must lie at 00010000-00013fff"));

    asked = reboot(); // the window leaves the initrd no place but the kernel's own
    asked.initrd = file_holding(sample_bytes(5000));
    asked.settings.window = span(0, 4 * mib);
    CHECK(refusal(asked).what.starts_with("there is no room for the initrd"));
}

TEST_CASE("s390x: the vmlinux inside an image and noise are refused by name") {
    auto read = [](const Buffer &file) { return read_image(file_holding(file), arch_s390x.formats); };
    auto inner = read(build_elf(s390x_inner_vmlinux()));
    REQUIRE(!inner);
    CHECK(inner.error().what.find("this vmlinux has no entry of its own") != std::string::npos);
    auto noise = read(sample_bytes(100000));
    REQUIRE(!noise);
    CHECK(noise.error().what.find("it is none of: image, elf-s390x") != std::string::npos);
}
