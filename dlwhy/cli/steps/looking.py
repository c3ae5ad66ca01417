"""Where models err and what they look at: what `dlwhy evaluate` does beside the metrics if it is asked to."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from dlwhy.cli.arguments import Options, frozen_options, option
from dlwhy.errors import UsageError

if TYPE_CHECKING:
    from dlwhy.cli.show.looks import Looks
    from dlwhy.data.dataset import Dataset
    from dlwhy.evaluation.labelled import Table
    from dlwhy.models.trained import Trained


@frozen_options
class Looking(Options):
    """What to look at beside the metrics."""

    importance: bool = option(
        False, "How much worse the model gets with a column's values shuffled between rows.", "--importance"
    )
    slices: bool = option(
        False, "Where it errs most, by one column or two; confirmed on rows that did not choose.", "--slices"
    )
    temperature: bool = option(
        False, "Whether its probabilities are too sure, and what one temperature would bring.", "--temperature"
    )

    @property
    def asked(self) -> tuple[str, ...]:
        """Give the names of the options that are given."""
        return tuple(name for name in ("importance", "slices", "temperature") if getattr(self, name))


def check(options: Looking, form: str) -> None:
    """Refuse a form that has no place for what is asked."""
    if options.asked and form == "csv":
        raise UsageError(f"--{options.asked[0]}: not with --format csv, which has one row a model", "--json has it")


def check_task(options: Looking, trained: "Mapping[str, Trained]") -> None:
    """Refuse a temperature of numbers."""
    if options.temperature and any(one.details.task == "regression" for one in trained.values()):
        raise UsageError("--temperature: for classes only; the model predicts numbers")


def look(
    options: Looking,
    trained: "Mapping[str, Trained]",
    dataset: "Dataset | Table",
    *,
    split: Literal["test", "train", "all"],
    seed: int,
) -> "dict[str, Looks]":
    """Look at each model, by path; nothing where nothing is asked for."""
    if not options.asked:
        return {}
    from dlwhy.cli.show.looks import Looks
    from dlwhy.evaluation.errors.importance import permutation_importance
    from dlwhy.evaluation.errors.slices import worst_slices
    from dlwhy.evaluation.errors.temperature import temperature

    def of(one: "Trained") -> Looks:
        return Looks(
            importance=permutation_importance(one, dataset, split=split, seed=seed) if options.importance else None,
            slices=worst_slices(one, dataset, split=split, seed=seed) if options.slices else None,
            temperature=temperature(one, dataset, split=split, seed=seed) if options.temperature else None,
        )

    return {path: of(one) for path, one in trained.items()}
