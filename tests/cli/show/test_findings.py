"""What checks have found, in a line, in a list, as JSON, and as a gate."""

import json

import pytest

import dlwhy
from dlwhy.checks.finding import Finding, Findings
from dlwhy.cli.show import findings as show
from dlwhy.cli.show.console import Output
from dlwhy.errors import GateError, UsageError

LEAK = Finding(code="D101", name="copy of the target", severity="error", says="a copy", columns=("a",))
FEW = Finding(code="P102", name="few test rows", severity="note", says="few rows")


def test_a_line_names_columns_by_check() -> None:
    found = Findings([LEAK, Finding(**{**vars(LEAK), "columns": ("b",)}), FEW])

    assert show.line(found, "d.joblib") == (
        'd.joblib: copy of the target in "a", "b" (D101); few test rows (P102) (dlwhy check d.joblib says more)'
    )


def test_of_many_checks_three_are_named() -> None:
    found = Findings(Finding(code=f"D{i}", name=f"n{i}", severity="note", says="") for i in range(5))

    assert "n2 (D2); 2 more (dlwhy" in show.line(found, "d")


def test_the_worst_come_first_and_the_way_on_last(capsys) -> None:
    show.show(Output(), Findings([LEAK, FEW]), dlwhy.make("moons"), data="d.joblib", codes=["D101", "P102"])

    assert capsys.readouterr().out.splitlines() == [
        "error",
        "  D101  a copy",
        "note",
        "  P102  few rows",
        "d.joblib: 1 error, 1 note; more on each: dlwhy check --explain D101",
    ]


def test_nothing_found_is_a_line_and_json_has_the_counts(capsys) -> None:
    show.show(Output(), Findings(), dlwhy.make("moons"), data="d", codes=["D101"])
    assert capsys.readouterr().out == "d: nothing found by 1 checks\n"

    show.show(Output(as_json=True), Findings([LEAK]), dlwhy.make("moons"), data="d", codes=["D101"])
    told = json.loads(capsys.readouterr().out)
    assert told["counts"] == {"error": 1, "warning": 0, "note": 0}
    assert told["findings"][0]["columns"] == ["a"]


@pytest.mark.parametrize(("wanted", "failing"), [("error", True), ("warning", True), ("P1", False), ("D101,P1", True)])
def test_a_gate_is_a_severity_or_worse_or_a_code(wanted, failing) -> None:
    if not failing:
        show.gate(Findings([LEAK]), [wanted], data="d")
        return
    with pytest.raises(GateError, match=r"D101$"):
        show.gate(Findings([LEAK]), [wanted], data="d")


def test_a_gate_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="--fail-on X9: no such check"):
        show.read_gate(["X9"])
