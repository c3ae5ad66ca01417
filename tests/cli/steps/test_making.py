"""What the arguments of `generate` become."""


def test_a_table_is_read_as_it_is_said_to_be(call):
    several = ("na", "keep-na-text", "category", "number", "keep")
    one = {"decimal": ",", "thousands": ".", "censored": "half", "dates": "parts", "target-type": "class"}
    given = [word for name in several for each in "ab" for word in (f"--{name}", each)]
    given += [word for name, value in one.items() for word in (f"--{name}", value)]

    read = call("dlwhy.data.tables.importing.read_table", "generate", "--from", "points.csv", *given)

    expected = {name: ["a", "b"] for name in several} | one
    assert {name: value for name, value in read.named.items() if name.replace("_", "-") in expected} == {
        name.replace("-", "_"): value for name, value in expected.items()
    }


def test_a_toy_is_made_and_a_table_read(call):
    toy = ("generate", "blobs", "--samples", "50", "--noise", "2", "--classes", "4", "--features", "3", "--seed", "5")
    made = call("dlwhy.data.toys.make.make", *toy, "--test-size", "0.5", "--stratify")
    table = ("generate", "--from", "points.csv", "--target", "y", "--drop", "a", "--drop", "b", "--delimiter", ";")
    read = call(
        "dlwhy.data.tables.importing.read_table", *table, "--missing", "drop", "--max-rows", "9", "--max-size", "3"
    )

    assert made.given == ("blobs",)
    assert made.named == {
        "samples": 50,
        "noise": 2.0,
        "classes": 4,
        "features": 3,
        "seed": 5,
        "test_size": 0.5,
        "stratify": True,
    }
    assert read.given == ("points.csv",)
    assert read.named == {
        "target": "y",
        "task": None,
        "drop": ["a", "b"],
        "format": None,
        "missing": "drop",
        "split_column": None,
        "group": None,
        "time": None,
        "test_size": 0.3,
        "seed": 42,
        "stratify": None,
        "max_rows": 9,
        "max_size": 3,
        "drop_unlabelled": False,
        "delimiter": ";",
        "encoding": None,
        "header": None,
    }
