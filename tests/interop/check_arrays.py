"""check_arrays.py PRINT_DATA [SEED]: NPY files and tables as Strata reads them, beside numpy's and csv's answers.

Some thousands of files, sound, odd and damaged, are generated and read by both. Whatever Strata takes the other reader
must take with the same values, to the bit. Whatever only the other takes must be refused for a reason that REASONS has.
"""

import csv
import io
import json
import random
import re
import subprocess
import sys
import tempfile
import warnings
import zipfile
from collections import Counter
from fractions import Fraction
from pathlib import Path

import numpy as np

MOST_LABEL = 2**53

# What Strata refuses and the other reader takes, by what it says, and why.
REASONS = {
    "holds elements of type": "a type that numpy.save spells otherwise, or that no feature or label has",
    "is not as numpy.save writes it": "a header that numpy.save does not write, such as one with an escape or a comment",
    "bytes follow its header, which says": "bytes left over, which numpy.load does not look at",
    "expected labels": "features in place of labels",
    "expected features, of rank 2 or more": "labels in place of features",
    "holds text": "text in place of features",
    "a structured array": "records of named fields",
    "expected no dimension of 0": "an empty array",
    "holds a single value": "an array of rank 0",
    "expected a whole number below 2^53 in magnitude": "a number that is no label",
    "expected a text in UTF-8 that is not empty": "a text that is no label",
    "as a boolean; expected 0 or 1": "a byte that no boolean has, which numpy takes for True",
    "expected a finite number of fp32": "a value that fp32 does not have",
}


# ---- NPY files


def saved(array, version=None):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version)
    return stream.getvalue()


def random_values(rng, dtype, count):
    """Any bits, ordinary numbers, or labels."""
    kind = rng.choice(["bits", "small", "whole"])
    if dtype.kind == "b":
        return np.array([rng.random() < 0.5 for _ in range(count)], dtype)
    if kind == "bits":
        return np.frombuffer(rng.randbytes(count * dtype.itemsize), dtype)
    if kind == "small" and dtype.kind == "f":
        values = np.array([rng.gauss(0, 1) * 10.0 ** rng.randint(-50, 40) for _ in range(count)])
        with np.errstate(all="ignore"):
            return values.astype(dtype)
    return np.array([rng.randint(0, 100) for _ in range(count)]).astype(dtype)


def random_array(rng):
    type_text = rng.choice(["|b1", "|u1", "|i1", "<f4", "<f8", ">f4", ">f8"] * 4
                           + [o + t for o in "<>" for t in ("u2", "u4", "u8", "i2", "i4", "i8")]
                           + ["<f2", "<c8", "<U3", "|S4", "<M8[s]"])
    dtype = np.dtype(type_text)
    rank = rng.choice([0, 1, 1, 1, 2, 2, 2, 3, 4])
    shape = tuple(rng.choice([0, 1, 2, 3, 5, 7]) if rng.random() < 0.1 else rng.randint(1, 6) for _ in range(rank))
    count = int(np.prod(shape))
    values = random_values(rng, dtype, count) if dtype.kind in "biuf" else np.zeros(count, dtype)
    return values.astype(dtype).reshape(shape, order=rng.choice("CF"))


def sound_file(rng):
    array = random_array(rng)
    if rng.random() < 0.4:
        array = np.asfortranarray(array)
    return saved(array, rng.choice([None, (1, 0), (2, 0), (3, 0)]))


