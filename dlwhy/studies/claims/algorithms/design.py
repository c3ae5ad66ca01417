"""The design of the study of algorithms: deep networks, overfitting, optimizers, and the user's own table."""

import dataclasses
import itertools
from collections.abc import Mapping
from typing import Any

from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms.network import Network
from dlwhy.studies.claims.algorithms import own
from dlwhy.studies.claims.algorithms.arms import Measured
from dlwhy.studies.plan.assembling import assemble
from dlwhy.studies.plan.study import ADAM_RATES, SGD_RATES, Arm, Contrast, Role, Says, Study, Task, contrast
from dlwhy.studies.request import Budget, Request
from dlwhy.training.options import TrainingOptions

FACTORS = ("batch norm", "dropout", "Adam", "He", "residual")
FACTORIAL = "factorial"
NONE = "none"
_CAVEATS = (
    "On noisy-32 and clean-32 all arms have Keras' rate; elsewhere each has its own: a plain net defends itself by it.",
    "Batch normalization predicts with running statistics, as Keras does.",
)
_WIDTH, _STEPS = 32, 1500
# both divide 900 and 300, and what tuning leaves of them: batch normalization suffers from a last batch of a few rows
_BATCH = 75
# a third of the work; but with it plain ReLU at 20 layers, and Adam on badly scaled inputs, were each lost on one seed
_OVERFITTING_BATCH = 25
_SHALLOW, DEEP = 2, 20
_GLOROT, _HE = "glorot_uniform", "he_uniform"
# by the budget from which they count, with Keras' name
_OPTIMIZERS: Mapping[str, tuple[Budget, str]] = {
    "SGD": ("quick", "sgd"),
    "momentum": ("default", "momentum"),
    "RMSprop": ("default", "rmsprop"),
    "Adam": ("quick", "adam"),
    "AdamW": ("default", "adamw"),
}
_RATES = {"SGD": SGD_RATES, "momentum": SGD_RATES}
_LENGTHS: Mapping[int, Budget] = {150: "quick", 3000: "default"}
# a control is plain to see: within 1.5 powers of ten, and after 300 steps, Adam's lead drowned on fresh base seeds
_SCALES: Mapping[str, tuple[float, Role, str]] = {
    "scaled": (2.0, "positive", "badly scaled"),
    "standard": (0.0, "negative", "standardised"),
}
_DEPTHS: Mapping[int, tuple[Budget, Role]] = {
    _SHALLOW: ("quick", "negative"),
    10: ("default", "real"),
    DEEP: ("quick", "positive"),
}
_COMMON_RATE = 0.001
_STOPPING, _LOG_EVERY, _PATIENCE = "early stopping", 25, 10


@dataclasses.dataclass(frozen=True)
class _Net:
    """A deep network: what may be wrong with one, and what helps."""

    since: Budget
    network: str
    optimizer: str
    choices: Mapping[str, Any]
    is_modern: bool = True

    @property
    def name(self) -> str:
        return f"{self.network}, {self.optimizer}"


_NETS = (
    _Net("quick", "sigmoid", "SGD", {"activation": "sigmoid"}, is_modern=False),
    _Net("default", "sigmoid", "Adam", {"activation": "sigmoid"}, is_modern=False),
    _Net("default", "tanh", "SGD", {"activation": "tanh"}),
    _Net("default", "tanh", "Adam", {"activation": "tanh"}),
    _Net("default", "ReLU", "SGD", {"activation": "relu"}),
    _Net("default", "ReLU+He", "SGD", {"initializer": _HE}),
    _Net("default", "ReLU+He", "Adam", {"initializer": _HE}),
    _Net("default", "ReLU+He+batch norm", "SGD", {"initializer": _HE, "batch_norm": True}),
    _Net("quick", "ReLU+He+residual", "SGD", {"initializer": _HE, "residual": True}),
    _Net("quick", "sigmoid+batch norm", "SGD", {"activation": "sigmoid", "batch_norm": True}),
    _Net("default", "ReLU+He+batch norm+residual", "Adam", {"initializer": _HE, "batch_norm": True, "residual": True}),
)
_PLAIN = _NETS[0]


# what holds a network back from fitting noise; weak ones may do too little to be tested
_REGULARIZERS: Mapping[str, tuple[Budget, Mapping[str, Any]]] = {
    NONE: ("quick", {}),
    "dropout .2": ("default", {"dropout": 0.2}),
    "dropout .5": ("quick", {"dropout": 0.5}),
    "L2 .001": ("default", {"l2": 1e-3}),
    "L2 .01": ("quick", {"l2": 1e-2}),
}
_TESTED = tuple(name for name, (since, _) in _REGULARIZERS.items() if since == "quick")


