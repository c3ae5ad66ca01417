import dataclasses
import shlex

from dlwhy.data.stored import storage
from dlwhy.data.tables.importing import read_table
from dlwhy.models.keras_file import archive
from dlwhy.report import commands


def test_the_command_of_a_toy_makes_the_same_data_again(demo, dlwhy_in_process, tmp_path):
    dataset = storage.read(demo / "dataset.joblib")

    line = commands.generate(dataset)

    assert dlwhy_in_process(*shlex.split(line)[1:], "-q").code == 0
    assert storage.read(tmp_path / "dataset.joblib").fingerprint == dataset.fingerprint


def test_the_command_of_a_table_makes_the_same_data_again_where_the_table_is(dlwhy_in_process, tmp_path):
    rows = [f"{n % 13 + 0.5},{n % 7},{'ab'[n % 2]},g{n // 4}" for n in range(80)]
    (tmp_path / "my table.csv").write_text("\n".join(["x,drop me,y,who", *rows]))
    dataset = read_table(tmp_path / "my table.csv", target="y", drop=["drop me"], group="who", seed=7, test_size=0.2)

    line = commands.generate(dataset)

    assert dlwhy_in_process(*shlex.split(line)[1:], "-q").code == 0
    assert storage.read(tmp_path / "dataset.joblib").fingerprint == dataset.fingerprint


def test_the_command_of_a_training_has_the_options_that_are_not_the_defaults(demo):
    details = archive.read(demo / "model.keras").details

    assert commands.train(details) == "dlwhy train --epochs 60 --seed 42 -d dataset.joblib -o model.keras"
    assert " --snapshots 9 " in commands.train(details, snapshots=9)
    network = {**details.network, "layers": [], "linear_path": True, "dropout": 0.25}
    assert "--layers none --linear-path" in commands.train(dataclasses.replace(details, network=network))
    assert "--dropout 0.25" in commands.train(dataclasses.replace(details, network=network))
    assert commands.train(dataclasses.replace(details, network=None)) == ""
    made = dataclasses.replace(details, inputs=("x0^2", "sin(x1)"))
    assert "--inputs 'x0^2,sin(x1)'" in commands.train(made)
