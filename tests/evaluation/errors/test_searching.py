"""All slices that are large enough, and those that stand out."""

import numpy as np
import pytest

from dlwhy.evaluation.errors.cutting import Cut
from dlwhy.evaluation.errors.searching import LEAST, space_of, worst

RNG = np.random.default_rng(0)
N = 800
FINDING = np.arange(N) % 2 == 0


def cut(name, codes):
    return Cut(column=name, codes=codes, levels=tuple(f"{name} = {code}" for code in range(codes.max() + 1)))


CUTS = [cut(name, RNG.integers(0, 4, N)) for name in "abc"]


def test_slices_are_by_one_cut_and_by_two() -> None:
    space = space_of(CUTS, FINDING, [0, 2])

    assert len(space.names) == 3 * 4 + sum(1 for columns in space.columns if columns == ("a", "c"))
    index = space.names.index(("a = 1", "c = 3"))
    assert (space.rows(index) == ((CUTS[0].codes == 1) & (CUTS[2].codes == 3))).all()
    assert ("a", "b") not in space.columns
    for index in range(len(space.names)):
        rows = space.rows(index)
        assert min((rows & FINDING).sum(), (rows & ~FINDING).sum()) >= LEAST


def test_what_is_nearly_everything_is_no_slice() -> None:
    space = space_of([cut("a", (np.arange(N) > 700).astype(int))], FINDING, [0])

    assert space.names == (("a = 1",),)


def test_the_worst_first_then_the_worst_of_the_rest() -> None:
    space = space_of(CUTS, FINDING, [0, 1, 2])
    a, b = CUTS[0].codes, CUTS[1].codes
    errors = (RNG.random(N) < np.where(a == 2, 0.8, np.where(b == 1, 0.5, 0.1))).astype(float)

    first, second = list(worst(space, errors, FINDING, count=2, seed=0))

    assert (space.names[first.index], space.names[second.index]) == (("a = 2",), ("b = 1",))
    assert first.left.all()
    assert (second.left == (a != 2)).all()
    assert first.chance == pytest.approx(1 / 201)


def test_only_the_half_that_looks_decides() -> None:
    space = space_of(CUTS, FINDING, [0, 1, 2])
    errors = RNG.random(N)
    chosen = [each.index for each in worst(space, errors, FINDING, count=3, seed=0)]

    errors[~FINDING] = RNG.random((~FINDING).sum())

    assert [each.index for each in worst(space, errors, FINDING, count=3, seed=0)] == chosen


def test_of_noise_any_slice_stands_out_as_much() -> None:
    space = space_of(CUTS, FINDING, [0, 1, 2])
    chances = [
        next(worst(space, (np.random.default_rng(seed).random(N) < 0.2) * 1.0, FINDING, count=1, seed=seed)).chance
        for seed in range(40)
    ]

    assert 0.3 < np.mean(chances) < 0.7
