"""What `--help` shows of a command's options: in groups, and with `-h` only the few that matter."""

import copy
from collections.abc import Mapping
from typing import Any

import typer.core

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
# the options that matter, by command; of a command that has no more than these all are shown
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
    "plot": ("kinds", "model", "data", "output", "size", "style", "terminal", "show"),
    "run": ("directory", "name", "table", "target", "drop", "recipe", "epochs", "layers", "baselines", "seed"),
    "study": ("claims", "show_list", "data", "budget", "seeds", "only", "directory", "jobs", "details", "dry_run"),
    "study compare": ("arm", "data", "budget", "seeds", "match", "directory", "jobs", "details", "dry_run"),
    "check": ("data", "select", "ignore", "fail_on", "explain", "show_list"),
}
_MOST_EXAMPLES, _LONGEST_WORD = 4, 8
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


def shortened(command: Any) -> Any:
    """Return a command with the options that matter, for its short help; with all of them if they are few."""
    names = SHORT.get(command.name)
    if names is None:
        return command
    short = copy.copy(command)
    chosen = [option for option in command.params if option.name in names]
    short.params = [_alone(option) for option in sorted(chosen, key=lambda option: names.index(option.name))]
    first, *others = (_first_lines(part) for part in command.help.split("\n\n"))
    left = len(command.params) - len(short.params)
    more = f"{left} more options: dlwhy {command.name} --help"
    short.help = "\n\n".join([first, *(part for part in others if part.startswith("Examples:")), more])
    return short


def _first_lines(part: str) -> str:
    """Keep the first of many examples."""
    return "\n".join(part.splitlines()[: 1 + _MOST_EXAMPLES]) if part.startswith("Examples:") else part


def _alone(option: Any) -> Any:
    """Return an option that is in no group, in few lines: the first clause of its help, and its default."""
    alone = copy.copy(option)
    alone.rich_help_panel = None
    if isinstance(option, typer.core.TyperOption):
        clause = (option.help or "").partition("; ")[0].partition(". ")[0].rstrip(".")
        has_default = (
            option.show_default is True and isinstance(option.default, str | int | float) and not option.is_flag
        )
        alone.help = f"{clause}; default {option.default}." if has_default else f"{clause}."
        alone.show_default = False
        if option.metavar is not None and len(option.metavar) > _LONGEST_WORD:
            alone.metavar = "NAME"
    return alone
