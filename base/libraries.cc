// SPDX-License-Identifier: GPL-2.0-or-later
// ld.so(8) tells where a library is looked for: the directories of /etc/ld.so.conf, then the usual ones. A
// library for another machine may have the same name.
#include "base/libraries.h"

#include "base/elf_dynamic.h"
#include "base/file.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

namespace kexec {

namespace {

constexpr std::uint64_t largest_configuration = 1 << 20;

class Finder {
public:
    explicit Finder(const std::string &root) : root_(root) {
        add_directories_of("/etc/ld.so.conf");
        auto names = list_directory(root + "/etc/ld.so.conf.d");
        for (const std::string &name : names ? *names : std::vector<std::string>{})
            add_directories_of("/etc/ld.so.conf.d/" + name);
        for (std::string_view directory : {"/lib64", "/usr/lib64", "/lib", "/usr/lib"})
            directories_.emplace_back(directory);
    }

    Result<LinkedProgram> find(const std::string &program) {
        MappedFile file = TRY(MappedFile::open(root_ + program));
        Elf elf = TRY_WITHIN(program, read_elf(file.bytes()));
        LinkedProgram linked{interpreter_of(elf), {}};
        is_64_bit_ = elf.is_64_bit;
        machine_ = elf.machine;
        TRY_WITHIN(program, add_all(elf));
        for (const auto &[name, path] : found_)
            if (!linked.loader.ends_with("/" + name))
                linked.libraries.push_back(path);
        return linked;
    }

private:
    void add_directories_of(const std::string &path) {
        auto content = read_file(root_ + path, largest_configuration);
        for (std::string_view line : content ? lines_of(as_text(*content)) : std::vector<std::string_view>{})
            if (trimmed(line).starts_with('/'))
                directories_.emplace_back(trimmed(line));
    }

    Result<void> add_all(const Elf &elf) {
        for (const std::string &name : TRY(needed_libraries(elf)))
            if (!found_.contains(name))
                TRY(add(name));
        return {};
    }

    Result<void> add(const std::string &name) {
        for (const std::string &directory : directories_) {
            auto file = MappedFile::open(root_ + directory + "/" + name);
            auto elf = file ? read_elf(file->bytes()) : Failure(Error{});
            if (!elf || elf->machine != machine_ || elf->is_64_bit != is_64_bit_)
                continue;
            found_[name] = directory + "/" + name;
            return add_all(*elf);
        }
        return fail(Cause::missing_file,
                    fmt::format("it needs the library {}, which is nowhere", printable(name)),
                    "install the package that has it");
    }

    const std::string &root_;
    std::vector<std::string> directories_;
    std::map<std::string, std::string> found_;
    bool is_64_bit_ = true;
    std::uint16_t machine_ = 0;
};

} // namespace

Result<LinkedProgram> find_libraries(const std::string &root, const std::string &program) {
    return Finder(root).find(program);
}

} // namespace kexec
