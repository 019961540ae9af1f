// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a configuration file, in each of the grammars: every finding has a place in the text.
#include "tests/fuzz/fuzz.h"
#include "util/kdumpctl/config.h"

using namespace kexec;
using namespace kexec::fuzzing;
using namespace kexec::kdumpctl;

namespace {

void check_places(std::string_view text, const Findings &findings) {
    auto lines = lines_of(text);
    for (const Finding &finding : findings) {
        require(finding.place.line >= 1 && finding.place.line <= lines.size() + 1);
        require(finding.place.column >= 1 && finding.place.column <= text.size() + 1);
        require(!finding.what.empty() && !finding.remedy.empty());
    }
    require(findings_text("a", findings).empty() == findings.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    std::string_view text = as_text(std::as_bytes(std::span(data, size)));
    for (Grammar grammar : {Grammar::kdump_conf, Grammar::sysconfig, Grammar::debian})
        check_places(text, check_text(grammar, text));
    return 0;
}
