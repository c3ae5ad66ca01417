"""What replicas may have of their own, what happens to one alone, and how they are cut into stacks."""

import dataclasses

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models.keras_file import archive
from dlwhy.models.network import NetworkSpec, predict
from dlwhy.training import TrainingOptions, fit
from dlwhy.training import choosing as engine
from dlwhy.training.data import orders
from dlwhy.training.progress import Hooks
from dlwhy.training.single.fit import resume
from dlwhy.training.stack import data as stack_data
from dlwhy.training.stack.state import ROUNDS
from dlwhy.training.taking_layers import Start
from tests.training.conftest import fit_once, small, train_stack

SPEC = NetworkSpec(layers=(8,))  # deeper ones are another module's
RECIPE = TrainingOptions(epochs=4, learning_rate=0.02, engine="graph")
# with batch normalization a rest of an epoch is a program of its own
WHOLE_BATCHES = dataclasses.replace(RECIPE, batch_size=30)
SEEDS = (5, 6, 7, 8)


def subset(data, rows):
    return dataclasses.replace(data, X_train=data.X_train[rows], y_train=data.y_train[rows])


def close(a, b, tolerance=1e-4):
    np.testing.assert_allclose(a, b, atol=tolerance)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_unstacked_replica_is_an_ordinary_model_that_predicts_the_same(task, tmp_path):
    data = small(task, scale=30.0)
    layers = (6, 6) if task == "multiclass" else (6,)  # the output alone depends on the task
    spec = NetworkSpec(layers=layers, batch_norm=True, residual=True, dropout=0.2, l2=0.01)
    replicas = train_stack(data, spec, WHOLE_BATCHES, seeds=SEEDS)
    together = replicas.predict(data.X_test)[2]
    archive.write(replicas.unstack(2), tmp_path / "m.keras")
    read = archive.read(tmp_path / "m.keras")
    np.testing.assert_allclose(predict(read.model, data.X_test), together, rtol=1e-5, atol=1e-5)
    assert read.details.seed == SEEDS[2]
    assert read.details.network["dropout"] == 0.2
    assert len(read.history["val_loss"]) == 4


@pytest.mark.parametrize("optimizer", ["adam", "momentum"])
def test_unstacked_replica_can_be_resumed(optimizer, tmp_path):
    data, options = small(), dataclasses.replace(RECIPE, optimizer=optimizer)
    archive.write(train_stack(data, SPEC, options, seeds=SEEDS).unstack(1), tmp_path / "m.keras")
    resumed = resume(archive.read(tmp_path / "m.keras"), data, epochs=8)
    whole = fit(data, SPEC, dataclasses.replace(options, epochs=8, seed=SEEDS[1]))
    close(resumed.history["loss"], whole.history["loss"], 1e-3)


def test_fault_5_a_batch_is_at_most_all_rows():
    data = small()
    whole, huge = (
        train_stack(data, SPEC, dataclasses.replace(RECIPE, batch_size=n), seeds=SEEDS, rows=[np.arange(90)] * 4)
        for n in (1024, 2**31 - 1)
    )
    np.testing.assert_array_equal(whole.history, huge.history)


def test_own_rows_of_unequal_number():
    data = small()
    rows = [np.arange(90), np.arange(50, 83), np.array([0, 3, 3, 9, 9, 9, 40, 41])]
    replicas = train_stack(data, SPEC, dataclasses.replace(RECIPE, normalize="always"), seeds=SEEDS[:3], rows=rows)
    for place in (1, 2):  # the first has all rows, as everywhere else
        options = dataclasses.replace(RECIPE, normalize="always", seed=SEEDS[place])
        alone = fit(subset(data, rows[place]), SPEC, options)
        close(replicas.predict(data.X_test)[place], predict(alone.model, data.X_test), 1e-3)
        close(replicas.history[place, :, 2], alone.history["val_loss"], 1e-3)


def test_own_rows_with_batch_norm_rest_without_a_trace():
    data, spec = small(), NetworkSpec(layers=(6,), batch_norm=True)
    options = dataclasses.replace(RECIPE, optimizer="adagrad", learning_rate=0.1)
    replicas = train_stack(data, spec, options, seeds=SEEDS[:2], rows=[np.arange(90), np.arange(40)])
    alone = fit(subset(data, np.arange(40)), spec, dataclasses.replace(options, seed=SEEDS[1]))
    close(replicas.predict(data.X_test)[1], predict(alone.model, data.X_test), 1e-3)


