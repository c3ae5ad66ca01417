"""What the training rows decide of each column: fills, categories, scales; and what is warned of."""

import pytest

from dlwhy.data.dataset import Column
from dlwhy.errors import DlwhyWarning
from tests.data.tables.lines import Import, table

HOLES = "n,b,c,y,part\n1,true,x,0,train\n,true,x,1,train\n3,NA,,0,train\n8,no,z,1,train\nnan,null,NULL,0,test\n"


def test_case_41_missing_cells_are_filled_from_the_training_part(imported: Import) -> None:
    with pytest.warns(DlwhyWarning, match=r"missing 6 cells \(n 2, b 2, c 2\): filled with the training median or"):
        dataset = imported(HOLES, split_column="part")

    assert dataset.feature_names == ("n", "n missing", "b", "b missing", "c=x", "c=z", "c missing")
    assert [column.fill for column in dataset.columns] == [3.0, 1.0, "x"]
    assert dataset.X_train.tolist() == [
        [1, 0, 1, 0, 1, 0, 0],
        [3, 1, 1, 0, 1, 0, 0],
        [3, 0, 1, 1, 1, 0, 1],
        [8, 0, 0, 0, 0, 1, 0],
    ]
    assert dataset.X_test.tolist() == [[3, 1, 1, 1, 1, 0, 1]]


def test_cells_missing_only_in_the_test_part_need_no_indicator(imported: Import) -> None:
    with pytest.warns(DlwhyWarning, match=r"missing 1 cell \(a 1\)"):
        dataset = imported("a,y,p\n1,0,train\n2,1,train\n4,0,train\n,0,test\n", split_column="p")

    assert dataset.columns == (Column(name="a", fill=2.0),)
    assert dataset.X_test.tolist() == [[2.0]]


def test_a_category_that_training_has_not_seen_is_none_of_them(imported: Import) -> None:
    with pytest.warns(DlwhyWarning, match=r"unknown categories in 1 cell \(c 1\)"):
        dataset = imported("c,y,p\nr,0,train\ng,1,train\nb,0,test\n", split_column="p")

    assert dataset.X_test.tolist() == [[0, 0]]


def test_case_54_constant_features_are_warned_of(imported: Import) -> None:
    with pytest.warns(DlwhyWarning, match=r'feature "b" is constant \(1.0\); it carries no information'):
        dataset = imported(table([1, 2, 3, 5], [1, 1, 1, 1]))

    assert dataset.n_features == 2
    with pytest.warns(DlwhyWarning, match=r'features "a" is constant \(2.0\), "b" is constant .*, and 1 more are;'):
        imported(table([2] * 4, [1] * 4, [0] * 4, ["yes"] * 4))
