"""The study of algorithms: what initialization, normalization, skips, dropout and optimizers bring, each for itself.

Sources: Glorot & Bengio 2010 and He et al. 2015 (gradients at the start), Ioffe & Szegedy 2015 (batch normalization),
He et al. 2016 (residual layers), Srivastava et al. 2014 (dropout), Choi et al. 2019 (optimizers at equal tuning).
"""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dlwhy.models.network import NetworkSpec
from dlwhy.studies import algorithm_facts, analysis
from dlwhy.studies.design import ADAM_RATES, SGD_RATES, Arm, Contrast, Study, Task, assemble
from dlwhy.studies.request import Request
from dlwhy.studies.results import Results
from dlwhy.studies.verdicts import Finding
from dlwhy.training.options import TrainingOptions

_CLAIM = (
    "Better algorithms make deep networks trainable, each against a trouble of its own, and only where that is there."
)
_CAVEATS = (
    "On noisy-32 and clean-32 all arms have Keras' rate; elsewhere each has its own: a plain net defends itself by it.",
    "Batch normalization predicts with running statistics, as Keras does.",
)
_WIDTH, _STEPS = 32, 1500
# both divide 900 and 300, and what tuning leaves of them: batch normalization suffers from a last batch of a few rows
_BATCH = 75
# a third of the work; but with it plain ReLU at 20 layers, and Adam on badly scaled inputs, were each lost on one seed
_OVERFITTING_BATCH = 25
_SHARE = 0.75
_DEPTHS = (2, 10, 20)
_SHALLOW, _DEEP = _DEPTHS[0], _DEPTHS[-1]
_PLAIN, _NONE = "sigmoid, SGD", "none"
_GLOROT, _HE = "glorot_uniform", "he_uniform"
_RATES = {"sgd": SGD_RATES, "momentum": SGD_RATES}
# a control is plain to see: within 1.5 powers of ten, and after 300 steps, Adam's lead drowned on fresh base seeds
_SCALES = {"scaled": 2.0, "standard": 0.0}
_EARLY, _LATE = 150, 3000
_OPTIMIZERS = {"SGD": "sgd", "momentum": "momentum", "RMSprop": "rmsprop", "Adam": "adam", "AdamW": "adamw"}
# what may be wrong with a deep network, and what helps
_DEEP_NETS: Mapping[str, Mapping[str, Any]] = {
    _PLAIN: {"activation": "sigmoid"},
    "sigmoid, Adam": {"activation": "sigmoid"},
    "tanh, SGD": {"activation": "tanh"},
    "tanh, Adam": {"activation": "tanh"},
    "ReLU, SGD": {"activation": "relu"},
    "ReLU+He, SGD": {"initializer": _HE},
    "ReLU+He, Adam": {"initializer": _HE},
    "ReLU+He+batch norm, SGD": {"initializer": _HE, "batch_norm": True},
    "sigmoid+batch norm, SGD": {"activation": "sigmoid", "batch_norm": True},
    "ReLU+He+residual, SGD": {"initializer": _HE, "residual": True},
    "ReLU+He+batch norm+residual, Adam": {"initializer": _HE, "batch_norm": True, "residual": True},
}
_QUICK_NETS = (_PLAIN, "ReLU+He+residual, SGD", "sigmoid+batch norm, SGD")
_NOT_MODERN = (_PLAIN, "sigmoid, Adam")
_REGULARIZERS: Mapping[str, Mapping[str, Any]] = {
    _NONE: {},
    "dropout .2": {"dropout": 0.2},
    "dropout .5": {"dropout": 0.5},
    "L2 .001": {"l2": 1e-3},
    "L2 .01": {"l2": 1e-2},
}
_QUICK_REGULARIZERS = (_NONE, "dropout .5", "L2 .01")
_STOPPING, _COMMON_RATE = "early stopping", 0.001
_AT_COMMON_RATE = ("noisy-32", "clean-32")
_LOG_EVERY, _PATIENCE = 25, 10
_FACTORS = ("batch norm", "dropout", "Adam", "He", "residual")
_FACTORIAL = "factorial"


