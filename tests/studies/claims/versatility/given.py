"""What several tests of the study of versatility start from."""

import dataclasses

from dlwhy.studies import report as reporting
from dlwhy.studies.claims.versatility import design as versatility
from dlwhy.studies.request import OwnData, Request

OWN = OwnData(name="mine {x}", fingerprint="0" * 64, rows=400, features=7, classes=2)


# the linear model is as good on some tables, and worse on most
METHODS = {"linear": 0.6, "naive-bayes": 0.62, "nearest-neighbours": 0.7, "svm": 0.78, "random-forest": 0.77}


def score(arm, net=0.85, nets=0.87, boosting=0.8, control=0.0):
    """Give the mean of an arm: nets best but where a line is enough."""
    method = arm.place.get("method")
    if arm.task.role == "negative":
        return 0.8
    if arm.task.role == "positive" and method == "net":
        return max(net, control)
    return {**METHODS, "net": net, "eight nets": nets, "gradient-boosting": boosting}.get(method, 0.9)


def timed(outcome, arm, exponent):
    """Set the seconds of an outcome as if they grew as a power of the rows."""
    n = arm.place.get("n", 100)
    runs = [
        dataclasses.replace(run, seconds=1e-3 * n**exponent * (1 + place / 100))
        for place, run in enumerate(outcome.runs)
    ]
    return dataclasses.replace(outcome, runs=tuple(runs))


def made(results_of, *, exponent=0.9, budget="default", **means):
    """Report on results that are made by hand."""
    study = versatility.design(Request(claim="versatility", budget=budget, n_seeds=8, own=OWN))
    results = results_of(study, lambda arm: score(arm, **means))
    return reporting.report(study, {key: timed(each, study.every[key], exponent) for key, each in results.items()})
