"""docs/pir.md has the operators that are translated, and no others."""

from __future__ import annotations

import re
from pathlib import Path

from stages.pir.operators import TRANSLATIONS

PAGE = Path(__file__).parents[2] / "docs/pir.md"


def test_the_page_lists_every_translation() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: becomes.strip("`") for name, becomes in rows} == {
        name: translation.becomes for name, translation in TRANSLATIONS.items()
    }
    assert [name for name, _ in rows] == sorted(TRANSLATIONS)
