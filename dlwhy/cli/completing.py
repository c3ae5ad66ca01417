"""What the shell's completion offers for an option: choices, data sets, claims, kinds of pictures, files by ending."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

Offer = Callable[[str], Iterable[str]]


def offered(name: str) -> Callable[..., list[str]] | None:
    """Return what completes the option or argument of a field, for Typer; None where there is nothing to offer."""
    offer = _OFFERS.get(name)
    if offer is None:
        return None

    def complete(incomplete: str) -> list[str]:
        return [each for each in offer(incomplete) if each.startswith(incomplete)]

    return complete


def _files(*endings: str) -> Offer:
    """Offer the files with one of some endings, and folders, in the folder that is being typed."""

    def offer(incomplete: str) -> list[str]:
        typed = incomplete.rpartition("/")[0]
        start = f"{typed}/" if "/" in incomplete else ""
        try:
            found = sorted(path for path in Path(start or ".").iterdir() if not path.name.startswith("."))
        except OSError:
            return []
        folders = [f"{start}{path.name}/" for path in found if path.is_dir()]
        return [*(f"{start}{path.name}" for path in found if path.suffix in endings and path.is_file()), *folders]

    return offer


def _of_training(name: str) -> Offer:
    def offer(_: str) -> Iterable[str]:
        from dlwhy.training.options import CHOICES

        return CHOICES[name]

    return offer


def _of_network(name: str) -> Offer:
    def offer(_: str) -> Iterable[str]:
        from dlwhy.models import spec

        return {"activation": spec.ACTIVATIONS, "initializer": spec.INITIALIZERS}[name]

    return offer


def _recipes(incomplete: str) -> Iterable[str]:
    from dlwhy.training.recipe import RECIPES

    return [*RECIPES, *_files(".toml")(incomplete)]


def _data_sets(_: str) -> Iterable[str]:
    from dlwhy.data.toys.registry import REGISTRY

    return REGISTRY


def _claims(_: str) -> Iterable[str]:
    from dlwhy.studies.claims import registry

    return [*registry.CLAIMS, *registry.ON_OWN, registry.COMPARE, "all", "show"]


def _lessons(_: str) -> Iterable[str]:
    from dlwhy.lessons.lesson import NAMES

    return NAMES


def _kinds(_: str) -> Iterable[str]:
    from dlwhy.figures.kinds import ANIMATION, KINDS, SWEEP

    return [*KINDS, ANIMATION, SWEEP]


def _budgets(_: str) -> Iterable[str]:
    from dlwhy.studies.request import BUDGETS

    return BUDGETS


def _languages(_: str) -> Iterable[str]:
    from dlwhy.messages.language import LANGUAGES

    return LANGUAGES


def _formats(_: str) -> Iterable[str]:
    from dlwhy.data.tables.formats.form import FORMATS

    return FORMATS


def _arms(_: str) -> Iterable[str]:
    from dlwhy.models import baselines
    from dlwhy.studies.arms.nets import NETS

    return [*(f"net:{name}" for name in NETS), *(f"baseline:{name}" for name in baselines.WORDS)]


_DATA, _MODEL = _files(".joblib", ".npz", ".csv"), _files(".keras")
# by the names of fields
_OFFERS: Mapping[str, Offer] = {
    **{name: _of_network(name) for name in ("activation", "initializer")},
    **{
        name: _of_training(name)
        for name in ("optimizer", "schedule", "engine", "normalize", "class_weight", "precision")
    },
    "recipe": _recipes,
    "name": _data_sets,
    "claims": _claims,
    "folders": _files(),
    "lesson": _lessons,
    "kinds": _kinds,
    "budget": _budgets,
    "input_format": _formats,
    "arm": _arms,
    "task": lambda _: ("binary", "multiclass", "regression"),
    "fail_unless": lambda _: ("supported", "not supported"),
    "save": lambda _: ("median", "best", "all"),
    "data": _DATA,
    "model": _MODEL,
    "init_from": _MODEL,
    "resume": _MODEL,
    "source": _MODEL,
    "file": _files(".joblib", ".npz", ".csv", ".keras"),
    "table": _files(".csv", ".tsv", ".txt", ".gz", ".parquet", ".json", ".jsonl"),
    "config": _files(".toml"),
    "lang": _languages,
    "page": _files(".html"),
}
