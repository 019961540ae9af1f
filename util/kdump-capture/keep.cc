// SPDX-License-Identifier: GPL-2.0-or-later
// Each write(2) to /dev/kmsg is a line of the log; one to /dev/pmsg0 is kept by pstore as it is
// (Documentation/admin-guide/ramoops.rst), as is the log of a kernel that ends.
#include "util/kdump-capture/keep.h"

#include "base/file.h"
#include "base/new_file.h"
#include "base/text.h"
#include "capture/layout.h"

namespace kexec::capture {

namespace {

constexpr std::string_view log_keeping = "/sys/module/printk/parameters/always_kmsg_dump";
constexpr std::uint64_t longest_draft = 64 << 10;

Result<void> write_file(const std::string &path, std::string_view text) {
    NewFile file = TRY(NewFile::create(path, NewFile::Existing::replace));
    TRY(file.append(as_bytes(text)));
    return file.finish();
}

} // namespace

void write_draft(const World &world, const Draft &draft) {
    std::string text = draft.directory + "\n" + outcome_text(draft.outcome);
    if (auto written = write_file(world.root + std::string(draft_path), text); !written)
        tell(world, written.error().what + "; going on without");
}

Draft read_draft(const World &world) {
    auto content = read_file(world.root + std::string(draft_path), longest_draft);
    std::string_view text = content ? as_text(*content) : std::string_view();
    Draft draft{std::string(text.substr(0, text.find('\n'))), {}};
    if (auto outcome = find_outcome(text))
        draft.outcome = *outcome;
    return draft;
}

void keep_outcome(const World &world, const Draft &draft) {
    std::string text = outcome_text(draft.outcome);
    for (std::string_view line : lines_of(text))
        write_into(world.root + "/dev/kmsg", line);
    if (!draft.directory.empty()) {
        auto kept = write_file(world.root + draft.directory + "/" + std::string(outcome_name), text);
        if (kept)
            return;
        tell(world, kept.error().what + "; going on without");
    }
    // Few kernels have the device. The others keep their log at the end, if they are told to.
    if (!write_into(world.root + "/dev/pmsg0", text))
        write_into(world.root + std::string(log_keeping), "Y");
}

} // namespace kexec::capture
