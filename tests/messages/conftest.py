"""What pictures are drawn of, as the tests of those make it."""

from tests.figures.conftest import coarse, subject_of
from tests.studies.conftest import results_of

__all__ = ["coarse", "results_of", "subject_of"]
