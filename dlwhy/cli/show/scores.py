"""Evaluations of several models, and of the baselines, as a table, JSON, CSV or Markdown."""

import csv
import dataclasses
import functools
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dlwhy.cli.show.columns import Table, fitting
from dlwhy.cli.show.console import Output
from dlwhy.cli.show.looks import Looks
from dlwhy.cli.show.score_tables import WORDS, tables, with_interval
from dlwhy.data.dataset import Task
from dlwhy.evaluation import comparison
from dlwhy.evaluation.comparison import Difference, difference
from dlwhy.evaluation.results import ENDS, MAIN_METRIC, Evaluation
from dlwhy.files import is_standard
from dlwhy.models.diagnosis.rules import Finding
from dlwhy.text import display, number, protected

_ROWS_OF = {
    "test": "{}",
    "later": "{} later than those it was trained on",
    "train": "{} that it was trained on",
    "all": "{}, those it was trained on among them",
    "table": "{}",
}


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """What `dlwhy evaluate` found.

    Parameters
    ----------
    data, split
        What was evaluated on: the path, and ``test``, ``train`` or ``all``.
    is_table
        Whether that is a table without parts, of which all rows were evaluated.
    after
        The column of times by which the rows evaluated on are later than those for training, if there is one.
    models
        By path, at least one.
    baselines
        By name for people, guessing first; may be empty.
    notes
        What to know beside the evaluations' own notes.
    diagnoses
        What the training of each model shows, by path.
    looks
        Where each model errs and what it looks at, by path, if that was asked for.
    seed
        Seed of the bootstrap.

    """

    data: str
    split: str
    models: Mapping[str, Evaluation]
    baselines: Mapping[str, Evaluation] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()
    diagnoses: Mapping[str, Sequence[Finding]] = dataclasses.field(default_factory=dict)
    looks: Mapping[str, Looks] = dataclasses.field(default_factory=dict)
    seed: int = 42
    is_table: bool = False
    after: str | None = None

    @property
    def task(self) -> Task:
        """What is predicted."""
        return next(iter(self.models.values())).task

    @functools.cached_property
    def gains(self) -> dict[str, dict[str, Difference]]:
        """By how much each model's accuracy, or R², is above each baseline's on the same rows."""
        return {
            model: {name: difference(ours, other, seed=self.seed) for name, other in self.baselines.items()}
            for model, ours in self.models.items()
        }

    @functools.cached_property
    def gains_over_first(self) -> dict[str, Difference]:
        """By how much the accuracy, or R², of each model but the first is above the first's."""
        first, *others = self.models
        return {name: difference(self.models[name], self.models[first], seed=self.seed) for name in others}

    def is_below_guessing(self, evaluation: Evaluation) -> bool:
        """Say whether accuracy, or R², is below that of the majority class, or the mean."""
        guessing = next(iter(self.baselines.values()))
        ours, theirs = (each.metrics[MAIN_METRIC[self.task]] for each in (evaluation, guessing))
        return ours is not None and theirs is not None and ours < theirs

    def sentences(self, model: str) -> list[str]:
        """Say in words how a model compares with the baselines, and with the first model."""
        kind = "table" if self.is_table else "later" if self.after is not None else self.split
        rows = _ROWS_OF[kind].format(self.models[model].rows)
        several, said = len(self.models) > 1, []
        if beside := comparison.with_simple(self.gains[model], self.baselines, rows):
            said.append(f"{display(model)}: {beside}" if several else beside)
        first = next(iter(self.models))
        gain = self.gains_over_first.get(model)
        if gain is not None and gain.value is not None:
            said.append(comparison.against_model(gain, display(model), display(first), rows.replace(" it ", " they ")))
        return said


def show(out: Output, scores: Scores, form: str, *, with_diagnoses: bool = True) -> None:
    """Print on stdout in one of the forms, and what to know about the numbers on stderr."""
    _FORMS[form](out, scores)
    evaluations = {**scores.models, **scores.baselines}
    notes = [note for evaluation in evaluations.values() for note in evaluation.notes]
    several = len(scores.models) > 1
    for model, findings in scores.diagnoses.items() if with_diagnoses else ():
        notes += [f"{display(model)}: {finding.says}" if several else finding.says for finding in findings]
    notes += [note for looks in scores.looks.values() for note in looks.notes()]
    for note in dict.fromkeys((*notes, *scores.notes)):
        out.note(f"note: {note}")


def as_json(scores: Scores) -> dict[str, Any] | list[dict[str, Any]]:
    """Give one flat object a model, with the rows a class, the confusion matrix and the baselines behind; or a list."""
    objects = [_object(scores, name) for name in scores.models]
    return objects[0] if len(objects) == 1 else objects


def _object(scores: Scores, model: str) -> dict[str, Any]:
    evaluation = scores.models[model]
    found: dict[str, Any] = {"model": model, "data": scores.data, "split": scores.split, "task": evaluation.task}
    found |= evaluation.as_json(scores.split) | _compared(scores, model)
    if sentences := scores.sentences(model):
        found["comparison"] = " ".join(sentences)
    if evaluation.confusion is not None:
        rows = map(dataclasses.asdict, evaluation.classes)
        found["per_class"] = [{"class": row.pop("name"), **row} for row in rows]
        found["confusion"] = evaluation.confusion.tolist()
    if scores.baselines:
        found["baselines"] = {
            name: {**other.as_json(scores.split), "below_guessing": scores.is_below_guessing(other)}
            for name, other in scores.baselines.items()
        }
    if model in scores.looks:
        found |= scores.looks[model].as_json()
    found["diagnosis"] = [dataclasses.asdict(finding) for finding in scores.diagnoses.get(model, ())]
    if notes := (*evaluation.notes, *scores.notes):
        found["notes"] = list(notes)
    return found


