// SPDX-License-Identifier: GPL-2.0-or-later
// The picture of a plan: well-formed, with everything on it named, inside its frame, and small for any
// machine.
#include "arch/arch.h"
#include "extras/report.h"
#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

#include <regex>

using namespace kexec;
using namespace kexec::testing;

namespace {

Report report_for(const Request &request, const std::string &path = "/boot/vmlinuz") {
    return report_on(request, arch_named("x86_64")->plan(request).value(), {{"kernel", path, {}}}, {});
}

// Every element that is opened is closed, in its order, and no text has a bare '&' or '<'.
bool is_well_formed(const std::string &text) {
    std::vector<std::string> open;
    static const std::regex tag("<(/?)([a-z]+)(?: [a-zA-Z:-]+=\"[^\"<]*\")*(/?)>");
    std::size_t at = 0;
    for (std::sregex_iterator it(text.begin(), text.end(), tag), end; it != end; ++it) {
        auto where = static_cast<std::size_t>(it->position());
        if (text.substr(at, where - at).find('<') != std::string::npos)
            return false;
        at = where + static_cast<std::size_t>(it->length());
        std::string name = (*it)[2];
        if ((*it)[1] == "/") {
            if (open.empty() || open.back() != name)
                return false;
            open.pop_back();
        } else if ((*it)[3] != "/") {
            open.push_back(name);
        }
    }
    return open.empty() && std::regex_search(text, std::regex("&(?!amp;|lt;|gt;)")) == false;
}

} // namespace

TEST_CASE("the check for well-formed pictures can fail") {
    CHECK(is_well_formed("<svg><g a=\"1\"/><text>x &amp; y</text></svg>\n"));
    for (std::string bad :
         {"<svg>", "<svg></g>", "<a><b></a></b>", "<a>x & y</a>", "<a>1 < 2</a>", "<a b=c></a>"})
        CHECK_FALSE(is_well_formed(bad));
}

TEST_CASE("every segment is named, in a picture for light and dark") {
    Request request = request_to_load(pc(0x200000000), bzimage_file());
    request.initrd = file_holding(sample_bytes(5000));
    Report report = report_for(request);
    std::string picture = report_svg(report);
    CHECK(is_well_formed(picture));
    for (const ReportedSegment &segment : report.attempts[0].by_segments->segments) {
        CHECK(has(picture, ">" + segment.name + ", "));
        CHECK(has(picture, ">" + to_string(segment.place.value()) + "<"));
    }
    CHECK(has(picture, "prefers-color-scheme: dark"));
    CHECK(has(picture, "kexec plan: a kernel for a reboot on x86_64"));
    CHECK_FALSE(has(picture, "nan"));
}

TEST_CASE("a file's name cannot break out of the picture") {
    Request request = request_to_load(pc(), bzimage_file());
    std::string picture = report_svg(report_for(request, "/boot/<script>&\"\x01\xff"));
    CHECK(is_well_formed(picture));
    CHECK(has(picture, "&lt;script&gt;&amp;"));
}

TEST_CASE("where the kernel places everything itself the picture says so") {
    Request request = request_to_load(pc(), bzimage_file());
    request.settings.call = Call::file_load;
    std::string picture = report_svg(report_for(request));
    CHECK(is_well_formed(picture));
    CHECK(has(picture, "the running kernel places everything itself"));
}

TEST_CASE("all that is drawn lies inside the picture") {
    for (std::uint64_t end : {0x10000000ULL, 0x80000000ULL, 0x4000000000ULL}) {
        Request request = request_to_load(pc(end), bzimage_file(), Purpose::crash);
        reserve(request.machine, sized(0x4000000, 0x8000000));
        std::string picture = report_svg(report_for(request));
        std::smatch size;
        REQUIRE(std::regex_search(picture, size, std::regex("viewBox=\"0 0 ([0-9]+) ([0-9]+)\"")));
        double width = std::stod(size[1]), height = std::stod(size[2]);
        static const std::regex box(
            "<rect x=\"([-0-9.]+)\" y=\"([-0-9.]+)\" width=\"([-0-9.]+)\" height=\"([-0-9.]+)\"");
        std::size_t boxes = 0;
        for (std::sregex_iterator it(picture.begin(), picture.end(), box), none; it != none; ++it, boxes++) {
            double x = std::stod((*it)[1]), y = std::stod((*it)[2]), w = std::stod((*it)[3]),
                   h = std::stod((*it)[4]);
            INFO(it->str());
            CHECK((x >= 0 && y >= 0 && w > 0 && h >= 0 && x + w <= width && y + h <= height));
        }
        CHECK(boxes > 10);
    }
}
