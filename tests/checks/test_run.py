"""Findings in Python, of data sets of any shape."""

import numpy as np
import pytest

import dlwhy
from dlwhy.data.dataset import Column


def dataset(X, y, *, n_test=0, **about):
    X, cut = np.asarray(X, np.float32), len(y) - n_test
    y = np.asarray(y, np.int32)
    classes = about.pop("class_names", ("a", "b"))
    parts = {"X_train": X[:cut], "y_train": y[:cut], "X_test": X[cut:], "y_test": y[cut:]}
    return dlwhy.Dataset(**parts, name="d", task="binary", class_names=classes, **about)


def test_the_same_data_give_the_same_findings() -> None:
    data = dlwhy.make("friedman1")

    assert dlwhy.check(data) == dlwhy.check(data)


@pytest.mark.parametrize("n_rows", [0, 1, 2, 5, 25, 70])
@pytest.mark.parametrize("part", ["train", "test", "both"])
@pytest.mark.parametrize("kind", ["same", "noise", "classes"])
def test_no_data_set_is_too_small_or_too_plain(n_rows, part, kind) -> None:
    rng = np.random.default_rng(n_rows)
    X = np.full((n_rows, 3), 2.0) if kind == "same" else rng.normal(size=(n_rows, 3))
    y = np.zeros(n_rows) if kind != "classes" else rng.integers(0, 2, n_rows)
    data = dataset(X, y, n_test={"train": 0, "test": n_rows, "both": n_rows // 2}[part])

    dlwhy.check(data)


def test_a_stranger_may_write_anything_into_a_data_set() -> None:
    y = np.arange(60) % 2
    for ignored in ("D1", ["D101", 7, None, "\x1b"], {"D101": 1}, 5):
        data = dataset(
            np.column_stack([y, y]),
            y,
            provenance={"ignore_checks": ignored},
            columns=(Column(name="\x1b"), Column(name="b")),
        )
        assert all("\x1b" not in finding.says for finding in dlwhy.check(data))


def test_groups_of_two_are_found_among_drawn_rows() -> None:
    rng = np.random.default_rng(2)
    group = rng.permutation(np.arange(60_000) // 2).astype(np.float32)
    y = rng.permutation(np.arange(30_000) % 2)[group.astype(int)].astype(np.int32)
    X = np.column_stack([group, rng.normal(size=60_000)]).astype(np.float32)
    columns = (Column(name="patient"), Column(name="x"))

    (found,) = dlwhy.check(dataset(X, y, n_test=20_000, columns=columns), select=["P201"])

    assert found.columns == ("patient",)


@pytest.mark.parametrize(
    ("rounded", "n_copies", "codes"), [(True, 1, []), (True, 2, []), (False, 1, []), (False, 4, ["P101"])]
)
def test_a_single_column_of_rounded_numbers_has_no_copies(rounded, n_copies, codes) -> None:
    rng = np.random.default_rng(5)
    x = np.repeat(rng.normal(size=400 // n_copies), n_copies)
    x = rng.permutation(x.round(1) if rounded else x)

    found = dlwhy.check(dataset(x[:, np.newaxis], rng.integers(0, 2, 400), n_test=150), select=["P101"])

    assert [each.code for each in found] == codes
