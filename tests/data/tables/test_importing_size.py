"""Tables of many rows or columns: quick, in little memory, and the same however they are read."""

import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from dlwhy.data import read_table
from dlwhy.errors import DlwhyWarning
from tests.data.tables.lines import table


def test_a_mixed_table_of_50_000_rows_is_quick(tmp_path: Path) -> None:
    rng, n_rows = np.random.default_rng(0), 50_000
    columns: dict[str, Any] = {f"n{i}": rng.normal(size=n_rows) for i in range(15)}
    columns |= {f"b{i}": rng.choice(["true", "false"], n_rows) for i in range(5)}
    columns |= {f"c{i}": rng.choice([f"k{j}" for j in range(5 * i + 2)], n_rows) for i in range(10)}
    holes = [pl.when(pl.Series(rng.random(n_rows) < 0.02)).then(None).otherwise(pl.col(n)).alias(n) for n in columns]
    frame = pl.DataFrame(columns).with_columns(holes).with_columns(y=pl.Series(rng.choice(["good", "bad"], n_rows)))
    frame.write_csv(tmp_path / "d.csv")
    started = time.perf_counter()

    with pytest.warns(DlwhyWarning, match="missing"):
        dataset = read_table(tmp_path / "d.csv", target="y")

    assert time.perf_counter() - started < 20
    assert dataset.X_train.shape == (35_000, 2 * 15 + 2 * 5 + sum(5 * i + 3 for i in range(10)))


def test_fault_6_a_wide_table_takes_no_call_of_polars_for_each_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = np.random.default_rng(0).integers(0, 9, (12, 3000))
    header = ",".join([*(f"c{i}" for i in range(3000)), "y"])
    rows = [",".join([*map(str, row), "yn"[place % 2]]) for place, row in enumerate(cells)]
    (tmp_path / "d.csv").write_text("\n".join([header, *rows]))
    calls: list[str] = []

    def counting(ended: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **how: Any) -> Any:
            calls.append(ended.__name__)
            return ended(*given, **how)

        return counted

    for name in ("collect", "_collect_eager"):  # one of them, by the version, ends what a frame is asked
        if ended := getattr(pl.LazyFrame, name, None):
            monkeypatch.setattr(pl.LazyFrame, name, counting(ended))

    with warnings.catch_warnings(action="ignore"):
        dataset = read_table(tmp_path / "d.csv", target="y", stratify=False, seed=0)

    assert 0 < len(calls) < 200
    both = np.concatenate((dataset.X_train, dataset.X_test))
    np.testing.assert_array_equal(np.sort(both, axis=0), np.sort(cells, axis=0))


def test_columns_are_the_same_read_together_or_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    content = table(
        [*map(str, rng.normal(size=38)), "", "NA"],
        [*rng.choice(["yes", "No", " true"], 39), ""],
        [*rng.choice(["red", "green"], 38), "blue", ""],
        list(range(40)),
        [f" {value}" for value in rng.integers(0, 5, 40)],
    )
    (tmp_path / "d.csv").write_text(content)
    with warnings.catch_warnings(action="ignore"):
        together = read_table(tmp_path / "d.csv", target="y")
        monkeypatch.setattr("dlwhy.data.tables.encoding._CELLS", 1)
        assert read_table(tmp_path / "d.csv", target="y").fingerprint == together.fingerprint
    assert together.n_features >= 8


@pytest.mark.slow
def test_case_57_ten_million_rows(tmp_path: Path) -> None:
    rng, n_rows = np.random.default_rng(0), 10**7
    numbers = {name: rng.normal(size=n_rows).astype(np.float32) for name in ("x0", "x1")}
    pl.DataFrame({**numbers, "target": rng.integers(0, 2, n_rows)}).write_csv(tmp_path / "d.csv")
    script = "import sys; from dlwhy.data import read_table; print(read_table(sys.argv[1]).X_train.shape)"
    started = time.perf_counter()

    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path / "d.csv"], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "(7000000, 2)"
    assert time.perf_counter() - started < 30
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2_000_000
