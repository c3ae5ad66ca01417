"""A tuning from start to end: variants are halved on held-out parts, the last one is compared anew, and then tested."""

import dataclasses
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dlwhy import files
from dlwhy.data.dataset import Dataset
from dlwhy.data.values import is_number
from dlwhy.errors import InputRefusedError, UsageError, check_whole
from dlwhy.evaluation.comparison import Difference, difference
from dlwhy.evaluation.evaluate import evaluate_model
from dlwhy.evaluation.results import MAIN_METRIC, Evaluation
from dlwhy.models.spec import MAX_MEMBERS
from dlwhy.text import display, plain
from dlwhy.training import details
from dlwhy.training.stack.fit import Replicas
from dlwhy.tuning import halving, trials, variants
from dlwhy.tuning.state import State, as_losses
from dlwhy.tuning.trials import Trials
from dlwhy.tuning.tuned import Final, Row, Score, Tuned
from dlwhy.tuning.variants import REFERENCE

MEMBERS = 8
# an eighth of fewer is a row or two
_FEWEST_ROWS = 24
_MOST_MINUTES = 60 * 24 * 365


@dataclasses.dataclass(frozen=True, kw_only=True)
class TuningProgress:
    """How far a tuning is.

    Parameters
    ----------
    done, total
        Networks trained, a started one in part, and at most to be trained.
    text
        What is tried.

    """

    done: float
    total: int
    text: str


def check(*, members: int, minutes: float | None, seed: int) -> None:
    """Refuse what can't be.

    Raises
    ------
    UsageError
        If a value can't be.

    """
    check_whole("--members", members, least=2, most=MAX_MEMBERS)
    check_whole("--seed", seed, least=0, most=2**32 - 1)
    if seed + members + max(halving.RUNGS) > 2**32:
        raise UsageError(f"--seed {seed} leaves no seeds for all networks")
    if minutes is not None and not (is_number(minutes) and 0 < minutes <= _MOST_MINUTES):
        raise UsageError(f"--minutes must be a number above 0, at most a year (got {display(minutes)})")


def state_beside(output: str | Path) -> Path:
    """Return the file in which trials are kept as they end, beside the recipe file.

    Raises
    ------
    UsageError
        If that has not the name of a recipe file.
    OutputBlockedError
        If one of the two can't be written.

    """
    if Path(output).suffix != ".toml":
        raise UsageError(f"{files.shown(output)}: a recipe is written as .toml")
    state = Path(f"{output}.tuning.json")
    files.check_output(output)
    files.check_output(state)
    return state


def work(rows: int, members: int) -> int:
    """Return how many networks are trained at most, for so many training rows.

    Raises
    ------
    InputRefusedError
        If the rows are too few.

    """
    if rows < _FEWEST_ROWS:
        raise InputRefusedError(f"{rows} training rows are too few to choose by (at least {_FEWEST_ROWS})")
    return halving.work(len(variants.variants_for(rows)) - 1) + 2 * members


def tune(
    dataset: Dataset,
    *,
    members: int = MEMBERS,
    minutes: float | None = None,
    seed: int = 42,
    path: Path | None = None,
    on_progress: Callable[[TuningProgress], None] = lambda _: None,
) -> Tuned:
    """Choose among variants of the recipe for tables by the training part of a data set alone.

    Each network holds out an eighth of the training rows of its own; what it loses there decides. All variants are
    tried on two networks, the better half on four, the better half of those on eight. What leads then is compared with
    the recipe on fresh networks, and replaces it if its held-out loss is lower by more than a standard error.

    Parameters
    ----------
    dataset
        The data; the test part is looked at only when the choice is made.
    members
        Networks of the two ensembles that are compared at the end.
    minutes
        Begin no trial after so many; the last comparison is made all the same.
    seed
        Seed of the first network of those ensembles; networks of trials have others.
    path
        Where trials are kept as they end, so that the same call goes on.
    on_progress
        Told how far it is.

    Raises
    ------
    UsageError
        If a value can't be.
    InputRefusedError
        If the data can't be trained on.
    UnusableResultError
        If the recipe's own loss stops being a finite number.
    OutputBlockedError, InputOutputError
        If the trials can't be kept.

    """
    check(members=members, minutes=minutes, seed=seed)
    started = time.monotonic()
    part = trials.training_part(dataset)
    total = work(len(part.X_train), members)
    tried = {variant.name: variant for variant in variants.variants_for(len(part.X_train))}
    running = Trials(
        dataset=part,
        variants=tried,
        seed=seed + members,  # those before are the members of the last comparison
        state=State(path),
        tell=lambda done, text: on_progress(TuningProgress(done=done, total=total, text=text)),
    )
    halved = halving.halve(
        variants.stackable(list(tried.values())),
        running.score,
        is_over=lambda: minutes is not None and time.monotonic() - started > 60 * minutes,
    )
    final, test = _final(dataset, running, halved.leader, members=members, seed=seed)
    chosen = final.name if final.name is not None and final.gap is not None and final.gap.is_better else REFERENCE
    network, options = tried[chosen].recipe
    running.tell(total, f"{chosen}: chosen")
    return Tuned(
        chosen=chosen,
        network=network,
        options=dataclasses.replace(options, seed=seed),
        task=dataset.task,
        rows=_rows(running, halved.losses, share=options.held_out),
        final=final,
        test=test,
        not_tried=[name for name in tried if name not in halved.losses],
        members=members,
        seed=seed,
        dataset={
            "name": dataset.name,
            "fingerprint": dataset.fingerprint,
            "n_train": len(dataset.X_train),
            "n_test": len(dataset.X_test),
        },
        versions=details.versions(),
    )


