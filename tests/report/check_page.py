"""check_page.py FOLDER, or --compared DOM FOLDER…: whether the numbers of a page, as the browser shows them, are those of the files."""

import csv
import html.parser
import json
import pathlib
import sys

failures = []


def expect(found, expected, what):
    if found != expected:
        failures.append(f"{what}: the page has {found!r}, the files {expected!r}")


class Page(html.parser.HTMLParser):
    """The tables of a page: rows of cells; a cell is (text, numbers of its data elements)."""

    def __init__(self, text):
        super().__init__()
        self.tables = {}
        self.captions = {}  # by the table's name, of those that have one
        self.tiles = {}
        self.values = set()
        self.used = False
        self._table = self._name = self._cell = self._label = self._caption = None
        self._count = 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "body":
            self.used = attributes.get("data-used") == "to the end"
        if tag == "table":
            self._count += 1
            self._name = attributes.get("id", self._count)
            self._table = self.tables[self._name] = []
        elif tag == "caption":
            self._caption = ""
        elif tag == "tr":
            self._table.append([])
        elif tag in ("td", "th"):
            self._cell = ["", []]
            self._table[-1].append(self._cell)
        elif tag == "dt":
            self._label = ""
        elif tag == "data":
            number = float(attributes["value"])
            self.values.add(number)
            if self._cell:
                self._cell[1].append(number)
            if self._label:
                self.tiles.setdefault(self._label, number)

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._cell = None
        elif tag == "caption":
            self.captions[self._name] = self._caption
            self._caption = None
        elif tag == "dl":
            self._label = None

    def handle_data(self, data):
        if self._caption is not None:
            self._caption += data
        elif self._cell:
            self._cell[0] += data
        elif self._label == "":
            self._label = data

    def column(self, table, heading):
        """By the row's first cell, the number in the column of that heading; None where it has none."""
        head, *rows = self.tables[table]
        place = [cell[0] for cell in head].index(heading)
        return {row[0][0]: (row[place][1] or [None])[0] for row in rows}


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def check_run(folder, page):
    metrics = lines(folder / "metrics.jsonl")
    epochs = [line for line in metrics if line["type"] == "epoch"]
    result = metrics[-1]
    quick = next(key.removeprefix("train_") for key in result if key.startswith("train_") and key != "train_loss")
    name = quick.replace("_", " ")
    tiles = {f"Test {name}": f"test_{quick}", "Test loss": "test_loss", f"Validation {name}": f"val_{quick}",
             "Validation loss": "val_loss", "Best epoch": "best_epoch", "Epochs": "epochs", "Time": "seconds"}
    for label, key in tiles.items():
        expect(page.tiles.get(label), result.get(key), label)
    if epochs:
        columns = {"Train loss": "train_loss", f"Train {name}": f"train_{quick}", "Validation loss": "val_loss",
                   f"Validation {name}": f"val_{quick}", "Time": "seconds", "Samples/s": "samples_per_second"}
        headings = [cell[0] for cell in epoch_table(page)[0]]
        if len(epochs) > 400:  # the table has some of them
            kept = {row[0][1][0] for row in epoch_table(page)[1:]}
            expect({1, len(epochs), result["best_epoch"]} <= kept and len(kept) <= 402, True, "the epochs kept")
            epochs = [epoch for epoch in epochs if epoch["epoch"] in kept]
        for heading, key in columns.items():
            place = headings.index(heading)
            expect([row[place][1][0] for row in epoch_table(page)[1:]], [epoch[key] for epoch in epochs], heading)
        for epoch in epochs if len(epochs) < 400 else []:
            for ratio in epoch.get("update_ratios", []):
                expect(ratio in page.values, True, f"update ratio {ratio}")
    if "test_accuracy" in result:
        matrix = [[cell[1][0] for cell in row[1:]] for row in page.tables["confusion"][1:]]
        rows = sum(map(sum, matrix))
        expect(sum(matrix[c][c] for c in range(len(matrix))) / rows, result["test_accuracy"], "accuracy by the matrix")
        recalls = page.column("classes-table", "Recall")
        for c, row in enumerate(matrix):
            if str(c) not in recalls:
                break  # the classes have names
            expect(recalls[str(c)], row[c] / sum(row), f"recall of class {c}")
            expect(page.column("classes-table", "Support")[str(c)], sum(row), f"support of class {c}")
    if (folder / "evaluated.json").exists():
        evaluated = json.loads((folder / "evaluated.json").read_text())
        if "targets" in evaluated:
            check_targets(folder, page, evaluated)
        else:
            check_decisions(page, evaluated)
    steps = [line for line in metrics if line["type"] == "step"]
    for extreme in (max, min):
        loss = extreme(step["loss"] for step in steps if step["loss"] is not None)
        expect(loss in page.values, True, f"the {extreme.__name__} batch loss {loss}")


