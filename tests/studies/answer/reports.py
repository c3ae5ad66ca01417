"""Reports of studies on a table, as far as an answer is made of them."""

from typing import Any


def finding(id_: str, effect: float, outcome: str, **changes: Any) -> dict[str, Any]:
    """Return a finding on the user's own table."""
    return {
        "id": id_,
        "role": "own",
        "task": "churn",
        "metric": "accuracy",
        "arm": "",
        "base": "",
        "contrast": id_,
        "effect": effect,
        "ci_low": effect - 0.01,
        "ci_high": effect + 0.01,
        "outcome": outcome,
        "verdict": "inconclusive",
        "seeds_needed": None,
        **changes,
    }


def judge(**changes: Any) -> dict[str, Any]:
    """Return the report of the study that judges."""
    own = {
        "task": "churn",
        "metric": "accuracy",
        "n_rows": 2000,
        "n_train": 1500,
        "n_seeds": 20,
        "nets": {"method": "net:table", "words": "eight nets", "mean": 0.861, "seconds": 3.4},
        "best_simple": {"model": "random-forest", "words": "random forest", "mean": 0.858, "seconds": 0.2},
        "effect": 0.003,
        "ci_low": -0.009,
        "ci_high": 0.015,
        "linear": {"words": "logistic regression", "mean": 0.842, "seconds": 0.01},
        "guessing": None,
        "over_linear": None,
        "over_guessing": None,
        "ablation": {"net:table": {"fewer": 0.08, "ci_low": 0.02, "ci_high": 0.14}},
        "early_sign": {"held_out_loss": 0.3, "linear_loss": 0.31, "seen": False},
        "few_rows": False,
        "not_tried": [{"model": "catboost", "words": "CatBoost", "why": "not installed"}],
        **changes,
    }
    return {
        "study": "versatility",
        "command": "dlwhy study versatility -d churn.joblib",
        "smallest_effect": 0.01,
        "alpha": 0.05,
        "controls_ok": True,
        "reasons": [],
        "cautions": [],
        "predictions": [finding("P2", 0.003, "open", seeds_needed=40)],
        "descriptive": {"own": own},
    }


def data(forecast: float | None = 0.009) -> dict[str, Any]:
    """Return the report of the study of data."""
    curve = {"forecast_next": forecast, "forecast_next_low": 0.001, "forecast_next_high": 0.017, "next_refused": None}
    if forecast is None:
        curve = {"forecast_next": None, "next_refused": "the last doubling brought nothing"}
    return {
        "study": "data",
        "command": "dlwhy study data -d churn.joblib",
        "controls_ok": True,
        "predictions": [finding("P4", 0.03, "helps", ci_low=0.02, ci_high=0.04)],
        "descriptive": {"forecasts": {"churn": curve}},
    }


def algorithms(**changes: Any) -> dict[str, Any]:
    """Return the report of the study of algorithms."""
    return {
        "study": "algorithms",
        "command": "dlwhy study algorithms -d churn.joblib",
        "controls_ok": True,
        "predictions": [finding("P5", 0.02, "helps", arm="dropout", base="none", **changes)],
        "descriptive": {},
    }
