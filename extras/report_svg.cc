// SPDX-License-Identifier: GPL-2.0-or-later
// A report as a picture (SVG 1.1 with the style sheets of CSS): all memory on the left, to scale; each
// cluster of segments enlarged on the right, to a scale of its own, with names and addresses. Colours are
// those that Okabe and Ito found for eyes of every kind; names stand beside them. The browser chooses light
// or dark.
#include "base/text.h"
#include "extras/picture.h"
#include "extras/report.h"

#include <algorithm>
#include <fmt/format.h>

namespace kexec {
namespace {

constexpr double width = 900, margin = 24, title_height = 92, legend_height = 64;
constexpr double bar_left = 120, bar_width = 96, bar_right = bar_left + bar_width;
constexpr double inset_left = 370, inset_width = 110, inset_right = inset_left + inset_width;
constexpr double label_left = inset_right + 44, label_height = 34, gap_between = 34;
constexpr double least_height = 520, break_height = 26, least_inset = 110, least_seen = 3.5;

// Reserved memory is hatched: grey alone is too close to what else is grey.
constexpr std::string_view hatch =
    "<defs><pattern id=\"hatch\" width=\"7\" height=\"7\" patternUnits=\"userSpaceOnUse\" "
    "patternTransform=\"rotate(45)\"><rect width=\"7\" height=\"7\" class=\"ground\"/>"
    "<path d=\"M0 0 V7\" class=\"line\"/></pattern></defs>\n";

constexpr std::string_view style = R"css(
text { font: 13px system-ui, sans-serif; fill: #1b1f23 }
.title { font-size: 18px; font-weight: 600 }
.muted { fill: #57606a }
.mono { font-family: ui-monospace, monospace; font-size: 12px }
.paper { fill: #ffffff }
.frame { fill: none; stroke: #57606a }
.leader { fill: none; stroke: #8c959f }
.zoom { fill: #0072b2; fill-opacity: .09; stroke: #8c959f; stroke-dasharray: 3 3 }
.free { fill: #dff1ea }
.taken { fill: #c3c9cf }
.reservation { fill: #f7efa0 }
.reserved { fill: url(#hatch) }
.ground { fill: #e7eaed }
.line { stroke: #8c959f; stroke-width: 2 }
.kernel { fill: #0072b2 }
.initrd { fill: #e69f00 }
.purgatory { fill: #cc79a7 }
.other { fill: #d55e00 }
.segment { stroke: #1b1f23; stroke-width: .6 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.muted { fill: #9aa4ae }
.paper { fill: #11161c }
.frame { stroke: #9aa4ae }
.leader { stroke: #6e7781 }
.zoom { fill: #56b4e9; fill-opacity: .13; stroke: #6e7781 }
.free { fill: #1d4438 }
.taken { fill: #6e7781 }
.reservation { fill: #6b6420 }
.ground { fill: #1b2128 }
.line { stroke: #57606a }
.kernel { fill: #56b4e9 }
.segment { stroke: #e6edf3 }
}
)css";

std::string escaped(std::string_view text) {
    std::string shown;
    for (char c : text) {
        switch (c) {
        case '&': shown += "&amp;"; break;
        case '<': shown += "&lt;"; break;
        case '>': shown += "&gt;"; break;
        default: shown += c >= ' ' && c <= '~' ? c : '?';
        }
    }
    return shown;
}

std::string text_at(double x, double y, std::string_view text, std::string_view classes = {},
                    std::string_view anchor = "start") {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\" text-anchor=\"{}\">{}</text>\n", x, y,
                       classes, anchor, escaped(text));
}

std::string box(double x, double top, double wide, double bottom, std::string_view classes,
                std::string_view title = {}) {
    std::string inside = title.empty() ? "" : fmt::format("<title>{}</title>", escaped(title));
    return fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" class=\"{}\">{}</rect>\n", x, top,
        wide, bottom - top, classes, inside);
}

std::string path(std::string_view points, std::string_view classes) {
    return fmt::format("<path d=\"{}\" class=\"{}\"/>\n", points, classes);
}

std::string_view class_of(PieceKind kind) {
    switch (kind) {
    case PieceKind::free: return "free";
    case PieceKind::taken: return "taken";
    case PieceKind::reservation: return "reservation";
    default: return "reserved";
    }
}

std::string_view class_of(std::string_view segment) {
    if (segment.starts_with("kernel"))
        return "segment kernel";
    if (segment == "initrd")
        return "segment initrd";
    return segment == "purgatory" ? "segment purgatory" : "segment other";
}

std::string words_for(std::uint64_t bytes) {
    constexpr std::string_view units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
    std::size_t unit = 0;
    auto size = static_cast<double>(bytes);
    while (size >= 1024 && unit + 1 < std::size(units)) {
        size /= 1024;
        unit++;
    }
    return fmt::format("{:.{}f} {}", size, size < 10 && unit > 0 ? 1 : 0, units[unit]);
}

std::string background(std::span<const MemoryPiece> map, const Scale &scale, double left, double wide) {
    std::string drawn;
    for (const Stretch &stretch : stretches(map, scale))
        if (stretch.kind != PieceKind::segment)
            drawn +=
                box(left, stretch.top, wide, stretch.bottom, class_of(stretch.kind), name_of(stretch.kind));
    return drawn;
}

// At least so high that it can be seen, around its place.
struct Seen {
    double top, bottom;
    double middle() const { return (top + bottom) / 2; }
};
Seen seen(Range range, const Scale &scale) {
    double top = scale.height_of(range.first()).value_or(scale.top());
    double bottom = std::max(scale.height_of(range.last()).value_or(scale.bottom()), top);
    double missing = std::max(least_seen - (bottom - top), 0.0);
    double low =
        std::clamp(top - missing / 2, scale.top(), std::max(scale.bottom() - least_seen, scale.top()));
    return {low, std::max(bottom + missing / 2, low + least_seen)};
}

// Segments that are too small to be seen are drawn larger, and make room for each other.
std::vector<Seen> seen_apart(std::span<const MemoryPiece> segments, const Scale &scale) {
    std::vector<Seen> places;
    for (const MemoryPiece &segment : segments) {
        Seen place = seen(segment.range, scale);
        double top = places.empty() ? place.top : std::max(place.top, places.back().bottom);
        places.push_back({top, std::max(place.bottom, top + least_seen)});
    }
    double lowest = scale.bottom();
    for (std::size_t i = places.size(); i-- > 0;) {
        places[i].bottom = std::min(places[i].bottom, lowest);
        places[i].top = std::min(places[i].top, places[i].bottom - least_seen);
        lowest = places[i].top;
    }
    return places;
}

std::string segment_at(const MemoryPiece &segment, Seen place, double left, double wide) {
    return box(left, place.top, wide, place.bottom, class_of(segment.name),
               fmt::format("{}: {}", segment.name, to_string(segment.range)));
}

std::string overview(const Report &report, const Scale &scale, const std::vector<Cluster> &clusters) {
    std::string drawn = background(report.map, scale, bar_left, bar_width);
    for (std::size_t i = 0; i < scale.areas().size(); i++) {
        Range area = scale.areas()[i];
        drawn += box(bar_left, scale.top_of(i), bar_width, scale.bottom_of(i), "frame");
        drawn +=
            text_at(bar_left - 8, scale.top_of(i) + 10, fmt::format("{:x}", area.first()), "mono", "end");
        drawn += text_at(bar_left - 8, scale.bottom_of(i), fmt::format("{:x}", area.last()), "mono", "end");
        if (i + 1 < scale.areas().size())
            drawn += text_at(bar_left + bar_width / 2, scale.bottom_of(i) + break_height / 2 + 4,
                             words_for(scale.areas()[i + 1].first() - area.last() - 1) + " left out", "muted",
                             "middle");
    }
    for (const Cluster &cluster : clusters)
        for (const MemoryPiece &segment : cluster.segments)
            drawn += segment_at(segment, seen(segment.range, scale), bar_left, bar_width);
    return drawn;
}

double inset_height(const Cluster &cluster) {
    return std::max(label_height * static_cast<double>(cluster.segments.size()), least_inset);
}

std::string labels(const Cluster &cluster, const Scale &scale, const std::vector<Seen> &drawn_at) {
    std::vector<double> wanted;
    wanted.reserve(drawn_at.size());
    for (Seen place : drawn_at)
        wanted.push_back(place.middle());
    // Where the last would stand too low, all of them move up.
    double lowest = scale.bottom() - label_height / 2;
    for (std::size_t i = wanted.size(); i-- > 0;) {
        wanted[i] = std::min(wanted[i], lowest);
        lowest -= label_height;
    }
    std::vector<double> places = spread(wanted, label_height, scale.top() + label_height / 2);
    std::string drawn;
    for (std::size_t i = 0; i < places.size(); i++) {
        const MemoryPiece &segment = cluster.segments[i];
        double middle = drawn_at[i].middle();
        drawn += path(fmt::format("M{:.1f} {:.1f} L{:.1f} {:.1f} L{:.1f} {:.1f}", inset_right, middle,
                                  inset_right + 30, places[i], label_left - 4, places[i]),
                      "leader");
        drawn += text_at(label_left, places[i] - 1,
                         fmt::format("{}, {}", segment.name, words_for(segment.range.size())));
        drawn += text_at(label_left, places[i] + 13, to_string(segment.range), "mono muted");
    }
    return drawn;
}

std::string inset(const Report &report, const Cluster &cluster, const Scale &overall, double top) {
    Scale scale({cluster.view}, top, inset_height(cluster), 0);
    Seen from =
        seen(*Range::between(cluster.segments.front().range.first(), cluster.segments.back().range.last()),
             overall);
    std::string drawn =
        path(fmt::format("M{:.1f} {:.1f} L{:.1f} {:.1f} L{:.1f} {:.1f} L{:.1f} {:.1f} Z", bar_right, from.top,
                         inset_left, scale.top(), inset_left, scale.bottom(), bar_right, from.bottom),
             "zoom");
    drawn += background(report.map, scale, inset_left, inset_width);
    std::vector<Seen> places = seen_apart(cluster.segments, scale);
    for (std::size_t i = 0; i < places.size(); i++)
        drawn += segment_at(cluster.segments[i], places[i], inset_left, inset_width);
    drawn += box(inset_left, scale.top(), inset_width, scale.bottom(), "frame");
    drawn +=
        text_at(inset_left, scale.top() - 6,
                fmt::format("{}, {}", to_string(cluster.view), words_for(cluster.view.size())), "mono muted");
    return drawn + labels(cluster, scale, places);
}

std::string legend(double top) {
    struct Entry {
        std::string_view classes, words;
    };
    constexpr Entry entries[] = {{"segment kernel", "kernel"},
                                 {"segment initrd", "initrd"},
                                 {"segment purgatory", "purgatory"},
                                 {"segment other", "other segments"},
                                 {"free", "free"},
                                 {"reservation", "crash reservation"},
                                 {"taken", "taken"},
                                 {"reserved", "reserved"}};
    std::string drawn;
    double x = margin;
    for (const Entry &entry : entries) {
        drawn += box(x, top, 14, top + 14, entry.classes);
        drawn += text_at(x + 20, top + 12, entry.words);
        x += 46 + 7.4 * static_cast<double>(entry.words.size());
    }
    return drawn;
}

std::string heading(const Report &report, std::string_view what) {
    std::string_view kernel = report.files.empty() ? std::string_view() : report.files.front().path;
    kernel = kernel.substr(kernel.rfind('/') + 1);
    std::string drawn = text_at(margin, 34, what, "title");
    drawn += text_at(margin, 56, fmt::format("{}, type {}", printable(kernel), report.format), "muted");
    return drawn + text_at(margin, 74,
                           fmt::format("{} of RAM, {} free for another kernel", words_for(report.memory.ram),
                                       words_for(report.memory.free)),
                           "muted");
}

std::string drawing(const Report &report, const std::vector<Range> &areas,
                    const std::vector<Cluster> &clusters, double height) {
    if (areas.empty())
        return text_at(margin, title_height + 20, "this machine's map of memory is not known");
    Scale scale(areas, title_height + 20, height - 20, break_height);
    std::string drawn = overview(report, scale, clusters);
    double used = 0;
    for (const Cluster &cluster : clusters)
        used += inset_height(cluster);
    double gap = (scale.bottom() - scale.top() - used) / static_cast<double>(clusters.size() + 1);
    double top = scale.top() + gap;
    for (const Cluster &cluster : clusters) {
        drawn += inset(report, cluster, scale, top);
        top += inset_height(cluster) + gap;
    }
    if (clusters.empty())
        drawn += text_at(inset_left, title_height + 40, "the running kernel places everything itself");
    return drawn;
}

} // namespace

std::string report_svg(const Report &report) {
    std::vector<Range> areas = areas_with_ram(report.map);
    std::vector<Cluster> clusters = clusters_of(report.map);
    double height = 20 + gap_between;
    for (const Cluster &cluster : clusters)
        height += inset_height(cluster) + gap_between;
    height = std::max(height, least_height);
    double whole = title_height + height + legend_height;
    std::string what = fmt::format("kexec plan: a {} on {}",
                                   report.purpose == Purpose::crash ? "crash kernel" : "kernel for a reboot",
                                   report.machine);
    std::string text =
        fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
                    "width=\"{0:.0f}\" height=\"{1:.0f}\" role=\"img\">\n",
                    width, whole);
    text += fmt::format("<title>{}</title>\n<style>{}</style>\n{}", what, style, hatch);
    text += box(0, 0, width, whole, "paper") + heading(report, what);
    text += drawing(report, areas, clusters, height);
    return text + legend(title_height + height + 30) + "</svg>\n";
}

} // namespace kexec
