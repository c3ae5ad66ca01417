"""Training from start to end: seeds, early stopping, checkpoints, interruption, divergence, resuming."""

import dataclasses
import warnings

import numpy as np
import pytest

from dlwhy.data import make
from dlwhy.errors import DlwhyWarning, InputRefusedError, UsageError
from dlwhy.evaluation import evaluate, evaluate_model
from dlwhy.models.keras_file import archive
from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions, fit
from dlwhy.training.progress import Hooks
from dlwhy.training.single.fit import DivergedError, resume
from dlwhy.training.taking_layers import Start, take_layers
from tests.training.conftest import fit_once, small

NETWORK = NetworkSpec(layers=(8, 8))
# what has a state of its own beside the weights
STATEFUL = NetworkSpec(layers=(8,), dropout=0.3, batch_norm=True)
QUICK = {"epochs": 6, "engine": "graph"}
# with batch normalization a rest of an epoch is a program of its own, which XLA compiles beside that of the batches
WHOLE_BATCHES = {"batch_size": 30, "optimizer": "nadam", "seed": 3}


def weights(trained):
    return trained.model.get_weights()


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


# with XLA, two trainings of the same bits are part of resuming, below
@pytest.mark.parametrize("engine", ["graph", "keras"])
def test_case_96_same_seed_same_bits_other_seed_other_weights(binary, engine):
    recipe = TrainingOptions(**WHOLE_BATCHES, epochs=3, engine=engine)
    if engine == "keras":  # an evaluation would be a program more
        binary = small(n_test=0)
    first, again = fit_once(binary, STATEFUL, recipe), fit(binary, STATEFUL, recipe)
    assert same(weights(first), weights(again))
    assert first.history == again.history
    if engine == "graph":
        other = fit(binary, STATEFUL, dataclasses.replace(recipe, seed=2))
        assert not same(weights(first), weights(other))


# the cap is applied before an engine is chosen
@pytest.mark.parametrize(
    "engine", ["graph", *(pytest.param(name, marks=pytest.mark.slow) for name in ("xla", "keras"))]
)
def test_fault_5_a_batch_is_at_most_all_rows(binary, engine):
    whole, huge = (
        fit(binary, NETWORK, TrainingOptions(epochs=3, engine=engine, batch_size=n)) for n in (1024, 2**31 - 1)
    )
    assert huge.details.training["options"]["batch_size"] == 1024
    assert same(weights(whole), weights(huge))
    assert whole.history == huge.history
    again = resume(dataclasses.replace(huge, optimizer=_state(huge)), binary, epochs=4)
    assert len(again.history["loss"]) == 4


def _state(trained):
    return tuple(variable.numpy() for variable in trained.model.optimizer.variables)


@pytest.mark.parametrize(("batch_norm", "batch_size", "warned"), [(True, 32, 1), (True, 31, 0), (False, 32, 0)])
def test_a_last_batch_that_is_too_small_for_batch_normalization_is_told(batch_norm, batch_size, warned):
    data = make("moons", samples=100)  # 70 rows to train on
    options = TrainingOptions(epochs=1, engine="graph", batch_size=batch_size)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", DlwhyWarning)
        fit(data, NetworkSpec(layers=(4,), batch_norm=batch_norm), options)
    assert [str(each.message) for each in told if each.category is DlwhyWarning] == [
        "each epoch ends in a batch of 6 rows, too few for batch normalization: choose another --batch-size"
    ] * warned


def test_case_97_details_record_what_decides_the_bits(binary):
    details = fit(binary, NETWORK, TrainingOptions(**QUICK, seed=7)).details
    assert details.seed == 7
    assert details.engine == "graph"
    assert details.threads >= 1
    assert {"dlwhy", "python", "numpy", "keras", "tensorflow"} <= set(details.versions)
    assert details.dataset["fingerprint"] == binary.fingerprint


