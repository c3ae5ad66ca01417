"""Models that Keras wrote without dlwhy: the right answer, or a sentence that helps."""

import json
import zipfile

import numpy as np
import pytest

from dlwhy.errors import InputRefusedError
from dlwhy.models.keras_file import archive

X = np.random.default_rng(0).normal(size=(20, 2)).astype(np.float32)


def saved(path, *layers):
    import keras

    model = keras.Sequential([keras.Input((2,)), *layers])
    for variable in model.trainable_variables:
        variable.assign(np.random.default_rng(1).normal(size=variable.shape))
    model.save(path)
    return np.asarray(model(X))


def dense(units, activation=None, **settings):
    import keras

    return keras.layers.Dense(units, activation=activation, **settings)


@pytest.mark.parametrize("bias", [True, False])
def test_two_softmax_units_are_two_classes(tmp_path, bias):
    expected = saved(tmp_path / "m.keras", dense(4, "relu"), dense(2, "softmax", use_bias=bias))

    trained = archive.read(tmp_path / "m.keras")

    assert (trained.details.task, trained.details.class_names) == ("binary", ("0", "1"))
    np.testing.assert_allclose(trained.predict(X), expected[:, 1], atol=1e-6)
    np.testing.assert_allclose(np.asarray(trained.model(X))[:, 0], expected[:, 1], atol=1e-6)


def test_layers_of_relu_and_softmax_are_activations(tmp_path):
    import keras

    layers = (dense(4), keras.layers.ReLU(), dense(3), keras.layers.Softmax())
    expected = saved(tmp_path / "m.keras", *layers)

    np.testing.assert_allclose(archive.read(tmp_path / "m.keras").predict(X), expected, atol=1e-6)


def test_a_relu_with_a_ceiling_is_refused(tmp_path):
    import keras

    saved(tmp_path / "m.keras", dense(4), keras.layers.ReLU(max_value=6.0), dense(1))

    with pytest.raises(InputRefusedError, match="the layer ReLU is read with max_value None only"):
        archive.read(tmp_path / "m.keras")


def test_an_output_of_relu_is_named(tmp_path):
    saved(tmp_path / "m.keras", dense(1, "relu"))

    with pytest.raises(InputRefusedError, match=r"the output is 1 relu unit .*1 linear unit"):
        archive.read(tmp_path / "m.keras")


def test_files_by_keras_2_are_told_from_damaged_ones(tmp_path):
    saved(tmp_path / "m.keras", dense(1))
    (tmp_path / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with zipfile.ZipFile(tmp_path / "m.keras") as old, zipfile.ZipFile(tmp_path / "two.keras", "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "metadata.json":
                content = json.dumps({"keras_version": "2.15.0", "date_saved": ""}).encode()
            if name == "config.json":
                content = content.replace(b'"batch_shape"', b'"batch_input_shape"')
            new.writestr(name, content)

    with pytest.raises(InputRefusedError, match=r"m\.h5: is HDF5 .*as Keras 2 writes.*load_model\(.*compile=False"):
        archive.read(tmp_path / "m.h5")
    with pytest.raises(InputRefusedError, match=r"was written by Keras 2\.15\.0: .*load it with Keras 3 and save"):
        archive.read(tmp_path / "two.keras")
