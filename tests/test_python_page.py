"""Every line of docs/python.md runs, in the order of the page, in one session as in a notebook."""

import pkgutil
import re
from pathlib import Path

import matplotlib as mpl
import pytest

import dlwhy
from tests.tuning.small import FEW

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "python.md").read_text()
# a whole study takes minutes: here two arms of one control are trained for an epoch
SHORTER = {
    'dlwhy.study("depth", budget="quick")': (
        'dlwhy.study("depth", seeds=2, epochs=1, only=["linear: depth 1", "linear: depth 3"])'
    )
}


@pytest.fixture
def page(tmp_path, monkeypatch):
    """The page's session when it has run to its end, and what it has printed."""
    rows = [f"{20 + i},{i * 37 % 90 + 0.5},{('basic', 'full')[i % 2]},{('no', 'yes')[i > 25]}" for i in range(60)]
    (tmp_path / "churn.csv").write_text("\n".join(["age,spent,plan,churned", *rows, ""]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("dlwhy.tuning.variants.VARIANTS", FEW)
    printed = []
    session = {"print": lambda *values, sep=" ": printed.append(sep.join(map(str, values)))}
    with mpl.rc_context({"backend": "agg"}):
        for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
            for line, short in SHORTER.items():
                block = block.replace(line, short)  # noqa: PLW2901
            exec(compile(block, "python.md", "exec"), session)
    return session, printed


@pytest.mark.filterwarnings("ignore::dlwhy.errors.DlwhyWarning")
def test_the_page_runs_and_prints_what_it_says(page) -> None:
    session, printed = page

    for line, short in SHORTER.items():
        assert line in PAGE
        assert short not in PAGE
    for said in re.findall(r"^ *print\(.*\)  # (.+)$", PAGE, re.MULTILINE):
        assert said in printed
    assert printed[0].split()[0] == str(session["found"].accuracy)
    assert set(session["names"]) <= {"no", "yes"}
    assert isinstance(session["model"], dlwhy.Trained)
    assert session["figure"].axes
    assert Path("both.png").stat().st_size > 10_000
    assert Path("study/depth/study.json").exists()


def test_all_that_dlwhy_hands_on_is_on_the_page() -> None:
    for name in set(dlwhy.__all__) - {"Column", "DlwhyWarning", "StudyResult", "Trained", "data", "models", "studies"}:
        assert re.search(rf"\b(dlwhy\.)?{name}\b", PAGE), name
    for name in re.findall(r"`(dlwhy(?:\.\w+)+)`", PAGE):
        assert pkgutil.resolve_name(name).__doc__