@pytest.mark.parametrize("engine", ["graph", pytest.param("keras", marks=pytest.mark.slow)])
def test_early_stopping_restores_the_best_weights(engine):
    data = small(n=60)
    recipe = TrainingOptions(epochs=200, patience=3, learning_rate=0.2, engine=engine)
    trained = fit_once(data, NetworkSpec(layers=(32, 32)), recipe)
    losses = trained.history["val_loss"]
    best = int(np.argmin(losses))
    assert len(losses) == best + 1 + 3 < 200
    assert trained.details.training["best_epoch"] == best + 1
    shorter = fit(
        data,
        NetworkSpec(layers=(32, 32)),
        TrainingOptions(epochs=best + 1, validation_split=0.2, learning_rate=0.2, engine=engine),
    )
    assert same(weights(trained), weights(shorter))


STOPPED_EARLY = TrainingOptions(epochs=20, patience=3, engine="graph")


def test_early_stopping_never_looks_at_the_test_part(binary):
    recipe = STOPPED_EARLY
    trained = fit_once(binary, NETWORK, recipe)
    scrambled = dataclasses.replace(binary, X_test=binary.X_test[::-1] * 3, y_test=1 - binary.y_test)
    assert same(weights(trained), weights(fit(scrambled, NETWORK, recipe)))


@pytest.mark.parametrize("engine", ["graph", "xla"])
@pytest.mark.parametrize(
    "spec",
    [pytest.param(NETWORK, marks=pytest.mark.slow), STATEFUL],
    ids=["plain", "all"],
)
def test_resumed_training_ends_bit_identical(binary, tmp_path, engine, spec):
    recipe = {"engine": engine, **WHOLE_BATCHES}
    whole = fit(binary, spec, TrainingOptions(**recipe, epochs=6))  # twice as many: both halves are one program
    archive.write(fit_once(binary, spec, TrainingOptions(**recipe, epochs=3)), tmp_path / "part.keras")
    resumed = resume(archive.read(tmp_path / "part.keras"), binary, epochs=6)
    assert resumed.history == whole.history
    assert same(weights(resumed), weights(whole))
    for path, trained in (("a.keras", whole), ("b.keras", resumed)):
        archive.write(trained, tmp_path / path)
    assert (tmp_path / "a.keras").read_bytes() == (tmp_path / "b.keras").read_bytes()


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "rmsprop", "adagrad", "adamw", "lion"])
def test_every_other_optimizer_resumes_bit_identical(binary, tmp_path, optimizer):
    recipe = TrainingOptions(engine="graph", optimizer=optimizer, clip_norm=1.0, epochs=3, checkpoint_every=2)
    hooks = Hooks(on_checkpoint=lambda part: archive.write(part, tmp_path / f"{len(part.history['loss'])}.keras"))
    whole = fit(binary, NetworkSpec(layers=(8,)), recipe, hooks=hooks)
    assert same(weights(resume(archive.read(tmp_path / "2.keras"), binary, epochs=3)), weights(whole))


def test_interrupted_cosine_schedule_resumes_to_the_epochs_it_was_planned_for(binary, tmp_path):
    recipe = TrainingOptions(epochs=6, schedule="cosine", engine="graph", checkpoint_every=2)
    hooks = Hooks(
        on_checkpoint=lambda trained: archive.write(trained, tmp_path / f"{len(trained.history['loss'])}.keras")
    )
    whole = fit(binary, NETWORK, recipe, hooks=hooks)
    part = archive.read(tmp_path / "2.keras")
    assert same(weights(resume(part, binary, epochs=6)), weights(whole))
    with pytest.raises(UsageError, match="cosine"):
        resume(archive.read(tmp_path / "2.keras"), binary, epochs=12)


def test_resume_refuses_other_data_fewer_epochs_and_restored_weights(binary, tmp_path):
    path = tmp_path / "m.keras"
    archive.write(fit_once(binary, NETWORK, TrainingOptions(**QUICK)), path)
    with pytest.raises(InputRefusedError, match="other data"):
        resume(archive.read(path), small(seed=9), epochs=9)
    with pytest.raises(UsageError, match="above the 6"):
        resume(archive.read(path), binary, epochs=6)
    archive.write(fit_once(binary, NETWORK, STOPPED_EARLY), path)
    with pytest.raises(UsageError, match="patience"):
        resume(archive.read(path), binary, epochs=30)


