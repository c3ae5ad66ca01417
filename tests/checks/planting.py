"""Tables without a fault, of many kinds, and faults that are planted in them."""

import dataclasses
from collections.abc import Callable

import numpy as np

from dlwhy.data.dataset import Column, Dataset
from dlwhy.data.splitting import split_rows

KINDS = ("gaussian", "correlated", "categorical", "skewed", "counts", "gaps", "discrete")
TASKS = ("binary", "multiclass", "regression")
SIZES = ((60, 4), (150, 100), (300, 6), (1000, 6), (3000, 8))


@dataclasses.dataclass
class Rows:
    """A table before it is split: numbers (NaN where missing) or texts by column, and the target."""

    columns: dict[str, np.ndarray]
    y: np.ndarray  # numbers of classes, or numbers
    task: str
    rng: np.random.Generator
    target: str = "y"
    test: np.ndarray | None = None  # numbers of the test rows; by default by chance

    def dataset(self) -> Dataset:
        n = len(self.y)
        classes = tuple("abcdefgh"[: int(self.y.max()) + 1]) if self.task != "regression" else ()
        y = self.y.astype(np.int32 if classes else np.float32)
        if self.test is None:
            train, test = split_rows(n, seed=7, test_size=0.3, y=y if classes else None, class_names=classes)
        else:
            train, test = np.setdiff1d(np.arange(n), self.test), self.test
        parts = [_encoded(name, cells, train) for name, cells in self.columns.items()]
        X = np.ascontiguousarray(np.column_stack([part for _, part in parts]), np.float32)
        names = {"class_names": classes, "columns": tuple(column for column, _ in parts)}
        return Dataset(
            X_train=X[train],
            y_train=y[train],
            X_test=X[test],
            y_test=y[test],
            name="t",
            task=self.task,
            target_name=self.target,
            **names,
        )

    def take(self, rows) -> "Rows":
        columns = {name: cells[rows] for name, cells in self.columns.items()}
        return dataclasses.replace(self, columns=columns, y=self.y[rows])


def _encoded(name, cells, train):
    if cells.dtype.kind == "U":
        categories = tuple(sorted(set(cells[train])))
        return Column(name=name, kind="categorical", categories=categories), cells[:, None] == np.array(categories)
    gaps = np.isnan(cells)
    if not gaps.any():
        return Column(name=name), cells[:, None]
    fill = float(np.float32(np.nanmedian(cells[train])))
    filled = np.where(gaps, fill, cells)
    return Column(name=name, fill=fill, indicator=True), np.column_stack([filled, gaps])


def clean(kind: str, task: str, size: tuple[int, int], seed: int) -> Rows:
    """Make a table in which each column has a part in the target, and nothing is wrong."""
    rng = np.random.default_rng([seed, KINDS.index(kind), TASKS.index(task), *size])
    n, p = size
    X = rng.normal(size=(n, p))
    if kind == "correlated":
        X = X @ np.linalg.cholesky(np.full((p, p), 0.8) + 0.2 * np.eye(p)).T
    elif kind == "skewed":
        X = np.exp(X)
    elif kind == "counts":
        X = rng.poisson(rng.uniform(1, 30, p), (n, p)).astype(float)
    elif kind == "discrete":
        X = rng.integers(0, rng.integers(2, 6, p), (n, p)).astype(float)
    elif kind == "categorical":
        X[:, ::2] = rng.integers(0, 4, (n, len(X[0, ::2])))
    score = _score(X, rng)
    noise = rng.normal(size=n)
    score = (score - score.mean()) / score.std() + rng.uniform(0.4, 1) * noise
    y = score
    if task != "regression":
        y = np.digitize(score, np.quantile(score, [0.6] if task == "binary" else [0.35, 0.7]))
    columns = {f"c{j}": X[:, j] for j in range(p)}
    if kind == "categorical":
        columns |= {f"c{j}": np.array(list("wxyz"))[X[:, j].astype(int)] for j in range(0, p, 2)}
    if kind == "gaps":
        for j in range(0, p, 3):
            columns[f"c{j}"][rng.random(n) < rng.uniform(0.02, 0.4)] = np.nan
    return Rows(columns, y, task, rng)


def _score(X, rng):
    Z = (X - X.mean(axis=0)) / np.where(X.std(axis=0) > 0, X.std(axis=0), 1)
    weights = rng.choice([-1, 1], Z.shape[1]) * rng.uniform(0.6, 1.2, Z.shape[1])
    return Z @ weights + 0.3 * np.sin(2 * Z[:, 0]) * Z[:, -1]


Plant = Callable[[Rows], Rows]
FAULTS: dict[str, tuple[str, Plant, Callable[[Rows], bool]]] = {}


