"""What becomes of studies that have run: read back, drawn, held to the verdict that was wanted."""

from pathlib import Path

import pytest

from dlwhy.cli.steps import studied
from dlwhy.errors import GateError, InputUnreadableError, UnusableResultError, UsageError
from dlwhy.studies.conduct import Conducted


def conducted(study="depth", verdict="supported", about="controls", own=None, failures=0) -> Conducted:
    headline = {"verdict": f"verdict on {study}: {verdict}"}
    report = {"study": study, "verdict": verdict, "verdict_about": about, "own": own}
    return Conducted(
        folder=Path("study", study), report={**report, "headline": headline, "failures": failures}, fresh=True
    )


def test_a_verdict_that_there_is_not_is_refused() -> None:
    studied.check_wanted(None)
    studied.check_wanted("not supported")
    with pytest.raises(UsageError, match=r"--fail-unless must be .* \(got maybe\)"):
        studied.check_wanted("maybe")


def test_a_gate_holds_or_says_which_verdict_does_not() -> None:
    studied.end([conducted()], "supported")
    with pytest.raises(GateError, match=r"^verdict on data: inconclusive$"):
        studied.end([conducted(), conducted("data", "inconclusive")], "supported")


def test_with_own_data_theirs_are_the_verdicts_that_count() -> None:
    own = conducted("data", "supported", "own", "mine")
    studied.end([conducted("depth", "withheld"), own], "supported")
    with pytest.raises(GateError, match="no verdict on your data in depth"):
        studied.end([conducted("depth", own="mine")], "supported")


@pytest.mark.parametrize(("failures", "words"), [(1, "^1 run failed"), (3, "^3 runs failed")])
def test_lost_runs_end_with_where_they_are_told(failures, words) -> None:
    with pytest.raises(UnusableResultError, match=f"{words} or diverged; study/depth/summary.csv"):
        studied.end([conducted(failures=failures)], None)


def test_a_study_must_be_in_a_folder_that_is_shown(tmp_path) -> None:
    with pytest.raises(InputUnreadableError, match="no study in it"):
        studied.show(studied.Show(folders=[str(tmp_path)]))
