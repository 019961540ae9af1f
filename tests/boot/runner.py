# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs cases, some at a time, and tells of each what it proved and what it cost."""
import concurrent.futures
import dataclasses
import pathlib
import re
import shutil
import sys
import threading
import traceback
from typing import Callable

import machine as machines
import proof
import supplies
from supplies import archive

# The budget of a default run, per machine, in core-seconds; BOOTS is for all of them together.
BUDGET = {"x86_64": 300, "arm64": 300, "ppc64": 250, "s390x": 60}
BOOTS = 90
CONSOLE_LINES = 60


@dataclasses.dataclass(frozen=True)
class Case:
    machine: str
    name: str
    prove: Callable        # (Bench) -> list of what was proved; raises proof.Failed


class Runner:
    def __init__(self, programs, logs, jobs, has_budget):
        """`programs` has a directory for each machine, with the programs to test; a default run has a budget."""
        self._programs, self._logs, self._jobs, self._has_budget = programs, logs, jobs, has_budget
        self._markers = {}
        self._printing = threading.Lock()
        self._benches = {}
        self.passed = self.failed = 0
        self.skipped = []  # (name, what the archive does not hold)

    def run(self, cases):
        for name in {case.machine for case in cases}:
            self._markers[name] = supplies.guest_program(machines.MACHINES[name], self._logs)
        with concurrent.futures.ThreadPoolExecutor(self._jobs) as pool:
            list(pool.map(self._run_one, cases))
        self._print_costs(cases)

    def _run_one(self, case):
        directory = self._logs / re.sub(r"[ /,]", "_", case.name)  # a comma would part an option of QEMU's in two
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        bench = proof.Bench(self._programs / case.machine, directory, self._markers[case.machine])
        problem = proved = None
        try:
            proved = case.prove(bench)
        except (proof.Failed, machines.TimeLimit) as failure:
            problem = str(failure)
        except archive.ArchiveError as missing:
            with self._printing:
                self._skip(case, bench, str(missing).splitlines()[0])
            return
        except (Exception, SystemExit):  # a defect of the harness fails its case, not the run
            problem = traceback.format_exc()
        with self._printing:
            self._report(case, bench, proved, problem)
        for image in directory.glob("*.cpio"):
            image.unlink()

    def _skip(self, case, bench, reason):
        self._benches[case.name] = bench
        self.skipped.append((case.name, reason))
        print(f"skip  {case.name}: {reason}", flush=True)

    def _report(self, case, bench, proved, problem):
        self._benches[case.name] = bench
        cost = f"{bench.seconds:.0f} s, {bench.core_seconds:.0f} core-s, {bench.boots} boot{'s' * (bench.boots != 1)}"
        if problem is None:
            self.passed += 1
            print(f"ok    {case.name}: {'; '.join(proved)} ({cost})", flush=True)
            return
        self.failed += 1
        print(f"FAIL  {case.name}: {problem} ({cost})", flush=True)
        print(f"      logs: {bench.directory}; the console's last lines:")
        for line in bench.console[-CONSOLE_LINES:]:
            print(f"      | {line}")
        sys.stdout.flush()

    def _print_costs(self, cases):
        print("\nmachine   boots  core-seconds" + "  budget" * self._has_budget)
        for name in sorted({case.machine for case in cases}):
            benches = [self._benches[case.name] for case in cases if case.machine == name]
            boots, used = sum(bench.boots for bench in benches), sum(bench.core_seconds for bench in benches)
            budget = f" {BUDGET[name]:7}{'  over' if used > BUDGET[name] else ''}" if self._has_budget else ""
            print(f"{name:9} {boots:5} {used:13.0f}{budget}")
        limit = f", at most {BOOTS} in a default run" if self._has_budget else ""
        print(f"boots of all machines: {sum(bench.boots for bench in self._benches.values())}{limit}\n")
