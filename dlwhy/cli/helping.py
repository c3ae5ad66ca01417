"""What `--help` shows of a command's options: in groups, and with `-h` only the few that matter."""

import textwrap
from collections.abc import Mapping
from typing import Any

import typer.core

from dlwhy.text import counted

# by the names of fields, which mean the same in all commands; what is in no group stands before them
GROUPS: Mapping[str, tuple[str, ...]] = {
    "A toy": ("samples", "noise", "classes", "features"),
    "A table": ("table", "target", "task", "drop", "drop_unlabelled", "missing", "title", "max_rows"),
    "The split": ("test_size", "stratify", "group", "time", "split_column"),
    "How a table's file is read": ("input_format", "delimiter", "encoding", "header"),
    "How its cells are read": (
        *("na", "keep_na_text", "dates", "category", "number", "keep", "target_type"),
        *("decimal", "thousands", "censored"),
    ),
    "The network": (
        *("inputs", "layers", "activation", "initializer", "batch_norm", "layer_norm", "residual"),
        *("linear_path", "zero_output", "normalize", "bins"),
    ),
    "Its training": (
        *("epochs", "min_steps", "batch_size", "optimizer", "learning_rate", "beta_2", "schedule"),
        *("class_weight", "clip_norm"),
    ),
    "Against overfitting": (*("dropout", "l1", "l2", "label_smoothing", "patience", "keep_best", "validation_split"),),
    "From another model": ("init_from", "freeze", "resume"),
    "Several networks": ("members", "replicas", "save"),
    "Beside the scores": ("importance", "slices", "temperature", "baselines"),
    "Gates": ("min_accuracy", "minima", "maxima", "fail_unless", "fail_on"),
    "Of compare, transfer and versatility": ("arm", "match", "source", "tables", "tune"),
    "Pictures": ("live", "dpi", "size", "style", "x", "y"),
    "The machine": ("device", "threads", "memory", "precision", "engine", "jobs", "cluster"),
    "Files": (
        "history",
        "tensorboard",
        "checkpoint_every",
        "snapshots",
        "keep_diverged",
        "compress",
        "max_size",
        "no_clobber",
    ),
    "For every command": ("quiet", "as_json", "config"),
}
# the options that matter, by command
SHORT: Mapping[str, tuple[str, ...]] = {
    "generate": ("name", "show_list", "samples", "noise", "table", "target", "drop", "group", "time", "seed", "output"),
    "train": (
        "data",
        "output",
        "recipe",
        "epochs",
        "layers",
        "learning_rate",
        "dropout",
        "patience",
        "members",
        "seed",
    ),
    "evaluate": ("model", "data", "baselines", "importance", "slices", "form", "minima", "as_json"),
    "predict": ("table", "model", "output", "proba", "keep", "interval", "form"),
    "sweep": (
        "data",
        "output",
        "layers",
        "learning_rate",
        "activation",
        "dropout",
        "epochs",
        "seeds",
        "validation_split",
    ),
    "plot": ("kinds", "model", "data", "output", "x", "y", "size", "style", "lang", "terminal", "show"),
    "run": ("name", "directory", "table", "target", "drop", "recipe", "epochs", "layers", "baselines", "seed"),
    "study": ("claims", "show_list", "data", "budget", "seeds", "only", "directory", "jobs", "details", "dry_run"),
    "study compare": ("arm", "data", "budget", "seeds", "match", "directory", "jobs", "details", "dry_run"),
    "check": ("data", "select", "ignore", "fail_on", "explain", "show_list"),
}
# what has no room for the first clause of its help: by field, or by command and field
BRIEF: Mapping[str, str] = {
    "arm": 'A recipe, "layers=64,64", model:FILE, baseline:NAME …',
    "as_json": "Print the result as JSON on stdout.",
    "baselines": "Compare with simple models.",
    "budget": "quick, default or thorough",
    "cache.action": "clear empties it; without, it is shown.",
    "check.data": 'A data set; "-" for CSV on stdin',
    "claims": "depth, data, compute, algorithms, transfer, versatility, all, or ingredients",
    "data": 'The data set; "-" for CSV on stdin',
    "evaluate.data": "The data set, or a table with the target",
    "explain": "Say what a check looks at, and what to do.",
    "fail_on": "Exit with 4 on: error, warning, note, or codes.",
    "fail_unless": "End with code 4 unless every verdict is this.",
    "folders": "What dlwhy run or dlwhy study has written",
    "form": "table, sentence, json, csv or markdown",
    "group": "Rows of one value are never split, as a customer's.",
    "importance": "How much worse with a column's values shuffled.",
    "interval": "Intervals, or sets, that hold the truth so often.",
    "keep": "Put the columns of the table before the prediction.",
    "kinds": "boundary, loss, roc, calibration, neurons … of --help",
    "lesson.check": "Only check your answer to the exercise.",
    "match": '"parameters": widths are adjusted to one size.',
    "members": "Networks whose predictions are averaged",
    "only": "Keep this task or arm only.",
    "patience": "Stop when so many epochs bring nothing.",
    "plot.x": "Feature on the horizontal axis of a map",
    "plot.lang": "en, or it for Italian",
    "predict.form": "csv or jsonl",
    "predict.table": "The rows: CSV, Parquet or JSON",
    "report.lang": "en, it for Italian, or en,it for both",
    "recipe": "What to start from: essay, table, or a file",
    "seeds": "How many, in place of the budget's",
    "select": "Only these checks, with commas",
    "study compare.data": "Your own data set",
    "study.data": "Your own data set, beside the controls",
    "study show.folders": "A study's folder, or one of several",
    "style": "light, dark or large",
    "sweep.seeds": "Networks of each combination",
    "table": "Import a table: CSV and its like, Parquet, JSON.",
    "terminal": "Draw boundary, loss or accuracy in the terminal.",
    "time": "Train on the past, test on the latest rows.",
    "tune.members": "Networks of the ensembles that are compared",
    "validation_split": "Share of the training part to score on",
}
_MOST_EXAMPLES, _LONGEST_WORD, _GAP = 3, 9, 2
_FEWEST = 20  # characters of what an option is, however narrow the terminal
# what stands for a value
_WORDS: Mapping[Any, str] = {str: "TEXT", int: "N", float: "X", list[str]: "TEXT"}


