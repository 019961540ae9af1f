// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/pattern.h"

#include <algorithm>
#include <optional>

namespace kexec {

namespace {

constexpr std::size_t npos = std::string_view::npos;

// A pattern is taken apart from its front.
class Pattern {
public:
    Pattern(std::string_view text, bool plain_backslash) : text_(text), plain_backslash_(plain_backslash) {}

    bool at_end() const { return text_.empty(); }
    bool starts_with_star() const { return text_.starts_with('*'); }
    void skip_stars() { text_.remove_prefix(std::min(text_.find_first_not_of('*'), text_.size())); }

    // Takes what stands for one byte, and says whether `byte` is such a one.
    bool takes(char byte) {
        if (text_.front() == '?') {
            text_.remove_prefix(1);
            return true;
        }
        if (text_.front() == '[')
            if (std::size_t end = end_of_set(); end != npos) {
                std::string_view set = text_.substr(1, end - 1);
                text_.remove_prefix(end + 1);
                return is_in(set, byte);
            }
        return next_literal(text_) == byte;
    }

private:
    // The byte at the front, taken off; nothing where a backslash is the last.
    std::optional<char> next_literal(std::string_view &text) const {
        if (text.front() == '\\' && !plain_backslash_)
            text.remove_prefix(1);
        if (text.empty())
            return std::nullopt;
        char byte = text.front();
        text.remove_prefix(1);
        return byte;
    }

    // Where the ']' stands that ends the set at the front: not right at its start, nor behind a backslash.
    std::size_t end_of_set() const {
        std::size_t at = text_.substr(1).starts_with('!') || text_.substr(1).starts_with('^') ? 2 : 1;
        for (std::size_t first = at; at < text_.size(); at++) {
            if (text_[at] == ']' && at != first)
                return at;
            at += text_[at] == '\\' && !plain_backslash_ ? 1 : 0;
        }
        return npos;
    }

    bool is_in(std::string_view set, char byte) const {
        bool others = set.starts_with('!') || set.starts_with('^'), found = false;
        set.remove_prefix(others ? 1 : 0);
        while (!set.empty()) {
            char first = next_literal(set).value_or('\0'), last = first;
            if (set.size() > 1 && set.front() == '-') {
                set.remove_prefix(1);
                last = next_literal(set).value_or(first);
            }
            auto order = [](char each) { return static_cast<unsigned char>(each); };
            found = found || (order(first) <= order(byte) && order(byte) <= order(last));
        }
        return found != others;
    }

    std::string_view text_;
    bool plain_backslash_;
};

} // namespace

bool matches_pattern(std::string_view text, std::string_view name, bool plain_backslash) {
    Pattern pattern(text, plain_backslash);
    // Where the last star stands, and what it has not taken yet: a later star makes an earlier one final.
    std::optional<Pattern> behind_star;
    std::string_view left_by_star;
    for (;;) {
        if (!pattern.at_end() && pattern.starts_with_star()) {
            pattern.skip_stars();
            behind_star = pattern;
            left_by_star = name;
        } else if (name.empty() && pattern.at_end()) {
            return true;
        } else if (!name.empty() && !pattern.at_end() && pattern.takes(name.front())) {
            name.remove_prefix(1);
        } else if (behind_star && !left_by_star.empty()) {
            left_by_star.remove_prefix(1);
            name = left_by_star;
            pattern = *behind_star;
        } else {
            return false;
        }
    }
}

} // namespace kexec
