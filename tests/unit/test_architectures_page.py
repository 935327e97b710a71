"""docs/architectures.md has the built-in architectures, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from stages.ppocr.architectures import ARCHITECTURES

PAGE = Path(__file__).parents[2] / "docs/architectures.md"
ROW = re.compile(r"^\| `([^`]+)` \| (\w+) .* \| `([^`]+)` \| (\w*) ?\|$", re.MULTILINE)


def test_the_page_lists_every_architecture() -> None:
    assert ROW.findall(PAGE.read_text(encoding="utf-8")) == [
        (name, built_in.backbone["name"], built_in.source, built_in.helper)
        for name, built_in in ARCHITECTURES.items()
    ]
