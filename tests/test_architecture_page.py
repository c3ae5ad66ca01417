"""Every file and folder that docs/architecture.md names is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text()


def test_every_path_is_there() -> None:
    named = [name.replace("NAME", "depth") for name in re.findall(r"`((?:\w+/)*\w+(?:\.py|/))`", PAGE)]

    assert len(named) > 40
    # the files of a claim are named without its folder
    homes = (ROOT / "dlwhy", ROOT / "dlwhy" / "studies" / "claims" / "depth")
    assert not [name for name in named if not any((home / name).exists() for home in homes)]
