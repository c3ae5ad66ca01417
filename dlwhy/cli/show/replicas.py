"""How replicas ended: the distribution of their last epoch, and which of them were saved."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dlwhy import files
from dlwhy.cli.show.console import Output
from dlwhy.text import number

if TYPE_CHECKING:
    from dlwhy.models.diagnosis.rules import Finding
    from dlwhy.training.stack.fit import Replicas


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Spread:
    """Replicas, and where those ended that can be used."""

    replicas: "Replicas"
    # places of those that ended with a finite loss, and their last row of the history, (n_finished, n_columns)
    finished: Sequence[int]
    last: Any
    # the column of the history by which they are ordered
    ranked_by: str

    @property
    def columns(self) -> dict[str, Any]:
        """Give the last values by the name of their column, where all are numbers."""
        import numpy as np

        columns = zip(self.replicas.columns, self.last.T, strict=True)
        return {name: values for name, values in columns if np.isfinite(values).all()}


def show_replicas(
    out: Output, spread: Spread, saved: Mapping[str, int], findings: "Mapping[str, Sequence[Finding]]"
) -> None:
    """Print how they ended; `saved` is the seed of each model written, `findings` what its training shows, by path."""
    replicas = spread.replicas
    census = {kind: replicas.status.count(kind) for kind in dict.fromkeys(replicas.status)}
    distribution = {name: _distribution(values) for name, values in spread.columns.items()}
    if out.as_json:
        runs = [
            {"seed": replicas.seeds[i], "status": replicas.status[i], "epochs": int(replicas.epochs[i])}
            | {name: float(values[place]) for name, values in spread.columns.items()}
            for place, i in enumerate(spread.finished)
        ]
        told = {path: [dataclasses.asdict(each) for each in found] for path, found in findings.items()}
        about = {"saved": saved, "ranked_by": spread.ranked_by, "status": census, "distribution": distribution}
        out.json(about | {"runs": runs, "diagnosis": told})
        return
    names = ("mean", "sd", "min", "median", "max")
    rows = [(column, *(number(found[name]) for name in names)) for column, found in distribution.items()]
    out.table(("last epoch", *(f">{name}" for name in names)), rows, title=f"{len(spread.finished)} replicas")
    out.note(f"status: {', '.join(f'{count} {kind}' for kind, count in census.items())}; ranked by {spread.ranked_by}")
    for path, seed in saved.items():
        out.note(f"{files.shown(path, output=True)}: seed {seed}")
    for each in next(iter(findings.values())) if len(saved) == 1 else ():
        out.note(f"note: {each.says}")


def _distribution(values: Any) -> dict[str, float]:
    return {
        "mean": float(values.mean()),
        "sd": float(values.std(ddof=1)) if len(values) > 1 else 0.0,
        "min": float(values.min()),
        "median": statistics.median(map(float, values)),
        "max": float(values.max()),
    }
