"""Replicas: a map a network, and where they do not agree."""

import dataclasses

import numpy as np
import pytest

from dlwhy.errors import UsageError
from dlwhy.figures.trainings.replicas import ReplicasDisplay
from dlwhy.models.trained import Trained
from tests.figures.conftest import trained_on
from tests.figures.legible import texts, title_of


def seeds(subject, count=3):
    """Make subjects by name, of networks with different weights and seeds."""
    found = {}
    for seed in range(count):
        made = trained_on(subject.dataset, seed=seed)
        model = Trained(network=made.network, history={}, details=dataclasses.replace(made.details, seed=40 + seed))
        found[f"model-{seed}.keras"] = dataclasses.replace(subject, predict=model.predict, trained=model)
    return found


@pytest.mark.parametrize(("task", "n_features"), [("binary", 2), ("multiclass", 4), ("regression", 1)])
def test_each_network_has_a_map_with_its_score(task, n_features, subject_of) -> None:
    subjects = seeds(subject_of(task, n_features))
    shown = ReplicasDisplay.from_subjects(subjects).plot()

    assert [each.name for each in shown.answers] == ["seed 40", "seed 41", "seed 42"]
    for each, subject in zip(shown.answers, subjects.values(), strict=True):
        data = subject.dataset
        found = subject.predict(data.X_test)
        if task == "regression":
            assert each.score == pytest.approx(float(np.sqrt(np.mean((found - data.y_test) ** 2))), rel=1e-4)
        else:
            chosen = found > 0.5 if task == "binary" else found.argmax(axis=1)
            assert each.score == pytest.approx(float(np.mean(chosen == data.y_test)))
    assert len(shown.ax_.images) == 4  # and one of all
    assert title_of(shown.ax_).startswith("toy: 3 seeds, test ")


def test_the_map_of_all_says_how_many_say_what(subject_of) -> None:
    subject = subject_of()
    answers = {
        name: dataclasses.replace(subject, predict=lambda X, limit=limit: (X[:, 0] > limit).astype(np.float32))
        for name, limit in (("a", 0.0), ("b", 0.5))
    }
    shown = ReplicasDisplay.from_subjects(answers).plot()

    apart = np.mean((subject.dataset.X_test[:, 0] > 0) & (subject.dataset.X_test[:, 0] <= 0.5))
    assert f"all: on {100 * apart:.3g} % of the test rows they do not agree" in [
        text.replace("\n", " ") for text in texts(shown.ax_.figure)
    ]
    assert [each.name for each in shown.answers] == ["a", "b"]  # no seeds tell them apart
    picture = shown.ax_.images[-1].get_array()
    row = np.asarray(picture)[len(picture) // 2]
    assert len(np.unique(row.round(3), axis=0)) == 3  # none, half and all of them


def test_the_members_of_an_ensemble_are_drawn_one_by_one(subject_of) -> None:
    shown = ReplicasDisplay.from_subject(subject_of(members=2))

    assert [each.name for each in shown.answers] == ["member 1", "member 2"]
    assert not np.array_equal(shown.answers[0].response, shown.answers[1].response)
    with pytest.raises(UsageError, match="replicas: the model is one network"):
        ReplicasDisplay.from_subject(subject_of())
