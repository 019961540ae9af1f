// SPDX-License-Identifier: GPL-2.0-or-later
// New files: there whole or not at all, on disks that are full, too.
#include "base/new_file.h"

#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/support/size_limit.h"
#include "tests/support/temporary.h"

#include <cerrno>
#include <chrono>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("a new file has its name when it is finished, and not before") {
    TemporaryDirectory directory;
    std::string path = directory.path("dump");
    {
        auto file = NewFile::create(path);
        REQUIRE(file);
        CHECK(file->append(as_bytes("one ")));
        CHECK(file->append(as_bytes("two")));
        CHECK(file->incomplete_path() == path + "-incomplete");
        CHECK(exists(path + "-incomplete"));
        CHECK_FALSE(exists(path));
        REQUIRE(file->finish());
    }
    CHECK(text_of_file(path) == "one two");
    CHECK_FALSE(exists(path + "-incomplete"));
}

TEST_CASE("a file that is not finished leaves nothing") {
    TemporaryDirectory directory;
    std::string path = directory.path("dump");
    {
        auto file = NewFile::create(path);
        REQUIRE(file);
        NewFile moved = std::move(*file);
        CHECK(moved.append(as_bytes("one")));
    }
    CHECK_FALSE(exists(path));
    CHECK_FALSE(exists(path + "-incomplete"));
}

TEST_CASE("a file that is there is kept, also when it comes in the meantime") {
    TemporaryDirectory directory;
    std::string path = directory.write("dump", "old");
    auto refused = NewFile::create(path);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().number == EEXIST);
    directory.remove("dump");
    {
        auto file = NewFile::create(path);
        REQUIRE(file);
        directory.write("dump", "other");
        auto finished = file->finish();
        REQUIRE_FALSE(finished);
        CHECK(finished.error().number == EEXIST);
    }
    CHECK(text_of_file(path) == "other");
    CHECK_FALSE(exists(path + "-incomplete"));
    auto replacing = NewFile::create(path, NewFile::Existing::replace);
    REQUIRE(replacing);
    CHECK(replacing->append(as_bytes("new")));
    CHECK(replacing->finish());
    CHECK(text_of_file(path) == "new");
}

TEST_CASE("a file may be there already if it is the same") {
    TemporaryDirectory directory;
    std::string path = directory.path("log"), text(100000, 'x');
    auto store = [&](const std::string &content) -> Result<void> {
        NewFile file = TRY(NewFile::create(path, NewFile::Existing::same));
        TRY(file.append(as_bytes(content)));
        return file.finish();
    };
    CHECK(store(text));
    CHECK(store(text));
    for (const std::string &other : {text + "x", text.substr(1), text.substr(1) + "y", std::string()})
        CHECK(store(other).error().number == EEXIST);
    CHECK(text_of_file(path) == text);
    CHECK_FALSE(exists(path + "-incomplete"));
}

TEST_CASE("what an attempt left is made anew, and a link in its place is not followed") {
    TemporaryDirectory directory;
    std::string path = directory.path("dump");
    directory.write("dump-incomplete", "much of an older attempt");
    {
        auto file = NewFile::create(path);
        REQUIRE(file);
        CHECK(file->append(as_bytes("new")));
        CHECK(file->finish());
    }
    CHECK(text_of_file(path) == "new");
    std::string other = directory.write("other", "precious");
    REQUIRE(::symlink(other.c_str(), directory.path("log-incomplete").c_str()) == 0);
    CHECK_FALSE(NewFile::create(directory.path("log")));
    CHECK(text_of_file(other) == "precious");
}

TEST_CASE("holes take no space and are read as zeros") {
    TemporaryDirectory directory;
    std::string path = directory.path("dump");
    auto file = NewFile::create(path);
    REQUIRE(file);
    CHECK(file->write_at(1 << 20, as_bytes("x")));
    CHECK(file->set_size(16 << 20));
    CHECK(file->finish());
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK(status.st_size == 16 << 20);
    CHECK(status.st_blocks * 512 < 1 << 20);
    CHECK(text_of_file(path)[1 << 20] == 'x');
    CHECK_FALSE(NewFile::create(directory.path("b"))->set_size(UINT64_MAX));
    CHECK_FALSE(NewFile::create(directory.path("b"))->write_at(UINT64_MAX, as_bytes("x")));
}

TEST_CASE("a disk that is full is an error that says what to do, and leaves nothing") {
    TemporaryDirectory directory;
    std::string path = directory.path("dump");
    {
        auto file = NewFile::create(path);
        REQUIRE(file);
        SizeLimit limit(4096);
        CHECK(file->append(Buffer(4096)));
        auto refused = file->append(Buffer(1));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().number == EFBIG);
        CHECK(refused.error().what.find(path) != std::string::npos);
        CHECK_FALSE(refused.error().remedy.empty());
        CHECK_FALSE(file->write_at(1 << 20, as_bytes("x")));
    }
    CHECK_FALSE(exists(path + "-incomplete"));
    CHECK(write_into("/dev/full", "1").error().number == ENOSPC);
    CHECK(write_into("/dev/full", "1").error().remedy == "free some space there, or name another directory");
}

