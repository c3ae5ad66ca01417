"""Rows are encoded before training, once for each front: with the same results, and not where that takes too much."""

import dataclasses

import numpy as np
import pytest

from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions
from dlwhy.training.stack import data as stack_data
from dlwhy.training.stack import encoding
from dlwhy.training.stack.varying import Varying
from tests.training.conftest import small, train_stack

SPEC = NetworkSpec(layers=(6,), linear_path=True, zero_output=True)
OPTIONS = TrainingOptions(epochs=3, optimizer="adamw", normalize="robust", keep_best=4, engine="graph")
# two draws of one table that share rows, two members each
DRAWS = [np.arange(60), np.arange(30, 90)]
POOLS = [DRAWS[0], DRAWS[0], DRAWS[1], DRAWS[1]]
SEEDS = (5, 6, 7, 8)


def prepared(**own):
    return stack_data.prepare(small(), SPEC, OPTIONS, Varying(seeds=SEEDS, **own), fronts=None)


def test_every_replica_finds_its_rows_behind_its_own_front():
    data = prepared(rows=POOLS, pools=POOLS)
    ahead = encoding.ahead(data)
    assert ahead.is_encoded
    for replica, front in enumerate(data.fronts):
        for before, after in ((data.rows, ahead.rows), (data.validation, ahead.validation)):
            np.testing.assert_array_equal(ahead.X[after[replica]], front.apply(data.X[before[replica]]))
            np.testing.assert_array_equal(ahead.y[:, after[replica]], data.y[:, before[replica]])


def test_rows_of_one_front_stay_where_they_are():
    data = prepared(pools=[np.arange(90)] * 4)
    ahead = encoding.ahead(data)
    np.testing.assert_array_equal(ahead.X, data.fronts[0].apply(data.X))
    assert ahead.rows is data.rows


def test_what_needs_no_front_is_not_copied():
    data = dataclasses.replace(prepared(), fronts=[None] * 4)
    assert encoding.ahead(data) is data


def test_too_much_is_left_to_each_step_which_gives_the_same(monkeypatch: pytest.MonkeyPatch):
    own = {"rows": POOLS, "pools": POOLS}
    before = train_stack(small(), SPEC, OPTIONS, seeds=SEEDS, **own)
    monkeypatch.setattr(encoding, "MOST_BYTES", 0)
    # copies of rows that two draws share are more than there were
    assert not encoding.ahead(prepared(**own)).is_encoded
    in_steps = train_stack(small(), SPEC, OPTIONS, seeds=SEEDS, **own)
    np.testing.assert_allclose(before.history, in_steps.history, atol=1e-4)


def test_a_replica_is_bit_for_bit_what_it_is_alone():
    together = train_stack(small(), SPEC, OPTIONS, seeds=SEEDS, rows=POOLS, pools=POOLS, stack_size=2)
    alone = train_stack(small(), SPEC, OPTIONS, seeds=SEEDS[2:], rows=POOLS[2:], pools=POOLS[2:], stack_size=2)
    np.testing.assert_array_equal(together.history[2:], alone.history)
