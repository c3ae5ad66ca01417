"""scikit-learn's MLPClassifier: the same Adam and batches, no penalty, no early stopping."""

import numpy as np

from tests.benchmarks.arrays import Arrays
from tests.benchmarks.jobs import Job
from tests.benchmarks.peers import Tick


def prepare(_: Job) -> None:
    import sklearn.neural_network  # noqa: F401


def train(job: Job, arrays: Arrays, epochs: int, tick: Tick) -> float:
    from sklearn.neural_network import MLPClassifier

    net = MLPClassifier(job.layers, learning_rate_init=0.01, batch_size=job.batch, alpha=0, random_state=42)
    rows = np.arange(len(arrays.y_test))
    accuracy = 0.0
    for epoch in range(epochs):
        # one epoch: `fit` does the same work, but can't validate on data that it is given
        net.partial_fit(arrays.X_train, arrays.y_train, classes=range(job.classes))
        probabilities = net.predict_proba(arrays.X_test)
        -np.log(probabilities[rows, arrays.y_test] + 1e-7).mean()
        accuracy = float((probabilities.argmax(1) == arrays.y_test).mean())
        tick(epoch + 1)
    return accuracy
