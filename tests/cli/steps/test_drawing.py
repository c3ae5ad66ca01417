"""What the arguments of `plot` become."""


def test_panels_are_drawn(call):
    stopped = call("dlwhy.figures.kinds.draw", "plot", "boundary", "loss", "--x", "x1", "--y", "x0", "--size", "4x3")

    (subject,), kinds = stopped.given
    assert (subject.name, kinds) == ("model.keras", ["boundary", "loss"])
    assert stopped.named == {"x": "x1", "y": "x0", "size": (4.0, 3.0)}
