"""What `evaluate`, `plot` and `predict` read, and from where."""

import types

import pytest

from dlwhy.cli.steps import inputs
from dlwhy.errors import UsageError


@pytest.mark.parametrize(("models", "data"), [(["-"], "-"), (["-", "-"], "d.csv"), (["m.keras", "/dev/stdin"], "-")])
def test_two_inputs_cant_both_come_from_stdin(models, data) -> None:
    with pytest.raises(UsageError, match="can't both come from stdin"):
        inputs.check_stdin(models, data)


def test_one_may() -> None:
    inputs.check_stdin(["-", "m.keras"], "d.csv")
    inputs.check_stdin(["m.keras"], "-")


@pytest.mark.parametrize(
    ("tasks", "wanted"),
    [(["regression"], "regression"), (["regression", "binary"], None), (["binary"], None), ([], None)],
)
def test_a_file_without_a_task_is_read_as_numbers_if_all_models_predict_some(tasks, wanted) -> None:
    models = [types.SimpleNamespace(details=types.SimpleNamespace(task=task)) for task in tasks]

    assert inputs.task_of(models) == wanted


def test_tensorflow_is_started_only_if_a_model_needs_it(monkeypatch) -> None:
    from dlwhy.training import accelerator

    started = []
    monkeypatch.setattr(accelerator, "start", lambda: started.append(True))
    inputs.start_for(types.SimpleNamespace(needs_tensorflow=False))
    assert not started
    inputs.start_for(types.SimpleNamespace(needs_tensorflow=False), types.SimpleNamespace(needs_tensorflow=True))
    assert started


def test_both_are_read(demo) -> None:
    models = [str(demo / "model.keras")]
    trained, dataset = inputs.read_models_and_data(models, str(demo / "points.csv"))

    assert list(trained) == models
    assert (dataset.n_features, dataset.n_classes) == (2, 2)
