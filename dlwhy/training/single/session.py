"""What a training needs before its first epoch: the split, the network, the engine; and what it leaves behind."""

import dataclasses
import itertools
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.errors import DlwhyWarning, InputRefusedError, UsageError
from dlwhy.models import front, scaling
from dlwhy.models import network as networks
from dlwhy.models.details import Details
from dlwhy.models.front import Front
from dlwhy.models.keras_file import rebuilding
from dlwhy.models.keras_file.parts import LINEAR, count_members
from dlwhy.models.network import NetworkSpec
from dlwhy.models.trained import Trained
from dlwhy.training import accelerator, choosing, details, snapshots
from dlwhy.training.accelerator import Accelerator
from dlwhy.training.choosing import Engine, TrainingData
from dlwhy.training.data import linear_path, preparing
from dlwhy.training.data.ranges import warn_of_small_spreads
from dlwhy.training.optimizers import make_optimizer
from dlwhy.training.options import TrainingOptions
from dlwhy.training.snapshots import Keeping
from dlwhy.training.taking_layers import Start, Taken, take_layers

_Parts = tuple[FloatArray, npt.NDArray[Any], FloatArray, npt.NDArray[Any]]
# so few rows have no statistics: a last batch of 4 cost a network of 20 layers a third of its accuracy
_FEW_ROWS = 8


@dataclasses.dataclass(kw_only=True)
class Session:
    """A training in hand.

    Parameters
    ----------
    model
        The whole Keras model; the engine trains its part behind the normalization.
    data
        What the engine sees: normalized features, standardized targets.
    target_scale
        Standard deviation of a regression's targets in their own units; losses and metrics are given in those.
    history
        One value an epoch for each column.
    keeping
        The snapshots that are taken; None for none.

    """

    dataset: Dataset
    network: NetworkSpec
    options: TrainingOptions
    accelerator: Accelerator
    model: Any
    data: TrainingData
    engine: Engine
    engine_name: str
    target_scale: float
    taken: Taken | None
    history: dict[str, list[float]]
    keeping: Keeping | None = None

    @property
    def epoch(self) -> int:
        """Epochs done."""
        return len(self.history["loss"])

    def record(self, rows: npt.NDArray[np.float32]) -> None:
        """Add the rows of a call, (k, 4), to the history."""
        power = {"loss": 2, "val_loss": 2, "mae": 1, "val_mae": 1}
        for name, column in zip(choosing.columns(self.data.task), rows.T, strict=True):
            if name in self.history:
                factor = self.target_scale ** power[name] if self.data.task == "regression" else 1.0
                self.history[name].extend(float(value) * factor for value in column)

    def snap(self) -> None:
        """Keep the weights of now, if snapshots are taken and this one is not there."""
        if self.keeping is not None and self.epoch not in self.keeping.taken:
            self.engine.put_weights()
            self.keeping.take(self.epoch)

    def looked_at(self) -> Trained:
        """Give the network as it is now, to be looked at: it predicts, and has its history, but nothing to go on by."""
        self.engine.put_weights()
        about = Details(
            task=self.dataset.task,
            columns=self.dataset.columns,
            class_names=self.dataset.class_names,
            target_name=self.dataset.target_name,
        )
        history = {name: list(values) for name, values in self.history.items()}
        return Trained(network=rebuilding.taken_apart(self.model), history=history, details=about)

    def trained(self) -> Trained:
        """Give the state of training as a model with its history and details."""
        optimizer = self.engine.finish()
        model = self.model if self.options.precision == "float32" else _in_float32(self)
        origin = details.Origin(
            dataset=self.dataset,
            network=self.network,
            options=self.options,
            engine=self.engine_name,
            threads=self.accelerator.threads,
            taken=self.taken,
        )
        trained = details.finished(model, optimizer, self.history, origin)
        return dataclasses.replace(trained, snapshots=self.keeping.so_far()) if self.keeping else trained


def new(
    dataset: Dataset,
    network: NetworkSpec,
    options: TrainingOptions,
    *,
    start: Start | None,
    device: str,
    threads: int | None,
    memory: int,
) -> Session:
    """Set up a training from the start; see `fit.fit`."""
    options = options.fitting(len(dataset.X_train))
    size = _size(dataset, network, options)
    started = accelerator.start(
        device, threads or choosing.choose_threads(**size), brief=choosing.compiles_briefly(**size)
    )
    parts = _held_out(dataset, options)
    _warn_of_a_small_rest(len(parts[0]), network, options)
    standing = preparing.fitted_front(parts[0], network, options, binned=preparing.binned(dataset.X_train, network))
    warn_of_small_spreads(dataset, standing)
    if start is not None:
        (base,) = start.bases
        standing = front.of_model(base.model)
    target = preparing.target_scale(parts[1], options) if dataset.task == "regression" else None
    model = _build(dataset, network, options, front=standing, target_scale=target)
    if network.linear_path:
        _put_path(model, standing, parts, target=target, dataset=dataset, options=options)
    taken = None
    if start is not None:
        same = base.details.class_names == dataset.class_names and base.details.task == dataset.task
        taken = take_layers(model, base.model, same_classes=same, freeze=start.freeze)
    return _session(dataset, network, options, started=started, model=model, parts=parts, taken=taken, memory=memory)


