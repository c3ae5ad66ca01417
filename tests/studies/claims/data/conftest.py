"""Results of the study of data, as several of its tests take them."""

import pytest

from dlwhy.studies import report as reporting
from dlwhy.studies.claims.data import design as data
from tests.studies.claims.data.given import OWN, error


@pytest.fixture
def report(quick, results_of):
    study = data.design(quick("data", own=OWN))
    return reporting.report(study, results_of(study, lambda arm: 1 - error(arm)))