def captioned(page, caption, heading):
    """The rows of the values' table under a chart, without its heading: their numbers."""
    for one, table in page.tables.items():
        if page.captions.get(one) == caption and table[0][0][0] == heading:
            return [[cell[1][0] if cell[1] else None for cell in row] for row in table[1:]]
    return []


def check_targets(folder, page, evaluated):
    """Figures of each target; points or bins, errors and the worst rows of each."""
    headings = {"rmse": "rmse", "mae": "mae", "median_error": "Median error", "p95_error": "95 % within", "pinball": "Pinball",
                "below": "Rows below", "r2": "r2"}
    for key, heading in headings.items():
        if key in evaluated["targets"][0]:
            found = page.column("targets-table", heading)
            expect(found, {target["name"]: target[key] for target in evaluated["targets"]}, heading)
    data = json.loads((folder / "config.json").read_text())
    with open(data.get("test_data", data["data"])) as file:
        table = list(csv.DictReader(file))
    for index, target in enumerate(evaluated["targets"]):
        name = target["name"]
        dots = captioned(page, f"Predicted against actual: {name}", "Actual")
        bins = captioned(page, f"Predicted against actual: {name}", "Actual from")
        expect(bool(bins), evaluated["rows"] > 5000, f"whether the points of {name} are counted in bins")
        expect(sum(row[2] for row in bins) if bins else len(dots), evaluated["rows"], f"rows of {name}")
        expect(sum(row[2] for row in captioned(page, f"Errors: {name}", "Error from")), evaluated["rows"], f"errors of {name}")
        if dots:
            mean = sum(abs(predicted - actual) for actual, predicted in dots) / len(dots)
            expect(abs(mean - target["mae"]) <= 1e-9 * mean, True, f"mae of {name} by its points")
        check_worst(page.tables[f"worst-{index}-table"], table, target)


def check_worst(shown, table, target):
    head, *rows = shown
    name = target["name"]
    headings = [cell[0] for cell in head]
    errors = [abs(row[headings.index("Error")][1][0]) for row in rows]
    expect(errors, sorted(errors, reverse=True), f"the worst rows of {name} in order")
    expect(errors[0] >= target["p95_error"], True, f"the worst error of {name}")
    for row in rows:
        line = table[int(row[0][1][0])]
        expect(abs(row[1][1][0] - float(line[name.split("_q")[0]])) < 1e-5, True, f"the actual {name} of row {row[0][0]}")
        expect(abs(row[headings.index("a")][1][0] - float(line["a"])) < 1e-6, True, f"a feature of row {row[0][0]}")
        expect(row[headings.index("kind")][0], line["kind"], f"the category of row {row[0][0]}")


def area(points):
    """Under a curve of points (x, y)."""
    return sum((x2 - x1) * (y1 + y2) / 2 for (x1, y1), (x2, y2) in zip(points, points[1:]))


def check_decisions(page, evaluated):
    """Of two classes and of labels: figures of each, and the curves."""
    if "labels" in evaluated:
        for key in ("precision", "recall", "f1", "support", "predicted"):
            expect(page.column("labels-table", key.capitalize()), {one["name"]: one[key] for one in evaluated["labels"]}, key)
        for key in ("label_accuracy", "subset_accuracy", "macro_f1"):
            expect(evaluated[key] in page.values, True, key)
    roc = [row[1:3] for row in captioned(page, "ROC curve", "Threshold")]
    expect(len(roc) > 2, True, "points of the ROC curve")
    if "auc" in evaluated:  # one curve, of all scores
        expect(abs(area(roc) - evaluated["auc"]) < 1e-9, True, f"the area under the ROC curve, {evaluated['auc']}")
    precision = captioned(page, "Precision and recall", "Threshold")
    expect(all(0 <= value <= 1 for row in precision for value in row if value is not None), True, "precision and recall")


