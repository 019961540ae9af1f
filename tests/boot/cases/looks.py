# SPDX-License-Identifier: GPL-2.0-or-later
"""What a first stage looks at before it loads: plans of the machine and of its recording, and the doctor before and after the load."""
import base64
import gzip
import json
import sys

import proof
import supplies
from proof import require

sys.path.insert(0, str(supplies.HERE.parent / "extras"))
import check_schema  # noqa: E402  (in tests/extras)

PLANS = """\
kexec --record=/tmp/machine >/tmp/listing 2>&1
say record_exit $? size "$(stat -c %s /tmp/machine)"
for form in text json svg; do
    kexec --plan=$form {words} >/tmp/live
    say plan_exit $? lines "$(wc -l </tmp/live)"
    kexec --plan=$form {words} --root=/tmp/machine >/tmp/replayed
    cmp /tmp/live /tmp/replayed && say plans_agree "$form"
    [ "$form" != json ] || gzip </tmp/live | base64 | say_lines plan_json
done
say loaded_by_plans "$(cat /sys/kernel/kexec_loaded)" "$(cat /sys/kernel/kexec_crash_loaded)"
"""
FORMS = ["text", "json", "svg"]
LARGEST_RECORDING = 100 << 10

DOCTOR = """\
kexec --doctor -p --json >/tmp/said 2>&1
say doctor_exit $?
gzip </tmp/said | base64 | say_lines doctor_{when}
kexec --doctor -p 2>&1 | say_lines doctor_text_{when}
"""
STATUSES = {"healthy": 0, "warnings": 2, "broken": 3}
# What the doctor tells an initial ramdisk to do, and the directory where a load is recorded.
REMEDIES = """\
mkdir -p /run /var/crash
echo 1 >/proc/sys/kernel/panic_on_oops
echo 1 >/proc/sys/kernel/sysrq
"""
# There is no configuration of the kernel in an initial ramdisk, and neither securityfs nor efivarfs is mounted.
UNSEEN = {"configuration", "kernel-configuration", "lockdown", "signatures", "ima", "secure-boot"}
FOUR_GIBIBYTES = 4 << 30


def plans(words):
    return PLANS.format(words=words)


def around(script, load):
    """The script of a first stage that loads a crash kernel by `load {load}`, with looks before and after. A plan by kexec_load has the
    most in it, and is made whichever call loads."""
    by_load = load.replace("-p -s ", "-p -c ")
    before, after = (DOCTOR.replace("{when}", when) for when in ("before", "after"))
    return script.replace("load {load}\n", f"{plans(by_load)}{before}{REMEDIES}load {{load}}\n{after}")


def judge_plans(said, stage="first"):
    status, _, size = said.one(stage, "record_exit").split()
    require(status == "0" and 0 < int(size) < LARGEST_RECORDING, f"kexec --record ended with {status} and {size} bytes")
    exits = [line.split() for line in said.all(stage, "plan_exit")]
    require([line[0] for line in exits] == ["0"] * len(FORMS) and all(int(line[2]) > 15 for line in exits), f"the plans ended with {exits}")
    require(said.all(stage, "plans_agree") == FORMS, "a plan from the recording is not the machine's own")
    require(said.one(stage, "loaded_by_plans") == "0 0", "something was loaded by planning")
    plan = fitting(said, stage, "plan_json", "plan.schema.json")
    require(any("segments" in attempt for attempt in plan["attempts"]), f"the plan has no segments: {plan['attempts']}")
    return [f"plans agree with a recording of {size} bytes"]


def fitting(said, stage, key, schema):
    """The value that a stage said in JSON; it fits that schema."""
    value = json.loads(gzip.decompress(base64.b64decode("".join(said.all(stage, key)))))
    rules = json.loads((supplies.HERE.parent.parent / "extras" / schema).read_text(encoding="utf-8"))
    faults = check_schema.faults(value, rules, rules)
    require(not faults, f"{key} does not fit {schema}: {faults}")
    return value


def diagnosis(said, when):
    """{check: (verdict, what was found)} and the conclusion."""
    value = fitting(said, "first", f"doctor_{when}", "doctor.schema.json")
    checks = {each["check"]: (each["verdict"], each["found"]) for each in value["checks"]}
    spoken = "\n".join(said.all("first", f"doctor_text_{when}"))
    require(all(each["title"] in spoken for each in value["checks"]) and f"\n{value['conclusion']}" in spoken,
            f"the doctor's text {when} lacks what its JSON has: {spoken}")
    return checks, value["conclusion"]


def lacks_low_memory(said):
    """Whether all that this machine has reserved lies above 4 GiB: kernels differ in how they understand crashkernel=SIZE,high."""
    return all(first >= FOUR_GIBIBYTES for first, _ in proof.ram_ranges(said.all("first", "iomem"), "Crash kernel"))


def judge_doctor(said, warned=()):
    """Before the load something is missing, and named; when that is done and what else was advised, nothing is but what `warned` names."""
    warned = {*warned, *({"low-memory"} if lacks_low_memory(said) else ())}
    (before, ill), (after, well) = diagnosis(said, "before"), diagnosis(said, "after")
    require(said.all("first", "doctor_exit") == [str(STATUSES[ill]), str(STATUSES[well])],
            f"the doctor ended with {said.all('first', 'doctor_exit')} for {ill} and {well}")
    verdict, found = before["loaded"]
    require(ill == "broken" and verdict == "broken" and "no crash kernel is loaded" in found, f"before the load the doctor found {before}")
    wrong = {check: judged for check, judged in after.items() if judged[0] != "good" and not (judged[0] == "unknown" and check in UNSEEN)}
    require({check: "warning" for check in warned} == {check: verdict for check, (verdict, _) in wrong.items()} and
            well == ("warnings" if warned else "healthy"), f"after the load the machine is {well} to the doctor, for {wrong}")
    return [f"the doctor: {ill} before, {well} after"]
