// SPDX-License-Identifier: GPL-2.0-or-later
// Setting a recorded machine up, and saying in short what was played on it.
#include "tests/kexec/stage.h"

#include "base/devicetree.h"
#include "base/text.h"
#include "kexec/load.h"
#include "tests/arch/arm64/board.h"
#include "tests/arch/ppc64/lpar.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_initramfs.h"
#include "tests/formats/build_s390x.h"
#include "tests/plan/kernels.h"
#include "tests/support/bundle.h"
#include "tests/support/files.h"
#include "tests/support/pack.h"

#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sstream>
#include <stdexcept>

namespace kexec::test {
namespace {

using namespace testing;

struct Kernels {
    Buffer kernel, vmlinux, dtb;
};

Kernels kernels_of(std::string_view arch) {
    if (arch == "arm64")
        return {build_arm64_image(), arm64_vmlinux({0, 0x10000}), bare_tree().packed()};
    if (arch == "ppc64")
        return {ppc64_vmlinux(), ppc64_vmlinux(), lpar_tree().packed()};
    if (arch == "s390x")
        return {build_s390x_image(), build_elf(s390x_elf()), bare_tree().packed()};
    return {bzimage_file(), vmlinux_file(movable_vmlinux()), bare_tree().packed()};
}

// Multiboot's header, in either version: a magic number, fields, and a number that makes their sum 0.
Buffer multiboot_file(std::vector<std::uint32_t> fields) {
    Buffer file(4096);
    std::uint32_t sum = 0;
    for (std::uint32_t field : fields)
        sum += field;
    fields.push_back(0 - sum);
    for (std::size_t i = 0; i < fields.size(); i++)
        write_at(file, 64 + 4 * i, le32(fields[i]));
    return file;
}

Buffer file_starting_with(Bytes start) {
    Buffer file(4096);
    std::ranges::copy(start, file.begin());
    return file;
}

// An ELF file that is no Linux kernel.
Buffer program_file(bool is_64_bit) {
    return vmlinux_file(
        {.segments = {{0x1000000, 0x1000, 0x2000, "memory test"}}, .symbols = {}, .is_64_bit = is_64_bit});
}

Buffer cut(Buffer file) {
    file.resize(file.size() / 2);
    return file;
}

std::string machine_of(std::string_view arch) {
    const std::map<std::string_view, std::string> machines = {{"x86_64", "x86_64-uefi-1g"},
                                                              {"arm64", "arm64-virt-1g"},
                                                              {"ppc64", "ppc64-2g"},
                                                              {"s390x", "s390x-1g"}};
    return machines.at(arch);
}

int errno_named(std::string_view name) {
    constexpr int last_errno = 133;
    for (int number = 1; number <= last_errno; number++)
        if (strerrorname_np(number) && name == strerrorname_np(number))
            return number;
    throw std::runtime_error("no such errno: " + std::string(name));
}

std::uint32_t flags_in(std::string_view entry) {
    auto flags = parse_hexadecimal(entry.substr(entry.rfind(' ') + 1));
    return static_cast<std::uint32_t>(flags.value());
}

// One entry of the fake kernel's log.
std::string in_short(const std::string &entry, const Arch &arch) {
    if (entry.starts_with("execute /sbin/"))
        return "shutdown";
    if (entry.starts_with("execute "))
        return "";
    if (!entry.starts_with("kexec_"))
        return entry;
    std::uint32_t flags = flags_in(entry);
    if (entry.starts_with("kexec_file_load"))
        return fmt::format("{} {:#x}", contains(entry, "kernel true") ? "file" : "file-unload", flags);
    std::uint32_t machine = std::uint32_t{arch.elf_machine} << 16;
    if ((flags & 0xffff0000) != machine)
        throw std::runtime_error("the flags of another machine: " + entry);
    return fmt::format("{} {:#x}", contains(entry, "segments 0 ") ? "unload" : "load", flags & 0xffff);
}

std::string in_short(const std::vector<std::string> &log, const Arch &arch) {
    std::vector<std::string> calls;
    for (const std::string &entry : log)
        if (std::string call = in_short(entry, arch); !call.empty())
            calls.push_back(call);
    return calls.empty() ? "-" : fmt::format("{}", fmt::join(calls, ", "));
}

// "\\n" is a line end: a table has a line for each row.
std::string with_line_ends(std::string text) {
    for (std::size_t at; (at = text.find("\\n")) != std::string::npos;)
        text.replace(at, 2, "\n");
    return text;
}

// As a shell does: blanks separate, both kinds of quotes hold together.
std::vector<std::string> split(const std::string &line) {
    std::vector<std::string> words;
    std::string word;
    char quote = 0;
    bool inside = false;
    for (char each : line + " ") {
        if (quote == 0 && (each == '"' || each == '\'')) {
            quote = each;
            inside = true;
        } else if (quote == each) {
            quote = 0;
        } else if (quote != 0 || each != ' ') {
            word += each;
            inside = true;
        } else if (inside) {
            words.push_back(std::exchange(word, ""));
            inside = false;
        }
    }
    return words;
}

} // namespace

Stage::Stage(std::string_view arch)
    : arch_(*arch_named(arch)), recorded_(recorded_machine(machine_of(arch))) {
    for (std::string_view path : recorded_.paths())
        if (auto content = recorded_.bytes(path))
            world_.root.add(std::string(path), *content);
    world_.kernel.all_links = {{"lo", true, true}, {"eth0", true, false}};
    Kernels kernels = kernels_of(arch_.name);
    std::string release = arch == "x86_64" ? "6.1.0-50-amd64" : "6.1.0-test"; // as these kernels say it
    const TemporaryDirectory &files = world_.files;
    names_ = {{"$KERNEL", files.add("vmlinuz", kernels.kernel)},
              {"$VMLINUX", files.add("vmlinux", kernels.vmlinux)},
              {"$INITRD", files.write("initrd.img", "the initial ramdisk")},
              {"$DTB", files.add("board.dtb", kernels.dtb)},
              {"$TEXT", files.write("notes.txt", "no kernel\n")},
              {"$SECOND_MULTIBOOT", files.add("xen2", multiboot_file({0xe85250d6, 0, 16}))},
              {"$MULTIBOOT", files.add("xen", multiboot_file({0x1badb002, 3}))},
              {"$BEOBOOT", files.add("node.img", file_starting_with(as_bytes("BeoB\1")))},
              {"$NBI", files.add("net.nbi", file_starting_with(bytes_of(le32(0x1b031336))))},
              {"$SMALL_PROGRAM", files.add("program32.elf", program_file(false))},
              {"$PROGRAM", files.add("program.elf", program_file(true))},
              {"$RAMDISK", files.add("ramdisk.img", pack(usual_initramfs(release), Compression::gzip))},
              {"$OLDDISK", files.add("old.img", usual_initramfs("5.10.0-8"))},
              {"$CUTDISK", files.add("cut.img", cut(pack(usual_initramfs(release), Compression::gzip)))},
              {"$LARGEDISK",
               files.add("large.img", pack(build_initramfs({{"large", 40 << 20}}), Compression::gzip))},
              {"$MISSING", files.path("missing")}};
}

std::vector<std::string> Stage::words_of_line(const std::string &line) const {
    std::vector<std::string> words = split(line);
    for (std::string &each : words)
        for (const auto &[name, path] : names_)
            if (auto at = each.find(name); at != std::string::npos)
                each.replace(at, name.size(), path);
    return words;
}

void Stage::write_below_root(const std::string &path, std::string_view content) {
    world_.root.write(path, content);
    changed_.insert(path);
}

void Stage::remove_below_root(const std::string &path) {
    world_.root.remove(path);
    changed_.insert(path);
}

void Stage::make_true(const std::string &given) {
    for (const char *file : {"/sys/kernel/kexec_loaded", "/sys/kernel/kexec_crash_loaded"})
        world_.root.write(file, "0\n");
    for (const std::string &each : split(given)) {
        std::string name = each.substr(0, each.find('='));
        std::string value = with_line_ends(each.substr(std::min(each.size(), name.size() + 1)));
        if (each == "without-privilege")
            world_.kernel.privileged = false;
        else if (name == "file")
            world_.kernel.file_load_answers.push_back(errno_named(value));
        else if (name == "load")
            world_.kernel.load_answers.push_back(errno_named(value));
        else if (name == "log")
            world_.kernel.messages.push_back(value);
        else if (name.starts_with("-/"))
            remove_below_root(name.substr(1));
        else if (name.starts_with('/'))
            write_below_root(name, value + "\n");
        else if (each != "-")
            write_below_root("/sys/kernel/" + name, value + "\n");
    }
}

// As it was recorded.
void Stage::forget() {
    for (const std::string &path : std::exchange(changed_, {}))
        if (auto content = recorded_.bytes(path))
            world_.root.add(std::string(path), *content);
        else
            world_.root.remove(path);
    std::filesystem::remove_all(world_.root.path("/run/kexec"));
    FakeKernel &kernel = world_.kernel;
    kernel.log.clear();
    kernel.load_answers.clear();
    kernel.file_load_answers.clear();
    kernel.messages.clear();
    kernel.last_segment_places.clear();
    kernel.privileged = true;
}

// The plan has the names that the segments of a call have lost; it is made once more to learn them.
std::map<std::string, std::string> Stage::pieces_of(const std::string &line) {
    const FakeKernel &kernel = world_.kernel;
    if (kernel.last_segment_places.empty())
        return {{"command line", kernel.last_command_line}};
    std::vector<std::string> words = words_of_line(line);
    std::vector<const char *> pointers;
    for (const std::string &word : words)
        pointers.push_back(word.c_str());
    auto options = parse_options(pointers, arch_.options, Order::any);
    if (!options || !options->steps.contains(Step::load))
        return {};
    Outcome unheard;
    World seen = world_.seen_by(arch_, unheard);
    auto prepared = prepare_load(seen, *options);
    if (!prepared)
        return {};
    const auto &plan = std::get<SegmentLoad>(prepared->decision.attempts.back().plan);
    std::map<std::string, std::string> pieces = {{"command line", plan.command_line},
                                                 {"entry", fmt::format("{:#x}", kernel.last_entry)}};
    for (std::size_t i = 0; i < plan.segments.size(); i++) {
        pieces[plan.segments[i].name] = kernel.last_segment_contents.at(i);
        pieces["place of " + plan.segments[i].name] = fmt::format("{:#x}", kernel.last_segment_places.at(i));
    }
    return pieces;
}

Played Stage::play(const std::string &line, const std::string &given) {
    forget();
    make_true(given);
    Outcome outcome = world_.run_on(arch_, words_of_line(line));
    return {.status = outcome.status,
            .out = outcome.out,
            .err = outcome.err,
            .calls = in_short(world_.kernel.log, arch_),
            .crash_loaded = world_.crash_loaded() == "1"};
}

Played Stage::play_and_keep_pieces(const std::string &line, const std::string &given) {
    Played played = play(line, given);
    if (contains(" " + played.calls, " file 0x") || contains(" " + played.calls, " load 0x"))
        played.pieces = pieces_of(line);
    return played;
}

bool says(const Played &played, const std::string &said) {
    std::string text = played.out + played.err;
    if (said == "-")
        return text.empty();
    for (std::size_t at = 0; said != "*" && at != std::string::npos;) {
        std::size_t end = said.find(" ... ", at);
        if (!contains(text, said.substr(at, end - at)))
            return false;
        at = end == std::string::npos ? end : end + 5;
    }
    return true;
}

Stage &stage_of(std::string_view arch) {
    static std::map<std::string, std::unique_ptr<Stage>, std::less<>> stages;
    auto found = stages.find(arch);
    if (found == stages.end())
        found = stages.emplace(arch, std::make_unique<Stage>(arch)).first;
    return *found->second;
}

std::vector<std::vector<std::string>> rows_of(const std::string &file, std::size_t fields) {
    std::vector<std::vector<std::string>> rows;
    std::string text = text_of_file(in_tests("kexec/" + file));
    for (std::string_view line : lines_of(text)) {
        if (line.empty() || line.starts_with('#'))
            continue;
        std::vector<std::string> row;
        std::istringstream stream{std::string(line)};
        for (std::string field; std::getline(stream, field, '|');)
            row.emplace_back(trimmed(field));
        if (row.size() != fields)
            throw std::runtime_error(fmt::format("{}: {} fields in: {}", file, row.size(), line));
        rows.push_back(row);
    }
    return rows;
}

std::vector<std::string> archs_of(const std::string &field) {
    std::string_view all = "x86_64 arm64 ppc64 s390x";
    std::vector<std::string> names;
    for (std::string_view word : words_of(field == "all" ? all : std::string_view(field)))
        names.emplace_back(word);
    return names;
}

} // namespace kexec::test
