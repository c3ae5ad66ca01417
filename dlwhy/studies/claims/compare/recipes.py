"""Recipes as text, such as ``layers=64,64 dropout=0.3``: the options of ``dlwhy train`` by their names.

That of a trained model, its network and training options, is read from its file, and nothing of it is run.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dlwhy import files
from dlwhy.data.dataset import Task as Kind
from dlwhy.errors import InputRefusedError, UsageError, check_whole, naming
from dlwhy.models import baselines
from dlwhy.models.front import bins_of
from dlwhy.models.keras_file import archive
from dlwhy.models.layouts import Layout
from dlwhy.models.network import NetworkSpec
from dlwhy.models.simple import rivals
from dlwhy.models.spec import MAX_MEMBERS
from dlwhy.models.stacked import StackedNetwork, n_outputs
from dlwhy.studies.arms import scoring
from dlwhy.studies.arms.nets import NETS, Net
from dlwhy.text import display, meant
from dlwhy.training import recipe
from dlwhy.training.data import linear_path
from dlwhy.training.options import TrainingOptions

BASELINE, MODEL, NET = "baseline:", "model:", "net:"
# as near as widths must bring two sizes
NEAR = 0.05
_SHORT = {"lr": "learning_rate"}
# what all arms have in common, so that they differ in nothing else: a study standardises the features itself, and has
# seeds of its own
_COMMON: Mapping[str, Any] = {
    "normalize": "never",
    "seed": TrainingOptions.seed,
    "engine": TrainingOptions.engine,
    "precision": TrainingOptions.precision,
    "checkpoint_every": None,
}


_PLAIN = Net(network=NetworkSpec(), options=TrainingOptions(normalize="never"))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Recipe:
    """One arm of a comparison.

    Parameters
    ----------
    text
        As the user gave it, which is its name.
    network, options
        What it says of a network; None for a simple model.
    model
        Name of a simple model, or None.
    members
        Networks a run, whose predictions are averaged.
    tuned
        Whether a variant is chosen for each split.
    has_rate
        Whether it names its learning rate, which is then not tuned.
    from_other
        Whether it is of a model that began with another one's weights, as it does not here.

    """

    text: str
    network: NetworkSpec | None = None
    options: TrainingOptions | None = None
    model: str | None = None
    members: int = 1
    tuned: bool = False
    has_rate: bool = False
    from_other: bool = False


def parse(
    text: str, kind: Kind, *, epochs: int | None = None, models: Mapping[str, Mapping[str, Any]] | None = None
) -> Recipe:
    """Read a recipe.

    Parameters
    ----------
    text
        Options of ``train`` with spaces between, switches by their name alone; or ``net:NAME``, which options may
        follow that change it; or ``baseline:NAME``, or ``model:FILE`` for the recipe of a model.
    kind
        What is to be learnt, which decides the simple models there are.
    epochs
        Passes over the training part, if the recipe does not say.
    models
        Recipes of models that were read before, by text; see `read_all`.

    Raises
    ------
    UsageError
        If a name or an option is unknown, or an option is given twice, or has a value that can't be.
    InputRefusedError, InputUnreadableError, InputOutputError
        If a model's recipe can't be read.

    """
    if text.strip().startswith(MODEL):
        return _of_model(text, models or {})
    name = " ".join(text.split())
    if name.startswith(BASELINE):
        return Recipe(text=name, model=_model(name, kind))
    if not name:
        raise UsageError('--arm "" says nothing', "name an option, such as layers=10,10")
    first, *others = name.split()
    net = _net(first, name) if first.startswith(NET) else None
    base = net or _PLAIN
    if base.tuned and (others or epochs):
        raise _refused(name, "its options are what is tuned", "give it alone, without --epochs")
    given = ({"epochs": epochs, "min_steps": None} if epochs else {}) | _options(others if net else name.split(), name)
    try:
        network, options = recipe.recipe(given, (base.network, base.options))
        if network.linear_path:
            linear_path.check(held_out=options.held_out > 0)
    except UsageError as error:
        raise _refused(name, error.message, error.hint) from error
    has_rate = net is not None or "learning_rate" in given
    return Recipe(
        text=name, network=network, options=options, members=base.members, tuned=base.tuned, has_rate=has_rate
    )


def read_all(texts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Read the recipes of all models among the texts of arms, by text: a study is shown when the files are gone.

    Raises
    ------
    UsageError
        If a text names no file.
    InputRefusedError, InputUnreadableError, InputOutputError
        If a file can't be read, or has no recipe of ours in it.

    """
    return {name_of(text): read(text) for text in texts if text.strip().startswith(MODEL)}


