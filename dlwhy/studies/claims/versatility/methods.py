"""Results by data set and method, and the best of the simple models of a data set."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from dlwhy.studies.claims.versatility.design import GUESSING, NET_WORDS, TUNED
from dlwhy.studies.claims.versatility.tables import DRAW
from dlwhy.studies.findings.choosing import chosen_elsewhere
from dlwhy.studies.findings.over_sets import errors
from dlwhy.studies.findings.selecting import Cell, by_task, cells
from dlwhy.studies.findings.statistics import Array, finite
from dlwhy.studies.plan.study import Results, Study

Methods = Mapping[str, Cell]
# by data set and method
Table = Mapping[str, Methods]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Best:
    """The best of several methods: for each split the one that does best on all others.

    Parameters
    ----------
    models
        All that there were to choose from.
    chosen
        How often each was chosen that was, the most frequent first; of equals, the better one.
    cell
        The one chosen most often.
    scores
        Of the one that is chosen for each split, by seed.

    """

    models: tuple[str, ...]
    chosen: Mapping[str, int]
    cell: Cell
    scores: Mapping[int, float]

    @property
    def mean(self) -> float:
        """Mean score over splits of what was chosen for them."""
        return float(np.nanmean(list(self.scores.values())))

    def differences(self, cell: Cell) -> Array:
        """Return by how much a method is better, split by split, (n_pairs,)."""
        pairs = [(run.metrics.get(cell.arm.metric), self.scores.get(run.seed)) for run in cell.outcome.runs]
        return finite([a - b for a, b in pairs if a is not None and b is not None])


def table_of(study: Study, results: Results) -> Table:
    """Return all that has a result."""
    whole = [cell for cell in cells(study, results, "method") if cell.mean() is not None]
    return {task: {cell.at("method"): cell for cell in group} for task, group in by_task(whole).items()}


def whose(methods: Methods) -> str:
    """Say whose a data set is: ``own`` and ``table`` are the user's, ``ours`` are not."""
    task = next(iter(methods.values())).arm.task
    return "own" if task.role == "own" else "table" if task.draw == DRAW else "ours"


def sets(table: Table, needed: Sequence[str], owner: str) -> Table:
    """Select someone's data sets on which all needed methods have run."""
    return {task: methods for task, methods in table.items() if {*needed} <= {*methods} and whose(methods) == owner}


def simple_of(methods: Methods) -> Methods:
    """Select the simple models, of which guessing is none."""
    return {method: cell for method, cell in methods.items() if method not in (*NET_WORDS, TUNED, GUESSING)}


def mean(cell: Cell) -> float:
    """Return the mean score of a method."""
    return float(np.nanmean(cell.values()))


def best_simple(methods: Methods) -> Best | None:
    """Return the best simple model of a data set; None where there are not several to choose from."""
    simple = simple_of(methods)
    return best_of(simple) if len(simple) > 1 else None


def best_of(methods: Methods) -> Best:
    """Return the best of some methods."""
    models = tuple(methods)
    by_seed = [{run.seed: run.metrics.get(cell.arm.metric) for run in cell.outcome.runs} for cell in methods.values()]
    seeds = list(dict.fromkeys(seed for scores in by_seed for seed in scores))
    scores = np.array([[scores.get(seed) for seed in seeds] for scores in by_seed], float)
    places = chosen_elsewhere(scores)
    counts, means = Counter(places.tolist()), np.nanmean(scores, axis=1)
    ranked = sorted(counts, key=lambda place: (-counts[place], -means[place]))
    return Best(
        models=models,
        chosen={methods[models[place]].arm.name: counts[place] for place in ranked},
        cell=methods[models[ranked[0]]],
        scores=dict(zip(seeds, scores[places, range(len(seeds))].tolist(), strict=True)),
    )


def errors_of(cell: Cell) -> Array:
    """Return the error of each run of a method, (n_seeds,)."""
    return errors(cell.values(), cell.arm.metric)
