"""check_dialects.py PRINT_DATA [SEED]: tables in other dialects as Strata reads them, beside pandas.read_csv's answers.

Delimiters (said, or found), decimal commas with points between thousands, comments, missing values, a line sep=. Numbers
have so few digits that pandas' double, rounded to fp32, is the nearest fp32 number.
"""

import io
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": r"\s+"}
WORDS = ["-999", "N/A", "none", "-", "x y", "0", ""]
QUIET_NAN = 0x7FC00000


def number_text(rng, comma):
    if rng.random() < 0.3:
        text = str(rng.randint(-9999, 10**7))
    else:
        text = f"{rng.uniform(-3e6, 3e6):.{rng.randint(1, 3)}f}"
    if rng.random() < 0.1:
        text += rng.choice(["e3", "E-2"])
    if not comma:
        return text
    whole, point, fraction = text.partition(".")
    mantissa, exponent, power = whole.partition("e") if not point else (whole, "", "")
    if rng.random() < 0.5 and not exponent and "E" not in mantissa:
        mantissa = f"{int(mantissa):,}".replace(",", ".")
    return mantissa + exponent + power + ("," if point else "") + fraction


def quoted(rng, field, separator, comment):
    special = any(c in field for c in [separator, " ", '"', comment or "\n"]) or field == ""
    if special and (separator == " " or field != "") or rng.random() < 0.05:
        return '"' + field.replace('"', '""') + '"'
    return field


def random_table(rng):
    """The text, how it is written for Strata, and for pandas."""
    name = rng.choice(list(DELIMITERS))
    separator = " " if name == "space" else DELIMITERS[name]
    comma = rng.random() < 0.4
    comment = rng.choice([None, None, "#", "%", "!"])
    missing = rng.sample(WORDS, rng.randint(1, 4)) if rng.random() < 0.5 else []
    said = rng.random() < 0.5 or name == "comma" and comma
    # A row's numbers: some columns, none of them without any number.
    columns = rng.randint(2, 5)
    rows = [[f"c{i}" for i in range(columns)] + ["label"]]
    for row in range(rng.randint(2, 9)):
        fields = [number_text(rng, comma) for _ in range(columns)]
        if row > 0 and rng.random() < 0.3:
            fields[rng.randrange(columns)] = rng.choice(missing or ["NA", "nan"])
        rows.append(fields + [rng.choice(["ash", "elm tree", "oak"])])
    end = rng.choice(["\n", "\r\n"])
    lines = []
    for fields in rows:
        space = separator if separator != " " else rng.choice([" ", "  ", "\t", " \t "])
        line = space.join(quoted(rng, field, separator, comment) for field in fields)
        line = (rng.choice(["", "  "]) + line + rng.choice(["", " "])) if separator == " " else line
        if comment and rng.random() < 0.3:
            # Behind a quote pandas takes a comment only after a blank.
            line += (" " if line.endswith('"') else rng.choice(["", " "])) + comment + rng.choice(["", " a note", ' "a, b;'])
        if comment and rng.random() < 0.3:
            lines.append(comment + rng.choice(["", " left out", '"1,2']))
        lines.append(line)
    ours = {"header": "yes"}
    if said:
        ours["delimiter"] = name
    if comma:
        ours["decimal"] = "comma"
    if comment:
        ours["comment"] = comment
    if missing:
        ours["missing_values"] = missing
    text = end.join(lines) + rng.choice([end, ""])
    theirs = {"sep": DELIMITERS[name], "decimal": "," if comma else ".", "thousands": "." if comma else None,
              "comment": comment, "engine": "c" if len(DELIMITERS[name]) == 1 or name == "space" else "python",
              "skipinitialspace": True, "index_col": False, "dtype": {"label": str}}
    if missing:
        theirs |= {"na_values": {f"c{i}": missing for i in range(columns)}, "keep_default_na": False}
    excel = separator in ",;|\t" and rng.random() < 0.2
    return (f"sep={separator}{end}" if excel else "") + text, text, ours, theirs


def expected(text, theirs):
    """What Strata shall print, or None where pandas finds no numbers."""
    try:
        frame = pd.read_csv(io.StringIO(text), **theirs)
    except (pd.errors.ParserError, ValueError):
        return None
    frame.columns = frame.columns.str.strip()  # a blank before a comment
    labels = [label.strip() for label in frame["label"].astype(str)]
    numbers = frame.drop(columns="label")
    if not all(kind.kind in "if" for kind in numbers.dtypes):
        return None
    with np.errstate(all="ignore"):
        values = numbers.to_numpy(np.float64).astype(np.float32)
    if np.isnan(values).all(axis=0).any():
        return None
    words = values.view(np.uint32).copy()
    words[~np.isfinite(values)] = QUIET_NAN
    classes = sorted(set(labels))
    return {"rows": len(labels), "bits": "".join(f"{word:08x}" for word in words.reshape(-1)),
            "labels": [classes.index(label) for label in labels], "classes": classes}


def main():
    print_data = sys.argv[1]
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    counts, faults, questions = Counter(), [], []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(3000):
            text, plain, ours, theirs = random_table(rng)
            path = Path(folder) / f"{i}.csv"
            path.write_bytes(text.encode())
            Path(f"{path}.json").write_text(json.dumps(ours))
            questions.append((path, plain, ours, theirs))
        lines = "".join(f"dialect {path}\n" for path, *_ in questions)
        run = subprocess.run([print_data], input=lines, capture_output=True, text=True, check=True)
        for (path, plain, ours, theirs), line in zip(questions, run.stdout.splitlines(), strict=True):
            found, wanted = json.loads(line), expected(plain, theirs)
            found.pop("shape", None)
            if wanted is None:
                counts["no numbers to pandas" + ("" if "error" in found else ", and some to Strata")] += 1
            elif found == wanted:
                counts["equal"] += 1
            else:
                faults.append(f"{path.read_text()!r} {ours}: Strata {str(found)[:300]}, pandas {str(wanted)[:300]}")
    for what, count in sorted(counts.items()):
        print(f"{count:7} {what}")
    for fault in faults[:10]:
        print(fault, file=sys.stderr)
    print(f"check_dialects: {counts['equal']} tables are equal, {len(faults)} are not")
    return 1 if faults or counts["equal"] < 2000 else 0


if __name__ == "__main__":
    sys.exit(main())