def design(request: Request) -> Study:
    """Give arms and predictions: deep networks, overfitting, optimizers, and the user's own table."""
    parts = [_deep(request), _overfitting(request), _optimizers(request)]
    if request.at_least("thorough") or _FACTORIAL in request.only:
        parts.append((_factorial(), []))
    if request.own:
        parts.append(_own(request))
    arms = [arm for part, _ in parts for arm in part]
    return assemble(
        request,
        claim=_CLAIM,
        arms=arms,
        contrasts=[each for _, part in parts for each in part],
        a_a=next(arm for arm in arms if arm.key == f"noisy-32: {_NONE}"),
        caveats=_CAVEATS,
    )


def findings(study: Study, results: Results) -> Sequence[Finding]:
    """Give main effects and two-way interactions of the factorial design, if it was run."""
    cells = {
        tuple(study.arms[key].settings["levels"]): analysis.values(outcome, study.arms[key].metric)
        for key, outcome in results.items()
        if study.arms[key].task.name == _FACTORIAL
    }
    if len(cells) < 2 ** len(_FACTORS):
        return []
    overlap = analysis.overlap_of(*(results[key] for key in results if study.arms[key].task.name == _FACTORIAL))
    signs = np.array([[1 if level else -1 for level in levels] for levels in cells])
    table = np.stack(list(cells.values()))
    found = [_factor(study, name, signs[:, place] @ table, overlap) for place, name in enumerate(_FACTORS)]
    for a, b in itertools.combinations(range(len(_FACTORS)), 2):
        product = (signs[:, a] * signs[:, b]) @ table
        found.append(_factor(study, f"{_FACTORS[a]} x {_FACTORS[b]}", product, overlap))
    return found


def descriptive(study: Study, results: Results) -> dict[str, Any]:
    """Give gradients by layer, their shrinkage beside its prediction, log losses and gaps, and the breadth of rates."""
    return algorithm_facts.facts(study, results, base=_NONE)


def _deep(request: Request) -> tuple[list[Arm], list[Contrast]]:
    more = request.at_least("default")
    roles = {_SHALLOW: "negative", _DEEP: "positive"}
    names = tuple(_DEEP_NETS) if more else _QUICK_NETS
    arms, contrasts = [], []
    for depth in _DEPTHS if more else (_SHALLOW, _DEEP):
        task = Task(
            name=f"layers-{depth}",
            role=roles.get(depth, "real"),  # type: ignore[arg-type]  # the values are roles
            draw="digits",
            settings={"n_train": 900},
        )
        # a quick look at 20 layers: half of the steps; at 2 layers the slowest arm needs all of them
        steps = _STEPS if more or depth == _SHALLOW else _STEPS // 2
        arms += [_deep_net(task, name, depth, steps) for name in names]
        contrasts += [_against_plain(task, name, depth) for name in names if name != _PLAIN and depth in roles]
    order = {name: place for place, name in enumerate(names)}
    # an ingredient's negative control behind it
    contrasts.sort(key=lambda each: (order[each.arm.split(": ")[1]], "layers-2:" in each.arm))
    return arms, contrasts


def _deep_net(task: Task, name: str, depth: int, steps: int) -> Arm:
    optimizer = _OPTIMIZERS[name.split(", ")[1]]
    network = NetworkSpec(layers=(_WIDTH,) * depth, **_DEEP_NETS[name])
    return _arm(name, task, network, optimizer=optimizer, steps=steps, kind="gradients.run")


def _arm(
    name: str,
    task: Task,
    network: NetworkSpec,
    *,
    optimizer: str = "adam",
    steps: int = _STEPS,
    metric: str = "accuracy",
    batch: int = _BATCH,
    kind: str = "networks.run",
    **settings: Any,
) -> Arm:
    return Arm(
        name=name,
        task=task,
        kind=kind,
        network=network,
        options=TrainingOptions(batch_size=batch, optimizer=optimizer, normalize="never"),
        steps=steps,
        rates=_RATES.get(optimizer, ADAM_RATES),
        metric=metric,
        settings=settings,
    )


