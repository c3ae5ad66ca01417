"""What trials came to, on disk: it comes back, and what is damaged is ignored with a line."""

import math

import pytest

from dlwhy.errors import DlwhyWarning, InputUnreadableError
from dlwhy.tuning.state import State, as_losses


def anything(_):
    return True


def test_what_is_kept_is_recalled_by_all_that_decides_it(tmp_path):
    path = tmp_path / "t.json"
    State(path).keep([({"seeds": (1, 2)}, {"losses": [0.5, math.inf]})])
    again = State(path)

    assert again.recall({"seeds": [1, 2]}, anything) == {"losses": [0.5, None]}
    assert again.recall({"seeds": [1, 3]}, anything) is None
    assert again.recall({"seeds": [1, 2]}, lambda _: False) is None


def test_without_a_file_it_is_kept_in_memory():
    state = State()
    state.keep([({"a": 1}, 2)])

    assert state.recall({"a": 1}, anything) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"{}", b"null", b"[" * 100_000, b"\xff\xfe", b'{"sha256": 1}',
        b'{"schema": "dlwhy.tuning/1", "records": {}, "sha256": ""}',
        b'{"schema": "dlwhy.tuning/1", "records": []}',
    ],
)  # fmt: skip
def test_what_is_damaged_is_ignored_with_a_line_and_replaced(tmp_path, content):
    path = tmp_path / "t.json"
    path.write_bytes(content)
    with pytest.warns(DlwhyWarning, match=r"t\.json: damaged"):
        state = State(path)
    state.keep([({"a": 1}, 2)])

    assert State(path).recall({"a": 1}, anything) == 2


def test_what_other_hands_have_changed_is_ignored(tmp_path):
    path = tmp_path / "t.json"
    State(path).keep([({"a": 1}, {"losses": [0.51234]})])
    path.write_text(path.read_text().replace("0.51234", "0.41234"))
    with pytest.warns(DlwhyWarning):
        assert State(path).recall({"a": 1}, anything) is None


def test_a_folder_in_its_place_is_refused(tmp_path):
    with pytest.raises(InputUnreadableError):
        State(tmp_path)


@pytest.mark.parametrize("values", [None, 3, [1.0], ["a", "b"], [True, 1.0], [1e301, 1.0]])
def test_losses_that_are_none(values):
    assert as_losses(values, 2) is None


def test_losses_that_were_infinite():
    assert as_losses([None, 1], 2) == [math.inf, 1.0]
