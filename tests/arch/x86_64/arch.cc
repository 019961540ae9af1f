// SPDX-License-Identifier: GPL-2.0-or-later
// What is refused before anything is placed, and which calls are tried.
#include "arch/arch.h"

#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_fit.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

Result<Decision> plan(const Request &request) { return arch_named("x86_64")->plan(request); }

Machine with_reservation() {
    Machine machine = pc();
    reserve(machine, sized(0x30000000, 0x10000000));
    return machine;
}

Machine with_five_levels() {
    Machine machine = with_reservation();
    std::get<X86_64Facts>(machine.own).kernel->page_offset = 0xff11000000000000;
    return machine;
}

Error refusal(const Request &request) {
    auto decision = plan(request);
    REQUIRE_FALSE(decision);
    CHECK_FALSE(decision.error().remedy.empty());
    return decision.error();
}

} // namespace

TEST_CASE("a crash load without a reservation says how to get one") {
    Request request = request_to_load(pc(), bzimage_file(), Purpose::crash);
    for (Call call : {Call::load, Call::file_load, Call::automatic}) {
        request.settings.call = call;
        Error error = refusal(request);
        CHECK(error.cause == Cause::no_reservation);
        CHECK(error.what == "no memory is reserved for a crash kernel");
        CHECK(error.remedy ==
              "boot with crashkernel=256M (now: /proc/iomem has no line \"Crash kernel\"), then load again");
    }
}

TEST_CASE("a command line may be as long as the image says and no longer") {
    Request request = request_to_load(pc(), bzimage_file({.cmdline_size = 300}));
    request.settings.command_line = std::string(300, 'x');
    CHECK(plan(request));
    request.settings.command_line += 'x';
    for (Call call : {Call::load, Call::file_load, Call::automatic}) {
        request.settings.call = call;
        Error error = refusal(request);
        CHECK(error.cause == Cause::command_line_too_long);
        CHECK(error.what == "the command line has 301 characters; the kernel takes 300");
    }
}

TEST_CASE("what is added for a crash kernel counts as well") {
    Request request =
        request_to_load(with_reservation(), bzimage_file({.cmdline_size = 300}), Purpose::crash);
    request.settings.command_line = std::string(300, 'x');
    Error error = refusal(request);
    CHECK(error.cause == Cause::command_line_too_long);
    CHECK(error.what.find("with what kexec adds") != std::string::npos);
}

TEST_CASE("under five-level paging a bzImage must say that it can start") {
    CHECK(plan(request_to_load(with_five_levels(), bzimage_file())));
    for (Purpose purpose : {Purpose::reboot, Purpose::crash}) {
        Request request = request_to_load(with_five_levels(), bzimage_file({.xloadflags = 0x1f}), purpose);
        Error error = refusal(request);
        CHECK(error.cause == Cause::unsupported);
        CHECK(error.what ==
              "the running kernel uses five-level paging, which this kernel cannot start under");
        request.machine = with_reservation();
        CHECK(plan(request));
    }
}

TEST_CASE("the 32-bit entry is reached without paging, so its kernel need not know five levels") {
    Request request = request_to_load(with_five_levels(), bzimage_file({.xloadflags = 0x1f}));
    give(request, OptionId::entry_32bit);
    CHECK(plan(request));
    CHECK(plan(
        request_to_load(with_five_levels(), bzimage_file({.xloadflags = 0x1f}), Purpose::reboot, "bzImage")));
}

TEST_CASE("a bzImage is given to the file call first, and to kexec_load where that cannot serve") {
    Request request = request_to_load(pc(), bzimage_file());
    request.settings.call = Call::automatic;
    auto decision = plan(request).value();
    REQUIRE(decision.attempts.size() == 2);
    CHECK(std::holds_alternative<FileLoad>(decision.attempts[0].plan));
    CHECK(std::holds_alternative<SegmentLoad>(decision.attempts[1].plan));
}

TEST_CASE("a uImage and a FIT image may have either of U-Boot's names for x86, and no other") {
    Buffer kernel = bzimage_file();
    auto uimage_for = [&](std::uint8_t architecture) {
        UimageHeader header = usual_uimage_header(kernel);
        header.architecture = architecture;
        return read_image(file_holding(build_uimage(sealed(header), kernel)), arch_named("x86_64")->formats);
    };
    auto fit_for = [&](const std::string &architecture) {
        FitPlan fit = usual_fit(kernel);
        fit.images[0].architecture = architecture;
        return read_image(file_holding(build_fit(fit)), arch_named("x86_64")->formats);
    };
    CHECK(uimage_for(uimage_x86_64)->format->name == "bzImage64");
    CHECK(uimage_for(uimage_x86)->format->name == "bzImage64");
    CHECK(fit_for("x86_64")->format->name == "bzImage64");
    CHECK(fit_for("x86")->format->name == "bzImage64");
    CHECK(uimage_for(uimage_arm64)
              .error()
              .what.ends_with("its architecture is 22 (arm64), 24 (x86_64) is needed"));
    CHECK(fit_for("arm64").error().what.ends_with("has arch \"arm64\", \"x86_64\" or \"x86\" is needed"));
}

TEST_CASE("a multiboot kernel is refused by that name, wherever its header may lie") {
    auto refused = [](std::size_t at, std::vector<std::uint32_t> header) {
        Buffer file(40000);
        for (std::size_t i = 0; i < header.size(); i++)
            write_at(file, at + 4 * i, le32(header[i]));
        auto image = read_image(file_holding(file), arch_named("x86_64")->formats);
        REQUIRE_FALSE(image);
        return image.error().what.find("multiboot") != std::string::npos;
    };
    auto first = [](std::uint32_t flags) {
        return std::vector<std::uint32_t>{0x1badb002, flags, 0U - 0x1badb002 - flags};
    };
    auto second = [](std::uint32_t length) {
        return std::vector<std::uint32_t>{0xe85250d6, 0, length, 0 - 0xe85250d6 - length};
    };
    CHECK(refused(0, first(3)));
    CHECK(refused(8188, first(0x10003)));
    CHECK_FALSE(refused(8192, first(3)));
    CHECK_FALSE(refused(6, first(3)));
    CHECK_FALSE(refused(64, {0x1badb002, 3, 3}));
    CHECK(refused(8192, second(64)));
    CHECK(refused(32760, second(24)));
    CHECK_FALSE(refused(32768, second(24)));
    CHECK_FALSE(refused(12, second(24)));
    CHECK_FALSE(refused(39996, {0x1badb002}));
}

TEST_CASE("a vmlinux and the 32-bit entry are for kexec_load alone") {
    Request vmlinux = request_to_load(pc(), vmlinux_file(movable_vmlinux()));
    vmlinux.settings.call = Call::automatic;
    CHECK(plan(vmlinux).value().attempts.size() == 1);
    Request by_32_bit = request_to_load(pc(), bzimage_file());
    by_32_bit.settings.call = Call::automatic;
    give(by_32_bit, OptionId::entry_32bit);
    auto decision = plan(by_32_bit).value();
    REQUIRE(decision.attempts.size() == 1);
    CHECK(decision.attempts[0].reason == "only kexec_load honours --entry-32bit");
}

TEST_CASE("the file call needs no place of ours: where kexec_load has none, it is tried alone") {
    Request request = request_to_load(pc(0x4000000), bzimage_file());
    request.settings.call = Call::automatic;
    auto decision = plan(request).value();
    CHECK(decision.attempts.size() == 1);
    REQUIRE(decision.warnings.size() == 1);
    CHECK(decision.warnings[0].starts_with(
        "kexec_load could not serve as a second try: there is no room for the kernel"));
}
