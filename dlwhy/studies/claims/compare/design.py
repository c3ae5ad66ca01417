"""The design of a comparison: an arm a recipe of the user's, on the same seeds and splits, with equal tuning."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from dlwhy.data.dataset import Task as Kind
from dlwhy.errors import UsageError
from dlwhy.models.network import NetworkSpec
from dlwhy.models.spec import MAX_PARAMETERS
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.claims.compare import recipes
from dlwhy.studies.claims.compare.recipes import Recipe
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.prediction import Says
from dlwhy.studies.plan.recipe import ADAM_RATES, SGD_RATES
from dlwhy.studies.plan.study import Arm, Contrast, Study, Task, contrast
from dlwhy.studies.request import Request, score_of
from dlwhy.text import display
from dlwhy.training.options import TrainingOptions

_ROWS = 700  # of the demonstration, which is compared on if there are no data
_SGD = ("sgd", "momentum", "nesterov")


def design(request: Request) -> Study:
    """Return an arm a recipe, and the differences to the first.

    Raises
    ------
    UsageError
        If there are fewer than two recipes, or one can't be.

    """
    task, kind, features, classes = _task(request)
    asked = _recipes(request, kind)
    for each in asked:
        _check_size(each, features=features, kind=kind, classes=classes)
    if request.extra.get("match"):
        asked = _matched(asked, features=features, kind=kind, classes=classes)
    n_train = request.own.n_train if request.own else _ROWS
    arms = [_arm(each, task, kind, n_train) for each in asked]
    repeated = next((arm for arm in arms if isinstance(arm.recipe, Network)), None)
    study = assemble(
        dataclasses.replace(request, epochs=None),  # recipes have read it
        arms=arms,
        contrasts=[_contrast(arm, arms[0]) for arm in arms[1:]],
        repeated=repeated,
        caveats=_caveats(asked, request, features=features, kind=kind, classes=classes),
    )
    return dataclasses.replace(study, request=request)


def _task(request: Request) -> tuple[Task, Kind, int, int]:
    """Return what is learnt, and its kind, features and classes."""
    own = request.own
    if own:
        return Task(name=own.name, role="own", draw="own"), own.kind, own.features, own.classes
    moons = Task(name="moons", role="own", draw="bundled", settings={"name": "moons", "n_train": _ROWS})
    return moons, "binary", 2, 2


def _recipes(request: Request, kind: Kind) -> list[Recipe]:
    texts, match = request.extra.get("arms") or (), request.extra.get("match")
    if len(texts) < 2:
        raise UsageError(
            f"compare needs at least two recipes (got {len(texts)})",
            'dlwhy study compare --arm "layers=64,64" --arm "layers=64,64 dropout=0.3"',
        )
    if match not in (None, "parameters"):
        raise UsageError(f"--match must be parameters (got {display(match)})")
    models = request.extra.get("models") or {}
    asked = [recipes.parse(text, kind, epochs=request.epochs, models=models) for text in texts]
    for index, each in enumerate(asked):
        if each.text in [other.text for other in asked[:index]]:
            raise UsageError(f'--arm "{display(each.text, 100)}" is given twice', "the A/A arm shows the noise")
    return asked


def _check_size(recipe: Recipe, **shape: Any) -> None:
    size = recipes.parameters(recipe.network, **shape) if recipe.network else 0
    if size > MAX_PARAMETERS:
        raise UsageError(
            f'--arm "{display(recipe.text, 100)}": about {size:,} parameters', f"at most {MAX_PARAMETERS:,}"
        )


def _matched(asked: Sequence[Recipe], *, features: int, kind: Kind, classes: int) -> list[Recipe]:
    """Return all networks about as many parameters as the first."""

    def count(network: Any) -> int:
        return recipes.parameters(network, features=features, kind=kind, classes=classes)

    networks = [each.network for each in asked if each.network]
    wanted = count(networks[0]) if networks else 0
    changed = []
    for each in asked:
        network = recipes.resized(each.network, wanted, count) if each.network else None
        if each.network and network is None:
            raise UsageError(
                f'--match parameters: "{display(each.text, 100)}" can\'t be brought within 5 % of {wanted} parameters',
                "give the first arm more units",
            )
        changed.append(dataclasses.replace(each, network=network if each.network != networks[0] else each.network))
    return changed


def _arm(recipe: Recipe, task: Task, kind: Kind, n_train: int) -> Arm:
    if recipe.model:
        return Arm(name=recipe.text, task=task, recipe=Simple(model=recipe.model), metric=score_of(kind))
    options = recipe.options or TrainingOptions()
    an_epoch = max(1, -(-round(n_train * (1 - options.held_out)) // options.batch_size))
    rates = SGD_RATES if options.optimizer in _SGD else ADAM_RATES
    network = Network(
        network=recipe.network or NetworkSpec(),
        options=options,
        steps=options.epochs * an_epoch,
        rates=() if recipe.has_rate else rates,
        # patience counts in rows of the history: epochs
        log_every=an_epoch if options.patience else None,
    )
    return Arm(name=recipe.text, task=task, recipe=network, metric=score_of(kind))


def _contrast(arm: Arm, base: Arm) -> Contrast:
    says = Says(
        yes=f"{arm.name} is better than {base.name}, by {{effect}}.",
        no=f"{arm.name} is not better than {base.name} by anything that matters.",
        worse=f"{arm.name} is worse than {base.name}, by {{effect}}.",
        unclear=f"These runs can't tell {arm.name} from {base.name}.",
    )
    return contrast("C1", arm, base, says)


def _caveats(asked: Sequence[Recipe], request: Request, *, features: int, kind: Kind, classes: int) -> list[str]:
    said = [] if request.own else ["Without --data, this is the demonstration: two moons."]
    fixed = [each.text for each in asked if each.has_rate]
    if fixed and any(each.network and not each.has_rate for each in asked):
        said.append(f"Not of equal tuning: the rate of {', '.join(fixed)} was given, the others' were tuned.")
    others = [each.text for each in asked if each.from_other]
    if others:
        said.append(f"Trained from scratch here, though the model began with another's weights: {', '.join(others)}.")
    for each in asked:
        if each.network and request.extra.get("match"):
            size = recipes.parameters(each.network, features=features, kind=kind, classes=classes)
            widths = ",".join(map(str, each.network.layers)) or "none"
            said.append(f"{each.text}: hidden units {widths}, {size:,} parameters.")
    return said