def _compared(scores: Scores, model: str) -> dict[str, float | bool | None]:
    """Give the gains over the baselines and over the first model, each with its interval, as flat fields."""
    found: dict[str, float | bool | None] = {}
    for name, gain in scores.gains[model].items():
        found |= _gain(name.lower().replace(" ", "_"), gain)
    if scores.baselines:
        found["below_guessing"] = scores.is_below_guessing(scores.models[model])
    if len(scores.models) > 1:
        found |= _gain("first", scores.gains_over_first.get(model))
    return found


def _gain(over: str, gain: Difference | None) -> dict[str, float | None]:
    values = (None, None, None) if gain is None else (gain.value, gain.low, gain.high)
    return {f"gain_over_{over}{end}": value for end, value in zip(ENDS, values, strict=True)}


def _show_csv(out: Output, scores: Scores) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(_lines(scores)[0]), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(_lines(scores))
    out.text(text.getvalue().rstrip("\n"))


def _lines(scores: Scores) -> list[dict[str, str]]:
    """Give a row of CSV a model, then a baseline; the first has all columns."""
    found = []
    for name, evaluation in {**scores.models, **scores.baselines}.items():
        shown = name if is_standard(name) else protected(name)
        about = {"model": shown, "split": scores.split, "n_samples": str(evaluation.n_samples)}
        compared = _compared(scores, name) if name in scores.models else {}
        if scores.baselines:
            compared["below_guessing"] = scores.is_below_guessing(evaluation)
        found.append(about | {key: _number(value) for key, value in {**evaluation.metrics, **compared}.items()})
    return found


def _number(value: float | bool | None) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else repr(value)


def _show_markdown(out: Output, scores: Scores) -> None:
    made = ["\n".join(_lines_of(header, rows)) for header, rows in tables(scores)]
    for path, looks in scores.looks.items():
        for sentences, table in looks.parts():
            made += [_marked_down(sentence) for sentence in _named(scores, path, sentences)]
            made += [_marked_down(f"{table[0]}:"), "\n".join(_lines_of(*table[1]))] if table else []
    out.text("\n\n".join([*map(_marked_down, _all_sentences(scores)), *made]))


def _lines_of(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for cells in (header, ["---", *["---:"] * (len(header) - 1)], *rows):
        yield f"| {' | '.join(_marked_down(cell).replace('|', chr(92) + '|') for cell in cells)} |"


def _named(scores: Scores, model: str, sentences: Sequence[str]) -> list[str]:
    """Put the name of the model before sentences, if there are several."""
    return [f"{display(model)}: {each}" if len(scores.models) > 1 else each for each in sentences]


def _marked_down(text: str) -> str:
    return text.replace("<", "&lt;")


def _show_tables(out: Output, scores: Scores) -> None:
    opening, title = _opening(scores)
    for sentence in (*opening, *_all_sentences(scores)):
        out.sentence(sentence)
    out.text("")
    for table in tables(scores):
        _show_table(out, table, title)
        title = ""
    for path, looks in scores.looks.items():
        for sentences, below in looks.parts():
            for sentence in _named(scores, path, sentences):
                out.sentence(sentence)
            if below is not None:
                _show_table(out, below[1], below[0])


def _show_sentences(out: Output, scores: Scores) -> None:
    """Say how good each model is, its loss, and how it compares, without a table."""
    metric, (opening, title) = MAIN_METRIC[scores.task], _opening(scores)
    said = [*opening] if opening else [f"On {title}:"]
    for model, found in scores.models.items():
        own = [] if opening else [f"{WORDS[metric]} {with_interval(found, metric)}"]
        if (loss := found.metrics.get("loss")) is not None:
            own.append(f"loss {number(loss)}")
        text = ", ".join(own)
        if text:
            said.append(f"{text[0].upper()}{text[1:]}." if len(scores.models) == 1 else f"{display(model)}: {text}.")
    said += _all_sentences(scores)
    for path, looks in scores.looks.items():
        said += [each for sentences, _ in looks.parts() for each in _named(scores, path, sentences)]
    for each in said:
        out.sentence(each)


def _opening(scores: Scores) -> tuple[list[str], str]:
    """Say in a sentence how good the one model is, and on which rows; of several, a title says on which."""
    first = next(iter(scores.models.values()))
    later = "" if scores.after is None else f', the latest by "{display(scores.after)}"'
    part = "" if scores.is_table else f", {scores.split} part"
    where = f"{display(scores.data)}{part}"
    metric = MAIN_METRIC[scores.task]
    if len(scores.models) > 1 or first.metrics[metric] is None:
        return [], f"{where}: {first.rows}{later}"
    words = WORDS[metric]
    says = f"{words[0].upper()}{words[1:]} {with_interval(first, metric)} (95 %), on {first.rows} of {where}{later}."
    return [says], ""


def _show_table(out: Output, table: Table, title: str) -> None:
    for header, rows in fitting(table, out.width):
        out.table([header[0], *(f">{name}" for name in header[1:])], rows, title=title)
        title = ""


def _all_sentences(scores: Scores) -> Iterator[str]:
    for model in scores.models:
        yield from scores.sentences(model)


_FORMS: Mapping[str, Callable[[Output, Scores], None]] = {
    "table": _show_tables,
    "sentence": _show_sentences,
    "json": lambda out, scores: out.json(as_json(scores)),
    "csv": _show_csv,
    "markdown": _show_markdown,
}
