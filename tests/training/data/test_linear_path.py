"""The linear path: the model that is fitted, the strength that is chosen, and classes that are not there."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from dlwhy.errors import UsageError
from dlwhy.models.network import NetworkSpec
from dlwhy.training import TrainingOptions, fit
from dlwhy.training.data import linear_path
from dlwhy.training.data.linear_path import Rows
from tests.training.conftest import small


def rows(task: str, n: int = 300, seed: int = 0, noise: float = 1.0) -> Rows:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(2 * n, 4)).astype(np.float32)
    signal = X @ np.array([1.0, -2.0, 0.0, 0.5]) + noise * rng.normal(size=2 * n)
    y = {"binary": signal > 0, "multiclass": np.digitize(signal, [-1, 1]), "regression": signal}[task]
    y = np.asarray(y, np.float32 if task == "regression" else np.int32)
    return Rows(X=X[:n], y=y[:n], X_val=X[n:], y_val=y[n:])


def logistic(data: Rows, C: float) -> LogisticRegression:
    return LogisticRegression(C=C, tol=1e-8, max_iter=1000).fit(data.X, data.y)


def test_binary_is_logistic_regression_on_one_logit() -> None:
    data = rows("binary")
    (path,) = linear_path.fit_all([data], "binary", 2)
    theirs = logistic(data, path.strength)
    np.testing.assert_allclose(path.kernel, theirs.coef_.T, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(path.bias, theirs.intercept_, rtol=1e-3, atol=1e-3)
    p = theirs.predict_proba(data.X_val)[np.arange(300), data.y_val]
    assert path.loss == pytest.approx(-np.log(p).mean(), rel=1e-3)


@pytest.mark.parametrize("solver", ["newton", "lbfgs"])
def test_multiclass_has_a_column_a_class(solver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_path, "_MOST_FOR_NEWTON", 0 if solver == "lbfgs" else 1000)
    data = rows("multiclass")
    (path,) = linear_path.fit_all([data], "multiclass", 3)
    logits = data.X_val @ path.kernel + path.bias
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities, logistic(data, path.strength).predict_proba(data.X_val), atol=2e-3)


def test_regression_is_ridge() -> None:
    data = rows("regression")
    (path,) = linear_path.fit_all([data], "regression")
    theirs = Ridge(alpha=path.strength).fit(data.X, data.y)
    np.testing.assert_allclose(path.kernel[:, 0], theirs.coef_, rtol=1e-3, atol=1e-4)
    assert path.loss == pytest.approx(np.square(theirs.predict(data.X_val) - data.y_val).mean(), rel=1e-3)


def test_one_strength_for_all_is_the_one_with_the_least_loss_over_all() -> None:
    members = [rows("regression", n=12, seed=seed, noise=4.0) for seed in range(4)]
    paths = linear_path.fit_all(members, "regression")
    assert len({path.strength for path in paths}) == 1
    total = sum(path.loss for path in paths)
    for alpha in linear_path.ALPHAS:
        fits = [Ridge(alpha=alpha).fit(each.X, each.y) for each in members]
        other = sum(np.square(m.predict(each.X_val) - each.y_val).mean() for m, each in zip(fits, members, strict=True))
        assert total <= other + 1e-3
    assert paths[0].strength > 1  # so few rows, so much noise


def test_a_class_without_rows_is_rare_and_not_impossible() -> None:
    data = rows("multiclass")
    kept = data.y != 1
    few = Rows(X=data.X[kept], y=data.y[kept], X_val=data.X_val, y_val=data.y_val)
    (path,) = linear_path.fit_all([few], "multiclass", 3)
    assert not path.kernel[:, 1].any()
    assert path.bias[1] == -12
    assert np.isfinite(path.loss)
    logits = few.X @ path.kernel + path.bias
    theirs = logistic(few, path.strength).decision_function(few.X)
    np.testing.assert_allclose(logits[:, 2] - logits[:, 0], theirs, atol=2e-3)


def test_weights_count() -> None:
    data = rows("binary")
    halves = np.repeat([1.0, 0.0], 150)
    weighted = Rows(X=data.X, y=data.y, X_val=data.X_val, y_val=data.y_val, weights=halves)
    first = Rows(X=data.X[:150], y=data.y[:150], X_val=data.X_val, y_val=data.y_val)
    kernels = [linear_path.fit_all([each], "binary", 2)[0].kernel for each in (weighted, first)]
    np.testing.assert_allclose(*kernels, atol=1e-3)


def test_a_path_needs_rows_that_choose_its_strength() -> None:
    with pytest.raises(UsageError, match=r"--linear-path needs held-out rows that choose its strength"):
        fit(small(), NetworkSpec(linear_path=True), TrainingOptions(epochs=1))
