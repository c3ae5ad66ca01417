"""What the tests of the page share: that of the demonstration with a study, and a run with hostile names."""

import pytest

from dlwhy.data.stored import storage
from dlwhy.models.keras_file import archive
from dlwhy.report import gathering, html
from tests.cli.commands.toys import dataset_of, trained_on

HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "{{7*7}}", "\x1b[31mred\u202etxt", "a']]>-->")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """A run whose columns and classes would be markup, templates or controls if anything read them so."""
    folder = tmp_path_factory.mktemp("hostile")
    dataset = dataset_of("multiclass", names=HOSTILE, classes=("</script>", "<b>b", "{% raw %}"))
    storage.write(dataset, folder / "dataset.joblib")
    archive.write(trained_on(dataset), folder / "model.keras")
    return folder


LANGUAGES = [html.language(code) for code in ("en", "it")]


@pytest.fixture(scope="session")
def page(demo, small_study):
    """The page of the demonstration and of that study, with pictures in both languages."""
    return gathering.page([str(demo), str(small_study)], LANGUAGES)
