"""Trainers, estimators and runs as a notebook shows them: curves, figures, groups and their rates."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Mapping, Sequence, Tuple

from .errors import SettingsError

if TYPE_CHECKING:
    from .trainer import Trainer

_WIDTH, _HEIGHT, _MARGIN = 340, 170, 40
_COLORS = {"train": "#4477aa", "val": "#cc6677"}


def text_of(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(text_of, value))
    return str(value)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """An HTML table."""
    cells = "".join(f"<th style='text-align:left'>{escape(name)}</th>" for name in head)
    lines = "".join(
        "<tr>" + "".join(f"<td style='text-align:left'>{escape(text_of(value))}</td>" for value in row) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{lines}</tbody></table>"


def _points(values: Sequence[float], low: float, high: float) -> str:
    span = (high - low) or 1.0
    step = (_WIDTH - 2 * _MARGIN) / max(len(values) - 1, 1)
    return " ".join(
        f"{_MARGIN + i * step:.1f},{_HEIGHT - _MARGIN / 2 - (value - low) / span * (_HEIGHT - _MARGIN):.1f}"
        for i, value in enumerate(values)
    )


def _line(name: str, values: Sequence[float], low: float, high: float) -> str:
    color = _COLORS[name]
    points = _points(values, low, high)
    dots = "".join(
        f"<circle cx='{point.split(',')[0]}' cy='{point.split(',')[1]}' r='2' fill='{color}'/>"
        for point in (points.split() if len(values) <= 40 else [])
    )
    return f"<polyline points='{points}' fill='none' stroke='{color}' stroke-width='1.5'/>{dots}"


def chart(title: str, curves: Mapping[str, Sequence[float]]) -> str:
    """Curves over epochs as an SVG picture: train and val."""
    every = [value for values in curves.values() for value in values]
    low, high = min(every), max(every)
    lines = "".join(_line(name, values, low, high) for name, values in curves.items())
    legend = "".join(
        f"<tspan fill='{_COLORS[name]}'> {'training' if name == 'train' else 'validation'}</tspan>" for name in curves
    )
    epochs = max(map(len, curves.values()))
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{_WIDTH}' height='{_HEIGHT + 14}' role='img' "
        f"aria-label='{escape(title)} by epoch' style='background:#fff;color:#222;font:11px sans-serif'>"
        f"<text x='{_MARGIN}' y='12' fill='#222'>{escape(title)} {legend}</text>"
        f"<text x='2' y='{_MARGIN / 2 + 4}' fill='#222'>{high:.3g}</text>"
        f"<text x='2' y='{_HEIGHT - _MARGIN / 2 + 4}' fill='#222'>{low:.3g}</text>"
        f"<text x='{_MARGIN}' y='{_HEIGHT + 8}' fill='#222'>1</text>"
        f"<text x='{_WIDTH - _MARGIN}' y='{_HEIGHT + 8}' fill='#222' text-anchor='end'>epoch {epochs}</text>"
        f"<path d='M{_MARGIN} {_MARGIN / 2}V{_HEIGHT - _MARGIN / 2}H{_WIDTH - _MARGIN}' fill='none' stroke='#999'/>"
        f"{lines}</svg>"
    )


def _curves(history: Sequence[Mapping[str, Any]], figure: str) -> Dict[str, List[float]]:
    curves = {}
    for part in _COLORS:
        values = [record.get(f"{part}_{figure}") for record in history]
        if values and all(isinstance(value, (int, float)) for value in values):
            curves[part] = [float(value) for value in values if value is not None]
    return curves


def charts(history: Sequence[Mapping[str, Any]], figure: str) -> str:
    """The loss and the first figure by epoch."""
    pictures = [
        chart(name.replace("_", " "), curves)
        for name, curves in ((name, _curves(history, name)) for name in ("loss", figure))
        if curves
    ]
    return "<div>" + "".join(pictures) + "</div>" if pictures else ""


def figures_table(history: Sequence[Mapping[str, Any]]) -> str:
    """The last epochs' figures."""
    if not history:
        return ""
    names = [name for name in history[-1] if name.startswith(("train_", "val_"))]
    return table(
        ["epoch", *names], ([record["epoch"], *(record.get(name) for name in names)] for record in history[-5:])
    )


def groups_table(groups: Sequence[Tuple[str, Sequence[int], str, Any]]) -> str:
    """Of each group its name, layers, optimizer and rate."""
    return table(["group", "layers", "optimizer", "learning rate"], groups)


