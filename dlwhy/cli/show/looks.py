"""What `evaluate --importance`, `--slices` and `--temperature` add: a sentence or two each, a table each, JSON."""

import dataclasses
from collections.abc import Iterator
from typing import Any

from dlwhy.cli.show.columns import Table
from dlwhy.evaluation.errors.importance import LOSS, Importance
from dlwhy.evaluation.errors.slices import Slices, short
from dlwhy.evaluation.errors.temperature import Temperature
from dlwhy.text import counted, number

MOST_SHOWN = 15
# what is said of one question, and its table with a title, if there is one
Part = tuple[list[str], tuple[str, Table] | None]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Looks:
    """What was looked at of one model; None where it was not asked for."""

    importance: Importance | None = None
    slices: Slices | None = None
    temperature: Temperature | None = None

    def notes(self) -> list[str]:
        """Say what was left out."""
        parts = {"importance": self.importance, "slices": self.slices}
        return [f"{name}: {note}" for name, part in parts.items() if part is not None for note in part.notes]

    def parts(self) -> Iterator[Part]:
        """Give what was seen of each, in words and as a table."""
        if self.importance is not None:
            yield self.importance.sentences(), _importance(self.importance)
        if self.slices is not None:
            yield self.slices.sentences(), _slices(self.slices) if self.slices.slices else None
        if self.temperature is not None:
            there = self.temperature.temperature is not None
            yield self.temperature.sentences(), _temperature(self.temperature) if there else None

    def as_json(self) -> dict[str, Any]:
        """Give what was asked for by name."""
        found: dict[str, Any] = {}
        if self.importance is not None:
            found["importance"] = _importance_as_json(self.importance)
        if self.slices is not None:
            found["slices"] = dataclasses.asdict(self.slices) | {"says": self.slices.sentences()}
        if self.temperature is not None:
            found["temperature"] = dataclasses.asdict(self.temperature) | {"says": self.temperature.sentences()}
        return found


def _importance(found: Importance) -> tuple[str, Table]:
    fall, rise = ("fall in R²", "rise in MSE") if found.metric == "r2" else ("fall in points", "rise in log loss")
    by_loss = found.metric == LOSS
    rows = [
        [
            each.unit.name,
            each.change if each.is_used else "none: no prediction changes",
            each.fall.partition(" ")[0] if by_loss else number(each.loss),
        ]
        for each in found.units[:MOST_SHOWN]
    ]
    rest = found.units[MOST_SHOWN:]
    if rest:
        rows.append([f"{counted(len(rest), 'column')} more", f"at most {rest[0].change.partition(' ')[0]}", ""])
    first, second = (rise, fall) if by_loss else (fall, rise)
    times = f"{found.n_permutations} times" if found.n_permutations > 1 else "once"
    return f"With a column's values shuffled between {found.n_samples} rows, {times}", (["column", first, second], rows)


def _slices(found: Slices) -> tuple[str, Table]:
    score = "accuracy" if found.metric == "accuracy" else "mean absolute error"
    rows = [
        [each.name, str(each.n_samples), each.interval, short(each.elsewhere), _chance(each.p_value)]
        for each in found.slices
    ]
    each = ", each without the rows of those above it" if len(rows) > 1 else ""
    looked = counted(found.n_looked, "slice")
    title = f"The worst of {looked}, on {found.n_confirming} rows that did not choose them{each}"
    return title, (["slice", "rows", score, "elsewhere", "p"], rows)


def _chance(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"{p_value:.3f}"


def _temperature(found: Temperature) -> tuple[str, Table]:
    loss = ["log loss", number(found.loss), number(found.loss_scaled)]
    before = _with_ends(found.ece, found.ece_low, found.ece_high)
    after = _with_ends(found.ece_scaled, found.ece_scaled_low, found.ece_scaled_high)
    title = f"Each half of {found.n_samples} rows at the temperature of the other"
    header = ["probabilities", "as they are", "at the other half's"]
    return title, (header, [loss, ["calibration error", before, after]])


def _with_ends(value: float | None, low: float | None, high: float | None) -> str:
    return number(value) if low is None or high is None else f"{number(value)} [{number(low)}, {number(high)}]"


def _importance_as_json(found: Importance) -> dict[str, Any]:
    rows = [
        {
            "columns": list(each.unit.columns),
            "drop": each.drop.value,
            "drop_low": each.drop.low,
            "drop_high": each.drop.high,
            "loss": each.loss,
            "loss_low": each.loss_low,
            "loss_high": each.loss_high,
            "is_used": each.is_used,
        }
        for each in found.units
    ]
    about = {
        "metric": found.metric,
        "majority": found.majority,
        "n_samples": found.n_samples,
        "n_permutations": found.n_permutations,
    }
    return {**about, "columns": rows, "notes": list(found.notes), "says": found.sentences()}
