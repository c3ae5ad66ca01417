"""Versions are those of the packages that are there."""

import numpy as np

import dlwhy
from dlwhy import versions
from dlwhy.studies.bench import workers


def test_a_package_that_is_not_there_has_none() -> None:
    assert versions.of("no-such-package")["no-such-package"] == versions.NONE


def test_versions_are_those_that_are_installed() -> None:
    assert versions.of("numpy") == {"dlwhy": dlwhy.__version__, "numpy": np.__version__}


def test_a_training_and_a_study_name_the_same() -> None:
    import keras
    import tensorflow as tf

    from dlwhy.training import details

    assert details.versions()["keras"] == keras.__version__
    assert details.versions()["tensorflow"] == tf.__version__
    assert workers.versions().items() & details.versions().items() >= {("keras", keras.__version__)}
