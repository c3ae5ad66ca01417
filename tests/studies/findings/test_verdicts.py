"""The verdict rules, one edge at a time, and their cautions."""

import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlwhy.studies.findings import verdicts
from dlwhy.studies.findings.statistics import Effect, holm, paired_effect
from dlwhy.studies.findings.verdicts import Finding, settle, verdict_of
from dlwhy.studies.plan.study import Outcome, Run

# study.json's fields of a prediction, as STUDIES.md names them
FIELDS = {
    "id",
    "task",
    "role",
    "primary",
    "metric",
    "contrast",
    "effect",
    "ci_low",
    "ci_high",
    "p",
    "p_holm",
    "n_seeds",
    "verdict",
    "cautions",
    "sentence",
}
ROLES = ("positive", "negative", "real", "own")
VERDICTS = ("supported", "not supported", "inconclusive", "withheld")


def effect_of(low, high, *, n_seeds=12, sd=0.02):
    mean = (low + high) / 2
    return Effect(
        effect=mean, ci_low=low, ci_high=high, p=0.01, sd=sd, standardized=mean / sd, n_seeds=n_seeds, alpha=0.05
    )


def finding(verdict="supported", role="positive", **changes):
    values = {
        "id": "P1",
        "task": f"{role}-task",
        "role": role,
        "primary": role in ("positive", "own"),
        "metric": "accuracy",
        "contrast": "depth 3 - depth 1",
        "effect": 0.269,
        "ci_low": 0.255,
        "ci_high": 0.283,
        "p": 0.0002,
        "p_holm": None,
        "standardized": 12.0,
        "n_seeds": 12,
        "verdict": verdict,
        "smallest": 0.01,
        "cautions": (),
        "sentence": "Three layers beat one.",
    }
    return Finding(**{**values, **changes})


# --- one prediction


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.02, 0.04, "supported"),
        (0.0101, 0.04, "supported"),
        (0.01, 0.04, "inconclusive"),  # touching is not above
        (0.009, 0.04, "inconclusive"),
        (-0.04, 0.04, "inconclusive"),
        (-0.002, 0.01, "inconclusive"),  # nor below
        (-0.002, 0.0099, "not supported"),
        (0.002, 0.008, "not supported"),  # there, but too small to matter
        (-0.04, -0.02, "not supported"),
        (-math.inf, math.inf, "inconclusive"),
    ],
)
def test_judged_by_the_interval(low, high, verdict):
    assert verdict_of(effect_of(low, high), smallest=0.01) == verdict


def test_smallest_effect_decides():
    effect = effect_of(0.02, 0.04)
    assert verdict_of(effect, smallest=0.0) == "supported"
    assert verdict_of(effect, smallest=0.03) == "inconclusive"
    assert verdict_of(effect, smallest=0.05) == "not supported"


@pytest.mark.parametrize(("n_seeds", "verdict"), [(1, "withheld"), (5, "withheld"), (6, "supported")])
def test_no_verdict_below_six_seeds(n_seeds, verdict):
    assert verdict_of(effect_of(0.02, 0.04, n_seeds=n_seeds), smallest=0.01) == verdict
    assert verdicts.MIN_SEEDS == 6


@given(st.lists(st.floats(-1, 1), min_size=6, max_size=12), st.floats(0, 0.5))
def test_a_supported_effect_is_not_supported_the_other_way(values, smallest):
    one = verdict_of(paired_effect(values), smallest=smallest)
    other = verdict_of(paired_effect([-value for value in values]), smallest=smallest)
    assert one != "supported" or other == "not supported"


