"""What a training shows at its end, against a file under tests/golden/tables."""

import types

import numpy as np

from dlwhy.cli.show.console import Output
from dlwhy.cli.show.training import Spread, show_replicas
from dlwhy.models.diagnosis.rules import Finding


def test_what_replicas_show(capsys, same_as_golden):
    replicas = types.SimpleNamespace(
        columns=("loss", "accuracy", "val_loss", "val_accuracy"),
        seeds=range(42, 47),
        status=("ok", "ok", "diverged", "stuck", "ok"),
        epochs=np.array([4, 4, 2, 4, 4]),
    )
    last = np.array([[0.25, 0.5, np.nan, 0.5], [0.125, 0.75, 1, 1], [0.7, 0.25, 1, 1], [1e-5, 1, 2, 1]])
    spread = Spread(replicas=replicas, finished=[0, 1, 3, 4], last=last, ranked_by="loss")
    finding = Finding(rule="unfinished", says="the loss still falls: more --epochs, or --learning-rate 0.01")

    show_replicas(Output(), spread, {"model.keras": 43}, {"model.keras": (finding,)})
    shown = capsys.readouterr()
    show_replicas(Output(as_json=True), spread, {"model.keras": 43}, {"model.keras": (finding,)})

    same_as_golden("replicas", f"{shown.out}--- stderr\n{shown.err}--- as JSON\n{capsys.readouterr().out}")
