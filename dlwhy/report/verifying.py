"""Running some of a page's runs again, and comparing their rows with those that the page tells."""

import dataclasses
import itertools
import random
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from dlwhy.data.dataset import Dataset
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.report.proof import Claimed, Row
from dlwhy.studies.bench import workers
from dlwhy.studies.plan.study import Arm, Study

# the last bits of a training depend on the processor, and after thousands of steps so may a point of its accuracy
_TOLERANCE = 0.0101
# draws that need files which are no part of a page
_OF_FILES = ("table",)
Found = Literal["same", "close", "other"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rerun:
    """A run that was run again."""

    study: str
    arm: Arm
    row: Row
    value: float | None
    status: str

    @property
    def values(self) -> tuple[float | None, float | None]:
        """The score on the page, and the one of now."""
        return self.row.value, self.value

    @property
    def found(self) -> Found:
        """Say whether it came out the same to the last bit, as close as other processors come, or neither."""
        if self.status == self.row.status and self.value == self.row.value:
            return "same"
        if self.value is None or self.row.value is None:
            return "other"
        return "close" if abs(self.value - self.row.value) <= _TOLERANCE else "other"

    def as_json(self) -> dict[str, Any]:
        """Return it JSON-like."""
        told = {"study": self.study, "task": self.arm.task.name, "arm": self.arm.name, "seed": self.row.seed}
        values = {"metric": self.arm.metric, "page": self.row.value, "again": self.value}
        return {**told, **values, "status": self.status, "found": self.found}


def choose(claims: Sequence[Claimed], k: int, seed: int, own: Dataset | None = None) -> list[tuple[Claimed, Row]]:
    """Choose runs at random, in the order of the page.

    Parameters
    ----------
    claims
        What the page tells.
    k, seed
        How many, and of which draw.
    own
        The user's table, for runs on that.

    Raises
    ------
    InputRefusedError
        If the table is another than the page's, or the page has no runs.
    UsageError
        If no run is left without the table.

    """
    if own is not None and not any(_is_on(own, each.study) for each in claims):
        raise InputRefusedError("--data: it is not the table of the page's studies: its fingerprint is another")
    every = [(each, row) for each in claims for row in each.rows]
    if not every:
        raise InputRefusedError("the page has no runs of studies that can be run again")
    possible = [(each, row) for each, row in every if _can_run(each.study, row, own)]
    if not possible:
        raise UsageError("all runs of the page are on your own table", "name it with --data")
    places = random.Random(seed).sample(range(len(possible)), min(k, len(possible)))  # noqa: S311  # no secret
    return [possible[place] for place in sorted(places)]


def rerun(chosen: Sequence[tuple[Claimed, Row]], own: Dataset | None = None) -> Iterator[Rerun]:
    """Run the chosen runs again, learning rates chosen anew, and give each as it ends.

    All seeds of an arm are trained side by side, as they were: in another company the last bits of a training differ,
    and where there is nothing to learn they may decide all of it.
    """
    for (_, key), group in itertools.groupby(chosen, key=lambda each: (id(each[0]), each[1].arm)):
        rows = list(group)
        study = rows[0][0].study
        arm = study.every[key]
        table = own if arm.task.draw == "own" else None
        ((_, outcome),) = workers.outcomes({key: arm}, study.all_seeds, table)
        runs = {run.seed: run for run in outcome.runs}
        for _, row in rows:
            run = runs[row.seed]
            yield Rerun(study=study.name, arm=arm, row=row, value=run.metrics.get(arm.metric), status=run.status)


def _can_run(study: Study, row: Row, own: Dataset | None) -> bool:
    """Say whether a run has a value that can be compared, from what is here."""
    arm = study.every[row.arm]
    if row.value is None or arm.recipe.alone or arm.task.draw in _OF_FILES:  # what measures time is never the same
        return False
    return arm.task.draw != "own" or (own is not None and _is_on(own, study))


def _is_on(own: Dataset, study: Study) -> bool:
    return study.request.own is not None and study.request.own.fingerprint == own.fingerprint