def resumed(
    trained: Trained, dataset: Dataset, *, epochs: int, device: str, threads: int | None, memory: int
) -> Session:
    """Set up the continuation of a training; see `fit.resume`."""
    network, options, taken = _plan(trained, dataset, epochs)
    options = options.fitting(len(dataset.X_train))
    brief = choosing.compiles_briefly(**_size(dataset, network, options))
    started = accelerator.start(device, threads or trained.details.threads, brief=brief)
    parts = _held_out(dataset, options)
    model = _build(dataset, network, options, **_scales_of(trained.model))
    for mine, saved in zip(model.variables, trained.model.variables, strict=True):
        mine.assign(saved.value)
    for name in taken.frozen if taken else ():
        model.get_layer(name).trainable = False
    session = _session(dataset, network, options, started=started, model=model, parts=parts, taken=taken, memory=memory)
    session.history.update({name: list(values) for name, values in trained.history.items()})
    optimizer = make_optimizer(options, steps_an_epoch=preparing.steps_an_epoch(len(parts[0]), options.batch_size))
    optimizer.build(model.trainable_variables)
    for variable, value in zip(optimizer.variables, trained.optimizer or (), strict=True):
        variable.assign(value)
    session.engine.resume(optimizer)
    if trained.snapshots is not None:
        session.keeping = snapshots.go_on(model, trained.snapshots, options.epochs)
    return session


def _build(dataset: Dataset, network: NetworkSpec, options: TrainingOptions, **scales: Any) -> Any:
    return networks.build(
        network,
        n_features=dataset.n_features,
        task=dataset.task,
        n_classes=dataset.n_classes,
        seed=options.seed,
        precision=options.precision,
        **scales,
    )


def _put_path(
    model: Any,
    standing: Front | None,
    parts: _Parts,
    *,
    target: tuple[float, float] | None,
    dataset: Dataset,
    options: TrainingOptions,
) -> None:
    """Fit the linear path, and put it into the model; bins are no part of it."""
    linear_path.check(held_out=bool(options.held_out))
    weights = preparing.class_weights(parts[1]) if options.class_weight == "balanced" and target is None else None
    rows = linear_path.scaled(parts, standing, target, weights)
    (path,) = linear_path.fit_all([rows], dataset.task, dataset.n_classes)
    layer = model.get_layer(LINEAR)
    kernel = np.zeros(layer.kernel.shape, np.float32)
    kernel[: len(path.kernel)] = path.kernel
    layer.set_weights([kernel, path.bias])


def _scales_of(model: Any) -> dict[str, Any]:
    return {"front": front.of_model(model), "target_scale": scaling.target_scale(model)}


def _plan(trained: Trained, dataset: Dataset, epochs: int) -> tuple[NetworkSpec, TrainingOptions, Taken | None]:
    """Check that a training can go on, and give what it was planned with."""
    about, done = trained.details, len(trained.history.get("loss", ()))
    if not (about.network and about.training and trained.optimizer):
        raise InputRefusedError(f"--resume: {_without_state(trained)}", "train it anew with more --epochs")
    if about.inputs:
        raise InputRefusedError(
            "--resume: the model takes hand-made inputs (--inputs)", "train it anew with more --epochs"
        )
    if (about.dataset or {}).get("fingerprint") != dataset.fingerprint:
        raise InputRefusedError(
            "--resume: the model was trained on other data", "name the same data set, or use --init-from"
        )
    planned = TrainingOptions.from_json(about.training["options"])
    if planned.patience:
        raise UsageError(
            "--resume: a training with --patience ends with its best weights, not its last", "use --init-from"
        )
    if epochs <= done:
        raise UsageError(f"--epochs must be above the {done} that the model has (got {epochs})")
    if planned.schedule != "constant" and epochs != planned.epochs:
        raise UsageError(
            f"--resume: the {planned.schedule} schedule was planned for {planned.epochs} epochs (got {epochs})"
        )
    options, taken = dataclasses.replace(planned, epochs=epochs), about.training.get("taken")
    layers = {what: tuple(names) for what, names in (taken or {}).items()}
    return NetworkSpec.from_json(about.network), options, Taken(**layers) if taken else None


