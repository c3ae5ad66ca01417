"""What a finding compares, in plain words."""

import pytest

from dlwhy.studies import conduct, figure
from dlwhy.studies import report as reporting
from dlwhy.studies.claims import registry
from dlwhy.studies.findings import naming
from dlwhy.studies.request import Request
from tests.messages import said


@pytest.mark.parametrize(
    ("contrast", "words"),
    [
        ("depth 3 - depth 1", "3 layers, less 1"),
        ("depth 1 - depth 0", "1 layer, less 0"),
        ("net, n=8192 - net, n=64", "net: 8,192 rows, less 64"),
        ("net:table-one - logistic", "one net, less logistic regression"),
        ("net:table - best simple model", "eight nets, less best simple model"),
        ("10-10-1 - logistic", "the demonstration's net, less logistic regression"),
        ("fine-tuned, k=5 - scratch, k=5", "fine-tuned, less from scratch, 5 labels a class"),
        ("fine-tuned, k=1 - scratch, k=1", "fine-tuned, less from scratch, 1 label a class"),
        ("frozen + logistic, k=5 - random + logistic, k=5", "frozen layers, less untrained layers, 5 labels a class"),
        ("gain at k=10 - gain at k=700", "gain with 10 labels a class, less that with 700"),
        ("ReLU+He, SGD - sigmoid, SGD", "ReLU+He (SGD), less sigmoid (SGD)"),
        ("dropout .5 - none", "dropout .5, less nothing"),
        ("layers=64,64 dropout=0.1 - baseline:svm", "layers=64,64 dropout=0.1, less SVM"),
        ("trend over layers", "trend over layers"),
    ],
)
def test_arms_are_told_in_words_and_what_two_share_is_said_once(contrast, words):
    assert naming.compared({"contrast": contrast, "metric": "accuracy"}) == words


def test_rows_by_themselves_are_those_of_a_gap_or_a_lead():
    gap = {"contrast": "n=64 - n=8192", "metric": "gap in R² to the training rows"}
    assert naming.compared(gap) == "gap at 64 rows, less that at 8,192"
    assert naming.compared({**gap, "metric": "lead on the simple model"}) == "lead at 64 rows, less that at 8,192"


def test_labels_that_all_comparisons_have_are_said_once():
    words = ["fine-tuned, less from scratch, 5 labels a class", "frozen layers, less from scratch, 5 labels a class"]
    gain = "gain with 10 labels a class, less that with 700"

    assert naming.shared([*words, gain]) == "5 labels a class"
    assert naming.shared([*words, "fine-tuned, less from scratch, 20 labels a class"]) == ""
    assert naming.shared(["3 layers, less 1"]) == ""


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(claim, marks=() if claim in ("data", "transfer", "compare") else pytest.mark.slow)
        for claim in (*registry.CLAIMS, registry.COMPARE)
    ],
)
def test_no_picture_of_a_study_has_names_of_a_design_and_its_report_keeps_them(claim):
    extra = said.ARMS if claim == registry.COMPARE else {}
    study = conduct.design(Request(claim=claim, own=said.CLASSES, n_seeds=6, budget="quick", extra=extra))
    report = reporting.report(study, said.results_of(study, -0.02, sd=0.004))
    assert all(" - " in each["contrast"] for each in report["predictions"] if each["base"])

    drawn = [figure.draw(report), *([figure.details(report)] if figure.has_details(report) else [])]
    found = [text.get_text() for each in drawn for text in each.findobj(lambda artist: hasattr(artist, "get_text"))]
    assert len(found) > 10
    assert [text for text in found if " - " in text or "net:table" in text or " r2" in text or ", k=" in text] == []