def test_steps_instead_of_epochs_run_on_over_the_ends_of_epochs():
    data = small()
    rows = [np.arange(60), np.arange(30)]  # 2 steps an epoch, and 1
    options = dataclasses.replace(RECIPE, schedule="cosine")
    replicas = train_stack(data, SPEC, options, seeds=SEEDS[:2], rows=rows, steps=12, log_every=5)
    assert replicas.history.shape == (2, 3, 4)
    for place, epochs in enumerate((6, 12)):
        alone = fit(subset(data, rows[place]), SPEC, dataclasses.replace(options, epochs=epochs, seed=SEEDS[place]))
        close(replicas.predict(data.X_test)[place], predict(alone.model, data.X_test), 1e-3)
        close(replicas.history[place, -1, 2], alone.history["val_loss"][-1], 1e-3)


def test_the_order_of_an_epoch_is_drawn_once_however_many_calls_it_takes(monkeypatch):
    drawn = []
    draw = orders.order
    monkeypatch.setattr(stack_data, "_MOST_REMEMBERED", 0)
    monkeypatch.setattr(orders, "order", lambda *key: drawn.append(key) or draw(*key))
    data = small()
    options = dataclasses.replace(RECIPE, batch_size=1)  # an epoch is longer than a call

    train_stack(data, SPEC, options, seeds=SEEDS, steps=2 * len(data.X_train), log_every=1, stack_size=2)

    assert 2 * len(data.X_train) > 2 * ROUNDS
    assert sorted(drawn) == sorted((seed, epoch, len(data.X_train)) for seed in SEEDS for epoch in (0, 1))


def test_own_labels_and_weights():
    data = small("multiclass")
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, (4, 90))
    weights = rng.random((4, 90)).astype(np.float32)
    weights[2] = 1.0
    replicas = train_stack(data, SPEC, RECIPE, seeds=SEEDS, labels=labels, weights=weights)
    own = dataclasses.replace(data, y_train=labels[2].astype(np.int32))
    alone = fit(own, SPEC, dataclasses.replace(RECIPE, seed=SEEDS[2]))
    close(replicas.predict(data.X_test)[2], predict(alone.model, data.X_test), 1e-3)
    plain = train_stack(data, SPEC, RECIPE, seeds=SEEDS, labels=labels)
    assert not np.allclose(plain.history[0, :, 0], replicas.history[0, :, 0], atol=1e-3)
    close(plain.history[2], replicas.history[2])


def test_weightless_rows_are_as_if_not_there():
    data, options = small(), dataclasses.replace(RECIPE, batch_size=90, optimizer="sgd", learning_rate=0.1)
    weights = np.concatenate([np.full(45, 2.0), np.zeros(45)])
    weighted = train_stack(data, SPEC, options, seeds=SEEDS, weights=weights)
    half = train_stack(data, SPEC, options, seeds=SEEDS, rows=[np.arange(45)] * 4)
    close(weighted.predict(data.X_test), half.predict(data.X_test))


def test_own_rates_and_penalties():
    rates, l2 = np.array([0.001, 0.01, 0.1]), np.array([0.0, 0.1, 0.01])
    options = dataclasses.replace(RECIPE, schedule="cosine")
    data = small()
    replicas = train_stack(data, SPEC, options, seeds=SEEDS[:3], learning_rates=rates, l2=l2)
    own = dataclasses.replace(options, learning_rate=float(rates[1]), seed=SEEDS[1])
    alone = fit(data, dataclasses.replace(SPEC, l2=float(l2[1])), own)
    close(replicas.predict(data.X_test)[1], predict(alone.model, data.X_test), 1e-3)
    close(replicas.history[1, :, 0], alone.history["loss"], 1e-3)
    assert replicas.unstack(1).details.training["options"]["learning_rate"] == 0.01
    assert replicas.unstack(2).details.network["l2"] == 0.01


@pytest.mark.slow
def test_own_dropout_rates_regularize_as_a_lone_training_does():
    data, count = small(n=200), 24
    options = dataclasses.replace(RECIPE, epochs=15)
    spec = NetworkSpec(layers=(32,))
    rates = np.repeat([0.0, 0.6], count)
    replicas = train_stack(data, spec, options, seeds=[*range(count)] * 2, dropout_rates=rates)
    final = replicas.history[:, -1, 0].reshape(2, count)
    plain = fit(data, spec, dataclasses.replace(options, seed=3))
    assert final[0, 3] == pytest.approx(plain.history["loss"][-1], abs=1e-3)
    dropped = dataclasses.replace(spec, dropout=0.6)
    alone = [fit(data, dropped, dataclasses.replace(options, seed=s)).history["loss"][-1] for s in range(6)]
    spread = float(np.std(final[1]))
    assert abs(np.mean(alone) - final[1].mean()) < 4 * spread / np.sqrt(6)
    assert final[1].mean() > final[0].mean() + spread


