// SPDX-License-Identifier: GPL-2.0-or-later
// Kernel files, damaged in one place: what comes of each is a plan that a second opinion has nothing against,
// or an error that names what is wrong.
#pragma once

#include "arch/arch.h"

#include <functional>
#include <string>
#include <vector>

namespace kexec::testing {

// A number in the header of a file.
struct Field {
    std::string name;
    std::size_t offset, size; // 1, 2, 4 or 8 bytes
    std::endian order = std::endian::little;
    // What an error may say instead of the name: that of a field that contradicts it, or what it stands for.
    std::vector<std::string> or_said = {};
};

// The values that a field is set to: 0, 1, all ones, what is next to what it was, the file's size and what is
// next to that.
std::vector<std::uint64_t> values_for(const Buffer &file, const Field &field);
Buffer with_value(Buffer file, const Field &field, std::uint64_t value);

// One kind of machine that files are loaded on.
struct Loader {
    std::string_view arch;
    std::function<Request(Image image)> request;
    std::function<std::vector<std::string>(const SegmentLoad &plan, const Request &request)> faults_of;
    std::uint64_t most_memory = 64 << 20; // that may be asked for at once
};

// What is wrong with what becomes of this file; empty: nothing. An error has to say one of `words`. It is
// also wrong to take a second, or more memory at once than the loader allows.
std::string fault_of(const Loader &loader, const Buffer &file, const std::vector<std::string> &words);

// Each field at each value, and each length up to `header_size` (and then in steps up to the whole): the
// first fault with the place that it is at; empty: none. `altered` makes good what hides the damage (a
// checksum). `plans` counts the files that could be loaded.
struct Damage {
    std::string fault;
    unsigned files = 0, plans = 0;
};
Damage damage_fields(const Loader &loader, const Buffer &file, const std::vector<Field> &fields,
                     const std::function<void(Buffer &altered)> &make_good = {});
Damage damage_length(const Loader &loader, const Buffer &file, std::size_t header_size,
                     const std::vector<std::string> &words);

// Nothing was wrong, and so many of the files could be loaded all the same.
void expect_sound(const Damage &damage, unsigned least_plans);

// What is said of a file that no format knows any more.
inline const std::string unknown = "Cannot determine the file type";

// What kexec_load asks of any plan: whole pages, in RAM that may be used, none over another, the entry in
// one.
std::vector<std::string> usual_faults_of(const SegmentLoad &plan, const Request &request);

} // namespace kexec::testing