def fault(code: str, when: Callable[[Rows], bool] = lambda rows: True):
    def register(plant: Plant) -> Plant:
        FAULTS[f"{code} {plant.__name__}"] = (code, plant, when)
        return plant

    return register


def _classes(rows):
    return rows.task != "regression"


def _with(rows, **columns):
    return dataclasses.replace(rows, columns={**rows.columns, **columns})


@fault("D101", lambda rows: not _classes(rows))
def shifted_and_scaled(rows):
    return _with(rows, leak=3 - 7 * rows.y)


@fault("D101", lambda rows: not _classes(rows))
def another_unit_on_a_curve(rows):
    return _with(rows, leak=np.exp(rows.y))


@fault("D101", _classes)
def recoded(rows):
    return _with(rows, leak=np.array(["n", "q", "m"])[rows.y])


@fault("D101")
def with_a_few_errors(rows):
    wrong = rows.rng.random(len(rows.y)) < 0.03
    return _with(rows, leak=np.where(wrong, rows.rng.permutation(rows.y), rows.y).astype(float))


@fault("D102")
def with_noise(rows):
    scale = 0.2 if _classes(rows) else 0.1 * rows.y.std()
    return _with(rows, leak=rows.y + rows.rng.normal(scale=scale, size=len(rows.y)))


@fault("D102", lambda rows: rows.task == "multiclass")
def on_a_curve_with_noise(rows):
    centers = np.array([0.0, 10.0, -5.0])[rows.y]
    return _with(rows, leak=centers + rows.rng.normal(size=len(rows.y)))


@fault("D103", _classes)
def missing_in_one_class(rows):
    return _with(rows, when=np.where(rows.y == 1, np.nan, rows.rng.normal(size=len(rows.y))))


@fault("D103", lambda rows: _classes(rows) and len(rows.y) >= 150)
def present_only_in_some_of_one_class(rows):
    present = (rows.y == 1) & (rows.rng.random(len(rows.y)) < 0.6)
    return _with(rows, when=np.where(present, rows.rng.normal(size=len(rows.y)), np.nan))


@fault("D104", lambda rows: rows.task != "multiclass")
def named_like_the_target(rows):
    noise = rows.rng.normal(size=len(rows.y)) * (0.35 if _classes(rows) else 0.5 * rows.y.std())
    return dataclasses.replace(_with(rows, churn_level=rows.y + noise), target="churned")


@fault("D201")
def counted_in_any_order(rows):
    return _with(rows, no=rows.rng.permutation(len(rows.y)) * 10.0 + 100_000)


@fault("D201")
def with_some_rows_gone(rows):
    n = len(rows.y)
    return _with(rows, no=rows.rng.choice(int(1.5 * n), n, replace=False) + 1.0)


@fault("D201")
def digits_by_chance(rows):
    return _with(rows, no=rows.rng.choice(9_000_000, len(rows.y), replace=False) + 1_000_000.0)


@fault("D201")
def called_so(rows):
    return _with(rows, customerId=np.rint(np.exp(rows.rng.normal(14, 1, len(rows.y)))))


@fault("D202")
def constant(rows):
    return _with(rows, same=np.full(len(rows.y), 3.0))


@fault("D203", lambda rows: len(rows.y) >= 1000)
def nearly_constant(rows):
    flag = np.zeros(len(rows.y))
    flag[rows.rng.choice(len(flag), 3 if len(flag) < 3000 else 6, replace=False)] = 1
    return _with(rows, flag=flag)


@fault("D204", lambda rows: len(rows.y) >= 1500)
def noise(rows):
    return _with(rows, noise=rows.rng.normal(size=len(rows.y)))


def _a_number(rows):
    return next(cells for cells in rows.columns.values() if cells.dtype.kind == "f" and not np.isnan(cells).any())


@fault("D205")
def a_column_twice(rows):
    return _with(rows, again=_a_number(rows) * -2.54 + 1)


@fault("D205")
def a_column_on_a_curve(rows):
    return _with(rows, again=np.exp(0.1 * _a_number(rows)))


@fault("D205", lambda rows: "c0" in rows.columns and rows.columns["c0"].dtype.kind == "U")
def categories_twice(rows):
    return _with(rows, again=np.char.add("kind ", rows.columns["c0"]))


