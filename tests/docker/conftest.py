"""The fixtures, from support/engine.py."""

from __future__ import annotations

from support.engine import (
    client,
    compose,
    images,
    lines,
    make_official,
    official,
    pytest_collection_modifyitems,
    pytest_terminal_summary,
    shop,
    site,
    tools,
)

__all__ = [
    "client",
    "compose",
    "images",
    "lines",
    "make_official",
    "official",
    "pytest_collection_modifyitems",
    "pytest_terminal_summary",
    "shop",
    "site",
    "tools",
]
