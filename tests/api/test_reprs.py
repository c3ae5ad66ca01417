"""What a notebook shows of our objects is short, says what it is, and obeys no name in it."""

import dataclasses

import pytest

import dlwhy
from dlwhy.data.dataset import Column

HOSTILE = "<b>\x1b[2J"


@pytest.fixture
def hostile(moons) -> dlwhy.Dataset:
    names = (HOSTILE, "<script>")
    columns = tuple(Column(name=name) for name in names)
    return dataclasses.replace(moons, name=HOSTILE, class_names=names, target_name=HOSTILE, columns=columns)


def test_reprs_are_one_line_and_tell(moons, trained) -> None:
    found = dlwhy.evaluate(trained, moons)

    assert repr(moons) == "<Dataset moons: binary (0, 1), 140 training and 60 test rows, 2 features>"
    assert repr(trained).startswith("<Trained for binary (0, 1), layers 2-8-1, data moons, epochs 3, loss 0.")
    assert repr(found).startswith(f"<Evaluation of 60 rows: accuracy {found.accuracy:.4f} [{found.accuracy_low:.4f}, ")


def test_inputs_that_were_made_are_called_so(moons) -> None:
    squares = dlwhy.fit(moons, layers=(), epochs=1, inputs="x0^2,x1^2")

    assert "layers 2-1, inputs x0^2, x1^2, made of the features, data moons, " in repr(squares)
    assert "<td>inputs</td><td>x0^2, x1^2, made of the features</td>" in squares._repr_html_()


def test_html_holds_the_numbers_of_the_repr(moons, trained) -> None:
    found = dlwhy.evaluate(trained, moons)

    assert "<td>140 for training, 60 for testing</td>" in moons._repr_html_()
    assert "<td>2-8-1</td>" in trained._repr_html_()
    assert f"<td>accuracy</td><td>{found.accuracy:.4f} [" in found._repr_html_()


def test_no_name_is_obeyed(hostile, trained) -> None:
    details = dataclasses.replace(
        trained.details, columns=hostile.columns, class_names=hostile.class_names, dataset={"name": HOSTILE}
    )
    model = dataclasses.replace(trained, details=details, history={HOSTILE: [1.0]})
    for each in (hostile, model):
        assert "\x1b" not in repr(each)
        assert "<b>" not in each._repr_html_()
        assert "<script>" not in each._repr_html_()
        assert "&lt;b&gt;" in each._repr_html_()
