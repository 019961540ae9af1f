// SPDX-License-Identifier: GPL-2.0-or-later
// The table that chooses the system call, row by row.
#include "plan/choice.h"

#include "tests/catch.h"
#include "tests/plan/kernels.h"

#include <algorithm>
#include <cerrno>

using namespace kexec;

namespace {

constexpr Option options[] = {
    {OptionId::noefi, "noefi", 0, "", OptionScope::loader, OptionReach::segments, "x"},
    {OptionId::entry, "entry", 0, "ADDRESS", OptionScope::general, OptionReach::segments, "x"},
    {OptionId::no_cma, "no-cma", 0, "", OptionScope::general, OptionReach::file, "x"},
    {OptionId::debug, "debug", 'd', "", OptionScope::general, OptionReach::any, "x"},
};

constexpr Format taken{.name = "taken", .description = "", .by_file_load = true, .probe = nullptr};
constexpr Format not_taken{.name = "odd", .description = "", .by_file_load = false, .probe = nullptr};

Request request(const Format &format, Call call, std::vector<OptionId> given = {}) {
    Request request{};
    request.image.format = &format;
    request.settings.call = call;
    for (OptionId id : given)
        request.settings.given[id] = "";
    return request;
}

std::vector<Call> calls(const CallChoice &choice) {
    std::vector<Call> calls;
    for (const CallChoice::Step &step : choice.steps)
        calls.push_back(step.call);
    return calls;
}

CallChoice choose(const Request &request) { return choose_call(request, options).value(); }

auto planner(std::string warning = {}) {
    return [warning](std::vector<std::string> &warnings) -> Result<SegmentLoad> {
        if (!warning.empty())
            warnings.push_back(warning);
        return SegmentLoad{.entry = 7,
                           .flags = {},
                           .segments = {},
                           .command_line = {},
                           .notes = {},
                           .purgatory = {},
                           .storage = {}};
    };
}

auto failing_planner() {
    return [](std::vector<std::string> &warnings) -> Result<SegmentLoad> {
        warnings.push_back("of the plan that failed");
        return fail(Cause::no_room, "there is no room", "make some");
    };
}

} // namespace

TEST_CASE("-c: kexec_load alone, whatever the image and the options") {
    for (const Format *format : {&taken, &not_taken}) {
        CallChoice choice = choose(request(*format, Call::load, {OptionId::noefi}));
        CHECK(calls(choice) == std::vector{Call::load});
        CHECK(choice.steps[0].reason == "kexec_load was asked for");
        CHECK(choice.warnings.empty());
    }
}

TEST_CASE("-s: the file call alone, with a warning for each option it cannot honour") {
    CallChoice choice =
        choose(request(taken, Call::file_load, {OptionId::noefi, OptionId::entry, OptionId::debug}));
    CHECK(calls(choice) == std::vector{Call::file_load});
    CHECK(choice.steps[0].reason == "kexec_file_load was asked for");
    REQUIRE(choice.warnings.size() == 2);
    CHECK(choice.warnings[0] == "--noefi has no effect with kexec_file_load; going on without");
    CHECK(choice.warnings[1] == "--entry has no effect with kexec_file_load; going on without");
}

TEST_CASE("-s with an image that the file call does not take is an error") {
    auto choice = choose_call(request(not_taken, Call::file_load), options);
    REQUIRE_FALSE(choice);
    CHECK(choice.error().cause == Cause::unsupported);
    CHECK(choice.error().what == "kexec_file_load does not take a kernel of type odd");
    CHECK(choice.error().remedy == "leave out -s, or use -c");
}

TEST_CASE("-a: an image that the file call does not take goes to kexec_load") {
    CallChoice choice = choose(request(not_taken, Call::automatic));
    CHECK(calls(choice) == std::vector{Call::load});
    CHECK(choice.steps[0].reason == "kexec_file_load does not take a kernel of type odd");
}

TEST_CASE("-a: an option that only kexec_load honours decides") {
    CallChoice choice = choose(request(taken, Call::automatic, {OptionId::entry}));
    CHECK(calls(choice) == std::vector{Call::load});
    CHECK(choice.steps[0].reason == "only kexec_load honours --entry");
    CHECK(choice.warnings.empty());
}

TEST_CASE("-a: otherwise the file call, then kexec_load") {
    CallChoice choice = choose(request(taken, Call::automatic, {OptionId::debug, OptionId::no_cma}));
    CHECK(calls(choice) == std::vector{Call::file_load, Call::load});
    CHECK(choice.steps[0].reason == "kexec_file_load takes a kernel of type taken");
    CHECK(choice.steps[1].reason == "kexec_file_load did not serve");
}