def arrange(command: Any) -> None:
    """Put the options of a command into groups; a switch needs no type beside it."""
    groups = {name: group for group, names in GROUPS.items() for name in names}
    command.params.sort(key=lambda each: _place(each.name))
    for option in command.params:
        if not isinstance(option, typer.core.TyperOption):
            option.display_type_rich = lambda **_: ""  # its name says what it is
            continue
        option.rich_help_panel = groups.get(option.name or "")
        if option.is_flag:
            option.metavar = ""
        elif option.metavar is None:
            option.metavar = _WORDS.get(option.type_descriptor.annotation)


def _place(name: str) -> tuple[int, int]:
    for place, names in enumerate(GROUPS.values()):
        if name in names:
            return place, names.index(name)
    return -1, 0


def is_short(arguments: list[str]) -> bool:
    """Say whether a command line asks for the short help."""
    return "-h" in arguments and "--help" not in arguments


def short(command: Any, usage: str, width: int) -> str:
    """Write the short help: what the command does, some examples, and a line for each option that matters."""
    chosen = _chosen(command)
    first, *others = command.help.replace(r"\[", "[").split("\n\n")
    examples = [line for part in others if part.startswith("Examples:") for line in part.splitlines()[1:]]
    names = [_name(option) for option in chosen]
    indent = max(map(len, names)) + 2 * _GAP
    width = max(width, indent + _FEWEST)
    rows = [
        textwrap.fill(
            f"{name:<{indent - _GAP}}{_line(option, command.name)}",
            width,
            initial_indent=" " * _GAP,
            subsequent_indent=" " * indent,
        )
        for name, option in zip(names, chosen, strict=True)
    ]
    left = sum(not _is_hidden(option) for option in command.params) - len(chosen)
    more = f"{counted(left, 'more option')}: dlwhy {command.name} --help"
    parts = [usage, textwrap.fill(first, width), "\n".join(examples[:_MOST_EXAMPLES]), "\n".join(rows), more]
    return "\n\n".join(parts)


def _chosen(command: Any) -> list[Any]:
    """Return the options that matter; of a command that names none all but those that others have, too."""
    names = SHORT.get(command.name)
    if names is None:
        shared = {*GROUPS["For every command"], *GROUPS["Files"], "help"}
        return [option for option in command.params if option.name not in shared and not _is_hidden(option)]
    chosen = [option for option in command.params if option.name in names]
    return sorted(chosen, key=lambda option: names.index(option.name))


def _is_hidden(option: Any) -> bool:
    return bool(getattr(option, "hidden", False))


def _name(option: Any) -> str:
    """Write an option as it is typed, with a word for its value."""
    if not isinstance(option, typer.core.TyperOption):
        return str(option.metavar or option.name.upper())
    long = next(name for name in option.opts if name.startswith("--"))
    letter = next((name for name in option.opts if not name.startswith("--")), None)
    word = "" if option.is_flag else option.metavar or "NAME"
    if len(word) > _LONGEST_WORD:
        word = "NAME=X" if "=" in word else "NAME"
    return f"{f'{letter}, ' if letter else '    '}{long} {word}".rstrip()


def _line(option: Any, command: str) -> str:
    """Say what an option is: the first clause of its help, and its default."""
    clause = (option.help or "").partition("; ")[0].partition(". ")[0].rstrip(".")
    text = BRIEF.get(f"{command}.{option.name}", BRIEF.get(option.name, clause)).rstrip(".")
    default = option.default[0] if isinstance(option.default, list) else option.default
    if isinstance(option.show_default, str):
        default = option.show_default
    # a default of none is none to be told
    told = option.show_default and isinstance(default, str | int | float) and not isinstance(default, bool)
    return f"{text} [{default}]" if told else text
