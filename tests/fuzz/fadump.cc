// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes in the files of the kernel: what is understood of them can be judged and printed. The files'
// contents stand one after another in the input, each but the last ended by a NUL byte.
#include "util/fadump/print.h"
#include "util/fadump/understand.h"

#include <cstdlib>

using namespace kexec;
using namespace kexec::fadump;

namespace {

Snapshot snapshot_of(Bytes input) {
    Snapshot snapshot;
    for (const Source &source : sources()) {
        Bytes content(as_bytes(text_until_nul(input)));
        snapshot.put(std::string(source.path), Buffer(content.begin(), content.end()));
        if (content.size() == input.size())
            break;
        input = input.subspan(content.size() + 1);
    }
    return snapshot;
}

void require_object(const std::string &text) {
    if (!text.starts_with('{') || !text.ends_with("}\n") || text.find('\n') != text.size() - 1)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    auto facts = understand(snapshot_of(std::as_bytes(std::span(data, size))));
    if (!facts)
        return 0;
    Status status = judge(*facts);
    if (status_table(*facts, status).empty())
        std::abort();
    require_object(status_json(*facts, status));
    if (facts->regions) {
        regions_table(*facts->regions);
        require_object(regions_json(*facts->regions));
    }
    return 0;
}
