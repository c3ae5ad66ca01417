"""Predictions to metrics with intervals: `from dlwhy.evaluation import difference, evaluate, evaluate_model`."""

from dlwhy.evaluation.comparison import difference
from dlwhy.evaluation.evaluate import evaluate, evaluate_model

__all__ = ["difference", "evaluate", "evaluate_model"]
