"""Texts of pictures, as the tests of those draw them."""

import contextlib

from dlwhy.errors import DlwhyError
from dlwhy.figures.drawing import layout, style, wording
from dlwhy.figures.kinds import KINDS, draw
from dlwhy.studies import conduct
from dlwhy.studies import figure as study_figure
from dlwhy.studies import report as reporting
from dlwhy.studies.request import Request
from tests.messages import said

NEEDS = {"slices": {"n_test": 400, "wrong": 0.4}, "replicas": {"members": 5}}


def of_figure(figure):
    """Every text of a picture, also those that are chosen when it is laid out."""
    found = []

    def kept(text):
        found.append(text)
        return text

    wording.reword(figure, kept)
    layout.fit(figure)
    figure.canvas.draw()
    return [line for text in found for line in text.split("\n") if line]


def of_kinds(subject_of):
    """Texts of all kinds of pictures of a model."""
    for kind in KINDS:
        for task in ("binary", "multiclass", "regression"):
            for n_features in (1, 2, 4):
                with contextlib.suppress(DlwhyError), style.styled():
                    yield from of_figure(draw([subject_of(task, n_features, **NEEDS.get(kind, {}))], [kind]))


def of_study(name, own, *, n_seeds=8, gain=0.02, sd=0.004, lost=0, budget="quick"):
    extra = said.ARMS if name == "compare" else {}
    study = conduct.design(Request(claim=name, own=own, n_seeds=n_seeds, extra=extra, budget=budget))
    report = reporting.report(study, said.results_of(study, gain, sd=sd, lost=lost))
    with style.styled():
        yield from of_figure(study_figure.draw(report))
        if study_figure.has_details(report):
            yield from of_figure(study_figure.details(report))