def epoch_table(page):
    return next(table for table in page.tables.values() if table[0][0][0] == "Epoch" and any(cell[0] == "Time" for cell in table[0]))


def check_sweep(folder, page):
    trials = lines(folder / "trials.jsonl")
    head, *rows = page.tables["trials-table"]
    headings = [cell[0] for cell in head]
    seeds = json.loads((folder / "config.json").read_text())["seeds"]
    expect(len(rows), len(trials) / seeds, "rows of the table")
    expect(page.tiles.get("Trials"), len(trials), "number of trials")
    axes = [h for h in headings if any(h in trial["varied"] for trial in trials)]
    candidates = {}
    for trial in trials:
        key = tuple(shown_axis(a, trial["varied"].get(a)) for a in axes)
        candidates.setdefault(key, []).append(trial)
    place = headings.index("Best validation loss")
    for row in rows:
        own = candidates[tuple(row[headings.index(a)][0] for a in axes)]
        done = [trial for trial in own if trial["status"] == "completed" and "best" in trial]
        if done:
            mean = sum(trial["best"]["val_loss"] / len(done) for trial in done)
            expect(row[place][1], [mean], f"value of {row[0][0]}")
            best = min(done, key=lambda trial: trial["best"]["val_loss"])
            expect(row[headings.index("Final test accuracy")][1], [best["final"]["test_accuracy"]], f"test accuracy of {row[0][0]}")
        else:
            expect(row[place][1], [], f"value of {row[0][0]}")


def shown_axis(name, value):
    if value is None:
        return "–"
    if not name.endswith(".lr"):
        return value
    text = f"{float(value):.3g}"
    small = abs(float(text)) < 0.001 or abs(float(text)) >= 1000
    if small:
        mantissa, exponent = f"{float(text):e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    return f"{float(text):g}"


def check_range(folder, page):
    found = json.loads((folder / "find_lr.json").read_text())
    if "map" in found:
        values = [v for row in found["map"]["values"] for v in row if v is not None]
    else:
        values = [v for group in found["groups"] for key in ("smoothed", "control", "rates") for v in group[key] if v is not None]
        values += [group["suggestion"] for group in found["groups"] if "suggestion" in group]
    for value in values:
        expect(value in page.values, True, f"the value {value}")


def check_compared(folders, page):
    for folder in folders:
        result = lines(folder / "metrics.jsonl")[-1]
        for heading, key in {"Test accuracy": "test_accuracy", "Validation loss": "val_loss", "Steps": "steps"}.items():
            expect(page.column("results-table", heading)[folder.name], result.get(key), f"{heading} of {folder.name}")
    configs = [json.loads((folder / "config.json").read_text()) for folder in folders]
    keys = {key for config in configs for key in config} - {"command"}
    differing = {key for key in keys if len({json.dumps(config.get(key)) for config in configs}) > 1}
    expect({row[0][0] for row in page.tables["differences-table"][1:]}, differing, "options that differ")


def main():
    if sys.argv[1] == "--compared":
        name = sys.argv[2]
        page = Page(pathlib.Path(name).read_text())
        check_compared([pathlib.Path(folder) for folder in sys.argv[3:]], page)
    else:
        name = sys.argv[1]
        folder = pathlib.Path(name)
        page = Page((folder / "dom.html").read_text())
        kind = json.loads((folder / "config.json").read_text()).get("kind", "run")
        {"run": check_run, "sweep": check_sweep, "find-lr": check_range}[kind](folder, page)
    expect(page.used, True, "whether the page was used to the end")
    for failure in failures[:20]:
        print(f"{name}: {failure}", file=sys.stderr)
    print(f"{name}: {len(page.values)} different numbers shown, {len(failures)} wrong")
    sys.exit(1 if failures else 0)


main()
