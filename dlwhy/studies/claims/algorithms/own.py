"""The user's own table in the study of algorithms: what each part of the recipe for tables brings.

The recipe, one net of it, stands beside what differs from it in one part, whatever else that part needs left as it is.
An effect is always that of the part: of the arm that has it over the one that has it not.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from dlwhy.models.front import bins_of
from dlwhy.studies.arms.ensemble import Ensemble
from dlwhy.studies.arms.nets import MEMBERS, NETS, Net
from dlwhy.studies.arms.network import Network
from dlwhy.studies.plan.study import SGD_RATES, Arm, Contrast, Says, Task, contrast
from dlwhy.studies.request import OwnData
from dlwhy.training.options import VALIDATION_WITH_KEEP_BEST, TrainingOptions

WHOLE, EIGHT = "net:table-one", "net:table"
CAVEAT = (
    f"Your own table: all arms are {WHOLE}, one net of the recipe for tables, but for one part. None is tuned, but for"
    " plain SGD's rate, on other splits. Parts that can stand in for each other bring little each."
)
_BRINGS = Says(
    yes="On {task}, {part} helps, by {effect}.",
    no="On {task}, {part} makes no difference that matters.",
    may_hurt="On {task}, {part} does not help, and may hurt.",
    worse="On {task}, {part} hurts, by {effect}.",
    unclear="On {task}, these runs can't tell whether {part} helps.",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Part:
    """What is a part of the recipe, or might be: how an arm differs from the recipe."""

    arm: str
    words: str  # of the part
    added: bool = False  # whether the arm has the part, and the recipe has it not
    network: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    options: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    rates: tuple[float, ...] = ()
    members: int = 1


_PARTS = (
    _Part(arm="without linear path", words="the linear path", network={"linear_path": False}),
    # an eighth stays held out: it decides how strong the linear path is
    _Part(
        arm="without choice of epoch",
        words="the choice of the epoch",
        options={"keep_best": None, "validation_split": VALIDATION_WITH_KEEP_BEST},
    ),
    _Part(arm=EIGHT, words=f"averaging {MEMBERS} nets", added=True, members=MEMBERS),
    _Part(arm="one hidden layer", words="the second hidden layer", network={"layers": (64,)}),
    _Part(arm="three hidden layers", words="a third hidden layer", added=True, network={"layers": (64, 64, 64)}),
    _Part(arm="without bins", words="the encoding in bins", network={"bins": 0}),
    _Part(arm="without robust scaling", words="scaling by quartiles", options={"normalize": "always"}),
    _Part(arm="plain SGD", words="AdamW in place of SGD", options={"optimizer": "sgd"}, rates=SGD_RATES),
    _Part(arm="with dropout .2", words="dropout of .2", added=True, network={"dropout": 0.2}),
    _Part(arm="with batch norm", words="batch normalization", added=True, network={"batch_norm": True}),
)


def part(own: OwnData) -> tuple[list[Arm], list[Contrast]]:
    """Return the recipe, its variants, and what each of its parts is predicted to bring."""
    task = Task(name=own.name, role="own", draw="own")
    whole = _arm(task, own, WHOLE, NETS["table-one"])
    arms, contrasts = [whole], []
    for tried in _PARTS:
        if tried.network.get("bins") == 0 and not bins_of(NETS["table-one"].network.bins, own.n_train):
            continue  # there are none to leave out
        arm = _arm(task, own, tried.arm, _net(tried, own), rates=tried.rates)
        pair = (arm, whole) if tried.added else (whole, arm)
        arms.append(arm)
        contrasts.append(contrast(*pair, _BRINGS, id="P5", words={"part": tried.words}, part=tried.words))
    return arms, contrasts


def _net(tried: _Part, own: OwnData) -> Net:
    base = NETS["table-one"]
    network, options = (
        dataclasses.replace(base.network, **tried.network),
        dataclasses.replace(base.options, **tried.options),
    )
    if network.batch_norm:
        options = dataclasses.replace(options, batch_size=_batch(options, own))
    return Net(network=network, options=options, members=tried.members)


def _batch(options: TrainingOptions, own: OwnData) -> int:
    """Choose about the recipe's batch size, so that the last batch is not small: it has statistics, too."""
    rows, usual = options.learnt_of(own.n_train), options.batch_size
    return max(range(usual - 4, usual + 5), key=lambda size: (min(rows % size or size, size // 2), -abs(size - usual)))


def _arm(task: Task, own: OwnData, name: str, net: Net, *, rates: tuple[float, ...] = ()) -> Arm:
    how: dict[str, Any] = {"network": net.network, "options": net.options, "rates": rates}
    recipe = Network(**how) if net.members == 1 else Ensemble(**how, members=net.members)
    return Arm(name=name, task=task, recipe=recipe, metric=own.metric, place={"ingredient": name})
