"""Every command of docs/errors.md runs, in the order of the page, and finds what is planted."""

import json
import random
import re
import shlex
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "errors.md"


def write_passengers(path: Path) -> None:
    """Women survive, and children; of women of the third class it can't be told, and what port tells nothing."""
    r = random.Random(7)
    rows = []
    for _ in range(1200):
        sex, class_, age = r.choice(["female", "male"]), r.choice(["1st", "2nd", "3rd"]), r.randrange(1, 70)
        chance = 0.5 if (sex, class_) == ("female", "3rd") else 0.95 if sex == "female" or age < 15 else 0.05
        rows.append(f"{sex},{class_},{age},{r.choice('SCQ')},{int(r.random() < chance)}\n")
    path.write_text("sex,class,age,port,survived\n" + "".join(rows))


def test_the_page_runs_and_finds_what_is_planted(tmp_path, monkeypatch, dlwhy_in_process):
    write_passengers(tmp_path / "passengers.csv")
    monkeypatch.chdir(tmp_path)
    said = []
    for line in re.findall(
        r"^dlwhy (.+)$", "\n".join(re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL)), re.MULTILINE
    ):
        done = dlwhy_in_process(*shlex.split(line))
        assert done.code == 0, (line, done.err)
        said.append(done)

    shown, found = " ".join(said[2].out.split()), json.loads(said[3].out)
    assert "Looks at sex most: " in shown
    worst = found["slices"]["slices"][0]
    assert worst["is_confirmed"]
    assert sorted(worst["conditions"]) == ["class = 3rd", "sex = female"]
    port = next(row for row in found["importance"]["columns"] if row["columns"] == ["port"])
    assert port["drop_low"] < 0 < port["drop_high"]
    assert (tmp_path / "where.png").stat().st_size > 0
