"""check_images.py PRINT_DATA [SEED]: PNG files of every type as Strata makes them alike, beside Pillow's answers.

16 bits to 8 and alpha over white are equal, and so is grey; scaled images differ by 1 of 255 at most.
"""

import io
import json
import random
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
COLOUR_TYPE = 25  # its place in a file
DEPTHS = {GREY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GREY_ALPHA: (8, 16), RGB_ALPHA: (8, 16)}
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(rng):
    kind = rng.choice(list(DEPTHS))
    depth = rng.choice(DEPTHS[kind])
    width, height = rng.randint(1, 40), rng.randint(1, 40)
    row = (width * CHANNELS[kind] * depth + 7) // 8
    raw = b"".join(b"\0" + rng.randbytes(row) for _ in range(height))
    extra = b""
    if kind == PALETTE:
        extra = chunk(b"PLTE", rng.randbytes(3 * 2**depth))
        if rng.random() < 0.5:
            extra += chunk(b"tRNS", rng.randbytes(2**depth))
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def flattened(content):
    """As grey or RGB of 8 bits, by Pillow; 16 bits of grey it keeps."""
    image = Image.open(io.BytesIO(content))
    if image.mode.startswith("I"):
        return Image.fromarray((np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8))
    if image.mode == "1":
        return image.convert("L")
    if image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode == "RGBA" and content[COLOUR_TYPE] == GREY_ALPHA:  # of 16 bits, in Pillow
        image = Image.merge("LA", (image.getchannel("R"), image.getchannel("A")))
    if image.mode in ("LA", "RGBA"):
        opaque = Image.new(image.mode[:-1], image.size, "white")
        opaque.paste(image.convert(image.mode[:-1]), mask=image.getchannel("A"))
        return opaque
    return image


def expected(content, form):
    image = flattened(content)
    if form.get("gray"):
        image = image.convert("L")
    if "resize" in form:
        image = image.resize(tuple(map(int, form["resize"].split("x"))), Image.Resampling.BILINEAR)
    return np.asarray(image).reshape(image.height, image.width, -1)


def main():
    print_data = sys.argv[1]
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    counts, faults, questions = Counter(), [], []
    with tempfile.TemporaryDirectory() as folder:
        for i in range(3000):
            form = {"images": "convert"}
            if rng.random() < 0.3:
                form["gray"] = True
            if rng.random() < 0.6:
                form["resize"] = f"{rng.randint(1, 60)}x{rng.randint(1, 60)}"
            content = png(rng)
            path = Path(folder) / f"{i}.png"
            path.write_bytes(content)
            Path(f"{path}.json").write_text(json.dumps(form))
            questions.append((path, content, form))
        lines = "".join(f"image {path}\n" for path, *_ in questions)
        run = subprocess.run([print_data], input=lines, capture_output=True, text=True, check=True)
        for (path, content, form), line in zip(questions, run.stdout.splitlines(), strict=True):
            found, wanted = json.loads(line), expected(content, form)
            what = "scaled" if "resize" in form else "of their size"
            if found.get("shape") != list(wanted.shape):
                faults.append(f"{path.name} {form}: Strata {str(found)[:200]}, Pillow {wanted.shape}")
                continue
            apart = np.abs(np.array(found["pixels"]) - wanted.reshape(-1).astype(int)).max()
            counts[f"{what}, {'equal' if apart == 0 else f'at most {apart} apart'}"] += 1
            if apart > (1 if "resize" in form else 0):
                faults.append(f"{path.name} {form}: {apart} apart")
    for what, count in sorted(counts.items()):
        print(f"{count:7} {what}")
    for fault in faults[:10]:
        print(fault, file=sys.stderr)
    print(f"check_images: {len(faults)} of {len(questions)} are faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
