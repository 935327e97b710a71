"""What all tasks write alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from stages.files import write_text

SCHEMA_VERSION = 1
#: Threads of every model unless the parameters say otherwise: with one, Paddle Inference and Paddle-Lite
#: are comparable, as their ways to use more are not.
THREADS = 1


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a document as a person can read it."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")
