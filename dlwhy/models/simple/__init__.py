"""Estimators with scikit-learn's interface behind the simple models: those that scikit-learn has not, and rivals."""
