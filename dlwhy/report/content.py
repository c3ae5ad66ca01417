"""What a page tells, as plain data: gathered before anything is written, and in no language yet."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias


@dataclasses.dataclass(frozen=True)
class Word:
    """A fixed text, by the key of its message."""

    key: str


@dataclasses.dataclass(frozen=True)
class Said:
    """A sentence of ours in English, which the page's language translates."""

    text: str


@dataclasses.dataclass(frozen=True)
class Amount:
    """A number with the text that it is shown as; a table is sorted by the number."""

    value: float | None
    text: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit of a network as it is drawn: where, its map as an image, and facts for the read-out."""

    id: str
    stage: str
    number: int
    name: str
    x: float
    y: float
    image: str  # a data: address
    dead: bool


# of a table: foreign text, which is only shown, a whole number, or one of the above; None is shown as a dash
Cell: TypeAlias = str | int | Word | Said | Amount | Unit | None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Table:
    """A table: its caption and the names of its columns as keys of messages.

    Parameters
    ----------
    name
        Key of its caption.
    columns
        Keys of the columns' names; one that begins with ">" holds numbers.
    rows
        The cells, row by row.
    left_out
        Rows that there are beside those.

    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    left_out: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture as SVG by language, with what it shows as key of a message, and the numbers behind it."""

    svg: Mapping[str, str]
    name: str
    tables: Sequence[Table] = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class Run:
    """A data set, and what one network has learnt of it."""

    folder: str
    name: str
    task: str
    facts: Sequence[tuple[str, Cell]]  # of the data: keys of messages, and values
    columns: Table
    classes: Table | None
    checks: Sequence[tuple[str, str, str]]  # severity, code, sentence
    n_checks: int
    model: "Model | None" = None
    commands: Sequence[str] = ()
    fingerprint: str = ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Model:
    """A trained network: how good, how made, and what it looks like."""

    headline: tuple[str, Mapping[str, Any]]  # key of a message with values: the metric that matters
    compared: str  # a sentence on the simple models; empty where there are none
    notes: Sequence[str]  # on the numbers, and what the training shows
    metrics: Table
    classes: Table | None
    confusion: Table | None
    confused: Sequence[str]  # names of the classes in the matrix
    baselines: Table | None
    layers: Table
    training: Sequence[tuple[str, Cell]]
    pictures: Sequence[Picture]
    neurons: "Neurons | None"
    loss: "Loss | None"
    versions: Mapping[str, str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Neurons:
    """A network drawn as units and weights."""

    width: float
    height: float
    side: float
    units: Sequence[Unit]
    # from, to, weight, width of the line, its ends
    weights: Sequence[tuple[Unit, Unit, float, float]]
    heads: Sequence[tuple[str, int, int, float]]  # stage, units, units shown, x
    axes: Sequence[str]
    # room for the names at its sides
    left: float
    right: float


@dataclasses.dataclass(frozen=True, kw_only=True)
class Loss:
    """The course of a training, as lines in a picture and as numbers.

    Parameters
    ----------
    unit
        ``epoch`` or ``moment``.
    train, held_out
        Values, one an epoch.
    epochs
        Number of epochs that were trained; of moments there may be fewer values.
    paths
        The lines as SVG paths, with the keys of their names.
    ticks_x, ticks_y
        Places and texts along the axes.
    width, height, left, right, top, bottom
        The picture, and the frame of its lines in it.
    scrub
        The boundary at moments of the training, for a canvas; None if the model has no snapshots.

    """

    unit: str
    train: Sequence[float]
    held_out: Sequence[float] | None
    epochs: int
    paths: Sequence[tuple[str, str]]
    ticks_x: Sequence[tuple[float, str]]
    ticks_y: Sequence[tuple[float, str]]
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    is_log: bool
    scrub: "Scrub | None" = None


@dataclasses.dataclass(frozen=True)
class Mark:
    """How a class's rows are marked: its name, a colour as ``rrggbb``, the number of a shape."""

    name: str
    color: str
    shape: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class Scrub:
    """What a model predicts over two columns at moments of its training: a byte a place, colours by a palette.

    Parameters
    ----------
    epochs
        Of each moment.
    width, height
        Places along the axes.
    frames
        All bytes, (n_moments, height, width), as base64; the first row is the top one.
    palette
        Colours of the bytes, as ``rrggbb`` one behind the other.
    axes
        Names of the two columns.
    points
        Rows of the training part: x and y as shares of the picture, colour and number of the shape.
    marks
        Colour and shape of each class; none for a regression.

    """

    epochs: Sequence[int]
    width: int
    height: int
    frames: str
    palette: str
    axes: Sequence[str]
    points: Sequence[tuple[float, float, str, int]]
    marks: Sequence["Mark"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Study:
    """What a study found."""

    name: str
    title: str
    verdict: str  # one of the four
    outcome: str  # the sentence of the verdict
    lab: str
    cautions: Sequence[str]
    answers: Sequence[str]
    sentences: Sequence[str]
    caveats: Sequence[str]
    picture: Picture
    details: Picture | None  # all that was measured, if the picture is not that
    arms: Table
    own: str  # name of the user's table, if its verdict is on that; else empty
    command: str
    seeds: Sequence[int]
    fingerprint: str
    runs: int
    complete: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Page:
    """Everything on the page."""

    answers: Sequence[Mapping[str, Any]]
    runs: Sequence[Run]
    studies: Sequence[Study]
    versions: Mapping[str, str]
    proof: Mapping[str, Any]
