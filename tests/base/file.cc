// SPDX-License-Identifier: GPL-2.0-or-later
// Reading, mapping and listing files, and what happens when one changes under us.
#include "base/file.h"

#include "tests/catch.h"
#include "tests/support/temporary.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

bool contains(const std::string &text, std::string_view part) { return text.find(part) != std::string::npos; }

bool is_descriptor_open(int number) { return ::fcntl(number, F_GETFD) >= 0; }

} // namespace

TEST_CASE("a descriptor is closed once, by its last owner") {
    TemporaryDirectory directory;
    std::string path = directory.add("a", as_bytes("x"));
    int number = -1;
    {
        Descriptor first = *open_to_read(path);
        number = first.number();
        CHECK((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
        Descriptor second = std::move(first);
        CHECK(second.number() == number);
        CHECK(is_descriptor_open(number));
        Descriptor third;
        CHECK(!third.is_open());
        third = std::move(second);
        CHECK(third.number() == number);
    }
    CHECK(!is_descriptor_open(number));
}

TEST_CASE("a file that is not there is named, with the reason and what to do") {
    Error error = open_to_read("/nowhere/vmlinuz").error();
    CHECK(error.cause == Cause::missing_file);
    CHECK(error.number == ENOENT);
    CHECK(error.what == "/nowhere/vmlinuz: No such file or directory");
    CHECK(!error.remedy.empty());
    CHECK(read_file("/nowhere/vmlinuz", 10).error().what == error.what);
    CHECK(MappedFile::open("/nowhere/vmlinuz").error().what == error.what);
    CHECK(list_directory("/nowhere").error().what == "/nowhere: No such file or directory");
}

TEST_CASE("a file that comes in whole pages is read to its end, whatever its size") {
    TemporaryDirectory directory;
    for (std::size_t size : {0u, 1u, 4095u, 4096u, 4097u, 8192u, 20000u}) {
        Buffer content(size, std::byte{7});
        std::string path = directory.add("a", content);
        CHECK(*read_start_at_once(path, UINT64_MAX) == content);
        CHECK(read_start_at_once(path, 4096)->size() == std::min<std::size_t>(size, 4096));
    }
    CHECK(read_start_at_once("/nowhere", 10).error().number == ENOENT);
}

TEST_CASE("a file is read to its end, and no further than the ceiling") {
    TemporaryDirectory directory;
    Buffer content(20000, std::byte{7});
    std::string path = directory.add("a", content);
    CHECK(*read_file(path, 20000) == content);
    CHECK(*read_file(path, UINT64_MAX) == content);
    Error error = read_file(path, 19999).error();
    CHECK(error.what == path + ": the file is longer than the 19999 bytes that are expected at most");
    CHECK(read_start_of_file(path, 10)->size() == 10);
    CHECK(read_start_of_file(path, 30000)->size() == 20000);
    CHECK(read_start_of_file(path, 0)->empty());
    std::string pipe = directory.path("pipe");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(read_start_of_file(pipe, 10)->empty());
    CHECK(read_file(directory.add("empty", {}), 0)->empty());
}

// [not-emulated]: qemu-user hands on no bus error, and its /proc/self/maps is its own.
TEST_CASE("a file that tells no size is read whole", "[not-emulated]") {
    // /proc/self/maps has size 0 and, here, more than a page of text.
    auto maps = read_file("/proc/self/maps", 16 << 20);
    REQUIRE(maps);
    CHECK(maps->size() > 1000);
    CHECK(as_text(*maps).ends_with("\n"));
}

TEST_CASE("a directory is no file to read") {
    CHECK(read_file("/tmp", 10).error().what == "/tmp: Is a directory");
    CHECK(MappedFile::open("/tmp").error().what ==
          "/tmp: this is a directory; a regular file or a block device is needed");
}

TEST_CASE("the names in a directory are sorted") {
    TemporaryDirectory directory;
    for (const char *name : {"b", "a", "c"})
        directory.add(name, {});
    CHECK(*list_directory(directory.path(".")) == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("a mapped file shows the file's bytes") {
    TemporaryDirectory directory;
    std::string path = directory.add("a", as_bytes("kernel"));
    auto file = MappedFile::open(path);
    REQUIRE(file);
    CHECK(as_text(file->bytes()) == "kernel");
    CHECK(file->path() == path);
    CHECK(is_descriptor_open(file->descriptor()));
    CHECK(file->unchanged());
    MappedFile moved = std::move(*file);
    CHECK(as_text(moved.bytes()) == "kernel");
    CHECK(moved.unchanged());
}

TEST_CASE("errors name a file from the root on, as it is found from where the program runs") {
    TemporaryDirectory directory;
    directory.add("a", as_bytes("kernel"));
    std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(directory.path());
    std::string here = std::filesystem::current_path();
    Error error = MappedFile::open("./none").error();
    auto file = MappedFile::open("a");
    std::string other = absolute_path("../a"), rooted = absolute_path("/a/../b");
    std::filesystem::current_path("/");
    std::string top = absolute_path("a");
    std::filesystem::current_path(before);
    CHECK(error.what == here + "/none: No such file or directory");
    CHECK(file->path() == "a");
    CHECK(file->full_path() == here + "/a");
    CHECK(other == here + "/../a");
    CHECK(rooted == "/a/../b");
    CHECK(top == "/a");
}

TEST_CASE("an empty file maps to no bytes") {
    TemporaryDirectory directory;
    auto file = MappedFile::open(directory.add("a", {}));
    REQUIRE(file);
    CHECK(file->bytes().empty());
    CHECK(file->unchanged());
}

TEST_CASE("pipes and character devices are refused, and opening one does not wait") {
    CHECK(MappedFile::open("/dev/zero").error().what ==
          "/dev/zero: this is a character device; a regular file or a block device is needed");
    TemporaryDirectory directory;
    std::string pipe = directory.path("pipe");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(MappedFile::open(pipe).error().what ==
          pipe + ": this is a pipe; a regular file or a block device is needed");
}

TEST_CASE("a file cut short after it was mapped gives zeros and an error, and no signal", "[not-emulated]") {
    TemporaryDirectory directory;
    std::string path = directory.add("a", Buffer(64 << 10, std::byte{7}));
    auto file = MappedFile::open(path);
    REQUIRE(file);
    REQUIRE(::truncate(path.c_str(), 4096) == 0);

    Bytes bytes = file->bytes();
    CHECK(bytes[0] == std::byte{7});
    for (std::size_t place : {std::size_t{4096}, std::size_t{20000}, bytes.size() - 1})
        CHECK(bytes[place] == std::byte{0});
    Error error = file->unchanged().error();
    CHECK(error.cause == Cause::bad_image);
    CHECK(error.what ==
          path + ": the file was changed while it was being read: it had 65536 bytes, now it has 4096");
}

TEST_CASE("a file written over after it was mapped is noticed") {
    TemporaryDirectory directory;
    std::string path = directory.add("a", as_bytes("kernel"));
    auto file = MappedFile::open(path);
    REQUIRE(file);
    ::usleep(20000); // the change time has the grain of the kernel's tick
    directory.add("a", as_bytes("KERNEL"));
    CHECK(file->unchanged().error().what == path + ": the file was changed while it was being read");
}

TEST_CASE("a bus error that no mapped file explains still ends the program", "[not-emulated]") {
    TemporaryDirectory directory;
    auto file = MappedFile::open(directory.add("a", as_bytes("x"))); // puts the handler in place
    REQUIRE(file);
    pid_t child = ::fork();
    if (child == 0) {
        ::raise(SIGBUS);
        ::raise(SIGBUS);
        ::_exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGBUS);
}

TEST_CASE("a file in memory holds the bytes, ready to be read") {
    Buffer content(100000, std::byte{3});
    auto file = file_in_memory("kernel", content);
    REQUIRE(file);
    CHECK((::fcntl(file->number(), F_GETFD) & FD_CLOEXEC) != 0);
    Buffer read_back(content.size() + 1);
    CHECK(::read(file->number(), read_back.data(), read_back.size()) == 100000);
    read_back.pop_back();
    CHECK(read_back == content);
}

TEST_CASE("a file is read at an offset, up to its end", "[file]") {
    TemporaryDirectory directory;
    std::string path = directory.write("file", "0123456789");
    Descriptor file = *open_to_read(path);
    CHECK(can_seek(file));
    Buffer four(4);
    CHECK(*read_file_at(file, 3, four, path) == 4);
    CHECK(as_text(four) == "3456");
    CHECK(*read_file_at(file, 8, four, path) == 2);
    CHECK(*read_file_at(file, 10, four, path) == 0);
    CHECK(*read_file_at(file, UINT64_MAX, four, path) == 0);
    CHECK(*read_next(file, four, path) == 4); // an offset of its own leaves where the file stands
    CHECK(as_text(four) == "0123");
}

TEST_CASE("a file without a name keeps what is written and leaves nothing", "[file]") {
    TemporaryDirectory directory;
    auto file = nameless_file(directory.path());
    REQUIRE(file);
    REQUIRE(write_next(*file, as_bytes("abc"), "a file"));
    Buffer three(3);
    CHECK(*read_file_at(*file, 0, three, "a file") == 3);
    CHECK(as_text(three) == "abc");
    CHECK(list_directory(directory.path())->empty());
    auto nowhere = nameless_file(directory.path("none"));
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error().remedy == "name a directory that takes files");
}

TEST_CASE("a tree of directories is listed to a depth that no loop can pass") {
    TemporaryDirectory directory;
    std::string deep = directory.path("deep");
    for (unsigned i = 0; i < deepest_tree + 3; i++) {
        std::filesystem::create_directory(deep);
        std::ofstream(deep + "/file") << "x";
        deep += "/d";
    }
    std::filesystem::create_directory_symlink(directory.path("deep"), directory.path("deep") + "/link");
    CHECK(list_tree(directory.path("deep")).value().size() == deepest_tree);
    CHECK_FALSE(list_tree(directory.path("none")));
}

TEST_CASE("a real path has no links in it, and a name that leads nowhere stays as it is") {
    TemporaryDirectory directory;
    std::string path = directory.write("file", "x");
    REQUIRE(::symlink(path.c_str(), directory.path("link").c_str()) == 0);
    CHECK(real_path(directory.path("link")) == real_path(path));
    CHECK(real_path("/none/such") == "/none/such");
}

TEST_CASE("nobody can write to a held file or cut it short until it is let go of") {
    TemporaryDirectory directory;
    std::string path = directory.write("file", "content");
    auto writer = [&] { return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC); };
    {
        auto held = map_file(path);
        REQUIRE(held);
        if (::fcntl((*held)->descriptor(), F_GETLEASE) != F_RDLCK) {
            WARN("skipped: this file system grants no lease");
            return;
        }
        CHECK(writer() < 0);
        CHECK(errno == EWOULDBLOCK);
        CHECK((*held)->unchanged()); // somebody wanted to, and nothing was written
        MappedFile moved = *MappedFile::open_held(path);
    }
    Descriptor after(writer());
    CHECK(after.is_open());
}

TEST_CASE("what is open for writing already is not held, and a change is noticed") {
    TemporaryDirectory directory;
    std::string path = directory.write("file", "content");
    Descriptor writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    auto file = map_file(path);
    REQUIRE(file);
    CHECK((*file)->unchanged());
    REQUIRE(::write(writer.number(), "longer than before", 18) == 18);
    CHECK(contains((*file)->unchanged().error().what, "changed while it was being read"));
}

TEST_CASE("a mapped file knows its name from the root on, also when it has lost it") {
    TemporaryDirectory directory;
    std::string path = directory.write("file", "content");
    REQUIRE(::symlink(path.c_str(), directory.path("link").c_str()) == 0);
    MappedFile file = *MappedFile::open(directory.path("link"));
    CHECK(file.real_path() == real_path(path));
    REQUIRE(::unlink(path.c_str()) == 0);
    CHECK(file.real_path() == directory.path("link"));
}

TEST_CASE("the identity of a file is another one after any change, and that of a file in its place") {
    TemporaryDirectory directory;
    std::string path = directory.write("file", "content");
    std::string first = MappedFile::open(path)->identity();
    CHECK(MappedFile::open(path)->identity() == first);
    directory.write("other", "content");
    REQUIRE(::rename(directory.path("other").c_str(), path.c_str()) == 0);
    std::string second = MappedFile::open(path)->identity();
    CHECK(second != first);
    REQUIRE(::chmod(path.c_str(), 0600) == 0);
    CHECK(MappedFile::open(path)->identity() != second);
}

TEST_CASE("a word of /sys comes without what is around it, and is empty where there is none") {
    TemporaryDirectory directory;
    CHECK(read_word(directory.write("word", " 1500 \n")) == "1500");
    CHECK(read_word(directory.write("two", "a b\n")) == "a b");
    CHECK(read_word(directory.write("long", std::string(4097, 'x'))).empty());
    CHECK(read_word(directory.path("none")).empty());
}
