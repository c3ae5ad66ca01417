"""Findings in Python, of data sets of any shape."""

import numpy as np
import pytest

import dlwhy
from dlwhy.checks.registry import REGISTRY
from dlwhy.checks.table import Table
from dlwhy.data.dataset import Column
from dlwhy.errors import UsageError


def dataset(X, y, *, n_test=0, **about):
    X, cut = np.asarray(X, np.float32), len(y) - n_test
    y = np.asarray(y, np.int32)
    classes = about.pop("class_names", ("a", "b"))
    parts = {"X_train": X[:cut], "y_train": y[:cut], "X_test": X[cut:], "y_test": y[cut:]}
    return dlwhy.Dataset(**parts, name="d", task="binary", class_names=classes, **about)


def test_findings_are_a_tuple_that_is_short_in_print() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 100)
    found = dlwhy.check(dataset(np.column_stack([y, rng.normal(size=100)]), y, n_test=30))

    assert repr(found) == "<1 error, 1 warning: D101 copy of the target, P102 few test rows>"
    assert "copy of the target" not in found._repr_html_()  # the sentence says it
    assert "is the target in other words" in found._repr_html_()
    assert [finding.code for finding in found.at_least("error")] == ["D101"]
    assert found[0].columns == ("x0",)
    assert repr(dlwhy.check(dlwhy.make("sine", samples=2000), select=["D1"])) == "<no findings>"


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


def test_a_csv_file_of_ours_has_its_categories_and_gaps_again(tmp_path) -> None:
    rows = [f"{['red', 'green', 'blue'][i % 3]},{'' if i % 7 == 0 else i * 31 % 17},{i % 2}" for i in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(["colour,size,y", *rows, ""]))
    with pytest.warns(dlwhy.DlwhyWarning):
        read = dlwhy.read_table(tmp_path / "t.csv", target="y")
    dlwhy.save(read, tmp_path / "d.csv")

    table = Table(dlwhy.load(tmp_path / "d.csv"))

    assert [place.column.name for place in table.places] == ["colour", "size", "size missing"]
    assert table.columns[0].is_category
    assert set(table.columns[0].values) == {0, 1, 2}


def test_codes_and_their_beginnings() -> None:
    data = dlwhy.make("iris")

    assert [finding.code for finding in dlwhy.check(data, select=["P"])] == ["P102"]
    assert not dlwhy.check(data, ignore=["p1"])
    with pytest.raises(UsageError, match="no such check"):
        dlwhy.check(data, select=["D12"])


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


def test_every_check_says_what_it_is() -> None:
    for code, check in REGISTRY.items():
        assert code[0] in "DP"
        assert len(code) == 4
        assert check.explains.count("\n\n") >= 1
        assert max(map(len, check.explains.splitlines())) <= 120
