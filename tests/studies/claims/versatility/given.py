"""What several tests of the study of versatility start from."""

import dataclasses

from dlwhy.studies import report as reporting
from dlwhy.studies.claims.versatility import design as versatility
from dlwhy.studies.request import OwnData, Request

OWN = OwnData(name="mine {x}", fingerprint="0" * 64, rows=400, features=7, classes=2)
# the linear model is as good on some tables, and worse on most
METHODS = {
    "linear": 0.6,
    "linear-cv": 0.61,
    "naive-bayes": 0.62,
    "nearest-neighbours": 0.7,
    "svm": 0.78,
    "random-forest": 0.77,
}
PLAIN = {"net:plain": 0.84, "net:plain-one": 0.82}


def table(name="mine", *, file="mine.joblib", **about):
    """What a request holds of one of the user's tables."""
    own = dataclasses.replace(OWN, name=name, **about)
    return {"path": f"/somewhere/{file}", "max_size": None, **dataclasses.asdict(own)}


def score(arm, net=0.85, nets=0.87, boosting=0.8, control=0.0):
    """Give the mean of an arm: nets best but where a line is enough."""
    method = arm.place.get("method")
    if arm.task.role == "negative":
        return 0.804 if method == ("net:table" if nets > boosting else "gradient-boosting") else 0.8
    if arm.task.role == "positive" and method == "net:table-one":
        return max(net, control)
    known = {**METHODS, **PLAIN, "net:table-one": net, "net:table": nets, "gradient-boosting": boosting}
    return known.get(method, 0.9)


def timed(outcome, arm, exponent):
    """Set the seconds of an outcome as if they grew as a power of the rows."""
    n = arm.place.get("n", 100)
    runs = [
        dataclasses.replace(run, seconds=1e-3 * n**exponent * (1 + place / 100))
        for place, run in enumerate(outcome.runs)
    ]
    return dataclasses.replace(outcome, runs=tuple(runs))


def made(results_of, *, exponent=0.9, budget="default", extra=None, losses=None, **means):
    """Report on results that are made by hand; losses are those of nets on held-out rows, and of their linear parts."""
    request = Request(claim="versatility", budget=budget, n_seeds=8, own=OWN, extra=extra or {})
    study = versatility.design(request)
    results = results_of(study, lambda arm: score(arm, **means))
    if losses:
        key = f"{OWN.name}: net:table"
        told = dict(zip(("held_out_loss", "linear_loss"), losses, strict=True))
        runs = [dataclasses.replace(run, extra=told) for run in results[key].runs]
        results[key] = dataclasses.replace(results[key], runs=tuple(runs))
    return reporting.report(study, {key: timed(each, study.every[key], exponent) for key, each in results.items()})
