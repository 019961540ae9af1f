// SPDX-License-Identifier: GPL-2.0-or-later
// Any words as a command line, of each machine: the first byte chooses it and the order, NUL bytes end words.
// What comes of it does not depend on what was read before.
#include "kexec/options.h"

#include "arch/arch.h"
#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Input input(data, size);
    unsigned choice = input.byte();
    const Arch &arch = *all_archs()[choice % all_archs().size()];
    Order order = choice / all_archs().size() % 2 ? Order::options_first : Order::any;
    std::vector<std::string> texts;
    while (!input.empty())
        texts.emplace_back(input.text());
    std::vector<const char *> words;
    for (const std::string &text : texts)
        words.push_back(text.c_str());
    auto options = parse_options(words, arch.options, order),
         again = parse_options(words, arch.options, order);
    require(options.has_value() == again.has_value());
    if (!options) {
        require(options.error().status != 0 && options.error().error.what == again.error().error.what);
        return 0;
    }
    require(options->steps.steps == again->steps.steps && options->warnings == again->warnings);
    for (const GivenOption &each : options->given)
        require(each.option >= arch.options.data() &&
                each.option < arch.options.data() + arch.options.size());
    return 0;
}
