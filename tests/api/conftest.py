"""A small training that the tests of `dlwhy` as a library share."""

import pytest

import dlwhy


@pytest.fixture(scope="session")
def moons() -> dlwhy.Dataset:
    return dlwhy.make("moons", samples=200)


@pytest.fixture(scope="session")
def trained(moons) -> dlwhy.Trained:
    return dlwhy.fit(moons, layers=(8,), epochs=3)
