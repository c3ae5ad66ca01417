import pytest

from dlwhy.errors import UsageError
from dlwhy.messages import language
from dlwhy.messages.language import Language, placeholders
from dlwhy.report import html

IT, EN = html.language("it"), html.language("en")


def test_all_texts_are_there_in_all_languages_with_the_same_places():
    texts = {code: html.language(code).texts for code in language.LANGUAGES}

    first = texts["en"]
    for code, others in texts.items():
        assert others.keys() == first.keys(), code
        for key, text in others.items():
            assert placeholders(text) == placeholders(first[key]), (code, key)
            assert text.strip()


@pytest.mark.parametrize(
    ("english", "italian"),
    [
        ("0.967", "0,967"),
        ("1,234", "1.234"),
        ("12,345.6", "12.345,6"),
        ("-0.5", "-0,5"),
        ("5.052e-05", "5,052e-05"),
        ("< .001", "< 0,001"),
        ("-.2 to .5", "-0,2 to 0,5"),
        ("no number", "no number"),
        ("version 1.2.3", "version 1.2.3"),
        ("x1.5y", "x1.5y"),
    ],
)
def test_numbers_are_written_as_the_language_does(english, italian):
    assert IT.number(english) == italian
    assert EN.number(english) == english


def test_the_ends_of_an_interval_are_kept_apart_where_decimals_have_commas():
    assert IT.value("+1.2 points [0.3, 2.1]") == "+1,2 punti [0,3; 2,1]"
    assert IT.value("0.967 [0.948, 0.979]") == "0,967 [0,948; 0,979]"
    assert EN.value("0.967 [0.948, 0.979]") == "0.967 [0.948, 0.979]"


def test_a_text_has_its_values_put_in_whole_numbers_grouped():
    one = Language("it", {"rows": "{n} righe di {name}"})

    assert one.say("rows", n=12345, name="{n}") == "12.345 righe di {n}"


def test_a_language_that_there_is_not_is_refused():
    with pytest.raises(UsageError, match=r"--lang fr: no such language \(there is en, it\)"):
        language.check("fr")


def test_a_name_within_another_leaves_the_longer_one_whole():
    names = ["b; c", "a; b; c"]

    for said in names:
        for order in (names, names[::-1]):
            assert IT.in_picture(f"true {said}", order) == f"{said}, valore vero"
