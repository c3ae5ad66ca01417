"""Results of the study of versatility, as several of its tests take them."""

import pytest

from tests.studies.claims.versatility.given import made


@pytest.fixture
def report(results_of):
    return made(results_of)