def file_of(dictionary, elements, version=1, padding=0, end="\n"):
    header = (dictionary + " " * padding + end).encode("utf-8")
    length = len(header).to_bytes(2 if version == 1 else 4, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length + header + elements


def odd_file(rng):
    """A header as numpy.save does not write it, but may read it."""
    descr = rng.choice(["'<f4'", "'>f4'", "'=f4'", "'|u1'", "'<u1'", "'f4'", "'float32'", "'d'", "'<i8'", "'|b1'", "'B'",
                        '"<f4"', "[('a', '<f4')]", "'<f4 '", "u'<f4'", "'\\x3cf4'", "'<f' '4'", "'|f4'", "None"])
    order = rng.choice(["False", "True", "False", "False", "0", "1", "None", "not True", "True "])
    shape = rng.choice(["(3, 2)", "(3,2)", "( 3 , 2 , )", "(3L, 2L)", "(3,)", "(3)", "[3, 2]", "(3, 2, 1)", "()", "(0, 2)",
                        "(-3, -2)", "(03, 2)", "(0x3, 2)", "(1_0, 2)", "(3, 2.0)", "(True, 2)", "(6, 1)", "(3, +2)",
                        "(99999999999999999999, 1)", "(1, 4611686018427387904)", "(3,, 2)", "(2, 3, )", "(3,\n2)"])
    entries = [f"'descr': {descr}", f"'fortran_order': {order}", f"'shape': {shape}"]
    if rng.random() < 0.3:
        rng.shuffle(entries)
    if rng.random() < 0.1:
        entries.append(rng.choice(["'more': 1", "'shape': (3, 2)", "'descr': '<f4'", ""]))
    if rng.random() < 0.05:
        entries.pop()
    space = rng.choice(["", " ", " ", "  ", "\n", "\t"])
    text = "{" + space + f",{space}".join(entries) + rng.choice(["", ",", ", "]) + space + "}"
    text = text.replace(": ", rng.choice([": ", ":", " : "]))
    text += rng.choice([""] * 8 + [" # numpy", ";", " x", "\0"])
    elements = np.arange(6, dtype=rng.choice(["<f4", "<f8", "|u1", "<i8"])).tobytes()
    return file_of(text, elements, rng.choice([1, 1, 2, 3]), rng.randint(0, 70), rng.choice(["\n", "\n", "", " ", "\n\n"]))


def damaged(rng, content):
    content = bytearray(content)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(content) + 1)
        what = rng.randrange(5)
        if what == 0:
            del content[at:]
        elif what == 1:
            content[at:at] = rng.randbytes(rng.randint(1, 9))
        elif what == 2:
            del content[at : at + rng.randint(1, 4)]
        elif at < len(content):
            content[at] = rng.randrange(256) if what == 3 else content[at] ^ 1 << rng.randrange(8)
        if not content:
            break
    return bytes(content)


def numpy_array(path):
    """What numpy.load gives, or None if it refuses; with room for headers longer than those that it trusts by itself."""
    with warnings.catch_warnings(action="ignore"), path.open("rb") as file:
        try:
            return np.lib.format.read_array(file, allow_pickle=False, max_header_size=1 << 20)
        except Exception:  # whatever it says: the file is refused
            return None


def bits(values):
    return "".join(f"{word:08x}" for word in np.ascontiguousarray(values, np.float32).view(np.uint32).reshape(-1))


def is_number(array):
    return array.dtype.kind in "biuf" and array.dtype.itemsize <= 8


def expected_features(array, filled):
    """What Strata shall print of the array, or None if it holds no features."""
    if array is None or not is_number(array) or array.ndim < 2 or array.size == 0:
        return None
    answer = {"shape": list(array.shape[1:]), "rows": array.shape[0]}
    if array.dtype == np.uint8:
        return answer | {"pixels": array.reshape(-1).tolist()}
    with np.errstate(all="ignore"):
        values = array.astype(np.float32)
    if not np.isfinite(values).all() and not filled:
        return None
    values[~np.isfinite(values)] = np.frombuffer(bytes.fromhex("0000c07f"), np.float32)[0]
    return answer | {"bits": bits(values)}


def one_hot(array):
    """The column of each row's single 1 among zeros, or None."""
    ones = array == 1
    if (ones | (array == 0)).all() and (ones.sum(axis=1) == 1).all():
        return {"labels": ones.argmax(axis=1).tolist()}
    return None


def expected_labels(array):
    if array is None or not is_number(array) or array.size == 0 or array.ndim not in (1, 2):
        return None
    if array.ndim == 2 and array.shape[1] > 1:
        return one_hot(array)
    labels = array.reshape(-1).tolist()
    whole = all(label == label and abs(label) < MOST_LABEL and label == int(label) for label in labels)
    return {"labels": [int(label) for label in labels]} if whole else None


# ---- tables


def number_text(rng):
    choice = rng.randrange(8)
    if choice == 0:
        return repr(rng.gauss(0, 1) * 10.0 ** rng.randint(-50, 40))
    if choice == 1:
        return f"{rng.gauss(0, 100):.{rng.randint(0, 25)}f}"
    if choice == 2:  # halfway between two fp32 numbers, or a digit away from it
        low = np.float32(rng.gauss(0, 1))
        middle = (Fraction(float(low)) + Fraction(float(np.nextafter(low, np.float32(9))))) / 2
        return decimal_text(middle) + rng.choice(["", "0", "1", "000000000001"])
    if choice == 3:
        return str(rng.randint(-(10**12), 10**12))
    if choice == 4:
        return f"{rng.choice(['', '+', '-'])}.{rng.randint(0, 999)}e{rng.randint(-48, 40)}"
    if choice == 5:
        return f"{rng.randint(0, 99)}."
    return str(rng.randint(0, 9))


