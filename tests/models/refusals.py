"""What a refusal of a model file must be like, and where in a config things lie."""

from typing import Any

import pytest

from dlwhy.errors import InputRefusedError
from dlwhy.models.keras_file import archive
from dlwhy.text import display

KERNEL = "layers/dense/vars/0"


def refused(content: bytes) -> str:
    """Check that a file is refused as it should be, and give the message."""
    with pytest.raises(InputRefusedError) as caught:
        archive.check(content, "m.keras")
    text = str(caught.value)
    assert caught.value.exit_code == 65
    assert text.startswith("m.keras: ")
    short_and_plain(text)
    return text


def short_and_plain(text: str) -> None:
    assert len(text) < 400
    assert display(text, 400) == text


def layer(config: dict[str, Any], index: int = 1) -> dict[str, Any]:
    """Give the whole entry of a layer; 0 is the input, 1 the first Dense."""
    return config["config"]["layers"][index]


def settings_of(config: dict[str, Any], index: int = 1) -> dict[str, Any]:
    return layer(config, index)["config"]
