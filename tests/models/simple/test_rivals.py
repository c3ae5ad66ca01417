"""Models of other makers, as if they were installed."""

import sys
import types

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from dlwhy.errors import InputRefusedError, UsageError
from dlwhy.models import baselines
from dlwhy.models.simple import rivals


class Refusing:
    def fit(self, X, y):
        raise RuntimeError("all features are constant")


@pytest.fixture
def installed(monkeypatch):
    """A function that puts a module of a name, whose models take any arguments, in place."""

    def put(name, classifier, regressor, prefix):
        seen = []

        def made(kind):
            return lambda **given: seen.append(given) or kind()

        module = types.ModuleType(name)
        module.__spec__ = types.SimpleNamespace(name=name)
        setattr(module, f"{prefix}Classifier", made(classifier))
        setattr(module, f"{prefix}Regressor", made(regressor))
        monkeypatch.setitem(sys.modules, name, module)
        return seen

    return put


@pytest.fixture(autouse=True)
def _nothing(monkeypatch):
    """Nothing is installed, whatever there is here, unless a test puts it in place."""
    for name in rivals.RIVALS:
        monkeypatch.delitem(sys.modules, name, raising=False)
    find = rivals.importlib.util.find_spec
    hidden = lambda name: find(name) if name in sys.modules else None  # noqa: E731
    monkeypatch.setattr(rivals.importlib.util, "find_spec", hidden)


def test_what_is_not_there_is_refused_with_what_to_install():
    assert rivals.versions() == {}
    assert rivals.missing() == dict.fromkeys(rivals.RIVALS, "not installed")
    assert baselines.installed("binary") == baselines.names("binary")
    with pytest.raises(UsageError, match=r"baseline:catboost: not installed .*dlwhy\[rivals\]"):
        baselines.make("catboost", "binary", seed=1)


@pytest.mark.parametrize(("name", "prefix"), [("catboost", "CatBoost"), ("lightgbm", "LGBM")])
def test_one_that_is_there_is_quiet_and_on_one_thread(installed, name, prefix):
    seen = installed(name, RandomForestClassifier, RandomForestRegressor, prefix)
    X = np.random.default_rng(0).standard_normal((40, 3)).astype(np.float32)
    for task, y in (("binary", (X[:, 0] > 0).astype(np.int32)), ("regression", X[:, 0])):
        model = baselines.fit(baselines.make(name, task, seed=7), X, y)
        assert baselines.predict(model, X, task=task, n_classes=2).shape == (40,)
    assert baselines.installed("binary")[-1] == name
    for given in seen:
        assert 7 in given.values()
        assert given.get("thread_count", given.get("n_jobs")) == 1
        assert given["verbose"] in (False, -1)


def test_weights_that_are_not_on_the_disk_are_not_downloaded(installed, monkeypatch, tmp_path):
    seen = installed("tabpfn", RandomForestClassifier, RandomForestRegressor, "TabPFN")
    monkeypatch.setenv("TABPFN_MODEL_CACHE_DIR", str(tmp_path))
    (tmp_path / "tabpfn-v2-classifier.ckpt").touch()
    assert rivals.missing()["tabpfn"] == "its weights are not on this machine"
    with pytest.raises(UsageError, match="its weights are not"):
        rivals.make("tabpfn", "binary", seed=1)
    (tmp_path / "tabpfn-v2-regressor.ckpt").touch()
    rivals.make("tabpfn", "regression", seed=1)
    assert seen[0]["model_path"] == str(tmp_path / "tabpfn-v2-regressor.ckpt")


def test_what_one_refuses_is_the_inputs_fault(monkeypatch):
    monkeypatch.setattr(Refusing, "__module__", "catboost.core")
    with pytest.raises(InputRefusedError, match="Refusing: all features are constant"):
        baselines.fit(Refusing(), np.zeros((4, 1)), np.zeros(4))
    monkeypatch.setattr(Refusing, "__module__", "sklearn")
    with pytest.raises(RuntimeError):
        baselines.fit(Refusing(), np.zeros((4, 1)), np.zeros(4))
