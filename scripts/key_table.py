"""The table of keys in docs/text-ui.md, from ``tui/keys.py``; ``python scripts/key_table.py`` renews it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from textual.keys import format_key

from marked import with_part
from tui.keys import SCOPES, keys_of

PAGE = Path(__file__).parents[1] / "docs" / "text-ui.md"
_BEGIN, _END = "<!-- keys: made by scripts/key_table.py -->\n", "<!-- end of keys -->"


def with_table(page: str) -> str:
    """Return the page with the table as it has to be.

    Raises:
        ValueError: the page has no place for it.
    """
    return with_part(page, _BEGIN, _END, _table())


def _table() -> Iterator[str]:
    yield "| keys | what they do | ID |"
    yield "|---|---|---|"
    for scope, title in SCOPES.items():
        yield f"| **{title}** | | |"
        for key in keys_of(scope):
            names = " ".join(f"`{format_key(name.strip())}`" for name in key.keys.split(","))
            yield f"| {names} | {key.help} | `{key.id}` |"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