@fault("D206")
def minus_999(rows):
    cells = _a_number(rows).copy()
    cells[rows.rng.choice(len(cells), max(3, len(cells) // 50), replace=False)] = -999
    return _with(rows, marked=cells)


@fault("D206")
def a_large_number(rows):
    cells = rows.rng.gamma(2, 50, len(rows.y))
    cells[rows.rng.choice(len(cells), max(3, len(cells) // 50), replace=False)] = 99999
    return _with(rows, marked=cells)


def _continuous(rows):
    return sum(len(np.unique(cells)) > 0.9 * len(cells) for cells in rows.columns.values()) > 0


@fault("P101", _continuous)
def four_copies(rows):
    return rows.take(rows.rng.permutation(np.repeat(np.arange(len(rows.y)), 4)))


@fault("P101", _continuous)
def a_third_of_rows_twice(rows):
    n = len(rows.y)
    return rows.take(rows.rng.permutation(np.concatenate([np.arange(n), rows.rng.choice(n, n // 3, replace=False)])))


@fault("D301", _continuous)
def a_fifth_of_rows_twice(rows):
    n = len(rows.y)
    return rows.take(rows.rng.permutation(np.concatenate([np.arange(n), rows.rng.choice(n, n // 5, replace=False)])))


@fault("D302", lambda rows: _classes(rows) and _continuous(rows))
def copies_with_other_labels(rows):
    n = len(rows.y)
    copied = rows.rng.choice(n, max(4, n // 20), replace=False)
    more = rows.take(np.concatenate([np.arange(n), copied]))
    more.y[n:] = (more.y[n:] + 1) % (rows.y.max() + 1)
    return more


@fault("D401", lambda rows: rows.task == "multiclass")
def few_of_a_class(rows):
    rare = np.flatnonzero(rows.y == 2)
    return rows.take(np.setdiff1d(np.arange(len(rows.y)), rare[8:]))


@fault("D402", lambda rows: rows.task == "binary" and len(rows.y) >= 150)
def imbalanced(rows):
    positive = np.flatnonzero(rows.y == 1)
    return rows.take(np.setdiff1d(np.arange(len(rows.y)), positive[len(rows.y) // 20 :]))


@fault("P102", lambda rows: len(rows.y) <= 600)
def few_test_rows(rows):
    return rows


@fault("P103")
def a_new_category_in_the_test_part(rows):
    n = len(rows.y)
    kinds = np.array(list("st"))[rows.rng.integers(0, 2, n)]
    test = rows.rng.choice(n, n // 4, replace=False)
    kinds[test[:3]] = "u"
    return dataclasses.replace(_with(rows, kind=kinds), test=np.sort(test))


@fault("P104", lambda rows: len(rows.y) >= 300)
def shifted_in_the_test_part(rows):
    n = len(rows.y)
    test = np.sort(rows.rng.choice(n, n // 3, replace=False))
    cells = rows.rng.normal(size=n)
    cells[test] += 1
    return dataclasses.replace(_with(rows, moved=cells), test=test)


@fault("P104", lambda rows: len(rows.y) >= 150)
def later_rows_for_testing(rows):
    order = np.sort(rows.rng.normal(size=len(rows.y)))
    return dataclasses.replace(_with(rows, year=order), test=np.arange(int(0.7 * len(order)), len(order)))


def _patients(rows):
    n = len(rows.y)
    patient = rows.rng.permutation(np.arange(n) // 6)
    y = rows.rng.permutation(rows.y)[patient]
    if not _classes(rows):
        y = y + 0.3 * rows.rng.normal(size=n) * rows.y.std()
    return dataclasses.replace(rows, y=y), patient


@fault("P201", lambda rows: len(rows.y) >= 300)
def patients(rows):
    rows, patient = _patients(rows)
    numbers = rows.rng.permutation(int(patient.max()) + 1)
    return _with(rows, patient=numbers[patient] + 500.0)


@fault("P201", lambda rows: len(rows.y) >= 300)
def a_number_of_each_patient(rows):
    rows, patient = _patients(rows)
    return _with(rows, pressure=rows.rng.normal(120, 15, int(patient.max()) + 1)[patient])


@fault("P202", lambda rows: len(rows.y) >= 300)
def days_in_both_parts(rows):
    n = len(rows.y)
    walk = np.zeros(n)
    for i in range(1, n):
        walk[i] = 0.9 * walk[i - 1] + rows.rng.normal()
    y = (
        walk
        if not _classes(rows)
        else np.digitize(walk, np.quantile(walk, [0.6] if rows.task == "binary" else [0.35, 0.7]))
    )
    return dataclasses.replace(_with(rows, epoch_seconds=1.6e9 + 86400.0 * np.arange(n)), y=y)


@fault("P301", lambda rows: len(rows.y) >= 1000)
def other_labels_in_the_test_part(rows):
    test = np.sort(rows.rng.choice(len(rows.y), len(rows.y) // 3, replace=False))
    y = rows.y.copy()
    y[test] = (y[test] + 1) % (y.max() + 1) if _classes(rows) else 2 * y.mean() - y[test]
    return dataclasses.replace(rows, y=y, test=test)