def test_case_63_a_diverging_replica_rests_and_harms_no_other():
    data = small("regression")
    spec, options = (
        NetworkSpec(layers=(16,), activation="linear"),
        dataclasses.replace(RECIPE, optimizer="sgd", epochs=30),
    )
    rates = np.array([0.02, 1e12, 0.9, 0.02])
    replicas = train_stack(data, spec, options, seeds=SEEDS, learning_rates=rates)
    calm = train_stack(data, spec, options, seeds=SEEDS, learning_rates=np.full(4, 0.02))
    assert replicas.status[1] == "diverged"
    assert (replicas.status[0], replicas.status[3]) == ("ok", "ok")
    assert replicas.epochs[1] < 30
    assert not np.isfinite(replicas.history[1, replicas.epochs[1]]).all()
    for place in (0, 3):
        np.testing.assert_array_equal(replicas.history[place], calm.history[place])
    assert np.isfinite(replicas.predict(data.X_test)).all()
    assert len(replicas.unstack(1).history["loss"]) == replicas.epochs[1]


def test_a_replica_that_bursts_in_its_last_step_has_diverged_without_validation_too():
    data = small()
    data = dataclasses.replace(data, X_train=data.X_train * 1e3, X_test=data.X_test[:0], y_test=data.y_test[:0])
    options = dataclasses.replace(RECIPE, optimizer="sgd", epochs=1, batch_size=len(data.X_train), normalize="never")
    replicas = train_stack(data, SPEC, options, seeds=SEEDS[:2], learning_rates=[3e38, 1e-30])
    assert np.isfinite(replicas.history[:, 0, 0]).all()  # the loss of the only step came before it
    assert replicas.status == ("diverged", "ok")
    assert replicas.epochs.tolist() == [0, 1]


def test_results_do_not_depend_on_how_replicas_are_cut():
    data, seeds = small(), list(range(7))
    spec = NetworkSpec(layers=(8,), dropout=0.3, batch_norm=True)
    whole, cut = (train_stack(data, spec, WHOLE_BATCHES, seeds=seeds, stack_size=size) for size in (7, 3))
    close(whole.history, cut.history, 1e-4)
    close(whole.predict(data.X_test), cut.predict(data.X_test), 1e-4)
    assert not np.allclose(whole.history[0], whole.history[1], atol=1e-3)


