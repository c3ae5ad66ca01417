"""The nets that stand for "a net" where own tables are judged, by name: the recipe for tables, and a plain one."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from dlwhy.models.network import NetworkSpec
from dlwhy.studies.arms.ensemble import averaged
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.tuned import tuned
from dlwhy.training.options import TrainingOptions
from dlwhy.training.recipe import RECIPES

MEMBERS = 8


@dataclasses.dataclass(frozen=True, kw_only=True)
class Net:
    """A network, how it is trained, and how many of them are averaged."""

    network: NetworkSpec
    options: TrainingOptions
    members: int = 1
    tuned: bool = False  # whether a variant is chosen for each split, by rows of its training part

    def recipe(self, n_train: int, **how: Any) -> Network:
        """Make an arm's recipe on so many training rows; `how` are other fields of it."""
        if self.tuned:
            same = {name: value for name, value in how.items() if name not in ("rates", "log_every")}
            return tuned(network=self.network, options=self.options, members=self.members, **same)
        # those that keep their best moment count moments themselves
        steps = None if self.options.keep_best else self.options.steps(n_train)
        return averaged(self.members, **{"network": self.network, "options": self.options, "steps": steps, **how})


_TABLE = Net(network=RECIPES["table"][0], options=RECIPES["table"][1])
# as long and as wide, but on all rows, without a choice of the moment, a linear path or bins: what the recipe brings
_PLAIN = Net(
    network=NetworkSpec(layers=(64, 64)),
    options=TrainingOptions(
        epochs=20, min_steps=1500, optimizer="adamw", learning_rate=0.003, schedule="cosine", normalize="never"
    ),
)
NETS: Mapping[str, Net] = {
    "table": dataclasses.replace(_TABLE, members=MEMBERS),
    "table-one": _TABLE,
    "tuned": dataclasses.replace(_TABLE, members=MEMBERS, tuned=True),
    "plain": dataclasses.replace(_PLAIN, members=MEMBERS),
    "plain-one": _PLAIN,
}
# as arms are named
WORDS: Mapping[str, str] = {
    "net:table": "eight nets",
    "net:table-one": "one net",
    "net:tuned": "eight tuned nets",
    "net:plain": "eight plain nets",
    "net:plain-one": "one plain net",
}
