# SPDX-License-Identifier: GPL-2.0-or-later
"""The source tree as the style checks see it, and what makes a function a check.

A check is a function from a Tree to complaints. run() first lets it loose on bad samples, each of which it must
flag, and on good ones, which it must not; then on the real tree. So no check can pass because it is blind.
"""
import re
import sys
import tempfile
from pathlib import Path
from typing import Callable, Iterable, Iterator, NamedTuple

skipped_directories = {'.git', 'build', 'builddir', '__pycache__', '.cache'}
not_text = {'.bin', '.gz', '.xz', '.zst', '.lzma', '.bz2', '.lzo', '.lz4', '.png'}
SKIPPED = 77


class Complaint(NamedTuple):
    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f'{self.path}:{self.line}: {self.text}'


class Tree:
    def __init__(self, root: Path):
        self.root = root
        self.paths = sorted(self._walk(root))

    def _walk(self, directory: Path) -> Iterator[str]:
        for entry in directory.iterdir():
            if entry.is_symlink() or entry.name in skipped_directories:
                continue
            if entry.is_dir():
                if not (entry / 'build.ninja').exists():
                    yield from self._walk(entry)
            elif entry.suffix not in not_text:
                yield entry.relative_to(self.root).as_posix()

    def ending(self, *ends: str) -> list[str]:
        return [path for path in self.paths if path.endswith(ends)]

    def sources(self) -> list[str]:
        return self.ending('.cc', '.h')

    def text(self, path: str) -> str:
        with open(self.root / path, encoding='utf-8', newline='') as file:
            return file.read()

    def code(self, path: str) -> str:
        """The text of a C++ file with comments and the insides of literals blanked; the line numbers stay."""
        return blanked(self.text(path))

    def scripts(self, interpreter: str, ending: str) -> list[str]:
        """The files called *ENDING, and those whose first line names the interpreter: without an ending, templates, and
        a package's scripts, which are called PACKAGE.PURPOSE."""
        named = [path for path in self.paths if path.endswith(ending)]
        started = [path for path in self.paths if (Path(path).suffix in ('', '.in') or path.startswith('debian/')) and
                   self._starts_with(path, interpreter)]
        return named + started

    def _starts_with(self, path: str, interpreter: str) -> bool:
        with open(self.root / path, 'rb') as file:
            return re.match(rb'#!.*\b' + interpreter.encode() + rb'\b', file.readline(200)) is not None


comment_or_literal = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|(?<!\w)"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)


def blanked(text: str) -> str:
    def blank(match: re.Match) -> str:
        found = match.group()
        if found.startswith('/'):
            return re.sub(r'[^\n]', ' ', found)
        line = text[text.rfind('\n', 0, match.start()) + 1:match.start()]
        if re.match(r'\s*#\s*include\s*$', line):
            return found
        return found[0] + re.sub(r'[^\n]', ' ', found[1:-1]) + found[-1]
    return comment_or_literal.sub(blank, text)


def line_of(text: str, offset: int) -> int:
    return text.count('\n', 0, offset) + 1


def matches(tree: Tree, path: str, pattern: re.Pattern, text: str) -> Iterator[tuple[int, re.Match]]:
    for match in pattern.finditer(text):
        yield line_of(text, match.start()), match


Check = Callable[[Tree], Iterable[Complaint]]
Sample = dict[str, str]


def complaints_about(check: Check, sample: Sample) -> list[Complaint]:
    with tempfile.TemporaryDirectory() as directory:
        for path, text in sample.items():
            file = Path(directory) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding='utf-8', newline='')
        return list(check(Tree(Path(directory))))


def blindness(check: Check, bad: list[Sample], good: Sample) -> Iterator[str]:
    for sample in bad:
        if not complaints_about(check, sample):
            yield f'the check overlooks this: {sample}'
    for complaint in complaints_about(check, good):
        yield f'the check flags good text: {complaint}'


def run(check: Check, bad: list[Sample], good: Sample) -> None:
    """Exit 0: the tree is good; 1: it is not, or the check does not work."""
    faults = list(blindness(check, bad, good))
    if not faults:
        tree = Tree(Path(sys.argv[1]))
        if 'meson.build' not in tree.paths:
            faults = [f'{tree.root} is not the top of the tree']
        else:
            faults = [str(complaint) for complaint in check(tree)]
    print('\n'.join(faults) if faults else 'good')
    sys.exit(1 if faults else 0)


def skip(reason: str) -> None:
    print(f'SKIPPED: {reason}')
    sys.exit(SKIPPED)