def check_installed(texts: Iterable[str]) -> None:
    """Refuse a model of another maker that is not there, before anything runs.

    Raises
    ------
    UsageError
        If it can't be tried here.

    """
    for name in (text.strip().removeprefix(BASELINE) for text in texts):
        if name in rivals.RIVALS:
            rivals.check(name)


def name_of(text: str) -> str:
    """Return the name of the arm: as it was given, but for space round it."""
    return display(text.strip(), 200)


def models_of(texts: Sequence[str]) -> list[str]:
    """Return the files that arms name."""
    return [_path_of(text) for text in texts if text.strip().startswith(MODEL)]


def _path_of(text: str) -> str:
    return text.strip().removeprefix(MODEL).strip()


def read(text: str) -> dict[str, Any]:
    """Read one model's recipe, JSON-like; raises as `read_all` does."""
    path = _path_of(text)
    if not path or files.is_standard(path):
        raise UsageError(f'--arm "{display(text, 100)}" names no file', "such as model:model.keras")
    told = archive.describe(path)
    training = told["training"] or {}
    if not told["network"] or not training.get("options"):
        raise InputRefusedError(
            f"{files.shown(path)}: no training options in it, it was not trained by dlwhy",
            'write its recipe out, such as --arm "layers=64,64 epochs=50"',
        )
    if told["inputs"]:
        raise InputRefusedError(f"{files.shown(path)}: takes hand-made inputs (--inputs), which a comparison has not")
    found = {
        "network": told["network"],
        "options": training["options"],
        "members": training.get("members", 1),
        "taken": bool(training.get("taken")),
    }
    with naming(files.shown(path)):
        take(found)
    return found


def take(recipe: Mapping[str, Any]) -> Net:
    """Make networks, and how they are trained, of what `read` gave, trusting nothing.

    Raises
    ------
    InputRefusedError
        If a value can't be.

    """
    try:
        network = NetworkSpec.from_json(recipe["network"])
        options = TrainingOptions.from_json(recipe["options"])
        members = recipe.get("members", 1)
        check_whole("members", members, least=1, most=MAX_MEMBERS)
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise InputRefusedError(f"its recipe is damaged: {display(error, 120)}") from error
    scaling = {"normalize": "robust"} if options.normalize == "robust" else {}  # goes on top of the study's
    return Net(network=network, options=dataclasses.replace(options, **{**_COMMON, **scaling}), members=members)


def _of_model(text: str, models: Mapping[str, Mapping[str, Any]]) -> Recipe:
    name = name_of(text)
    found = models.get(name) or read(text)
    net = take(found)
    return Recipe(
        text=name,
        network=net.network,
        options=net.options,
        members=net.members,
        has_rate=True,
        from_other=bool(found.get("taken")),
    )


def parameters(network: NetworkSpec, *, features: int, n_train: int, kind: Kind, classes: int) -> int:
    """Count the trainable parameters of a network; where there are bins, as if every feature had them."""
    inputs, outputs = features * (1 + bins_of(network.bins, n_train)), n_outputs(kind, classes)
    shape = StackedNetwork(spec=network, n_inputs=inputs, n_outputs=outputs, layout=Layout("first"))
    return scoring.parameters(shape)


