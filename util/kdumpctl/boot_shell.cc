// SPDX-License-Identifier: GPL-2.0-or-later
// Values of a variable in a shell's file, which is read and not run: /etc/default/grub has commands and other
// variables in it, and they stay.
#include "util/kdumpctl/boot_formats.h"

#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

class Scanner {
public:
    Scanner(std::string_view text, std::string_view name) : text_(text), name_(name) {}

    Result<MenuText> run() {
        while (at_ < text_.size()) {
            skip_blanks();
            if (starts_assignment())
                TRY(read_value());
            TRY(skip_statement());
        }
        if (line_.words.empty()) {
            line_.place = text_.size();
            line_.before = end_of_last_line() + std::string(name_) + "=\"";
            line_.after = "\"\n";
        }
        return with_pairs(text_, {{line_}});
    }

private:
    bool is_at(char character) const { return at_ < text_.size() && text_[at_] == character; }
    void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size()); }

    Failure refuse(std::size_t where, std::string_view what) const {
        std::size_t number = 1;
        for (char character : text_.substr(0, where))
            number += character == '\n';
        return fail(Cause::unsupported, fmt::format("line {}: {}", number, what),
                    fmt::format("write {}=\"...\" there", name_));
    }

    // What a line of its own needs in front; behind a backslash an end of line is none.
    std::string end_of_last_line() const {
        if (text_.empty() || text_.ends_with('\n'))
            return text_.ends_with("\\\n") ? "\n" : "";
        return text_.ends_with('\\') ? "\n\n" : "\n";
    }

    // NAME= or NAME+=, perhaps behind "export".
    bool starts_assignment() {
        constexpr std::string_view exported = "export ";
        std::size_t from = at_;
        if (text_.substr(from).starts_with(exported))
            from += exported.size();
        if (!text_.substr(from).starts_with(name_))
            return false;
        from += name_.size();
        std::string_view sign = text_.substr(from);
        if (!sign.starts_with('=') && !sign.starts_with("+="))
            return false;
        at_ = from + (sign[0] == '=' ? 1 : 2);
        return true;
    }

    Result<void> read_value() {
        std::size_t start = at_;
        line_.is_bare = false;
        if (is_at('"') || is_at('\'')) {
            TRY(skip_quoted());
            line_.words.push_back({start + 1, at_ - start - 2});
        } else {
            at_ = std::min(text_.find_first_of(" \t\r\n;\"'\\`&|()<>", start), text_.size());
            line_.is_bare = true;
            line_.words.push_back({start, at_ - start});
        }
        if (at_ < text_.size() && std::string_view(" \t\r\n;#").find(text_[at_]) == std::string_view::npos)
            return refuse(start, "the value is put together from pieces, and cannot be changed");
        return {};
    }

    // From a quotation mark to behind its partner.
    Result<void> skip_quoted() {
        std::size_t start = at_;
        char quote = text_[at_++];
        while (at_ < text_.size() && text_[at_] != quote)
            at_ += quote == '"' && text_[at_] == '\\' ? 2 : 1;
        if (at_ >= text_.size())
            return refuse(start, "this quotation mark has no partner");
        at_++;
        return {};
    }

    // To behind the end of the line that the statement ends on.
    Result<void> skip_statement() {
        while (at_ < text_.size() && text_[at_] != '\n') {
            bool blank_before =
                at_ == 0 || std::string_view(" \t\n;").find(text_[at_ - 1]) != std::string_view::npos;
            if (is_at('#') && blank_before)
                at_ = std::min(text_.find('\n', at_), text_.size());
            else if (is_at('"') || is_at('\''))
                TRY(skip_quoted());
            else
                at_ += is_at('\\') ? 2 : 1;
        }
        at_ = std::min(at_ + 1, text_.size());
        return {};
    }

    std::string_view text_, name_;
    std::size_t at_ = 0;
    KernelLine line_;
};

} // namespace

Result<MenuText> read_shell_variable(std::string_view text, std::string_view name) {
    return Scanner(text, name).run();
}

} // namespace kexec::kdumpctl
