"""Every text of every picture has its Italian: a new one without it is named here; and it can be read."""

import re

import pytest

from dlwhy.figures.drawing import style, wording
from dlwhy.figures.kinds import draw
from dlwhy.messages import language, sentences
from dlwhy.messages.language import Language
from dlwhy.studies import conduct
from dlwhy.studies import figure as study_figure
from dlwhy.studies import report as reporting
from dlwhy.studies.claims import registry
from dlwhy.studies.claims.algorithms import design as algorithms
from dlwhy.studies.request import Request
from tests.figures.conftest import NEEDS
from tests.figures.legible import drawn_in_a_style, faults, figures_of_study
from tests.messages import drawn, said

IT = Language("it", {})
TASKS = ("binary", "multiclass", "regression")
OUTCOMES = ((8, 0.02, 0.004, 0), (8, -0.02, 0.004, 0), (8, 0.0, 0.03, 1), (4, 0.01, 0.01, 0))
# what an arm is called after: networks, optimizers and ingredients
INGREDIENTS = {net.network for net in algorithms._NETS} | {*algorithms._OPTIMIZERS, *algorithms.FACTORS}
IDENTIFIERS = re.compile(
    rf"(?:[\w.-]+: )?(?:{'|'.join(map(re.escape, sorted(INGREDIENTS, key=len, reverse=True)))})"
    rf"(?:, (?:SGD|Adam)| x .+)?|rings|tent"
)
pytestmark = pytest.mark.usefixtures("coarse")


def _words(texts):
    return {word.lower() for text in texts for word in re.findall(r"[^\W\d_]{2,}", re.sub(r"\{[^}]*\}", "", text))}


def only_english():
    """Words of our English forms that no Italian form has."""
    tables = [language._read(language.Path(language.__file__).with_name(f"{name}_it.toml")) for name in FILES]
    pairs = {english: italian for table in tables for part in PARTS for english, italian in table.get(part, {}).items()}
    return _words(pairs) - _words(pairs.values())


FILES, PARTS = ("sentences", "pictures"), ("phrases", "items", "sentences", "pictures")
ENGLISH = only_english()


def english_left(pictures):
    """What of pictures, each its lines and the names in them, is English when it should be Italian."""
    left = {}
    for lines, names in pictures:
        of_names = _words(names)
        for line in dict.fromkeys(lines):
            if line in names or IDENTIFIERS.fullmatch(line) or not re.search(r"[^\W\d_]{2}", line):
                continue
            italian = IT.in_picture(line, names)
            found = sentences.drawn(line, IT._templates, IT.number)
            if (found is None and italian == line) or (_words([italian]) & ENGLISH) - of_names - _words(INGREDIENTS):
                left[line] = italian
    return left


def test_a_text_without_italian_is_named_and_a_half_of_it_too():
    left = english_left([(["loss", "a new text", "true loss of rows", "toy: a new text"], ["toy"])])

    assert left == {
        "a new text": "a new text",
        "true loss of rows": "loss of rows, valore vero",
        "toy: a new text": "toy: a new text",
    }


@pytest.mark.parametrize(
    ("task", "n_features"),
    [
        pytest.param(task, count, marks=() if count == quick else pytest.mark.slow)
        for task, quick in zip(TASKS, (2, 1, 4), strict=True)
        for count in (1, 2, 4)
    ],
)
def test_every_text_of_every_kind(task, n_features, subject_of):
    assert english_left(drawn.of_kinds(subject_of, task, n_features)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_every_text_of_models_that_are_not_as_usual(task, subject_of):
    assert english_left(drawn.of_hard_cases(subject_of, task)) == {}


def test_every_text_of_outcomes_that_are_hard_to_come_by(subject_of):
    assert english_left(drawn.of_displays(subject_of)) == {}


def test_every_text_of_sweeps_and_films(subject_of):
    assert english_left(drawn.of_trainings(subject_of)) == {}


@pytest.mark.parametrize("name", [*registry.CLAIMS, registry.COMPARE])
def test_every_text_of_a_study(name):
    assert english_left(drawn.of_study(name, said.CLASSES, gain=-0.02, budget="quick")) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("n_seeds", "gain", "sd", "lost"), OUTCOMES)
@pytest.mark.parametrize("own", [None, said.CLASSES, said.VALUES, said.GROUPED], ids=str)
@pytest.mark.parametrize("name", [*registry.CLAIMS, registry.COMPARE])
def test_every_text_of_all_studies_in_many_outcomes(name, own, n_seeds, gain, sd, lost):
    if (name, own) == (registry.COMPARE, said.VALUES):
        pytest.skip("its simple model is one of classes")
    assert english_left(drawn.of_study(name, own, n_seeds=n_seeds, gain=gain, sd=sd, lost=lost)) == {}


@pytest.mark.slow
def test_every_text_of_studies_with_more_in_their_rows(results_of):
    assert english_left(drawn.of_studies_with_more_in_their_rows(results_of)) == {}


@pytest.mark.parametrize("name", ["loss", "depth", "true class", "epoch", "St. Louis; 1,000", "no", "input", "layer 1"])
def test_a_name_of_the_users_stays_alone_and_within_a_text(name):
    assert IT.in_picture(name, [name]) == name
    assert IT.in_picture(f"true {name}", [name]) == f"{name}, valore vero"
    found = IT.in_picture(f"R² falls most with {name} shuffled: by 0.5", [name])
    assert found == f"R² cala di più mescolando {name}: di 0,5"
    assert IT.in_picture(f"{name}: test accuracy 0.5\n{name}", [name]) == f"{name}: accuratezza di prova 0,5\n{name}"


def test_a_name_that_is_a_sign_for_private_use_is_not_taken_for_another_name():
    english, names = "in each map: 0,5 from left to right, \ue000 upwards", ["0,5", "\ue000"]

    assert IT.in_picture(english, names) == "in ogni mappa: 0,5 da sinistra a destra, \ue000 dal basso in alto"


def italian(figure, names):
    wording.reword(figure, IT.for_pictures(names))
    return figure


def test_several_kinds_side_by_side_can_be_read(subject_of):
    subject, kinds = subject_of("binary", 4, **NEEDS["slices"]), ["boundary", "roc", "calibration", "slices", "neurons"]
    with style.styled():
        assert faults(italian(draw([subject], kinds, size=(14, 9)), subject.names)) == []


@pytest.mark.slow
@pytest.mark.parametrize("size", [None, (4, 3)])
@pytest.mark.parametrize(("kind", "task"), [(kind, task) for task in TASKS for kind in drawn.kinds_of(task)])
def test_every_kind_can_be_read(kind, task, size, subject_of):
    subject = subject_of(task, 4, **NEEDS.get(kind, {}))
    figure = drawn_in_a_style([subject], [kind], size=size)
    with style.styled():
        assert faults(italian(figure, subject.names)) == []


@pytest.mark.parametrize(
    ("claim", "budget"),
    [
        pytest.param(claim, budget, marks=() if (claim, budget) == ("transfer", "quick") else pytest.mark.slow)
        for claim in (*registry.CLAIMS, registry.COMPARE)
        for budget in ("quick", "default")
    ],
)
def test_the_pictures_of_a_study_can_be_read(claim, budget):
    extra = said.ARMS if claim == registry.COMPARE else {}
    study = conduct.design(Request(claim=claim, own=said.CLASSES, n_seeds=8, budget=budget, extra=extra))
    report = reporting.report(study, said.results_of(study, 0.02, sd=0.004))
    names = study_figure.names(report)
    with style.styled():
        assert [fault for each in figures_of_study(report) for fault in faults(italian(each, names), 150)] == []
