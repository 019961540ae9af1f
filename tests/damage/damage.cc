// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/damage/damage.h"

#include "tests/catch.h"
#include "tests/plan/kernels.h"
#include "tests/support/counted_memory.h"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kexec::testing {
namespace {

std::uint64_t value_at(Bytes file, const Field &field) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < field.size; i++) {
        std::size_t at = field.order == std::endian::little ? field.size - 1 - i : i;
        value = value << 8 | std::to_integer<std::uint64_t>(file[field.offset + at]);
    }
    return value;
}

bool says_one_of(const std::string &text, const std::vector<std::string> &words) {
    return std::ranges::any_of(words,
                               [&](const std::string &word) { return text.find(word) != std::string::npos; });
}

std::string fault_of_error(const Error &error, const std::vector<std::string> &words) {
    if (error.what.empty() || error.remedy.empty())
        return fmt::format("an error without {}: {}", error.what.empty() ? "a cause" : "a remedy",
                           error.what);
    return says_one_of(error.what, words)
               ? ""
               : fmt::format("the error says none of \"{}\": {}", fmt::join(words, "\", \""), error.what);
}

// The fault, and whether there is a plan.
std::pair<std::string, bool> outcome_of(const Loader &loader, const Buffer &file,
                                        const std::vector<std::string> &words) {
    const Arch &arch = *arch_named(loader.arch);
    auto image = read_image(file_holding(file), arch.formats);
    if (!image)
        return {fault_of_error(image.error(), words), false};
    Request request = loader.request(*std::move(image));
    auto decision = arch.plan(request);
    if (!decision)
        return {fault_of_error(decision.error(), words), false};
    const auto &plan = std::get<SegmentLoad>(decision->attempts.back().plan);
    return {fmt::format("{}", fmt::join(loader.faults_of(plan, request), "; ")), true};
}

std::pair<std::string, bool> watched_outcome_of(const Loader &loader, const Buffer &file,
                                                const std::vector<std::string> &words) {
    std::clock_t start = std::clock(); // of this process alone: others may keep the machine busy
    counted_memory.largest = 0;
    auto outcome = outcome_of(loader, file, words);
    double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    if (outcome.first.empty() && seconds > 1)
        outcome.first = fmt::format("it takes {:.1f} s", seconds);
    if (outcome.first.empty() && counted_memory.largest > loader.most_memory)
        outcome.first = fmt::format("{} bytes are asked for at once", counted_memory.largest);
    return outcome;
}

void count(Damage &damage, const std::pair<std::string, bool> &outcome, const std::string &place) {
    damage.files++;
    damage.plans += outcome.second;
    if (damage.fault.empty() && !outcome.first.empty())
        damage.fault = fmt::format("{}: {}", place, outcome.first);
}

} // namespace

std::vector<std::uint64_t> values_for(const Buffer &file, const Field &field) {
    std::uint64_t most = field.size == 8 ? UINT64_MAX : (std::uint64_t{1} << field.size * 8) - 1;
    std::uint64_t was = value_at(file, field), size = file.size();
    std::vector<std::uint64_t> values;
    for (std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{1}, most, most - 1, was - 1, was + 1, size - 1, size, size + 1})
        values.push_back(value & most);
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

Buffer with_value(Buffer file, const Field &field, std::uint64_t value) {
    for (std::size_t i = 0; i < field.size; i++) {
        std::size_t at = field.order == std::endian::little ? i : field.size - 1 - i;
        file[field.offset + at] = static_cast<std::byte>(value >> 8 * i);
    }
    return file;
}

std::string fault_of(const Loader &loader, const Buffer &file, const std::vector<std::string> &words) {
    return watched_outcome_of(loader, file, words).first;
}

Damage damage_fields(const Loader &loader, const Buffer &file, const std::vector<Field> &fields,
                     const std::function<void(Buffer &altered)> &make_good) {
    Damage damage;
    for (const Field &field : fields) {
        std::vector<std::string> words = field.or_said;
        words.push_back(field.name);
        for (std::uint64_t value : values_for(file, field)) {
            Buffer altered = with_value(file, field, value);
            if (make_good)
                make_good(altered);
            count(damage, watched_outcome_of(loader, altered, words),
                  fmt::format("{} is {:#x}", field.name, value));
        }
    }
    return damage;
}

Damage damage_length(const Loader &loader, const Buffer &file, std::size_t header_size,
                     const std::vector<std::string> &words) {
    constexpr std::size_t most_steps = 64;
    std::size_t step = std::max<std::size_t>(1, (file.size() - header_size) / most_steps);
    Damage damage;
    for (std::size_t size = 0; size < file.size(); size += size < header_size ? 1 : step) {
        Buffer cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
        count(damage, watched_outcome_of(loader, cut, words), fmt::format("cut to {} bytes", size));
    }
    return damage;
}

void expect_sound(const Damage &damage, unsigned least_plans) {
    INFO(damage.files << " files, " << damage.plans << " plans");
    CHECK(damage.fault == "");
    CHECK(damage.plans >= least_plans);
}

std::vector<std::string> usual_faults_of(const SegmentLoad &plan, const Request &request) {
    constexpr std::uint64_t page = 4096;
    std::vector<std::string> faults;
    bool entered = false;
    for (const Segment &one : plan.segments) {
        std::uint64_t first = one.destination.first(), last = one.destination.last();
        if (first % page != 0 || (last + 1) % page != 0)
            faults.push_back(one.name + " is not in whole pages");
        if (one.bytes.size() > last - first + 1)
            faults.push_back(one.name + " has more bytes than room");
        if (!request.machine.system_ram.contains(one.destination))
            faults.push_back(one.name + " lies outside of RAM");
        for (const Segment &other : plan.segments)
            if (&one != &other && first <= other.destination.last() && other.destination.first() <= last)
                faults.push_back(one.name + " meets " + other.name);
        entered = entered || (first <= plan.entry && plan.entry <= last);
    }
    if (!entered)
        faults.push_back("the entry lies in no segment");
    return faults;
}

} // namespace kexec::testing
