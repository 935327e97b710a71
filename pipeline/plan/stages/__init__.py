"""The table of stages: which there are, in which order they run, and what each needs.

A row is a name; the module of that name beside this one says all that the host knows of the stage, as its
``SPEC``. Wiring, keys, image checks, what the report fetches, the choices of ``--from`` and the screens'
lists are drawn from here.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.plan.stages.spec import StageSpec

#: In the order in which they run: names only, so that a command line or a list on the screen imports little.
STAGES = ("data", "train", "export", "quantize", "convert", "verify")


def stage_table() -> tuple[StageSpec, ...]:
    """Return the rows in their order."""
    return tuple(spec_of(name) for name in STAGES)


def spec_of(name: str) -> StageSpec:
    """Return one row."""
    spec: StageSpec = import_module(f"{__name__}.{name}").SPEC
    return spec
