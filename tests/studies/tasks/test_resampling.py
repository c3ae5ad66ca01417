"""Every study keeps groups together and time in order, in what it trains on, chooses rates on and is tested on."""

import dataclasses
import hashlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dlwhy.data.dataset import Dataset
from dlwhy.data.splitting import Split
from dlwhy.data.toys.make import make
from dlwhy.errors import InputRefusedError
from dlwhy.studies import conduct
from dlwhy.studies.arms import tuning
from dlwhy.studies.arms.network import Network
from dlwhy.studies.arms.simple import Simple
from dlwhy.studies.arms.training import joined
from dlwhy.studies.claims import registry as claims
from dlwhy.studies.plan.study import Arm, Task, draw_seeds
from dlwhy.studies.request import OwnData, Request
from dlwhy.studies.tasks.draws import Draw, resampled
from dlwhy.studies.tasks.registry import draws_of
from dlwhy.training.data import preparing

SEEDS = draw_seeds(42, "report", 6)
OWN = Task(name="own", role="own", draw="own")
COMPARE = ("layers=8 validation-split=0.2 patience=3", "layers=16")


def table(by: str | None, task: str = "binary", *, n: int = 480, size: int | None = 8) -> Dataset:
    """Rows whose first feature is their group, or time; groups are of one size, or of any up to twice 8."""
    rng = np.random.default_rng(29)
    sizes = rng.integers(1, 16, n) if size is None else np.full(n, size)
    keys = np.repeat(np.arange(n), sizes)[:n] if by != "time" else np.sort(rng.integers(0, n // 8, n))
    own = rng.standard_normal((n, 4))[keys] if by == "group" else rng.standard_normal((n, 4))
    X = np.column_stack([keys, own]).astype(np.float32)
    labels = rng.integers(0, 2, n)[keys]
    y = labels.astype(np.int32) if task == "binary" else (own[:, 0] + labels).astype(np.float32)
    order = rng.permutation(n)
    X, y, keys = X[order], y[order], keys[order]
    edge = np.quantile(keys, 0.7)
    train, test = keys < edge, keys >= edge
    kind: Any = np.float64 if by == "time" else np.int32
    split = Split(by=by, column="c", train=keys[train].astype(kind), test=keys[test].astype(kind)) if by else None  # type: ignore[arg-type]
    return Dataset(
        X_train=X[train],
        y_train=y[train],
        X_test=X[test],
        y_test=y[test],
        name="mine",
        task=task,  # type: ignore[arg-type]
        class_names=("no", "yes") if task == "binary" else (),
        split=split,
    )


def arms_of(claim: str, dataset: Dataset) -> list[Arm]:
    extra = {"compare": {"arms": list(COMPARE)}, "transfer": {"source": "no-such.keras"}}.get(claim, {})
    request = Request(claim=claim, budget="thorough", own=conduct.own_data(dataset), extra=extra)
    return [arm for arm in conduct.design(request).every.values() if arm.task.draw == "own"]


def check(train: np.ndarray, test: np.ndarray, by: str) -> None:
    """Hold the first features of two parts against each other; to scale them keeps them apart and in order."""
    assert len(train)
    assert len(test)
    if by == "group":
        assert not {*train.tolist()} & {*test.tolist()}
    else:
        assert train.max() < test.min()


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize("by", ["group", "time"])
@pytest.mark.parametrize("claim", [*claims.CLAIMS, claims.COMPARE])
def test_every_arm_of_every_study_keeps_to_the_split(claim: str, by: str, task: str) -> None:
    dataset = table(by, task)
    arms = arms_of(claim, dataset)
    assert arms
    for settings in {str(arm.task.settings): arm for arm in arms}.values():
        for draw in draws_of(settings.task, SEEDS, dataset):
            check(draw.X_train[:, 0], draw.X_test[:, 0], by)
    for arm in (each for each in arms if isinstance(each.recipe, Network) and each.recipe.rates):
        for draw in arm.recipe.tuning_draws(arm.task, SEEDS[:2], dataset):  # type: ignore[attr-defined]
            held = tuning._validating(draw)
            check(held.X_train[:, 0], held.X_test[:, 0], by)


@pytest.mark.parametrize("by", ["group", "time"])
def test_rows_that_a_recipe_holds_out_itself_keep_to_it_too(by: str) -> None:
    draws = draws_of(OWN, SEEDS[:3], table(by))
    dataset, rows = joined(draws, room=4096)
    assert dataset.split
    for index, seed in enumerate(SEEDS[:3]):
        about: Any = {"share": 0.2, "seed": seed, "split": dataset.split}
        rest, held = preparing.held_out(rows[index], dataset.y_train[rows[index]], "binary", **about)
        check(dataset.X_train[rest, 0], dataset.X_train[held, 0], by)


@pytest.mark.parametrize("size", [1, 8, None])
@pytest.mark.parametrize("by", ["group", "time"])
def test_all_seeds_have_as_many_rows_and_more_begin_with_fewer(by: str, size: int | None) -> None:
    dataset = table(by, size=size)
    own = OwnData.of(dataset)

    draws = draws_of(OWN, SEEDS, dataset)
    few = draws_of(dataclasses.replace(OWN, settings={"n_train": 100}), SEEDS, dataset)

    assert {len(draw.X_train) for draw in draws} == {own.n_train}
    assert {len(draw.X_test) for draw in draws} == ({120} if by == "group" else {60})
    for whole, part in zip(draws, few, strict=True):
        assert (whole.y_train[:100] == part.y_train).all()
        assert len(np.unique(part.y_train)) == 2
        assert {*np.unique(whole.X_test[:, 1], return_index=True)[1]} == {
            *np.unique(part.X_test[:, 1], return_index=True)[1]
        }
    assert len({draw.X_test.tobytes() for draw in draws}) > 3
    with pytest.raises(InputRefusedError, match="training rows asked for"):
        resampled(dataset, 1, n_train=own.n_train + 1)


def test_fewer_rows_are_of_fewer_groups() -> None:
    dataset = table("group")

    draw = resampled(dataset, 3, n_train=80)

    assert len(np.unique(draw.X_train[:, 0])) == 10


def test_the_correction_counts_groups_and_windows() -> None:
    groups, times = table("group"), table("time")
    windows = [resampled(times, seed, standardise=False) for seed in range(150)]
    shared = [
        len({*a.X_test[:, 1].tolist()} & {*b.X_test[:, 1].tolist()}) / len(a.X_test)
        for place, a in enumerate(windows)
        for b in windows[:place]
    ]

    assert resampled(groups, 1).overlap == pytest.approx(15 / 45)
    q = windows[0].overlap / (1 + windows[0].overlap)
    assert np.mean(shared) == pytest.approx(q, abs=0.03)
    assert 0.2 < q < 0.4


def test_rows_that_stand_for_themselves_are_drawn_as_they_always_were() -> None:
    draw = resampled(make("iris"), 7, n_train=60)

    arrays = (draw.X_train, draw.y_train, draw.X_test, draw.y_test)
    assert hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()[:16] == "2f89df9061c49a05"
    assert draw.overlap == pytest.approx(0.3392857142857143)
    assert draw.split is None


def accuracy(dataset: Dataset, model: str) -> float:
    seeds: Any = SimpleNamespace(report=SEEDS)
    runs = Simple(model=model).run(OWN, seeds, dataset).runs
    return float(np.mean([run.metrics["accuracy"] for run in runs]))


def test_what_is_known_of_a_group_is_no_help_with_others() -> None:
    grouped = table("group")
    plain = dataclasses.replace(grouped, split=None)

    assert accuracy(plain, "nearest-neighbours") > 0.95
    assert accuracy(grouped, "nearest-neighbours") < 0.65


def test_what_is_known_of_tomorrow_is_no_help_with_the_day_after() -> None:
    """Labels of one time are alike: a random split asks for a time of which it has seen rows."""
    timed = table("time")
    only_time = {part: getattr(timed, part)[:, :1] for part in ("X_train", "X_test")}
    timed = dataclasses.replace(timed, columns=timed.columns[:1], **only_time)

    assert accuracy(dataclasses.replace(timed, split=None), "nearest-neighbours") > 0.85
    assert accuracy(timed, "nearest-neighbours") < 0.65


@pytest.mark.parametrize(
    ("by", "keys", "message"),
    [
        ("group", np.arange(480) % 7, '"c" has 7 groups; a study resamples at least 8'),
        ("group", np.minimum(np.arange(480), 200), 'the largest group of "c" has 280 of 480 rows: too many'),
        ("time", np.arange(480) // 160, '"c" leaves 1 places between half and seven eighths of the rows where past'),
    ],
)
def test_what_can_t_be_resampled_so_is_refused_before_anything_runs(by: str, keys: np.ndarray, message: str) -> None:
    data = table(None)
    kind: Any = np.float64 if by == "time" else np.int32
    everything = {"X_train": np.concatenate([data.X_train, data.X_test]), "X_test": data.X_test[:0]}
    targets = {"y_train": np.concatenate([data.y_train, data.y_test]), "y_test": data.y_test[:0]}
    split = Split(by=by, column="c", train=keys.astype(kind), test=keys[:0].astype(kind))  # type: ignore[arg-type]
    dataset = dataclasses.replace(data, **everything, **targets, split=split)

    with pytest.raises(InputRefusedError) as caught:
        conduct.own_data(dataset)
    assert message in caught.value.message


def test_too_few_groups_for_a_size_or_for_a_rate_are_refused() -> None:
    dataset = table("group", size=60)

    with pytest.raises(InputRefusedError, match='a training part of 40 rows, by group "c", is of one class'):
        resampled(dataset, 1, n_train=40)
    draw = Draw(
        X_train=np.ones((20, 2), np.float32),
        y_train=np.arange(20, dtype=np.int32) % 2,
        X_test=np.ones((5, 2), np.float32),
        y_test=np.zeros(5, np.int32),
        task="binary",
        n_classes=2,
        overlap=0.3,
        split=Split(by="group", column="c", train=np.zeros(20, np.int32), test=np.ones(5, np.int32)),
    )
    with pytest.raises(InputRefusedError, match='20 training rows, by group "c", are too few to hold some out'):
        tuning._validating(draw)


@pytest.mark.parametrize(
    ("rows", "y", "message"),
    [
        (15, np.arange(15) % 2, "15 rows, a study splits at least 16"),
        (16, np.zeros(16, np.int64), "its target has one value only: there is nothing to learn"),
    ],
)
def test_what_no_study_could_judge_is_refused_before_anything_runs(rows: int, y: np.ndarray, message: str) -> None:
    data = table(None)
    of_train = {"X_train": data.X_train[:rows], "y_train": y.astype(data.y_train.dtype)}
    dataset = dataclasses.replace(data, **of_train, X_test=data.X_test[:0], y_test=data.y_test[:0])

    with pytest.raises(InputRefusedError) as caught:
        conduct.own_data(dataset)
    assert message in caught.value.message
