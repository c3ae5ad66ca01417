"""The design of a comparison: an arm a recipe of the user's, on the same seeds and splits, with equal tuning."""

import dataclasses
import functools
from collections.abc import Callable, Sequence

from dlwhy.data.dataset import Task as Kind
from dlwhy.errors import UsageError
from dlwhy.models.network import NetworkSpec
from dlwhy.models.spec import MAX_PARAMETERS
from dlwhy.studies.arms.nets import Net
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.claims.compare import recipes
from dlwhy.studies.claims.compare.recipes import Recipe
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.study import ADAM_RATES, SGD_RATES, Arm, Says, Study, Task, contrast
from dlwhy.studies.request import Request, score_of
from dlwhy.text import display
from dlwhy.training.options import TrainingOptions

_BETTER = Says(
    yes="{arm} is better than {base}, by {effect}.",
    no="{arm} is not better than {base} by anything that matters.",
    worse="{arm} is worse than {base}, by {effect}.",
    unclear="These runs can't tell {arm} from {base}.",
)
_ROWS = 700  # of the demonstration, which is compared on if there are no data
# parameters of a network for the task
Count = Callable[[NetworkSpec], int]
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
    n_train = request.own.n_train if request.own else _ROWS
    count = functools.partial(recipes.parameters, features=features, n_train=n_train, kind=kind, classes=classes)
    for recipe in asked:
        _check_size(recipe, count)
    if request.extra.get("match"):
        asked = _matched(asked, count)
    arms = [_arm(recipe, task, kind, n_train) for recipe in asked]
    repeated = next((arm for arm in arms if isinstance(arm.recipe, Network)), None)
    study = assemble(
        dataclasses.replace(request, epochs=None),  # recipes have read it
        arms=arms,
        contrasts=[contrast(arm, arms[0], _BETTER, id="C1") for arm in arms[1:]],
        repeated=repeated,
        caveats=_caveats(asked, request, count),
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
    for index, recipe in enumerate(asked):
        if recipe.text in [other.text for other in asked[:index]]:
            raise UsageError(f'--arm "{display(recipe.text, 100)}" is given twice', "the A/A arm shows the noise")
    return asked


def _check_size(recipe: Recipe, count: Count) -> None:
    size = count(recipe.network) if recipe.network else 0
    if size > MAX_PARAMETERS:
        raise UsageError(
            f'--arm "{display(recipe.text, 100)}": about {size:,} parameters', f"at most {MAX_PARAMETERS:,}"
        )


def _matched(asked: Sequence[Recipe], count: Count) -> list[Recipe]:
    """Return all networks about as many parameters as the first."""
    first = next((recipe.network for recipe in asked if recipe.network), None)
    wanted, matched = count(first) if first else 0, []
    for recipe in asked:
        network = recipe.network
        if network and (recipe.members > 1 or network.bins):
            raise UsageError(
                f'--match parameters does not go with "{display(recipe.text, 100)}"',
                "of one size are single networks without bins",
            )
        if network and network != first:
            network = recipes.resized(network, wanted, count)
            if network is None:
                raise UsageError(
                    f'--match parameters: "{display(recipe.text, 100)}" can\'t be brought within 5 % of {wanted}'
                    " parameters",
                    "give the first arm more units",
                )
        matched.append(dataclasses.replace(recipe, network=network))
    return matched


def _arm(recipe: Recipe, task: Task, kind: Kind, n_train: int) -> Arm:
    if recipe.model:
        return Arm(name=recipe.text, task=task, recipe=Simple(model=recipe.model), metric=score_of(kind))
    options = recipe.options or TrainingOptions()
    rates = SGD_RATES if options.optimizer in _SGD else ADAM_RATES
    # patience counts in rows of the history: epochs
    log_every = options.steps(n_train) // options.fitting(n_train).epochs if options.patience else None
    net = Net(network=recipe.network or NetworkSpec(), options=options, members=recipe.members, tuned=recipe.tuned)
    made = net.recipe(n_train, rates=() if recipe.has_rate else rates, log_every=log_every)
    return Arm(name=recipe.text, task=task, recipe=made, metric=score_of(kind))


def _caveats(asked: Sequence[Recipe], request: Request, count: Count) -> list[str]:
    said = [] if request.own else ["Without --data, this is the demonstration: two moons."]
    fixed = [recipe.text for recipe in asked if recipe.has_rate]
    if fixed and any(recipe.network and not recipe.has_rate for recipe in asked):
        said.append(f"Not of equal tuning: the rate of {', '.join(fixed)} was given, the others' were tuned.")
    others = [recipe.text for recipe in asked if recipe.from_other]
    if others:
        said.append(f"Trained from scratch here, though the model began with another's weights: {', '.join(others)}.")
    own_length = [recipe.text for recipe in asked if recipe.text.startswith(recipes.MODEL)]
    if request.epochs and own_length:
        said.append(
            f"--epochs is not for {', '.join(own_length)}: a model's recipe has the epochs that it was trained for."
        )
    for recipe in asked:
        if recipe.network and request.extra.get("match"):
            widths = ",".join(map(str, recipe.network.layers)) or "none"
            said.append(f"{recipe.text}: hidden units {widths}, {count(recipe.network):,} parameters.")
    return said
