"""Every command of docs/nets.md runs, in the order of the page, and its table names the recipe's own values."""

import dataclasses
import json
import re
import shlex
from pathlib import Path

from dlwhy.models.spec import NetworkSpec
from dlwhy.training.options import TrainingOptions
from dlwhy.training.recipe import RECIPES
from tests.tuning.small import FEW

PAGE = (Path(__file__).parents[1] / "docs" / "nets.md").read_text()


def test_the_page_runs(dlwhy_in_process, monkeypatch) -> None:
    monkeypatch.setattr("dlwhy.tuning.variants.VARIANTS", FEW)
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in "".join(blocks).splitlines():
        done = dlwhy_in_process(*shlex.split(line)[1:])
        assert done.code == 0, done.err
    told = json.loads(dlwhy_in_process("info", "cancer.keras", "--json").out)
    assert told["training"]["members"] == 2
    assert len(told["training"]["best_moments"]) == 2


def test_what_the_page_says_is_in_the_recipe_is_what_differs_from_the_defaults() -> None:
    cells = re.findall(r"^\| [\w ]+ \| `(.+?)` \|", PAGE, re.M)
    written = [found for cell in cells for found in re.findall(r"--([a-z0-9-]+)(?: ([^- ]\S*))?", cell)]
    said = {name.replace("-", "_"): value for name, value in written}
    assert said.pop("members") == "8"
    differing = {}
    for chosen, plain in zip(RECIPES["table"], (NetworkSpec(), TrainingOptions()), strict=True):
        values, defaults = dataclasses.asdict(chosen), dataclasses.asdict(plain)
        differing |= {name: value for name, value in values.items() if value != defaults[name]}
    assert set(said) == set(differing)
    for name, value in differing.items():
        text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        assert said[name] == ("" if value is True else text)
