"""What the study of versatility says: wins, ranks, times."""

import pytest

from dlwhy.studies import headline
from tests.studies.claims.versatility.given import made


def test_controls_decide_the_verdict(report, results_of):
    verdicts = {
        (each["id"], each["task"]): each["verdict"]
        for each in report["predictions"]
        if each["contrast"].startswith("net -")
    }

    assert {verdicts["P1", task] for task in ("moons", "spirals", "circles")} == {"supported"}
    assert {verdicts["P1", task] for task in ("plane", "blobs", "iris", "linear-noise")} == {"not supported"}
    assert report["verdict"] == "supported"
    # five points are not the ten that a control must show
    assert made(results_of, net=0.65)["verdict"] == "withheld"


def test_wins_are_counted_over_data_sets(report):
    found = next(each for each in report["predictions"] if each["metric"] == "share won less share lost")
    n = int(found["task"].split()[0])

    assert found["contrast"] == f"net - linear: {n - 4} won, 0 lost"
    assert found["effect"] == 1.0
    assert found["p"] == pytest.approx(2 * 0.5 ** (n - 4))
    assert found["verdict"] == "supported"


def test_few_wins_settle_nothing(results_of):
    found = made(results_of, net=0.6, control=0.9)["predictions"]

    wins = next(each for each in found if each["metric"] == "share won less share lost")
    assert wins["verdict"] == "inconclusive"
    assert wins["contrast"] == "net - linear: 3 won, 0 lost"
    assert wins["p"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("means", "verdict", "words"),
    [
        ({}, "supported", "eight nets rank better than gradient boosting"),
        ({"boosting": 0.95}, "not supported", "gradient boosting ranks better than eight nets"),
    ],
)
def test_ranks_are_compared_with_the_best_alternative(results_of, means, verdict, words):
    report = made(results_of, **means)
    found = next(each for each in report["predictions"] if each["metric"] == "ranks better")

    assert found["contrast"] == "eight nets - gradient-boosting"
    assert found["verdict"] == verdict
    assert words in found["sentence"]
    assert found["p"] < 0.05
    better = [line for line in report["descriptive"]["lines"] if "gradient boosting is better here" in line]
    assert bool(better) == bool(means)
    assert not means or any("by 8." in line or "by 7." in line for line in better)


@pytest.mark.parametrize(("exponent", "verdict"), [(0.9, "supported"), (1.5, "not supported")])
def test_the_growth_of_time_is_the_slope_of_its_logarithm(results_of, exponent, verdict):
    report = made(results_of, exponent=exponent)
    found = next(each for each in report["predictions"] if each["id"] == "P3")

    assert found["effect"] == pytest.approx(1.1 - exponent)
    assert found["verdict"] == verdict
    assert f"n^{exponent:.2f}" in found["sentence"]
    assert report["descriptive"]["times"]["net"][0] == [1000, pytest.approx(1e-3 * 1000**exponent, rel=0.1)]


def test_the_users_own_data_get_a_plain_answer(report):
    found = next(each for each in report["predictions"] if each["role"] == "own" and each["id"] == "P2")
    lines = [line for line in report["descriptive"]["lines"] if "mine {x}" in line]

    assert found["contrast"] == "eight nets - gradient-boosting"
    assert found["verdict"] == "supported"
    assert found["sentence"].startswith("On mine {x}, eight nets are better than the best simple model")
    assert len(lines) == 1
    assert "gradient boosting, 0.799; the nets cost about as much" in lines[0]
    assert headline.answers([report])[-1] == lines[0]
