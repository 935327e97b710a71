"""The data stage on a small data set that a test has spoilt."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from support.caught import Ended, run_stage
from support.small import Data

SPLITS = {"train": "train", "val": "val", "test": "val"}


def check_data(folder: Path, made: Data, **changes: Any) -> Ended:
    """Run the stage; ``test`` has the lines and images of ``made``'s validation set."""
    for split, source in SPLITS.items():
        shutil.copytree(made.folder / source, folder / split)
        shutil.copyfile(made.labels(source), folder / split / f"{split}.txt")
    inputs = {name: folder / name for name in SPLITS}
    parameters = {
        "labels": {name: [f"{name}.txt"] for name in SPLITS},
        "use_space_char": False,
        "max_text_length": 25,
        "allow_overlap": False,
        **changes,
    }
    return run_stage("data", folder, {**inputs, "dictionary": made.dictionary}, parameters)