@dataclasses.dataclass(frozen=True)
class _Overfit:
    """Rows to overfit, and the width of the nets that do; at Keras' own rate, or each at a rate of its own.

    At Keras' rate a plain net overfits, and there are both controls: 300 noisy rows, 900 clean ones, all else alike.
    Rates of each one's own are the fair comparison, and no positive control: a tuned plain net defends itself by a
    small rate, and what is left for the regularizers is simply what it is.
    """

    since: Budget
    task: Task
    width: int
    at_common_rate: bool = False


def _digits(name: str, role: Role, n_train: int = 900, **settings: float) -> Task:
    return Task(name=name, role=role, draw="digits", settings={"n_train": n_train, **settings})


_OVERFIT = (
    _Overfit("quick", _digits("noisy-32", "positive", 300, label_noise=0.3), 32, at_common_rate=True),
    _Overfit("quick", _digits("clean-32", "negative"), 32, at_common_rate=True),
    _Overfit("default", _digits("noisy-32-tuned", "real", 300, label_noise=0.3), 32),
    _Overfit("default", _digits("noisy-128-tuned", "real", 300, label_noise=0.3), 128),
    _Overfit("default", _digits("clean-128", "negative"), 128),
)
_BEATS_PLAIN = Says(
    yes="With {layers} layers, {arm} beats {base}, by {effect}.",
    no="With {layers} layers, {arm} is no better than {base} at a rate of its own.",
    unclear="With {layers} layers, these runs can't tell {arm} from {base}.",
)
_HELPS = Says(
    yes="{on}, {arm} helps, by {effect}.",
    no="{on}, {arm} makes no difference that matters.",
    worse="{on}, {arm} hurts, by {effect}.",
    unclear="{on}, these runs can't tell {open}.",
)
_BEATS_SGD = Says(
    yes="On {scaling} inputs, after {steps} steps, {arm} beats tuned SGD, by {effect}.",
    no="On {scaling} inputs, after {steps} steps, {arm} is no better than tuned SGD.",
    unclear="On {scaling} inputs, after {steps} steps, these runs can't tell {arm} from tuned SGD.",
)
Part = tuple[list[Arm], list[Contrast]]


def design(request: Request) -> Study:
    """Return arms and predictions: deep networks, overfitting, optimizers, and the user's own table."""
    parts = [_deep(request), _overfitting(request), _optimizers(request)]
    if request.includes("thorough", FACTORIAL):
        parts.append((_factorial(), []))
    if request.own:
        parts.append(own.part(request.own))
    arms = [arm for part, _ in parts for arm in part]
    # the noise of the user's own question, if there is one
    repeated = f"{request.own.name}: {own.WHOLE}" if request.own else f"noisy-32: {NONE}"
    return assemble(
        request,
        arms=arms,
        contrasts=[pair for _, pairs in parts for pair in pairs],
        repeated=next(arm for arm in arms if arm.key == repeated),
        caveats=((own.CAVEAT, *_CAVEATS) if request.own else _CAVEATS),
    )


def _recipe(
    network: NetworkSpec,
    optimizer: str = "Adam",
    *,
    kind: type[Network] = Network,
    steps: int = _STEPS,
    batch: int = _BATCH,
) -> Network:
    options = TrainingOptions(batch_size=batch, optimizer=_OPTIMIZERS[optimizer][1], normalize="never")
    return kind(network=network, options=options, steps=steps, rates=_RATES.get(optimizer, ADAM_RATES))


def _deep(request: Request) -> Part:
    nets = [net for net in _NETS if request.includes(net.since)]
    arms: dict[tuple[int, str], Arm] = {}
    for depth, (since, role) in _DEPTHS.items():
        if not request.includes(since):
            continue
        task = _digits(f"layers-{depth}", role)
        # a quick look at 20 layers: half of the steps; at 2 layers the slowest arm needs all of them
        steps = _STEPS if depth == _SHALLOW or request.includes("default") else _STEPS // 2
        for net in nets:
            network = NetworkSpec(layers=(_WIDTH,) * depth, **net.choices)
            place = {"layers": depth, "network": net.network, "optimizer": net.optimizer}
            recipe = _recipe(network, net.optimizer, kind=Measured, steps=steps)
            arms[depth, net.name] = Arm(name=net.name, task=task, recipe=recipe, place=place)
    contrasts = [
        contrast(
            arms[depth, net.name],
            arms[depth, _PLAIN.name],
            _BEATS_PLAIN,
            id="P1",
            primary=depth == DEEP and net.is_modern,
        )
        for net in nets
        if net is not _PLAIN
        for depth in (DEEP, _SHALLOW)  # an ingredient's negative control behind it
    ]
    return [*arms.values()], contrasts


