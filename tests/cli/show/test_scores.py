"""What `dlwhy evaluate` shows of several models and baselines, at the width of any terminal."""

import functools

import numpy as np
import pytest

from dlwhy.cli.show import scores
from dlwhy.cli.show.console import Output
from dlwhy.evaluation import evaluate
from dlwhy.models.baselines import WORDS, names

RNG = np.random.default_rng(0)
CLASSES = {"binary": ("setosa", "versicolor"), "multiclass": tuple(map(str, range(10))), "regression": ()}


def predicted(task, y, accuracy, size=1.0):
    """Give an evaluation of predictions that are right with some probability."""
    right = RNG.random(len(y)) < accuracy
    if task == "regression":
        return evaluate(y * size, (y + RNG.normal(size=len(y)) * (1 - accuracy)) * size, task=task)
    y_pred = np.where(right, y, (y + 1) % len(CLASSES[task]))
    y_prob = y_pred.astype(float) if task == "binary" else np.eye(10)[y_pred]
    return evaluate(y, y_prob, task=task, class_names=CLASSES[task])


@functools.cache
def scores_of(task, count, size=1.0):
    y = RNG.normal(size=100) if task == "regression" else RNG.integers(0, len(CLASSES[task]), 300)
    models = [f"a-model-with-a-very-long-name-trained-{index}-times.keras" for index in range(count)]
    found = {name: 0.3 + 0.05 * place for place, name in enumerate(names(task))}
    found["nearest-neighbours"] = 0.1
    return scores.Scores(
        data="some/data.joblib",
        split="test",
        models={name: predicted(task, y, 0.8, size) for name in models},
        baselines={WORDS[name]: predicted(task, y, share, size) for name, share in found.items()},
    )


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize(
    ("task", "size"),
    [("binary", 1), ("multiclass", 1), ("regression", 1e6), ("regression", 1e-8)],
)
def test_tables_fit_the_terminal_and_fold_no_number(capsys, monkeypatch, task, size, width, count):
    monkeypatch.setenv("COLUMNS", str(width))

    scores.show(Output(), scores_of(task, count, size), "table")

    shown = capsys.readouterr().out
    lines = shown.splitlines()
    assert max(map(len, lines)) <= width
    tables = [line for line in lines if line.startswith(" ") and "──" not in line]
    assert len(tables) > 8
    assert all(line.count("[") == line.count("]") for line in tables)


def test_sentences_are_all_there_is_without_a_table(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    scores.show(Output(), scores_of("binary", 1), "sentence")
    one = capsys.readouterr().out
    scores.show(Output(), scores_of("multiclass", 2), "sentence")
    two = capsys.readouterr().out

    assert one.startswith("Accuracy 0.")
    assert "\nLoss " in one
    assert "Beats guessing" in one.replace("\n", " ")
    assert "──" not in one + two
    assert two.startswith("On some/data.joblib, test part: 300 rows:")
    assert two.count("keras: accuracy 0.") == 2
