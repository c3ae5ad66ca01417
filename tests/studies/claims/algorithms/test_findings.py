"""What the runs of the study of algorithms say: effects, interactions, good rates."""

import json

import pytest

from dlwhy.studies.claims.algorithms import findings
from tests.studies.claims.algorithms.given import designed, rows


def test_main_effects_and_interactions_are_those_of_the_cells():
    study = designed("thorough", only=("factorial",), n_seeds=8)

    def value(arm, seed):
        norm, drop, adam, he, _ = arm.place["levels"]
        return 0.5 + 0.1 * norm - 0.02 * drop + 0.06 * adam * he + seed % 7 / 1000

    found = {each.contrast: each for each in findings.findings(study, rows(study, value))}
    assert len(found) == 5 + 10
    assert found["batch norm"].effect == pytest.approx(0.1)
    assert found["dropout"].effect == pytest.approx(-0.02)
    assert [found[name].effect for name in ("Adam", "He", "Adam x He")] == pytest.approx([0.03] * 3)
    assert found["residual"].effect == pytest.approx(0)
    assert found["batch norm"].verdict == "supported"
    assert not any(each.primary for each in found.values())


def test_a_factorial_that_is_not_complete_says_nothing():
    study = designed("thorough", only=("factorial",), n_seeds=8)
    results = rows(study)
    results.popitem()
    assert findings.findings(study, results) == []
    assert findings.findings(designed("quick"), rows(designed("quick"))) == []


def test_facts_are_json_with_sentences():
    study = designed()
    shown = json.loads(json.dumps(findings.descriptive(study, rows(study))))
    assert shown["gradients"]["layers-20"]["sigmoid, SGD"] == [-3.0, -1.5, 0.0]
    assert shown["overfitting"]["noisy-32"]["none"] == {"accuracy": 0.5, "log_loss": 0.5, "gap": 0.5}
    assert shown["breadth"]["scaled-150"]["Adam"] == 1.0
    assert shown["shrinkage"]["ReLU+He"]["predicted"] == 1.0
    text = "\n".join(shown["lines"])
    assert "ReLU+He 1.0" in text
    assert "(predicted 0.50)" in text
    assert "sigmoid -1.5" in text
    assert "Adam 1.0" in text


def test_facts_of_what_is_there_so_far():
    shown = findings.descriptive(designed(), {})
    assert shown["gradients"] == shown["overfitting"] == shown["breadth"] == {}


@pytest.mark.parametrize(
    ("scores", "decades"),
    [
        ({"0.001": 0.5, "0.01": 0.9, "0.1": 0.89, "1": 0.1}, 1.0),
        ({"0.001": 0.89, "0.01": 0.5, "0.1": 0.9, "1": 0.885}, 1.0),  # one piece round the best
        ({"0.1": 0.9, "0.01": 0.9, "0.001": 0.9}, 2.0),
        ({"0.1": 0.9, "1": 0.1}, 0.0),
        ({}, None),
    ],
)
def test_breadth_of_good_rates(scores, decades):
    assert findings.breadth(scores) == decades


@pytest.mark.parametrize(("name", "ratio"), [("ReLU+He", 1.0), ("ReLU+Glorot", 0.5)])
def test_the_gradient_shrinks_as_the_closed_form_says(name, ratio):
    assert findings.PREDICTED[name] == ratio
    assert findings.shrinkage(name) == pytest.approx(ratio, rel=0.02)
    assert findings.shrinkage.__wrapped__(name) == findings.shrinkage(name)


def test_sigmoid_passes_on_less_than_a_sixteenth_and_tanh_nearly_all():
    assert 0.05 < findings.shrinkage("sigmoid+Glorot") < 1 / 16
    assert 0.8 < findings.shrinkage("tanh+Glorot") < 1
