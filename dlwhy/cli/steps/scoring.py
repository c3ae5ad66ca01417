"""Evaluating models, with gates and baselines: for `dlwhy evaluate` and `run`."""

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.arguments import Options, frozen_options, option
from dlwhy.cli.show.console import Output
from dlwhy.cli.steps import checked, looking
from dlwhy.cli.steps.cells import Written
from dlwhy.errors import UsageError, check_whole
from dlwhy.text import display, json_text

if TYPE_CHECKING:
    from dlwhy.cli.show import scores
    from dlwhy.data.dataset import Dataset
    from dlwhy.evaluation.gates import Gate
    from dlwhy.evaluation.labelled import Table
    from dlwhy.evaluation.results import Evaluation
    from dlwhy.models.trained import Trained

# training rows from which simple models take more than a few seconds
_SLOW = 10_000


@frozen_options
class Scoring(Options):
    """What models are compared with, and what they must reach."""

    baselines: bool = option(False, "Compare with simple models, trained on the same training part.", "--baselines")
    min_accuracy: float | None = option(None, "Exit with 4 if the accuracy is below.", min=0, max=1)
    minima: list[str] | None = option(
        None, "Exit with 4 if a metric is below; may be repeated.", "--min", metavar="METRIC=VALUE"
    )
    maxima: list[str] | None = option(
        None, "Exit with 4 if a metric is above; may be repeated.", "--max", metavar="METRIC=VALUE"
    )
    seed: int = shared.seed()

    def gates(self) -> "list[Gate]":
        """Give the gates; raises a `UsageError` if one can't be."""
        from dlwhy.evaluation import gates

        return gates.read_gates(self.min_accuracy, self.minima or [], self.maxima or [])


@frozen_options
class Evaluate(looking.Looking, Scoring, Written, shared.Text, shared.Reading):
    """The options of `dlwhy evaluate`."""

    model: list[str] = option(
        [shared.MODEL], 'A .keras file, or "-" for stdin; several are compared.', "--model", "-m", metavar="FILE"
    )
    data: str = option(
        shared.DATA,
        'The data set, or a table with the target: .joblib, .npz, .csv, .parquet …; "-" for CSV on stdin.',
        "--data",
        "-d",
    )
    split: Literal["test", "train", "all"] = option("test", "The part of a data set to evaluate on.")
    form: Literal["table", "sentence", "json", "csv", "markdown"] = option(
        "table", "How to print the result.", "--format"
    )
    metrics: str | None = option(None, "Write the metrics to a file as well, as JSON.", metavar="FILE.json")


def check(options: Evaluate) -> None:
    """Refuse what can be refused before anything is read."""
    from dlwhy.cli.steps import inputs

    options.gates()
    inputs.check_stdin(options.model, options.data)
    looking.check(options, options.form)
    check_whole("--seed", options.seed, least=0, most=2**32 - 1)
    if options.metrics is not None and files.is_standard(options.metrics):
        raise UsageError("--metrics needs a file", "--json prints them on stdout")
    files.check_outputs({"--metrics": options.metrics}, inputs=[*options.model, options.data, options.config])


def check_data(options: Evaluate, trained: "Mapping[str, Trained]", dataset: "Dataset | Table") -> None:
    """Refuse data that have no such part, or not what a gate asks for."""
    from dlwhy.evaluation.evaluate import rows_of
    from dlwhy.evaluation.labelled import Table

    data = files.shown(options.data)
    looking.check_task(options, trained)
    if isinstance(dataset, Table):
        for gate, one in itertools.product(options.gates(), trained.values()):
            gate.check_task(one.details.task)
        if "split" in options.given and options.split != "all":
            raise UsageError(f"--split {options.split}: {data} is a table without parts", "all its rows are evaluated")
        if options.baselines:
            raise UsageError(f"--baselines: {data} has no training part", "give a data set with -d")
        return
    for gate in options.gates():
        gate.check_task(dataset.task)
    rows_of(dataset, options.split, files.shown(options.data))


