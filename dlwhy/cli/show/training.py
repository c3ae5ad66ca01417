"""What a training came to, of one network or of many: a line or a table for people, or a JSON object."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dlwhy import files
from dlwhy.cli.show.console import Output
from dlwhy.text import number

if TYPE_CHECKING:
    from dlwhy.models.diagnosis.rules import Finding
    from dlwhy.models.trained import Trained
    from dlwhy.training.stack.fit import Replicas

_OF_MOMENTS = ("rounds", "best_moments", "held_out_loss", "linear_loss")


def show_trained(out: Output, trained: "Trained", path: str) -> None:
    """Say how a network was trained that is now in a file."""
    from dlwhy.models import network
    from dlwhy.models.diagnosis.rules import diagnose

    found = diagnose(trained.history, trained.details)
    details, done = trained.details, len(trained.history["loss"])
    training = details.training or {}
    epochs = details.epochs(trained.history)
    best, taken, moments = (training.get(name) for name in ("best_epoch", "taken", "best_moments"))
    last = {name: values[-1] for name, values in trained.history.items()}
    size = {"parameters": network.parameters(trained.model), "multiply_adds": network.multiply_adds(trained.model)}
    for what, names in (taken or {}).items():
        out.note(f"layers {what}: {', '.join(names) or 'none'}")
    out.note(
        f"{files.shown(path, output=True)}: {size['parameters']} parameters, "
        f"{size['multiply_adds']} multiply-adds a sample; {'moment' if moments else 'epoch'} {done}: "
        + ", ".join(f"{name} {number(value)}" for name, value in last.items())
        + (f"; the weights are those of epoch {best}, the best" if best not in {None, done} else "")
        + (f"; the weights are those of {_kept(moments)}" if moments else "")
    )
    for each in found:
        out.note(f"note: {each.says}")
    if out.as_json:
        about = {"model": path, "epochs": epochs, **size, **last, "taken": taken}
        about |= {"diagnosis": [dataclasses.asdict(each) for each in found]}
        about |= {"seed": details.seed, "engine": details.engine, "threads": details.threads}
        about |= {name: training[name] for name in _OF_MOMENTS if name in training}
        out.json(about | {"dataset": details.dataset, "best_epoch": best, "members": training.get("members", 1)})


def _kept(moments: Sequence[int]) -> str:
    """Say which moments' weights members have: 0 is the linear path by itself."""
    if len(moments) == 1:
        return f"moment {moments[0]}, the best" if moments[0] else "the start, where it is its linear path alone"
    return f"moments {min(moments)} to {max(moments)}, the best of each of {len(moments)} members"


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
