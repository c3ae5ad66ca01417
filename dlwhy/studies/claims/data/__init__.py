"""The study of data: what more rows bring, beside simple models, and how far a learning curve can be foreseen."""

from dlwhy.studies.claims.claim import Claim
from dlwhy.studies.claims.data import design, figure, findings

CLAIM = Claim(
    name="data",
    in_short="deep learning grows with the amount of data",
    sentence="Deep learning lives on data: a network goes on improving with more of it, where simple models have"
    " stopped.",
    question="do more rows help?",
    design=design.design,
    findings=findings.findings,
    descriptive=findings.descriptive,
    headline=figure.headline,
    panels=figure.panels,
)
