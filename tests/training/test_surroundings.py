"""What is done about the surroundings before TensorFlow is imported."""

import os
from types import SimpleNamespace

import pytest

from dlwhy.errors import UsageError
from dlwhy.training import programs as program_cache
from dlwhy.training import surroundings


def keras(backend="tensorflow", floatx="float32"):
    return SimpleNamespace(backend=SimpleNamespace(backend=lambda: backend, floatx=lambda: floatx))


def test_keras_with_settings_of_somebody_else_is_refused_by_name():
    surroundings.check_keras(keras())
    with pytest.raises(UsageError, match="backend jax, dlwhy needs tensorflow"):
        surroundings.check_keras(keras(backend="jax"))
    with pytest.raises(UsageError, match="floatx float64, dlwhy needs float32"):
        surroundings.check_keras(keras(floatx="float64"))


def test_the_environment_is_as_before_once_keras_is_there(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setenv("KERAS_MAX_EPOCHS", "1")
    monkeypatch.delenv("KERAS_HOME", raising=False)
    before = dict(os.environ)

    with surroundings.without_keras_settings():
        assert os.environ["KERAS_BACKEND"] == "tensorflow"
        assert "KERAS_MAX_EPOCHS" not in os.environ
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TF_XLA_FLAGS", "--bogus", "TF_XLA_FLAGS: TensorFlow knows no flag --bogus"),
        pytest.param("XLA_FLAGS", "--bogus=1", "XLA_FLAGS: TensorFlow knows no flag --bogus=1", marks=pytest.mark.slow),
        pytest.param("TF_XLA_FLAGS", "nonsense", "TF_XLA_FLAGS: TensorFlow ends at it", marks=pytest.mark.slow),
    ],
)
def test_flags_that_would_end_tensorflow_are_refused(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)

    with pytest.raises(UsageError) as caught, surroundings.trying_flags():
        pass
    assert caught.value.message == said


@pytest.mark.slow
def test_flags_that_tensorflow_takes_are_not_refused(monkeypatch):
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_max_isa=SSE4_2")
    with surroundings.trying_flags():
        pass


def test_without_a_home_no_program_is_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(program_cache.platformdirs, "user_cache_dir", lambda *_, **__: "~/.cache/dlwhy")
    monkeypatch.chdir(tmp_path)

    assert program_cache.folder() is None
    assert (program_cache.usage().programs, program_cache.clear().programs) == (0, 0)
