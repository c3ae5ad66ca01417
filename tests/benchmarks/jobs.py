"""The jobs that are timed: what is learnt, by which network, for how long, and by whom."""

import dataclasses
import itertools

EVERYONE = ("dlwhy", "keras fit", "keras best", "scikit-learn", "torch", "jax")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Job:
    """One training, the same for every peer: Adam with rate 0.01, ReLU, validation after each epoch.

    Parameters
    ----------
    rows, test_rows
        Samples to train on and to validate with.
    classes
        2 makes a sigmoid output of one unit, more a softmax.
    batch
        Samples a step; a last, smaller batch is a step too.
    epochs
        Passes over the rows in the training that is scored for accuracy.
    replicas
        Networks to train, from as many seeds.
    peers
        Names out of `peers.PEERS`.

    """

    name: str
    rows: int
    test_rows: int = 300
    features: int = 2
    classes: int = 2
    layers: tuple[int, ...] = (10, 10)
    batch: int = 32
    epochs: int = 100
    replicas: int = 1
    peers: tuple[str, ...] = EVERYONE

    @property
    def widths(self) -> tuple[int, ...]:
        """Units from the input to the output."""
        return (self.features, *self.layers, self.classes if self.classes > 2 else 1)

    @property
    def multiply_adds(self) -> int:
        """Multiply-adds that one sample takes from the input to the output."""
        return sum(a * b for a, b in itertools.pairwise(self.widths))

    @property
    def operations(self) -> float:
        """Floating point operations of an epoch's matrix products: forward, and both gradients but the input's."""
        return 2.0 * (3 * self.multiply_adds - self.widths[0] * self.widths[1]) * self.rows * self.replicas


def _rows(count: int, epochs: int, *, peers: tuple[str, ...]) -> Job:
    return Job(name=f"rows {count:.0e}".replace("e+0", "e"), rows=count, batch=256, epochs=epochs, peers=peers)


def _width(width: int) -> Job:
    return Job(
        name=f"width {width}",
        rows=10_000,
        test_rows=1000,
        features=32,
        classes=10,
        layers=(width, width),
        batch=128,
        epochs=5,
        peers=("dlwhy", "keras best", "scikit-learn", "torch", "jax"),
    )


MAIN = (
    Job(name="demonstration", rows=700, peers=("dlwhy", "dlwhy cold", *EVERYONE[1:])),
    Job(name="digits", rows=1437, test_rows=360, features=64, classes=10, layers=(128, 128), epochs=20),
    Job(
        name="medium",
        rows=20_000,
        test_rows=4000,
        features=64,
        classes=10,
        layers=(256, 256, 256),
        batch=128,
        epochs=5,
    ),
    Job(name="tall", rows=100_000, test_rows=10_000, features=20, layers=(32, 32), batch=256, epochs=5),
)
REPLICAS = tuple(
    Job(name=f"{count} replicas", rows=700, replicas=count, peers=("dlwhy replicas", "jax vmap")) for count in (32, 256)
)
ROWS = (
    _rows(10**3, 50, peers=EVERYONE),
    _rows(10**4, 10, peers=EVERYONE),
    _rows(10**5, 5, peers=EVERYONE),
    _rows(10**6, 3, peers=("dlwhy", "scikit-learn", "torch", "jax")),
    _rows(10**7, 2, peers=("dlwhy", "torch", "jax")),
)
WIDTHS = tuple(_width(width) for width in (8, 32, 128, 512, 1024))
# fewer epochs: what a glance needs, in three minutes; not so few that dlwhy makes all of them in one call
QUICK = (dataclasses.replace(MAIN[0], epochs=30, peers=("dlwhy", "keras fit", "scikit-learn", "torch", "jax")),)
# what the gate holds against the yardstick: every engine, and both layouts of stacks
YARDSTICK = Job(name="yardstick", rows=700, replicas=112, peers=("yardstick",))
GATE = (
    *(dataclasses.replace(job, peers=("dlwhy",)) for job in MAIN),
    Job(name="stack, axis last", rows=700, replicas=256, peers=("dlwhy replicas",)),
    Job(name="stack, axis first", rows=700, layers=(32, 32), replicas=32, peers=("dlwhy replicas",)),
    Job(
        name="20 layers",
        rows=900,
        features=64,
        classes=10,
        layers=(32,) * 20,
        batch=75,
        replicas=16,
        peers=("dlwhy replicas",),
    ),
)
GROUPS = {
    "main": MAIN,
    "replicas": REPLICAS,
    "rows": ROWS,
    "widths": WIDTHS,
    "quick": QUICK,
    "gate": (YARDSTICK, *GATE),
}
