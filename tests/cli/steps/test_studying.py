"""What the arguments of `study` become."""

from pathlib import Path

import pytest

from dlwhy.studies.request import Request


@pytest.mark.parametrize(
    ("arguments", "asked_for", "named"),
    [
        ("depth", {}, {}),
        (
            "depth --budget quick --seeds 3 --seed 4 --epochs 5 --only linear --only rings-2 --smallest-effect 0.1",
            {
                "budget": "quick",
                "n_seeds": 3,
                "base_seed": 4,
                "epochs": 5,
                "only": ("linear", "rings-2"),
                "smallest_effect": 0.1,
            },
            {},
        ),
        ("depth --alpha 0.1 --jobs 2 --retry-failed", {"alpha": 0.1}, {"jobs": 2, "retry_failed": True}),
        ("data --cluster tcp://h:1 --dir out", {"claim": "data"}, {"cluster": "tcp://h:1"}),
    ],
)
def test_a_study_is_asked_for(call, arguments, asked_for, named):
    stopped = call("dlwhy.studies.conduct.run", "study", *arguments.split())

    request, folder = stopped.given
    wanted = Request(**{"claim": "depth", **asked_for})
    assert request == wanted
    assert folder == Path("out" if "--dir" in arguments else "study") / request.claim
    given = {name: stopped.named[name] for name in ("jobs", "cluster", "retry_failed")}
    assert given == {"jobs": 1, "cluster": None, "retry_failed": False, **named}
