# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's archive, seen for any suite and architecture without touching this machine's own apt state.

Adding a foreign architecture to the machine would tie its library versions to ours. Instead every pair of suite and
architecture gets a private apt state in the cache: its own lists, an empty dpkg status and one source line. The
archive's address and the proxy settings are the machine's own.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cache

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
LISTS_STAY_FRESH = 24 * 3600  # seconds
ATTEMPTS = 3

# uname -m's word, or ours, to Debian's
DEBIAN_NAMES = {"x86_64": "amd64", "aarch64": "arm64", "ppc64": "ppc64el", "ppc64le": "ppc64el"}

TARGET_FORMAT = "$(REPO_URI)|$(ORIGIN)|$(CODENAME)|$(RELEASE)|$(COMPONENT)"


class ArchiveError(Exception):
    """What could not be had, and what to do about it."""


class Absent(ArchiveError):
    """The archive says that it has no such file: asking again gives the same answer."""


def debian_name(architecture):
    """Debian's name of an architecture, whichever common name is given."""
    return DEBIAN_NAMES.get(architecture, architecture)


def host_codename():
    """The suite that this machine runs, as /etc/os-release says it."""
    for line in Path("/etc/os-release").read_text(encoding="utf-8").splitlines():
        if line.startswith("VERSION_CODENAME="):
            return line.partition("=")[2].strip('"')
    raise ArchiveError("/etc/os-release names no VERSION_CODENAME; run this on Debian")


def base_uri():
    """The address this machine's own sources give for Debian's main archive."""
    listed = subprocess.run(["apt-get", "indextargets", "--format", TARGET_FORMAT, "Created-By: Packages"],
                            check=True, capture_output=True, text=True).stdout
    rows = [line.split("|") for line in listed.splitlines() if line.count("|") == 4]
    codename = host_codename()
    certain = [row[0] for row in rows if row[1] == "Debian" and row[2] == codename and row[4] == "main"]
    # Before the first update only the source lines themselves are known, not who stands behind them.
    likely = [row[0] for row in rows if row[1].startswith("$") and row[3] in (codename, "stable") and row[4] == "main"]
    for uri in certain + likely:
        return uri.rstrip("/")
    raise ArchiveError("this machine's apt sources have no line for Debian's main archive; "
                       "add one to /etc/apt/sources.list and run again")


def run_apt(command, cwd=None):
    """Run an apt command; its output is shown only when it fails."""
    environment = dict(os.environ, LC_ALL="C.UTF-8", DEBIAN_FRONTEND="noninteractive")
    done = subprocess.run(command, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        failed = [line for line in done.stdout.splitlines() if line.startswith("E: Failed to fetch")]
        error = Absent if failed and all(" 404 " in line for line in failed) else ArchiveError
        raise error(f"`{' '.join(map(str, command))}` failed:\n{done.stdout.strip()}")
    return done.stdout


def attempt(action):
    """Call `action` until it works, at most ATTEMPTS times: mirrors and networks have bad moments."""
    for number in range(1, ATTEMPTS + 1):
        try:
            return action()
        except ArchiveError as error:
            if number == ATTEMPTS or isinstance(error, Absent):
                raise
            print(f"{error}\ntrying again ({number + 1} of {ATTEMPTS})", file=sys.stderr)
            time.sleep(2 * number)
    return None


class Archive:
    """One suite for one architecture. Not safe for two runs at once without `cache.locked(archive.name)`."""

    def __init__(self, suite, architecture):
        self.suite = suite
        self.architecture = debian_name(architecture)
        self.name = f"apt/{suite}-{self.architecture}"
        self.directory = cache.root() / self.name
        self.config = self.directory / "apt.conf"

    def update(self, force=False):
        """Fetch the package lists unless those here are young enough."""
        stamp = self.directory / "updated"
        if not force and _is_fresh(stamp):
            return
        self._write_state()
        print(f"reading the package lists of {self.suite} for {self.architecture}", file=sys.stderr)
        attempt(lambda: run_apt(["apt-get", "-c", self.config, "-o", "APT::Update::Error-Mode=any", "update"]))
        stamp.touch()

    def fields(self, package):
        """The newest version's control fields as {name: value}; None when the suite has no such package."""
        command = ["apt-cache", "-c", self.config, "--no-all-versions", "show", package]
        shown = subprocess.run(command, capture_output=True, text=True, check=False)
        if shown.returncode != 0 or not shown.stdout:
            return None
        pairs = (line.partition(": ") for line in shown.stdout.splitlines() if not line.startswith(" "))
        return {name: value for name, _, value in pairs}

    def unpack(self, packages, directory):
        """Download the packages (not what they depend on) and unpack them into one directory."""
        with tempfile.TemporaryDirectory(dir=self.directory) as downloads:
            print(f"downloading {' '.join(packages)} ({self.suite}, {self.architecture})", file=sys.stderr)
            attempt(lambda: run_apt(["apt-get", "-c", self.config, "download", *packages], cwd=downloads))
            for file in sorted(Path(downloads).glob("*.deb")):
                run_apt(["dpkg-deb", "-x", file, directory])

    def unpack_or_remember(self, packages, directory, absent):
        """The same; where a package is absent the file of that name is made."""
        try:
            self.unpack(packages, directory)
        except Absent:
            absent.touch()
            raise

    def _suites(self):
        """The suite, and the one that its packages lean on: backports hold nothing that the release has."""
        release = self.suite.removesuffix("-backports")
        return [self.suite] if release == self.suite else [self.suite, release]

    def _write_state(self):
        for part in ("state/lists/partial", "cache/archives/partial", "etc"):
            (self.directory / part).mkdir(parents=True, exist_ok=True)
        (self.directory / "state/status").touch()
        signed = f" signed-by={KEYRING}" if os.path.exists(KEYRING) else ""
        options = f"[arch={self.architecture} target=Packages{signed}]"
        sources = self.directory / "etc/sources.list"
        lines = [f"deb {options} {base_uri()} {suite} main\n" for suite in self._suites()]
        sources.write_text("".join(lines), encoding="ascii")
        self.config.write_text(self._config_text(), encoding="ascii")

    def _config_text(self):
        here = self.directory
        return f"""\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear APT::Architectures;
APT::Architecture "{self.architecture}";
APT::Architectures {{ "{self.architecture}"; }};
APT::Default-Release "{self.suite}";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::State "{here}/state";
Dir::State::status "{here}/state/status";
Dir::Cache "{here}/cache";
Dir::Etc::sourcelist "{here}/etc/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
"""


def unpacked(suite, architecture, packages):
    """The directory, in the cache, that holds these packages of a suite, unpacked over each other."""
    archive = Archive(suite, architecture)
    label = packages[0] if len(packages) == 1 else _label(packages)
    absent = archive.directory / f"absent-{label}"  # for as long as lists stay fresh

    def fill(directory):
        with cache.locked(archive.name):
            if _is_fresh(absent):
                raise Absent(f"Debian's archive has not all of {' '.join(packages)} of {suite} for {architecture}")
            archive.update()
            try:
                archive.unpack(packages, directory)
            except ArchiveError:
                archive.update(force=True)  # the archive has moved on since the lists were read
                archive.unpack_or_remember(packages, directory, absent)

    return cache.entry(f"packages/{suite}-{archive.architecture}/{label}", fill)


def _is_fresh(stamp):
    return stamp.exists() and time.time() - stamp.stat().st_mtime < LISTS_STAY_FRESH


def _label(packages):
    import hashlib
    joined = "\n".join(sorted(packages))
    return f"set-{hashlib.sha256(joined.encode()).hexdigest()[:12]}"
