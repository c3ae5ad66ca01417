"""What the name of a column says of its cells."""

import pytest

from dlwhy.data.cells.names import says_identifier, words


@pytest.mark.parametrize("name", ["customerId", "customer_id", "Customer ID", "CUSTOMER-id"])
def test_words_are_found_however_they_are_joined(name) -> None:
    assert words(name) == {"customer", "id"}


def test_a_name_without_letters_has_no_words() -> None:
    assert words("__") == set()
    assert words("x2") == {"x2"}


@pytest.mark.parametrize(
    ("name", "is_one"),
    [("id", True), ("orderKey", True), ("Row No", True), ("index", True), ("price index", False), ("idle", False)],
)
def test_a_counter_names_rows_only_where_it_stands_alone(name, is_one) -> None:
    assert says_identifier(name) is is_one