def _against_plain(task: Task, name: str, depth: int) -> Contrast:
    return Contrast(
        id="P1",
        arm=f"{task.name}: {name}",
        base=f"{task.name}: {_PLAIN}",
        primary=depth == _DEEP and name not in _NOT_MODERN,
        yes=f"With {depth} layers, {name} beats {_PLAIN}, by {{effect}}.",
        no=f"With {depth} layers, {name} is no better than {_PLAIN} at a rate of its own.",
        unclear=f"With {depth} layers, these runs can't tell {name} from {_PLAIN}.",
    )


def _overfitting(request: Request) -> tuple[list[Arm], list[Contrast]]:
    """Regularizers at Keras' own rate, where a plain net overfits, and again with a rate of each one's own.

    The first has both controls: 300 noisy rows, 900 clean ones, all else alike. The second is the fair
    comparison, and no positive control: a tuned plain net defends itself by a small rate, and what is left for the
    regularizers is simply what it is.
    """
    more = request.at_least("default")
    noisy, clean = {"n_train": 300, "label_noise": 0.3}, {"n_train": 900}
    cells = [
        (Task(name="noisy-32", role="positive", draw="digits", settings=noisy), 32),
        (Task(name="clean-32", role="negative", draw="digits", settings=clean), 32),
        (Task(name="noisy-32-tuned", role="real", draw="digits", settings=noisy), 32),
        (Task(name="noisy-128-tuned", role="real", draw="digits", settings=noisy), 128),
        (Task(name="clean-128", role="negative", draw="digits", settings=clean), 128),
    ]
    names = tuple(_REGULARIZERS) if more else _QUICK_REGULARIZERS
    arms, contrasts = [], []
    for task, width in cells if more else cells[:2]:
        layers = (width, width)
        networks = {name: NetworkSpec(layers=layers, **_REGULARIZERS[name]) for name in names}
        made = [_arm(name, task, network, batch=_OVERFITTING_BATCH) for name, network in networks.items()]
        if task.name in _AT_COMMON_RATE:
            made = [_at_common_rate(arm) for arm in made]
        elif more:
            made.append(_stopped(_STOPPING, task, layers))
        arms += made
        contrasts += [_against_none(task, arm.name) for arm in made if arm.name != _NONE]
    order = {name: place for place, name in enumerate((*names, _STOPPING))}
    contrasts.sort(key=lambda each: order[each.arm.split(": ")[1]])
    return arms, contrasts


def _at_common_rate(arm: Arm) -> Arm:
    return dataclasses.replace(arm, rates=(), options=dataclasses.replace(arm.options, learning_rate=_COMMON_RATE))


def _stopped(name: str, task: Task, layers: tuple[int, ...]) -> Arm:
    """Stop early on a fifth of the training part, and take the best weights."""
    made = _arm(name, task, NetworkSpec(layers=layers), batch=_OVERFITTING_BATCH, log_every=_LOG_EVERY)
    return dataclasses.replace(made, options=dataclasses.replace(made.options, patience=_PATIENCE))


def _against_none(task: Task, name: str) -> Contrast:
    rates = f"at Keras' rate of {_COMMON_RATE:g}" if task.name in _AT_COMMON_RATE else "each at a rate of its own"
    return Contrast(
        id="P2",
        arm=f"{task.name}: {name}",
        base=f"{task.name}: {_NONE}",
        # dropout .5 and L2 .01 are what is tested; weaker ones may do too little
        primary=task.role == "positive" and name in _QUICK_REGULARIZERS,
        yes=f"On {task.name}, {rates}, {name} helps, by {{effect}}.",
        no=f"On {task.name}, {rates}, {name} makes no difference that matters.",
        worse=f"On {task.name}, {rates}, {name} hurts, by {{effect}}.",
        unclear=f"On {task.name}, {rates}, these runs can't tell {name} from none.",
    )


def _optimizers(request: Request) -> tuple[list[Arm], list[Contrast]]:
    more = request.at_least("default")
    names = tuple(_OPTIMIZERS) if more else ("SGD", "Adam")
    arms, contrasts = [], []
    for steps, (name, scaling) in itertools.product((_EARLY, _LATE) if more else (_EARLY,), _SCALES.items()):
        task = Task(
            name=f"{name}-{steps}",
            role="positive" if scaling else "negative",
            draw="digits",
            settings={"n_train": 900, "scaling": scaling},
        )
        network = NetworkSpec(layers=(32, 32))
        arms += [_arm(each, task, network, optimizer=_OPTIMIZERS[each], steps=steps) for each in names]
        contrasts += [_against_sgd(task, each, steps) for each in names if each != "SGD"]
    order = {name: place for place, name in enumerate(names)}
    contrasts.sort(key=lambda each: order[each.arm.split(": ")[1]])
    return arms, contrasts


