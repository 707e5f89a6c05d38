"""The comparison as Markdown, and its place in docs/."""

import chart
import task

PAGE = task.ROOT / "docs" / "performance.md"
CHART = task.ROOT / "docs" / "images" / "compare.svg"
STRATA = ["strata-panels", "strata-onednn"]


def table(head, rows):
    lines = ["| " + " | ".join(cells) + " |" for cells in [head, ["---"] + ["---:"] * (len(head) - 1), *rows]]
    return "\n".join(lines)


def fastest_strata(contestants):
    return min(contestants[name]["step"]["median"] for name in STRATA if name in contestants)


def step_cell(contestants, name):
    """`best / median (times Strata)`"""
    if name not in contestants:
        return ""
    step = contestants[name]["step"]
    cell = f"{step['best'] * 1e6:,.0f} / {step['median'] * 1e6:,.0f}"
    if any(one in contestants for one in STRATA):
        cell += f" ({step['median'] / fastest_strata(contestants):.2f})"
    return cell


def spread_text(result):
    spreads = [one["step"]["spread"] for batch in result["batches"].values() for one in batch["contestants"].values()]
    others = [batch["cpus_of_others"]["others"] for batch in result["batches"].values()]
    stolen = [batch["cpus_of_others"]["stolen"] for batch in result["batches"].values()]
    text = (f"Spreads (quartile to quartile): {100 * min(spreads):.0f} to {100 * max(spreads):.0f} % of the median. "
            f"Other programs took {max(others):.2f} CPUs at most, the hypervisor {max(stolen):.2f}.")
    if max(others) + max(stolen) > 0.1:
        text += " **The machine was not quiet: repeat this before relying on it.**"
    return text


def machine_text(result):
    cpu = result["cpu"]
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    return (f"{result['date']}, {result['threads']} thread{'s' if result['threads'] > 1 else ''} of {result['cpus']} CPUs: "
            f"{cpu['name']} (family {cpu['family']}, model {cpu['model']}; {', '.join(cpu['instruction_sets'])}), "
            f"{result['system']}. {', '.join(result['strata'][:2])}; Python {result['python']}, {versions}.")


def unmeasured_text(result):
    sets = result["cpu"]["instruction_sets"]
    missing = ["a CPU with AVX2 only" if "AVX-512" in sets else "a CPU with AVX-512", "arm64"]
    missing.append("bf16, in Strata and in the frameworks alike" if "AVX512_BF16" in sets else "bf16, which this CPU lacks")
    if result["cpus"] <= 2:
        missing.append("more than two cores")
    return f"Not measured: {'; '.join(missing)}."


def number(value, digits):
    return "" if value is None else f"{value:,.{digits}f}"


def run_row(title, one):
    cells = [title, number(one.get("startup_seconds"), 2), number(one.get("memory_megabytes"), 0)]
    target = one.get("target")
    if target is None:
        return [*cells, "", "", ""]
    if target["train_seconds"] is None:
        return [*cells, "not in time", "", f"{100 * target['last_accuracy']:.1f} % after {target['epochs']}"]
    return [*cells, number(target["train_seconds"], 2), number(target["wall_seconds"], 2), str(target["epochs"])]


def markdown(result, titles):
    batches = result["batches"]
    names = [name for name in titles if any(name in batch["contestants"] for batch in batches.values())]
    steps = table(["microseconds a step: best / median (times the faster Strata)"] + [f"batch {batch}" for batch in batches],
                  [[titles[name]] + [step_cell(batch["contestants"], name) for batch in batches.values()]
                   for name in names])
    parts = [machine_text(result), steps, spread_text(result)]
    if "32" in batches:
        runs = batches["32"]["contestants"]
        parts.append(table(["batch 32", "start to first step, s", "peak memory, MB", "to 87.5 %: training, s",
                            "from process start, s", "epochs"],
                           [run_row(titles[name], runs[name]) for name in names if name in runs and name != "plain"]))
    parts.append(unmeasured_text(result))
    return "\n\n".join(parts)


def replaced(page, name, text):
    """The page with the text between the name's markers."""
    begin, end = f"<!-- {name}: written by bench/compare -->\n", f"<!-- end of {name} -->"
    if page.count(begin) != 1 or page.count(end) != 1:
        raise SystemExit(f"{PAGE} needs the lines '{begin.strip()}' and '{end}' once each")
    before, rest = page.split(begin)
    return before + begin + "\n" + text + "\n\n" + end + rest.split(end)[1]


def write_docs(result, titles):
    """Table, and for two threads the chart."""
    threads = result["threads"]
    text = markdown(result, titles)
    if threads == 2:
        CHART.parent.mkdir(exist_ok=True)
        CHART.write_text(chart.svg(result, titles))
        text = "![Median time of a step](images/compare.svg)\n\n" + text
    PAGE.write_text(replaced(PAGE.read_text(), f"comparison on {threads} thread{'s' if threads > 1 else ''}", text))
