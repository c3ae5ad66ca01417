"""The answer as a page: recommendation and rule first, then at most five sentences; names of the user's stay text."""

from dlwhy.studies.answer import page
from tests.studies.answer import reports


def test_the_recommendation_comes_first_and_the_rule_behind_it() -> None:
    found = page.answer([reports.judge(), reports.data(), reports.algorithms()])

    assert found is not None
    assert found["rule"] == "not-told-apart"
    assert len(found["sentences"]) == 4
    assert page.markdown(found) == (
        "# Use random forest on churn: nets are not shown to be better, 0.3 points [-0.9, 1.5], at 17 times its cost"
        " (3.4 s for eight, compiling included).\n"
        "\n"
        "Rule: not-told-apart.\n"
        "\n"
        "- Seen: accuracy 0.861 by eight nets, 0.858 by random forest, 0.842 by logistic regression; on 20 splits of"
        " 2,000 rows, 1,500 of them to learn from; brackets are 95 % intervals.\n"
        "- About 40 splits would probably settle it (--seeds 40). More rows may change the answer: a net gained 3.0"
        " points [2.0, 4.0] on logistic regression from few rows to all; twice as many would bring a net about 0.9"
        " points [0.1, 1.7].\n"
        "- Not tried: CatBoost (not installed); settings other than defaults (dlwhy tune).\n"
        "- 1 of 1 part tried helps a net here: dropout (+2.0 points [1.0, 3.0]).\n"
        "\n"
        "Made from these studies, whose folders have all rows:\n"
        "\n"
        "- versatility: `dlwhy study versatility -d churn.joblib`\n"
        "- data: `dlwhy study data -d churn.joblib`\n"
        "- algorithms: `dlwhy study algorithms -d churn.joblib`\n"
    ).replace("0.3 points", "+0.3 points")


def test_names_of_the_user_stay_text() -> None:
    found = page.answer([reports.judge(task="<script>alert(1)</script> ![x](http://y) [a](b)")])

    assert found is not None
    shown = page.markdown(found)
    assert "<script>" not in shown
    assert "](" not in shown.replace("]\\(", "")


def test_without_the_judge_there_is_no_answer() -> None:
    assert page.answer([reports.data()]) is None
