import pytest

from dlwhy.errors import InputUnreadableError
from dlwhy.report import folders


def test_a_run_and_a_study_are_found_by_what_lies_in_them(demo, small_study):
    found = folders.look([str(demo), str(small_study)])

    assert (found.runs, found.studies) == ([demo], [small_study])


def test_a_folder_of_studies_is_as_good_as_each_of_them_and_none_is_told_twice(small_study):
    found = folders.look([str(small_study.parent), str(small_study)])

    assert [each.resolve() for each in found.studies] == [small_study.resolve()]


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (None, "no such folder"),
        ([], "no dataset.joblib and no study in it"),
        (["model.keras"], "model.keras, and no dataset.joblib beside it"),
    ],
)
def test_a_folder_without_anything_of_ours_is_refused_in_words(tmp_path, made, said):
    folder = tmp_path / "x"
    if made is not None:
        folder.mkdir()
        for name in made:
            (folder / name).touch()

    with pytest.raises(InputUnreadableError, match=said) as refused:
        folders.look([str(folder)])

    assert refused.value.exit_code == 66
