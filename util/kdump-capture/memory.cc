// SPDX-License-Identifier: GPL-2.0-or-later
// A dump that the collector fails on is copied as it is: without its pages of zeros it may fit all the same.
#include "util/kdump-capture/memory.h"

#include "base/file.h"
#include "base/new_file.h"
#include "base/process_group.h"
#include "dump/progress.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

namespace kexec::capture {

namespace {

std::uint64_t in_mebibytes(std::uint64_t size) { return rounded(static_cast<double>(size) / (1 << 20)); }

constexpr std::array<std::string_view, 2> opal_cores{"/sys/firmware/opal/mpipl/core",
                                                     "/sys/firmware/opal/core"};

Result<Descriptor> open_device(const std::string &path) {
    Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!device.is_open())
        return fail_errno(Cause::system_call, errno, "opening " + path, "check that it is not read-only");
    return device;
}

std::string without_makedumpfile(const Error &error) {
    return fmt::format("makedumpfile has failed: {}; going on without it", error.what);
}

Result<void> bring_to_disk(const Descriptor &device, const std::string &path) {
    if (::fsync(device.number()) != 0)
        return fail_errno(Cause::system_call, errno, "bringing to the disk " + path,
                          "read kexec-dmesg.log or the console for errors of the disk");
    return {};
}

} // namespace

std::optional<Collector> MemoryStore::collector(bool flattened) const {
    constexpr std::uint64_t largest_meminfo = 64 << 10;
    auto meminfo = read_file(world_.root + "/proc/meminfo", largest_meminfo);
    Means means{world_.processors, meminfo ? available_memory(as_text(*meminfo)) : 0};
    return collector_of(settings_, world_.root, flattened, means);
}

// A line that is written over, at most once in a second, and a line end behind the last.
TellProgress MemoryStore::progress() {
    constexpr double between = 1;
    return [this, start = world_.seconds(), last = world_.seconds()](std::uint64_t done,
                                                                     std::uint64_t size) mutable {
        double now = world_.seconds();
        if (done < size && now - last < between)
            return;
        last = now;
        world_.say(fmt::format("\r{}  {}{}", progress_bar("vmcore", done, size),
                               pace(done, size, now - start), done == size ? "\n" : ""));
    };
}

void MemoryStore::tell_stored(const StoredMemory &stored, double start) {
    if (stored.unreadable > 0)
        warn_(fmt::format("{} KiB of the dump cannot be read; going on without", stored.unreadable / 1024));
    tell(world_,
         fmt::format("{} MiB of {} were no zeros, and are stored after {} s", in_mebibytes(stored.written),
                     in_mebibytes(stored.size), rounded(world_.seconds() - start)));
}

void MemoryStore::tell_collected(double start) const {
    tell(world_, fmt::format("makedumpfile has stored the dump in {} s", rounded(world_.seconds() - start)));
}

Result<CopyRequest> MemoryStore::request_for(const Descriptor &file, const std::string &path,
                                             const std::string &target) const {
    return CopyRequest{
        .dump = file, .name = path, .size = TRY(size_of(file, path)), .path = target, .free = {}};
}

Result<void> MemoryStore::copy(const std::string &path, const std::string &target) {
    Descriptor file = TRY(open_to_read(world_.root + path));
    CopyRequest request = TRY(request_for(file, path, target));
    request.free = TRY(free_space(target.substr(0, target.rfind('/'))));
    double start = world_.seconds();
    tell_stored(TRY(store_sparsely(request, progress())), start);
    return {};
}

Result<void> MemoryStore::store_in(const std::string &directory) {
    std::string target = directory + "/vmcore";
    bool stored = false;
    if (auto program = collector(false)) {
        double start = world_.seconds();
        auto done = store_by_program({.program = program->program,
                                      .arguments = program->arguments,
                                      .dump = world_.root + std::string(vmcore_path),
                                      .path = target});
        stored = done.has_value();
        if (!done)
            warn_(without_makedumpfile(done.error()));
        else
            tell_collected(start);
    }
    if (!stored)
        TRY(copy(std::string(vmcore_path), target));
    for (std::string_view path : opal_cores)
        if (open_to_read(world_.root + std::string(path)))
            return copy(std::string(path), directory + "/opalcore");
    return {};
}

Result<void> MemoryStore::collect_on(const Collector &collector, const Descriptor &output) const {
    std::vector<std::string> words = collector.arguments;
    words.push_back(world_.root + std::string(vmcore_path));
    ProcessGroup child = TRY(ProcessGroup::start(collector.program, words, nullptr, &output));
    int status = TRY(child.wait());
    if (status != 0)
        return fail(Cause::other, fmt::format("{} exited with status {}", collector.program, status));
    return {};
}

Result<void> MemoryStore::copy_flattened(const Descriptor &output, const std::string &path,
                                         std::optional<std::uint64_t> space) {
    Descriptor file = TRY(open_to_read(world_.root + std::string(vmcore_path)));
    CopyRequest request = TRY(request_for(file, std::string(vmcore_path), path));
    request.free = space;
    double start = world_.seconds();
    tell_stored(TRY(store_flattened(request, output, progress())), start);
    return {};
}

std::optional<std::uint64_t> MemoryStore::size_of_target(const std::string &device) const {
    for (const Target &target : settings_.targets)
        if (target.source == device && target.size != 0)
            return target.size;
    return std::nullopt;
}

Result<void> MemoryStore::store_on(const std::string &device) {
    if (auto program = collector(true)) {
        Descriptor output = TRY(open_device(world_.root + device));
        double start = world_.seconds();
        auto done = collect_on(*program, output);
        if (done) {
            TRY(bring_to_disk(output, device));
            tell_collected(start);
            return {};
        }
        warn_(without_makedumpfile(done.error()));
    }
    Descriptor output = TRY(open_device(world_.root + device));
    TRY(copy_flattened(output, device, size_of_target(device)));
    return bring_to_disk(output, device);
}

// What is not sent whole gets no name there.
Result<void> MemoryStore::send_flattened(const Remote &remote, const std::string &path,
                                         const Collector *program) {
    auto [output, child] = TRY(remote.start_storing(path));
    auto sent = program ? collect_on(*program, output) : copy_flattened(output, path, std::nullopt);
    output = Descriptor();
    if (!sent) {
        child.end_group();
        (void)child.wait();
        return sent;
    }
    return remote.finish(child, path);
}

Result<void> MemoryStore::store_at(const Remote &remote, const std::string &directory) {
    std::string path = directory + "/vmcore.flat";
    if (auto program = collector(true)) {
        auto sent = send_flattened(remote, path, &*program);
        if (sent)
            return {};
        warn_(without_makedumpfile(sent.error()));
    }
    return send_flattened(remote, path, nullptr);
}

} // namespace kexec::capture
