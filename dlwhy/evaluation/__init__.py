"""Predictions to metrics with intervals: `from dlwhy.evaluation import evaluate, evaluate_model`."""

from dlwhy.evaluation.calibration import (
    Reliability,
    equal_counts,
    events,
    predicted_classes,
    reliability,
    wilson_interval,
)
from dlwhy.evaluation.comparison import Difference, difference
from dlwhy.evaluation.evaluate import Split, evaluate, evaluate_model, rows_of
from dlwhy.evaluation.results import LOWER_IS_BETTER, MAIN_METRIC, METRICS, ClassScore, Evaluation

__all__ = [
    "LOWER_IS_BETTER",
    "MAIN_METRIC",
    "METRICS",
    "ClassScore",
    "Difference",
    "Evaluation",
    "Reliability",
    "Split",
    "difference",
    "equal_counts",
    "evaluate",
    "evaluate_model",
    "events",
    "predicted_classes",
    "reliability",
    "rows_of",
    "wilson_interval",
]
