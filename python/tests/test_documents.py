"""The exercise as a script and as a notebook, and the examples in the documents, as they stand."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_notebook_is_the_script():
    spec = importlib.util.spec_from_file_location("write_notebook", ROOT / "python" / "write_notebook.py")
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    text = writer.notebook(writer.SCRIPT.read_text())
    assert text == writer.TARGET.read_text(), "run python/write_notebook.py"


def test_the_script_runs(fashion_mnist):
    done = subprocess.run([sys.executable, ROOT / "docs" / "exercise.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "iteration 1500/1500" in done.stdout
    accuracy = float(re.search(r"test loss .* accuracy ([0-9.]+)", done.stdout).group(1))
    assert accuracy > 0.85


def test_the_notebook_runs(fashion_mnist):
    nbformat = pytest.importorskip("nbformat")
    client = pytest.importorskip("nbclient")
    notebook = nbformat.read(ROOT / "docs" / "exercise.ipynb", as_version=4)
    client.NotebookClient(notebook, timeout=900, kernel_name="python3").execute()
    pages = [
        output.data["text/html"]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "data" in output and "text/html" in output.data
    ]
    assert len(pages) == 3
    assert "<svg" in pages[0]


def snippets(document):
    """The Python of a document, which is one program from its beginning to its end."""
    text = (ROOT / document).read_text()
    return "\n".join(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL))


@pytest.mark.parametrize("document", ["docs/python.md", "README.md"])
def test_examples_run(document, tmp_path, fashion_mnist):
    code = snippets(document)
    assert code
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=os.environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
