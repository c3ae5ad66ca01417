"""A trained model: a network that predicts, with its history and the facts on where it came from."""

import dataclasses
import functools
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Union

import numpy as np
import numpy.typing as npt

from dlwhy import html
from dlwhy.data.dataset import FloatArray
from dlwhy.data.tables import frames
from dlwhy.data.tables.frames import Frame
from dlwhy.errors import DlwhyWarning, InputRefusedError
from dlwhy.models import forward
from dlwhy.models.details import Details
from dlwhy.models.history import History
from dlwhy.models.keras_file import parts, rebuilding
from dlwhy.models.keras_file.schema import PlainNetwork
from dlwhy.models.snapshots import Snapshots, layers_of, until
from dlwhy.text import display, listed, number

if TYPE_CHECKING:
    import keras  # a name for annotations, nothing is imported


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Trained:
    """A model with what it went through.

    Parameters
    ----------
    network
        The Keras model as training leaves it, or a network as it is read from a file. A compiled model is written with
        the state of its optimizer.
    history
        One value an epoch for each column.
    details
        Where it came from.
    optimizer
        The state of the optimizer as it was read from a file, in Keras' order of `optimizer.variables`; None if the
        file holds none. It does not count in writing.
    snapshots
        The weights at some moments of its training; None if none were kept.

    """

    network: Union["keras.Model", PlainNetwork]
    history: History
    details: Details
    optimizer: tuple[npt.NDArray[Any], ...] | None = None
    snapshots: Snapshots | None = None

    @functools.cached_property
    def model(self) -> "keras.Model":
        """The Keras model; of a network from a file it is made, and TensorFlow imported, when first asked for."""
        return rebuilding.rebuild(self.network) if isinstance(self.network, PlainNetwork) else self.network

    def plain(self) -> PlainNetwork:
        """Return the network as it is now: whoever asked for the Keras model may have trained it since."""
        if isinstance(self.network, PlainNetwork) and "model" not in vars(self):
            return self.network
        return rebuilding.taken_apart(self.model)

    def logits(self, X: FloatArray) -> FloatArray:
        """Compute the outputs before the last activation, in bounded memory and without TensorFlow if we know how.

        Parameters
        ----------
        X
            Features, (n, n_features).

        Returns
        -------
        logits
            The log of the odds of class 1, or the predicted value, (n,); or one a class, (n, n_classes); float32. Of
            several networks whose probabilities are averaged, those of the average.

        Raises
        ------
        InputRefusedError
            If `X` has not as many features as the model.

        """
        network = self.plain()
        n_features = len(self.details.feature_names) if self.details.inputs else network.plan.n_features
        if X.ndim != 2 or X.shape[1] != n_features:
            raise InputRefusedError(f"the model expects {n_features} features, the data have {X.shape[-1]}")
        X = self.details.inputs_of(X)
        if forward.knows(network.plan):
            found = forward.logits(network, X)
        else:
            from dlwhy.models import network as building

            found = building.predict(rebuilding.rebuild(network.without_last_activation()), X)
            found = forward.joined(found, network) if network.averages else found
        return found[:, 0] if found.shape[1:] == (1,) else found

    def predict(self, X: FloatArray | Frame) -> FloatArray:
        """Predict as the Keras model does, in bounded memory and without TensorFlow if we know how.

        Parameters
        ----------
        X
            Features, (n, n_features); or a pandas or polars frame, whose columns are found by the names in
            `details.columns`: text, gaps and all become features as `dlwhy predict` makes them.

        Returns
        -------
        y_prob
            The probability of class 1 or the predicted value, (n,), or the probability of each class, (n, n_classes);
            float32.

        Raises
        ------
        InputRefusedError
            If `X` has not as many features as the model, or the frame lacks a column or holds what can't be understood.

        """
        about = self.details
        rows = frames.features(X, about.filling, about.whole) if frames.is_frame(X) else np.asarray(X, np.float32)
        return forward.predictions(self.logits(rows), self.details.task)

    def at_snapshots(self) -> "dict[int, Trained]":
        """Return the model as it was at each moment that was kept, without TensorFlow; none if none was kept.

        Returns
        -------
        models
            By the number of epochs that were done; 0 is the untrained start. Each predicts by its weights of then, and
            has the history up to then.

        """
        kept = self.snapshots
        if kept is None:
            return {}
        plan = self.plain().plan
        return {
            epoch: Trained(
                network=PlainNetwork(plan=plan, weights=layers_of(row, plan)),
                history=until(self.history, epoch),
                details=self.details,
            )
            for epoch, row in zip(kept.epochs, kept.weights, strict=True)
        }

    @property
    def needs_tensorflow(self) -> bool:
        """Whether predicting takes TensorFlow: it does for layers that compute in bfloat16."""
        return not forward.knows(self.plain().plan)

    def first_network(self, *, model: str = "the model") -> "Trained":
        """Return the first of the networks whose answers are averaged as a model of its own, with a warning.

        An ordinary model is given back as it is.

        Parameters
        ----------
        model
            How to name it in the warning; passed through `files.shown`.

        """
        network = self.plain()
        members = parts.count_members(network.plan)
        if members == 1:
            return self
        warnings.warn(f"{model} averages {members} networks: the first is taken", DlwhyWarning, stacklevel=2)
        return dataclasses.replace(self, network=parts.member(network, 1), optimizer=None, snapshots=None)

    def __repr__(self) -> str:
        rows = dict(self._rows())
        return f"<Trained {', '.join(f'{name} {value}' for name, value in rows.items() if name != 'features')}>"

    def _repr_html_(self) -> str:
        return html.card("Trained network", self._rows())

    def _rows(self) -> Iterator[tuple[str, str]]:
        """Say what it is, without taking the network apart."""
        about = self.details
        yield "for", about.task + (f" ({listed(about.class_names)})" if about.class_names else "")
        if about.network is not None:
            yield "layers", "-".join(map(str, [len(about.input_names), *about.network["layers"], about.n_outputs]))
        yield "features", f"{len(about.feature_names)}: {listed(about.feature_names)}"
        if about.inputs:
            yield "inputs", f"{listed(about.inputs)}, made of the features"
        if about.dataset:
            yield "data", display(about.dataset.get("name"))
        yield "epochs", str(about.epochs(self.history))
        for name, values in self.history.items():
            if values:
                yield display(name), number(values[-1])
