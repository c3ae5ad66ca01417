"""What is saved is loaded again, and a file says itself what it holds."""

import numpy as np
import pytest

import dlwhy


@pytest.mark.parametrize("name", ["moons.joblib", "moons.npz"])
def test_a_data_set_comes_back(moons, name, tmp_path) -> None:
    dlwhy.save(moons, tmp_path / name)

    assert dlwhy.load(tmp_path / name).fingerprint == moons.fingerprint


def test_a_model_comes_back_whatever_its_file_is_called(moons, trained, tmp_path) -> None:
    dlwhy.save(trained, tmp_path / "model.keras")
    (tmp_path / "model.keras").rename(tmp_path / "moons.npz")

    found = dlwhy.load(tmp_path / "moons.npz")

    np.testing.assert_allclose(found.predict(moons.X_test), trained.predict(moons.X_test), atol=1e-6)


def test_what_is_neither_is_refused(moons, trained, tmp_path) -> None:
    with pytest.raises(TypeError, match="not a dict"):
        dlwhy.save({}, tmp_path / "x.joblib")
    with pytest.raises(dlwhy.DlwhyError, match="a model is written as"):
        dlwhy.save(trained, tmp_path / "x.joblib")
    with pytest.raises(dlwhy.DlwhyError, match="a data set is written as"):
        dlwhy.save(moons, tmp_path / "x.keras")
    (tmp_path / "x.bin").write_bytes(b"\x80\x04N.")
    with pytest.raises(dlwhy.DlwhyError, match="holds a NoneType, not a data set"):
        dlwhy.load(tmp_path / "x.bin")
    with pytest.raises(dlwhy.DlwhyError):
        dlwhy.load(tmp_path / "absent.keras")
    assert [path.name for path in tmp_path.iterdir()] == ["x.bin"]


def test_messages_name_arguments() -> None:
    with pytest.raises(dlwhy.DlwhyError, match="test_size must be"):
        dlwhy.make("moons", test_size=2)
    with pytest.raises(dlwhy.DlwhyError, match="did you mean moons"):
        dlwhy.make("mons")
