"""The comparison as Markdown, and its place in docs/."""

import chart
import figures
from task import ROOT, TASKS

PAGE = ROOT / "docs" / "performance" / "comparison.md"
CHART = ROOT / "docs" / "images" / "compare.svg"
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


def quiet_text(loads):
    """Of OtherPrograms' cpus(), what others had at most."""
    others, stolen = (max(load[who] for load in loads) for who in ("others", "stolen"))
    text = f"Other programs took {others:.2f} CPUs at most, the hypervisor {stolen:.2f}."
    if others + stolen > 0.1:
        text += " **The machine was not quiet: repeat this before relying on it.**"
    return text


def spread_text(result):
    spreads = [one["step"]["spread"] for batch in result["batches"].values() for one in batch["contestants"].values()]
    return (f"Spreads (quartile to quartile): {100 * min(spreads):.0f} to {100 * max(spreads):.0f} % of the median. "
            + quiet_text([batch["cpus_of_others"] for batch in result["batches"].values()]))


def threads_text(result):
    return f"{result['threads']} thread{'s' if result['threads'] > 1 else ''}"


def machine_text(result):
    cpu = result["cpu"]
    versions = ", ".join(f"{name} {version}" for name, version in result["versions"].items())
    return (f"{result['date']}, {threads_text(result)} of {result['cpus']} CPUs: "
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


def best_at(run, threads, name):
    """(threads, median seconds) where the contestant is fastest; None without a measurement."""
    if name not in run["contestants"]:
        return None
    others = {int(count): steps[name]["median"] for count, steps in run["other_threads"].items() if name in steps}
    return figures.best_threads({threads: run["contestants"][name]["step"]["median"], **others})


def best_cell(run, threads, name):
    """`median on threads (times Strata at its best)`"""
    best = best_at(run, threads, name)
    if best is None:
        return ""
    cell = f"{best[1] * 1e6:,.0f} on {best[0]}"
    strata = [best_at(run, threads, one)[1] for one in STRATA if one in run["contestants"]]
    return cell + (f" ({best[1] / min(strata):.2f})" if strata else "")


def ahead_text(result, titles):
    """Whom Strata does not beat, at equal threads or each at its best."""
    behind = []
    for batch, run in result["batches"].items():
        if not any(one in run["contestants"] for one in STRATA):
            return "Strata was not among them."
        ours = fastest_strata(run["contestants"])
        our_best = min(best_at(run, result["threads"], one)[1] for one in STRATA if one in run["contestants"])
        for name, one in run["contestants"].items():
            theirs = best_at(run, result["threads"], name)[1]
            if name not in STRATA and (one["step"]["median"] < ours or theirs < our_best):
                behind.append(f"{titles[name]} at batch {batch}")
    return "Strata is behind: " + "; ".join(behind) + "." if behind else "Strata is ahead in every row."


def wrong_text(result, titles):
    """Who was left out."""
    left = [f"{titles[name]} at batch {batch}: {why}" for batch, run in result["batches"].items()
            for name, why in run["wrong"].items()]
    return ["Left out: " + "; ".join(left) + "."] if left else []


def run_row(chosen, title, one):
    cells = [title, number(one.get("startup_seconds"), 2), number(one.get("memory_megabytes"), 0)]
    target = one.get("target")
    if target is None:
        return [*cells, "", "", ""]
    if target["train_seconds"] is None:
        return [*cells, "not in time", "", f"{chosen.shown(target['figures'][-1])} after {len(target['figures'])}"]
    return [*cells, number(target["train_seconds"], 2), number(target["wall_seconds"], 2), str(len(target["figures"]))]


def markdown(result, titles):
    chosen, threads, batches = TASKS[result["task"]], result["threads"], result["batches"]
    names = [name for name in titles if any(name in batch["contestants"] for batch in batches.values())]
    steps = table(["microseconds a step: best / median (times the faster Strata)"] + [f"batch {batch}" for batch in batches],
                  [[titles[name]] + [step_cell(batch["contestants"], name) for batch in batches.values()]
                   for name in names])
    parts = [machine_text(result), steps]
    if result["other_threads"]:
        parts.append(table(["median at the threads that suit best (times Strata's)"] + [f"batch {batch}" for batch in batches],
                           [[titles[name]] + [best_cell(run, threads, name) for run in batches.values()] for name in names]))
    parts += [*wrong_text(result, titles), ahead_text(result, titles), spread_text(result)]
    target_batch = str(chosen.target.batch)
    if target_batch in batches:
        runs = batches[target_batch]["contestants"]
        checked = "times 50 steps" if chosen.takes_all(chosen.target.batch) else "epochs"
        parts.append(table([f"batch {target_batch}", "start to first step, s", "peak memory, MB",
                            f"to {chosen.shown(chosen.target.value)}: training, s", "from process start, s", checked],
                           [run_row(chosen, titles[name], runs[name])
                            for name in names if name in runs and name != "plain"]))
    parts.append(unmeasured_text(result))
    return "\n\n".join(parts)


def replaced(page, title, text):
    """The page with the text as the section of that title; a new one comes last."""
    begin, end = f"## {title}\n", f"<!-- end of {title} -->\n"
    section = f"{begin}\n{text}\n\n{end}"
    if begin not in page:
        return f"{page}\n{section}"
    before, rest = page.split(begin)
    return before + section + rest.split(end)[1]


def section(name, result):
    """Its title in the page: task, threads and machine."""
    maker = result["cpu"]["name"].replace("(R)", "").replace(" Processor", "")
    article = "an" if maker[0] in "AEIO" else "a"
    return (f"{name}: {threads_text(result)} of {article} {maker} "
            f"(family {result['cpu']['family']}, model {result['cpu']['model']})")


def publish(name, result, text, into_docs):
    """Prints the text and, if asked for, writes it into the page."""
    print(text, flush=True)
    if into_docs:
        PAGE.write_text(replaced(PAGE.read_text(), section(name, result), text))


def write_chart(result, titles):
    CHART.parent.mkdir(exist_ok=True)
    CHART.write_text(chart.svg(result, titles))