namespace {

KexecPolicy locked_down() {
    return {.lockdown = "integrity", .secure_boot = {}, .signatures_forced = {}, .ima_appraises = {}};
}
KexecPolicy open_to_all() {
    return {.lockdown = "none", .secure_boot = false, .signatures_forced = false, .ima_appraises = false};
}
KexecPolicy appraised() {
    return {.lockdown = "none", .secure_boot = {}, .signatures_forced = {}, .ima_appraises = true};
}
KexecPolicy secured() {
    return {.lockdown = "", .secure_boot = true, .signatures_forced = {}, .ima_appraises = {}};
}

Request request_under(const KexecPolicy &policy, const Format &format, Call call,
                      std::vector<OptionId> given = {}) {
    Request it = request(format, call, std::move(given));
    it.machine.kexec.policy = policy;
    return it;
}

} // namespace

TEST_CASE("-a where kexec_load is shut: the file call alone, whatever the options") {
    for (const auto &[policy, reason] :
         {std::pair(locked_down(), "the kernel is locked down (/sys/kernel/security/lockdown: integrity) and "
                                   "refuses kexec_load"),
          std::pair(appraised(),
                    "IMA appraises kernel files (/sys/kernel/security/ima/policy) and refuses kexec_load")}) {
        CallChoice choice = choose(request_under(policy, taken, Call::automatic, {OptionId::noefi}));
        CHECK(calls(choice) == std::vector{Call::file_load});
        CHECK(choice.steps[0].reason == reason);
        CHECK(choice.warnings ==
              std::vector<std::string>{"--noefi has no effect with kexec_file_load; going on without"});
        auto none = choose_call(request_under(policy, not_taken, Call::automatic), options);
        REQUIRE_FALSE(none);
        CHECK(none.error().cause == Cause::unsupported);
        CHECK(none.error().what ==
              std::string(reason) + "; kexec_file_load does not take a kernel of type odd");
        CHECK(calls(choose(request_under(policy, taken, Call::load))) == std::vector{Call::load});
        CHECK(decide(request_under(policy, taken, Call::automatic), options, planner())
                  .value()
                  .attempts.size() == 1);
    }
}

TEST_CASE("secure boot alone shuts nothing: many kernels do not lock themselves down for it") {
    CHECK(calls(choose(request_under(secured(), taken, Call::automatic))) ==
          std::vector{Call::file_load, Call::load});
    CHECK(calls(choose(request_under(secured(), not_taken, Call::automatic))) == std::vector{Call::load});
}

TEST_CASE("each errno of the file call means one thing, and leads on or not") {
    struct Row {
        int number;
        Meaning meaning;
        bool open, may_be_locked; // is kexec_load tried?
    };
    const Row rows[] = {
        {ENOSYS, Meaning::cannot, true, true},
        {EINVAL, Meaning::cannot, true, true},
        {ENOEXEC, Meaning::cannot, true, true},
        {EOPNOTSUPP, Meaning::cannot, true, true},
        {EADDRNOTAVAIL, Meaning::no_room, true, true},
        {EKEYREJECTED, Meaning::not_trusted, true, false},
        {EKEYEXPIRED, Meaning::not_trusted, true, false},
        {EKEYREVOKED, Meaning::not_trusted, true, false},
        {ENOKEY, Meaning::not_trusted, true, false},
        {ENODATA, Meaning::not_trusted, true, false},
        {EBADMSG, Meaning::not_trusted, true, false},
        {ENOPKG, Meaning::not_trusted, true, false},
        {ELIBBAD, Meaning::not_trusted, true, false},
        {EPERM, Meaning::not_trusted, true, false},
        {EACCES, Meaning::not_trusted, true, false},
        {ENOMEM, Meaning::final, false, false},
        {EBUSY, Meaning::final, false, false},
        {EINTR, Meaning::final, false, false},
        {ETXTBSY, Meaning::final, false, false},
        {EFBIG, Meaning::final, false, false},
        {EFAULT, Meaning::final, false, false},
    };
    auto leads_on = [](const KexecPolicy &policy, int number) {
        std::vector<int> numbers = goes_on_after(policy);
        return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
    };
    for (const Row &row : rows) {
        INFO(row.number);
        CHECK(meaning_of(row.number) == row.meaning);
        CHECK(leads_on(open_to_all(), row.number) == row.open);
        CHECK(leads_on({}, row.number) == row.open);
        CHECK(leads_on(secured(), row.number) == row.may_be_locked);
    }
    CHECK(file_call_cannot() == std::vector<int>{ENOSYS, EINVAL, ENOEXEC, EOPNOTSUPP});
}

