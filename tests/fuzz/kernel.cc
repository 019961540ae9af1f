// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a kernel file, of each machine: its wrappers come off, and what is found lies in the file or
// in what was unpacked; a second reading gives the same. The first byte chooses the machine and whether -t
// names a type.
#include "arch/arch.h"
#include "image/facts.h"
#include "image/signature.h"
#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

namespace {

std::shared_ptr<const MappedFile> mapped(Bytes bytes) {
    auto file = file_in_memory("kernel", bytes);
    require(file.has_value());
    auto opened = MappedFile::of(std::move(*file), "kernel");
    require(opened.has_value());
    return std::make_shared<const MappedFile>(std::move(*opened));
}

void look_at(const Image &image) {
    Bytes whole = image.unpacked ? Bytes(*image.unpacked) : image.file->bytes();
    require(image.bytes.data() == whole.data() && image.bytes.size() <= whole.size());
    require(image.wrappers.empty() == !image.unpacked);
    require(image.wrappers.size() <= most_wrappers);
    KernelFacts facts = facts_of(image);
    require(!facts.banner || !facts.banner->release.empty());
    for (const Signature &signature : signatures_of(image.bytes))
        require(signature.subject.size() + signature.issuer.size() <= whole.size());
}

bool same(const Result<Image> &first, const Result<Image> &second) {
    if (!first || !second)
        return !first && !second && first.error().what == second.error().what;
    return first->format == second->format && first->wrappers == second->wrappers &&
           first->bytes.size() == second->bytes.size();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    if (size < 2)
        return 0;
    const Arch &arch = *all_archs()[data[0] % all_archs().size()];
    std::size_t choice = data[0] / all_archs().size() % (arch.formats.size() + 1);
    std::optional<std::string_view> type;
    if (choice < arch.formats.size())
        type = arch.formats[choice].name;
    auto file = mapped(std::as_bytes(std::span(data, size)).subspan(1));
    auto image = read_image(file, arch.formats, type);
    require(same(image, read_image(file, arch.formats, type)));
    if (image)
        look_at(*image);
    return 0;
}
