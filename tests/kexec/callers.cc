// SPDX-License-Identifier: GPL-2.0-or-later
// Programs that call kexec work unchanged (callers.table), and lines that kexec-tools got wrong do what was
// meant (mended.table).
#include "tests/catch.h"
#include "tests/kexec/stage.h"

using namespace kexec;
using namespace kexec::test;

namespace {

struct Row {
    std::string caller;
    std::vector<std::string> archs;
    std::string given, line, status, calls, command_line, said;
};

std::vector<Row> table(const std::string &file) {
    std::vector<Row> rows;
    for (const auto &fields : rows_of(file, 8))
        rows.push_back({fields[0], archs_of(fields[1]), fields[2], fields[3], fields[4], fields[5], fields[6],
                        fields[7]});
    return rows;
}

std::string command_line_of(const Played &played) {
    auto found = played.pieces.find("command line");
    return found == played.pieces.end() || found->second.empty() ? "-" : found->second;
}

void check(const std::string &actual, const std::string &expected) {
    if (expected != "*")
        CHECK(actual == expected);
}

void check_table(const std::string &file) {
    for (const Row &row : table(file))
        for (const std::string &arch : row.archs) {
            Played played = row.command_line == "*"
                                ? stage_of(arch).play(row.line, row.given)
                                : stage_of(arch).play_and_keep_pieces(row.line, row.given);
            INFO(row.caller << ", " << arch << ": " << row.line << "\n" << played.out << played.err);
            CHECK(std::to_string(played.status) == row.status);
            check(played.calls, row.calls);
            check(command_line_of(played), row.command_line);
            CHECK(says(played, row.said));
            // Callers read stdout: where it is not asked for, nothing but the usage text goes there.
            CHECK((played.out.empty() || contains(played.out, "Usage: kexec [OPTION]... [kernel]")));
        }
}

} // namespace

TEST_CASE("each caller gets the calls and the exit status that it got from kexec-tools") {
    check_table("callers.table");
}

TEST_CASE("lines that kexec-tools got wrong do what was meant") { check_table("mended.table"); }

TEST_CASE("the callers that the tests promise are in the table") {
    std::string callers;
    for (const Row &row : table("callers.table"))
        callers += row.caller + "\n";
    for (const char *name : {"kdumpctl start", "kdumpctl stop", "kdump-config load", "kdump-config unload",
                             "systemctl kexec", "systemd-shutdown", "kexec-load", "petitboot", "boot menu"})
        CHECK(contains(callers, name));
}
