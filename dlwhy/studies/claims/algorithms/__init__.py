"""The study of algorithms: what initialization, normalization, skips, dropout and optimizers bring, each for itself.

Sources: Glorot & Bengio 2010 and He et al. 2015 (gradients at the start), Ioffe & Szegedy 2015 (batch normalization),
He et al. 2016 (residual layers), Srivastava et al. 2014 (dropout), Choi et al. 2019 (optimizers at equal tuning).
"""

from dlwhy.studies.claims.algorithms import design, figure, findings
from dlwhy.studies.claims.claim import Claim

CLAIM = Claim(
    name="algorithms",
    in_short="better algorithms make deep networks trainable",
    sentence="Better algorithms make deep networks trainable, each against a trouble of its own, and only where that is"
    " there.",
    question="which ingredients help?",
    design=design.design,
    findings=findings.findings,
    descriptive=findings.descriptive,
    headline=figure.headline,
    panels=figure.panels,
    forest=False,
)