def decimal_text(value):
    """A fraction whose denominator is a power of two, in full."""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    scaled = abs(value * 10**digits).numerator
    text = str(scaled).rjust(digits + 1, "0")
    return ("-" if value < 0 else "") + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def table_text(rng):
    columns = rng.randint(1, 5)
    delimiter = rng.choice(",,;\t")
    label_at = rng.randint(0, columns)
    names = [f"c{i}" for i in range(columns)]
    names.insert(label_at, "label")
    rows = [names]
    for _ in range(rng.randint(1, 8)):
        row = [number_text(rng) for _ in range(columns)]
        if rng.random() < 0.1:
            row[rng.randrange(columns)] = rng.choice(["", "NA", "nan", "?", "null", "inf", "-Infinity", "1e999"])
        row.insert(label_at, rng.choice(["a", "b", "a b", 'say "c"', "d;e", "f,g", "h\ni", "0", "1"]))
        rows.append(row)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=rng.choice(["\n", "\r\n"]),
                        quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer.writerows(rows)
    return text.getvalue().encode()


def nearest_fp32(text):
    """The fp32 number nearest to the decimal, ties to even, by exact arithmetic; what is beyond fp32 is infinite."""
    with np.errstate(all="ignore"):
        guess = np.float32(float(text))
    if not np.isfinite(guess) and abs(float(text)) > 3.5e38:
        return guess
    exact = Fraction(text.strip().rstrip("."))
    largest = Fraction(float(np.finfo(np.float32).max))
    if abs(exact) >= largest + Fraction(2) ** 103:
        return np.float32(np.copysign(np.inf, float(text)))
    if not np.isfinite(guess):
        guess = np.float32(np.copysign(np.finfo(np.float32).max, float(text)))
    around = [guess, np.nextafter(guess, np.float32(-np.inf)), np.nextafter(guess, np.float32(np.inf))]
    finite = [x for x in around if np.isfinite(x)]
    best = min(finite, key=lambda x: (abs(Fraction(float(x)) - exact), int(x.view(np.uint32)) & 1))
    return np.float32(np.copysign(best, float(text)))


NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def field_value(text):
    """A number, NaN for one that is missing or not finite, or None."""
    text = text.strip(" ")
    if text.lower() in ("", "?", "na", "nan", "null", "inf", "-inf", "+inf", "infinity", "-infinity", "+infinity"):
        return np.float32(np.nan)
    return nearest_fp32(text) if NUMBER.fullmatch(text) else None


def expected_table(content, filled):
    """What Strata shall print of a sound table, as Python's csv and exact arithmetic read it."""
    text = content.decode()
    first = text.splitlines()[0]
    delimiter = "\t" if "\t" in first else ";" if ";" in first else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    at = rows[0].index("label")
    labels = [row[at] for row in rows[1:]]
    classes = sorted(set(labels), key=lambda name: float(name) if set(labels) <= {"0", "1"} else name.encode())
    values = np.array([[field_value(field) for i, field in enumerate(row) if i != at] for row in rows[1:]], np.float32)
    if not np.isfinite(values).all() and not filled:
        return None
    if np.isnan(values).all(axis=0).any():
        return None  # a column without a value has no mean to fill it
    values[~np.isfinite(values)] = np.frombuffer(bytes.fromhex("0000c07f"), np.float32)[0]
    return {"shape": [], "rows": len(labels), "bits": bits(values), "labels": [classes.index(label) for label in labels],
            "classes": classes}


def genfromtxt_agrees(content, answer, counts):
    """numpy.genfromtxt reads numbers in float64, as Python does; rounded to fp32 they are Strata's, unless they are
    rounded twice on the way. Only for tables that it can read: no quotes."""
    text = content.decode()
    if '"' in text or answer is None:
        return True
    delimiter = "\t" if "\t" in text else ";" if ";" in text.splitlines()[0] else ","
    rows = text.splitlines()
    at = rows[0].split(delimiter).index("label")
    columns = [i for i in range(len(rows[0].split(delimiter))) if i != at]
    with np.errstate(all="ignore"):
        doubles = np.genfromtxt(io.StringIO(text), delimiter=delimiter, skip_header=1, usecols=columns, ndmin=2,
                                missing_values="NA,?,null", dtype=np.float64)
        found = doubles.astype(np.float32).reshape(-1)
    fields = [row.split(delimiter)[i] for row in rows[1:] for i in columns]
    for number, double, field in zip(found, doubles.reshape(-1), fields):
        exact = field_value(field)
        if np.isfinite(exact) and number.view(np.uint32) != exact.view(np.uint32):
            if double != float(field):  # genfromtxt itself would be at fault
                return False
            counts["numbers that numpy rounds twice"] += 1
        else:
            counts["numbers equal to numpy's"] += 1
    return True


