"""What a sweep came to: a table for people, or a JSON object."""

from typing import TYPE_CHECKING, Any

from dlwhy import files
from dlwhy.cli.show.console import Output
from dlwhy.text import counted, display, number

if TYPE_CHECKING:
    from dlwhy.training.sweep.swept import Swept


def show_swept(out: Output, swept: "Swept", path: str) -> None:
    """Print each combination with its score and how it compares with the best; `path` is the file of the sweep."""
    rows = [_row(swept, place, verdict) for place, verdict in enumerate(swept.verdicts())]
    if out.as_json:
        best = swept.cells[swept.best].values if swept.best is not None else None
        out.json({"sweep": path, "score": swept.score, "rows": swept.rows, "best": best, "cells": rows})
        return
    if files.is_standard(path):
        return
    names = [display(name.replace("_", " "), 30) for name in swept.options]
    table = [(*row["values"], _score(swept, row), row["verdict"]) for row in rows]
    title = f"{swept.score} on {counted(swept.rows, 'held-out row')}, {counted(len(swept.seeds), 'seed')} each, 95 %"
    out.table((*names, f">{swept.score}", "compared with the best, seed by seed"), table, title=title)
    out.note(f"{files.shown(path, output=True)}: written; next: dlwhy plot sweep -m {files.shown(path)}")


def _row(swept: "Swept", place: int, verdict: str) -> dict[str, Any]:
    cell = swept.cells[place]
    mean, low, high = swept.interval(cell) or (None, None, None)
    about = {"mean": mean, "low": low, "high": high, "verdict": verdict}
    return {"values": list(cell.values), "scores": list(cell.scores), **about}


def _score(swept: "Swept", row: dict[str, Any]) -> str:
    if row["mean"] is None:
        return "-"
    shown = (lambda value: f"{value:.3f}") if swept.score == "accuracy" else number
    return f"{shown(row['mean'])} [{shown(row['low'])}, {shown(row['high'])}]"
