"""Changing single keys of a copied project's ``paddock.toml``; all else stays as it was written."""

from __future__ import annotations

import re
from pathlib import Path


def set_key(folder: Path, table: str, key: str, value: str) -> None:
    """Set ``key`` of ``[table]`` to ``value``, which is TOML, in the project in ``folder``.

    Raises:
        SystemExit: the file has no such table.
    """
    path = folder / "paddock.toml"
    text = path.read_text(encoding="utf-8")
    header = re.search(rf"^\[{table}\].*\n", text, re.MULTILINE)
    if not header:
        raise SystemExit(f"{path} has no table [{table}]")
    body, next_table, others = text[header.end() :].partition("\n[")
    line, written = re.compile(rf"^{key} *=.*$", re.MULTILINE), f"{key} = {value}"
    body, count = line.subn(lambda _: written, body)
    body = body if count else f"{written}\n{body}"
    path.write_text(text[: header.end()] + body + next_table + others, encoding="utf-8")
