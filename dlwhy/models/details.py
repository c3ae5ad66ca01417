"""What travels with a model: the plain facts on where it came from."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from dlwhy.data import terms
from dlwhy.data.dataset import TASKS, Column, FloatArray, Task, column_as_json, columns_from_json
from dlwhy.data.values import is_number, is_text, is_whole
from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models.spec import NetworkSpec, n_outputs
from dlwhy.text import display

FORMAT = 1
# more would take gigabytes for their stacks alone
MAX_THREADS = 1024
_MAX_TEXT = 10_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Details:
    """What is known of a model beside its weights; every value is JSON-like.

    Parameters
    ----------
    task
        ``binary``, ``multiclass`` or ``regression``.
    columns
        How a table's columns become the model's features, in order.
    class_names
        Names of the classes, at the index order of the model's output; empty for regression.
    target_name
        Name of the target column.
    network
        `NetworkSpec.to_json` of the network; None for a model from elsewhere.
    training
        How it was trained; None for a model from elsewhere.
    dataset
        Name, fingerprint and sizes of the data set it was trained on.
    seed, engine, threads, versions
        What decides the last bits.
    typical
        For each column the median or most frequent category in training; empty for a model from elsewhere.
    inputs
        Hand-made features that the network takes in place of those of the columns, as terms (`dlwhy.data.terms`);
        empty if it takes these.

    Raises
    ------
    InputRefusedError
        If the parts contradict each other.

    """

    task: Task
    columns: tuple[Column, ...]
    class_names: tuple[str, ...] = ()
    target_name: str = "target"
    network: Mapping[str, Any] | None = None
    training: Mapping[str, Any] | None = None
    dataset: Mapping[str, Any] | None = None
    seed: int | None = None
    engine: str | None = None
    threads: int | None = None
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)
    typical: tuple[float | str, ...] = ()
    inputs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.inputs:
            terms.places(self._terms, self.feature_names)
        if len(self.typical) not in (0, len(self.columns)):
            raise InputRefusedError(f"{len(self.typical)} typical values do not fit {len(self.columns)} columns")
        if self.task not in TASKS:
            raise InputRefusedError(f"the task is not one of {', '.join(TASKS)}")
        good = {"binary": (2,), "regression": (0,)}.get(self.task, range(3, 1 << 20))
        if len(self.class_names) not in good or len(set(self.class_names)) != len(self.class_names):
            raise InputRefusedError(f"{len(self.class_names)} class names do not fit the task {self.task}")

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features, (n_features,)."""
        return tuple(feature for column in self.columns for feature in column.features)

    @functools.cached_property
    def _terms(self) -> tuple[terms.Term, ...]:
        return terms.parse(",".join(self.inputs))

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of what the network takes: of the features, or of hand-made ones."""
        return self.inputs or self.feature_names

    def inputs_of(self, X: FloatArray) -> FloatArray:
        """Return what the network takes, (n, n_inputs), of features, (n, n_features)."""
        return terms.values(self._terms, self.feature_names, X) if self.inputs else X

    def epochs(self, history: Mapping[str, Sequence[float]]) -> int:
        """Return the epochs that were trained, which a history of moments does not tell."""
        told = (self.training or {}).get("epochs")
        return int(told) if self.unit == "moment" and is_whole(told) else max(map(len, history.values()), default=0)

    @property
    def unit(self) -> str:
        """What a value of the history is of: an ``epoch``, or a ``moment`` of those of which the best was kept."""
        return "moment" if (self.training or {}).get("best_moments") else "epoch"

    @property
    def filling(self) -> tuple[Column, ...]:
        """The columns with a value for missing cells in each, though none was missing in training."""
        if not self.typical:
            return self.columns
        return tuple(
            dataclasses.replace(column, fill=typical) if column.fill is None else column
            for column, typical in zip(self.columns, self.typical, strict=True)
        )

    @property
    def whole(self) -> frozenset[str]:
        """Names of the columns in which no cell was missing in training."""
        return frozenset(column.name for column in self.columns if column.fill is None)

    @property
    def n_outputs(self) -> int:
        """Units of the output layer."""
        return n_outputs(self.task, len(self.class_names))

    def to_json(self) -> dict[str, Any]:
        """Return the details as JSON-like values with a format version."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        lists = {
            "columns": list(map(column_as_json, self.columns)),
            "class_names": list(self.class_names),
            "typical": list(self.typical),
        }
        del values["inputs"]
        made = {"inputs": list(self.inputs)} if self.inputs else {}
        return {"format": FORMAT, **values, **lists, **made, "versions": dict(self.versions)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Take details back from JSON-like values, trusting nothing.

        Raises
        ------
        InputRefusedError
            If a value is missing, unknown, of the wrong kind, or of a format that this version does not know.

        """
        if not isinstance(values, Mapping):
            raise InputRefusedError("the description of the model is not a JSON object")
        fields = dict(values)
        version = fields.pop("format", None)
        if version != FORMAT:
            raise InputRefusedError(
                f"the description of the model has format {display(version)}; this dlwhy reads {FORMAT}",
                "upgrade dlwhy",
            )
        for name, check in _KINDS.items():
            if name in fields and not check(fields[name]):
                raise InputRefusedError(f"the description of the model is damaged: {name}")
        try:
            fields["columns"] = columns_from_json(fields["columns"])
            fields["class_names"] = tuple(fields.get("class_names", ()))
            fields["typical"] = tuple(fields.get("typical", ()))
            fields["inputs"] = tuple(fields.get("inputs", ()))
            _check_typical(fields["columns"], fields["typical"])
            if fields.get("network") is not None:
                NetworkSpec.from_json(fields["network"])
            return cls(**fields)
        except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
            raise InputRefusedError(f"the description of the model is damaged: {display(error, 120)}") from error


def _check_typical(columns: tuple[Column, ...], values: tuple[Any, ...]) -> None:
    for column, value in zip(columns, values, strict=False):
        if not (value in column.categories if column.kind == "categorical" else is_number(value)):
            raise ValueError("typical")


def _is_text(value: object) -> bool:
    return is_text(value, _MAX_TEXT)


def _is_object(value: object) -> bool:
    return value is None or isinstance(value, dict)


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(map(_is_text, values))


def _is_versions(values: object) -> bool:
    return isinstance(values, dict) and all(map(_is_text, (*values, *values.values())))


_KINDS: Mapping[str, Callable[[object], bool]] = {
    "task": _is_text,
    "columns": lambda value: isinstance(value, list),
    "class_names": _are_texts,
    "target_name": _is_text,
    "typical": lambda value: isinstance(value, list),
    "inputs": _are_texts,
    "network": _is_object,
    "training": _is_object,
    "dataset": _is_object,
    "seed": lambda value: value is None or is_whole(value),
    "engine": lambda value: value is None or _is_text(value),
    "threads": lambda value: value is None or is_whole(value, most=MAX_THREADS),
    "versions": _is_versions,
}
