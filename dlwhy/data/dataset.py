"""What a data set is: float32 features, a train and a test part, names, a task and where it came from."""

import dataclasses
import functools
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
import numpy.typing as npt

from dlwhy import html
from dlwhy.data.splitting import Split
from dlwhy.data.values import check_texts, is_number
from dlwhy.errors import InputRefusedError, in_python
from dlwhy.text import display, listed

if TYPE_CHECKING:
    from dlwhy.data.tables.frames import Frame

Task = Literal["binary", "multiclass", "regression"]
ColumnKind = Literal["numeric", "boolean", "categorical"]
FloatArray = npt.NDArray[np.float32]
TASKS: tuple[Task, ...] = ("binary", "multiclass", "regression")
KINDS: tuple[ColumnKind, ...] = ("numeric", "boolean", "categorical")
MAX_COLUMNS = 10_000
MAX_NAME = 200
_LISTS = ("categories", "na")  # of a column
# its square is the largest float32: what is larger has no variance, so no network can scale it
LARGEST = 1.8e19
# Keras' Normalization divides by no smaller a deviation (its backend.epsilon())
SMALLEST_DEVIATION = 1e-7


@dataclasses.dataclass(frozen=True, kw_only=True)
class NumberForm:
    """How the numbers of a column are written, where that is not plainly: see `dlwhy.data.cells.decorated`."""

    decimal: str = "."  # what stands before the decimals
    thousands: str = ""  # what stands between thousands
    before: str = ""  # the unit in front of each number, a currency
    after: str = ""  # the unit behind each number
    censored: str = ""  # what a number such as <0.01 is taken to be: half of it, or the limit itself


@dataclasses.dataclass(frozen=True, kw_only=True)
class DatePart:
    """Which number a column is of a date in another: see `dlwhy.data.cells.dates`."""

    of: str  # the column of the table
    form: str  # how its dates are written
    part: str  # year, month, weekday (from 1, Monday), hour, or days since the first
    first: str = ""  # the first date, of the training part or of all


