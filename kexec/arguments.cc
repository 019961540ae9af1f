// SPDX-License-Identifier: GPL-2.0-or-later
// The walk over the words of a command line.
#include "kexec/arguments.h"

#include "kexec/abbreviation.h"

#include <fmt/core.h>
#include <optional>

namespace kexec {
namespace {

constexpr std::string_view see_help = "kexec -h lists the options";

const Option *option_with_letter(char letter, std::span<const Option> table) {
    for (const Option &option : table)
        if (option.letter == letter)
            return &option;
    return nullptr;
}

Failure bad_usage(std::string what) { return fail(Cause::bad_usage, std::move(what), std::string(see_help)); }

Failure ambiguous(std::string_view word, std::span<const Option *const> candidates) {
    std::string what = fmt::format("option '{}' is ambiguous; possibilities:", word);
    for (const Option *candidate : candidates)
        what += fmt::format(" '--{}'", candidate->name);
    return bad_usage(std::move(what));
}

class Walk {
public:
    Walk(std::span<const char *const> words, std::span<const Option> table, Order order)
        : words_(words), table_(table), order_(order) {}

    Result<Arguments> read() {
        while (position_ < words_.size() && !stopped_) {
            std::string_view word = words_[position_++];
            if (word == "--") {
                take_rest_as_operands();
            } else if (word.starts_with("--")) {
                TRY(read_long(word));
            } else if (word.starts_with("-") && word.size() > 1) {
                TRY(read_bundle(word.substr(1)));
            } else {
                read_.operands.emplace_back(word);
                if (order_ == Order::options_first)
                    take_rest_as_operands();
            }
        }
        return std::move(read_);
    }

private:
    void take_rest_as_operands() {
        read_.operands.insert(read_.operands.end(), words_.begin() + static_cast<std::ptrdiff_t>(position_),
                              words_.end());
        position_ = words_.size();
    }

    void keep(const Option &option, std::string_view argument) {
        read_.options.push_back({&option, std::string(argument)});
        stopped_ = is_answered_at_once(option.id);
    }

    std::optional<std::string_view> next_word() {
        if (position_ == words_.size())
            return std::nullopt;
        return words_[position_++];
    }

    // "--name", "--name=argument", "--name argument"
    Result<void> read_long(std::string_view word) {
        std::size_t equals = word.find('=');
        std::string_view name = word.substr(2, equals == npos ? npos : equals - 2);
        auto candidates = expand_abbreviation(name, table_);
        if (candidates.empty())
            return bad_usage(fmt::format("unrecognized option '--{}'", word.substr(2)));
        if (candidates.size() > 1)
            return ambiguous(word, candidates);
        const Option &option = *candidates.front();
        std::optional<std::string_view> argument;
        if (equals != npos)
            argument = word.substr(equals + 1);
        if (option.argument.empty() && argument)
            return bad_usage(fmt::format("option '--{}' doesn't allow an argument", option.name));
        bool needs_one = !option.argument.empty() && !option.may_lack_argument;
        if (needs_one && !argument && !(argument = next_word()))
            return bad_usage(fmt::format("option '--{}' requires an argument", option.name));
        keep(option, argument.value_or(""));
        return {};
    }

    // "-lc", "-tTYPE", "-t TYPE"
    Result<void> read_bundle(std::string_view letters) {
        while (!letters.empty() && !stopped_) {
            char letter = letters.front();
            letters.remove_prefix(1);
            if (letter == '?')
                return bad_usage("");
            const Option *option = option_with_letter(letter, table_);
            if (!option)
                return bad_usage(fmt::format("invalid option -- '{}'", letter));
            if (option->argument.empty()) {
                keep(*option, "");
                continue;
            }
            auto argument = letters.empty() ? next_word() : letters;
            if (!argument)
                return bad_usage(fmt::format("option requires an argument -- '{}'", letter));
            keep(*option, *argument);
            return {};
        }
        return {};
    }

    static constexpr std::size_t npos = std::string_view::npos;

    std::span<const char *const> words_;
    std::span<const Option> table_;
    Order order_;
    std::size_t position_ = 0;
    bool stopped_ = false;
    Arguments read_;
};

} // namespace

bool is_answered_at_once(OptionId id) {
    return id == OptionId::help || id == OptionId::version || id == OptionId::print_crash_size;
}

Result<Arguments> read_arguments(std::span<const char *const> words, std::span<const Option> table,
                                 Order order) {
    return Walk(words, table, order).read();
}

} // namespace kexec
