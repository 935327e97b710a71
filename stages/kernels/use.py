"""Computing with the kernel set that a stage was told, and the proof that it is that set."""

from __future__ import annotations

import os

from stages.contract.kernels import PINS, Kernels
from stages.errors import StageError
from stages.message import msg
from stages.paddle_parts import leave_out_building


def use(kernels: Kernels) -> None:
    """Let this process's Paddle compute with the set; the worker has pinned the libraries before.

    Raises:
        StageError: the portable kernels do not compute here what they compute elsewhere.
    """
    leave_out_building()
    if kernels == "native":
        return
    # they bring Paddle along, which takes two seconds to import
    from stages.kernels.operators import replace_operators  # noqa: PLC0415
    from stages.kernels.self_test import differing  # noqa: PLC0415

    replace_operators()
    if names := differing():
        raise StageError(
            msg("this processor's kernels are not the portable ones: {names}", ", ".join(names)),
            "project.kernels",
            msg(
                'write kernels = "native" into [project], and tell Paddock\'s developers the processor'
            ),
        )


def is_portable() -> bool:
    """Return whether this process, or the stage that started it, was told to use the portable set."""
    return all(os.environ.get(name) == value for name, value in PINS.items())
