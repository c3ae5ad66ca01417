"""Fuzz what a page carries to be verified by: python tests/fuzz/fuzz_page.py -max_total_time=60."""

import contextlib
import json
import tempfile
from pathlib import Path
from typing import Any

_PAGE = '<p>x</p><script type="application/json" id="dlwhy-proof">{}</script>'


def _carried(claim: str, extra: dict[str, Any]) -> bytes:
    """Give what a page carries of a study with one arm that has run."""
    from dlwhy.report import proof
    from dlwhy.studies import conduct
    from dlwhy.studies.bench import runner
    from dlwhy.studies.plan.study import Outcome, Run
    from dlwhy.studies.request import OwnData, Request

    own = OwnData(name="mine", fingerprint="0" * 64, rows=400, features=7, classes=3)
    study = conduct.design(Request(claim=claim, own=own, n_seeds=2, budget="quick", extra=extra))
    key, arm = next(iter(study.every.items()))
    runs = tuple(Run(seed=seed, metrics={arm.metric: 0.9}) for seed in study.seeds_of(arm))
    stored = conduct.Stored(
        folder=Path(), study=study, prints=runner.keys(study), results={key: Outcome(runs=runs)}, command=""
    )
    return json.dumps(proof.of([stored])).encode()


def seeds() -> list[bytes]:
    return [
        _carried("compare", {"arms": ["layers=4", "baseline:svm", "net:table"], "match": None, "models": {}}),
        _carried("versatility", {"rivals": {}, "missing": {}, "tune": True}),
        _carried("depth", {}),
    ]


def _sealed(content: bytes) -> str:
    """Give a page with the seals that fit, as somebody would who knows of them: what is behind is to be reached."""
    from dlwhy.report import proof

    text = content.decode(errors="replace")
    try:
        value = json.loads(text)
        text = json.dumps(proof.sealed(_PAGE.format(""), value))
    except (ValueError, TypeError, AttributeError, RecursionError):
        pass
    return _PAGE.format(text.replace("<", r"\u003c"))


def check(content: bytes) -> None:
    """Read it as what a page carries; anything but studies from which runs can be drawn, or a refusal, is a fault."""
    from dlwhy.errors import InputRefusedError, UsageError
    from dlwhy.report import proof, verifying

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "page.html")
        path.write_text(_sealed(content))
        with contextlib.suppress(InputRefusedError, UsageError):
            claims = proof.read(path)
            verifying.choose(claims, 3, 1)


if __name__ == "__main__":
    import harness

    harness.fuzz(check, seeds())
