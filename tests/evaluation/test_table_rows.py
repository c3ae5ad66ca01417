"""The rows that `predict` reads: chunk by chunk, with the columns beside them, and what becomes of a gap."""

import numpy as np
import pytest

from dlwhy.data.cells.reading import Reading
from dlwhy.data.dataset import Column
from dlwhy.data.tables.formats.form import Form
from dlwhy.errors import DlwhyWarning, InputRefusedError
from dlwhy.evaluation.table_rows import read_rows
from dlwhy.models.details import Details

ABOUT = Details(
    task="binary",
    columns=(Column(name="x"), Column(name="y", fill=9.0)),
    class_names=("a", "b"),
    typical=(5.0, 9.0),
)


@pytest.fixture
def read(tmp_path):
    def run(text, **options):
        (tmp_path / "d.csv").write_text(text)
        return list(read_rows(str(tmp_path / "d.csv"), ABOUT, **options))

    return run


def test_features_go_by_name_in_chunks_with_what_is_kept(read) -> None:
    chunks = read("id,y,x\nu,2,1\nv,4,3\nw,6,5\n", chunk_size=2, keep=True)

    assert [X.tolist() for X, _, _ in chunks] == [[[1, 2], [3, 4]], [[5, 6]]]
    assert chunks[1][1].rows() == [("w", "6", "5")]
    assert chunks[0][2] is None


@pytest.mark.filterwarnings("ignore::dlwhy.DlwhyWarning")
def test_a_gap_is_what_is_typical_of_training_and_marked_where_wanted(read) -> None:
    ((X, _, marks),) = read("x,y,z\n,,u\n1,2,v\n,3,w\n", missing="mark")

    np.testing.assert_array_equal(X, [[5, 9], [1, 2], [5, 3]])
    assert marks.to_list() == ["x, y", "", "x"]


def test_only_a_gap_where_training_had_none_is_warned_of_or_refused(read) -> None:
    with pytest.warns(DlwhyWarning, match=r"value is missing, as none was in training \(2 cells \(x 2\)\)"):
        read("x,y\n,1\n,2\n3,4\n")
    with pytest.raises(InputRefusedError, match=r"d\.csv:2:x: value is missing"):
        read("x,y\n,1\n2,2\n", missing="refuse")


@pytest.mark.filterwarnings("ignore::dlwhy.DlwhyWarning")
def test_further_marks_of_a_gap(read) -> None:
    ((X, _, _),) = read("x,y\n-999,1\n2,3\n", cells=Reading(na=("-999",)))

    assert X[0].tolist() == [5, 1]


def test_without_a_header_columns_go_by_position(read) -> None:
    ((X, kept, _),) = read("1,2,u\n3,4,v\n", form=Form(header=False), keep=True)

    assert X.tolist() == [[1, 2], [3, 4]]
    assert kept.columns == ["x", "y", "column 3"]
    with pytest.raises(InputRefusedError, match="the model expects 2 columns"):
        read("1,2,3\n", form=Form(header=False))


def test_no_rows_are_refused(read) -> None:
    with pytest.raises(InputRefusedError, match="no data rows"):
        read("x,y\n")