# ---- comparison


def answers(print_data, questions):
    lines = "".join(f"{kind} {path}\n" for kind, path in questions)
    run = subprocess.run([print_data], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def explained(message):
    return next((why for says, why in REASONS.items() if says in message), None)


def compare(what, path, found, expected, reference_takes, counts, faults):
    """`expected` is what Strata shall print, None for an error."""
    refused = "error" in found
    if not refused and found != expected:
        faults.append(f"{what} {path}: Strata reads {str(found)[:200]}, expected {str(expected)[:200]}")
    elif not refused:
        counts[f"{what}: equal"] += 1
    elif not reference_takes:
        counts[f"{what}: refused by both"] += 1
    elif explained(found["error"]) is None:
        faults.append(f"{what} {path}: only Strata refuses it: {found['error']}")
    else:
        counts[f"{what}: refused by Strata alone: {explained(found['error'])}"] += 1


def check_npy(print_data, folder, rng, counts, faults):
    questions, sound = [], []
    for i in range(6000):
        kind = i % 3
        content = odd_file(rng) if kind == 1 else sound_file(rng)
        content = damaged(rng, content) if kind == 2 else content
        path = folder / f"{i}.npy"
        path.write_bytes(content)
        for question in ("features", "filled", "labels"):
            questions.append((question, path))
            sound.append(kind == 0)
    for (question, path), found, is_sound in zip(questions, answers(print_data, questions), sound):
        array = numpy_array(path)
        expected = expected_labels(array) if question == "labels" else expected_features(array, question == "filled")
        if is_sound and expected is not None and "error" in found:
            faults.append(f"{question} {path}: numpy.save wrote it, and Strata says {found['error']}")
        compare(f"NPY {question}", path, found, expected, array is not None, counts, faults)


def npz_content(rng, arrays):
    stream = io.BytesIO()
    rng.choice([np.savez, np.savez_compressed])(stream, **arrays)
    return stream.getvalue()


def numpy_npz(path):
    """Each array of the file as numpy.save writes it, or None if numpy refuses one."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy"): archive.read(name).hex() for name in archive.namelist()}
    except Exception:  # whatever it says
        return None


def check_npz(print_data, folder, rng, counts, faults):
    questions = []
    for i in range(600):
        arrays = {name: random_array(rng) for name in rng.sample(["X", "y", "X_train", "y_train", "é", "a.npy"], 3)}
        content = npz_content(rng, arrays)
        path = folder / f"{i}.npz"
        path.write_bytes(damaged(rng, content) if i % 2 else content)
        questions.append(("npz", path))
    for (_, path), found in zip(questions, answers(print_data, questions)):
        expected = numpy_npz(path)
        if "error" not in found and expected is not None and found != expected:
            faults.append(f"NPZ {path}: Strata reads {str(found)[:200]}, zipfile {str(expected)[:200]}")
        elif "error" in found and expected is not None and int(path.stem) % 2 == 0:
            faults.append(f"NPZ {path}: numpy wrote it, and Strata says {found['error']}")
        elif "error" not in found and expected is None:
            counts["NPZ: damaged where Strata does not look"] += 1
        else:
            counts["NPZ: " + ("equal" if "error" not in found else "refused, damaged")] += 1


def check_tables(print_data, folder, rng, counts, faults):
    questions = []
    for i in range(3000):
        path = folder / f"{i}.csv"
        path.write_bytes(table_text(rng))
        questions += [("table", path), ("filled_table", path)]
    for (question, path), found in zip(questions, answers(print_data, questions)):
        content = path.read_bytes()
        expected = expected_table(content, question == "filled_table")
        found.pop("shape", None)
        if expected is not None:
            expected.pop("shape")
            if "error" in found:
                faults.append(f"{question} {path}: it is sound, and Strata says {found['error']}")
        compare(f"CSV {question}", path, found, expected, expected is not None, counts, faults)
        if not genfromtxt_agrees(content, expected, counts):
            faults.append(f"{question} {path}: numpy.genfromtxt reads other numbers")


def main():
    print_data = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    counts, faults = Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        check_npy(print_data, Path(folder), random.Random(seed), counts, faults)
        check_tables(print_data, Path(folder), random.Random(seed + 1), counts, faults)
        check_npz(print_data, Path(folder), random.Random(seed + 2), counts, faults)
    for what, count in sorted(counts.items()):
        print(f"{count:7} {what}")
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    print(f"check_arrays: {sum(counts.values())} answers agree, {len(faults)} do not")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
