import dataclasses
import json
import re

import pytest

from dlwhy.errors import InputRefusedError
from dlwhy.report import html, proof
from dlwhy.studies.plan.study import digest

ELEMENT = re.compile(r'(<script type="application/json" id="dlwhy-proof">)(.*?)(</script>)', re.DOTALL)


@pytest.fixture(scope="module")
def text(page):
    return html.render(page, html.language("en"))


def changed(text, change):
    """The page with something changed in what it carries, and the seals made anew by somebody who knows how."""
    content = json.loads(ELEMENT.search(text)[2])
    for name in ("page", "sha256"):
        del content[name]
    change(content)
    return ELEMENT.sub(lambda found: found[1] + str(html.embedded(proof.sealed(text, content))) + found[3], text)


def read(tmp_path, text):
    (tmp_path / "p.html").write_text(text)
    return proof.read(tmp_path / "p.html")


def first_arm(content):
    return next(iter(content["studies"][0]["arms"].values()))


def test_what_a_page_carries_comes_back_from_it(tmp_path, text, small_study):
    (claimed,) = read(tmp_path, text)

    rows = [json.loads(line) for line in (small_study / "runs.jsonl").read_text().splitlines()]
    told = [(row.arm, row.seed, row.value) for row in claimed.rows]
    assert told == [(f"{row['dataset']}: {row['arm']}", row["seed"], row["value"]) for row in rows]
    assert claimed.study.name == "compare"


def test_other_line_ends_are_no_change(tmp_path, text):
    (tmp_path / "p.html").write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))

    assert proof.read(tmp_path / "p.html")


def test_a_page_that_was_sealed_anew_is_read(tmp_path, text):
    assert read(tmp_path, changed(text, lambda content: None))


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda text: text.replace("inconclusive", "supported"), "changed since it was written"),
        (lambda text: re.sub(r"(\[\d+,)0\.\d+", r"\g<1>0.99999", text, count=1), "changed since it was written"),
        (lambda text: ELEMENT.sub("", text), "no page of dlwhy report"),
        (lambda text: text + ELEMENT.search(text)[0], "no page of dlwhy report"),
        (lambda text: "<p>hello</p>", "no page of dlwhy report"),
        (lambda text: ELEMENT.sub(r"\1[]\3", text), "is damaged"),
        (lambda text: ELEMENT.sub(r"\1{\3", text), "is damaged"),
        (lambda text: ELEMENT.sub(lambda found: found[1] + "[" * 100_000 + found[3], text), "is damaged"),
        (lambda text: changed(text, lambda content: content.update(protocol=1)), "another version of the protocol"),
        (lambda text: changed(text, lambda content: content.update(schema="x")), "another version of the protocol"),
    ],
)
def test_a_page_that_is_not_as_it_was_written_is_refused_in_words(tmp_path, text, edit, said):
    with pytest.raises(InputRefusedError, match=said):
        read(tmp_path, edit(text))


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update(studies={}),
        lambda content: content.update(studies=[{}] * 1000),
        lambda content: content.update(versions=[]),
        lambda content: content["versions"].update(tensorflow="0"),
        lambda content: content["studies"][0].update(request=None),
        lambda content: content["studies"][0]["request"].update(claim="nothing"),
        lambda content: content["studies"][0]["request"].update(n_seeds=10**9),
        lambda content: content["studies"][0]["request"].update(n_seeds=99_999),
        lambda content: content["studies"][0]["request"].update(base_seed=1),
        lambda content: content["studies"][0]["request"]["own"].update(rows="many"),
        lambda content: content["studies"][0]["request"]["extra"].update(source="/etc/passwd"),
        lambda content: content["studies"][0]["request"]["extra"].update(arms=["layers=999999999,9"] * 2),
        lambda content: content["studies"][0]["arms"].update({"nobody: knows": {}}),
        lambda content: first_arm(content).update(fingerprint="0" * 64),
        lambda content: first_arm(content)["rows"].pop(),
        lambda content: first_arm(content)["rows"][0].append(1),
        lambda content: first_arm(content)["rows"].__setitem__(0, [1, 0.5, "ok"]),
        lambda content: first_arm(content)["rows"][0].__setitem__(1, "0.5"),
        lambda content: first_arm(content)["rows"][0].__setitem__(2, "fine"),
    ],
)
def test_nothing_that_a_page_carries_is_believed_unseen(tmp_path, text, change):
    with pytest.raises(InputRefusedError, match="its studies are damaged"):
        read(tmp_path, changed(text, change))


def test_a_study_that_needs_a_file_beside_the_table_is_not_carried(small_study):
    from dlwhy.studies import conduct

    stored = conduct.stored(small_study)
    request = dataclasses.replace(stored.study.request, extra={**stored.study.request.extra, "source": "x.keras"})
    other = dataclasses.replace(stored, study=dataclasses.replace(stored.study, request=request))

    assert len(proof.of([stored])["studies"]) == 1
    assert proof.of([other])["studies"] == []
    assert proof.sealed("", proof.of([other]))["sha256"] == digest(proof.of([other]))
