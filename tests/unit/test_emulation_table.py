"""docs/emulation.md has the operators that are read back, with their sources, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from stages.emulation.table import READINGS

PAGE = Path(__file__).parents[2] / "docs/emulation.md"


def test_the_page_lists_every_operator_with_its_source() -> None:
    rows = re.findall(
        r"^\| `([\w.]+)` \| (`.*`) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    listed = {
        kind: f"lite/operators/{source}"
        for source, kinds in rows
        for kind in re.findall(r"`(\w+)`", kinds)
    }
    assert listed == {kind: reading.source for kind, reading in READINGS.items()}
    assert [source for source, _ in rows] == sorted(source for source, _ in rows)
