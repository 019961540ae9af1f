// SPDX-License-Identifier: GPL-2.0-or-later
// Choosing the entries, then changing each through what keeps it. grubby(8), rpm-ostree(1) ("kargs"),
// grub-mkconfig(8) and zipl(8) say how they are called.
#include "util/kdumpctl/boot_plan.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view zipl_conf = "/etc/zipl.conf", variable = "$kernelopts";
constexpr std::array<std::string_view, 2> zipl_paths{"/usr/sbin/zipl", "/sbin/zipl"};
constexpr std::array<std::string_view, 2> grubby_paths{"/usr/sbin/grubby", "/sbin/grubby"};
constexpr std::string_view power = "ppc64le";

// Everything that a plan is made of.
class Planner {
public:
    Planner(const Snapshot &snapshot, const BootRequest &request, const Facts &facts)
        : snapshot_(snapshot), request_(request), facts_(facts) {}

    Result<BootPlan> run() {
        menu_ = TRY(boot_menu_in(snapshot_));
        plan_.loader = menu_.loader;
        plan_.notes = menu_.notes;
        switch (menu_.loader) {
        case Loader::none:
            plan_.entries.push_back({"", TRY(words_for(facts_.command_line, "")), true});
            break;
        case Loader::ostree: TRY(ask_ostree()); break;
        case Loader::grubby: TRY(ask_grubby()); break;
        case Loader::grub_defaults: TRY(change_grub_defaults()); break;
        default: TRY(change_entries()); break;
        }
        TRY(finish_files());
        return std::move(plan_);
    }

private:
    bool all() const { return request_.kernels == Kernels::all; }

    bool is_chosen(const MenuEntry &entry) const {
        switch (request_.kernels) {
        case Kernels::all: return true;
        case Kernels::menu_default: return entry.is_default;
        case Kernels::of_release: return is_of_release(entry.kernel, request_.name);
        // A path of the running system, or of the boot loader's file system: the longer ends as the shorter.
        case Kernels::named:
            return !entry.kernel.empty() &&
                   (request_.name.ends_with(entry.line.kernel) || entry.kernel.ends_with(request_.name));
        }
        return false;
    }

    Result<std::vector<const MenuEntry *>> chosen() const {
        std::vector<const MenuEntry *> entries;
        std::vector<std::string> kernels;
        for (const MenuEntry &entry : menu_.entries) {
            if (is_chosen(entry))
                entries.push_back(&entry);
            kernels.push_back(printable(entry.kernel));
        }
        if (entries.empty())
            return fail(Cause::missing_file,
                        request_.name.empty()
                            ? std::string("the boot loader has no entry with a kernel")
                            : fmt::format("the boot loader has no entry for {}", printable(request_.name)),
                        kernels.empty() ? "install a kernel"
                                        : fmt::format("name one of {} by --kernel=, or ALL or DEFAULT",
                                                      fmt::join(kernels, ", ")));
        return entries;
    }

    CrashMode mode_for(std::string_view command_line) const {
        if (facts_.traits.architecture != power)
            return CrashMode::kdump;
        if (request_.fadump)
            return request_.fadump->empty() ? CrashMode::kdump : CrashMode::fadump;
        return mode_of(command_line);
    }

    Result<CrashWords> words_for(std::string_view command_line, std::string_view kernel) const {
        CrashWords words = TRY(default_words(facts_, mode_for(command_line), kernel));
        words.fadump = request_.fadump;
        return words;
    }

    std::string_view text(const std::string &path) const { return snapshot_.text(path).value_or(""); }

    std::size_t change(const std::string &file, const KernelLine &line, const CrashWords &words,
                       MayAdd may_add) {
        auto splices = splices_for(text(file), line, words, may_add);
        auto &all_splices = splices_[file];
        all_splices.insert(all_splices.end(), splices.begin(), splices.end());
        return splices.size();
    }

    // --- files that have an entry for each kernel

    Result<void> change_entries() {
        auto variable_line = TRY(kernelopts_in(snapshot_));
        bool in_variable =
            variable_line && has_words(command_line_of(text(variable_line->file), variable_line->line));
        bool used = false;
        for (const MenuEntry *entry : TRY(chosen())) {
            CrashWords words = TRY(words_for(entry->command_line, entry->kernel));
            bool uses = in_variable && text(entry->file).find(variable) != std::string_view::npos;
            used |= uses;
            std::size_t changes = uses && !all() ? change_without_variable(*entry, *variable_line, words)
                                                 : change(entry->file, entry->line, words, {!uses, !uses});
            plan_.entries.push_back({entry->kernel, words, changes > 0 || (uses && all())});
        }
        if (all() && used)
            TRY(change_together({*variable_line}));
        if (all())
            TRY(change_common());
        return run_zipl();
    }

    static bool has_words(std::string_view command_line) {
        return has_parameter(command_line, "crashkernel") || has_parameter(command_line, "fadump");
    }

