// SPDX-License-Identifier: GPL-2.0-or-later
// UAPI.10, "Version Comparison", step by step; as systemd does, '~' sorts before the end of a string too, so
// that 1~rc1 is older than 1.
#include "base/version.h"

namespace kexec {
namespace {

bool is_digit(char character) { return character >= '0' && character <= '9'; }
bool is_letter(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}
bool counts(char character) {
    return is_digit(character) || is_letter(character) ||
           std::string_view("-.~^").find(character) != std::string_view::npos;
}

// Takes the leading characters for which `belongs` holds.
std::string_view take_while(std::string_view &text, bool (*belongs)(char)) {
    std::size_t size = 0;
    while (size < text.size() && belongs(text[size]))
        size++;
    std::string_view taken = text.substr(0, size);
    text.remove_prefix(size);
    return taken;
}

// By value, however many digits there are.
std::weak_ordering compare_numbers(std::string_view first, std::string_view second) {
    auto is_zero = [](char character) { return character == '0'; };
    take_while(first, is_zero);
    take_while(second, is_zero);
    if (auto order = first.size() <=> second.size(); std::is_neq(order))
        return order;
    return first <=> second;
}

// A special character at the start of just one of them decides; at the start of both it is passed over.
std::weak_ordering compare_mark(std::string_view &first, std::string_view &second, char mark) {
    bool in_first = first.starts_with(mark), in_second = second.starts_with(mark);
    if (in_first && in_second) {
        first.remove_prefix(1);
        second.remove_prefix(1);
    }
    // '^' sorts after everything else, the others before it.
    return mark == '^' ? in_first <=> in_second : in_second <=> in_first;
}

std::weak_ordering compare_component(std::string_view &first, std::string_view &second) {
    bool numbers = (!first.empty() && is_digit(first[0])) || (!second.empty() && is_digit(second[0]));
    auto belongs = numbers ? is_digit : is_letter;
    std::string_view one = take_while(first, belongs), other = take_while(second, belongs);
    return numbers ? compare_numbers(one, other) : one <=> other;
}

} // namespace

std::weak_ordering compare_versions(std::string_view first, std::string_view second) {
    auto skipped = [](char character) { return !counts(character); };
    for (;;) {
        take_while(first, skipped);
        take_while(second, skipped);
        if (auto order = compare_mark(first, second, '~'); std::is_neq(order))
            return order;
        if (first.empty() || second.empty())
            return !first.empty() <=> !second.empty();
        for (char mark : {'-', '^', '.'})
            if (auto order = compare_mark(first, second, mark); std::is_neq(order))
                return order;
        if (auto order = compare_component(first, second); std::is_neq(order))
            return order;
    }
}

} // namespace kexec
