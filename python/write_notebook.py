"""Writes docs/exercise.ipynb: the cells of docs/exercise.py, which are divided by `# %%`, without outputs.

python write_notebook.py          writes the file anew
python write_notebook.py --check  exits 1 if it is not what the script gives
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Dict, List

SCRIPT = Path(__file__).parents[1] / "docs" / "exercise.py"
TARGET = SCRIPT.with_suffix(".ipynb")
TEXT = " [markdown]\n"


def cell(number: int, source: str) -> Dict[str, Any]:
    text = source.startswith(TEXT)
    if text:
        lines = [line[2:] for line in source[len(TEXT) :].strip().splitlines()]
    else:
        lines = source.strip().splitlines()
    joined = [f"{line}\n" for line in lines[:-1]] + lines[-1:]
    shared = {"id": f"cell-{number}", "metadata": {}, "source": joined}
    return {"cell_type": "markdown", **shared} if text else {"cell_type": "code", **shared, **NEVER_RUN}


NEVER_RUN: Dict[str, Any] = {"execution_count": None, "outputs": []}


def notebook(script: str) -> str:
    """The notebook's text."""
    cells = [cell(number, source) for number, source in enumerate(script.split("# %%")[1:])]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def main(words: List[str]) -> int:
    text = notebook(SCRIPT.read_text())
    if words == ["--check"]:
        return 0 if TARGET.read_text() == text else 1
    TARGET.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
