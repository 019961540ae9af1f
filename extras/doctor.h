// SPDX-License-Identifier: GPL-2.0-or-later
// What has to hold so that a kernel can be loaded and started, or so that a crash is dumped: a list of
// checks, each a function from facts to a verdict, what was found, and what to do about it. Nothing is looked
// at here: the facts are an argument, so that a recorded machine is examined as this one is.
#pragma once

#include "extras/doctor_facts.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kexec {

// Ascending by gravity. What cannot be seen is no reason to worry by itself.
enum class Verdict { good, unknown, warning, broken };
std::string_view name_of(Verdict verdict); // "good", "not seen", "warning", "broken"

// What a check says.
struct Judgement {
    Verdict verdict;
    std::string found;              // a sentence part
    std::string remedy = {};        // empty where there is none to give
    std::vector<NeedPart> sum = {}; // the arithmetic, where there is some
};

// For which loads a check is made.
enum class Scope { always, crash, reboot };

struct Check {
    std::string_view name;  // for programs, and in the manual: "load-disabled"
    std::string_view title; // for people: "loading allowed"
    Scope scope;
    // Nothing where the machine or the request has nothing of the kind.
    std::optional<Judgement> (*judge)(const DoctorFacts &facts);
};

std::span<const Check> doctor_checks();

struct Finding {
    const Check *check;
    Judgement judgement;
};

struct Diagnosis {
    std::string machine; // the architecture
    std::string release; // of the running kernel; empty: not known
    Purpose purpose;
    std::vector<Finding> findings; // in the table's order

    Verdict worst() const; // good where nothing is worse than not seen
};

Diagnosis diagnose(const DoctorFacts &facts);

// For people: the worst last.
std::string diagnosis_text(const Diagnosis &diagnosis);
// By the schema that man/kexec-doctor.8 describes.
std::string diagnosis_json(const Diagnosis &diagnosis);

} // namespace kexec
