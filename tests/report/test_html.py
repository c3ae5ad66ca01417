import dataclasses
import re
from html.parser import HTMLParser

import pytest

from dlwhy.data.stored import storage
from dlwhy.models.keras_file import archive
from dlwhy.report import gathering, html
from tests.cli.commands.toys import dataset_of, trained_on
from tests.report.conftest import HOSTILE, LANGUAGES

HERE = html._HERE


class Text(HTMLParser):
    """The elements of a page, and what can be read on it."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.seen, self.attributes, self.open = [], [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data):
        if not {"script", "style"} & {*self.open}:
            self.seen.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.seen).split())


ENGLISH, ITALIAN = LANGUAGES


@pytest.fixture(scope="module", params=LANGUAGES, ids=lambda lang: lang.code)
def written(request, page):
    return html.render(page, request.param)


@pytest.fixture(scope="module")
def both(page):
    return html.render(page, *LANGUAGES)


def test_the_answer_comes_first_then_the_data_the_study_and_how_to_do_it_again(written):
    ids = re.findall(r'<section id="([a-z0-9]+)"', written)

    assert ids == ["answer", "run1", "study1", "again"]


def test_the_same_folders_give_the_same_bytes(demo, small_study, page):
    again = gathering.page([str(small_study), str(demo)], LANGUAGES)

    assert html.render(again, *LANGUAGES) == html.render(page, *LANGUAGES)


def test_nothing_on_it_is_asked_for_elsewhere(written):
    found = Text(written)

    addresses = [value for name, value in found.attributes if name in ("src", "href", "xlink:href", "action", "srcset")]
    assert addresses
    assert all(address.startswith(("#", "data:image/png;base64,")) for address in addresses)
    assert "url(" not in re.sub(r"url\(#[^)]+\)", "", written)
    assert "@import" not in written


def test_hostile_names_are_text_on_the_page_and_nothing_else(hostile):
    written = html.render(gathering.page([str(hostile)], [ENGLISH]), ENGLISH)
    found = Text(written)

    assert "img" not in found.tags
    assert "b" not in found.tags
    assert found.tags.count("script") == 3  # ours, and the numbers of the loss and of the proof
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    for name in HOSTILE[:3]:
        assert name in found.text
    assert r"\x1b[31mred\u202etxt" in found.text
    assert not set(written) & {"\x1b", "\u202e"}
    assert "49" not in re.findall(r"\{\{(.*?)\}\}", written)


def test_no_sentence_on_the_italian_page_is_left_in_english(page):
    assert '<span lang="en">' not in html.render(page, ITALIAN)


def test_what_is_embedded_as_data_can_end_no_script():
    assert "</" not in str(html.embedded({"x": "</script><script>alert(1)</script>"}))


def test_sizes_stay_within_what_was_promised(page):
    run = dataclasses.replace(page, studies=())

    sizes = [len(html.render(each, *LANGUAGES)) for each in (run, page)]
    assert sizes[0] < 1_000_000
    assert sizes[1] - sizes[0] < 500_000


def test_a_page_in_two_languages_has_each_name_once_and_the_data_once(both):
    ids = re.findall(r' id="([^"]+)"', both)
    assert len(ids) == len(set(ids))
    asked = re.findall(r'(?:href|for)="#?([a-z][^":]*)"|labelledby="([^"]+)"', both)
    assert {one or other for one, other in asked} <= {*ids}
    assert both.count(" checked>") == 1
    assert re.findall(r'<div class="body" lang="(..)"', both) == ["en", "it"]
    assert both.count('id="dlwhy-proof"') == 1


def test_pictures_are_in_the_language_of_the_page(page):
    svg = page.studies[0].picture.svg

    assert svg["en"] != svg["it"].replace('"it-', '"en-').replace("#it-", "#en-")
    for lang in LANGUAGES:
        assert re.findall(r'id="(..)-s1-0"', html.render(page, lang)) == [lang.code]


@pytest.mark.parametrize("name", ["page", "body"])
def test_the_template_has_no_words_of_its_own(name):
    source = (HERE / "templates" / f"{name}.html.j2").read_text()
    left = re.sub(r"\{[%{#].*?[%}#]\}|<[^>]*>", " ", re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", source, flags=re.DOTALL))

    assert not re.findall(r"[A-Za-z]{2,}", left)


def test_the_script_is_short_and_asks_for_nothing():
    script = (HERE / "templates" / "page.js").read_text()

    assert len(script.splitlines()) <= 150
    assert not re.search(r"fetch|XMLHttp|import\b|innerHTML|eval|document\.write|https?:", script)


def test_every_message_is_used_and_every_one_that_is_used_is_there(written):
    code = "".join(path.read_text() for path in [*HERE.glob("*.py"), *(HERE / "templates").glob("*.j2")])
    texts = html.language("en").texts
    prefixes = set(re.findall(r'">?([a-z_]+\.[a-z_.]*)(?:"|\{)', code)) - texts.keys()

    asked = set(re.findall(r'\bt\("([a-z_.]+)"', code))
    assert {key for key in asked if not key.endswith(".")} <= texts.keys()
    unused = [key for key in texts if f'"{key}"' not in code and f'">{key}"' not in code]
    assert [key for key in unused if not any(key.startswith(prefix) for prefix in prefixes)] == []


def test_the_answer_of_a_study_that_has_not_run_to_its_end_says_so(page):
    unfinished = dataclasses.replace(page, studies=[dataclasses.replace(each, complete=False) for each in page.studies])

    answers = [html.render(each, ENGLISH).partition('<section id="run1"')[0] for each in (page, unfinished)]

    assert ["Not all of it has run yet" in each for each in answers] == [False, True]


def test_an_image_that_is_told_to_be_bright_where_a_number_is_high_is_so_on_a_dark_page(tmp_path):
    dataset = dataset_of("regression")
    storage.write(dataset, tmp_path / "dataset.joblib")
    archive.write(trained_on(dataset), tmp_path / "model.keras")

    written = html.render(gathering.page([str(tmp_path)], LANGUAGES), ENGLISH)

    assert re.findall(r'class="unit bright" .*? aria-label="([^"]+)"', written) == ["target (bright: high)"]
    assert ".unit:not(.bright) image{filter:invert" in written


def test_a_line_of_words_breaks_before_no_sign_of_a_number(written):
    seen = "\n".join(Text(written).seen)

    assert re.findall(r"\d %", seen) == []
    assert "95\N{NO-BREAK SPACE}%" in seen
