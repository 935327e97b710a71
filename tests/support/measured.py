"""The verify stage on the alphanumeric model and a few words, with one of its files exchanged."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from support.caught import Ended, run_stage
from support.legacy import SHAPE, alphanumeric_model, draw_lines, new_folder
from support.small import converted

TEXTS = ("A1B2", "XYZ9", "HELLO7", "42")


@lru_cache(maxsize=1)
def words() -> dict[str, Path]:
    """Draw the words."""
    return draw_lines(new_folder(), TEXTS)


def inputs() -> dict[str, Path]:
    """Return what verify takes, all of one model."""
    model, nb = alphanumeric_model(), converted().output
    return {
        **words(),
        "dict": model.dictionary,
        "pdmodel": model.pdmodel,
        "pdiparams": model.pdiparams,
        "nb-x86": nb / "model_x86.nb",
    }


def verify(folder: Path, exchanged: dict[str, Path], **changes: Any) -> Ended:
    """Run the stage with other files of these names."""
    parameters = {"image_shape": list(SHAPE), "use_space_char": False, **changes}
    return run_stage("verify", folder, {**inputs(), **exchanged}, parameters)


def model_entry(done: Ended, name: str) -> dict[str, Any]:
    """Return a model's entry of ``parity.json``."""
    parity = json.loads((done.output / "parity.json").read_text(encoding="utf-8"))
    return next(entry for entry in parity["models"] if entry["name"] == name)