@pytest.mark.parametrize("engine", ["graph", "xla"])
def test_case_96_same_seeds_same_bits(engine):
    options = dataclasses.replace(RECIPE, engine=engine)
    spec = NetworkSpec(layers=(8,), dropout=0.3)
    first, again = (train_stack(small(), spec, options, seeds=SEEDS) for _ in range(2))
    np.testing.assert_array_equal(first.history, again.history)
    for a, b in zip(first.weights, again.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_other_data_rates_and_epochs_share_one_program():
    options = dataclasses.replace(RECIPE, optimizer="rmsprop")
    first = train_stack(small(seed=1), SPEC, options, seeds=SEEDS)
    traced = first.stack._program.experimental_get_tracing_count()
    for other in ({"epochs": 7}, {"learning_rate": 0.1}):
        again = train_stack(small(seed=2), SPEC, dataclasses.replace(options, **other), seeds=[9, 1, 2, 3])
        assert again.stack is first.stack
    train_stack(small(seed=1), SPEC, options, seeds=SEEDS, learning_rates=[0.1, 0.2, 0.3, 0.4])
    assert first.stack._program.experimental_get_tracing_count() == traced == 1


@pytest.mark.parametrize("freeze", [0, 1])
def test_bases_are_taken_and_frozen_layers_stay(freeze):
    spec = NetworkSpec(layers=(8, 6), batch_norm=True)
    options = dataclasses.replace(WHOLE_BATCHES, optimizer="adagrad", learning_rate=0.1, epochs=2)
    sources = [fit_once(small(), spec, dataclasses.replace(options, seed=seed)) for seed in (1, 2)]
    target = small("multiclass", seed=4)
    replicas = train_stack(target, spec, options, seeds=SEEDS[:2], bases=sources, freeze=freeze)
    place = freeze  # another one each time
    alone = fit(
        target,
        spec,
        dataclasses.replace(options, seed=SEEDS[place]),
        start=Start(bases=(sources[place],), freeze=freeze),
    )
    close(replicas.predict(target.X_test)[place], predict(alone.model, target.X_test), 1e-3)
    kernel = replicas.unstack(1).model.get_layer("dense_1").kernel.numpy()
    stays = np.array_equal(kernel, sources[1].model.get_layer("dense_1").kernel.numpy())
    assert stays == (freeze != 0)


def test_without_a_test_part_there_is_no_validation():
    data = small()
    alone = dataclasses.replace(data, X_test=data.X_test[:0], y_test=data.y_test[:0])
    replicas = train_stack(alone, SPEC, RECIPE, seeds=SEEDS)
    assert np.isnan(replicas.history[:, :, 2:]).all()
    assert sorted(replicas.unstack(0).history) == ["accuracy", "loss"]


def test_own_rows_to_validate_on():
    data = small()
    given = {"rows": [np.arange(60)] * 2, "validation_rows": [np.arange(60, 90), np.arange(70, 75)]}
    replicas = train_stack(data, SPEC, RECIPE, seeds=SEEDS[:2], **given)
    for place, own in enumerate(given["validation_rows"]):
        as_test = dataclasses.replace(subset(data, np.arange(60)), X_test=data.X_train[own], y_test=data.y_train[own])
        alone = fit(as_test, SPEC, dataclasses.replace(RECIPE, seed=SEEDS[place]))
        close(replicas.history[place, :, 2], alone.history["val_loss"], 1e-3)
        close(replicas.history[place, :, 3], alone.history["val_accuracy"], 1e-3)


def test_progress_is_told_and_a_wish_to_stop_is_heard():
    told = []
    options = dataclasses.replace(RECIPE, epochs=4000)
    hooks = Hooks(on_progress=told.append, should_stop=lambda: bool(told))
    replicas = train_stack(small(), SPEC, options, seeds=SEEDS, hooks=hooks)
    assert set(replicas.status) == {"interrupted"}
    assert 0 < replicas.epochs.max() < 4000
    assert told[0].epochs == 4000
    assert told[0].samples_per_second > 0


def test_a_replica_of_its_own_data_does_not_pretend_that_it_can_be_resumed(tmp_path):
    replicas = train_stack(small(), SPEC, RECIPE, seeds=SEEDS, rows=[np.arange(40)] * 4)
    archive.write(replicas.unstack(0), tmp_path / "m.keras")
    with pytest.raises(InputRefusedError, match="does not hold"):
        resume(archive.read(tmp_path / "m.keras"), small(), epochs=9)


@pytest.mark.parametrize(
    ("error", "match", "given"),
    [
        (UsageError, "seeds", {"seeds": []}),
        (UsageError, "seeds", {"seeds": [-1]}),
        (UsageError, "engine", {"options": TrainingOptions(engine="keras")}),
        (UsageError, "precision", {"options": TrainingOptions(precision="bfloat16")}),
        (UsageError, "checkpoint", {"options": TrainingOptions(checkpoint_every=3)}),
        (UsageError, "log_every", {"steps": 4, "log_every": 5}),
        (UsageError, "bases", {"bases": []}),
        (InputRefusedError, "rows must be 2", {"rows": [[1, 2]]}),
        (InputRefusedError, "0 to 89", {"rows": [[0, 90]] * 2}),
        (InputRefusedError, "0 to 89", {"rows": [[]] * 2}),
        (InputRefusedError, "one class", {"rows": [np.arange(90), [0, 0]]}),
        (InputRefusedError, "labels", {"labels": np.full(90, 2)}),
        (InputRefusedError, "labels", {"labels": np.zeros(80)}),
        (InputRefusedError, "one class", {"labels": np.zeros(90)}),
        (InputRefusedError, "negative", {"weights": np.full(90, -1.0)}),
        (InputRefusedError, "learning_rates", {"learning_rates": [0.1, 0.0]}),
        (InputRefusedError, "learning_rates", {"learning_rates": [0.1]}),
        (InputRefusedError, "dropout_rates", {"dropout_rates": [0.1, 1.0]}),
        (InputRefusedError, "l2", {"l2": [0.1, np.nan]}),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(error, match, given):
    options = given.pop("options", RECIPE)
    with pytest.raises(error, match=match):
        train_stack(small(), SPEC, options, **{"seeds": [1, 2], **given})


def test_predictions_refuse_another_number_of_features():
    replicas = train_stack(small(), SPEC, RECIPE, seeds=SEEDS)
    with pytest.raises(InputRefusedError, match="expect 3 features"):
        replicas.predict(np.zeros((4, 2), np.float32))


def test_the_work_of_a_whole_stack_chooses_the_engine(monkeypatch):
    told = []
    monkeypatch.setattr(engine, "choose", lambda _, **work: told.append(work["multiply_adds"]) or "graph")
    data = small()
    train_stack(data, SPEC, dataclasses.replace(RECIPE, epochs=1), seeds=SEEDS[:3], stack_size=3)
    assert told == [3 * (data.n_features * 8 + 8)]
