"""Chance that is the same in every run."""

import random


def chance_of(seed: int) -> random.Random:
    """Return a source of numbers that look random."""
    return random.Random(seed)  # noqa: S311 - nothing is kept secret with it
