# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may touch the world. Thinking is pure: machine/, image/, plan/, arch/ and extras/ neither open, read, write, print nor
exit; machine/take.cc reads, by way of base/file.h, and dump/save.cc writes, by way of base/new_file.h. capture/ reads what goes
into an initramfs, and capture/install.cc writes one. Libraries report an Error instead of printing, exiting or throwing; only
kexec/system_calls.cc and main.cc act."""
import re
from typing import Iterator

from tree import Complaint, Tree, line_of, run

pure = ('machine/', 'image/', 'plan/', 'arch/', 'extras/')
ours = pure + ('base/', 'emulator/', 'kexec/', 'dump/', 'capture/', 'util/')


def calls_of(*names: str) -> re.Pattern:
    """A call of a free function, with or without :: or std:: before it; not of a member."""
    return re.compile(r'(?<![\w.:>~])(?:::|std::)?(' + '|'.join(names) + r')\s*\(')


printing = calls_of('v?[fsd]?w?printf', 'f?puts', 'f?putc', 'putchar', 'perror', 'fwrite', 'syslog', 'v?fmt::print')
streams = re.compile(r'\bstd::(?:cout|cerr|clog|[io]?fstream|filesystem)\b|\b(?:stdout|stderr|stdin)\b|\bfmt::print\b')
leaving = calls_of('exit', '_exit', '_Exit', 'quick_exit', 'abort', 'terminate', 'raise', 'kill')
throwing = re.compile(r'\bthrow\b')
system = calls_of(
    'open', 'openat', 'creat', 'close', 'read', 'pread', 'readv', 'write', 'pwrite', 'writev', 'lseek', 'mmap',
    'munmap', 'stat', 'fstat', 'lstat', 'access', 'opendir', 'readdir', 'glob', 'fopen', 'fread', 'fclose', 'getline', 'popen',
    'system', 'ioctl', 'socket', 'syscall', 'reboot', 'sync', 'fork', 'execv[pe]*', 'mount', 'umount2?', 'unlink',
    'rename', 'mkdir', 'getenv', 'setenv', 'secure_getenv', 'uname', 'getpid', 'geteuid', 'time', 'gettimeofday',
    'clock_gettime', 'sleep', 'nanosleep', 'rand', 'random', 'getrandom')
files = re.compile(
    r'\b(?:open_to_read|read_file|read_start_of_file|list_directory|file_in_memory|MappedFile::open)\s*\(')
writing = re.compile(r'\b(?:NewFile::create|make_directories|write_into|run_program|Child::start)\s*\(')
changing = re.compile(r'\bSYS_\w+|(?<![\w.>])(?:::)(?:reboot|syscall|sync|execv[pe]*|ioctl|socket)\s*\(')
inherited = re.compile(r'(?:(?<![\w>])::(?:open|openat|creat|pipe2?|dup[23]?|accept4?)|(?<![\w.>])(?:memfd_create|socket|epoll_create1?))'
                       r'\s*\((?![^;]*CLOEXEC)')
headers = re.compile(r'#\s*include\s*<((?:iostream|fstream|cstdio|stdio\.h|unistd\.h|fcntl\.h|dirent\.h|filesystem'
                     r'|thread|chrono|random|ctime|time\.h|sys/[\w/]+\.h))>')

# What is forbidden, in which folders, but for which files, and why.
rules = [
    (system, pure, (), 'is a call to the system, and thinking is pure'),
    (headers, pure + ('dump/', 'capture/'), ('capture/original.cc', 'image/initramfs_facts.cc'),
     'has calls to the system, and thinking is pure'),
    (files, pure + ('dump/',), ('machine/take.cc',), 'reads files, and only machine/take.cc looks at the machine'),
    (writing, pure + ('dump/', 'capture/'), ('dump/save.cc', 'capture/install.cc'),
     'changes files, and of these folders only dump/save.cc and capture/install.cc do'),
    (printing, ours, ('kexec/small.cc',), 'prints; report an Error or a warning instead'),
    (streams, ours, ('kexec/small.cc',), 'is the world outside; report an Error or a warning instead'),
    (leaving, ours, ('base/process.cc', 'base/process_group.cc', 'base/out_of_memory.h', 'kexec/small.cc'),
     'ends a program; return an Error instead'),
    (throwing, ours, (), 'leaves by the back door; return an Error instead'),
    (changing, ('base/', 'emulator/', 'kexec/', 'dump/', 'capture/'),
     ('kexec/system_calls.cc', 'base/file.cc', 'base/process.cc', 'base/process_group.cc'),
     'changes the machine, which kexec/system_calls.cc does'),
    (inherited, ours, (), 'leaves its descriptor to the programs that are run: close it on exec'),
]


def is_program_main(path: str) -> bool:
    return path.startswith('util/') and path.endswith('/main.cc') or path == 'util/program.cc'


def declared(name: str, code: str) -> bool:
    """A variable or parameter of the file's own that only has the name of a call."""
    return re.search(rf'\b(?:auto|[A-Z]\w*) &?{name}\b(?! *\(\))', code) is not None


