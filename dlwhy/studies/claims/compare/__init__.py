"""The study that compares the user's own recipes: the same seeds and splits, equal tuning, differences to the first."""

from dlwhy.studies.claims.claim import Claim
from dlwhy.studies.claims.compare import design, findings

CLAIM = Claim(
    name="compare",
    in_short="your own recipes against each other",
    sentence="Which of these recipes is better, on the same seeds and splits, each with a learning rate of its own?",
    question="which recipe is better?",
    design=design.design,
    descriptive=findings.descriptive,
)
