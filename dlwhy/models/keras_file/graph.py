"""How the layers of a functional model hang together, as its config.json tells it."""

from collections.abc import Mapping
from typing import Any

from dlwhy.errors import InputRefusedError
from dlwhy.models.keras_file.settings import JOINS
from dlwhy.text import display


def taken_from(wrapping: Mapping[str, Any], name: str, index: Mapping[str, int], where: str) -> tuple[int, ...]:
    """Read which layers a layer of a functional model takes from, as their indices; all must stand before it.

    Raises
    ------
    InputRefusedError
        If it is called more than once, as in training, or on anything but outputs of layers before it.

    """
    nodes = wrapping.get("inbound_nodes")
    if wrapping.get("name") != name or not isinstance(nodes, list) or len(nodes) != (1 if index else 0):
        raise InputRefusedError(f"{where}: must have one name and be used once")
    if not nodes:
        return ()
    node = known_only(nodes[0], where, {"args", "kwargs"})
    called = known_only(node.get("kwargs", {}), where, {"training", "mask"})
    if called.get("training") not in (None, False) or called.get("mask") is not None:
        raise InputRefusedError(f"{where}: is always called as in training, or with a mask")
    arguments = node.get("args")
    tensors = arguments[0] if isinstance(arguments, list) and len(arguments) == 1 else None
    joins = wrapping["class_name"] in JOINS
    sources = tensors if isinstance(tensors, list) else [tensors]
    if isinstance(tensors, list) != joins or (joins and len(sources) < 2):
        raise InputRefusedError(f"{where}: does not take one input, or several to join")
    if wrapping["class_name"] == "Subtract" and len(sources) != 2:
        raise InputRefusedError(f"{where}: takes {len(sources)} inputs, not 2")
    return tuple(_source(tensor, index, where) for tensor in sources)


def _source(tensor: Any, index: Mapping[str, int], where: str) -> int:
    wrapping = known_only(tensor, where, {"class_name", "config"})
    config = known_only(wrapping.get("config"), where, {"shape", "dtype", "keras_history"})
    history = config.get("keras_history")
    if not isinstance(history, list) or len(history) != 3 or history[1:] != [0, 0]:
        raise InputRefusedError(f"{where}: an input does not name the layer it comes from")
    if not isinstance(history[0], str) or history[0] not in index:
        raise InputRefusedError(f'{where}: takes from "{display(history[0])}", which is not a layer before it')
    return index[history[0]]


def known_only(value: Any, where: str, known: set[str]) -> dict[str, Any]:
    """Return a JSON object, if it has no other keys than these.

    Raises
    ------
    InputRefusedError
        If it is anything else.

    """
    if not isinstance(value, dict):
        raise InputRefusedError(f"{where}: not a JSON object where one belongs")
    for key in value:
        if key not in known:
            raise InputRefusedError(f'{where}: unknown setting "{display(key)}"')
    return value
