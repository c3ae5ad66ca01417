"""Arms of a design, run by tests as they are or made brief."""

import dataclasses


def changed(arm, **changes):
    """Return the arm with other fields in its recipe; those of its options by name, too."""
    fields = {field.name for field in dataclasses.fields(arm.recipe)}
    options = {name: changes.pop(name) for name in list(changes) if name not in fields}
    recipe = dataclasses.replace(arm.recipe, **changes)
    if options:
        recipe = dataclasses.replace(recipe, options=dataclasses.replace(recipe.options, **options))
    return dataclasses.replace(arm, recipe=recipe)


def run(arm, seeds, dataset=None):
    """Run an arm."""
    return arm.recipe.run(arm.task, seeds, dataset)
