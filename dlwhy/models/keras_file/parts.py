"""The parts of a network, by the names of its layers: what stands in front, one or more members, what follows them."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from dlwhy.errors import InputRefusedError

if TYPE_CHECKING:
    from dlwhy.models.keras_file.schema import LayerPlan, PlainNetwork, Plan

# in front of all members: standardised, clipped smoothly, and with piecewise-linear bins beside
NORMALIZE, SHRINK, CLIP, STRETCH = "normalize", "shrink", "clip", "stretch"
KNOTS_LOW, KNOTS_HIGH, BINS, ENCODED = "knots_low", "knots_high", "bins", "encoded"
# the end of a member
OUTPUT, LINEAR, SUM, ANSWER = "output", "linear", "sum", "answer"
# behind all members
MEAN, TARGET_SCALE = "mean", "target_scale"

# names and kinds of the layers that the front may end in, the last first
FRONT_ENDS: Mapping[str, str] = {ENCODED: "Concatenate", STRETCH: "Rescaling", NORMALIZE: "Normalization"}


@dataclasses.dataclass(frozen=True)
class Answers:
    """The layers whose outputs are a network's answer, or averaged into it."""

    layers: tuple[int, ...]  # their places; a layer that is averaged twice is there twice
    averaged: bool  # whether an average follows them
    rescaled: bool  # whether a rescaling ends the network


def answers_of(plan: "Plan") -> Answers:
    """Return where a network's answers come from."""
    place = len(plan.layers) - 1
    rescaled = plan.layers[place].kind == "Rescaling"
    if rescaled:
        place = plan.layers[place].inputs[0]
    averaged = plan.layers[place].kind == "Average"
    layers = plan.layers[place].inputs if averaged else (place,)
    return Answers(layers, averaged, rescaled)


def activation_of(plan: "Plan", answers: Answers) -> str:
    """Return the activation with which a network answers.

    Raises
    ------
    InputRefusedError
        If answers of several are averaged, or one is used elsewhere, so that it is not known what the average means.

    """
    found = {str(plan.layers[place].settings.get("activation", "linear")) for place in answers.layers}
    if len(found) > 1:
        raise InputRefusedError(f"the output averages {' and '.join(sorted(found))} units")
    (activation,) = found
    if answers.averaged and activation != "linear":
        own, uses = set(answers.layers), [source for layer in plan.layers for source in layer.inputs]
        if sum(source in own for source in uses) > len(answers.layers):
            raise InputRefusedError("an answer that is averaged is used elsewhere, too")
    return activation


def count_members(plan: "Plan") -> int:
    """Return how many networks' answers are averaged; 1 for an ordinary network."""
    return len(set(answers_of(plan).layers))


def front_of(plan: "Plan") -> tuple[int, ...]:
    """Return the places of the layers in front of all members, without the input."""
    places = {layer.name: place for place, layer in enumerate(plan.layers)}
    for name, kind in FRONT_ENDS.items():
        if name in places and plan.layers[places[name]].kind == kind:
            return tuple(sorted(ancestors(plan, [places[name]]) - {0}))
    return ()


def members_of(plan: "Plan") -> dict[int, int]:
    """Return for each layer that belongs to one member alone which one that is, counted from 1; none if there is one.

    Parameters
    ----------
    plan
        The layers.

    Returns
    -------
    members
        The member by the layer's place.

    """
    answers = dict.fromkeys(answers_of(plan).layers)
    if len(answers) < 2:
        return {}
    # 0: leads to the answers of several
    leads: dict[int, int] = {place: member for member, place in enumerate(answers, start=1)}
    for place in range(len(plan.layers) - 1, -1, -1):
        if place in leads:
            for source in plan.layers[place].inputs:
                leads[source] = leads[place] if leads.get(source, leads[place]) == leads[place] else 0
    return {place: member for place, member in leads.items() if member}


def ancestors(plan: "Plan", places: Iterable[int]) -> set[int]:
    """Return the places of layers and of all that they take from."""
    found, waiting = set(places), list(places)
    while waiting:
        for source in plan.layers[waiting.pop()].inputs:
            if source not in found:
                found.add(source)
                waiting.append(source)
    return found


def has_linear_path(plan: "Plan") -> bool:
    """Return whether a frozen linear model's output is added to a member's."""
    names = {layer.name for layer in plan.layers if layer.kind == "Dense" and not layer.settings.get("trainable", True)}
    return bool(names & {LINEAR, of_member(LINEAR, 1)})


def count_bins(plan: "Plan") -> int:
    """Return how many bins there are, of all features together."""
    return sum(layer.width for layer in plan.layers if layer.name == BINS and layer.kind == "Subtract")


def of_member(name: str, member: int | None) -> str:
    """Return the name of a layer of one member, counted from 1; None where there is only one."""
    return name if member is None else f"{name}_m{member}"


def member(network: "PlainNetwork", number: int) -> "PlainNetwork":
    """Return one of the networks whose answers are averaged, counted from 1, as a network of its own.

    Its layers share their weights, and have the names that they would have had alone.
    """
    plan = network.plan
    answers = answers_of(plan)
    answer = list(dict.fromkeys(answers.layers))[number - 1]
    kept = sorted(ancestors(plan, [answer]))
    kept += [len(plan.layers) - 1] if answers.rescaled else []
    index = {place: new for new, place in enumerate(kept)}
    names = _names(plan, kept, number)
    layers = []
    for place, name in zip(kept, names, strict=True):
        layer = plan.layers[place]
        sources = [answer if source not in index else source for source in layer.inputs]
        layers.append(dataclasses.replace(layer, name=name, inputs=tuple(index[source] for source in sources)))
    alone = dataclasses.replace(plan, sequential=False, layers=tuple(layers))
    states = list(_states(plan, network.dropout_state, index))
    return dataclasses.replace(
        network, plan=alone, weights=[network.weights[place] for place in kept], dropout_state=states
    )


def _names(plan: "Plan", kept: Sequence[int], number: int) -> list[str]:
    """Return the names of layers without a member's number; as they are if two would then have the same."""
    names = [plan.layers[place].name for place in kept]
    bare = [name.removesuffix(of_member("", number)) or name for name in names]
    return bare if len(set(bare)) == len(bare) else names


def _states(plan: "Plan", states: Sequence[Sequence[int]], kept: Mapping[int, int]) -> Iterator[Sequence[int]]:
    """Pick the states of those layers of dropout that are kept."""
    dropping = [place for place, layer in enumerate(plan.layers) if draws(layer)]
    return (state for place, state in zip(dropping, states, strict=False) if place in kept)


def draws(layer: "LayerPlan") -> bool:
    """Return whether a layer has a random generator: that of dropout has, if it drops anything."""
    return layer.kind == "Dropout" and bool(layer.settings["rate"] > 0)
