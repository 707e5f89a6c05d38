"""Small data sets for the bench of diagnoses, and the faults that lie in data.

A data set is Rows: lists of features (bytes of images, numbers of tables) with a label each, training and test rows. No package
is needed: tables are CSV files, images and numbers in fp32 are NPY files."""
import gzip
import json
import pathlib
import random
import struct


class Rows:
    """Features and labels of a training and a test part; `kind` is pixels or numbers."""

    def __init__(self, kind, train, test):
        self.kind = kind
        self.train = train
        self.test = test

    def copy(self):
        return Rows(self.kind, list(self.train), list(self.test))


def read_idx(path, header):
    with gzip.open(path) as file:
        return file.read()[header:]


def fashion(folder, seed):
    """6,000 training and 1,000 test images of Fashion-MNIST, drawn by the seed."""
    rng = random.Random(seed)
    parts = []
    for name, count, most in (("train", 6000, 60000), ("t10k", 1000, 10000)):
        pixels = read_idx(pathlib.Path(folder) / f"{name}-images-idx3-ubyte.gz", 16)
        labels = read_idx(pathlib.Path(folder) / f"{name}-labels-idx1-ubyte.gz", 8)
        parts.append([(pixels[784 * i:784 * i + 784], labels[i]) for i in rng.sample(range(most), count)])
    return Rows("pixels", *parts)


def blobs(seed):
    """Six overlapping clouds in twelve dimensions, in units that differ by a factor of thousands."""
    rng = random.Random(seed)
    centres = [[rng.gauss(0, 1) for _ in range(12)] for _ in range(6)]
    units = [10 ** (f % 4) for f in range(12)]

    def row():
        label = rng.randrange(6)
        return [units[f] * (centres[label][f] + rng.gauss(0, 0.9)) for f in range(12)], label

    return Rows("numbers", [row() for _ in range(3000)], [row() for _ in range(1000)])


def rings(seed):
    """Four classes by the distance from the origin of the first two of four features, with noise."""
    rng = random.Random(seed)
    units = [1, 400, 3000, 20]

    def row():
        x = [rng.gauss(0, 1) for _ in range(4)]
        radius = sum(v * v for v in x[:2]) ** 0.5 + rng.gauss(0, 0.05)
        label = sum(radius > edge for edge in (0.76, 1.18, 1.67))
        return [u * v for u, v in zip(units, x)], label

    return Rows("numbers", [row() for _ in range(5000)], [row() for _ in range(1000)])


def prices(seed):
    """A number to predict from eight features, with noise: the label is the number."""
    rng = random.Random(seed)

    def row():
        x = [rng.uniform(0, 1) for _ in range(8)]
        price = 100 * x[0] + 60 * x[1] * x[2] - 40 * (x[3] - 0.5) ** 2 + 20 * x[4] + rng.gauss(0, 6)
        return [1000 * v if f % 2 else v for f, v in enumerate(x)], round(price, 3)

    return Rows("numbers", [row() for _ in range(2500)], [row() for _ in range(800)])


def npy(descr, shape, body):
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + body


def write_arrays(folder, rows, as_float=False):
    """NPY files as strata takes them; numbers in fp32."""
    folder.mkdir(parents=True)
    for name, part in (("train", rows.train), ("test", rows.test)):
        width = len(part[0][0])
        if rows.kind == "pixels" and not as_float:
            features = npy("|u1", (len(part), width), b"".join(bytes(x) for x, _ in part))
        else:
            features = npy("<f4", (len(part), width), b"".join(struct.pack(f"<{width}f", *x) for x, _ in part))
        (folder / f"X_{name}.npy").write_bytes(features)
        (folder / f"y_{name}.npy").write_bytes(npy("<i4", (len(part),), struct.pack(f"<{len(part)}i", *(y for _, y in part))))
    return ["--data", str(folder)]


def write_table(path, part):
    width = len(part[0][0])
    lines = [",".join([f"f{i}" for i in range(width)] + ["label"])]
    lines += [",".join([f"{v:.6g}" for v in x] + [str(y)]) for x, y in part]
    path.write_text("\n".join(lines) + "\n")


def write(folder, rows, numbers=False):
    """Options that name the data as they are kept."""
    if rows.kind == "pixels":
        return write_arrays(folder, rows)
    folder.mkdir(parents=True)
    write_table(folder / "train.csv", rows.train)
    write_table(folder / "test.csv", rows.test)
    role = "--target-columns" if numbers else "--label-column"
    return ["--data", str(folder / "train.csv"), "--test-data", str(folder / "test.csv"), role, "label"]


def write_weights(path, sizes, rng, dead_layer):
    """A network for relu (He's normal weights), two fifths of one layer's units of which are below 0 whatever comes."""
    tensors, header, at = [], {}, 0
    for layer, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        weights = [rng.gauss(0, (2 / inputs) ** 0.5) for _ in range(inputs * outputs)]
        biases = [-1000.0 if layer == dead_layer and i < 0.4 * outputs else 0.0 for i in range(outputs)]
        for name, values, shape in (("weight", weights, [outputs, inputs]), ("bias", biases, [outputs])):
            tensors.append(struct.pack(f"<{len(values)}f", *values))
            header[f"layers.{layer}.{name}"] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + 4 * len(values)]}
            at += 4 * len(values)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(tensors))


# ---- faults of data: each returns other rows ----

def shuffled_labels(rows, rng):
    labels = [y for _, y in rows.train]
    rng.shuffle(labels)
    return Rows(rows.kind, [(x, y) for (x, _), y in zip(rows.train, labels)], rows.test)


def mixed_pair(rows, rng):
    """Labels of two classes are drawn anew between the two."""
    classes = sorted({y for _, y in rows.train})
    pair = rng.sample(classes, 2)
    mix = lambda part: [(x, rng.choice(pair) if y in pair else y) for x, y in part]
    return Rows(rows.kind, mix(rows.train), mix(rows.test))


def rare_class(rows, rng):
    """Of a class all but 12 training rows go, and what is left has the features of others: noise hides it."""
    classes = sorted({y for _, y in rows.train})
    rare, like = rng.sample(classes, 2)
    kept = [row for row in rows.train if row[1] != rare]
    few = [(x, rare) for x, y in rows.train if y == like][:12]
    test = [(x, rare if y == like and i % 3 == 0 else y) for i, (x, y) in enumerate(rows.test) if y != rare]
    train = kept + few
    rng.shuffle(train)
    return Rows(rows.kind, train, test)


def last_class(rows, rng):
    """The rows of one class come last in the file, fewer than a validation part at its tail has."""
    last = rng.choice(sorted({y for _, y in rows.train}))
    front = [row for row in rows.train if row[1] != last]
    return Rows(rows.kind, front + [row for row in rows.train if row[1] == last][:200], rows.test)


def repeated_rows(rows, rng):
    """A third of the rows stands in the file twice."""
    train = rows.train + rng.sample(rows.train, len(rows.train) // 3)
    rng.shuffle(train)
    return Rows(rows.kind, train, rows.test)


def far_from_zero(rows, rng):
    """All features have a large number added, and are held in fp32."""
    far = rng.uniform(1e8, 5e8)
    move = lambda part: [([v + far for v in x], y) for x, y in part]
    return Rows("numbers", move(rows.train), move(rows.test))