    // One entry gets words of its own: what all others have in common is written out in it.
    std::size_t change_without_variable(const MenuEntry &entry, const CommonLine &common,
                                        const CrashWords &words) {
        std::string_view old = text(entry.file);
        std::string value(old.substr(0, 0));
        for (Span span : common.line.words)
            value += text(common.file).substr(span.offset, span.size);
        std::string written(old);
        std::size_t at = written.find(variable);
        written.replace(at, variable.size(), value);
        auto menu = read_entry(written); // it could be read before, and no line end came in
        if (!menu || menu->lines.empty())
            return 0;
        auto splices = splices_for(written, menu->lines.front(), words, {});
        written_out_[entry.file] = spliced(written, splices);
        return 1;
    }

    Result<void> run_zipl() {
        if (!snapshot_.is_there(zipl_conf))
            return {};
        auto zipl = first_there(snapshot_, zipl_paths);
        if (!zipl)
            return fail(Cause::unsupported, "there is /etc/zipl.conf, and zipl is not installed",
                        "install s390-tools: without zipl a change has no effect");
        plan_.programs = plan_.undoing = {{*zipl, {}}};
        return {};
    }

    // --- lines that hold for every kernel

    Result<void> change_common() {
        for (const CommonLines &lines : TRY(common_lines(snapshot_, menu_.loader)))
            TRY(change_together(lines));
        return {};
    }

    std::string joined(const CommonLines &lines) const {
        std::string together;
        for (const CommonLine &line : lines)
            together += command_line_of(text(line.file), line.line) + " ";
        return together;
    }

    Result<CrashWords> change_together(const CommonLines &lines) {
        std::string together = joined(lines);
        bool adds = !has_parameter(together, "crashkernel"), adds_fadump = !has_parameter(together, "fadump");
        CrashWords words = TRY(words_for(together, ""));
        for (const CommonLine &line : lines)
            change(line.file, line.line, words, {line.decides && adds, line.decides && adds_fadump});
        return words;
    }

    Result<void> change_grub_defaults() {
        if (!menu_.entries.empty() && request_.kernels != Kernels::of_release)
            TRY(chosen());
        if (!all())
            plan_.notes.push_back(
                "GRUB's defaults are one command line for all kernels: all of them are changed");
        auto groups = TRY(common_lines(snapshot_, menu_.loader)); // GRUB's are the first
        CrashWords words = TRY(words_for(joined(groups.front()), ""));
        TRY(change_common());
        plan_.entries.push_back({"", words, has_changes() || !menu_has(words)});
        return plan_.entries.back().changes ? make_grub_cfg() : Result<void>();
    }

    bool has_changes() const {
        return std::ranges::any_of(splices_, [](const auto &each) { return !each.second.empty(); });
    }

    // Whether grub.cfg is of after the change: a power cut may have come between.
    bool menu_has(const CrashWords &words) const {
        return std::ranges::all_of(menu_.entries, [&](const MenuEntry &entry) {
            return splices_for(text(entry.file), entry.line, words, {}).empty();
        });
    }

    Result<void> make_grub_cfg() {
        constexpr std::string_view debian = "/usr/sbin/update-grub";
        constexpr std::array<std::array<std::string_view, 2>, 2> others{
            {{"/usr/sbin/grub2-mkconfig", "/boot/grub2/grub.cfg"},
             {"/usr/sbin/grub-mkconfig", "/boot/grub/grub.cfg"}}};
        std::vector<ProgramRun> runs;
        if (snapshot_.is_there(debian))
            runs = {{std::string(debian), {}}};
        for (auto [program, result] : others)
            if (runs.empty() && snapshot_.is_there(program))
                runs = {{std::string(program), {"-o", std::string(result)}}};
        if (runs.empty())
            return fail(Cause::unsupported,
                        "neither update-grub nor grub2-mkconfig nor grub-mkconfig is installed",
                        "install GRUB's tools: /etc/default/grub alone has no effect");
        plan_.programs = plan_.undoing = runs;
        plan_.rewritten = there({"/boot/grub2/grub.cfg", "/boot/grub/grub.cfg"});
        return {};
    }

    std::vector<std::string> there(std::initializer_list<std::string_view> paths) const {
        std::vector<std::string> found;
        for (std::string_view path : paths)
            if (snapshot_.is_there(path))
                found.emplace_back(path);
        return found;
    }

    // --- programs that know how

    static std::vector<std::string> grubby_arguments(const std::string &kernel, const CrashWords &words) {
        bool adds = words.fadump && !words.fadump->empty(), removes = words.fadump && words.fadump->empty();
        std::vector<std::string> arguments{"--update-kernel=" + kernel,
                                           "--args=crashkernel=" + words.crashkernel +
                                               (adds ? " fadump=" + *words.fadump : "")};
        if (removes)
            arguments.push_back("--remove-args=fadump");
        return arguments;
    }

