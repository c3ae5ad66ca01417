"""What a notebook shows: a table of text, whatever the names in it are."""

from html.parser import HTMLParser

import pytest

from dlwhy import html

HOSTILE = "<script>alert('x')</script>&amp;\x1b[2J\u202e"


class Reader(HTMLParser):
    """Collects tags and text as a browser would."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        assert not attrs
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += f"{data} "


def test_a_card_has_a_title_a_row_each_and_notes() -> None:
    read = Reader(html.card("Title", [("a", 1), ("b", 2)], header=("name", "value"), notes=["That is all."]))

    assert [read.tags.count(tag) for tag in ("table", "tr", "th", "td", "p")] == [1, 3, 2, 4, 2]
    assert read.text.split() == ["Title", "name", "value", "a", "1", "b", "2", "That", "is", "all."]


@pytest.mark.parametrize("place", ["title", "cell", "header", "note"])
def test_foreign_text_is_no_markup_and_no_control(place) -> None:
    parts = dict.fromkeys(("title", "cell", "header", "note"), "x") | {place: HOSTILE}
    card = html.card(parts["title"], [(parts["cell"],)], header=(parts["header"],), notes=[parts["note"]])

    assert "script" not in Reader(card).tags
    assert "<script>alert('x')</script>&amp;\\x1b[2J\\u202e" in Reader(card).text