def test_seeds_that_would_settle_it():
    assert verdicts.seeds_to_settle(effect_of(0.0, 0.04), smallest=0.01) == 18
    assert verdicts.seeds_to_settle(effect_of(0.0, 0.04), smallest=0.01, overlap=0.3) is None
    assert verdicts.seeds_to_settle(effect_of(0.02, 0.04), smallest=0.01) is None  # settled
    assert verdicts.seeds_to_settle(effect_of(-0.02, 0.0), smallest=0.01) is None
    assert verdicts.seeds_to_settle(effect_of(0.0, 0.02), smallest=0.01) is None  # the effect is the smallest one
    assert verdicts.seeds_to_settle(paired_effect([0.3]), smallest=0.01) is None  # no spread is known
    # too few for a verdict, though they agree
    assert verdicts.seeds_to_settle(effect_of(0.2, 0.24, n_seeds=3), smallest=0.01) == 6


# --- study.json


def test_json_has_the_fields_of_the_format():
    values = finding(cautions=("a caution",)).as_json()
    assert set(values) >= FIELDS
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert values["cautions"] == ["a caution"]
    assert (values["effect"], values["n_seeds"], values["primary"]) == (0.269, 12, True)


def test_json_of_an_interval_without_ends():
    values = finding(ci_low=-math.inf, ci_high=math.inf, standardized=math.nan).as_json()
    assert (values["ci_low"], values["ci_high"], values["standardized"]) == (None, None, None)


def test_a_finding_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding().verdict = "supported"


# --- a study


def test_a_study_that_holds():
    found = [finding(), finding("not supported", "negative"), finding("not supported", "real")]
    settled = settle(found)
    assert (settled.verdict, settled.controls_ok, settled.reasons) == ("supported", True, ())
    assert [each.verdict for each in settled.findings] == ["supported", "not supported", "not supported"]


def test_a_study_that_has_not_run_to_its_end_has_no_verdict_yet():
    own = [finding(), finding("supported", "own")]

    for findings in ([finding()], own):
        settled = settle(findings, complete=False)

        assert (settled.verdict, settled.controls_verdict) == ("withheld", "withheld")
        assert settled.reasons == ("the study has not run to its end",)
        assert {each.verdict for each in settled.findings} == {"supported"}


def test_holm_is_over_primary_predictions():
    found = [finding(p=0.01), finding(p=0.02), finding(role="real", p=0.001), finding("not supported", "negative")]
    assert [each.p_holm for each in settle(found).findings] == [0.02, 0.02, None, None]


def test_what_holm_does_not_leave_is_inconclusive():
    settled = settle([finding(p=0.03, cautions=("seen before",)), finding(p=0.04)])
    first = settled.findings[0]
    assert [each.verdict for each in settled.findings] == ["inconclusive", "inconclusive"]
    assert first.cautions == ("seen before", "p = 0.060 after correction for 2 predictions")
    # what was seen is said all the same
    assert first.sentence == "Three layers beat one; no verdict after correction for 2 predictions."
    assert first.outcome == "probably helps"
    assert (settled.verdict, settled.controls_ok) == ("inconclusive", True)


@pytest.mark.parametrize(
    ("alpha", "verdict"), [(0.05, "inconclusive"), (0.0500001, "supported"), (0.01, "inconclusive")]
)
def test_p_must_be_below_alpha(alpha, verdict):
    assert settle([finding(p=0.05)], alpha=alpha).findings[0].verdict == verdict


def test_other_verdicts_need_no_p():
    found = [finding("not supported", "own", p=0.9), finding("inconclusive", p=0.9)]
    assert [each.verdict for each in settle(found).findings] == ["not supported", "inconclusive"]


def test_a_prediction_that_lost_its_pairs_stays_in_the_family():
    lost = finding("withheld", p=None, effect=None, n_seeds=0)
    settled = settle([finding(p=0.03), lost])
    assert [each.p_holm for each in settled.findings] == [0.06, None]
    assert settled.findings[0].verdict == "inconclusive"


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=8))
def test_correction_is_holms(cases):
    found = [finding("not supported", "real", p=p, primary=primary) for p, primary in cases]
    family = iter(holm([p for p, primary in cases if primary]))
    expected = [next(family) if primary else None for _, primary in cases]
    assert [each.p_holm for each in settle(found).findings] == expected