def resized(network: NetworkSpec, wanted: int, count: Callable[[NetworkSpec], int]) -> NetworkSpec | None:
    """Widen or narrow the hidden layers, in their proportions, to about as many parameters; None if that can't be.

    Parameters
    ----------
    network
        The network to change.
    wanted
        Parameters that it should have, within 5 %.
    count
        Counts a network's parameters.

    """
    if not network.layers:
        return network if abs(count(network) / wanted - 1) <= NEAR else None
    low, high = 1e-3, 1e3
    for _ in range(60):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if count(_scaled(network, middle)) < wanted else (low, middle)
    # unequal widths reach sizes in between, but would switch residual connections off
    ups = range(len(network.layers)) if not network.residual else (0,)
    tried = [_scaled(network, factor, up) for factor in (low * 0.999, high * 1.001) for up in ups]
    best = min(tried, key=lambda scaled: abs(count(scaled) - wanted))
    return best if abs(count(best) / wanted - 1) <= NEAR else None


def _scaled(network: NetworkSpec, factor: float, up: int = 0) -> NetworkSpec:
    """Scale all widths down to whole numbers, the first ones up."""
    widths = [max(1, int(width * factor) + (index < up)) for index, width in enumerate(network.layers)]
    return dataclasses.replace(network, layers=tuple(min(width, 16_384) for width in widths))


def _model(name: str, kind: Kind) -> str:
    model = name.removeprefix(BASELINE)
    known = baselines.known(kind)
    if model not in known:
        raise _refused(name, f"no such model for {kind}", meant(model, known))
    return model


def _net(word: str, text: str) -> Net:
    name = word.removeprefix(NET)
    if name in NETS:
        return NETS[name]
    hint = meant(word, [NET + known for known in NETS])
    raise _refused(text, f"no such net: {display(name)}", hint)


def _options(words: Sequence[str], text: str) -> dict[str, Any]:
    """Read options, each given once -> values by the name of their field."""
    given: dict[str, Any] = {}
    for word in words:
        option, value = _option(word, text)
        if option in given:
            raise _refused(text, f"{_flag(option)} is given twice")
        given[option] = value
    return given


def _option(word: str, text: str) -> tuple[str, Any]:
    """Read one option -> name of its field, value."""
    name, has_value, value = word.removeprefix("--").partition("=")
    field = _SHORT.get(name, name.replace("-", "_"))
    readers = _readers()
    if field not in readers:
        raise _unknown(name, field, text)
    reader = readers[field]
    if not has_value and reader is not recipe.read_switch:
        raise _refused(text, f"{_flag(field)} needs a value, such as {_flag(field)}={_EXAMPLES.get(field, 1)}")
    try:
        return field, reader(value)
    except (ValueError, KeyError) as error:
        wanted = _WANTED.get(reader, "a value that can be")
        raise _refused(text, f"{_flag(field)} must be {wanted} (got {display(value)})") from error


def _unknown(name: str, field: str, text: str) -> UsageError:
    if field in _COMMON:
        return _refused(text, f"{_flag(field)} can't differ between arms")
    known = [_flag(field) for field in _readers()]
    return _refused(text, f"no option {display(name)} for an arm", meant(name, known, most=99))


def _readers() -> dict[str, Callable[[str], Any]]:
    """Return what reads the value of each option that a recipe may have."""
    return {name: read for name, read in recipe.readers().items() if name not in _COMMON}


_WANTED: dict[Callable[[str], Any], str] = {
    recipe.read_layers: "whole numbers with commas between, or none",
    recipe.read_switch: "true or false",
    int: "a whole number",
    float: "a number",
}
_EXAMPLES = {"layers": "64,64", "activation": "relu", "optimizer": "adam", "schedule": "cosine"}


def _flag(field: str) -> str:
    return field.replace("_", "-")


def _refused(text: str, message: str, hint: str = "") -> UsageError:
    return UsageError(f'--arm "{display(text, 100)}": {message}', hint)
