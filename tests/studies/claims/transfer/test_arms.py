"""Arms of the study of transfer, really run."""

import pytest

from dlwhy.models import network as building
from dlwhy.models.details import Details
from dlwhy.models.keras_file import archive
from dlwhy.models.network import NetworkSpec
from dlwhy.models.trained import Trained
from dlwhy.studies.claims.transfer import arms
from dlwhy.studies.claims.transfer import design as transfer
from dlwhy.studies.plan.study import Seeds
from dlwhy.studies.request import OwnData, Request
from tests.studies import running
from tests.studies.claims.transfer.given import _short


@pytest.mark.slow
def test_few_steps_of_every_kind_of_arm(monkeypatch):
    monkeypatch.setattr(arms, "_SOURCES", {})
    study = transfer.design(Request(claim="transfer", budget="thorough"))
    seeds = Seeds(report=(1, 2, 3), tuning=(4, 5))
    found = {}
    for name in ("scratch", "fine-tuned", "frozen + logistic", "random + logistic", "logistic on inputs"):
        found[name] = running.run(_short(study.arms[f"trunk-shared: {name}, k=5"]), seeds)
    found["carried"] = running.run(_short(study.arms["trunk-shared: 1 carried, frozen, k=5"]), seeds)

    for name, outcome in found.items():
        assert [run.seed for run in outcome.runs] == [1, 2, 3], name
        assert all(0 <= run.metrics["accuracy"] <= 1 for run in outcome.runs), name
        assert all(run.n_train == 10 for run in outcome.runs), name
    assert len(arms._SOURCES) == 1
    assert all("source" in run.extra for run in found["fine-tuned"].runs)
    assert found["carried"].runs[0].parameters < found["scratch"].runs[0].parameters


def test_a_model_of_the_users_is_carried_over_to_data_of_the_users(tmp_path):
    from dlwhy.data.toys.make import make

    dataset = make("moons", samples=200, seed=0)
    network = NetworkSpec(layers=(8, 8))
    model = building.build(network, n_features=2, task="binary", seed=0)
    details = Details(task="binary", columns=dataset.columns, class_names=("a", "b"), network=network.to_json())
    path = tmp_path / "model.keras"
    archive.write(Trained(network=model, history={"loss": [0.5]}, details=details), path)
    request = Request(claim="transfer", budget="quick", own=OwnData.of(dataset), extra={"source": str(path)})
    study = transfer.design(request)
    arm = study.arms[f"{request.own.name}: fine-tuned, k=5"]

    assert arm.recipe.network == network
    assert len(arm.recipe.sha256) == 64
    found = running.run(_short(arm), Seeds(report=(1, 2, 3), tuning=(4, 5)), dataset)
    assert all(0 <= run.metrics["accuracy"] <= 1 for run in found.runs)
    assert found.runs[0].overlap == pytest.approx(1 / 3, abs=0.01)
