"""What a tuning came to: the recipe chosen, how sure that is, and what it scores on rows that chose nothing."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlwhy import html
from dlwhy.data.dataset import Task
from dlwhy.evaluation.comparison import Difference
from dlwhy.models.spec import NetworkSpec
from dlwhy.text import counted, display, number
from dlwhy.training.options import TrainingOptions
from dlwhy.training.recipe import recipe_text
from dlwhy.tuning.halving import Gap
from dlwhy.tuning.variants import REFERENCE

_WORDS = {"accuracy": "accuracy", "r2": "R²"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Row:
    """How a variant fared.

    Parameters
    ----------
    name, changes
        The variant.
    networks
        How many were trained before it was left behind.
    loss
        Their mean held-out loss; None if it is not finite.
    gap
        By how much that is above the recipe's, over the same networks; None of the recipe itself.
    seconds
        What its trials took; of variants that train together, a share each.

    """

    name: str
    changes: Mapping[str, Any]
    networks: int
    loss: float | None
    gap: Gap | None
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON-like values."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        changes = {name: list(value) if isinstance(value, tuple) else value for name, value in self.changes.items()}
        return {**values, "changes": changes, "gap": None if self.gap is None else dataclasses.asdict(self.gap)}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Final:
    """The last comparison, on networks that chose nothing: the recipe's, and those of the variant that led.

    Parameters
    ----------
    loss
        Mean held-out loss of the recipe's networks.
    name
        The variant that led; None if none was ahead of the recipe.
    name_loss, gap
        Its mean held-out loss, and by how much that is above the recipe's.

    """

    loss: float
    name: str | None = None
    name_loss: float | None = None
    gap: Gap | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Score:
    """What ensembles score on the test part.

    Parameters
    ----------
    n_test
        Rows.
    rows
        The same in words.
    metric
        ``accuracy`` or ``r2``.
    chosen, recipe
        Metrics of the ensemble of the chosen recipe, and of the recipe; the same where nothing else was chosen.
    gain
        By how much the chosen one is better on the same rows; None where nothing else was chosen.

    """

    n_test: int
    rows: str
    metric: str
    chosen: Mapping[str, float | None]
    recipe: Mapping[str, float | None]
    gain: Difference | None


@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class Tuned:
    """What a tuning came to.

    Parameters
    ----------
    chosen
        Name of the variant; ``recipe`` if none was better beyond noise.
    network, options
        The recipe chosen, for `dlwhy.fit(dataset, network, options, members=…)`.
    task
        Of the data.
    rows
        How each variant fared, the recipe first.
    final
        The last comparison.
    test
        The score on the test part; None if that is empty.
    not_tried
        Names of the variants that were not tried, for want of time.
    members
        Networks of each ensemble.
    seed
        Seed of the first of them.
    dataset
        Name, fingerprint and sizes of the data set.
    versions
        What decides the last bits.

    """

    chosen: str
    network: NetworkSpec
    options: TrainingOptions
    task: Task
    rows: Sequence[Row]
    final: Final
    test: Score | None
    not_tried: Sequence[str]
    members: int
    seed: int
    dataset: Mapping[str, Any]
    versions: Mapping[str, str]

    @property
    def loss_name(self) -> str:
        """Name the loss that chose."""
        return "share of variance" if self.task == "regression" else "log loss"

    @property
    def sentence(self) -> str:
        """Say what came of it."""
        final, tried = self.final, len(self.rows) - 1
        fresh = f"over {counted(self.members, 'fresh network')} each"
        if final.name is None or final.name_loss is None or final.gap is None:
            of = f"any of {counted(tried, 'variant')}" if tried else "nothing else that was tried"
            return f"The recipe as it is is as good as {of}: held-out {self.loss_name} {number(final.loss)}."
        gap = said(final.gap)
        if self.chosen == REFERENCE:
            nearest = f"{final.name}, which led of {counted(tried, 'variant')}, differs by {gap} {fresh}"
            return f"No variant is better than the recipe beyond noise: {nearest} (held-out {self.loss_name})."
        losses = f"{number(final.name_loss)} against {number(final.loss)}"
        return f"{self.chosen} is better than the recipe: held-out {self.loss_name} {losses}, {gap} {fresh}."

    @property
    def test_sentence(self) -> str | None:
        """Say what the chosen recipe scores on the test part, beside the recipe."""
        if self.test is None:
            return None
        found = self.test
        score = f"{_WORDS[found.metric]} {_with_interval(found.chosen, found.metric)}"
        loss, other = number(found.chosen["loss"]), ""
        if found.gain is not None:
            other = f" against {number(found.recipe['loss'])}"
            score += f", {found.gain.in_words} against the recipe"
        return f"On the {found.rows} of the test part, which chose nothing: {score}; loss {loss}{other}."

    @property
    def untried_sentence(self) -> str | None:
        """Say what was not tried."""
        return f"Not tried, for want of time: {', '.join(self.not_tried)}." if self.not_tried else None

    @property
    def sentences(self) -> Iterator[str]:
        """Say all of it."""
        return filter(None, (self.sentence, self.test_sentence, self.untried_sentence))

    def to_toml(self, command: str) -> str:
        """Return the recipe as TOML for ``--recipe``, with comments that say where it is from."""
        data = self.dataset
        about = [
            display(command, 1000),
            f"data: {display(data['name'])}, {data['n_train']} training rows, fingerprint {data['fingerprint']}",
            *self.sentences,
            f"by dlwhy {self.versions['dlwhy']}; for --members {self.members}, which is what was tested",
        ]
        return "".join(f"# {line}\n" for line in about) + recipe_text((self.network, self.options))

    def to_json(self) -> dict[str, Any]:
        """Return all of it as JSON-like values."""
        test = None
        if self.test is not None:
            gain = self.test.gain
            shown = None if gain is None else {name: getattr(gain, name) for name in ("value", "low", "high")}
            fields = ("n_test", "metric", "chosen", "recipe")
            test = {name: getattr(self.test, name) for name in fields} | {"gain": shown}
        return {
            "chosen": self.chosen,
            "sentence": self.sentence,
            "loss": self.loss_name,
            "final": dataclasses.asdict(self.final),
            "test": test,
            "variants": [row.to_json() for row in self.rows],
            "not_tried": list(self.not_tried),
            "network": self.network.to_json(),
            "training": self.options.to_json(),
            "members": self.members,
            "seed": self.seed,
            "dataset": dict(self.dataset),
            "versions": dict(self.versions),
        }

    def __repr__(self) -> str:
        return f"<Tuned {display(self.sentence, 300)}>"

    def _repr_html_(self) -> str:
        header = ("variant", "networks", f"held-out {self.loss_name}", "difference")
        rows = [(row.name, row.networks, number(row.loss), said(row.gap) if row.gap else "") for row in self.rows]
        return html.card("Tuned recipe", rows, header=header, notes=list(self.sentences))


def said(gap: Gap) -> str:
    """Write a difference with its standard error."""
    error = "" if gap.standard_error is None else f" ± {gap.standard_error:.4f}"
    return f"{gap.value:+.4f}{error}"


def _with_interval(metrics: Mapping[str, float | None], metric: str) -> str:
    low, high = (metrics.get(f"{metric}_{end}") for end in ("low", "high"))
    interval = f" [{number(low)}, {number(high)}]" if low is not None and high is not None else ""
    return number(metrics[metric]) + interval
