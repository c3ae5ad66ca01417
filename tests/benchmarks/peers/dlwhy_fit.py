"""dlwhy, as its users call it."""

from dlwhy.data.dataset import Dataset
from dlwhy.training import NetworkSpec, TrainingOptions, accelerator, fit
from dlwhy.training import choosing as engine
from dlwhy.training.progress import Hooks
from tests.benchmarks.arrays import Arrays
from tests.benchmarks.jobs import Job
from tests.benchmarks.peers import Tick


def prepare(job: Job) -> None:
    # only the import, with the threads that `fit` would choose
    size = {"multiply_adds": job.multiply_adds, "batch_size": job.batch}
    accelerator.start(threads=engine.choose_threads(**size), brief=engine.compiles_briefly(**size))


def train(job: Job, arrays: Arrays, epochs: int, tick: Tick) -> float:
    trained = fit(
        dataset(job, arrays),
        NetworkSpec(layers=job.layers),
        options(job, epochs),
        hooks=Hooks(on_progress=lambda progress: tick(progress.epoch)),
    )
    return trained.history["val_accuracy"][-1]


def dataset(job: Job, arrays: Arrays) -> Dataset:
    return Dataset(
        X_train=arrays.X_train,
        y_train=arrays.y_train,
        X_test=arrays.X_test,
        y_test=arrays.y_test,
        name=job.name,
        task="binary" if job.classes == 2 else "multiclass",
        class_names=tuple(f"class {i}" for i in range(job.classes)),
    )


def options(job: Job, epochs: int) -> TrainingOptions:
    return TrainingOptions(epochs=epochs, batch_size=job.batch, learning_rate=0.01, normalize="never")
