"""The linear model that is added to a network's output: fitted on its training rows, its strength chosen on others."""

import dataclasses
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import FloatArray, Task
from dlwhy.errors import UsageError
from dlwhy.models.front import Front
from dlwhy.models.simple.linear_cv import ALPHAS, CS
from dlwhy.training.surroundings import one_thread

# the logit of a class that is not among the training rows: rare, and not impossible
_ABSENT = -12.0
# from so many coefficients on the Hessian takes longer than more steps without it
_MOST_FOR_NEWTON = 400
_ITERATIONS = 200


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """What a path is fitted on, and what chooses its strength.

    Parameters
    ----------
    X, X_val
        Features as they enter the network, (n, n_features) and (n_val, n_features).
    y, y_val
        Class indices, or standardized targets, (n,) and (n_val,).
    weights
        Weights of the training rows, (n,), or None.

    """

    X: FloatArray
    y: npt.NDArray[Any]
    X_val: FloatArray
    y_val: npt.NDArray[Any]
    weights: FloatArray | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Path:
    """A linear model.

    Parameters
    ----------
    kernel, bias
        (n_features, n_outputs) and (n_outputs,) float32.
    strength
        The C of logistic or the alpha of ridge regression that it was fitted with.
    loss
        Its mean loss on the validation rows.

    """

    kernel: FloatArray
    bias: FloatArray
    strength: float
    loss: float


def check(*, held_out: bool) -> None:
    """Refuse a path where no rows are held out that could choose its strength.

    Raises
    ------
    UsageError
        With what holds some out.

    """
    if not held_out:
        raise UsageError(
            "--linear-path needs held-out rows that choose its strength", "add --keep-best or --validation-split"
        )


def scaled(
    parts: tuple[FloatArray, npt.NDArray[Any], FloatArray, npt.NDArray[Any]],
    front: Front | None,
    target_scale: tuple[float, float] | None,
    weights: npt.NDArray[Any] | None,
) -> Rows:
    """Put together what a path is fitted on: features as they enter the network, without bins, and scaled targets.

    Parameters
    ----------
    parts
        Raw X, y to fit on and X, y to choose the strength by.
    front, target_scale
        What stands in front of the network; mean and deviation of its targets.
    weights
        As in `Rows`.

    """
    X, y, X_val, y_val = parts
    center, spread = target_scale or (0.0, 1.0)
    fitted, choosing = (each if front is None else front.scaled(each) for each in (X, X_val))
    return Rows(X=fitted, y=(y - center) / spread, X_val=choosing, y_val=(y_val - center) / spread, weights=weights)


def fit_all(members: Sequence[Rows], task: Task, n_classes: int = 0) -> list[Path]:
    """Fit a path for each member of an ensemble, all with the strength that has the least validation loss over all.

    Parameters
    ----------
    members
        What each is fitted on.
    task, n_classes
        Ridge regression for ``regression``, else (multinomial) logistic regression.

    """
    strengths = ALPHAS if task == "regression" else CS
    with one_thread():
        fits: Mapping[float, list[Path]] = {
            strength: [_fitted(rows, task, n_classes, strength) for rows in members] for strength in strengths
        }
    return min(fits.values(), key=lambda paths: sum(path.loss for path in paths))


def _fitted(rows: Rows, task: Task, n_classes: int, strength: float) -> Path:
    solve: Callable[..., tuple[Any, Any]] = _ridge if task == "regression" else _logistic
    kernel, bias = solve(rows, n_classes, strength)
    if task == "binary":
        kernel, bias = kernel[:, 1:] - kernel[:, :1], bias[1:] - bias[:1]
    loss = _loss(rows.X_val @ kernel + bias, rows.y_val, task)
    return Path(kernel=kernel.astype(np.float32), bias=bias.astype(np.float32), strength=strength, loss=loss)


def _ridge(rows: Rows, n_classes: int, alpha: float) -> tuple[Any, Any]:  # noqa: ARG001  # as `_logistic`
    from sklearn.linear_model import Ridge

    model = Ridge(alpha=alpha, solver="cholesky").fit(rows.X.astype(np.float64), rows.y, sample_weight=rows.weights)
    return model.coef_[:, None], np.array([model.intercept_])


def _logistic(rows: Rows, n_classes: int, C: float) -> tuple[Any, Any]:  # scikit-learn's name
    """Return a column a class, and its bias; the columns of classes without rows stay 0."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    d = rows.X.shape[1]
    kernel, bias = np.zeros((d, n_classes)), np.full(n_classes, _ABSENT)
    solver = "newton-cholesky" if d * n_classes <= _MOST_FOR_NEWTON else "lbfgs"
    with warnings.catch_warnings():
        # a strength that does not get there has its loss against it
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=C, solver=solver, max_iter=_ITERATIONS)
        model.fit(rows.X.astype(np.float64), rows.y.astype(np.int64), sample_weight=rows.weights)
    coefficients, intercepts = model.coef_, model.intercept_
    if len(coefficients) == 1:  # two classes share one column: half of it each
        coefficients, intercepts = (np.concatenate([-values, values]) / 2 for values in (coefficients, intercepts))
    kernel[:, model.classes_], bias[model.classes_] = coefficients.T, intercepts
    return kernel, bias


def _loss(outputs: Any, y: Any, task: Task) -> float:
    """Return the mean loss of outputs before their activation, (n, n_outputs)."""
    if task == "regression":
        return float(np.square(outputs[:, 0] - y).mean())
    if task == "binary":
        outputs = np.concatenate([np.zeros_like(outputs), outputs], axis=1)
    from scipy.special import logsumexp

    chosen = outputs[np.arange(len(y)), np.asarray(y, np.int64)]
    return float((logsumexp(outputs, axis=1) - chosen).mean())
