// SPDX-License-Identifier: GPL-2.0-or-later
// Writing comes in this order: the backup, complete under a name that no undo looks at; its name; each file;
// then the programs that make something of the files.
#include "util/kdumpctl/boot_change.h"

#include "base/new_file.h"
#include "base/process.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view backups = "/var/lib/kdump/boot-configuration", unfinished = "/unfinished";
constexpr std::string_view before = "/before", after = "/after", copies = "/copies", programs = "/programs";
constexpr std::uint64_t largest_file = 8 << 20;
constexpr std::size_t kept_backups = 10;

// Where the file is that a path below the root leads to. A link may lead anywhere below the root.
Result<std::string> place_of(const World &world, const std::string &path) {
    std::string root = world.root.empty() ? "" : real_path(world.root);
    std::string place = real_path(world.root + path);
    if (!root.empty() && !place.starts_with(root + "/"))
        return fail(Cause::other, fmt::format("{}: the link leads out of {}", path, world.root),
                    "put a file in its place");
    return place;
}

Result<std::string> content_of(const World &world, const std::string &path) {
    MappedFile file = TRY(MappedFile::open(TRY(place_of(world, path))));
    if (file.bytes().size() > largest_file)
        return fail(Cause::other, fmt::format("{}: this is too long for a boot loader's file", path),
                    "restore the file");
    return std::string(as_text(file.bytes()));
}

Result<void> write_to(const World &world, const std::string &path, const std::string &content) {
    return replace_content(TRY(place_of(world, path)), as_bytes(content));
}

// --- programs

// Those of another root run in it.
Result<void> run_programs(const World &world, const std::vector<ProgramRun> &runs) {
    for (const ProgramRun &run : runs) {
        std::string path = run.path;
        std::vector<std::string> arguments = run.arguments;
        if (!world.root.empty()) {
            arguments.insert(arguments.begin(), {world.root, run.path});
            path = find_program("chroot").value_or("/usr/sbin/chroot");
        }
        int status = TRY(world.run(path, arguments));
        if (status != 0)
            return fail(Cause::other, fmt::format("{} ended with status {}", text_of(run), status),
                        world.root.empty()
                            ? "its own words are above; run it by hand to see more"
                            : "it runs inside of the tree: mount /dev, /proc and /sys there, and be root");
    }
    return {};
}

// A word has no blank in it but the list behind grubby's --args, which no undo has.
std::string text_of(const std::vector<ProgramRun> &runs) {
    std::string text;
    for (const ProgramRun &run : runs)
        text += text_of(run) + "\n";
    return text;
}

std::vector<ProgramRun> read_programs(std::string_view text) {
    std::vector<ProgramRun> runs;
    for (std::string_view line : lines_of(text)) {
        auto words = words_of(line);
        if (words.empty())
            continue;
        runs.push_back({std::string(words[0]), {words.begin() + 1, words.end()}});
    }
    return runs;
}

// --- backups

// Where backups are; an error where a directory on the way is a link out of the tree.
Result<std::string> backup_directory(const World &world) {
    for (std::size_t end = backups.find('/', 1); end != std::string_view::npos;
         end = backups.find('/', end + 1))
        if (std::string part(backups.substr(0, end)); is_directory(world.root + part))
            TRY(place_of(world, part));
    std::string directory = fmt::format("{}{}", world.root, backups);
    if (is_directory(directory))
        TRY(place_of(world, std::string(backups)));
    return directory;
}

std::vector<std::uint64_t> numbers_of_backups(const World &world) {
    std::vector<std::uint64_t> numbers;
    auto names = list_directory(fmt::format("{}{}", world.root, backups));
    for (const std::string &name : names ? *names : std::vector<std::string>{})
        if (auto number = parse_decimal(name))
            numbers.push_back(*number);
    std::ranges::sort(numbers);
    return numbers;
}

Result<void> keep(const std::string &directory, std::string_view part, const std::string &path,
                  const std::string &content) {
    std::string name = fmt::format("{}{}{}", directory, part, path);
    TRY(make_directories(name.substr(0, name.rfind('/'))));
    NewFile file = TRY(NewFile::create(name, NewFile::Existing::replace));
    TRY(file.append(as_bytes(content)));
    return file.finish();
}

Result<void> fill_backup(const World &world, const BootPlan &plan, const std::string &directory) {
    for (const FileChange &change : plan.files) {
        TRY(keep(directory, before, change.path, change.before));
        TRY(keep(directory, after, change.path, change.after));
    }
    for (const std::string &path : plan.rewritten)
        if (auto content = content_of(world, path))
            TRY(keep(directory, plan.keeps_rewritten ? before : copies, path, *content));
    return keep(directory, programs, "", text_of(plan.undoing));
}

