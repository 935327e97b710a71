"""Writes the table of dictionaries on stdin into docs/dictionaries.md, and its hash where tests know it."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "dictionaries.md"
KNOWN = ROOT / "tests" / "support" / "dictionary_table.py"
_HASH = re.compile(r'(?<=^RECORDED = ")\w+', re.MULTILINE)


def table_of(page: str) -> str:
    """Return the table of the page: its last one, which ends it."""
    start = page.rindex("\n| dictionary | lines |") + 1
    return page[start:]


def main() -> None:
    """Replace table and hash."""
    table = sys.stdin.read()
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(page.removesuffix(table_of(page)) + table, encoding="utf-8")
    known = KNOWN.read_text(encoding="utf-8")
    digest = hashlib.sha256(table.encode("utf-8")).hexdigest()
    KNOWN.write_text(_HASH.sub(digest, known), encoding="utf-8")


if __name__ == "__main__":
    main()