TEST_CASE("directories are made as far as they are missing") {
    TemporaryDirectory directory;
    CHECK(make_directories(directory.path("a/b/c")));
    CHECK(make_directories(directory.path("a/b/c")));
    CHECK(exists(directory.path("a/b/c")));
    directory.write("file", "");
    CHECK(make_directories(directory.path("file")).error().number == ENOTDIR);
    CHECK(make_directories(directory.path("file/below")).error().number == ENOTDIR);
}

TEST_CASE("free space is told, and a directory that is not there is an error") {
    TemporaryDirectory directory;
    auto free = free_space(directory.path());
    REQUIRE(free);
    CHECK(free->value_or(1) > 0);
    CHECK(free_space(directory.path("nowhere")).error().number == ENOENT);
}

TEST_CASE("a write goes into the file that is there, and makes none") {
    TemporaryDirectory directory;
    std::string path = directory.write("registered", "0\n");
    CHECK(write_into(path, "1"));
    CHECK(text_of_file(path) == "1\n");
    CHECK(write_into(directory.path("none"), "1").error().number == ENOENT);
    CHECK_FALSE(exists(directory.path("none")));
}

TEST_CASE("a private file is its owner's alone, and comes whole in the place of an old one") {
    TemporaryDirectory directory;
    std::string place = directory.path("private"), path = place + "/name";
    REQUIRE(write_private_file(place, "name", as_bytes("first")));
    CHECK(as_text(read_file(path, 100).value()) == "first");
    struct stat status {};
    REQUIRE(::stat(place.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);

    REQUIRE(::chmod(place.c_str(), 0755) == 0);
    directory.write("private/name-incomplete", "left by someone who was interrupted");
    REQUIRE(write_private_file(place, "name", as_bytes("2nd")));
    CHECK(as_text(read_file(path, 100).value()) == "2nd");
    CHECK(list_directory(place).value() == std::vector<std::string>{"name"});
    REQUIRE(::stat(place.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
}

TEST_CASE("a private file that another one is making is waited for, but not for long") {
    TemporaryDirectory directory;
    std::string place = directory.path("private"), path = place + "/name", incomplete = path + "-incomplete";
    REQUIRE(write_private_file(place, "name", as_bytes("old")));
    directory.write("private/name-incomplete", "of the other");
    auto held = open_to_read(incomplete);
    REQUIRE(held);
    CHECK(write_private_file(place, "name", as_bytes("mine")).error().number == EBUSY);
    CHECK(as_text(read_file(incomplete, 100).value()) == "of the other");

    int renamed = -1;
    std::thread other([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        renamed = ::rename(incomplete.c_str(), path.c_str());
    });
    auto written = write_private_file(place, "name", as_bytes("mine"));
    other.join();
    CHECK((written && renamed == 0));
    CHECK(as_text(read_file(path, 100).value()) == "mine");
}

TEST_CASE("a private file is not written through a link, nor where there is no directory to be made") {
    TemporaryDirectory directory;
    directory.write("elsewhere/file", "x");
    REQUIRE(::symlink(directory.path("elsewhere").c_str(), directory.path("link").c_str()) == 0);
    CHECK_FALSE(write_private_file(directory.path("link"), "name", {}));
    CHECK_FALSE(write_private_file(directory.path("none/private"), "name", {}));
    CHECK(list_directory(directory.path("elsewhere")).value() == std::vector<std::string>{"file"});
}

TEST_CASE("the start of a file is made zeros, and the rest stays") {
    TemporaryDirectory directory;
    std::string path = directory.write("file", "header and rest");
    REQUIRE(erase_start(path, 6));
    CHECK(text_of_file(path) == std::string(6, '\0') + " and rest");
    CHECK_FALSE(erase_start(directory.path("none"), 6));
    CHECK(::access(directory.path("none").c_str(), F_OK) != 0);
}

TEST_CASE("removing what is not there is a success") {
    TemporaryDirectory directory;
    std::string path = directory.write("file", "x");
    CHECK(remove_file(path));
    CHECK(remove_file(path));
    CHECK(remove_file(path + "/below"));
    CHECK_FALSE(remove_file(directory.path()));
}

TEST_CASE("a lock is waited for", "[new file]") {
    TemporaryDirectory directory;
    std::string path = directory.path("/lock");
    bool waited = false;
    auto first = lock_file(path, [&] { waited = true; });
    REQUIRE(first);
    CHECK(!waited);
    // The first one lets go when it is told that the second waits.
    auto second = lock_file(path, [&] {
        waited = true;
        *first = Descriptor();
    });
    CHECK((second && waited));
    CHECK(!lock_file(directory.path("/none/lock"), [] {}));
}
