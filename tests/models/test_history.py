"""The history of a training as CSV."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.errors import InputRefusedError
from dlwhy.models.history import history_csv, read_history_csv

names = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,39}", fullmatch=True)


@given(st.integers(0, 5).flatmap(lambda n: st.dictionaries(names, st.lists(st.floats(), min_size=n, max_size=n))))
def test_a_history_survives_csv(history: dict[str, list[float]]) -> None:
    read = read_history_csv(history_csv(history))

    assert set(read) == set(history)
    for name, values in history.items():
        assert [repr(value) for value in read[name]] == [repr(value) for value in values]


def test_a_history_has_a_row_an_epoch() -> None:
    history = {"val_loss": [0.5, math.nan], "loss": [1.0, 1e-9], "accuracy": [0.25, 1 / 3]}

    text = history_csv(history)

    assert text == "epoch,accuracy,loss,val_loss\n1,0.25,1.0,0.5\n2,0.3333333333333333,1e-09,nan\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "loss\n1\n",
        "epoch,loss,loss\n1,1,1\n",
        "epoch,=cmd\n1,1\n",
        "epoch,loss\n1\n",
        "epoch,loss\n1,1,1\n",
        "epoch,loss\n2,1\n",
        "epoch,loss\n1,1\n3,1\n",
        "epoch,loss\n1,abc\n",
        "epoch,loss\n1,\n",
        "epoch," + ",".join(f"m{i}" for i in range(65)) + "\n",
    ],
)
def test_a_history_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputRefusedError, match=r"history\.csv"):
        read_history_csv(text)
