"""What a study leaves for spreadsheets and notebooks: all rows as `runs.jsonl`, a line an arm as `summary.csv`."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from dlwhy import __version__
from dlwhy.studies.bench import records
from dlwhy.studies.bench.folder import RUNS, SUMMARY
from dlwhy.studies.plan.study import CENSUS, LOST, Results, Study
from dlwhy.text import json_text, protected

_MOST_REASONS = 3
_ABOUT = ("study", "arm", "dataset", "role", "metric")
_ESTIMATES = ("mean", "sd", "ci_low", "ci_high", "n_seeds", "train_mean")
_NETWORK = ("n_train", "parameters", "learning_rate")
_SUMMARY = (*_ABOUT, *_ESTIMATES, *_NETWORK, "failures", "reasons", "version")


def contents(study: Study, results: Results, arms: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """Return both tables by name: no times in the summary, so that its bytes repeat.

    Parameters
    ----------
    study, results
        The design, and the rows by key of the arm.
    arms
        Those of `analysis.report`.

    """
    return {RUNS: _runs(study, results), SUMMARY: _summary(study, results, arms)}


def _runs(study: Study, results: Results) -> bytes:
    rows = [records.row_of(study.name, study.every[key], run) for key, found in results.items() for run in found.runs]
    return "".join(json_text(row, indent=None) for row in rows).encode()


def _summary(study: Study, results: Results, arms: Sequence[Mapping[str, Any]]) -> bytes:
    text = io.StringIO()
    table = csv.DictWriter(text, _SUMMARY, lineterminator="\n", extrasaction="ignore")
    table.writeheader()
    for arm in arms:
        lost = sum(arm["census"][kind] for kind in CENSUS if kind in LOST)
        found = results[f"{arm['task']}: {arm['arm']}"].runs
        reasons = dict.fromkeys(run.reason for run in found if run.status in LOST and run.reason)
        row = {
            **arm,
            "study": study.name,
            "dataset": arm["task"],
            "failures": lost,
            "reasons": "; ".join(list(reasons)[:_MOST_REASONS]),
            "version": __version__,
        }
        table.writerow({name: _cell(row.get(name)) for name in _SUMMARY})
    return text.getvalue().encode(errors="backslashreplace")


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return f"{value:.6g}"
    return protected(value) if isinstance(value, str) else value
