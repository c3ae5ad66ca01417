"""The split by chance is scikit-learn's, bit for bit."""

import numpy as np
import pytest
from sklearn.model_selection import train_test_split as by_scikit_learn

from dlwhy.data.random_split import train_test_split

RNG = np.random.default_rng(4)
CLASSES = {
    "none": lambda n: None,
    "two": lambda n: RNG.integers(0, 2, n),
    "rare": lambda n: np.r_[np.zeros(n - 2), 1, 1],
    "equal": lambda n: np.arange(n) % 5,
    "with a gap": lambda n: 3 * (np.arange(n) % 3 == 0) + 7,
    "many": lambda n: RNG.integers(0, 9, n) // 2 * 2,
}


@pytest.mark.parametrize("kind", CLASSES)
def test_it_is_the_same_as_scikit_learns(kind: str) -> None:
    for n in (40, 101, 1000):
        for test_size in (0.2, 0.3, 0.47):
            classes = CLASSES[kind](n)
            y = None if classes is None else classes.astype(np.int32)
            for seed in (0, 42, 2**32 - 1):
                found = train_test_split(n, test_size=test_size, seed=seed, y=y)
                wanted = by_scikit_learn(np.arange(n), test_size=test_size, random_state=seed, stratify=y)

                for part, expected in zip(found, wanted, strict=True):
                    assert part.dtype == expected.dtype
                    assert np.array_equal(part, expected)
