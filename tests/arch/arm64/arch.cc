// SPDX-License-Identifier: GPL-2.0-or-later
// What is refused before anything is placed, and which calls are tried.
#include "arch/arch.h"

#include "tests/arch/arm64/board.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/machine/made.h"

#include <algorithm>
#include <cerrno>

using namespace kexec;
using namespace kexec::testing;

namespace {

Result<Decision> plan(const Request &request) { return arch_named("arm64")->plan(request); }

Request automatic(Bytes kernel) {
    Request request = request_on_board(board(), kernel);
    request.settings.call = Call::automatic;
    return request;
}

void add_dtb(Request &request) {
    request.dtb = file_holding(board_tree().packed());
    give(request, OptionId::dtb, "board.dtb");
}

} // namespace

TEST_CASE("an Image goes by the file call first, a vmlinux by kexec_load alone") {
    auto image = plan(automatic(build_arm64_image()));
    REQUIRE(image);
    REQUIRE(image->attempts.size() == 2);
    CHECK(std::holds_alternative<FileLoad>(image->attempts[0].plan));
    CHECK(std::holds_alternative<SegmentLoad>(image->attempts[1].plan));
    CHECK(std::ranges::count(image->attempts[0].go_on, ENOSYS) == 1);
    auto vmlinux = plan(automatic(arm64_vmlinux({0})));
    REQUIRE(vmlinux);
    CHECK(vmlinux->attempts.size() == 1);
    CHECK(vmlinux->attempts[0].reason == "kexec_file_load does not take a kernel of type vmlinux");
}

TEST_CASE("--dtb goes by kexec_load, and the file call alone refuses it") {
    Request request = automatic(build_arm64_image());
    add_dtb(request);
    auto decision = plan(request);
    REQUIRE(decision);
    REQUIRE(decision->attempts.size() == 1);
    CHECK(decision->attempts[0].reason == "only kexec_load honours --dtb");
    request.settings.call = Call::file_load;
    auto refused = plan(request);
    REQUIRE_FALSE(refused);
    CHECK(has(refused.error().what, "kexec_file_load takes no device tree"));
    CHECK(refused.error().remedy == "leave out -s, or --dtb");
}

TEST_CASE("a crash load without a reservation says how to get one") {
    auto refused = plan(request_on_board(board(), build_arm64_image(), Purpose::crash));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().cause == Cause::no_reservation);
}

TEST_CASE("a command line has at most 2047 characters") {
    Request request = automatic(build_arm64_image());
    request.settings.command_line = std::string(2047, 'x');
    CHECK(plan(request));
    request.settings.command_line += 'x';
    REQUIRE_FALSE(plan(request));
    CHECK(plan(request).error().cause == Cause::command_line_too_long);
}
