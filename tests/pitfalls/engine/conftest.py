"""The fixtures, from support/engine.py."""

from __future__ import annotations

from support.engine import (
    client,
    compose,
    lines,
    make_official,
    official,
    pytest_collection_modifyitems,
    site,
)

__all__ = [
    "client",
    "compose",
    "lines",
    "make_official",
    "official",
    "pytest_collection_modifyitems",
    "site",
]
