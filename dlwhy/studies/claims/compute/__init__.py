"""The study of compute: what larger networks, trained longer, bring on fresh data, and where they bring nothing.

Sources: Kaplan et al. 2020 (compute-efficient frontiers), Sharma & Kaplan 2022 (exponents by dimension).
"""

from dlwhy.studies.claims.claim import Claim
from dlwhy.studies.claims.compute import design, figure, findings

CLAIM = Claim(
    name="compute",
    in_short="deep learning grows with computing power",
    sentence="Deep learning grows with computing power: larger networks, trained longer, go on improving by a power"
    " law.",
    question="does more computing help?",
    design=design.design,
    findings=findings.findings,
    descriptive=findings.descriptive,
    headline=figure.headline,
    panels=figure.panels,
)
