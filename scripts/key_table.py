"""The table of keys in docs/text-ui.md, from ``tui/keys.py``; ``python scripts/key_table.py`` renews it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from textual.keys import format_key

from tui.keys import SCOPES, keys_of

PAGE = Path(__file__).parents[1] / "docs" / "text-ui.md"
_BEGIN, _END = "<!-- keys: made by scripts/key_table.py -->\n", "<!-- end of keys -->"


def with_table(page: str) -> str:
    """Return the page with the table as it has to be.

    Raises:
        ValueError: the page has no place for it.
    """
    before, begin, rest = page.partition(_BEGIN)
    _old, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"there is no {_BEGIN.strip()} … {_END}")
    return before + begin + "".join(f"{line}\n" for line in _table()) + end + after


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
