"""The study of depth: deeper beats shallower at equal parameters where functions are composed.

Sources: Telgarsky 2016 (tent maps), Alain & Bengio 2016 (linear probes), Cagnetta et al. 2024 (random hierarchies),
Hanin & Rolnick 2019 (linear regions).
"""

from dlwhy.studies.claims.claim import Claim
from dlwhy.studies.claims.depth import design, figure, findings

CLAIM = Claim(
    name="depth",
    in_short="deep networks learn hierarchical features",
    sentence="Deep networks learn hierarchical features: depth pays where what is to be learnt is composed of simple"
    " steps.",
    question="do more layers help?",
    design=design.design,
    findings=findings.findings,
    descriptive=findings.descriptive,
    headline=figure.headline,
    panels=figure.panels,
)
