"""Who is timed: one file each, with `prepare(job)`, not timed, and `train(job, arrays, epochs, tick)`, timed."""

import dataclasses
import importlib.util
from collections.abc import Callable

# told how many epochs are done; a peer that runs several in one call tells after the call
Tick = Callable[[int], None]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Peer:
    """Someone who can train.

    Parameters
    ----------
    module
        Its file in this folder.
    needs
        Modules without which it is left out.
    cold
        Whether each of its processes starts with an empty cache of compiled programs.

    """

    module: str
    needs: tuple[str, ...]
    cold: bool = False

    def missing(self) -> str | None:
        """Name the first module that is not installed, if any."""
        return next((name for name in self.needs if not _is_there(name)), None)


PEERS = {
    "dlwhy": Peer(module="dlwhy_fit", needs=("dlwhy", "tensorflow")),
    "dlwhy cold": Peer(module="dlwhy_fit", needs=("dlwhy", "tensorflow"), cold=True),
    "dlwhy replicas": Peer(module="dlwhy_replicas", needs=("dlwhy.training.stack.fit", "tensorflow")),
    "yardstick": Peer(module="yardstick", needs=("keras", "tensorflow")),
    "keras fit": Peer(module="keras_fit", needs=("keras", "tensorflow")),
    "keras best": Peer(module="keras_best", needs=("keras", "tensorflow")),
    "scikit-learn": Peer(module="sklearn_mlp", needs=("sklearn",)),
    "torch": Peer(module="torch_loop", needs=("torch",)),
    "jax": Peer(module="jax_scan", needs=("jax",)),
    "jax vmap": Peer(module="jax_vmap", needs=("jax",)),
}


def _is_there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
