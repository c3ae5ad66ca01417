"""Putting a study together: the A/A arm, `--epochs`, and what `--only` leaves of it."""

import dataclasses
from collections.abc import Sequence

from dlwhy.errors import UsageError
from dlwhy.studies.plan.study import Arm, Contrast, NetworkRecipe, Repeated, Study, Task, rows_of
from dlwhy.studies.request import Request
from dlwhy.text import display


class UnknownNamesError(UsageError):
    """`--only` names what a study has not; `names` are those names."""

    names: tuple[str, ...] = ()


def assemble(
    request: Request,
    *,
    arms: Sequence[Arm],
    contrasts: Sequence[Contrast],
    repeated: Arm | None,
    smallest_effect: float = 0.01,
    caveats: Sequence[str] = (),
    planned: Sequence[Task | None] = (),
) -> Study:
    """Put a study together: add the A/A arm, apply `--epochs`, and leave out what `--only` does not name.

    Parameters
    ----------
    request, arms, contrasts, smallest_effect, caveats, planned
        See `Study`; predictions whose arms are not there are left out.
    repeated
        The arm that the A/A arm repeats with other seeds.

    Raises
    ------
    UnknownNamesError
        If `--only` names what there is not.

    """
    again = [_again(repeated)] if repeated else []
    # the user's own question is asked, run, told and drawn first
    ordered = sorted(arms, key=lambda arm: arm.task.role != "own")
    _check_names(request, [*ordered, *again])
    left = {arm.key: _with_epochs(arm, request) for arm in ordered if _is_named(arm, request)}
    a_a = Repeated(arm=_with_epochs(again[0], request), base=repeated.key) if repeated else None
    tasks = {arm.task.name for arm in left.values()}
    return Study(
        request=request,
        arms=left,
        contrasts=tuple(contrast for contrast in contrasts if {contrast.arm, contrast.base} <= {*left}),
        a_a=a_a if a_a and a_a.base in left and _is_named(a_a.arm, request, repeated) else None,
        smallest_effect=request.smallest_effect or smallest_effect,
        caveats=tuple(caveats),
        planned=tuple(task for task in planned if (task.name in tasks if task else not request.only)),
    )


def _again(arm: Arm) -> Arm:
    return dataclasses.replace(arm, name=f"{arm.name}, A/A", recipe=dataclasses.replace(arm.recipe, shift=1), place={})


def _names(arm: Arm) -> tuple[str, ...]:
    return arm.task.name, arm.name, arm.key


def _check_names(request: Request, arms: Sequence[Arm]) -> None:
    known = {name for arm in arms for name in _names(arm)}
    unknown = tuple(name for name in request.only if name not in known)
    if unknown:
        tasks = ", ".join(dict.fromkeys(arm.task.name for arm in arms))
        shown = ", ".join(map(display, unknown))
        error = UnknownNamesError(f"--only {shown}: no such task or arm in {request.claim}", f"tasks: {tasks}")
        error.names = unknown
        raise error


def _is_named(arm: Arm, request: Request, repeated: Arm | None = None) -> bool:
    """Say whether `--only` names an arm, or its task, or the name of the arm that it repeats."""
    names = {*_names(arm), *([repeated.name] if repeated else [])}
    return not request.only or bool(names & {*request.only})


def _with_epochs(arm: Arm, request: Request) -> Arm:
    """Train for passes over the training part in place of the recipe's own steps, or of its options' epochs."""
    recipe = arm.recipe
    if request.epochs is None or not isinstance(recipe, NetworkRecipe):
        return arm
    if recipe.steps is None:
        options = dataclasses.replace(recipe.options, epochs=request.epochs, min_steps=None)
        return dataclasses.replace(arm, recipe=dataclasses.replace(recipe, options=options))
    n_train = rows_of(arm.task, request.own)
    if n_train is None:
        return arm
    steps = request.epochs * -(-n_train // recipe.options.batch_size)
    return dataclasses.replace(arm, recipe=dataclasses.replace(recipe, steps=steps))
