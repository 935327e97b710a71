"""The mean of a head's weights over its last steps: what is validated, and what is kept.

Steps with a few images each wander around what all images together ask for; their mean lies nearer to it than
the last step does. So the choice of the epoch hangs less on chance.
"""

from __future__ import annotations

import numpy as np

from stages.frozen.state import Arrays

#: How much of the mean a step leaves, once there have been enough of them: it looks back over about 50 steps.
DECAY = 0.98


def averaged(average: Arrays, now: Arrays, step: int) -> Arrays:
    """Return the mean with the weights of after ``step`` (from 1) in it; early on, few steps weigh all."""
    kept = np.float32(min(DECAY, (1 + step) / (10 + step)))
    left = np.float32(1) - kept
    return {name: average[name] * kept + now[name] * left for name in now}
