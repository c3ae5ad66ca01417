"""Weights at some moments of a training: when they are kept, and files of them that are damaged or mean harm."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.errors import InputRefusedError
from dlwhy.models import snapshots
from dlwhy.models.keras_file import archive
from dlwhy.models.snapshots import Snapshots
from tests.models.refusals import refused


@pytest.fixture(scope="session")
def kept(trained):
    """Give a model with three snapshots, of which the last is the model itself."""
    last = np.concatenate([np.ravel(weight) for weight in trained.model.get_weights()])
    weights = np.stack([last * 0, last / 2, last]).astype(np.float32)
    return dataclasses.replace(trained, snapshots=Snapshots(planned=3, epochs=(0, 1, 2), weights=weights))


@pytest.fixture(scope="session")
def with_snapshots(kept):
    return archive.to_bytes(kept)


@given(st.integers(2, 300), st.integers(1, 300))
def test_moments_are_whole_epochs_from_the_start_to_the_end_and_grow_apart(count, epochs):
    found = snapshots.moments(count, epochs)

    assert (found[0], found[-1], len(found)) == (0, epochs, min(count, epochs + 1))
    distances = np.diff(found)
    assert distances.min() >= 1
    assert (np.diff(distances) >= -1).all()  # but for rounding


def test_the_moments_of_a_hundred_epochs():
    assert snapshots.moments(10, 100) == [0, 1, 2, 3, 6, 10, 18, 32, 56, 100]


def test_snapshots_are_read_as_they_were_written_and_predict_without_keras(kept, with_snapshots, points):
    found = archive.check(with_snapshots, "m.keras")[0]

    models = found.at_snapshots()
    assert list(models) == [0, 1, 2]
    assert np.array_equal(models[2].predict(points), found.predict(points))
    assert np.allclose(models[0].predict(points), 0.5)
    assert [len(model.history["loss"]) for model in models.values()] == [0, 1, 2]
    assert not any("model" in vars(model) for model in models.values())
    assert archive.to_bytes(kept) == with_snapshots


def test_a_model_without_snapshots_has_none_and_its_file_nothing_of_them(trained, good):
    assert trained.at_snapshots() == {}
    assert "snapshots.npy" not in zipfile.ZipFile(io.BytesIO(good)).namelist()
    assert b'"snapshots"' not in good


def test_keras_and_numpy_open_what_is_theirs(with_snapshots, kept, saved, points):
    import keras

    path = saved(with_snapshots)
    mine = np.asarray(keras.saving.load_model(path)(points))[:, 0]
    assert np.allclose(mine, kept.predict(points), atol=1e-6)
    with zipfile.ZipFile(path) as file, file.open("snapshots.npy") as member:
        assert np.array_equal(np.load(member), kept.snapshots.weights)


def _details(content):
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return json.loads(file.read("dlwhy.json"))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (None, "either their weights or their moments are missing"),
        ({"planned": 3, "epochs": [0, 1]}, "the snapshots are not 2 times the"),
        ({"planned": 3, "epochs": [0, 2, 1]}, "moments of the snapshots are damaged"),
        ({"planned": 3, "epochs": [0, 1, 1.5]}, "moments of the snapshots are damaged"),
        ({"planned": 1, "epochs": [0, 1, 2]}, "moments of the snapshots are damaged"),
        ({"planned": 10**9, "epochs": [0, 1, 2]}, "moments of the snapshots are damaged"),
        ({"planned": 3, "epochs": list(range(5000))}, "moments of the snapshots are damaged"),
        ({"planned": 3, "epochs": [0, 1, 2], "more": 1}, "moments of the snapshots are damaged"),
        ([0, 1, 2], "moments of the snapshots are damaged"),
        ({"planned": 3, "epochs": [0, 1, 99]}, "of an epoch that the history does not have"),
    ],
)
def test_moments_that_can_not_be_are_refused(changed, with_snapshots, told, message):
    details = _details(with_snapshots) | {"snapshots": told}
    if told is None:
        del details["snapshots"]
    assert message in refused(changed({"dlwhy.json": json.dumps(details).encode()}, base=with_snapshots))


def _npy(array, **how):
    content = io.BytesIO()
    np.save(content, array, **how)
    return content.getvalue()


def test_weights_that_do_not_fit_are_refused_and_never_unpickled(changed, with_snapshots, kept):
    good = kept.snapshots.weights
    nan = good.copy()
    nan[1, 0] = np.nan
    for content in (
        b"",
        _npy(good)[:-1],
        _npy(good) + b"0",
        _npy(good.astype(np.float64)),
        _npy(good[:, 1:]),
        _npy(np.asfortranarray(good)),
        _npy(good.astype(object), allow_pickle=True),
        _npy(nan),
    ):
        assert "snapshot" in refused(changed({"snapshots.npy": content}, base=with_snapshots))


def test_snapshots_are_bounded_before_they_are_unpacked(changed, with_snapshots):
    huge = bytes(snapshots.MAX_BYTES + 2000)
    assert "snapshots.npy: 6" in refused(changed({"snapshots.npy": huge}, base=with_snapshots))


def test_snapshots_that_contradict_each_other_can_not_be_made():
    with pytest.raises(InputRefusedError, match="2 snapshots do not fit 3 moments"):
        Snapshots(planned=3, epochs=(0, 1, 2), weights=np.zeros((2, 4), np.float32))


def test_of_moments_that_were_taken_those_nearest_to_a_new_plan_are_kept():
    assert snapshots.nearest([0, 1, 2, 4, 8], snapshots.moments(4, 16)) == [0, 1, 4]
    assert snapshots.nearest([0, 3, 8], [0, 3, 8, 16]) == [0, 3, 8]
