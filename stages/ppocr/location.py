"""Where PaddleOCR's own tree (``tools/`` and ``ppocr/``) lies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from stages.errors import StageError
from stages.message import msg

#: Set in the images (images/train/Dockerfile) and by whoever runs a stage without one.
VARIABLE = "PADDOCK_PADDLEOCR"


def paddleocr_root() -> Path:
    """Return the folder that holds PaddleOCR's ``tools/`` and ``ppocr/``.

    Raises:
        StageError: the variable is not set, or names a folder without them.
    """
    value = os.environ.get(VARIABLE, "")
    root = Path(value)
    if not value or not (root / "tools" / "train.py").is_file():
        found = f"{VARIABLE} is {value!r}" if value else msg("{variable} is not set", VARIABLE)
        raise StageError(
            msg("PaddleOCR's tools/train.py is not here"),
            found,
            msg(
                "set {variable} to a tree with PaddleOCR's tools/ and ppocr/, or rebuild the images",
                VARIABLE,
            ),
        )
    return root


def use_paddleocr() -> None:
    """Make ``import ppocr`` find PaddleOCR's tree."""
    root = str(paddleocr_root())
    if root not in sys.path:
        sys.path.insert(0, root)