def test_checkpoints_come_when_asked_and_hold_that_epoch(binary):
    seen = {}
    hooks = Hooks(on_checkpoint=lambda trained: seen.update({len(trained.history["loss"]): weights(trained)}))
    trained = fit(binary, NETWORK, TrainingOptions(**QUICK, checkpoint_every=2), hooks=hooks)
    assert list(seen) == [2, 4, 6]
    assert same(seen[6], weights(trained))
    assert same(seen[2], weights(fit(binary, NETWORK, TrainingOptions(epochs=2, engine="graph"))))


def test_progress_is_told_and_a_wish_to_stop_is_heard(binary):
    told = []
    hooks = Hooks(on_progress=told.append, should_stop=lambda: bool(told))
    trained = fit(binary, NETWORK, TrainingOptions(epochs=500, engine="graph"), hooks=hooks)
    assert len(told) == 1
    assert len(trained.history["loss"]) == told[0].epoch < 500
    assert told[0].logs["loss"] == trained.history["loss"][-1]
    assert told[0].samples_per_second > 0


@pytest.mark.parametrize("engine", ["graph", "xla", "keras"])
def test_case_63_divergence_stops_at_once_and_keeps_the_last_finite_state(binary, engine):
    recipe = {"optimizer": "sgd", "learning_rate": 1e12, "engine": engine}
    with pytest.raises(DivergedError, match=r"epoch \d+ \(learning rate 1e\+12\)") as caught:
        fit(binary, NetworkSpec(layers=(8, 8), activation="linear"), TrainingOptions(epochs=50, **recipe))
    last = caught.value.last
    if last is not None:
        assert np.isfinite(last.history["loss"]).all()
        assert all(np.isfinite(weight).all() for weight in weights(last))


def test_last_finite_state_is_that_of_a_shorter_run():
    data = small("regression")
    recipe = {"optimizer": "sgd", "learning_rate": 0.9, "engine": "graph", "batch_size": 90}
    spec = NetworkSpec(layers=(64, 64), activation="linear")
    with pytest.raises(DivergedError) as caught:
        fit(data, spec, TrainingOptions(epochs=500, **recipe))
    last = caught.value.last
    done = len(last.history["loss"])
    assert done >= 1
    assert same(weights(last), weights(fit(data, spec, TrainingOptions(epochs=done, **recipe))))


def test_transfer_takes_matching_layers_and_makes_a_new_head():
    base = fit_once(small(), NETWORK, TrainingOptions(**QUICK))
    target = small("multiclass", seed=4)
    trained = fit(target, NETWORK, TrainingOptions(**QUICK), start=Start(bases=(base,), freeze="all"))
    taken = trained.details.training["taken"]
    assert len(taken["taken"]) == len(taken["frozen"]) == 2
    assert taken["new"] == ("output",)
    for mine, theirs in zip(weights(trained)[:4], weights(base)[:4], strict=True):
        np.testing.assert_array_equal(mine, theirs)
    free = fit(target, NETWORK, TrainingOptions(**QUICK), start=Start(bases=(base,)))
    assert not np.array_equal(weights(free)[0], weights(base)[0])


def test_transfer_takes_the_head_too_when_the_classes_are_the_same(binary):
    base = fit_once(binary, NETWORK, TrainingOptions(**QUICK))
    again = fit(small(seed=5), NETWORK, TrainingOptions(**QUICK), start=Start(bases=(base,)))
    assert again.details.training["taken"]["new"] == ()


def test_transfer_refuses_what_can_not_fit(binary):
    base = fit(binary, NETWORK, TrainingOptions(**QUICK))
    with pytest.raises(UsageError, match="no layer fits"):
        fit(binary, NetworkSpec(layers=(9, 8)), TrainingOptions(**QUICK), start=Start(bases=(base,)))
    with pytest.raises(UsageError, match="only 3"):
        fit(binary, NETWORK, TrainingOptions(**QUICK), start=Start(bases=(base,), freeze=4))
    with pytest.raises(UsageError, match="nothing to train"):
        take_layers(base.model, base.model, same_classes=True, freeze=3)


