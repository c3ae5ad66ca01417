"""The registry of toy and bundled data sets: what each is, what it is for and which options it takes."""

import dataclasses
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from dlwhy.data.dataset import Task
from dlwhy.data.toys import shapes


@dataclasses.dataclass(frozen=True, kw_only=True)
class Generator:
    """One data set of the registry."""

    name: str  # what it is called on the command line
    purpose: str  # a line on what it is for
    # samples, features, classes: its size; for a toy with the default settings. No classes mean regression.
    samples: int = 1000
    features: int = 2
    classes: int = 2
    noise: float = 0.0  # the default standard deviation of a toy's noise
    takes: tuple[str, ...] = ()  # which of the options ``samples``, ``noise``, ``classes`` and ``features`` it takes
    least_features: int = 1  # the fewest features that it can have
    # gives features and target of a toy; None for a data set that scikit-learn bundles
    draw: Callable[[shapes.Drawing], shapes.Arrays] | None = None

    @property
    def task(self) -> Task:
        """What is to be learnt, with the default settings."""
        return "regression" if self.classes == 0 else "binary" if self.classes == 2 else "multiclass"

    @property
    def size(self) -> str:
        """Rows, features and classes, as text."""
        return f"{self.samples} x {self.features}" + (f", {self.classes} classes" if self.classes else "")


def _toy(draw: Callable[[shapes.Drawing], shapes.Arrays], purpose: str, *takes: str, **settings: Any) -> Generator:
    own = ("samples", "noise") if "noise" in settings else ("samples",)
    name = draw.__name__.replace("_", "-")
    return Generator(name=name, purpose=purpose, takes=(*own, *takes), draw=draw, **settings)


_GENERATORS = (
    _toy(shapes.moons, "the demonstration: a curved boundary, easy for a small net", noise=0.1),
    _toy(shapes.circles, "no line separates the classes, a distance does", noise=0.1),
    _toy(shapes.xor, "the smallest problem that needs a hidden layer", noise=0.1),
    _toy(shapes.spirals, "a boundary so curved that depth shows", noise=0.1),
    _toy(shapes.checkerboard, "many separate regions for each class", noise=0.05),
    _toy(shapes.rings, "nested classes, as many as wanted", "classes", noise=0.1, classes=3),
    _toy(shapes.bullseye, "a target of two colours: three layers learn what one does not", noise=0.0),
    _toy(shapes.blobs, "round clouds: a linear model is enough", "classes", "features", noise=1.0, classes=3),
    _toy(
        shapes.gaussian_quantiles, "shells of one cloud, in any number of dimensions", "classes", "features", classes=3
    ),
    _toy(
        shapes.hypercube,
        "few useful features among many useless ones",
        "classes",
        "features",
        features=20,
        least_features=2,
    ),
    _toy(
        shapes.parity, "every feature counts, none of them alone", "features", noise=0.1, features=8, least_features=2
    ),
    _toy(shapes.sine, "regression: one smooth curve", noise=0.1, features=1, classes=0),
    _toy(shapes.plane, "regression: linear, so a net can gain nothing", "features", noise=0.1, classes=0),
    _toy(
        shapes.friedman1,
        "regression: curved, with useless features",
        "features",
        noise=1.0,
        features=10,
        classes=0,
        least_features=5,
    ),
    Generator(name="digits", purpose="real: handwritten digits of 8 x 8 pixels", samples=1797, features=64, classes=10),
    Generator(name="breast-cancer", purpose="real: benign or malignant tumours", samples=569, features=30),
    Generator(name="wine", purpose="real: three growers, unlike scales", samples=178, features=13, classes=3),
    Generator(name="iris", purpose="real: three flowers, too few for a net to pay", samples=150, features=4, classes=3),
    Generator(name="diabetes", purpose="real: regression with much noise", samples=442, features=10, classes=0),
)

REGISTRY: MappingProxyType[str, Generator] = MappingProxyType({each.name: each for each in _GENERATORS})