def _rows(running: Trials, losses: Mapping[str, Sequence[float]], *, share: float) -> list[Row]:
    """Return how each variant fared, those that came farthest first."""
    reference = losses[REFERENCE]
    rows = []
    for name, own in losses.items():
        mean = sum(own) / len(own)
        rows.append(
            Row(
                name=name,
                changes=running.variants[name].changes,
                networks=len(own),
                loss=mean if math.isfinite(mean) else None,
                gap=None if name == REFERENCE else halving.gap(own, reference, share=share),
                seconds=running.seconds.get(name, 0.0),
            )
        )
    return sorted(rows, key=lambda row: (row.gap is not None, -row.networks, row.gap.value if row.gap else 0.0))


def _final(
    dataset: Dataset, running: Trials, leader: str | None, *, members: int, seed: int
) -> tuple[Final, Score | None]:
    """Compare the variant that led with the recipe on fresh networks, and test what is chosen, once."""
    names = [REFERENCE] if leader is None else [REFERENCE, leader]
    seeds = range(seed, seed + members)
    about = {"final": [running.about(name, seeds) for name in names], "all": dataset.fingerprint}
    record = running.state.recall(about, lambda found: _is_final(found, len(names), members))
    if record is None:
        record = plain(_compared(dataset, running, names, seed=seed, members=members))  # as the file has it
        running.state.keep([(about, record)])
    losses = [as_losses(values, members) or [] for values in record["losses"]]
    return _as_final(losses, leader, running), _as_score(dataset, record["test"])


def _compared(dataset: Dataset, running: Trials, names: Sequence[str], *, seed: int, members: int) -> dict[str, Any]:
    ensembles: list[Replicas] = []
    for name in names:
        recipe, hooks = running.variants[name].recipe, running.hooks([name], members)
        ensembles.append(trials.train_ensemble(running.dataset, recipe, seed=seed, members=members, hooks=hooks))
        running.done += members
    losses = [trials.losses_of(ensemble) for ensemble in ensembles]
    trials.check_reference(losses[0])
    share = ensembles[0].options.held_out
    is_chosen = len(losses) > 1 and halving.gap(losses[1], losses[0], share=share).is_better
    # from here on nothing is chosen any more
    return {"losses": losses, "test": _tested(dataset, ensembles if is_chosen else ensembles[:1])}


def _tested(dataset: Dataset, ensembles: Sequence[Replicas]) -> dict[str, Any] | None:
    """Return the metrics of the recipe on the test part, and those of another one with its gain; None without rows."""
    if not len(dataset.X_test):
        return None
    found: list[Evaluation] = [evaluate_model(each.ensemble(), dataset) for each in ensembles]
    gain = difference(found[1], found[0]) if len(found) > 1 else None
    told = None if gain is None else {name: getattr(gain, name) for name in ("value", "low", "high")}
    return {"rows": found[0].rows, "metrics": [dict(each.metrics) for each in found], "gain": told}


def _as_final(losses: Sequence[Sequence[float]], leader: str | None, running: Trials) -> Final:
    means = [sum(values) / len(values) for values in losses]
    if leader is None:
        return Final(loss=means[0])
    share = running.variants[leader].recipe[1].held_out
    gap = halving.gap(losses[1], losses[0], share=share)
    return Final(loss=means[0], name=leader, name_loss=means[1], gap=gap)


def _as_score(dataset: Dataset, test: Any) -> Score | None:
    if test is None:
        return None
    metric, n_test = MAIN_METRIC[dataset.task], len(dataset.X_test)
    gain = None if test["gain"] is None else Difference(**test["gain"], metric=metric, n_samples=n_test)
    metrics = test["metrics"]
    return Score(n_test=n_test, rows=test["rows"], metric=metric, recipe=metrics[0], chosen=metrics[-1], gain=gain)


def _is_final(record: Any, count: int, members: int) -> bool:
    """Say whether a record is that of a last comparison; the file's checksum says that nobody has changed it."""
    if not isinstance(record, dict) or not isinstance(losses := record.get("losses"), list) or "test" not in record:
        return False
    return len(losses) == count and all(as_losses(values, members) is not None for values in losses)
