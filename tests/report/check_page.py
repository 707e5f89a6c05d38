"""check_page.py FOLDER, or --compared DOM FOLDER…: whether the numbers of a page, as the browser shows them, are those of the files."""

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
        self.tiles = {}
        self.values = set()
        self.used = False
        self._table = self._cell = self._label = None
        self._count = 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "body":
            self.used = attributes.get("data-used") == "to the end"
        if tag == "table":
            self._count += 1
            self._table = self.tables[attributes.get("id", self._count)] = []
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
        elif tag == "dl":
            self._label = None

    def handle_data(self, data):
        if self._cell:
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
    tiles = {"Test accuracy": "test_accuracy", "Test loss": "test_loss", "Validation accuracy": "val_accuracy",
             "Validation loss": "val_loss", "Best epoch": "best_epoch", "Epochs": "epochs", "Time": "seconds"}
    for label, key in tiles.items():
        expect(page.tiles.get(label), result.get(key), label)
    if epochs:
        columns = {"Train loss": "train_loss", "Train accuracy": "train_accuracy", "Validation loss": "val_loss",
                   "Validation accuracy": "val_accuracy", "Time": "seconds", "Samples/s": "samples_per_second"}
        headings = [cell[0] for cell in epoch_table(page)[0]]
        for heading, key in columns.items():
            place = headings.index(heading)
            expect([row[place][1][0] for row in epoch_table(page)[1:]], [epoch[key] for epoch in epochs], heading)
        for epoch in epochs:
            for ratio in epoch.get("update_ratios", []):
                expect(ratio in page.values, True, f"update ratio {ratio}")
    if "test_accuracy" in result:
        matrix = [[cell[1][0] for cell in row[1:]] for row in page.tables["confusion"][1:]]
        rows = sum(map(sum, matrix))
        expect(sum(matrix[c][c] for c in range(len(matrix))) / rows, result["test_accuracy"], "accuracy by the matrix")
        recalls = page.column("classes-table", "Recall")
        for c, row in enumerate(matrix):
            expect(recalls[str(c)], row[c] / sum(row), f"recall of class {c}")
            expect(page.column("classes-table", "Support")[str(c)], sum(row), f"support of class {c}")
    steps = [line for line in metrics if line["type"] == "step"]
    for extreme in (max, min):
        loss = extreme(step["loss"] for step in steps if step["loss"] is not None)
        expect(loss in page.values, True, f"the {extreme.__name__} batch loss {loss}")


def epoch_table(page):
    return next(table for table in page.tables.values() if table[0][0][0] == "Epoch" and len(table[0]) > 4)


def check_sweep(folder, page):
    trials = lines(folder / "trials.jsonl")
    head, *rows = page.tables["trials-table"]
    headings = [cell[0] for cell in head]
    seeds = json.loads((folder / "config.json").read_text())["seeds"]
    expect(len(rows), len(trials) / seeds, "rows of the table")
    expect(page.tiles.get("Trials"), len(trials), "number of trials")
    axes = [h for h in headings if h in ("lower", "upper") or h.endswith(".lr")]
    candidates = {}
    for trial in trials:
        key = tuple(shown_axis(a, trial["varied"].get(a)) for a in axes)
        candidates.setdefault(key, []).append(trial)
    place = headings.index("Best validation loss")
    for row in rows:
        own = candidates[tuple(row[headings.index(a)][0] for a in axes)]
        if all(trial["status"] == "completed" and "best" in trial for trial in own):
            mean = sum(trial["best"]["val_loss"] / len(own) for trial in own)
            expect(row[place][1], [mean], f"value of {row[0][0]}")
            best = min(own, key=lambda trial: trial["best"]["val_loss"])
            expect(row[headings.index("Final test accuracy")][1], [best["final"]["test_accuracy"]], f"test accuracy of {row[0][0]}")
        else:
            expect(row[place][1], [], f"value of {row[0][0]}")


def shown_axis(name, value):
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
