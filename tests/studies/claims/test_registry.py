"""One harness over all claims: each designs, runs at the smallest size, reports and draws; and a seventh claim."""

import dataclasses
import importlib
import json
import textwrap

import pytest

from dlwhy.errors import UsageError
from dlwhy.figures.drawing import style
from dlwhy.studies import conduct, figure
from dlwhy.studies import report as reporting
from dlwhy.studies.bench import runner
from dlwhy.studies.claims import registry
from dlwhy.studies.findings import seeds_needed
from dlwhy.studies.request import BUDGETS, OwnData, Request

CLASSES = OwnData(name="mine {x}", fingerprint="0" * 64, rows=400, features=7, classes=3)
VALUES = dataclasses.replace(CLASSES, classes=0)
ARMS = {"compare": {"arms": ["layers=4", "layers=4 dropout=0.1 epochs=1", "baseline:svm"]}}
# two arms or so of each, that take a second to run
SMALLEST = {
    "depth": ("linear: depth 1", "linear: depth 3"),
    "data": ("moons: net, n=16", "moons: net, n=4096", "moons: logistic, n=16"),
    "compute": ("200 points: width 4",),
    "algorithms": ("clean-32: none", "clean-32: dropout .5"),
    "transfer": ("trunk-apart: scratch, k=5",),
    "versatility": ("blobs",),
    "compare": (),
}
NAMES = (*registry.CLAIMS, registry.COMPARE)


def asked(name, **more):
    return Request(claim=name, extra=ARMS.get(name, {}), **more)


def test_every_claim_is_tried_here():
    assert set(SMALLEST) == set(NAMES)


@pytest.mark.parametrize(
    ("name", "own"),
    # the simple model that `compare` is asked for here is one of classes
    [(name, own) for name in NAMES for own in (None, CLASSES, VALUES) if (name, own) != ("compare", VALUES)],
    ids=str,
)
def test_a_design_is_plain_data_and_whole_in_every_budget(name, own):
    studies = [conduct.design(asked(name, budget=budget, own=own)) for budget in BUDGETS]
    for study in studies:
        arms = study.every
        assert all(key == arm.key for key, arm in arms.items())
        assert json.loads(json.dumps([[arm.to_json(), arm.place] for arm in arms.values()]))
        assert len(set(runner.keys(study).values())) == len(arms)
        assert {key for each in study.contrasts for key in (each.arm, each.base)} <= set(study.arms)
        for each in study.contrasts:
            task = study.arms[each.arm].task
            assert (each.prediction.task, each.prediction.role) == (task.name, task.role)
        assert study.a_a.base in study.arms
        assert study.a_a.arm.key not in study.arms
        assert (study.a_a.arm.place, study.a_a.arm.recipe.shift) == ({}, 1)
        own_keys = [arm.task.role == "own" for arm in study.arms.values()]
        assert own_keys == sorted(own_keys, reverse=True)  # the user's own question is run first
        assert own is None or any(own_keys) or name == "transfer"  # which asks for a model, too
        assert json.loads(json.dumps(conduct.plan(study)))["needs"] == seeds_needed.of(study).as_json()
    assert set(studies[0].arms) <= set(studies[1].arms)


@pytest.mark.parametrize("name", NAMES)
def test_a_claim_reports_and_draws_whatever_there_is_of_results(name, results_of):
    study = conduct.design(asked(name, budget="quick", own=CLASSES))
    results = results_of(study, lambda arm: 0.6 + 0.0003 * len(arm.key), sd=0.02)
    some = dict(list(results.items())[::3])
    for there in (results, some, {}):
        report = reporting.report(study, there)
        assert json.loads(json.dumps(report, allow_nan=False)) == report
        assert [arm["arm"] for arm in report["arms"]] == [study.every[key].name for key in study.every if key in there]
        assert report["headline"]["title"].startswith(name)
        if there:
            with style.styled():
                assert figure.draw(report).axes


@pytest.mark.parametrize("name", NAMES)
def test_a_claim_runs_at_the_smallest_size(name, tmp_path, monkeypatch):
    monkeypatch.setattr("dlwhy.studies.claims.transfer.design._STEPS", 6)  # it counts steps, not epochs
    request = asked(name, budget="quick", n_seeds=2, epochs=1, only=SMALLEST[name])
    done = conduct.run(request, tmp_path)
    assert done.report["complete"]
    assert done.report["failures"] == 0
    assert all(arm["mean"] is not None and arm["n_seeds"] == 2 for arm in done.report["arms"])
    shown = conduct.show(tmp_path).report
    assert [shown[part] for part in ("predictions", "arms")] == [done.report[part] for part in ("predictions", "arms")]