def check(tree: Tree) -> Iterator[Complaint]:
    for path in tree.sources():
        code = tree.code(path)
        for pattern, folders, excepted, reason in rules:
            if not path.startswith(folders) or path in excepted or (is_program_main(path) and pattern is not throwing):
                continue
            for match in pattern.finditer(code):
                if pattern.groups and declared(match.group(1), code):
                    continue
                name = (match.group(1) if pattern.groups else match.group()).rstrip('( ')
                yield Complaint(path, line_of(code, match.start()), f'{name} {reason}')


bad = [
    {'machine/a.cc': 'int n = ::open(path, 0);'},
    {'machine/a.cc': 'auto text = read_file(path, 4096);'},
    {'image/a.cc': '#include <unistd.h>\n'},
    {'extras/a.cc': 'auto text = read_file(path, 4096);'},
    {'dump/a.cc': '#include <unistd.h>\n'},
    {'dump/a.cc': 'auto file = open_to_read(path);'},
    {'dump/a.cc': 'auto file = NewFile::create(path);'},
    {'capture/a.cc': 'auto file = NewFile::create(path);'},
    {'machine/a.cc': 'TRY(write_into(path, "1"));'},
    {'image/a.cc': 'auto now = std::time(nullptr);'},
    {'plan/a.cc': 'printf("%d", 1);'},
    {'plan/a.cc': 'std::cout << 1;'},
    {'plan/a.cc': 'getrandom(bytes, 8, 0);'},
    {'arch/x86_64/a.cc': 'auto file = MappedFile::open(path);'},
    {'arch/x86_64/a.cc': 'std::fprintf(file, "x");'},
    {'base/a.cc': 'if (broken) exit(1);'},
    {'base/a.cc': 'throw 1;'},
    {'base/a.cc': 'fputs("x", stderr);'},
    {'base/a.cc': 'std::abort();'},
    {'base/file.cc': 'int n = ::open(path.c_str(), O_RDONLY);'},
    {'kexec/system_calls.cc': 'int n = socket(AF_NETLINK, SOCK_DGRAM, 0);'},
    {'kexec/load.cc': '::reboot(1);'},
    {'kexec/load.cc': 'auto number = SYS_kexec_load;'},
    {'kexec/load.cc': 'fmt::print("x");'},
]
good = {
    'machine/take.cc': 'auto text = read_file(path, 4096); // not open(path)',
    'dump/save.cc': 'auto file = NewFile::create(path);',
    'capture/a.cc': 'auto text = read_file(path, 1);',
    'machine/a.cc': 'fail("cannot open(2) it"); range.open(1); reads_at(1);',
    'image/a.cc': 'auto read = [&](int n) { return n; }; read(1);',
    'arch/x86_64/a.cc': 'void f(Reader &read) { read(1); }',
    'plan/a.cc': 'world.print("x"); auto x = fmt::format("x"); calls.reboot(); runtime(1);',
    'base/file.cc': '#include <unistd.h>\nauto n = ::read(1, 0, 0); auto m = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);',
    'base/new_file.cc': 'auto n = Source::open(path); memfd_create(name.c_str(), MFD_CLOEXEC);',
    'kexec/small.cc': 'std::fputs("x", stderr);',
    'kexec/system_calls.cc': '::reboot(1);',
    'util/vmcore-dmesg/main.cc': 'std::puts("x");',
    'tests/a.cc': 'abort();',
}

if __name__ == '__main__':
    run(check, bad, good)
