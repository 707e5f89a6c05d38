"""Docstrings of functions with many parameters: what each means is said once."""

from __future__ import annotations

import inspect
import textwrap
from typing import Any, Callable, Dict, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def documented(*tables: str) -> Callable[[Function], Function]:
    """Adds to a function's docstring its parameters, with their types, defaults and what the tables say of them.

    A table has a name a line, and below it its text, indented. What a later table says holds.
    """
    texts = {name: text for table in tables for name, text in _entries(table).items()}

    def add(function: Function) -> Function:
        lines = [inspect.cleandoc(function.__doc__ or ""), "", "Parameters", "----------"]
        for name, parameter in inspect.signature(function).parameters.items():
            if name != "self":
                default = repr(parameter.default).replace("'", '"')
                lines.append(f"{name} : {parameter.annotation}, default={default}")
                lines.append(textwrap.fill(texts[name], 96, initial_indent="    ", subsequent_indent="    "))
        function.__doc__ = "\n".join(lines) + "\n"
        return function

    return add


def _entries(table: str) -> Dict[str, str]:
    entries: Dict[str, str] = {}
    name = ""
    for line in table.splitlines():
        if line.startswith(" "):
            entries[name] = f"{entries.get(name, '')} {line.strip()}".strip()
        else:
            name = line
    return entries
