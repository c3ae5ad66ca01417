"""What comes of training many replicas: histories, states, weights; predictions of all; and each as a model."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dlwhy.data.dataset import Dataset, FloatArray
from dlwhy.errors import InputRefusedError
from dlwhy.models import network as networks
from dlwhy.models.front import Front
from dlwhy.models.keras_file.parts import of_member
from dlwhy.models.network import NetworkSpec
from dlwhy.models.stacked import StackedNetwork
from dlwhy.models.trained import Trained
from dlwhy.training import choosing, details
from dlwhy.training.accelerator import Accelerator
from dlwhy.training.data import preparing
from dlwhy.training.data.linear_path import Path
from dlwhy.training.optimizers import make_optimizer
from dlwhy.training.options import TrainingOptions
from dlwhy.training.stack.program import Stack
from dlwhy.training.stack.varying import Factors
from dlwhy.training.taking_layers import Taken

# values of one layer that predictions hold at once
_VALUES = 1 << 22


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class Replicas:
    """R trained replicas of a network.

    Parameters
    ----------
    dataset, network, options
        What they have in common.
    seeds
        Seed of each.
    history
        (R, rounds, 4) loss, metric, validation loss, validation metric; a round is an epoch, or `log_every` steps.
        Not a number where there is nothing: after a replica stopped, or without validation rows. The round in which a
        replica diverged is there as it was.
    status
        ``ok``, ``diverged`` (its weights are those of its last finite round), ``stopped`` (out of patience; its weights
        are the best) or ``interrupted``.
    epochs
        Rounds that count, (R,).
    shape, weights
        What each of the weights is, and its values, (R, …).
    slots
        State of the optimizer, (R, …) each.
    stack
        What trained them.
    fronts, target_scales
        What stands in front of each, and how it scales targets.
    paths
        The linear model that is a part of each; None without.
    factors
        The numbers of each.
    taken
        What was taken from a base.
    accelerator
        What it ran on.
    own
        Which of rows, validation_rows, labels, weights and steps were given: a replica with one of them can't be
        resumed from the data set alone.

    """

    dataset: Dataset
    network: NetworkSpec
    options: TrainingOptions
    seeds: tuple[int, ...]
    history: FloatArray
    status: tuple[str, ...]
    epochs: npt.NDArray[np.int32]
    shape: StackedNetwork
    weights: Sequence[FloatArray]
    slots: Sequence[npt.NDArray[Any]]
    stack: Stack
    fronts: tuple[Front | None, ...]
    target_scales: tuple[tuple[float, float] | None, ...]
    factors: Factors
    taken: Taken | None
    accelerator: Accelerator
    own: tuple[str, ...]
    paths: Sequence[Path] | None = None

    def __len__(self) -> int:
        return len(self.seeds)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the history's columns."""
        return choosing.columns(self.dataset.task)

    def predict(self, X: FloatArray) -> FloatArray:
        """Predict with all replicas, in chunks, so that memory stays bounded.

        Parameters
        ----------
        X
            Features, (n, n_features), or each replica's own, (R, n, n_features).

        Returns
        -------
        y_prob
            (R, n) probabilities of class 1 or values, or (R, n, k) probabilities of classes; float32.

        Raises
        ------
        InputRefusedError
            If `X` has not as many features as the networks.

        """
        if X.ndim not in (2, 3) or X.shape[-1] != self.dataset.n_features or (X.ndim == 3 and len(X) != len(self)):
            raise InputRefusedError(
                f"the models expect {self.dataset.n_features} features, the data have {X.shape[-1]}"
            )
        count = X.shape[-2]
        widest = max(self.shape.widths)
        rows = max(1, min(count, _VALUES // widest))
        block = max(1, _VALUES // (widest * rows))
        y_prob = np.empty((len(self), count, self.shape.n_outputs), np.float32)
        for first in range(0, len(self), block):
            for row in range(0, count, rows):
                part = slice(first, first + block)
                chunk = X[row : row + rows] if X.ndim == 2 else X[part, row : row + rows]
                y_prob[part, row : row + rows] = self._outputs(part, chunk)
        return y_prob if self.dataset.task == "multiclass" else y_prob[:, :, 0]

    def unstack(self, replica: int) -> Trained:
        """Give a replica as an ordinary Keras model with its history and details.

        It can be resumed unless it has data of its own.
        """
        spec, options = self._recipe(replica)
        model = self._model(spec, replica, self.seeds[replica])
        self.shape.put([values[replica] for values in self.weights], model)
        for name in self.taken.frozen if self.taken else ():
            model.get_layer(name).trainable = False
        return self._trained(replica, spec, options, model)

    def ensemble(self) -> Trained:
        """Give all replicas as one Keras model, whose output is the mean of theirs; its history is the mean, too.

        They must share what stands in front of them, and how targets are scaled.
        """
        spec, options = self._recipe(0)
        model = self._model(spec, 0, self.seeds)
        for replica in range(len(self)):
            weights = [values[replica] for values in self.weights]
            self.shape.put(weights, model, of_member("", replica + 1 if len(self) > 1 else None))
        done = int(self.epochs.min())
        means = dict(zip(self.columns, self.history[:, :done].mean(axis=0, dtype=np.float64).T.tolist(), strict=True))
        history = {name: values for name, values in means.items() if np.isfinite(values).all()}
        return details.finished(model, None, history, self._origin(spec, options, range(len(self))))

    def _outputs(self, replicas: slice, X: FloatArray) -> Any:
        """Compute what follows the last activation, (some replicas, rows, outputs)."""
        import tensorflow as tf

        layout = self.shape.layout
        fronts = self.fronts[replicas]
        if X.ndim == 3:
            scaled = np.stack([_behind(front, rows) for front, rows in zip(fronts, X, strict=True)])
        else:
            once = {id(front): _behind(front, X) for front in fronts}
            scaled = np.stack([once[id(front)] for front in fronts])
        weights = [tf.constant(layout.stack(values[replicas])) for values in self.weights]
        logits, _ = self.shape.forward(weights, tf.constant(scaled))
        if self.dataset.task == "regression":
            center, spread = np.array([scale or (0, 1) for scale in self.target_scales[replicas]], np.float32).T
            return logits * spread[:, None, None] + center[:, None, None]
        return tf.sigmoid(logits) if self.dataset.task == "binary" else tf.nn.softmax(logits)

    def _recipe(self, replica: int) -> tuple[NetworkSpec, TrainingOptions]:
        """Give the choices of one replica."""
        given = {name: values for name, values in vars(self.factors).items() if values is not None}
        own: dict[str, Any] = {name: _shortest(values[replica]) for name, values in given.items()}
        options = dataclasses.replace(self.options, seed=self.seeds[replica], learning_rate=own.pop("rates"))
        return dataclasses.replace(self.network, **own), options

    def _trained(self, replica: int, spec: NetworkSpec, options: TrainingOptions, model: Any) -> Trained:
        done = int(self.epochs[replica])
        columns = zip(self.columns, self.history[replica, :done].T, strict=True)
        history = {name: [float(value) for value in column] for name, column in columns}
        shown = {name: values for name, values in history.items() if np.isfinite(values).all()}
        return details.finished(
            model, self._optimizer(replica, options, model), shown, self._origin(spec, options, [replica])
        )

    def _model(self, spec: NetworkSpec, replica: int, seed: int | Sequence[int]) -> Any:
        """Make the Keras model of a replica, or of an ensemble behind its front."""
        return networks.build(
            spec,
            n_features=self.dataset.n_features,
            task=self.dataset.task,
            n_classes=self.dataset.n_classes,
            seed=seed,
            front=self.fronts[replica],
            target_scale=self.target_scales[replica],
        )

    def _origin(self, spec: NetworkSpec, options: TrainingOptions, replicas: Sequence[int]) -> details.Origin:
        return details.Origin(
            dataset=self.dataset,
            network=spec,
            options=options,
            engine="stack",
            threads=self.accelerator.threads,
            taken=self.taken,
            own=self.own,
            members=len(replicas),
            moments=self._moments(replicas) if self.options.keep_best else None,
        )

    def held_out_losses(self) -> npt.NDArray[np.float64]:
        """Return the loss of the weights that each kept on the rows it held out, (R,); of numbers: share of variance.

        Only with `keep_best`.
        """
        return self._best(range(len(self)))[1]

    def linear_losses(self) -> npt.NDArray[np.float64] | None:
        """Return the loss of the linear path of each on the same rows, (R,); None without paths."""
        return None if self.paths is None else np.array(self._first(range(len(self))))

    def _moments(self, replicas: Sequence[int]) -> dict[str, Any]:
        """Say at which moments the best weights of some replicas were kept: 0 is the linear path by itself."""
        moments, losses = self._best(replicas)
        told: dict[str, Any] = {"rounds": self.history.shape[1], "best_moments": moments.tolist()}
        told["held_out_loss"] = float(losses.mean())
        return told if self.paths is None else told | {"linear_loss": float(np.mean(self._first(replicas)))}

    def _best(self, replicas: Sequence[int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Return the moment of the last least held-out loss of some replicas, and that loss."""
        spreads = np.array([(self.target_scales[i] or (0.0, 1.0))[1] for i in replicas])
        losses = self.history[list(replicas), :, 2].astype(np.float64) / spreads[:, None] ** 2
        first = self._first(replicas)
        # the last of the least, from the end; what is not a number is none
        known = np.where(np.isfinite(losses), losses, np.inf)
        best = known.shape[1] - known[:, ::-1].argmin(axis=1)
        return np.where(known.min(axis=1) <= first, best, 0), np.minimum(known.min(axis=1), first)

    def _first(self, replicas: Sequence[int]) -> list[float]:
        """Return the held-out loss of the linear path of some replicas; infinite without."""
        return [np.inf if self.paths is None else self.paths[i].loss for i in replicas]

    def _optimizer(self, replica: int, options: TrainingOptions, model: Any) -> Any:
        steps = preparing.steps_an_epoch(len(self.dataset.X_train), options.batch_size)
        optimizer = make_optimizer(options, steps_an_epoch=steps)
        optimizer.build(model.trainable_variables)
        self.stack.optimizer.copy_to(optimizer, [values[replica] for values in self.slots])
        return optimizer


def _shortest(value: np.float32) -> float:
    """Give the shortest number that is this one in float32: 0.1, not 0.10000000149."""
    return float(str(value))


def _behind(front: Front | None, X: FloatArray) -> FloatArray:
    return X if front is None else front.apply(X)
