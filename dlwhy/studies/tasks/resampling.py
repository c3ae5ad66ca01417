"""Which rows of one data set a seed trains on and is tested on, where rows belong together or follow each other."""

import dataclasses
import math

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset
from dlwhy.data.splitting import Keys, Rows, group_order, interleaved, time_cuts
from dlwhy.errors import InputRefusedError
from dlwhy.studies.request import OwnData, past, window
from dlwhy.text import display

# fewer whole groups, or places where time can be cut, make too few different splits
FEWEST_GROUPS, FEWEST_CUTS = 8, 4
FEWEST_ROWS = 16
_MOST_CUTS = 200


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """One seed's rows.

    Parameters
    ----------
    train
        Rows to train on, in an order of which every beginning has the classes in about their shares.
    test
        Rows to be tested on.
    overlap
        What makes variances of means over seeds too small; see `draws.Draw`.

    """

    train: Rows
    test: Rows
    overlap: float


def check(dataset: Dataset) -> None:
    """Refuse data of which nothing can be learnt, or that can't be resampled as they are split.

    Raises
    ------
    InputRefusedError
        If there are too few rows, groups, or places where time can be cut, one group is too large, or all targets are
        the same.

    """
    y, name = np.concatenate([dataset.y_train, dataset.y_test]), display(dataset.name)
    if len(y) < FEWEST_ROWS:
        raise InputRefusedError(f"{name}: {len(y)} rows, a study splits at least {FEWEST_ROWS}")
    if len(np.unique(y)) < 2:
        raise InputRefusedError(f"{name}: its target has one value only: there is nothing to learn")
    if dataset.split is None:
        return
    keys = np.concatenate([dataset.split.train, dataset.split.test])
    column, about = display(dataset.split.column), OwnData.of(dataset)
    if dataset.split.by == "time":
        count = len(_cuts(np.sort(keys)))
        if count < FEWEST_CUTS:
            raise InputRefusedError(
                f'{about.name}: "{column}" leaves {count} places between half and seven eighths of the rows where past'
                f" and future can be cut; a study rolls forward over at least {FEWEST_CUTS}"
            )
        return
    if about.groups < FEWEST_GROUPS:
        raise InputRefusedError(
            f'{about.name}: "{column}" has {about.groups} groups; a study resamples at least {FEWEST_GROUPS}'
        )
    if about.n_train < about.rows / 4:
        raise InputRefusedError(
            f'{about.name}: the largest group of "{column}" has {about.largest} of {about.rows} rows: too many for'
            " splits by whole groups"
        )


def by_group(
    groups: Keys, labels: npt.NDArray[np.integer] | None, rng: np.random.Generator, *, test_share: float
) -> Parts:
    """Hold out whole groups, by chance and by class; as many rows for every seed.

    Of the last group that is held out only as many rows are taken as are wanted, and its other rows are nowhere.
    Training rows come group after group, so that fewer of them are of fewer groups: what more data would be.
    """
    order, sizes = group_order(groups, labels, rng)
    n_test = math.ceil(test_share * len(groups))
    held_out = int(np.searchsorted(np.cumsum(sizes), n_test)) + 1
    place = np.empty(int(groups.max()) + 1, np.int64)
    place[order] = np.arange(len(order))
    rows = np.lexsort((rng.random(len(groups)), place[groups]))
    n_train = len(groups) - n_test - (int(sizes.max()) - 1)
    first = int(sizes[:held_out].sum())
    overlap = held_out / max(1, len(order) - held_out)
    return Parts(train=rows[first:][:n_train], test=rows[:n_test], overlap=overlap)


def by_time(times: Keys, labels: npt.NDArray[np.integer] | None, rng: np.random.Generator) -> Parts:
    """Roll forward: cut time somewhere, train on half of all rows right before, be tested on an eighth right after.

    Fewer training rows are a sample of the same past, so that sizes differ by nothing else. Two windows share what
    they share of their rows: its mean takes the place of the share that two random test parts have in common.
    """
    order = np.argsort(times, kind="stable")
    cuts, n_test = _cuts(times[order]), window(len(times))
    cut = int(cuts[rng.integers(len(cuts))])
    train = interleaved(order[cut - past(len(times)) : cut], labels, rng)
    shared = float(np.maximum(0, n_test - np.abs(cuts[:, None] - cuts[None, :])).mean()) / n_test
    return Parts(train=train, test=order[cut : cut + n_test], overlap=shared / (1 - shared))


def _cuts(ordered: Keys) -> Rows:
    """Return places at which ascending times can be cut with enough before and after; not too many, evenly spread."""
    cuts = time_cuts(ordered)
    cuts = cuts[(cuts >= past(len(ordered))) & (cuts <= len(ordered) - window(len(ordered)))]
    return cuts[np.unique(np.linspace(0, len(cuts) - 1, min(_MOST_CUTS, len(cuts))).astype(np.int64))]
