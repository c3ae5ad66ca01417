"""Every command and line of docs/tables.md is run, and says what the page has it say."""

import re
import shlex
from pathlib import Path

import pytest

from dlwhy.data.cells.reading import NAMES
from dlwhy.data.tables.formats.form import FORM_NAMES

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "tables.md").read_text()
DAYS = ("05-Jan-20", "17-Mar-20", "02-Feb-20", "28-Mar-20", "11-Jan-20")


@pytest.fixture
def shop(tmp_path):
    (begin,) = re.findall(r"```\n(order,.*?)```", PAGE, re.DOTALL)
    rows = [
        f"C{i:04},{('01067', '10115', '20095')[i % 3]},${i * 37 % 90}.50,{DAYS[i % 5]},"
        f"{('<0.01', '0.35', '0.2')[i % 3]},{('NA', 'ZA')[i % 2]},{('no', 'yes')[i * 7 % 3 // 2]}"
        for i in range(3, 60)
    ]
    (tmp_path / "shop.csv").write_text(begin + "\n".join([*rows, ""]))
    (begin,) = re.findall(r"```\n(sep=.*?)```", PAGE, re.DOTALL)
    rows = [
        f"{i};{('Köln', 'Gießen')[i % 2]};{i * 37 % 90},5{i % 10};{('ja', 'nein')[i % 3 // 2]};" for i in range(3, 60)
    ]
    (tmp_path / "umsatz.csv").write_text(begin + "\n".join([*rows, ";;;;", ""]), encoding="cp1252")
    return tmp_path


def test_the_commands_run_and_say_what_the_page_says(shop, dlwhy_in_process):
    said = ""
    for block, quote in re.findall(r"```sh\n(.*?)```|^> ([^\n]*)$", PAGE, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            said = dlwhy_in_process(*shlex.split(line)[1:]).err
        assert quote in said
    assert (shop / "bought.csv").exists()


@pytest.mark.filterwarnings("ignore::dlwhy.errors.DlwhyWarning")
def test_the_python_runs(shop, monkeypatch):
    monkeypatch.chdir(shop)
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    printed = []
    exec(compile(block, "tables.md", "exec"), {"print": printed.append})
    assert printed == re.findall(r"print\(.*\)  # (.+)", block)


def test_every_option_on_cells_is_on_the_page():
    for name in (NAMES | FORM_NAMES) - {"as_written"}:
        assert f"--{name.replace('_', '-')}" in PAGE, name
