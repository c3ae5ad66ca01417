"""All pages: links lead somewhere, pictures are there and named, the commands of today understand the command lines."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from dlwhy.cli.program import group

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
PICTURES = sorted(each for kind in ("png", "gif", "svg") for each in (ROOT / "docs").rglob(f"*.{kind}"))
MOST_BYTES = 2_500_000
names = [str(path.relative_to(ROOT)) for path in PAGES]


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """Give the files of this repository that a page leads to, each with the heading."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    for place in re.findall(r"\]\(([^)\s]+)\)", text):
        if not place.startswith(("http://", "https://", "mailto:")):
            path, _, heading = place.partition("#")
            yield (page.parent / path).resolve() if path else page, heading


def headings(page: Path) -> set[str]:
    """Give the names by which GitHub links to the headings of a page."""
    lines = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.strip().lower()).replace(" ", "-") for line in lines}


def commands(page: Path) -> Iterator[list[str]]:
    """Give the words behind each `dlwhy` in the shell lines of a page."""
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            words: list[str] | None = None
            lexer = shlex.shlex(line.replace("$s", "1"), posix=True, punctuation_chars=True)
            lexer.whitespace_split = True
            for word in [*lexer, ";"]:
                if words is None:
                    words = [] if word == "dlwhy" else None
                elif set(word) <= set("();<>|&"):
                    yield words
                    words = None
                else:
                    words.append(word)


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_links_lead_somewhere(page: Path) -> None:
    dead = [(path, heading) for path, heading in links(page) if not path.exists()]
    assert not dead
    lost = [(path.name, at) for path, at in links(page) if at and path.suffix == ".md" and at not in headings(path)]
    assert not lost


def test_each_picture_is_named_and_small() -> None:
    named = {path for page in PAGES for path, _ in links(page)}
    assert [str(picture) for picture in PICTURES if picture not in named] == []
    assert sum(picture.stat().st_size for picture in PICTURES) <= MOST_BYTES


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_command_lines_are_understood(page: Path) -> None:
    known = group().commands
    for words in commands(page):
        two = " ".join(words[:2])
        name, rest = (two, words[2:]) if two in known else (words[0], words[1:]) if words else ("", [])
        if name.startswith("-") or not name:  # dlwhy --version
            continue
        try:
            # a command keeps the names of the help option that it takes from its parent
            parent = group().make_context("dlwhy", [name], resilient_parsing=True)
            known[name].make_context(name, rest, parent=parent)
        except typer.Exit:  # of --help
            continue
        except Exception as error:
            raise AssertionError(f"dlwhy {shlex.join(words)}: {error}") from error


def test_lessons_are_called_by_their_names() -> None:
    known = {path.stem for path in (ROOT / "dlwhy" / "lessons" / "texts").glob("*.toml")}
    named = {name for page in PAGES for name in re.findall(r"dlwhy lesson ([a-z][a-z-]*)", page.read_text())}
    assert {"depth", "own"} <= named <= known


def test_command_lines_are_found_in_pipes_and_loops(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```sh\nfor s in 1 2; do dlwhy train --seed $s; done; dlwhy info | head > x # dlwhy no\npip a\n```\n"
    )
    assert list(commands(page)) == [["train", "--seed", "1"], ["info"]]