void forget_old_backups(const World &world) {
    auto numbers = numbers_of_backups(world);
    for (std::size_t i = 0; i + kept_backups < numbers.size(); i++)
        (void)remove_tree(
            fmt::format("{}{}/{}", world.root, backups, numbers[i])); // the next change tries again
}

Result<std::string> make_backup(const World &world, const BootPlan &plan) {
    std::string directory = TRY(backup_directory(world));
    TRY(make_directories(directory));
    std::string incomplete = fmt::format("{}{}", directory, unfinished);
    TRY(remove_tree(incomplete));
    TRY(fill_backup(world, plan, incomplete));
    auto numbers = numbers_of_backups(world);
    std::string name = fmt::format("{}/{}", backups, numbers.empty() ? 1 : numbers.back() + 1);
    TRY(rename_directory(incomplete, world.root + name));
    return name;
}

// --- writing

Result<void> check_unchanged(const World &world, const BootPlan &plan) {
    for (const FileChange &change : plan.files)
        if (TRY(content_of(world, change.path)) != change.before)
            return fail(Cause::other, fmt::format("{} was changed while it was looked at", change.path),
                        "try again");
    return {};
}

Result<void> write_and_run(const World &world, const BootPlan &plan) {
    for (const FileChange &change : plan.files)
        TRY(write_to(world, change.path, change.after));
    return run_programs(world, plan.programs);
}

// After a failure: what was written goes, and what programs wrote.
Error put_back(const World &world, const BootPlan &plan, const std::string &backup, Error error) {
    error.details.push_back("the files are as they were");
    for (const FileChange &change : plan.files) {
        auto now = content_of(world, change.path);
        if (now && *now == change.before)
            continue;
        if (auto written = write_to(world, change.path, change.before); !written)
            error.details.back() = fmt::format("{}: {}; the old file is {}{}{}{}", change.path,
                                               written.error().what, world.root, backup, before, change.path);
    }
    for (const std::string &path : plan.rewritten) {
        std::string kept =
            fmt::format("{}{}{}{}", world.root, backup, plan.keeps_rewritten ? before : copies, path);
        auto old = read_file(kept, largest_file);
        auto now = content_of(world, path);
        if (old && now && *now != as_text(*old))
            (void)write_to(world, path, std::string(as_text(*old))); // the copy stays where it is
    }
    return error;
}

} // namespace

Result<std::string> carry_out(const World &world, const BootPlan &plan) {
    if (plan.files.empty() && plan.programs.empty())
        return std::string();
    TRY(check_unchanged(world, plan));
    bool keeps = !plan.files.empty() || plan.keeps_rewritten || plan.loader == Loader::ostree;
    std::string backup = keeps ? TRY(make_backup(world, plan)) : std::string();
    if (auto done = write_and_run(world, plan); !done) {
        Error error = put_back(world, plan, backup, done.error());
        if (error.details.back() == "the files are as they were" && keeps)
            (void)remove_tree(world.root + backup); // nothing is left to undo
        return Failure(std::move(error));
    }
    for (const std::string &path : plan.keeps_rewritten ? plan.rewritten : std::vector<std::string>{})
        TRY(keep(world.root + backup, after, path, TRY(content_of(world, path))));
    forget_old_backups(world);
    return backup;
}

Result<Undo> last_change(const World &world) {
    TRY(backup_directory(world));
    auto numbers = numbers_of_backups(world);
    if (numbers.empty())
        return fail(Cause::missing_file, "no change of the boot configuration is known that could be undone",
                    "kdumpctl reset-crashkernel sets the defaults");
    Undo undo{fmt::format("{}/{}", backups, numbers.back()), {}};
    std::string directory = world.root + undo.backup;
    std::vector<std::string> paths;
    if (auto found = list_tree(fmt::format("{}{}", directory, before)))
        paths = *found;
    for (const std::string &path : paths) {
        auto kept = [&](std::string_view part) -> Result<std::string> {
            return std::string(
                as_text(TRY(read_file(fmt::format("{}{}/{}", directory, part, path), largest_file))));
        };
        std::string old = TRY(kept(before)), now = TRY(content_of(world, "/" + path));
        auto left = kept(after);
        if (now == old)
            continue;
        if (left && *left != now)
            return fail(Cause::other, fmt::format("/{} was changed since", path),
                        fmt::format("the file of before is {}{}/{}: put back by hand what is needed of it",
                                    directory, before, path));
        undo.plan.files.push_back({"/" + path, std::move(now), std::move(old)});
    }
    undo.plan.programs =
        read_programs(as_text(TRY(read_file(fmt::format("{}{}", directory, programs), largest_file))));
    return undo;
}

Result<void> undo(const World &world, const Undo &undo) {
    TRY(check_unchanged(world, undo.plan));
    TRY(write_and_run(world, undo.plan));
    return remove_tree(world.root + undo.backup);
}

} // namespace kexec::kdumpctl
