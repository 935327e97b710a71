"""The export stage on the small network, with one of its files or parameters exchanged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.caught import Ended, run_stage
from support.small import SHAPE, trained


def export(folder: Path, exchanged: dict[str, Path] | None = None, **changes: Any) -> Ended:
    """Run the stage with other files of these names, or other parameters."""
    made = trained()
    inputs = {
        "checkpoint": made.checkpoint,
        "config": made.data.config,
        "dict": made.data.dictionary,
    }
    parameters = {"image_shape": SHAPE, "use_space_char": False, **changes}
    return run_stage("export", folder, {**inputs, **(exchanged or {})}, parameters)
