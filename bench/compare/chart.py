"""The medians as bars: a panel for each batch size, every contestant's step as a multiple of the faster Strata's."""

import html

BAR, GAP, LABEL, PLOT, VALUE, TOP = 14, 6, 250, 300, 150, 34
COLOURS = {"strata": "#1f6f8b", "plain": "#8a8a8a", "other": "#c98b3b"}


def colour(name):
    return COLOURS["strata" if name.startswith("strata") else "plain" if name == "plain" else "other"]


def text(x, y, content, anchor="start", weight="normal"):
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-weight="{weight}">{html.escape(content)}</text>'


def panel(top, batch, contestants, titles):
    medians = {name: contestants[name]["step"]["median"] * 1e6 for name in titles if name in contestants}
    strata = min(value for name, value in medians.items() if name.startswith("strata"))
    longest = max(medians.values())
    parts = [text(0, top - 10, f"batch {batch}", weight="bold")]
    for row, (name, value) in enumerate(sorted(medians.items(), key=lambda item: item[1])):
        y = top + row * (BAR + GAP)
        width = PLOT * value / longest
        parts.append(text(LABEL - 8, y + BAR - 3, titles[name], "end"))
        parts.append(f'<rect x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour(name)}"/>')
        parts.append(text(f"{LABEL + width + 6:.1f}", y + BAR - 3, f"{value:,.0f} µs, {value / strata:.2f}x"))
    return "\n".join(parts), top + len(medians) * (BAR + GAP)


def svg(result, titles):
    bottom, panels = 20, []
    for batch, run in result["batches"].items():
        drawn, bottom = panel(bottom + TOP, batch, run["contestants"], titles)
        panels.append(drawn)
    bottom += 30
    caption = (f"Median time of a training step, {result['threads']} threads, {result['date']}; "
               "x: to the faster of Strata's engines")
    width = LABEL + PLOT + VALUE
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom}" width="{width}" height="{bottom}" '
            'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n'
            + text(0, 18, caption) + "\n" + "\n".join(panels) + "\n</svg>\n")