@pytest.mark.parametrize(
    "bad",
    [
        finding("supported", "negative"),
        finding("supported", "negative", primary=True),
        finding("not supported", "positive"),
    ],
)
def test_a_control_that_misbehaves_withholds_the_rest(bad):
    others = [finding(), finding("not supported", "negative", task="fine"), finding(role="real"), finding(role="own")]
    settled = settle([*others, bad])
    assert (settled.verdict, settled.controls_ok) == ("withheld", False)
    assert [each.verdict for each in settled.findings[:4]] == ["supported", "not supported", "withheld", "withheld"]
    assert settled.findings[4].verdict == bad.verdict  # shown as it is
    for each in settled.findings[2:4]:
        assert each.cautions == (f"withheld: the control {bad.task} misbehaves",)
        assert each.sentence == f"Three layers beat one; no verdict, since the control {bad.task} misbehaves."
    assert settled.reasons == (f"the {bad.role} control {bad.task} misbehaves: {bad.contrast} is {bad.verdict}",)


def test_every_control_that_misbehaves_is_named():
    bad = [finding("supported", "negative", task=name) for name in ("linear", "shuffled", "linear")]
    settled = settle([finding(role="own"), *bad])
    assert settled.findings[0].cautions == ("withheld: the control linear, shuffled misbehaves",)
    assert len(settled.reasons) == 3


@pytest.mark.parametrize(
    "fine",
    [
        finding("inconclusive", "negative"),
        finding("inconclusive", "positive"),
        finding("not supported", "positive", primary=False),
        finding("not supported", "real", primary=True),
        finding("not supported", "own"),
    ],
)
def test_what_is_no_misbehaviour(fine):
    settled = settle([finding(role="real"), fine])
    assert settled.controls_ok
    assert settled.findings[0].verdict == "supported"


def test_holm_may_clear_a_negative_control():
    found = [finding("supported", "negative", primary=True, p=0.04), finding(p=0.04)]
    assert settle(found).controls_ok


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([("supported", "positive"), ("supported", "positive")], "supported"),
        ([("supported", "positive"), ("inconclusive", "positive")], "inconclusive"),
        ([("inconclusive", "positive")], "inconclusive"),
        ([("supported", "positive"), ("withheld", "positive")], "withheld"),
        ([("supported", "positive"), ("not supported", "own")], "not supported"),  # the user's own question first
        ([("supported", "positive"), ("inconclusive", "own")], "inconclusive"),
        ([("inconclusive", "positive"), ("supported", "own")], "supported"),
        ([("not supported", "own")], "not supported"),
        ([("supported", "own")], "supported"),
        ([("supported", "own"), ("not supported", "own")], "supported"),  # one ingredient that helps will do
        ([("supported", "own"), ("withheld", "own")], "supported"),
        ([("not supported", "own"), ("withheld", "own")], "withheld"),
        ([("not supported", "own"), ("inconclusive", "own")], "inconclusive"),
        ([("supported", "real")], "withheld"),  # nothing primary decides
        ([], "withheld"),
    ],
)
def test_verdict_of_the_study(found, verdict):
    settled = settle([finding(each, role) for each, role in found])
    assert settled.verdict == verdict
    assert [each.verdict for each in settled.findings] == [each for each, _ in found]


def test_few_seeds_are_a_reason_and_a_caution():
    settled = settle([finding("withheld", n_seeds=5)])
    assert settled.reasons == ("no verdict below 6 paired seeds",)
    assert settled.findings[0].cautions == ("5 seeds: no verdict below 6",)
    assert settle([finding(n_seeds=6)]).reasons == ()
    minor = settle([finding(), finding("withheld", "real", n_seeds=1)])
    assert minor.reasons == ()
    assert minor.findings[1].cautions == ("1 seed: no verdict below 6",)