TEST_CASE("--require-signature: never kexec_load, and only where the kernel demands signatures") {
    std::vector<OptionId> given = {OptionId::require_signature};
    CallChoice forced = choose(request_under(locked_down(), taken, Call::automatic, given));
    CHECK(calls(forced) == std::vector{Call::file_load});
    CHECK(forced.warnings.empty());
    CallChoice unknown = choose(request_under({}, taken, Call::automatic, given));
    CHECK(calls(unknown) == std::vector{Call::file_load});
    CHECK(unknown.steps[0].reason == "kexec_load verifies no signature, and --require-signature was given");
    REQUIRE(unknown.warnings.size() == 1);
    CHECK(unknown.warnings[0].find("cannot be seen") != std::string::npos);
    for (Call call : {Call::automatic, Call::file_load}) {
        auto open = choose_call(request_under(open_to_all(), taken, call, given), options);
        REQUIRE_FALSE(open);
        CHECK(open.error().cause == Cause::unsupported);
    }
    auto load = choose_call(request_under(locked_down(), taken, Call::load, given), options);
    REQUIRE_FALSE(load);
    CHECK(load.error().cause == Cause::bad_usage);
    CHECK_FALSE(choose_call(request_under({}, not_taken, Call::automatic, given), options));
}

TEST_CASE("the flags of the file call say what was asked") {
    Request it = request(taken, Call::file_load);
    CHECK(plan_file_load(it).flags == kexec_file_no_initramfs);
    it.settings.purpose = Purpose::crash;
    CHECK(plan_file_load(it).flags == (kexec_file_no_initramfs | kexec_file_on_crash));
    it.settings.debug = true;
    CHECK(plan_file_load(it).flags == (kexec_file_no_initramfs | kexec_file_on_crash | kexec_file_debug));
    it.settings.given = {{OptionId::no_cma, ""}, {OptionId::force_dtb, ""}};
    it.settings.command_line = "root=/dev/vda";
    FileLoad plan = plan_file_load(it);
    CHECK(plan.flags == (kexec_file_no_initramfs | kexec_file_on_crash | kexec_file_debug |
                         kexec_file_no_cma | kexec_file_force_dtb));
    CHECK(plan.command_line == "root=/dev/vda");
    CHECK(plan.initrd == nullptr);
}

TEST_CASE("an initrd goes to the file call as the file it is") {
    Request it = request(taken, Call::file_load);
    it.initrd = testing::file_holding(testing::sample_bytes(10));
    FileLoad plan = plan_file_load(it);
    CHECK(plan.flags == 0);
    CHECK(plan.initrd == it.initrd);
}

TEST_CASE("an initrd without a byte is none") {
    Request it = request(taken, Call::file_load);
    it.initrd = testing::file_holding({});
    FileLoad plan = plan_file_load(it);
    CHECK(plan.flags == kexec_file_no_initramfs);
    CHECK(plan.initrd == nullptr);
}

TEST_CASE("the second plan is tried after the errnos that mean \"cannot\", and after no other") {
    Decision decision = decide(request(taken, Call::automatic), options, planner("beware")).value();
    REQUIRE(decision.attempts.size() == 2);
    CHECK(std::holds_alternative<FileLoad>(decision.attempts[0].plan));
    CHECK(decision.attempts[0].go_on == goes_on_after({}));
    CHECK(std::get<SegmentLoad>(decision.attempts[1].plan).entry == 7);
    CHECK(decision.attempts[1].go_on.empty());
    CHECK(decision.warnings == std::vector<std::string>{"beware"});
}

TEST_CASE("the file call alone goes on after nothing") {
    Decision decision = decide(request(taken, Call::file_load), options, planner()).value();
    REQUIRE(decision.attempts.size() == 1);
    CHECK(std::holds_alternative<FileLoad>(decision.attempts[0].plan));
    CHECK(decision.attempts[0].go_on.empty());
}

TEST_CASE("where kexec_load could not serve, the file call stays alone and a warning says why") {
    Decision decision = decide(request(taken, Call::automatic), options, failing_planner()).value();
    REQUIRE(decision.attempts.size() == 1);
    CHECK(std::holds_alternative<FileLoad>(decision.attempts[0].plan));
    CHECK(decision.attempts[0].go_on.empty());
    CHECK(decision.warnings ==
          std::vector<std::string>{
              "kexec_load could not serve as a second try: there is no room; going on without"});
}

TEST_CASE("a crash kernel without room is refused before the file call could unload the old one") {
    Request crash = request(taken, Call::automatic);
    crash.settings.purpose = Purpose::crash;
    auto decision = decide(crash, options, failing_planner());
    REQUIRE_FALSE(decision);
    CHECK(decision.error().cause == Cause::no_room);
    auto unsupported = [](std::vector<std::string> &) -> Result<SegmentLoad> {
        return fail(Cause::unsupported, "no");
    };
    CHECK(decide(crash, options, unsupported).value().attempts.size() == 1);
}

TEST_CASE("where kexec_load is the only try, its error is the answer") {
    auto decision = decide(request(not_taken, Call::automatic), options, failing_planner());
    REQUIRE_FALSE(decision);
    CHECK(decision.error().cause == Cause::no_room);
    CHECK(decision.error().what == "there is no room");
}
