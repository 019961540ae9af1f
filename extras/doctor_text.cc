// SPDX-License-Identifier: GPL-2.0-or-later
// A diagnosis for people: a row for each check, its verdict and its name on the left, what was found and what
// to do beside them; the good ones first, so that what matters stands where reading ends.
#include "base/text.h"
#include "extras/doctor_checks.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::size_t verdict_width = 9, title_width = 21, text_column = verdict_width + title_width + 2;
constexpr std::size_t line_width = 100;

// The words of `text` in lines that end before `line_width`; each but the first starts at the column.
std::string wrapped(std::string_view text, std::size_t column, std::size_t indent) {
    std::string lines;
    std::size_t at = column;
    for (std::string_view word : words_of(text)) {
        bool is_first = at == column;
        if (!is_first && at + 1 + word.size() > line_width) {
            lines += "\n" + std::string(column + indent, ' ');
            at = column + indent;
            is_first = true;
        }
        if (!is_first) {
            lines += ' ';
            at++;
        }
        lines += word;
        at += word.size();
    }
    return lines + "\n";
}

std::string sum_text(const std::vector<NeedPart> &sum) {
    std::string text;
    std::string margin(text_column, ' ');
    for (const NeedPart &part : sum)
        text +=
            margin + fmt::format("  {:<13}{:>10}  ", part.name, size_words(part.size)) + part.reason + "\n";
    return text;
}

std::string row(const Finding &finding) {
    const Judgement &judgement = finding.judgement;
    std::string text = fmt::format("  {:<{}}{:<{}}", name_of(judgement.verdict), verdict_width,
                                   finding.check->title, title_width);
    text += wrapped(judgement.found, text_column, 0);
    text += sum_text(judgement.sum);
    if (judgement.verdict != Verdict::good && !judgement.remedy.empty())
        text += std::string(text_column, ' ') + wrapped("-> " + judgement.remedy, text_column, 3);
    return text;
}

std::size_t count_of(const Diagnosis &diagnosis, Verdict verdict) {
    return static_cast<std::size_t>(std::ranges::count(diagnosis.findings, verdict, [](const Finding &each) {
        return each.judgement.verdict;
    }));
}

std::string head(const Diagnosis &diagnosis) {
    std::string release = diagnosis.release.empty() ? "" : ", Linux " + printable(diagnosis.release);
    std::string_view question =
        diagnosis.purpose == Purpose::crash ? "would a crash be dumped?" : "can another kernel be started?";
    return fmt::format("{}{}: {}\n\n", diagnosis.machine, release, question);
}

std::string conclusion(const Diagnosis &diagnosis) {
    std::string counts;
    for (Verdict each : {Verdict::broken, Verdict::warning, Verdict::unknown, Verdict::good})
        if (std::size_t count = count_of(diagnosis, each))
            counts += fmt::format("{}{} {}{}", counts.empty() ? "" : ", ", count, name_of(each),
                                  each == Verdict::warning && count != 1 ? "s" : "");
    std::string_view word = diagnosis.worst() == Verdict::broken    ? "broken"
                            : diagnosis.worst() == Verdict::warning ? "warnings"
                                                                    : "healthy";
    return fmt::format("\n{}: {}\n", word, counts);
}

} // namespace

std::string diagnosis_text(const Diagnosis &diagnosis) {
    std::string text = head(diagnosis);
    for (Verdict each : {Verdict::good, Verdict::unknown, Verdict::warning, Verdict::broken})
        for (const Finding &finding : diagnosis.findings)
            if (finding.judgement.verdict == each)
                text += row(finding);
    return text + conclusion(diagnosis);
}

} // namespace kexec
