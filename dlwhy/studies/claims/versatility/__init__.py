"""The study of versatility: one recipe, never tuned, on many data sets and of any size, beside simple models.

Sources: Demsar 2006 (comparing methods over data sets), Grinsztajn et al. 2022 (trees on tables), Lakshminarayanan et
al. 2017 (averaging networks).
"""

from dlwhy.studies.claims.claim import Claim
from dlwhy.studies.claims.versatility import design, figure, findings

CLAIM = Claim(
    name="versatility",
    in_short="one recipe serves many problems, of any size",
    sentence="Deep learning is versatile: one recipe, never tuned, serves many problems of any size.",
    judged_on="toys and small tables",
    question="is a network worth it beside simple models?",
    design=design.design,
    findings=findings.findings,
    descriptive=findings.descriptive,
    headline=figure.headline,
    panels=figure.panels,
)