def _without_state(trained: Trained) -> str:
    """Say why a model does not hold the state of a training."""
    training: Mapping[str, Any] = trained.details.training or {}
    if count_members(trained.plain().plan) > 1:
        return "the model is an ensemble, which does not hold the state of its trainings"
    if (training.get("options") or {}).get("keep_best"):
        return "the model has its best moment (--keep-best), and does not hold the state of a training"
    return "the model does not hold the state of a training by dlwhy train"


def _held_out(dataset: Dataset, options: TrainingOptions) -> _Parts:
    """Give X, y to train on and X, y to draw the validation curve on."""
    X, y = dataset.X_train, dataset.y_train
    if not options.held_out:
        return X, y, dataset.X_test, dataset.y_test
    rows = np.arange(len(X), dtype=np.int32)
    rest, held = preparing.held_out(
        rows, y, dataset.task, share=options.held_out, seed=options.seed, split=dataset.split
    )
    return X[rest], y[rest], X[held], y[held]


def _session(
    dataset: Dataset,
    network: NetworkSpec,
    options: TrainingOptions,
    *,
    started: Accelerator,
    model: Any,
    parts: _Parts,
    taken: Taken | None,
    memory: int,
) -> Session:
    X, y, X_val, y_val = parts
    center, spread = scaling.target_scale(model) or (0.0, 1.0)
    regression = dataset.task == "regression"
    data = TrainingData(
        X=scaling.normalized(model, X),
        y=((y - center) / spread).astype(np.float32) if regression else y,
        X_val=scaling.normalized(model, X_val),
        y_val=((y_val - center) / spread).astype(np.float32) if regression else y_val,
        weights=preparing.class_weights(y) if options.class_weight == "balanced" and not regression else None,
        task=dataset.task,
        smoothing=options.label_smoothing,
    )
    columns = choosing.columns(dataset.task)[: 4 if len(X_val) else 2]
    steps = preparing.steps_an_epoch(len(X), options.batch_size)
    size = {"batch_size": options.batch_size, "multiply_adds": networks.multiply_adds(model)}
    name = choosing.choose(options.engine, steps=steps * options.epochs, **size)
    return Session(
        dataset=dataset,
        network=network,
        options=options,
        accelerator=started,
        model=model,
        data=data,
        engine=_make_engine(name, model, data, options, memory=memory),
        engine_name=name,
        target_scale=float(spread),
        taken=taken,
        history={column: [] for column in columns},
    )


def _make_engine(
    name: choosing.EngineName, model: Any, data: TrainingData, options: TrainingOptions, *, memory: int
) -> Engine:
    def optimizer() -> Any:
        return make_optimizer(options, steps_an_epoch=preparing.steps_an_epoch(len(data.X), options.batch_size))

    core = scaling.core(model)
    size = {"batch_size": options.batch_size, "multiply_adds": networks.multiply_adds(model)}
    how: dict[str, Any] = {"batch_size": options.batch_size, "patience": options.patience if len(data.X_val) else None}
    if name == "keras":
        from dlwhy.training.single.reference import KerasEngine

        return KerasEngine(core, optimizer, data, **how)
    how["compiled"] = name == "xla"
    if choosing.streams(data, **size, memory=memory):
        from dlwhy.training.single.streaming import StreamingEngine

        steps = choosing.steps_a_slice(data, **size, memory=memory)
        return StreamingEngine(core, optimizer, data, **how, steps_a_slice=steps)
    from dlwhy.training.single.compiled import CompiledEngine

    return CompiledEngine(core, optimizer, data, **how, calls=choosing.epochs_a_call(len(data.X), **size))


def _size(dataset: Dataset, network: NetworkSpec, options: TrainingOptions) -> dict[str, int]:
    widths = (dataset.n_features, *network.layers, max(1, dataset.n_classes))
    return {"multiply_adds": sum(a * b for a, b in itertools.pairwise(widths)), "batch_size": options.batch_size}


def _warn_of_a_small_rest(n: int, network: NetworkSpec, options: TrainingOptions) -> None:
    rest = n % options.batch_size
    if network.batch_norm and 0 < rest < min(_FEW_ROWS, options.batch_size, n):
        warnings.warn(
            f"each epoch ends in a batch of {rest} rows, too few for batch normalization: choose another --batch-size",
            DlwhyWarning,
            stacklevel=2,
        )


def _in_float32(session: Session) -> Any:
    """Give the model with the same weights and all its arithmetic in float32."""
    options = dataclasses.replace(session.options, precision="float32")
    twin = _build(session.dataset, session.network, options, **_scales_of(session.model))
    for mine, trained in zip(twin.variables, session.model.variables, strict=True):
        mine.assign(trained.value)
    return twin