@given(
    st.lists(
        st.builds(finding, st.sampled_from(VERDICTS), st.sampled_from(ROLES), p=st.floats(0, 1), primary=st.booleans()),
        max_size=8,
    )
)
def test_settling_never_invents_support(found):
    settled = settle(found)
    for before, after in zip(found, settled.findings, strict=True):
        assert after.verdict in (before.verdict, "inconclusive", "withheld")
        assert after.verdict != "supported" or not before.primary or after.p_holm < 0.05
        assert after.sentence.startswith(before.sentence.rstrip("."))  # with its size, whatever the verdict
        same = {"verdict": before.verdict, "outcome": before.outcome, "cautions": (), "sentence": "", "p_holm": None}
        assert dataclasses.replace(after, **same) == dataclasses.replace(before, cautions=(), sentence="")
    assert settled.controls_ok or settled.verdict == "withheld"
    assert settled.controls_ok or all(
        each.verdict == "withheld" for each in settled.findings if each.role in ("real", "own")
    )


# --- whose verdict it is


@pytest.mark.parametrize(
    ("roles", "about"),
    [
        (("own", "positive", "negative"), "own"),
        (("positive", "real"), "controls"),
        (("real", "negative"), "real"),
        (("negative",), "nothing"),
        ((), "nothing"),
    ],
)
def test_a_verdict_says_whose_it_is(roles, about):
    found = [finding("not supported" if role == "negative" else "supported", role, primary=True) for role in roles]
    settled = settle(found)
    assert settled.about == about
    assert settled.verdict == ("withheld" if about == "nothing" else "supported")
    assert settled.controls_verdict == ("supported" if "positive" in roles else None)
    assert {each.role for each in settled.decisive} <= {about.replace("controls", "positive")}


def test_a_verdict_on_own_data_is_never_that_of_the_controls():
    """Titanic: -1.1 points [-2.8, .6], and the tool said "Verdict: supported", of its toys."""
    own = finding("not supported", "own", effect=-0.011, ci_low=-0.028, ci_high=0.006, p=0.2)
    settled = settle([own, finding(), finding("not supported", "negative")])
    assert (settled.verdict, settled.about, settled.controls_verdict) == ("not supported", "own", "supported")


def test_own_data_without_a_primary_prediction_have_no_verdict():
    settled = settle([finding("supported", "own", primary=False), finding()])
    assert (settled.about, settled.verdict, settled.controls_verdict) == ("own", "withheld", "supported")
    assert settled.reasons == ("no primary prediction is left to judge by",)


# --- too few seeds for Holm


def test_six_seeds_can_not_support_two_predictions():
    agreeing = paired_effect([0.27, 0.28, 0.29, 0.28, 0.3, 0.29])
    assert agreeing.p == 2 / 64
    both = [finding(p=agreeing.p, n_seeds=6, sentence="Three layers beat one, by 28.7 points.") for _ in range(2)]
    first = settle(both).findings[0]
    assert first.verdict == "inconclusive"
    assert first.cautions == ("p = 0.062 after correction for 2 predictions: 6 seeds can't reach 0.05, 7 can",)
    assert first.sentence == "Three layers beat one, by 28.7 points; too few seeds for a verdict."
    seven = settle([finding(p=2 / 128, n_seeds=7) for _ in range(2)])
    assert [each.verdict for each in seven.findings] == ["supported", "supported"]


def test_a_corrected_t_test_has_no_such_floor():
    first = settle([finding(p=0.03, n_seeds=6, test="corrected t") for _ in range(2)]).findings[0]
    assert first.cautions == ("p = 0.060 after correction for 2 predictions",)


# --- cautions


def test_few_seeds_are_cautioned():
    few, enough = settle([finding(n_seeds=5, verdict="withheld"), finding()]).findings
    assert few.cautions[-1] == "5 seeds: no verdict below 6"
    assert enough.cautions == ()


def outcome(*lost, **more):
    runs = [Run(seed=seed, metrics={}, status=status) for seed, status in enumerate([*lost, *["ok"] * 16])]
    return Outcome(runs=tuple(runs), **more)
