# SPDX-License-Identifier: GPL-2.0-or-later
"""The plot of CPU time against the size of the initrd, as SVG that follows the reader's light or dark screen."""
WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 120, 40, 48
# Told apart by people who do not see all colours, and by their dashes.
LINES = (("#d55e00", "none"), ("#0072b2", "6 3"))
STYLE = """svg { font: 13px sans-serif; color: #222 } .paper { fill: #fff }
.axis { stroke: currentColor; fill: none } .grid { stroke: currentColor; opacity: 0.15 } text { fill: currentColor }
@media (prefers-color-scheme: dark) { svg { color: #ddd } .paper { fill: #111 } }"""


def rounded_up(value):
    """The next of 1, 2, 2.5 and 5 times a power of ten."""
    step = 1.0
    while step * 10 <= value:
        step *= 10
    return next(step * factor for factor in (1, 2, 2.5, 5, 10) if step * factor >= value)


def drawing(series):
    """series: [(name, [(MiB, seconds), ...]), ...]."""
    most_x = max(x for _, points in series for x, _ in points)
    most_y = rounded_up(max(y for _, points in series for _, y in points) * 1000)

    def place(x, y):
        return LEFT + (WIDTH - LEFT - RIGHT) * x / most_x, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / most_y

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">', f"<style>{STYLE}</style>",
             "<title>CPU time of a load against the size of the initrd</title>", f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}"/>']
    for number in range(6):
        y = most_y * number / 5
        (left, height), (right, _) = place(0, y), place(most_x, y)
        parts.append(f'<path class="grid" d="M{left:.0f} {height:.0f}H{right:.0f}"/>'
                     f'<text x="{left - 8:.0f}" y="{height + 4:.0f}" text-anchor="end">{y:g}</text>')
    for x, _ in series[0][1]:
        parts.append(f'<text x="{place(x, 0)[0]:.0f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x}</text>')
    for (name, points), (colour, dashes) in zip(series, LINES):
        path = "L".join("{:.1f} {:.1f}".format(*place(x, y * 1000)) for x, y in points)
        end = place(points[-1][0], points[-1][1] * 1000)
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"/>'
                     f'<text x="{end[0] + 8:.0f}" y="{end[1] + 4:.0f}">{name}</text>')
    parts.append(f'<path class="axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">initrd, MiB</text>'
                 f'<text x="8" y="{TOP - 20}">ms of CPU time, least of several</text></svg>')
    return "\n".join(parts) + "\n"
