import json

import pytest

from tests.cli.commands.toys import HOSTILE


def test_a_page_is_written_and_told_as_json(demo, dlwhy_in_process, tmp_path):
    told = json.loads(dlwhy_in_process("report", demo, "--json").out)

    page = (tmp_path / "report.html").read_bytes()
    assert page.startswith(b'<!doctype html>\n<html lang="en">')
    assert told == {
        "report": "report.html",
        "bytes": len(page),
        "language": "en",
        "languages": ["en"],
        "recommendations": [],
        "runs": ["moons"],
        "studies": [],
    }


def test_it_goes_to_stdout_or_to_a_file_whose_path_is_printed(small_study, dlwhy_in_process, tmp_path):
    done = dlwhy_in_process("report", small_study, "-o", "-", "--lang", "it")
    written = dlwhy_in_process("report", small_study, "--lang", "it", "-o", "studio.html")

    assert '<html lang="it">' in done.out
    assert done.out == (tmp_path / "studio.html").read_text()
    assert (written.code, written.out) == (0, "studio.html\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "name a folder"),
        (["nowhere"], 66, "nowhere: no such folder"),
        (["."], 66, "no dataset.joblib and no study in it"),
        ([".", "--lang", "en,fr"], 2, "--lang fr: no such language"),
        ([".", "--lang", ""], 2, "--lang : no such language"),
        ([".", "--lang", "fr"], 2, "--lang fr: no such language"),
        ([".", "--json", "-o", "-"], 2, "--json and the page can't both go to stdout"),
        ([".", "-o", "no/x.html"], 73, "no such folder"),
        ([HOSTILE], 66, "no such folder"),
    ],
)
def test_what_can_not_be_is_refused_in_one_line_with_its_code(dlwhy_in_process, arguments, code, said):
    done = dlwhy_in_process("report", *arguments)

    assert done.code == code
    assert said in done.error
    assert "\x1b" not in done.err


def test_a_page_is_not_written_over_what_it_is_made_of(demo, small_study, dlwhy_in_process):
    for folder, name in ((demo, "model.keras"), (demo, "dataset.joblib"), (small_study, "design.json")):
        before = (folder / name).read_bytes()

        done = dlwhy_in_process("report", demo, small_study, "-o", folder / name)

        assert done.code == 2
        assert "is both input and output" in done.error
        assert (folder / name).read_bytes() == before


def test_a_damaged_model_is_named(demo, dlwhy_in_process, tmp_path):
    (tmp_path / "dataset.joblib").write_bytes((demo / "dataset.joblib").read_bytes())
    (tmp_path / "model.keras").write_bytes(b"not a model")

    done = dlwhy_in_process("report", ".")

    assert done.code == 65
    assert "model.keras" in done.error
    assert not (tmp_path / "report.html").exists()
