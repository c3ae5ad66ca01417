"""What a check found, and how it is told in short."""

import numpy as np

import dlwhy


def dataset(X, y, *, n_test=0, **about):
    X, cut = np.asarray(X, np.float32), len(y) - n_test
    y = np.asarray(y, np.int32)
    classes = about.pop("class_names", ("a", "b"))
    parts = {"X_train": X[:cut], "y_train": y[:cut], "X_test": X[cut:], "y_test": y[cut:]}
    return dlwhy.Dataset(**parts, name="d", task="binary", class_names=classes, **about)


def test_findings_are_a_tuple_that_is_short_in_print() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 100)
    found = dlwhy.check(dataset(np.column_stack([y, rng.normal(size=100)]), y, n_test=30))

    assert repr(found) == "<1 error, 1 warning: D101 copy of the target, P102 few test rows>"
    assert "copy of the target" not in found._repr_html_()  # the sentence says it
    assert "is the target in other words" in found._repr_html_()
    assert [finding.code for finding in found.at_least("error")] == ["D101"]
    assert found[0].columns == ("x0",)
    assert repr(dlwhy.check(dlwhy.make("sine", samples=2000), select=["D1"])) == "<no findings>"
