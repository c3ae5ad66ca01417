"""The gallery has all kinds of pictures and all studies, and its tool draws and shrinks what stands on the page."""

import io

import numpy as np
import pytest
from PIL import Image

from dlwhy.figures.kinds import KINDS
from dlwhy.studies.claims import registry
from tests.gallery import __main__ as gallery
from tests.gallery import page, shrinking

SECTIONS = page.sections(page.PAGE.read_text())


def png(pixels):
    made = io.BytesIO()
    Image.fromarray(pixels).save(made, "PNG")
    return made.getvalue()


def test_every_kind_of_picture_and_every_claim_is_in_it():
    words = {word for section in SECTIONS for command in section.commands for word in command}
    assert set(KINDS) <= words
    claims = set(registry.CLAIMS)
    assert claims == {section.picture.stem.removeprefix("study-") for section in SECTIONS if "study" in section.drawn}


@pytest.mark.parametrize("section", SECTIONS, ids=[section.picture.stem for section in SECTIONS])
def test_a_picture_is_there_and_its_commands_make_it(section):
    assert section.picture.stat().st_size <= shrinking.MOST_BYTES
    made = section.commands[-1]
    assert section.drawn in made if made[0] != "study" else section.drawn == f"study/{made[1]}/figure.png"


def test_a_picture_is_shrunk_to_what_a_page_may_have_and_is_the_same_again(monkeypatch):
    monkeypatch.setattr(shrinking, "MOST_BYTES", 9_000)
    wide = png(np.tile(np.arange(0, 255, dtype="uint8"), (20, 8)))
    noise = png(np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype="uint8"))
    for content in (wide, noise):
        made = shrinking.shrunk(content)
        assert len(made) <= 9_000 < len(noise)
        assert Image.open(io.BytesIO(made)).width <= shrinking.WIDEST
        assert shrinking.shrunk(content) == made


@pytest.mark.parametrize("content", [png(np.eye(50, dtype="uint8")), b"GIF89a" + bytes(100)])
def test_what_cannot_be_small_is_refused(monkeypatch, content):
    monkeypatch.setattr(shrinking, "MOST_BYTES", 60)
    with pytest.raises(ValueError, match="draw it smaller"):
        shrinking.shrunk(content)


def test_a_picture_without_commands_is_refused():
    with pytest.raises(ValueError, match="no picture with its commands: here"):
        page.sections("### here\n\n![words](gallery/here.png)\n")


def test_the_commands_are_run_once_and_what_they_draw_is_put_in_its_place(tmp_path, monkeypatch, capsys):
    text = "### a\n![a](gallery/a.png)\n```sh\ndlwhy x\ndlwhy plot -o a.png\n```\n### b\n![b](gallery/study-b.png)\n"
    (tmp_path / "gallery.md").write_text(f"{text}```sh\ndlwhy x\ndlwhy study b\n```\n")
    monkeypatch.setattr(page, "PAGE", tmp_path / "gallery.md")
    monkeypatch.setattr(page, "ROOT", tmp_path)
    monkeypatch.setattr(gallery, "FOLDER", tmp_path / "build")
    ran = []

    def run(command):
        ran.append(command)
        (tmp_path / "build" / "study" / "b").mkdir(parents=True, exist_ok=True)
        for made in ("a.png", "study/b/figure.png"):
            (tmp_path / "build" / made).write_bytes(png(np.zeros((4, 4, 3), dtype="uint8")))

    monkeypatch.setattr(gallery, "run", run)
    gallery.main([])
    assert ran == [("x",), ("plot", "-o", "a.png"), ("study", "b")]
    assert capsys.readouterr().out.split() == ["gallery/a.png", "gallery/study-b.png"]
    gallery.main(["study-b"])
    assert ran[3:] == [("x",), ("study", "b")]


def test_a_command_that_fails_ends_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(gallery, "FOLDER", tmp_path)
    with pytest.raises(gallery.subprocess.CalledProcessError):
        gallery.run(("--no-such-option",))