def test_what_there_is_not_is_named():
    with pytest.raises(UsageError, match="no study width"):
        registry.claim("width")


# --- a seventh claim: one folder, one line

FOLDER = {
    "__init__.py": """
        from dlwhy.studies.claims.claim import Claim
        from seventh import design, figure, findings

        CLAIM = Claim(
            name="seventh",
            in_short="a coin falls on its head",
            sentence="A coin that is bent falls on its head.",
            question="is it bent?",
            design=design.design,
            findings=findings.findings,
            descriptive=findings.descriptive,
            panels=figure.panels,
        )
    """,
    "arms.py": """
        import dataclasses

        from dlwhy.studies.plan.study import Outcome, Run
        from dlwhy.studies.plan.study import Recipe


        @dataclasses.dataclass(frozen=True, kw_only=True)
        class Coin(Recipe):
            bent: float

            def run(self, task, seeds, dataset):
                runs = [
                    Run(seed=seed, metrics={"heads": 0.5 + self.bent + (seed + self.shift) % 7 / 1000})
                    for seed in seeds.report
                ]
                return Outcome(runs=tuple(runs))
    """,
    "design.py": """
        from seventh.arms import Coin

        from dlwhy.studies.plan.assembling import assemble
        from dlwhy.studies.plan.study import Says
        from dlwhy.studies.plan.study import Arm, Task, contrast


        def design(request):
            task = Task(name="coins", role="positive", draw="none")
            arms = [
                Arm(name=name, task=task, recipe=Coin(bent=bent), metric="heads", place={"bent": bent})
                for name, bent in (("fair", 0.0), ("bent", 0.3))
            ]
            says = Says("A bent coin falls on its head more often, by {effect}.")
            return assemble(request, arms=arms, contrasts=[contrast(arms[1], arms[0], says, id="P1")], repeated=arms[0])
    """,
    "findings.py": """
        from dlwhy.studies.findings.judging import judge
        from dlwhy.studies.findings.selecting import by, cells
        from dlwhy.studies.plan.study import Prediction


        def findings(study, results):
            bent = by("bent", cells(study, results, "bent"))
            prediction = Prediction(
                id="P2", task="coins", role="positive", metric="heads", contrast="most bent - a half", primary=False
            )
            return [judge(study, prediction, bent[max(bent)].values() - 0.5)] if bent else []


        def descriptive(study, results):
            heads = {cell.arm.name: cell.mean() for cell in cells(study, results, "bent")}
            return {"heads": heads, "lines": [f"The bent coin: {heads['bent']:.1f}."] if "bent" in heads else []}
    """,
    "figure.py": """
        def panels(report):
            return [lambda ax: (ax.bar(list(report["descriptive"]["heads"]), 1), ax.set_title("Coins"))]
    """,
}


@pytest.fixture
def seventh(tmp_path, monkeypatch):
    """A claim in a temporary folder, registered."""
    folder = tmp_path / "claims" / "seventh"
    folder.mkdir(parents=True)
    for name, text in FOLDER.items():
        (folder / name).write_text(textwrap.dedent(text))
    monkeypatch.syspath_prepend(folder.parent)
    claim = importlib.import_module("seventh").CLAIM
    monkeypatch.setitem(registry.CLAIMS, claim.name, claim)
    return claim


def test_a_seventh_claim_is_one_folder_and_one_registration(seventh, dlwhy_in_process, tmp_path):
    listed = json.loads(dlwhy_in_process("study", "--list", "--json").out)
    assert {"study": "seventh", "claim": "a coin falls on its head"} in listed
    done = dlwhy_in_process("study", "seventh", "--seeds", "6", "--json", "--quiet")
    assert done.code == 0, done.err
    report = json.loads(done.out)
    assert [(each["id"], each["verdict"]) for each in report["predictions"]] == [
        ("P1", "supported"),
        ("P2", "supported"),
    ]
    assert report["predictions"][0]["sentence"].startswith("A bent coin falls on its head more often, by ")
    assert [arm["place"] for arm in report["arms"]] == [{"bent": 0.0}, {"bent": 0.3}, {}]
    assert report["descriptive"]["lines"] == ["The bent coin: 0.8."]
    assert (tmp_path / "study" / "seventh" / "figure.png").is_file()
    with style.styled():
        titles = [ax.get_title(loc="left") or ax.get_title() for ax in figure.draw(report).axes]
    assert titles == ["Coins", "Effects"]
    assert "seventh: A coin that is bent" in dlwhy_in_process("study", "show", "study").out
