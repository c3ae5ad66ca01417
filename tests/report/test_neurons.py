import numpy as np

from dlwhy.data.stored import storage
from dlwhy.figures.subject import Subject
from dlwhy.models.keras_file import archive
from dlwhy.report import neurons
from tests.cli.commands.toys import dataset_of, trained_on


def subject_of(dataset, trained):
    return Subject.from_trained(trained, dataset)


def test_each_unit_stands_in_its_column_and_each_weight_between_two(demo):
    trained = archive.read(demo / "model.keras")
    drawn = neurons.network(subject_of(storage.read(demo / "dataset.joblib"), trained))

    columns = {x: [unit for unit in drawn.units if unit.x == x] for x in {unit.x for unit in drawn.units}}
    assert sorted(map(len, columns.values())) == [1, 2, 10, 10]
    assert all(0 <= unit.y <= drawn.height - drawn.side for unit in drawn.units)
    assert all(after.x > before.x for before, after, *_ in drawn.weights)


def test_the_weights_are_those_of_the_network_the_largest_line_the_widest():
    dataset = dataset_of()
    trained = trained_on(dataset)
    drawn = neurons.network(subject_of(dataset, trained))

    kernel = np.asarray(trained.model.layers[-2].kernel)
    first = {
        (before.number, after.number): weight for before, after, weight, _ in drawn.weights if after.stage == "layer 1"
    }
    assert first
    for (i, j), weight in first.items():
        assert weight == kernel[i - 1, j - 1]
    widest = max((each for each in drawn.weights if each[1].stage == "layer 1"), key=lambda each: each[3])
    assert abs(widest[2]) == np.abs(kernel).max()


def test_the_table_has_the_largest_weights_first():
    dataset = dataset_of()
    rows = neurons.table(neurons.network(subject_of(dataset, trained_on(dataset)))).rows

    sizes = [abs(row[2].value) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
