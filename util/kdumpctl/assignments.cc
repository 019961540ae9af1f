// SPDX-License-Identifier: GPL-2.0-or-later
// Reading assignments, by the rules for quoting of POSIX.1-2017, Shell Command Language, section 2.2.
#include "util/kdumpctl/assignments.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/core.h>
#include <optional>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view not_a_shell = "this file is read, and not run by a shell: write the value itself";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// The text, and where in it the reader stands.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    bool at_end() const { return position_ == text_.size(); }
    char peek() const { return text_[position_]; }
    bool at(char c) const { return !at_end() && peek() == c; }
    bool at_text(std::string_view text) const { return text_.substr(position_).starts_with(text); }
    bool at_line_end() const { return at_end() || peek() == '\n'; }
    Place place() const { return place_; }
    std::size_t position() const { return position_; }
    bool has_at(std::size_t position, std::string_view text) const {
        return text_.substr(position).starts_with(text);
    }

    char next() {
        char c = text_[position_++];
        if (c == '\n')
            place_ = {place_.line + 1, 1};
        else
            place_.column++;
        return c;
    }
    void skip(std::size_t count) {
        for (; count > 0; count--)
            next();
    }
    void skip_blanks() {
        while (!at_end() && is_blank(peek()))
            next();
    }
    void skip_line() {
        while (!at_line_end())
            next();
    }
    std::string take_name() {
        std::string name;
        while (!at_end() && (is_letter(peek()) || (is_digit(peek()) && !name.empty())))
            name += next();
        return name;
    }

private:
    std::string_view text_;
    std::size_t position_ = 0;
    Place place_;
};

class AssignmentReader {
public:
    explicit AssignmentReader(std::string_view text) : scanner_(text) {}

    Assignments read() {
        while (!scanner_.at_end()) {
            scanner_.skip_blanks();
            if (!scanner_.at_line_end() && !scanner_.at('#') && !read_assignment())
                scanner_.skip_line();
            if (scanner_.at('#'))
                scanner_.skip_line();
            if (!scanner_.at_end())
                scanner_.next();
        }
        return std::move(result_);
    }

private:
    // Says what is wrong, and is false.
    bool refuse(Place place, std::string what, std::string_view remedy) {
        result_.findings.push_back({place, Gravity::error, std::move(what), std::string(remedy)});
        return false;
    }

    bool read_assignment();
    bool read_value(std::string &value);
    bool read_double_quoted(std::string &value);
    bool read_single_quoted(std::string &value);
    bool read_backslash(std::string &value, std::string_view special);
    bool at_expansion();
    void assign(Assignment assignment, bool appends);

    Scanner scanner_;
    Assignments result_;
};

// False where an error was found; then the rest of the line is not looked at.
bool AssignmentReader::read_assignment() {
    if (scanner_.at_text("export ")) {
        scanner_.skip(std::string_view("export ").size());
        scanner_.skip_blanks();
    }
    Place place = scanner_.place();
    std::string name = scanner_.take_name();
    bool appends = scanner_.at_text("+=");
    if (name.empty() || !(appends || scanner_.at('=')))
        return refuse(place, "this is no assignment", "write NAME=\"VALUE\", without blanks around =");
    scanner_.skip(appends ? 2 : 1);
    Assignment assignment{name, place, {{}, scanner_.place()}};
    bool is_quoted = scanner_.at('"') || scanner_.at('\'');
    assignment.value.place.column += is_quoted;
    std::size_t start = scanner_.position() + is_quoted;
    if (!read_value(assignment.value.text))
        return false;
    const std::string &text = assignment.value.text;
    assignment.is_literal = scanner_.has_at(start, text) && text.find('\n') == std::string::npos;
    scanner_.skip_blanks();
    if (!scanner_.at_line_end() && !scanner_.at('#'))
        return refuse(scanner_.place(), fmt::format("the value of {} ends before this", printable(name)),
                      "put the whole value in quotes, or take the rest of the line out");
    assign(std::move(assignment), appends);
    return true;
}

bool AssignmentReader::read_value(std::string &value) {
    constexpr std::string_view operators = ";&|<>()";
    while (!scanner_.at_line_end() && !is_blank(scanner_.peek())) {
        if (at_expansion())
            return false;
        if (operators.find(scanner_.peek()) != std::string_view::npos)
            return refuse(scanner_.place(), fmt::format("'{}' starts a command", scanner_.peek()),
                          "put the value in quotes; commands have no place in this file");
        bool good = true;
        if (scanner_.at('"'))
            good = read_double_quoted(value);
        else if (scanner_.at('\''))
            good = read_single_quoted(value);
        else if (scanner_.at('\\'))
            good = read_backslash(value, {});
        else
            value += scanner_.next();
        if (!good)
            return false;
    }
    return true;
}

bool AssignmentReader::read_double_quoted(std::string &value) {
    Place start = scanner_.place();
    scanner_.next();
    while (!scanner_.at('"')) {
        if (scanner_.at_end())
            return refuse(start, "this quotation mark has no partner", "add the missing one");
        if (at_expansion())
            return false;
        if (!scanner_.at('\\'))
            value += scanner_.next();
        else if (!read_backslash(value, "$`\"\\\n"))
            return false;
    }
    scanner_.next();
    return true;
}

bool AssignmentReader::read_single_quoted(std::string &value) {
    Place start = scanner_.place();
    scanner_.next();
    while (!scanner_.at('\'')) {
        if (scanner_.at_end())
            return refuse(start, "this quotation mark has no partner", "add the missing one");
        value += scanner_.next();
    }
    scanner_.next();
    return true;
}

// In front of a character that is not special (where `special` names some) a backslash stands for itself; in
// front of the end of a line it goes with that.
bool AssignmentReader::read_backslash(std::string &value, std::string_view special) {
    Place place = scanner_.place();
    scanner_.next();
    if (scanner_.at_end())
        return refuse(place, "nothing follows this backslash", "take it out");
    bool keeps = !special.empty() && special.find(scanner_.peek()) == std::string_view::npos;
    if (keeps)
        value += '\\';
    char c = scanner_.next();
    if (c != '\n')
        value += c;
    return true;
}

// Says so where a shell would put something else in.
bool AssignmentReader::at_expansion() {
    if (scanner_.at('`') || scanner_.at_text("$(")) {
        refuse(scanner_.place(), "a command stands in the value", not_a_shell);
        return true;
    }
    if (scanner_.at('$')) {
        refuse(scanner_.place(), "another variable stands in the value", not_a_shell);
        return true;
    }
    return false;
}

void AssignmentReader::assign(Assignment assignment, bool appends) {
    auto &list = result_.list;
    auto earlier = std::ranges::find(list, assignment.name, &Assignment::name);
    if (earlier == list.end()) {
        list.push_back(std::move(assignment));
        return;
    }
    if (appends) {
        earlier->value.text += assignment.value.text;
        earlier->is_literal = false;
        return;
    }
    result_.findings.push_back({assignment.place, Gravity::warning,
                                fmt::format("{} stands in line {} already, and this is what counts",
                                            printable(assignment.name), earlier->place.line),
                                "keep one of the two"});
    *earlier = std::move(assignment);
}

} // namespace

Assignments read_assignments(std::string_view text) { return AssignmentReader(text).read(); }

} // namespace kexec::kdumpctl
