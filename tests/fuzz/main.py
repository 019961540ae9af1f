#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the fuzz targets of a build with -Dfuzzing=true, some at a time, and reports what each did.

    tests/fuzz/main.py --build DIR [--seconds 60] [--only PATTERN] [--jobs 2] [--kernels FILE...]

A target starts from tests/fuzz/corpus/TARGET, from what fuzz-seeds writes (files that the tests build, recorded machines, headers of
the kernels named), and from what earlier runs found, which is kept in DIR/corpus. What breaks a target is kept in DIR/findings, and
belongs into tests/fuzz/corpus/TARGET once it is mended. The exit status is 1 where something was found.
"""
import argparse
import concurrent.futures
import dataclasses
import math
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
# No input of such a size takes a second, but for those that unpack to all that a kernel may have.
USUAL = ("-timeout=10", "-rss_limit_mb=2048")
LIMITS = {"kernel": ("-timeout=60", "-rss_limit_mb=3072", "-max_len=32768"), "machine": ("-timeout=30", "-rss_limit_mb=2048")}
SANITIZERS = {"ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1:handle_abort=1", "UBSAN_OPTIONS": "print_stacktrace=1"}


@dataclasses.dataclass
class Outcome:
    target: str
    executions: int = 0
    edges: int = 0
    features: int = 0
    inputs: int = 0
    slowest: int = 0
    memory: int = 0
    processor: float = 0
    finding: str = ""


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", metavar="DIR", type=pathlib.Path, required=True, help="the build's directory")
    parser.add_argument("--seconds", type=int, default=60, help="of a processor's time for each target (default 60)")
    parser.add_argument("--only", metavar="PATTERN", default="", help="the targets whose name matches")
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time (default 2)")
    parser.add_argument("--kernels", metavar="FILE", nargs="*", default=[], help="kernels whose headers to start from")
    return parser.parse_args()


def number(pattern, text, default=0):
    """The last number that the pattern finds."""
    found = re.findall(pattern, text)
    return int(found[-1]) if found else default


def command_of(program, target, seconds, options):
    found, findings = options.build / "corpus" / target, options.build / "findings"
    seeds = [folder / target for folder in (HERE / "corpus", options.build / "seeds")]
    for folder in (found, findings):
        folder.mkdir(parents=True, exist_ok=True)
    return [program, *LIMITS.get(target, USUAL), f"-max_total_time={seconds}", "-print_final_stats=1", "-verbosity=1",
            f"-artifact_prefix={findings}/{target}-", found, *filter(pathlib.Path.is_dir, seeds)]


def is_only_slow_here(command, unit):
    """libFuzzer's limit is on the clock: on a busy machine an input passes it that takes hardly any of a processor's time."""
    seconds = number(r"-timeout=(\d+)", " ".join(map(str, command)))
    limited = subprocess.run([command[0], unit], stdin=subprocess.DEVNULL, capture_output=True, check=False,
                             env={**os.environ, **SANITIZERS},
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds)))
    return limited.returncode == 0


def run_for_a_time(command, log):
    """The exit status, and the seconds of a processor's time."""
    with open(log, "wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                                   env={**os.environ, **SANITIZERS})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_utime + usage.ru_stime


def finding_of(command, status, text, log):
    """What the run found; nothing, too, where that takes long on this machine only."""
    if status == 0:
        return ""
    saved = re.findall(r"Test unit written to (\S+)", text)
    if not saved:
        return f"exit status {status}, see {log}"
    if "timeout-" not in saved[-1] or not is_only_slow_here(command, saved[-1]):
        return saved[-1]
    pathlib.Path(saved[-1]).unlink()
    return ""


def run_once(program, outcome, seconds, options):
    """Adds what a run found and did."""
    log = options.build / "logs" / f"{outcome.target}.log"
    log.parent.mkdir(exist_ok=True)
    command = command_of(program, outcome.target, seconds, options)
    status, processor = run_for_a_time(command, log)
    text = log.read_text(encoding="utf-8", errors="replace")
    outcome.executions += number(r"stat::number_of_executed_units: (\d+)", text, number(r"#(\d+)\t", text))
    outcome.edges, outcome.features = number(r"cov: (\d+)", text, outcome.edges), number(r"ft: (\d+)", text, outcome.features)
    outcome.inputs = number(r"corp: (\d+)", text, outcome.inputs)
    outcome.slowest = max(outcome.slowest, number(r"stat::slowest_unit_time_sec: +(\d+)", text))
    outcome.memory = max(outcome.memory, number(r"stat::peak_rss_mb: +(\d+)", text))
    outcome.processor += processor
    outcome.finding = finding_of(command, status, text, log)


def run(program, options):
    """Runs the target until it had its time. libFuzzer's own limit is on the clock, which on a busy machine ends it earlier."""
    outcome = Outcome(program.name.removeprefix("fuzz-"))
    while not outcome.finding and outcome.processor < options.seconds:
        run_once(program, outcome, math.ceil(options.seconds - outcome.processor), options)
    found = f", FOUND {outcome.finding}" if outcome.finding else ""
    print(f"   {outcome.target}: {outcome.executions} executions, {outcome.edges} edges{found}", flush=True)
    return outcome


def print_table(outcomes):
    names = ("executions", "each second", "edges", "features", "inputs", "slowest, s", "MiB", "CPU s")
    print(f"\n{'target':<16} " + " ".join(f"{name:>11}" for name in names))
    for each in outcomes:
        per_second = round(each.executions / max(each.processor, 1))
        figures = (each.executions, per_second, each.edges, each.features, each.inputs, each.slowest, each.memory,
                   round(each.processor))
        print(f"{each.target:<16} " + " ".join(f"{figure:>11}" for figure in figures))
    total = sum(each.executions for each in outcomes)
    hours = sum(each.processor for each in outcomes) / 3600
    print(f"{'in all':<16} {total:>11} in {hours:.2f} hours of a processor's time\n")


def main():
    options = parse()
    options.build = options.build.resolve()
    programs = sorted(path for path in (options.build / "tests/fuzz").glob("fuzz-*")
                      if path.is_file() and path.name != "fuzz-seeds" and re.search(options.only, path.name.removeprefix("fuzz-")))
    if not programs:
        print(f"no target in {options.build}/tests/fuzz matches", file=sys.stderr)
        return 1
    seeds = options.build / "seeds"
    shutil.rmtree(seeds, ignore_errors=True)
    subprocess.run([options.build / "tests/fuzz/fuzz-seeds", seeds, HERE.parent / "machines", *options.kernels], check=True)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        outcomes = list(pool.map(lambda program: run(program, options), programs))
    print_table(outcomes)
    findings = [each for each in outcomes if each.finding]
    for each in findings:
        print(f"found: {each.target}: {each.finding}")
    print(f"{len(outcomes) - len(findings)} targets without a finding, {len(findings)} with one")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
