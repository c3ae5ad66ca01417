import re

import pytest

from dlwhy.messages import language, sentences
from dlwhy.report import html
from dlwhy.studies.claims import registry
from tests.messages import said

IT = html.language("it")
PLACE = re.compile(r"\{(\w+)(?:!\w)?\}")


def read(name):
    return language._read(language.Path(language.__file__).with_name(f"{name}_it.toml"))


def english_left(texts):
    return [text for text in dict.fromkeys(texts) if IT.sentence(text)[1] == "en"]


@pytest.mark.parametrize(
    ("name", "table"),
    [
        *(("sentences", each) for each in ("phrases", "items", "sentences")),
        ("pictures", "phrases"),
        ("pictures", "pictures"),
    ],
)
def test_both_forms_of_a_template_have_the_same_places(name, table):
    for english, italian in read(name)[table].items():
        assert set(PLACE.findall(english)) == set(PLACE.findall(italian)), english
        assert "!" not in "".join(re.findall(r"\{[^}]*\}", italian)), italian


def test_a_sentence_has_its_values_put_into_the_other_languages_form():
    english = "On a, b and 1.5, these runs can't tell three layers from one: +1.2 points [0.3, 2.1]"
    italian = "Su a, b and 1.5, queste esecuzioni non distinguono tre strati da uno: +1,2 punti [0,3; 2,1]"

    found = IT.sentence(f"{english}; about 30 seeds would settle it.")

    assert found == (f"{italian}; circa 30 semi lo deciderebbero.", "it")


def test_a_name_of_the_users_is_kept_as_it_is_whatever_it_looks_like():
    for name in ("<script>", "{effect}", "{0}", "v1.5", "the rows", "a\\1b"):
        found, code = IT.sentence(f"On {name}, more compute brings nothing that matters.")
        assert (found, code) == (f"Su {name}, più calcolo non porta nulla che conti.", "it")


def test_nothing_is_a_thing_to_be_told_from_and_several_items_are_all_translated():
    told = IT.sentence(
        "On clean-32, at Keras' rate of 0.001, these runs can't tell L2 .01 from none: +0.3 points [-0.8, 1.4]."
    )
    assert "non distinguono L2 0,01 da niente: +0,3 punti" in told[0]
    assert IT.sentence("Not tried: CatBoost (not installed); TabPFN (not installed).") == (
        "Non provati: CatBoost (non installato); TabPFN (non installato).",
        "it",
    )


def test_sentences_that_follow_each_other_are_translated_one_by_one_or_not_at_all():
    first, second = "Not tried: SVM.", "What hurts: the linear path (-1.0 points)."

    assert IT.sentence(f"{first} {second}")[0] == "Non provati: SVM. Che cosa nuoce: il percorso lineare (-1,0 punti)."
    assert IT.sentence(f"{first} Nobody knows this one.") == (f"{first} Nobody knows this one.", "en")


def test_a_sentence_without_a_template_stays_english_and_is_marked_so():
    assert IT.sentence("Nobody knows this one.") == ("Nobody knows this one.", "en")
    assert str(html._said("Nobody <b>knows", IT)) == '<span lang="en">Nobody &lt;b&gt;knows</span>'


def test_a_long_sentence_that_nothing_fits_takes_no_time():
    long = "On x, " + "; ".join(["these runs can't tell a from b"] * 12) + "."

    assert IT.sentence(long)[1] == "en"


def test_every_sentence_of_the_rules_has_its_italian():
    assert english_left(said.of_rules()) == []


@pytest.mark.parametrize("name", [*registry.CLAIMS, registry.COMPARE])
def test_every_sentence_of_a_study_has_its_italian(name):
    assert english_left(said.of_study(name, said.CLASSES)) == []


def test_every_sentence_on_gradients_and_frontiers_has_its_italian():
    assert english_left(said.of_studies_with_more_in_their_rows()) == []


@pytest.mark.slow
def test_every_sentence_of_all_studies_in_many_outcomes_has_its_italian():
    assert english_left(said.of_all_studies()) == []


def test_every_sentence_of_checks_and_of_trainings_has_its_italian():
    found = [*said.of_checks(), *said.of_trainings()]

    assert len(set(found)) > 25
    assert english_left(found) == []


def test_no_letters_are_left_of_the_marks_of_places():
    template = sentences._template("On {task}, {n!e} rows", "Su {task}, {n} righe")

    assert template.kinds == {"task": "", "n": "e"}
    assert all(pattern.fullmatch("On x, 5 rows") for pattern in template.patterns)
    assert not any(pattern.fullmatch("On x, y rows") for pattern in template.patterns)


def test_a_line_of_a_picture_is_several_sentences_or_several_texts_or_a_list_of_phrases():
    title = "depth: Deep learning is versatile: one recipe, never tuned, serves many problems of any size."
    assert IT.in_picture(f"{title} Verdict on depth: withheld.").endswith(
        "di ogni taglia. Verdetto per profondità: sospeso."
    )
    assert IT.in_picture("1 of 7 hidden units is dead; the first of 8 networks") == (
        "1 delle 7 unità nascoste è morta; la prima di 8 reti"
    )
    assert (
        IT.in_picture("toy: 1 layer 60.5 %, 3 layers 70 %")
        == "toy: 1 strato 60,5\N{NO-BREAK SPACE}%, 3 strati 70\N{NO-BREAK SPACE}%"
    )
    assert IT.in_picture("toy: 1 layer 60.5 %, a cat") == "toy: 1 layer 60.5\N{NO-BREAK SPACE}%, a cat"
    assert IT.in_picture("1 of 7 hidden units is dead; a cat") == "1 of 7 hidden units is dead; a cat"
