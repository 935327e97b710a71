"""The verify stage on the alphanumeric model and a few words, with one of its files exchanged."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from support.caught import Ended, run_stage
from support.legacy import SHAPE, alphanumeric_model, draw, new_folder
from support.small import converted

TEXTS = ("A1B2", "XYZ9", "HELLO7", "42")


@lru_cache(maxsize=1)
def words() -> Path:
    """Draw the words; return the folder with ``test/`` and ``test.txt``."""
    folder = new_folder()
    for text in TEXTS:
        draw(folder / "test" / f"{text}.png", text)
    labels = "".join(f"{text}.png\t{text}\n" for text in TEXTS)
    (folder / "test.txt").write_text(labels, encoding="utf-8")
    return folder


def inputs() -> dict[str, Path]:
    """Return what verify takes, all of one model."""
    model, nb = alphanumeric_model(), converted().output
    return {
        "test": words() / "test",
        "test_labels": words() / "test.txt",
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
