"""What the study of two recipes says."""

import json

from dlwhy.studies import report as reporting
from dlwhy.studies.claims.compare import design as compare
from dlwhy.studies.request import Request
from tests.studies.claims.compare.given import OWN, request


def test_the_better_recipe_is_found(results_of):
    study = compare.design(request("layers=8", "layers=64", "dropout=0.9", own=OWN))
    means = {"layers=64": 0.9, "dropout=0.9": 0.5}
    report = reporting.report(study, results_of(study, lambda arm: means.get(arm.name, 0.8), sd=1e-6))

    assert [each["verdict"] for each in report["predictions"]] == ["supported", "not supported"]
    assert report["predictions"][0]["sentence"] == "layers=64 is better than layers=8, by 10.0 points [10.0, 10.0]."
    assert all(each["role"] == "own" for each in report["predictions"])
    assert [line.split(":")[0] for line in report["descriptive"]["lines"]] == ["layers=8", "layers=64", "dropout=0.9"]
    assert study == compare.design(Request.from_json(json.loads(json.dumps(study.request.to_json()))))
