"""Rows split by chance as scikit-learn's `train_test_split` does with the same seed, without its slow import."""

import math

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.int64]
Counts = npt.NDArray[np.int64]


def train_test_split(
    n_rows: int, *, test_size: float, seed: int, y: npt.NDArray[np.int32] | None = None
) -> tuple[Rows, Rows]:
    """Return the row numbers of two parts, in random order.

    Parameters
    ----------
    n_rows
        Number of rows.
    test_size
        Share of the rows for testing, rounded up to whole ones.
    seed
        Decides the split, to the same bits as ``random_state`` does there.
    y
        Classes, (n_rows,), of each of which both parts hold the same share, as nearly as whole rows allow.

    """
    rng = np.random.RandomState(seed)
    n_test = math.ceil(test_size * n_rows)
    if y is None:
        rows = rng.permutation(n_rows)
        return rows[n_test:], rows[:n_test]
    _, codes = np.unique(y, return_inverse=True)
    sizes = np.bincount(codes)
    of_classes = np.split(np.argsort(codes, kind="stable"), np.cumsum(sizes)[:-1])
    n_train_of = _shares(sizes, n_rows - n_test, rng)
    n_test_of = _shares(sizes - n_train_of, n_test, rng)
    train, test = [], []
    for rows, first, second in zip(of_classes, n_train_of, n_test_of, strict=True):
        drawn = rows[rng.permutation(len(rows))]
        train.append(drawn[:first])
        test.append(drawn[first : first + second])
    return rng.permutation(np.concatenate(train)), rng.permutation(np.concatenate(test))


def _shares(sizes: Counts, n_drawn: int, rng: np.random.RandomState) -> Counts:
    """Return how many rows of each class are the most probable among so many drawn; chance decides between equals."""
    exact = sizes / sizes.sum() * n_drawn
    counts = np.floor(exact)
    missing = int(n_drawn - counts.sum())
    rests = exact - counts
    for rest in np.unique(rests)[::-1]:
        if missing <= 0:
            break
        equals = np.flatnonzero(rests == rest)
        chosen = rng.choice(equals, size=min(len(equals), missing), replace=False)
        counts[chosen] += 1
        missing -= len(chosen)
    drawn: Counts = counts.astype(np.int64)
    return drawn
