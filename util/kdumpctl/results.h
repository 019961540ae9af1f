// SPDX-License-Identifier: GPL-2.0-or-later
// What came of the last crash, and of the last test: kept below /var/lib/kdump by the first start after it.
#pragma once

#include "capture/outcome.h"
#include "util/kdumpctl/service.h"

namespace kexec::kdumpctl {

struct TestResult {
    std::string state;      // "pending", "success", "fail", or "manual": only a look at the target tells
    std::uint64_t time = 0; // seconds since 1970
    bool operator==(const TestResult &) const = default;
};

struct Results {
    std::optional<TestResult> test;
    std::optional<capture::Outcome> capture;
};

std::span<const Source> result_sources();
Results understand_results(const Snapshot &snapshot);

// A line or a few for each; empty where there is neither.
std::string results_text(const Results &results);
std::string test_json(const Results &results);
std::string capture_json(const Results &results);

// What marks the crash of a test, on the capture kernel's command line.
std::string test_word(std::uint64_t time);
// Notes on the disk that a test of that time is on its way.
Result<void> keep_pending_test(const World &world, std::uint64_t time);

// Where the directories of dumps on a target are on the running system; empty where it is not mounted.
std::string dump_place(const capture::Target &target, const Service &service, const World &world);
// Of all targets that are.
std::vector<std::string> dump_places(const Service &service, const World &world);

// Looks where the capture program leaves what came of it, on the target and in pstore, and keeps it. A dump
// on a raw target becomes files.
Result<void> collect_results(const World &world, const Service &service);

} // namespace kexec::kdumpctl
