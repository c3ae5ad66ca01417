"""What a comparison shows beside its differences: each recipe's score and what it costs."""

from typing import Any

from dlwhy.studies.findings import wording
from dlwhy.studies.findings.selecting import Cell, cells
from dlwhy.studies.plan.study import NetworkRecipe, Results, Study


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Return a line an arm."""
    return {"lines": [_line(cell) for cell in cells(study, results)]}


def _line(cell: Cell) -> str:
    mean, run = cell.mean(), cell.outcome.runs[0]
    parts = ["no run has a result" if mean is None else f"{wording.name_of(cell.arm.metric)} {mean:.3f}"]
    if isinstance(cell.arm.recipe, NetworkRecipe):
        parts.append(f"{run.parameters:,} parameters")
    if run.learning_rate:
        chosen = f" of {len(cell.outcome.rates)} tried" if cell.outcome.rates else ""
        parts.append(f"learning rate {run.learning_rate:g}{chosen}")
    return f"{cell.arm.name}: {', '.join([*parts, f'{cell.seconds:.2g} s a training'])}."