def _against_sgd(task: Task, name: str, steps: int) -> Contrast:
    words = "badly scaled" if task.role == "positive" else "standardised"
    return Contrast(
        id="P3",
        arm=f"{task.name}: {name}",
        base=f"{task.name}: SGD",
        primary=task.role == "positive" and name == "Adam",
        yes=f"On {words} inputs, after {steps} steps, {name} beats tuned SGD, by {{effect}}.",
        no=f"On {words} inputs, after {steps} steps, {name} is no better than tuned SGD.",
        unclear=f"On {words} inputs, after {steps} steps, these runs can't tell {name} from tuned SGD.",
    )


def _factorial() -> list[Arm]:
    """Give an arm for each combination of the factors, in networks of ten layers."""
    task = Task(name=_FACTORIAL, role="real", draw="digits", settings={"n_train": 900})
    arms = []
    for levels in itertools.product((0, 1), repeat=len(_FACTORS)):
        norm, drop, adam, he, residual = levels
        network = NetworkSpec(
            layers=(_WIDTH,) * 10,
            initializer=_HE if he else _GLOROT,
            batch_norm=bool(norm),
            dropout=0.2 * drop,
            residual=bool(residual),
        )
        name = "+".join(factor for factor, level in zip(_FACTORS, levels, strict=True) if level) or _NONE
        arms.append(_arm(name, task, network, optimizer="adam" if adam else "sgd", levels=list(levels)))
    return arms


def _factor(study: Study, name: str, total: Any, overlap: float) -> Finding:
    """Judge a main effect or an interaction, from the signed sum over the cells, (n_seeds,)."""
    verb = "go together, and bring each other" if " x " in name else "brings"
    return analysis.finding(
        study,
        total / 2 ** (len(_FACTORS) - 1),
        id="P4",
        task=_FACTORIAL,
        role="real",
        metric="accuracy",
        contrast=name,
        primary=False,
        smallest=study.smallest_effect,
        overlap=overlap,
        sentences=(f"Over all combinations, {name} {verb} {{effect}}.", "", ""),
    )


def _own(request: Request) -> tuple[list[Arm], list[Contrast]]:
    """Ask of the user's own table which ingredient carries a network: each for itself, against plain SGD."""
    own = request.own
    assert own is not None  # noqa: S101  # asked for only where there is one
    task = Task(name=own.name, role="own", draw="own")
    layers = (64, 64)
    common: dict[str, Any] = {"metric": "accuracy" if own.classes else "r2", "batch": _batch(own.rows)}
    arms = [_arm(_NONE, task, NetworkSpec(layers=layers), optimizer="sgd", **common)]
    for name, choices in {"batch norm": {"batch_norm": True}, **_REGULARIZERS}.items():
        if name != _NONE and (request.at_least("default") or name in ("batch norm", *_QUICK_REGULARIZERS)):
            arms.append(_arm(name, task, NetworkSpec(layers=layers, **choices), optimizer="sgd", **common))
    arms.append(_arm("Adam", task, NetworkSpec(layers=layers), **common))
    shown = own.name.replace("{", "{{").replace("}", "}}")
    contrasts = [
        Contrast(
            id="P5",
            arm=arm.key,
            base=arms[0].key,
            yes=f"On {shown}, {arm.name} helps, by {{effect}}.",
            no=f"On {shown}, {arm.name} makes no difference that matters.",
            worse=f"On {shown}, {arm.name} hurts, by {{effect}}.",
            unclear=f"On {shown}, these runs can't tell whether {arm.name} helps.",
        )
        for arm in arms[1:]
    ]
    return arms, contrasts


def _batch(rows: int) -> int:
    """Choose a size of batches whose last one is not small, neither in training nor in tuning."""
    trained = round(rows * _SHARE)
    parts = (trained, round(trained * _SHARE))
    return max(range(50, 81), key=lambda size: min(part % size or size for part in parts))
