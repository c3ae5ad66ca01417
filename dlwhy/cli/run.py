"""`dlwhy run`: generate, train, evaluate and plot in one process, into a folder."""

import inspect
from pathlib import Path
from typing import Annotated, Any

import typer

from dlwhy import files
from dlwhy.cli.console import Output
from dlwhy.cli.evaluate import evaluate, score_and_show
from dlwhy.cli.generate import generate, make_and_save
from dlwhy.cli.plot import check as check_plot
from dlwhy.cli.plot import draw_and_save, plot
from dlwhy.cli.train import check as check_train
from dlwhy.cli.train import train, train_and_save
from dlwhy.errors import GateError, OutputBlockedError, display

_STEPS = (generate, train, evaluate, plot)
# what the folder decides, and what makes sense for one step on its own only
_LEFT_OUT = {
    "context",
    "show_list",
    "data",
    "model",
    "output",
    "metrics",
    "split",
    "form",
    "resume",
    "show",
    "max_size",
}
_FILES = {"data": "dataset.joblib", "model": "model.keras", "metrics": "metrics.json", "picture": "plot.png"}


def run(context: typer.Context, **given: Any) -> None:
    r"""Make a data set, train, evaluate and plot in one process; write it all into a folder.

    The folder then holds dataset.joblib, model.keras, metrics.json and plot.png. The options are those of the four
    commands; the seed is the same for all of them.

    \b
    Examples:
      dlwhy run
      dlwhy run digits --layers 64,64 --dir digits
      dlwhy run --from churn.csv --target churned --baselines
    """
    folder = _made(given["directory"])
    paths = {what: str(folder / name) for what, name in _FILES.items()}
    every = {**_defaults(), **given, "data": paths["data"], "model": paths["model"], "metrics": paths["metrics"]}
    # what a step says on stdout on its own is not what this command is asked for
    out, silent = Output(quiet=given["quiet"], as_json=given["as_json"]), {"as_json": False}
    training = every | silent | {"output": paths["model"]}
    picture = every | silent | {"output": paths["picture"], "model": [paths["model"]]}
    _check_outputs(paths, given)
    check_train(context, training)
    check_plot(picture)
    steps = Output(quiet=given["quiet"])
    dataset = make_and_save(context, every | silent | {"output": paths["data"]}, steps)
    trained = train_and_save(context, training, dataset, steps)
    failed = None
    try:
        score_and_show(every | {"model": [paths["model"]]}, {paths["model"]: trained}, dataset, out, just_trained=True)
    except GateError as error:
        failed = error
    from dlwhy.figures.subject import Subject

    draw_and_save(picture, Subject.from_trained(trained, dataset, model=paths["model"], data=paths["data"]))
    if not out.as_json:
        out.text(paths["picture"])
    if failed:
        raise failed


def _check_outputs(paths: dict[str, str], given: dict[str, Any]) -> None:
    """Check all that the four steps write against all that they read, which each of them can't."""
    outputs = {f"--dir ({what})": path for what, path in paths.items()} | {"--history": given["history"]}
    read = [given[name] for name in ("table", "init_from", "config")]
    folders = {"--tensorboard": given["tensorboard"]}
    files.check_outputs(outputs, inputs=read, folders=folders, no_clobber=given["no_clobber"])


def _parameters() -> dict[str, inspect.Parameter]:
    """Give the parameters of the four commands by name, the first of each name."""
    found: dict[str, inspect.Parameter] = {}
    for step in _STEPS:
        for name, parameter in inspect.signature(step).parameters.items():
            found.setdefault(name, parameter)
    return found


def _defaults() -> dict[str, Any]:
    return {name: parameter.default for name, parameter in _parameters().items()}


def _signature() -> inspect.Signature:
    """Make the signature that Typer reads: the context, the folder, and the options of the four commands."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    context = inspect.Parameter("context", keyword, annotation=typer.Context)
    folder = inspect.Parameter(
        "directory",
        keyword,
        default="run",
        annotation=Annotated[str, typer.Option("--dir", help="The folder to write to; made if missing.")],
    )
    kept = [each for name, each in _parameters().items() if name not in _LEFT_OUT and name != "kinds"]
    return inspect.Signature([context, folder, *(each.replace(kind=keyword) for each in kept)])


def _made(name: str) -> Path:
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputBlockedError(f"{files.shown(name)}: {display(error.strerror)}") from error
    return folder


run.__signature__ = _signature()  # type: ignore[attr-defined]
run.__annotations__ = {name: each.annotation for name, each in _signature().parameters.items()}
