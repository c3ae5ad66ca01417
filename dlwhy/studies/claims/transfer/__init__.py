"""The study of transfer: what a network has learnt on one task carries over to another one with few labels.

Sources: Yosinski et al. 2014 (how many layers to carry over).
"""

from dlwhy.studies.claims.claim import Claim
from dlwhy.studies.claims.transfer import design, figure, findings

CLAIM = Claim(
    name="transfer",
    in_short="pre-trained models carry over to new tasks",
    sentence="Pre-trained networks carry over: what was learnt on one task saves labels on another that shares it.",
    question="does a pre-trained model help?",
    design=design.design,
    findings=findings.findings,
    descriptive=findings.descriptive,
    headline=figure.headline,
    panels=figure.panels,
)