    // What grubby takes where the menu cannot be seen.
    std::string kernel_for_grubby() const {
        switch (request_.kernels) {
        case Kernels::all: return "ALL";
        case Kernels::menu_default: return "DEFAULT";
        case Kernels::named: return request_.name;
        case Kernels::of_release: return "/boot/vmlinuz-" + request_.name;
        }
        return "ALL";
    }

    Result<void> ask_grubby() {
        std::string grubby = *first_there(snapshot_, grubby_paths);
        if (menu_.entries.empty()) {
            CrashWords words = TRY(words_for(facts_.command_line, ""));
            plan_.programs.push_back({grubby, grubby_arguments(kernel_for_grubby(), words)});
            plan_.entries.push_back({kernel_for_grubby(), words, true});
        }
        for (const MenuEntry *entry :
             TRY(menu_.entries.empty() ? std::vector<const MenuEntry *>() : chosen())) {
            CrashWords words = TRY(words_for(entry->command_line, entry->kernel));
            std::string path = entry->kernel.starts_with("/boot/") ? entry->kernel : "/boot" + entry->kernel;
            bool changes = !splices_for(text(entry->file), entry->line, words, {}).empty();
            ProgramRun run{grubby, grubby_arguments(path, words)};
            if (changes && std::ranges::find(plan_.programs, run) == plan_.programs.end())
                plan_.programs.push_back(run);
            plan_.entries.push_back({path, words, changes});
        }
        if (all())
            TRY(change_common());
        plan_.rewritten = there({"/boot/grub2/grub.cfg", "/boot/grub/grub.cfg", "/etc/zipl.conf"});
        plan_.keeps_rewritten = true;
        return {};
    }

    Result<void> ask_ostree() {
        constexpr std::string_view program = "/usr/bin/rpm-ostree";
        if (!snapshot_.is_there(program))
            return fail(Cause::unsupported,
                        "this system was deployed by OSTree, and rpm-ostree is not installed",
                        "change the kernel arguments with the tool that deployed it");
        if (request_.kernels == Kernels::named || all())
            plan_.notes.push_back(
                "rpm-ostree keeps one command line for the next deployment: --kernel= has no effect");
        std::string line = facts_.command_line;
        for (const MenuEntry &entry : menu_.entries)
            if (entry.is_default)
                line = entry.command_line;
        CrashWords words = TRY(words_for(line, ""));
        std::vector<std::string> gone, added{"crashkernel=" + words.crashkernel};
        for (std::string_view word : words_of(line))
            if (word.starts_with("crashkernel=") || (words.fadump && word.starts_with("fadump=")))
                gone.emplace_back(word);
        if (words.fadump && !words.fadump->empty())
            added.push_back("fadump=" + *words.fadump);
        leave_out_common(gone, added);
        bool changes = !gone.empty() || !added.empty();
        plan_.entries.push_back({"", words, changes});
        if (changes) {
            plan_.programs = {{std::string(program), kargs("--delete=", gone, "--append=", added)}};
            plan_.undoing = {{std::string(program), kargs("--append=", gone, "--delete=", added)}};
        }
        return {};
    }

    // What goes and comes again stays.
    static void leave_out_common(std::vector<std::string> &gone, std::vector<std::string> &added) {
        std::erase_if(added, [&](const std::string &word) {
            auto same = std::ranges::find(gone, word);
            bool stays = same != gone.end();
            if (stays)
                gone.erase(same);
            return stays;
        });
    }

    static std::vector<std::string> kargs(std::string_view of_gone, const std::vector<std::string> &gone,
                                          std::string_view of_added, const std::vector<std::string> &added) {
        std::vector<std::string> arguments{"kargs"};
        for (const std::string &word : gone)
            arguments.push_back(fmt::format("{}{}", of_gone, word));
        for (const std::string &word : added)
            arguments.push_back(fmt::format("{}{}", of_added, word));
        return arguments;
    }

    // --- what comes out

    Result<void> finish_files() {
        auto environment = TRY(kernelopts_in(snapshot_));
        for (const auto &[path, splices] : splices_) {
            std::string before(text(path)), after = spliced(before, splices);
            if (environment && path == environment->file && after != before)
                after = TRY_WITHIN(path, fit_grub_environment(after, before.size()));
            if (after != before)
                plan_.files.push_back({path, before, after});
        }
        for (const auto &[path, after] : written_out_)
            plan_.files.push_back({path, std::string(text(path)), after});
        return {};
    }

    const Snapshot &snapshot_;
    const BootRequest &request_;
    const Facts &facts_;
    BootMenu menu_;
    BootPlan plan_;
    std::map<std::string, std::vector<Splice>> splices_;
    std::map<std::string, std::string> written_out_; // whole files that got more than words
};

} // namespace

Result<BootPlan> plan_boot_change(const Snapshot &snapshot, const BootRequest &request, const Facts &facts) {
    return Planner(snapshot, request, facts).run();
}

} // namespace kexec::kdumpctl
