"""Keras as people write it: compile, fit."""

from typing import Any

from tests.benchmarks.arrays import Arrays
from tests.benchmarks.jobs import Job
from tests.benchmarks.peers import Tick


def prepare(_: Job) -> None:
    import keras

    keras.utils.set_random_seed(42)


def train(job: Job, arrays: Arrays, epochs: int, tick: Tick) -> float:
    return train_with(job, arrays, epochs, tick, compiling={}, fitting={})


def train_with(
    job: Job, arrays: Arrays, epochs: int, tick: Tick, *, compiling: dict[str, Any], fitting: dict[str, Any]
) -> float:
    import keras

    hidden = [keras.layers.Dense(units, activation="relu") for units in job.layers]
    output = keras.layers.Dense(job.widths[-1], activation="sigmoid" if job.classes == 2 else "softmax")
    model = keras.Sequential([keras.Input((job.features,)), *hidden, output])
    loss = "binary_crossentropy" if job.classes == 2 else "sparse_categorical_crossentropy"
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss=loss, metrics=["accuracy"], **compiling)
    ticking = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, _: tick(epoch + 1))
    history = model.fit(
        arrays.X_train,
        arrays.y_train,
        epochs=epochs,
        batch_size=job.batch,
        validation_data=(arrays.X_test, arrays.y_test),
        callbacks=[ticking],
        verbose=0,
        **fitting,
    )
    return float(history.history["val_accuracy"][-1])
