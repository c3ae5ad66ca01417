"""Every command line of docs/check.md runs, in the order of the page, and every check is on it as it is."""

import re
import shlex
from pathlib import Path

from dlwhy.checks.registry import REGISTRY

PAGE = (Path(__file__).parents[1] / "docs" / "check.md").read_text()


def test_every_command_line_runs(dlwhy_in_process, tmp_path) -> None:
    rows = [f"{20 + i},{i * 37 % 90 + 0.5},{('basic', 'full')[i % 2]},{('no', 'yes')[i > 25]}" for i in range(60)]
    (tmp_path / "churn.csv").write_text("\n".join(["age,spent,plan,churned", *rows, ""]))

    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    assert len(lines) > 8
    for line in lines:
        done = dlwhy_in_process(*shlex.split(line)[1:])
        assert done.code == 0, f"{line}\n{done.err}"


def test_every_check_is_on_the_page() -> None:
    listed = re.findall(r"^\| ([DP]\d{3}) \| (error|warning|note) \| ([^|]+) \| [^|]+ \|$", PAGE, re.MULTILINE)

    assert listed == [(check.code, check.severity, check.name) for check in REGISTRY.values()]


def test_the_rates_of_the_page_are_good_and_of_all_checks() -> None:
    rates = re.findall(
        r"^\| ([DP]\d{3}) \| [^|]+ \| (\d+) of (\d+) .* \| (?:exact|(\d+) of (\d+) .*) \|$", PAGE, re.MULTILINE
    )

    assert {code for code, *_ in rates} == set(REGISTRY)
    for _, found, planted, alarms, clean in rates:
        assert int(found) >= 0.95 * int(planted)
        assert int(alarms or 0) <= 0.02 * int(clean or 1)
