"""`dlwhy evaluate`: metrics of models on a data set."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from dlwhy import files
from dlwhy.cli import options as shared
from dlwhy.cli.console import Output, json_text
from dlwhy.errors import UsageError, check_whole, display

if TYPE_CHECKING:
    from dlwhy.cli.gates import Gate
    from dlwhy.data.dataset import Dataset
    from dlwhy.evaluation import Evaluation, Split
    from dlwhy.models.archive import Trained

# training rows from which simple models take more than a few seconds
_SLOW = 10_000


def evaluate(
    model: Annotated[
        list[str],
        typer.Option("--model", "-m", help='A .keras file, or "-" for stdin; several are compared.', metavar="FILE"),
    ] = ["model.keras"],  # noqa: B006  # Typer copies it
    data: shared.Data = "dataset.joblib",
    split: Annotated[Literal["test", "train", "all"], typer.Option(help="The part to evaluate on.")] = "test",
    form: Annotated[
        Literal["table", "json", "csv", "markdown"], typer.Option("--format", help="How to print the result.")
    ] = "table",
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Compare with simple models, trained on the same training part.")
    ] = False,
    min_accuracy: Annotated[
        float | None, typer.Option(help="Exit with 4 if the accuracy is below.", min=0, max=1)
    ] = None,
    minima: Annotated[
        list[str] | None,
        typer.Option("--min", help="Exit with 4 if a metric is below; may be repeated.", metavar="METRIC=VALUE"),
    ] = None,
    maxima: Annotated[
        list[str] | None,
        typer.Option("--max", help="Exit with 4 if a metric is above; may be repeated.", metavar="METRIC=VALUE"),
    ] = None,
    seed: shared.Seed = 42,
    metrics: Annotated[
        str | None, typer.Option(help="Write the metrics to a file as well, as JSON.", metavar="FILE.json")
    ] = None,
    max_size: shared.MaxSize = None,
    quiet: shared.Quiet = False,
    as_json: shared.Json = False,
    config: shared.Config = None,  # read before the others
) -> None:
    r"""Print the metrics of one or several models on a data set, by default on its held-out part.

    Accuracy comes with its 95 % Wilson interval, R², MAE and RMSE with a bootstrap interval. Features and classes are
    matched by name. --baselines adds simple models, from the majority class (or the mean) to gradient boosting, and the
    gain in accuracy (or R²) over each. Several models are compared with the first. Gains have a 95 % interval for pairs
    on the same rows; it says what other rows would change, not another seed: that is what study compare is for.

    \b
    Examples:
      dlwhy evaluate
      dlwhy evaluate -m model.keras -d moons.csv --json | jq .accuracy
      dlwhy evaluate -m m1.keras -m m2.keras --format csv
      dlwhy evaluate --baselines --min-accuracy 0.95 --max loss=0.2
    """
    from dlwhy.cli import inputs
    from dlwhy.evaluation import rows_of

    settings = dict(locals())
    bounds = _gates(settings)
    inputs.check_stdin(model, data)
    check_whole("--seed", seed, least=0, most=2**32 - 1)
    if metrics is not None and files.is_standard(metrics):
        raise UsageError("--metrics needs a file", "--json prints them on stdout")
    files.check_outputs({"--metrics": metrics}, inputs=[*model, data, config])

    def check(dataset: "Dataset") -> None:
        for bound in bounds:
            bound.check_task(dataset.task)
        rows_of(dataset, split, files.shown(data))

    trained, dataset = inputs.read_models_and_data(model, data, max_size=max_size, check=check)
    out = Output(quiet=quiet, as_json=as_json or form == "json")
    score_and_show(settings, trained, dataset, out)


def score_and_show(
    settings: dict[str, Any],
    trained: Mapping[str, "Trained"],
    dataset: "Dataset",
    out: Output,
    *,
    just_trained: bool = False,
) -> None:
    """Evaluate models, by path, print the result, and check the gates.

    Parameters
    ----------
    settings
        The parameters of `evaluate`.
    trained, dataset
        The models, and what to evaluate them on.
    out
        Where to print.
    just_trained
        Whether `train` has just told what the training shows.

    """
    from dlwhy.cli import gates, scores
    from dlwhy.models.diagnosis import diagnose

    data, split, seed = settings["data"], settings["split"], settings["seed"]
    models = _score_models(trained, dataset, data, split)
    if settings["baselines"] and len(dataset.y_train) > _SLOW:
        out.note(f"fitting simple models on {len(dataset.y_train)} rows: this may take a minute")
    found = scores.Scores(
        data=data,
        split=split,
        models=models,
        diagnoses={path: diagnose(one.history, one.details, models[path].outputs) for path, one in trained.items()},
        baselines=_score_baselines(dataset, data, split, seed) if settings["baselines"] else {},
        notes=_left_out(dataset) if settings["baselines"] else (),
        seed=seed,
    )
    if settings["metrics"] is not None:
        with files.open_output(settings["metrics"]) as handle:
            handle.write(json_text(scores.as_json(found)).encode())
    scores.show(out, found, "json" if settings["as_json"] else settings["form"], with_diagnoses=not just_trained)
    _note_other_data(out, trained, dataset)
    if settings["baselines"]:
        out.note(
            "note: this is one model on one held-out part; dlwhy study versatility --data asks the same of its own"
            " nets, on many splits, and dlwhy study compare --arm model:FILE.keras --arm baseline:NAME of your recipe"
        )
    gates.check_gates(_gates(settings), {files.shown(path): result for path, result in found.models.items()})


def _gates(settings: dict[str, Any]) -> "list[Gate]":
    from dlwhy.cli import gates

    return gates.read_gates(settings["min_accuracy"], settings["minima"] or [], settings["maxima"] or [])


def _score_models(
    trained: Mapping[str, "Trained"], dataset: "Dataset", data: str, split: "Split"
) -> "dict[str, Evaluation]":
    from dlwhy.evaluation import evaluate_model

    return {
        path: evaluate_model(one, dataset, split=split, model=files.shown(path), data=files.shown(data))
        for path, one in trained.items()
    }


def _note_other_data(out: Output, trained: Mapping[str, "Trained"], dataset: "Dataset") -> None:
    for path, one in trained.items():
        known = one.details.dataset or {}
        if known.get("fingerprint") not in (None, dataset.fingerprint):
            out.note(f"note: {files.shown(path)} was trained on another data set ({display(known.get('name'))})")


def _score_baselines(dataset: "Dataset", data: str, split: "Split", seed: int) -> "dict[str, Evaluation]":
    from dlwhy.evaluation import evaluate, rows_of
    from dlwhy.evaluation.results import without_probabilities
    from dlwhy.models.baselines import WORDS, fit_baselines

    X, y = rows_of(dataset, split, files.shown(data))
    found = {}
    for name, baseline in fit_baselines(dataset, seed=seed).items():
        result = evaluate(y, baseline.predict(X), task=dataset.task, class_names=dataset.class_names)
        found[WORDS[name]] = result if baseline.has_probabilities else without_probabilities(result)
    return found


def _left_out(dataset: "Dataset") -> tuple[str, ...]:
    from dlwhy.models.baselines import WORDS, too_many_rows

    names = [WORDS[name] for name in too_many_rows(dataset.task, len(dataset.y_train))]
    if not names:
        return ()
    return (f"left out, for they would take minutes on {len(dataset.y_train)} training rows: {', '.join(names)}",)
