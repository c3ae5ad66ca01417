"""The weights in a model file: plainly there, finite, and of the network's shapes."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlwhy.errors import InputRefusedError
from dlwhy.models.keras_file import archive
from tests.models.refusals import KERNEL, refused, short_and_plain


def _external_link(file: h5py.File) -> None:
    file[KERNEL] = h5py.ExternalLink("/etc/hostname", "/x")


def _soft_link(file: h5py.File) -> None:
    file[KERNEL] = h5py.SoftLink("/layers/dense_1/vars/0")


def _external_storage(file: h5py.File) -> None:
    file.create_dataset(KERNEL, shape=(2, 10), dtype="f4", external=[("/etc/hostname", 0, 80)])


def _virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout(shape=(2, 10), dtype="f4")
    layout[:] = h5py.VirtualSource("/etc/hostname", "x", shape=(2, 10))
    file.create_virtual_dataset(KERNEL, layout)


def _chunked(file: h5py.File) -> None:
    file.create_dataset(KERNEL, data=np.zeros((2, 10), "f4"), chunks=(1, 10))


def _compressed(file: h5py.File) -> None:
    file.create_dataset(KERNEL, data=np.zeros((2, 10), "f4"), compression="gzip")


def _never_written(file: h5py.File) -> None:
    file.create_dataset(KERNEL, shape=(2, 10), dtype="f4")


def _wrong_shape(file: h5py.File) -> None:
    file[KERNEL] = np.zeros((10, 2), "f4")


def _missing(file: h5py.File) -> None:
    pass


def _not_finite(value: float) -> Callable[[h5py.File], None]:
    def put(file: h5py.File) -> None:
        file[KERNEL] = np.full((2, 10), value)

    return put


def _text(file: h5py.File) -> None:
    file[KERNEL] = np.full((2, 10), b"x")


def _integers(file: h5py.File) -> None:
    file[KERNEL] = np.zeros((2, 10), "i4")


def _objects(file: h5py.File) -> None:
    file.create_dataset(KERNEL, shape=(2, 10), dtype=h5py.vlen_dtype(np.float32))


def _group(file: h5py.File) -> None:
    file.create_group(KERNEL)


@pytest.mark.parametrize(
    ("put", "message"),
    [
        (_external_link, "is a link"),
        (_soft_link, "is a link"),
        (_external_storage, "not stored plainly"),
        (_virtual, "not stored plainly"),
        (_chunked, "not stored plainly"),
        (_compressed, "not stored plainly"),
        (_never_written, "not stored plainly"),
    ],
)
def test_case_30_weights_must_lie_plainly_in_the_file(put, message: str, with_weights, saved, audited) -> None:
    path = saved(with_weights(lambda file: (file.pop(KERNEL), put(file))))

    def read() -> None:
        with pytest.raises(InputRefusedError, match=f"{KERNEL} .*{message}"):
            archive.read(path)

    assert audited(read) == [("open", str(path))]


@pytest.mark.parametrize("where", ["layers", "layers/dense", "layers/dense/vars"])
def test_case_30_a_link_on_the_way_is_not_followed(where: str, with_weights) -> None:
    def edit(file: h5py.File) -> None:
        file.move(where, "elsewhere")
        file[where] = h5py.SoftLink("/elsewhere")

    assert "is a link" in refused(with_weights(edit))


@pytest.mark.parametrize(
    ("put", "message"),
    [
        (_wrong_shape, "has the shape (10, 2), (2, 10) belongs there"),
        (_missing, "is missing"),
        (_not_finite(float("nan")), "not a finite number"),
        (_not_finite(float("inf")), "not a finite number"),
        (_not_finite(1e300), "not a finite number"),
        (_text, "does not hold floats"),
        (_integers, "does not hold floats"),
        (_objects, "not stored plainly"),
        (_group, "is not a dataset"),
    ],
)
def test_case_31_weights_must_fit_the_network(put, message: str, with_weights) -> None:
    assert message in refused(with_weights(lambda file: (file.pop(KERNEL), put(file))))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.full((2, 10), np.nan, "f4"), "not a finite number"),
        (np.full((2, 10), b"x"), "does not hold numbers"),
        (np.zeros((100, 100), "f4"), "more than belongs"),
        (None, "optimizer/vars/2 is missing"),
    ],
    ids=["nan", "text", "large", "missing"],
)
def test_the_state_of_the_optimizer_is_checked_too(value: Any, message: str, with_weights) -> None:
    def edit(file: h5py.File) -> None:
        del file["optimizer/vars/2"]
        if value is not None:
            file["optimizer/vars/2"] = value
        else:
            file["optimizer/vars/two"] = 1.0

    assert message in refused(with_weights(edit))


def test_float64_weights_are_taken(with_weights, good: bytes) -> None:
    def edit(file: h5py.File) -> None:
        file[KERNEL] = file.pop(KERNEL)[...].astype("f8")

    expected, found = (archive.check(content, "m")[0].network.weights[1][0] for content in (good, with_weights(edit)))
    np.testing.assert_array_equal(found, expected)


@given(edits=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=20))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_weights_never_raise_anything_else(edits: list[tuple[int, int]], changed, good: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(good)) as file:
        weights = bytearray(file.read("model.weights.h5"))
    for place, value in edits:
        weights[place % len(weights)] = value
    try:
        archive.check(changed({"model.weights.h5": bytes(weights)}), "m.keras")
    except InputRefusedError as error:
        short_and_plain(str(error))