@dataclasses.dataclass(frozen=True, kw_only=True)
class Column:
    """How one column of a table becomes features: plain metadata, so that nothing fitted needs pickling.

    Parameters
    ----------
    name
        The column's name in the table.
    kind
        ``numeric`` and ``boolean`` become one feature, ``categorical`` one for each category (one-hot).
    categories
        The categories seen in training, in feature order. Any other cell becomes all zeros.
    fill
        What a missing cell is taken to be: the training median (a number; 0 or 1 for a boolean), or the most frequent
        training category.
    indicator
        Whether one more feature, ``NAME missing``, says that the cell was missing. It is made when the training part
        had missing cells.
    center, scale
        What is taken from a number in float64, and what it is divided by then, where float32 would not hold it well;
        None for nearly all columns.
    na
        Texts that the user has named as marks of missing cells.
    keep_na
        Whether the usual marks of missing cells are texts like others here: NA may be Namibia.
    other
        The category of all texts that are none of the others, if there is one.
    form
        How numbers are written, if not plainly.
    date
        Of which date the numbers are a part, if they are.

    """

    name: str
    kind: ColumnKind = "numeric"
    categories: tuple[str, ...] = ()
    fill: float | str | None = None
    indicator: bool = False
    center: float | None = None
    scale: float | None = None
    na: tuple[str, ...] = ()
    keep_na: bool = False
    other: str = ""
    form: NumberForm | None = None
    date: DatePart | None = None

    @property
    def of(self) -> str:
        """Name of the table's column that this one is made of."""
        return self.name if self.date is None else self.date.of

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that this column becomes."""
        own: tuple[str, ...] = (self.name,)
        if self.categories:
            own = tuple(f"{self.name}={category}" for category in self.categories)
        elif self.scale is not None:
            own = (f"{self.name} (from {_short(self.center or 0)} in steps of {_short(self.scale)})",)
        return (*own, f"{self.name} missing") if self.indicator else own


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Dataset:
    """A data set with its split. Arrays are C-contiguous, finite, in native byte order, and must not be changed.

    Parameters
    ----------
    X_train, X_test
        Features: (n_train, n_features) and (n_test, n_features), float32. Every feature is a number; how a table's
        columns became features is in `columns`.
    y_train, y_test
        Targets: (n_train,) and (n_test,). For classification int32 indices into `class_names`; for regression float32.
    name
        A short name for people, such as ``moons``.
    task
        ``binary``, ``multiclass`` or ``regression``.
    columns
        How the table's columns become features, in order; by default one numeric column a feature.
    class_names
        Names of the classes, at index order; empty for regression.
    target_name
        Name of the target column.
    provenance
        JSON-like facts on where the data came from: generator and its parameters, or the table and its options.
    split
        The column by which rows are kept together or in order, wherever they are split; None where each row stands for
        itself.

    Raises
    ------
    InputRefusedError
        If the parts contradict each other.

    """

    X_train: FloatArray
    y_train: npt.NDArray[Any]
    X_test: FloatArray
    y_test: npt.NDArray[Any]
    name: str
    task: Task
    columns: tuple[Column, ...] = ()
    class_names: tuple[str, ...] = ()
    target_name: str = "target"
    provenance: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    split: Split | None = None

    def __post_init__(self) -> None:
        if not self.columns and self.X_train.ndim == 2:
            names = tuple(Column(name=f"x{i}") for i in range(self.X_train.shape[1]))
            object.__setattr__(self, "columns", names)
        _check(self)
        if self.split is not None:
            self.split.check(len(self.y_train), len(self.y_test))

    @classmethod
    def from_frame(cls, frame: "Frame", *, target: str, name: str = "frame", **options: Any) -> "Dataset":
        """Make a data set of a pandas or polars frame; it is that of a CSV file of the frame.

        Parameters
        ----------
        frame
            Rows with their target; the index of a pandas frame is left out.
        target
            Name of the target column.
        name
            What to call the data set.
        options
            Those of `dlwhy.read_table`: ``drop``, ``task``, ``missing``, ``group``, ``time``, ``split_column``,
            ``test_size``, ``seed``, ``stratify``, ``max_size``.

        Raises
        ------
        UsageError, InputRefusedError
            As `dlwhy.read_table` does.

        """
        from dlwhy.data.tables.importing import read_table

        return dataclasses.replace(in_python(read_table)(frame, target=target, **options), name=name)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features, (n_features,)."""
        return tuple(feature for column in self.columns for feature in column.features)

    @property
    def n_features(self) -> int:
        """Number of features."""
        return int(self.X_train.shape[1])

    @property
    def n_classes(self) -> int:
        """Number of classes; 0 for regression."""
        return len(self.class_names)

    @property
    def split_column(self) -> str | None:
        """Name of the column of the user's own that said train or test, if that is all that is known of the split."""
        column = self.provenance.get("split_column")
        return column if self.split is None and isinstance(column, str) else None

    @property
    def how_split(self) -> str:
        """Say how the rows are split: by a column of groups, times or parts, or by chance."""
        if self.split is not None:
            return self.split.description
        return "by chance" if self.split_column is None else f'by its column "{display(self.split_column)}"'

    @functools.cached_property
    def fingerprint(self) -> str:
        """SHA-256 of all that decides a training: arrays, split, task, names and encodings; not name or provenance."""
        digest = hashlib.sha256()
        about = {key: value for key, value in self.metadata().items() if key not in ("name", "provenance")}
        digest.update(json.dumps(about, sort_keys=True).encode())
        for array in self.arrays().values():
            digest.update(f"{array.dtype.str}{array.shape}".encode())
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def __repr__(self) -> str:
        classes = f" ({listed(self.class_names)})" if self.class_names else ""
        n_train, n_test = len(self.y_train), len(self.y_test)
        return (
            f"<Dataset {display(self.name)}: {self.task}{classes}, {n_train} training and {n_test} test rows, "
            f"{self.n_features} features>"
        )

    def _repr_html_(self) -> str:
        rows = [
            ("task", self.task),
            ("target", self.target_name),
            *([("classes", listed(self.class_names))] if self.class_names else []),
            ("rows", f"{len(self.y_train)} for training, {len(self.y_test)} for testing"),
            *([("split", self.split.description)] if self.split else []),
            ("features", f"{self.n_features}: {listed(self.feature_names)}"),
        ]
        return html.card(f"Dataset {self.name}", rows)

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays by name: four, and two of groups or times if there are such."""
        found = {"X_train": self.X_train, "y_train": self.y_train, "X_test": self.X_test, "y_test": self.y_test}
        return (
            found if self.split is None else {**found, "split_train": self.split.train, "split_test": self.split.test}
        )

    def metadata(self) -> dict[str, Any]:
        """Everything but the arrays, as JSON-like values; `from_parts` takes it back."""
        split = {"split": {"by": self.split.by, "column": self.split.column}} if self.split else {}
        return {
            "name": self.name,
            "task": self.task,
            "columns": [column_as_json(column) for column in self.columns],
            "class_names": list(self.class_names),
            "target_name": self.target_name,
            "provenance": dict(self.provenance),
            **split,
        }

    @classmethod
    def from_parts(cls, arrays: Mapping[str, npt.NDArray[Any]], metadata: Mapping[str, Any]) -> Self:
        """Make a data set from what `arrays` and `metadata` gave.

        Raises
        ------
        InputRefusedError
            If a part is missing, unknown, or of the wrong kind.

        """
        try:
            fields: dict[str, Any] = {**arrays, **metadata}
            fields["columns"] = columns_from_json(fields["columns"])
            fields["class_names"] = tuple(fields["class_names"])
            check_texts(*fields["class_names"], *(fields[key] for key in ("name", "task", "target_name")))
            fields["provenance"] = dict(fields["provenance"])
            if "split" in fields or "split_train" in fields:
                keys = {part: fields.pop(f"split_{part}") for part in ("train", "test")}
                fields["split"] = Split(**fields["split"], **keys)
            return cls(**fields)
        except (KeyError, TypeError, ValueError) as error:
            raise InputRefusedError(f"the description of the data set is damaged ({type(error).__name__})") from error


def placed(columns: Iterable[Column]) -> Iterator[tuple[Column, slice]]:
    """Yield each column with the place of its features."""
    start = 0
    for column in columns:
        stop = start + len(column.features)
        yield column, slice(start, stop)
        start = stop


def columns_from_json(values: Any) -> tuple[Column, ...]:
    """Take columns back from JSON-like values, trusting nothing.

    Raises
    ------
    TypeError, ValueError
        If the values do not describe columns.

    """
    columns = tuple(map(_column_from_json, values))
    for column in columns:
        check_texts(column.name, column.other, *column.categories, *column.na)
        good_fill = column.fill is None or isinstance(
            column.fill, str if column.kind == "categorical" else (int, float)
        )
        flags = (column.indicator, column.keep_na)
        if column.kind not in KINDS or not good_fill or not all(isinstance(flag, bool) for flag in flags):
            raise ValueError("column")
        if (column.kind == "categorical") != bool(column.categories) or column.other not in ("", *column.categories):
            raise ValueError("categories")
        _check_scale(column)
    return columns


def _column_from_json(value: Any) -> Column:
    fields = {**value, **{name: tuple(value.get(name, ())) for name in _LISTS}}
    for name, kind in (("form", NumberForm), ("date", DatePart)):
        if name in fields:
            fields[name] = kind(**fields[name])
            check_texts(*vars(fields[name]).values())
    return Column(**fields)


def _check_scale(column: Column) -> None:
    plain = column.center is None and column.scale is None
    good = column.kind == "numeric" and is_number(column.center) and is_number(column.scale) and column.scale > 0
    if not plain and not good:
        raise ValueError("scale")


def _short(value: float) -> str:
    """Write a number so that it reads back the same."""
    return repr(float(value)).removesuffix(".0")


def column_as_json(column: Column) -> dict[str, Any]:
    """Return a column as JSON-like values; `columns_from_json` takes a list of them back."""
    # plain fields left out: ten thousand numeric columns should not fill a file with empty settings
    fields: dict[str, Any] = {"name": column.name, "kind": column.kind}
    fields |= {name: list(getattr(column, name)) for name in _LISTS if getattr(column, name)}
    if column.fill is not None:
        fields["fill"] = column.fill
    fields |= {name: getattr(column, name) for name in ("indicator", "keep_na", "other") if getattr(column, name)}
    for name, value in (("form", column.form), ("date", column.date)):
        if value is not None:
            fields[name] = {key: text for key, text in vars(value).items() if text}
    if column.scale is not None:
        fields |= {"center": column.center, "scale": column.scale}
    return fields


def _check(dataset: Dataset) -> None:
    if dataset.task not in TASKS:
        raise InputRefusedError("the task is not binary, multiclass or regression")
    n_features = len(dataset.feature_names)
    wanted = np.dtype(np.float32 if dataset.task == "regression" else np.int32)
    for part in ("train", "test"):
        X, y = getattr(dataset, f"X_{part}"), getattr(dataset, f"y_{part}")
        if X.ndim != 2 or y.ndim != 1 or len(X) != len(y):
            raise InputRefusedError(f"X_{part} {X.shape} and y_{part} {y.shape} do not fit together")
        if X.shape[1] != n_features or not n_features:
            raise InputRefusedError(f"X_{part} has {X.shape[1]} features, {n_features} are named")
        if X.dtype != np.float32 or y.dtype != wanted:
            raise InputRefusedError(f"X_{part} is {X.dtype} and y_{part} {y.dtype}; float32 and {wanted} expected")
        if not np.isfinite(X).all() or not np.isfinite(y).all():
            raise InputRefusedError(f"the {part} part holds values that are not finite numbers")
        if dataset.task != "regression" and len(y) and not 0 <= y.min() <= y.max() < dataset.n_classes:
            raise InputRefusedError(f"y_{part} holds a class that is not among the {dataset.n_classes} named")
    if (dataset.task == "regression") != (not dataset.class_names):
        raise InputRefusedError("class names and task contradict each other")
    # a binary data set may hold one class only: a model can be evaluated on it, though not trained
    fits = {"binary": (1, 2), "regression": (0,)}.get(dataset.task, range(3, 1 << 20))
    if len(set(dataset.class_names)) != dataset.n_classes or dataset.n_classes not in fits:
        raise InputRefusedError(f"{dataset.n_classes} class names do not fit the task {dataset.task}")