def _overfitting(request: Request) -> Part:
    regularizers = _regularizers(request)
    rows = [row for row in _OVERFIT if request.includes(row.since)]
    arms = {(row.task.name, arm.name): arm for row in rows for arm in _regularized(row, regularizers)}
    contrasts = [
        contrast(
            arms[row.task.name, name],
            arms[row.task.name, NONE],
            _HELPS,
            id="P2",
            words={"on": f"On {row.task.name}, {_rates(row)}", "open": f"{name} from none"},
            primary=row.task.role == "positive" and name in _TESTED,
        )
        for name in (*regularizers, _STOPPING)
        for row in rows
        if name != NONE and (row.task.name, name) in arms
    ]
    return [*arms.values()], contrasts


def _rates(row: _Overfit) -> str:
    return f"at Keras' rate of {_COMMON_RATE:g}" if row.at_common_rate else "each at a rate of its own"


def _regularizers(request: Request) -> dict[str, Mapping[str, Any]]:
    return {name: choices for name, (since, choices) in _REGULARIZERS.items() if request.includes(since)}


def _regularized(row: _Overfit, regularizers: Mapping[str, Mapping[str, Any]]) -> list[Arm]:
    recipes = {
        name: _recipe(NetworkSpec(layers=(row.width,) * 2, **choices), batch=_OVERFITTING_BATCH)
        for name, choices in regularizers.items()
    }
    if row.at_common_rate:
        options = dataclasses.replace(recipes[NONE].options, learning_rate=_COMMON_RATE)
        recipes = {name: dataclasses.replace(recipe, rates=(), options=options) for name, recipe in recipes.items()}
    else:  # stops on a fifth of the training part, and takes the best weights
        options = dataclasses.replace(recipes[NONE].options, patience=_PATIENCE)
        recipes[_STOPPING] = dataclasses.replace(recipes[NONE], options=options, log_every=_LOG_EVERY)
    return [
        Arm(name=name, task=row.task, recipe=recipe, place={"regularizer": name}) for name, recipe in recipes.items()
    ]


def _optimizers(request: Request) -> Part:
    names = [name for name, (since, _) in _OPTIMIZERS.items() if request.includes(since)]
    lengths = [steps for steps, since in _LENGTHS.items() if request.includes(since)]
    arms = {}
    for steps, (inputs, (scaling, role, _)), name in itertools.product(lengths, _SCALES.items(), names):
        task = _digits(f"{inputs}-{steps}", role, scaling=scaling)
        recipe = _recipe(NetworkSpec(layers=(32, 32)), name, steps=steps)
        place = {"inputs": inputs, "steps": steps, "optimizer": name}
        arms[steps, inputs, name] = Arm(name=name, task=task, recipe=recipe, place=place)
    contrasts = [
        contrast(
            arms[steps, inputs, name],
            arms[steps, inputs, "SGD"],
            _BEATS_SGD,
            id="P3",
            words={"scaling": words},
            primary=role == "positive" and name == "Adam",
        )
        for name in names[1:]
        for steps, (inputs, (_, role, words)) in itertools.product(lengths, _SCALES.items())
    ]
    return [*arms.values()], contrasts


def _factorial() -> list[Arm]:
    """Return an arm for each combination of the factors, in networks of ten layers."""
    task, arms = _digits(FACTORIAL, "real"), []
    for levels in itertools.product((0, 1), repeat=len(FACTORS)):
        norm, drop, adam, he, residual = levels
        network = NetworkSpec(
            layers=(_WIDTH,) * 10,
            initializer=_HE if he else _GLOROT,
            batch_norm=bool(norm),
            dropout=0.2 * drop,
            residual=bool(residual),
        )
        name = "+".join(factor for factor, level in zip(FACTORS, levels, strict=True) if level) or NONE
        recipe = _recipe(network, "Adam" if adam else "SGD")
        arms.append(Arm(name=name, task=task, recipe=recipe, place={"levels": list(levels)}))
    return arms
