"""What docs/next_month.md says is what happens."""

import csv
import re
import shlex
from pathlib import Path

from tests.cli.commands.months import month

PAGE = Path(__file__).parents[1] / "docs" / "next_month.md"


def test_the_commands_run_and_agree(dlwhy_in_process, tmp_path):
    (tmp_path / "january.csv").write_text(month())
    (tmp_path / "february.csv").write_text(month(("berlin", "vienna"), seed=7))
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)
    said = []

    for line in block.splitlines():
        program, *arguments = shlex.split(line)
        result = dlwhy_in_process(*arguments)
        assert (program, result.code) == ("dlwhy", 0), result.err
        said.append(result)

    names = ("scored", "marked", "sets")
    tables = {name: list(csv.DictReader((tmp_path / f"{name}.csv").read_text().splitlines())) for name in names}
    right = sum(row["left"] == row["prediction"] for row in tables["scored"]) / 200
    assert f"{right:.3f}" in said[3].out
    assert "all its rows are evaluated" in said[3].err
    assert [row["missing"] == "age" for row in tables["marked"]] == [row["age"] == "" for row in tables["scored"]]
    assert all(row["prediction"] in row["set"].split("|") for row in tables["sets"])
    assert "90 % sets, from 60 held-out rows of january.joblib" in said[5].err