def score_and_show(
    options: Evaluate,
    trained: "Mapping[str, Trained]",
    dataset: "Dataset | Table",
    out: Output,
    *,
    just_trained: bool = False,
) -> None:
    """Evaluate models, by path, print the result, and check the gates.

    Parameters
    ----------
    options
        What to evaluate, and how to print it.
    trained, dataset
        The models, and what to evaluate them on.
    out
        Where to print.
    just_trained
        Whether `train` has just told what the training shows.

    """
    from dlwhy.cli.show import scores
    from dlwhy.data.dataset import Dataset
    from dlwhy.evaluation import gates

    found = _scores(options, trained, dataset, out)
    if options.metrics is not None:
        with files.open_output(options.metrics) as handle:
            handle.write(json_text(scores.as_json(found)).encode())
    scores.show(out, found, "json" if options.as_json else options.form, with_diagnoses=not just_trained)
    _tell_of_other_data(options, trained, dataset, out)
    if isinstance(dataset, Dataset) and not just_trained:  # a table to be judged on has no parts to check
        checked.tell(out, dataset, options.data)
    if options.baselines:
        out.note(
            "note: this is one model on one held-out part; dlwhy study versatility --data asks the same of its own"
            " nets, on many splits, and dlwhy study compare --arm model:FILE.keras --arm baseline:NAME of your recipe"
        )
    gates.check_gates(options.gates(), {files.shown(path): result for path, result in found.models.items()})


def _tell_of_other_data(
    options: Evaluate, trained: "Mapping[str, Trained]", dataset: "Dataset | Table", out: Output
) -> None:
    """Say what was evaluated, if it is not the held-out part of what a model was trained on."""
    from dlwhy.evaluation.labelled import Table
    from dlwhy.models.matching import was_trained_on

    if isinstance(dataset, Table):
        out.note(f"note: {files.shown(options.data)} is a table, not a data set: all its rows are evaluated")
        return
    for path, one in trained.items():
        known = one.details.dataset or {}
        if known.get("fingerprint") is not None and not was_trained_on(one.details, dataset):
            out.note(f"note: {files.shown(path)} was trained on another data set ({display(known.get('name'))})")


def _scores(
    options: Evaluate, trained: "Mapping[str, Trained]", dataset: "Dataset | Table", out: Output
) -> "scores.Scores":
    from dlwhy.cli.show import scores
    from dlwhy.data.dataset import Dataset
    from dlwhy.evaluation.evaluate import evaluate_model
    from dlwhy.models.diagnosis.rules import diagnose

    data, split = options.data, options.split
    models = {
        path: evaluate_model(one, dataset, split=split, model=files.shown(path), data=files.shown(data))
        for path, one in trained.items()
    }
    return scores.Scores(
        data=data,
        split=split if isinstance(dataset, Dataset) else "all",
        is_table=not isinstance(dataset, Dataset),
        after=_time_of(dataset) if isinstance(dataset, Dataset) and split == "test" else None,
        models=models,
        looks=looking.look(options, trained, dataset, split=split, seed=options.seed),
        diagnoses={path: diagnose(one.history, one.details, models[path].outputs) for path, one in trained.items()},
        baselines=_score_baselines(options, dataset, out) if isinstance(dataset, Dataset) and options.baselines else {},
        notes=_left_out(dataset) if isinstance(dataset, Dataset) and options.baselines else (),
        seed=options.seed,
    )


def _time_of(dataset: "Dataset") -> str | None:
    return dataset.split.column if dataset.split is not None and dataset.split.by == "time" else None


def _score_baselines(options: Evaluate, dataset: "Dataset", out: Output) -> "dict[str, Evaluation]":
    from dlwhy.evaluation.evaluate import evaluate, groups_of, rows_of
    from dlwhy.evaluation.results import without_probabilities
    from dlwhy.models.baselines import WORDS, fit_baselines

    if len(dataset.y_train) > _SLOW:
        out.note(f"fitting simple models on {len(dataset.y_train)} rows: this may take a minute")
    X, y = rows_of(dataset, options.split, files.shown(options.data))
    found, groups = {}, groups_of(dataset, options.split)
    for name, baseline in fit_baselines(dataset, seed=options.seed).items():
        result = evaluate(y, baseline.predict(X), task=dataset.task, class_names=dataset.class_names, groups=groups)
        found[WORDS[name]] = result if baseline.has_probabilities else without_probabilities(result)
    return found


def _left_out(dataset: "Dataset") -> tuple[str, ...]:
    from dlwhy.models.baselines import WORDS, too_many_rows

    names = [WORDS[name] for name in too_many_rows(dataset.task, len(dataset.y_train))]
    if not names:
        return ()
    return (f"left out, for they would take minutes on {len(dataset.y_train)} training rows: {', '.join(names)}",)