def test_resuming_keeps_frozen_layers_frozen(tmp_path):
    base = fit_once(small(), NETWORK, TrainingOptions(**QUICK))
    target = small("multiclass", seed=4)
    whole = fit(target, NETWORK, TrainingOptions(epochs=4, engine="graph"), start=Start(bases=(base,), freeze=1))
    part = fit(target, NETWORK, TrainingOptions(epochs=2, engine="graph"), start=Start(bases=(base,), freeze=1))
    archive.write(part, tmp_path / "part.keras")
    assert same(weights(resume(archive.read(tmp_path / "part.keras"), target, epochs=4)), weights(whole))


def test_case_53_one_class_or_no_rows_are_refused_before_training(binary):
    with pytest.raises(InputRefusedError, match=r"one class \(no\)"):
        fit(dataclasses.replace(binary, y_train=np.zeros_like(binary.y_train)))
    with pytest.raises(InputRefusedError, match="no rows"):
        fit(dataclasses.replace(binary, X_train=binary.X_train[:0], y_train=binary.y_train[:0]))


def test_without_a_test_part_there_is_no_validation_curve(binary):
    alone = dataclasses.replace(binary, X_test=binary.X_test[:0], y_test=binary.y_test[:0])
    assert sorted(fit(alone, NETWORK, TrainingOptions(**QUICK)).history) == ["accuracy", "loss"]


def test_unscaled_data_are_normalized_inside_the_model(tmp_path):
    data = small("regression", scale=100.0)
    trained = fit(data, NETWORK, TrainingOptions(epochs=60, engine="graph"))
    archive.write(trained, tmp_path / "m.keras")
    predicted = archive.read(tmp_path / "m.keras").predict(data.X_test)
    error = np.abs(predicted - data.y_test).mean()
    assert error < 0.6 * np.abs(data.y_test - data.y_train.mean()).mean()
    assert trained.history["val_mae"][-1] == pytest.approx(error, rel=1e-4)


@pytest.mark.parametrize("engine", ["graph", pytest.param("keras", marks=pytest.mark.slow)])
def test_training_evaluation_and_keras_give_one_loss_also_where_it_is_sure_and_wrong(dataset, engine):
    # not scaled on purpose: many probabilities come closer to 0 and 1 than float32 can say
    options = TrainingOptions(epochs=2, engine=engine, normalize="never")
    data = dataclasses.replace(dataset, X_train=dataset.X_train * 500, X_test=dataset.X_test * 500)

    trained = fit(data, NETWORK, options)

    loss = evaluate_model(trained, data).metrics["loss"]
    assert trained.history["val_loss"][-1] == pytest.approx(loss, rel=1e-5)
    assert trained.model.evaluate(data.X_test, data.y_test, verbose=0)[0] == pytest.approx(loss, rel=1e-5)
    if data.task != "regression":
        logits = np.abs(trained.logits(data.X_test))
        assert logits.max() > 20
        of_probabilities = evaluate(
            data.y_test, trained.predict(data.X_test), task=data.task, class_names=data.class_names
        ).metrics["loss"]
        assert of_probabilities < 0.9 * loss


@pytest.mark.parametrize("l2", [0.0, 0.01])
def test_a_penalty_on_weights_is_in_the_losses_of_training_only_and_evaluation_says_so(binary, l2):
    trained = fit(binary, NetworkSpec(layers=(4,), l2=l2), TrainingOptions(epochs=1, engine="graph"))

    found = evaluate_model(trained, binary)

    penalty = l2 * sum(float(np.sum(np.square(kernel))) for kernel in weights(trained) if kernel.ndim == 2)
    assert trained.history["val_loss"][-1] == pytest.approx(found.metrics["loss"] + penalty, rel=1e-5)
    assert any("adds the penalty of --l1 and --l2" in note for note in found.notes) == (l2 > 0)
