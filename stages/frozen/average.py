"""The mean of a head's weights over its steps: what is validated, and what is kept.

Steps with a few images each wander around what all images together ask for; their mean lies nearer to it than
the last step does. It is polynomial-decay averaging (Shamir and Zhang, "Stochastic gradient descent for
non-smooth optimization", 2013): later steps weigh more, and it looks back over a share of all steps, so it
fits few steps and many, and early ones are forgotten.
"""

from __future__ import annotations

import numpy as np

from stages.frozen.state import Arrays

#: The power by which later steps weigh more: half of the mean is the last fifth of the steps.
POWER = 2


def averaged(average: Arrays, now: Arrays, step: int) -> Arrays:
    """Return the mean with the weights of after ``step`` (from 1) in it."""
    kept = np.float32((step - 1) / (step + POWER))
    left = np.float32(1) - kept
    return {name: average[name] * kept + now[name] * left for name in now}
