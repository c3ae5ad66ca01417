"""A table whose numbers are written otherwise than the training table's is read as it says."""

import pytest

from tests.cli.commands.months import with_model

ROWS = [(1234.5, 0.25, "yes"), (20.0, 1.5, "no"), (987654.0, 0.5, "yes"), (3.25, 2.75, "no")]


def table(write, separator=";"):
    lines = [separator.join(("price", "size", "bought"))]
    return "\n".join([*lines, *(separator.join((write(a), write(b), c)) for a, b, c in ROWS * 10)]) + "\n"


def german(number):
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


@pytest.fixture
def predicted(dlwhy_in_process, tmp_path):
    with_model(dlwhy_in_process, tmp_path, table(str, ","), "bought")

    def run(text, *options, command="predict"):
        (tmp_path / "t.csv").write_text(text)
        data = ["-d", "t.csv", "--format", "csv"] if command == "evaluate" else ["t.csv", "--proba"]
        return dlwhy_in_process(command, "-m", "m.keras", *data, *options)

    return run


@pytest.mark.parametrize("options", [["--decimal", ",", "--thousands", "."], ["--thousands", "."]], ids=" ".join)
@pytest.mark.parametrize("command", ["predict", "evaluate"])
def test_decimal_commas_of_a_colleague(predicted, options, command):
    plain = predicted(table(str), command=command)

    done = predicted(table(german), *options, command=command)

    assert (plain.code, done.code) == (0, 0), done.err
    assert done.out == plain.out


def test_without_a_word_they_are_refused_by_their_place(predicted):
    done = predicted(table(german))

    assert done.code == 65
    assert 't.csv:2:price: "1.234,50" is not a number' in done.err
    assert "--decimal" in done.err


def test_the_other_way_round(dlwhy_in_process, tmp_path):
    with_model(dlwhy_in_process, tmp_path, table(german), "bought")
    (tmp_path / "german.csv").write_text(table(german))
    (tmp_path / "plain.csv").write_text(table(str, ","))

    own = dlwhy_in_process("predict", "-m", "m.keras", "german.csv")
    other = dlwhy_in_process("predict", "-m", "m.keras", "plain.csv", "--decimal", ".")

    assert (own.code, other.code) == (0, 0), other.err
    assert own.out == other.out


def test_a_point_before_three_digits_is_asked_about(dlwhy_in_process, tmp_path):
    with_model(dlwhy_in_process, tmp_path, table(lambda number: str(number).replace(".", ",")), "bought")
    (tmp_path / "t.csv").write_text("price;size\n1,5;2\n1.234;2\n")

    done = dlwhy_in_process("predict", "-m", "m.keras", "t.csv")
    thousands = dlwhy_in_process("predict", "-m", "m.keras", "t.csv", "--thousands", ".", "--proba")

    assert done.code == 65
    assert 't.csv:3:price: "1.234" may be 1234 or 1.234, where others have a comma (--thousands . or' in done.err
    (tmp_path / "t.csv").write_text("price;size\n1,5;2\n1234;2\n")
    assert thousands.out == dlwhy_in_process("predict", "-m", "m.keras", "t.csv", "--proba").out


def test_limits_and_marks_of_gaps(predicted):
    done = predicted("price,size\n<40,1\nunknown,2\n", "--censored", "half", "--na", "unknown")

    assert done.code == 0, done.err
    assert done.out == predicted("price,size\n20,1\n,2\n").out


def test_what_cannot_be_is_refused(predicted):
    assert predicted("price,size\n1,1\n", "--decimal", ";").code == 2
    assert predicted("price,size\n1,1\n", "--decimal", ",", "--thousands", ",").code == 2