def trainer_html(trainer: Trainer) -> str:
    history, info = trainer.history, trainer.info
    state = "ended" if trainer.ended else f"{len(history)} of {trainer.config['epochs']} epochs"
    head = (
        f"<p><b>Trainer</b>, {info['parameters']:,} parameters, {info['train_rows']:,} rows, engine "
        f"{escape(str(info['engine']))}: {state}</p>"
    )
    groups = [
        (group.name, list(group.layers), group.optimizer, None if group.frozen else group.lr)
        for group in trainer.groups.values()
    ]
    return f"<div>{head}{charts(history, trainer.figure)}{figures_table(history)}{groups_table(groups)}</div>"


def estimator_html(
    name: str,
    figures: Mapping[str, Any],
    history: Sequence[Mapping[str, Any]],
    figure: str,
    groups: Sequence[Mapping[str, Any]],
) -> str:
    """A fitted estimator: what it is and came to, and its groups of layers with their rates at the end."""
    head = f"<p><b>{escape(name)}</b></p>" + table(list(figures), [list(figures.values())])
    rates = history[-1].get("learning_rates", {}) if history else {}
    lines = [
        (group["name"], list(range(group["first"], group["last"] + 1)), group["optimizer"], rates.get(group["name"]))
        for group in groups
    ]
    return f"<div>{head}{charts(history, figure)}{figures_table(history)}{groups_table(lines) if lines else ''}</div>"


def rows_html(title: str, rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """A list of dicts as a table of those columns."""
    return f"<div><p><b>{escape(title)}</b></p>{table(names, ([row.get(n) for n in names] for row in rows))}</div>"


def rows_text(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """The same as plain text."""
    return _aligned([list(names), *([text_of(row.get(name)) for name in names] for row in rows)])


def _aligned(lines: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, cells)) for cells in zip(*lines)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def _numbers_first(value: Any) -> Tuple[bool, Any]:
    return isinstance(value, str), value


class HeatMap:
    """A figure over the plane of two axes: a coloured table in a notebook, a plain one elsewhere."""

    def __init__(
        self, lines: Sequence[Mapping[str, Any]], rows: str, columns: str, value: str, name: str, higher: bool
    ) -> None:
        self.rows_name, self.columns_name, self.value_name = rows, columns, name
        self._better = max if higher else min
        self.values: Dict[Tuple[Any, Any], float] = {}
        for line in lines:
            found = line.get(value)
            if found is not None and rows in line and columns in line:
                at = (line[rows], line[columns])
                self.values[at] = self._better(found, self.values.get(at, found))
        if not self.values:
            raise SettingsError(f"no candidate has a {name}: none was completed")
        self.rows = sorted({row for row, _ in self.values}, key=_numbers_first)
        self.columns = sorted({column for _, column in self.values}, key=_numbers_first)

    @property
    def best(self) -> Tuple[Any, Any]:
        """Where the figure is best: a value of the rows' axis and one of the columns'."""
        return self._better(self.values, key=lambda at: self.values[at])

    def __repr__(self) -> str:
        corner = f"{self.rows_name} \\ {self.columns_name}"
        lines = [[corner, *map(text_of, self.columns)]]
        for row in self.rows:
            lines.append([text_of(row), *(self._cell(row, column) for column in self.columns)])
        return f"{self.value_name}\n{_aligned(lines)}"

    def _cell(self, row: Any, column: Any) -> str:
        value = self.values.get((row, column))
        return "–" if value is None else f"{value:.4f}" + ("*" if (row, column) == self.best else "")

    def _repr_html_(self) -> str:
        # By rank: one figure far from the others would leave them all alike.
        ranked = sorted(set(self.values.values()), reverse=self._better is min)
        shares = {value: rank / max(len(ranked) - 1, 1) for rank, value in enumerate(ranked)}
        head = "".join(f"<th>{escape(text_of(column))}</th>" for column in self.columns)
        body = ""
        for row in self.rows:
            cells = "".join(self._colored(row, column, shares) for column in self.columns)
            body += f"<tr><th>{escape(text_of(row))}</th>{cells}</tr>"
        title = f"{self.value_name}: rows {self.rows_name}, columns {self.columns_name}"
        return (
            f"<table><caption>{escape(title)}</caption><thead><tr><th></th>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>"
        )

    def _colored(self, row: Any, column: Any, shares: Mapping[float, float]) -> str:
        value = self.values.get((row, column))
        good = 0.0 if value is None else shares[value]
        color = f"rgb({int(255 - 187 * good)},{int(255 - 136 * good)},{int(255 - 85 * good)})"
        ink = "#fff" if good > 0.6 else "#222"
        return f"<td style='background:{color};color:{ink}'>{escape(self._cell(row, column))}</td>"
