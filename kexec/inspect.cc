// SPDX-License-Identifier: GPL-2.0-or-later
// Where no machine is named, the formats of all are asked first. Then those of the machine are, as a load
// there would ask them.
#include "kexec/inspect.h"

#include "base/json.h"
#include "image/facts.h"
#include "image/signature.h"
#include "kexec/parts.h"

#include <algorithm>
#include <fmt/format.h>

namespace kexec {
namespace {

// --- looking

struct Inspection {
    const Arch *arch;
    Image image;
    KernelFacts facts;
    std::vector<Signature> of_file, of_kernel; // the second of what was wrapped; else empty
};

// The machine whose formats know the file. A wrapper that belongs to no machine here is refused by the first
// that has such wrappers.
Result<const Arch *> machine_of(const std::shared_ptr<const MappedFile> &file, const Selection &selection) {
    std::vector<Format> formats;
    std::vector<const Arch *> owners;
    for (const Arch *arch : all_archs())
        for (const Format &format : arch->formats) {
            formats.push_back(format);
            owners.push_back(arch);
        }
    auto image = read_image(file, formats, {}, selection);
    if (!image)
        return Failure(std::move(image).error());
    return owners[static_cast<std::size_t>(image->format - formats.data())];
}

Result<Inspection> inspect(const Options &options, const Arch *machine) {
    KernelName kernel = parse_kernel_name(options.kernel);
    Selection selection{.profile = options.profile, .configuration = kernel.configuration};
    auto file = TRY(map_file(kernel.path));
    const Arch *arch = machine ? machine : TRY(machine_of(file, selection));
    Image image = TRY(read_image(file, arch->formats, options.type, selection));
    TRY(check_selection(selection, image));
    KernelFacts facts = facts_of(image);
    auto of_kernel = image.wrappers.empty() ? std::vector<Signature>{} : signatures_of(image.bytes);
    return Inspection{arch, std::move(image), std::move(facts), signatures_of(file->bytes()), of_kernel};
}

// --- what the calls would do

struct CallAnswer {
    std::string_view call;
    bool takes;
    std::string_view how;
};

CallAnswer load_answer(const Inspection &found) {
    constexpr std::string_view call = "kexec_load";
    if (!found.facts.banner && std::holds_alternative<Elf>(found.image.content))
        return {call, false, "the file holds no \"Linux version\" and is not taken for a kernel"};
    return {call, true, "kexec puts the kernel into place"};
}

CallAnswer file_load_answer(const Inspection &found) {
    constexpr std::string_view call = "kexec_file_load";
    if (!found.image.format->by_file_load)
        return {call, false, "it does not take kernels of this type"};
    if (found.image.wrappers.empty())
        return {call, true, "it is given this file itself"};
    return {call, true, "it is given what the wrappers hold, not this file and its attributes"};
}

// --- as text

// Foreign text as a terminal may show it.
std::string shown(std::string_view text) {
    std::string safe(text);
    std::ranges::replace_if(
        safe, [](char each) { return each < ' ' || each > '~'; }, '?');
    return safe;
}

std::string line(std::string_view name, std::string_view text) {
    return fmt::format("  {:<17}{}\n", name, text);
}

std::string entry_text(const KernelFacts &facts) {
    return fmt::format("{:#x}{}", facts.entry, facts.entry_is_offset ? " from the start of the kernel" : "");
}

std::string initrd_text(const KernelFacts &facts) {
    if (facts.initrd_last)
        return fmt::format("up to {:#x}", *facts.initrd_last);
    if (facts.initrd_reach)
        return fmt::format("within {} GiB of the kernel", *facts.initrd_reach >> 30);
    return "anywhere";
}

std::string signature_text(const Signature &signature) {
    if (signature.subject.empty() && signature.issuer.empty())
        return "there is one, and it cannot be read";
    return fmt::format("{}, issued by {}",
                       signature.subject.empty() ? "a signer whose certificate is not in the file"
                                                 : shown(signature.subject),
                       signature.issuer.empty() ? "one not named" : shown(signature.issuer));
}

std::string signatures_text(std::string_view name, const std::vector<Signature> &signatures) {
    if (signatures.empty())
        return line(name, "none");
    std::string text;
    for (const Signature &signature : signatures)
        text += line(name, signature_text(signature));
    return text;
}

std::string call_text(const CallAnswer &answer) {
    return line(answer.call, fmt::format("{}: {}", answer.takes ? "yes" : "no", answer.how));
}

std::string as_text(const Inspection &found) {
    const Image &image = found.image;
    const KernelFacts &facts = found.facts;
    std::string text =
        fmt::format("{}: {} of {}\n", image.file->path(), image.format->name, found.arch->name);
    text += line("wrappers",
                 image.wrappers.empty() ? "none" : fmt::format("{}", fmt::join(image.wrappers, ", ")));
    text += line("version", facts.banner ? facts.banner->release : "not stated");
    if (facts.banner && !facts.banner->build.empty())
        text += line("build", shown(facts.banner->build));
    text += line("page size", facts.page_size ? fmt::format("{} bytes", *facts.page_size) : "not stated");
    text += line("entry", entry_text(facts));
    if (facts.memory)
        text += line("memory", fmt::format("{} bytes", *facts.memory));
    text += line("command line", fmt::format("at most {} characters", facts.command_line));
    text += line("initrd", initrd_text(facts));
    text += signatures_text("signed by", found.of_file);
    if (!image.wrappers.empty())
        text += signatures_text("kernel signed by", found.of_kernel);
    return text + call_text(load_answer(found)) + call_text(file_load_answer(found));
}

// --- as JSON

template <typename Number> std::string number_json(const std::optional<Number> &number) {
    return number ? fmt::format("{}", *number) : "null";
}

std::string text_json(std::string_view text) { return text.empty() ? "null" : json_string(text); }

std::string list_json(const std::vector<std::string> &members) {
    return fmt::format("[{}]", fmt::join(members, ","));
}

std::string signatures_json(const std::vector<Signature> &signatures) {
    std::vector<std::string> members;
    members.reserve(signatures.size());
    for (const Signature &signature : signatures)
        members.push_back(fmt::format("{{\"subject\":{},\"issuer\":{}}}", text_json(signature.subject),
                                      text_json(signature.issuer)));
    return list_json(members);
}

std::string call_json(const CallAnswer &answer) {
    return fmt::format("{}:{{\"takes\":{},\"how\":{}}}", json_string(answer.call), answer.takes,
                       json_string(answer.how));
}

// Addresses are texts: many readers keep numbers in 53 bits.
std::string facts_json(const KernelFacts &facts) {
    auto initrd_last = facts.initrd_last ? fmt::format("\"{:#x}\"", *facts.initrd_last) : "null";
    return fmt::format("\"version\":{},\"build\":{},\"page_size\":{},\"entry\":{{\"{}\":\"{:#x}\"}},"
                       "\"limits\":{{\"memory\":{},"
                       "\"command_line\":{},\"initrd_last\":{},\"initrd_reach\":{}}}",
                       text_json(facts.banner ? facts.banner->release : ""),
                       text_json(facts.banner ? facts.banner->build : ""), number_json(facts.page_size),
                       facts.entry_is_offset ? "offset" : "address", facts.entry, number_json(facts.memory),
                       facts.command_line, initrd_last, number_json(facts.initrd_reach));
}

std::string as_json(const Inspection &found) {
    const Image &image = found.image;
    std::vector<std::string> wrappers;
    for (std::string_view wrapper : image.wrappers)
        wrappers.push_back(json_string(wrapper));
    return fmt::format("{{\"file\":{},\"size\":{},\"type\":{},\"architecture\":{},\"wrappers\":{},{},"
                       "\"signatures\":{},\"kernel_signatures\":{},{},{}}}\n",
                       json_string(image.file->path()), image.file->bytes().size(),
                       json_string(image.format->name), json_string(found.arch->name), list_json(wrappers),
                       facts_json(found.facts), signatures_json(found.of_file),
                       image.wrappers.empty() ? "null" : signatures_json(found.of_kernel),
                       call_json(load_answer(found)), call_json(file_load_answer(found)));
}

} // namespace

Result<std::string> inspect_kernel(const Options &options, InspectionForm form, const Arch *machine) {
    Inspection found = TRY(inspect(options, machine));
    return form == InspectionForm::json ? as_json(found) : as_text(found);
}

} // namespace kexec
