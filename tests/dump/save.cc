// SPDX-License-Identifier: GPL-2.0-or-later
// Storing dumps: nothing is lost, zeros take no space, and a disk that is too small leaves nothing behind.
#include "dump/save.h"

#include "base/process.h"
#include "dump/fault.h"
#include "dump/file_source.h"
#include "dump/flattened.h"
#include "tests/catch.h"
#include "tests/dump/build_dump.h"
#include "tests/support/files.h"
#include "tests/support/size_limit.h"
#include "tests/support/temporary.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t page = 4096, mebibyte = 1 << 20;

// 5 MiB and some bytes: zeros, but for a byte here and there, a run over the border of a piece, and the end.
struct MadeDump {
    static constexpr std::uint64_t size = 5 * mebibyte + 100;
    static constexpr std::uint64_t not_zero = 5 * page + 100; // in whole pages, but for the last

    MadeDump() {
        content[10] = 'a';
        std::fill_n(content.begin() + (2 * mebibyte - page), 2 * page, 'b');
        content[3 * mebibyte + page - 1] = 'c';
        content[4 * mebibyte + 7 * page] = 'd';
        content.back() = 'e';
        file = *open_to_read(directory.write("source", content));
    }
    std::string target() const { return directory.path("vmcore"); }
    Result<StoredMemory> store(std::optional<std::uint64_t> free, std::uint64_t bytes = size) {
        return store_sparsely({file, "the dump", bytes, target(), free},
                              [&](std::uint64_t done, std::uint64_t all) {
                                  is_told_in_order &= told.empty() || told.back() <= done;
                                  is_told_in_order &= all == bytes && done <= all;
                                  told.push_back(done);
                              });
    }
    bool left_nothing() const {
        return ::access(target().c_str(), F_OK) != 0 &&
               ::access((target() + "-incomplete").c_str(), F_OK) != 0;
    }

    TemporaryDirectory directory;
    std::string content = std::string(size, '\0');
    Descriptor file;
    std::vector<std::uint64_t> told;
    bool is_told_in_order = true;
};

} // namespace

TEST_CASE("a stored dump is the dump, and its pages of zeros take no space", "[save]") {
    MadeDump dump;
    for (auto free :
         {std::optional<std::uint64_t>(), std::optional(MadeDump::size), std::optional(MadeDump::not_zero)}) {
        ::unlink(dump.target().c_str());
        dump.told.clear();
        auto stored = dump.store(free);
        REQUIRE(stored);
        CHECK(stored->size == MadeDump::size);
        CHECK(stored->written == MadeDump::not_zero);
        CHECK(stored->unreadable == 0);
        CHECK(text_of_file(dump.target()) == dump.content);
        struct stat status {};
        REQUIRE(::stat(dump.target().c_str(), &status) == 0);
        CHECK(status.st_blocks * 512 < 1 << 20);
        CHECK(dump.is_told_in_order);
        CHECK(dump.told.back() == MadeDump::size);
    }
}

TEST_CASE("space is judged by what will be written, before anything is", "[save]") {
    MadeDump dump;
    auto stored = dump.store(MadeDump::not_zero - 1);
    REQUIRE_FALSE(stored);
    CHECK(stored.error().cause == Cause::no_room);
    CHECK(dump.told.empty());
    CHECK(dump.left_nothing());
}

TEST_CASE("a disk that fills nevertheless leaves nothing", "[save]") {
    MadeDump dump;
    {
        SizeLimit limit(3 * mebibyte);
        auto stored = dump.store(std::nullopt);
        REQUIRE_FALSE(stored);
        CHECK(stored.error().number == EFBIG);
    }
    CHECK(dump.left_nothing());
}

TEST_CASE("a dump that is there is not written over", "[save]") {
    MadeDump dump;
    dump.directory.write("vmcore", "an older one");
    CHECK(dump.store(std::nullopt).error().number == EEXIST);
    CHECK(text_of_file(dump.target()) == "an older one");
}

TEST_CASE("a dump that ends too early is an error", "[save]") {
    MadeDump dump;
    auto stored = dump.store(std::nullopt, MadeDump::size + 1);
    REQUIRE_FALSE(stored);
    CHECK(stored.error().what == "the dump: it ends after 5242980 bytes, 5242981 were needed");
    CHECK(dump.left_nothing());
}

TEST_CASE("pages that cannot be read are left out and counted", "[save]") {
    // The process's own memory, of which the pages below the mapped one cannot be read.
    constexpr std::uint64_t place = 0x10000;
    void *wanted = reinterpret_cast<void *>(place);
    void *mapped = ::mmap(wanted, page, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    REQUIRE(mapped == wanted);
    std::memset(mapped, 'x', page);
    TemporaryDirectory directory;
    Descriptor memory = *open_to_read("/proc/self/mem");
    TellProgress silently = [](std::uint64_t, std::uint64_t) {};
    auto stored = store_sparsely({memory, "memory", place + page, directory.path("vmcore"), {}}, silently);
    REQUIRE(stored);
    CHECK(stored->unreadable == place);
    CHECK(text_of_file(directory.path("vmcore")) == std::string(place, '\0') + std::string(page, 'x'));
    ::munmap(mapped, page);
    auto nothing = store_sparsely({memory, "memory", place, directory.path("none"), {}}, silently);
    REQUIRE_FALSE(nothing);
    CHECK(nothing.error().what == "memory: no page of it can be read");
    CHECK(::access(directory.path("none").c_str(), F_OK) != 0);
}

TEST_CASE("a dump on a device is in the flattened format, and put together it is the dump", "[save]") {
    MadeDump dump;
    std::string path = dump.directory.write("device", "");
    auto store = [&](std::optional<std::uint64_t> free) {
        Descriptor output(::open(path.c_str(), O_WRONLY | O_TRUNC));
        TellProgress silently = [](std::uint64_t, std::uint64_t) {};
        return store_flattened({dump.file, "the dump", MadeDump::size, path, free}, output, silently);
    };
    auto stored = store(1 << 20);
    REQUIRE(stored);
    CHECK(stored->written == MadeDump::not_zero);
    FileSource below(*open_to_read(path), path);
    std::vector<std::string> notes;
    auto source = FlattenedSource::open(below, notes);
    REQUIRE(source);
    CHECK(notes.empty());
    Buffer whole(MadeDump::size + 1);
    REQUIRE(*source->read(0, whole) == MadeDump::size);
    CHECK(as_text(Bytes(whole).first(MadeDump::size)) == dump.content);
    auto refused = store(MadeDump::not_zero);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().cause == Cause::no_room);
    CHECK(text_of_file(path).empty());
}

TEST_CASE("a dump that ends in zeros is as long on a device as it was", "[save]") {
    TemporaryDirectory directory;
    constexpr std::uint64_t size = 3 * page;
    std::string content = "x" + std::string(size - 1, '\0');
    Descriptor dump = *open_to_read(directory.write("dump", content));
    std::string path = directory.write("device", "");
    TellProgress silently = [](std::uint64_t, std::uint64_t) {};
    {
        Descriptor output(::open(path.c_str(), O_WRONLY));
        REQUIRE(store_flattened({dump, "the dump", size, path, {}}, output, silently));
    }
    std::string back = directory.path("back");
    REQUIRE(*run_program("/bin/sh", {"-c", "makedumpfile -R \"$1\" <\"$2\" >/dev/null", "sh", back, path}) ==
            0);
    CHECK(text_of_file(back) == content);
}

TEST_CASE("a flattened dump becomes a file, once", "[save]") {
    TemporaryDirectory directory;
    Buffer whole;
    for (unsigned i = 0; i < 3 << 20; i++)
        whole.push_back(static_cast<std::byte>(i * 7 >> 3));
    std::size_t record = GENERATE(as<std::size_t>(), 5000, 65536, 2 << 20);
    MemorySource source(flattened(whole, record));
    std::string path = directory.path("vmcore");
    REQUIRE(store_unflattened(source, path, 2 * whole.size()));
    CHECK(text_of_file(path) == as_text(whole));
    CHECK(store_unflattened(source, path, std::nullopt));
    directory.write("vmcore", "another");
    CHECK(store_unflattened(source, path, std::nullopt).error().number == EEXIST);
    CHECK(text_of_file(path) == "another");
}

TEST_CASE("of a flattened dump that does not fit, or is cut short, no file is made", "[save]") {
    TemporaryDirectory directory;
    Buffer flat = flattened(Buffer(10000, std::byte{1}), 1000);
    MemorySource source(flat);
    auto stored = store_unflattened(source, directory.path("vmcore"), 9999);
    CHECK((!stored && stored.error().cause == Cause::no_room));
    flat.resize(flat.size() - 5000);
    MemorySource cut(flat);
    CHECK(store_unflattened(cut, directory.path("vmcore"), std::nullopt)
              .error()
              .what.starts_with("the flattened dump is cut short or damaged behind record "));
    CHECK(::access(directory.path("vmcore").c_str(), F_OK) != 0);
    CHECK(::access(directory.path("vmcore-incomplete").c_str(), F_OK) != 0);
}

TEST_CASE("the log is stored as vmcore-dmesg prints it", "[save]") {
    TemporaryDirectory directory;
    MemorySource source(elf_dump(build_lockless_log({}, some_lines(3))));
    auto dump = open_dump(source);
    REQUIRE(dump);
    auto summary = store_log(*dump->core, directory.path("log"));
    REQUIRE(summary);
    CHECK(summary->records == 3);
    CHECK(text_of_file(directory.path("log")) ==
          "[    0.000000] line 0 \n[    0.001000] line 1 x\n[    0.002000] line 2 xx\n");
    CHECK(store_log(*dump->core, directory.path("log")));
    directory.write("log", "of another dump");
    CHECK(store_log(*dump->core, directory.path("log")).error().number == EEXIST);
    CHECK(text_of_file(directory.path("log")) == "of another dump");
}

TEST_CASE("a log of which nothing can be read leaves no file", "[save]") {
    TemporaryDirectory directory;
    BuiltLog log = build_lockless_log({}, {});
    MemorySource source(elf_dump(log));
    auto dump = open_dump(source);
    REQUIRE(dump);
    auto summary = store_log(*dump->core, directory.path("log"));
    REQUIRE_FALSE(summary);
    CHECK(::access(directory.path("log").c_str(), F_OK) != 0);
    CHECK(::access(directory.path("log-incomplete").c_str(), F_OK) != 0);
}
