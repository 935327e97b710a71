"""All entries, in the order in which a deployment meets them."""

from __future__ import annotations

from types import MappingProxyType

from pipeline.pitfalls.conversion import CONVERSION
from pipeline.pitfalls.data import DATA
from pipeline.pitfalls.entry import Entry
from pipeline.pitfalls.runtime import RUNTIME
from pipeline.pitfalls.training import TRAINING

CATALOGUE: tuple[Entry, ...] = (*DATA, *TRAINING, *CONVERSION, *RUNTIME)
_BY_ID = MappingProxyType({str(item.id): item for item in CATALOGUE})


def entry(pitfall: str) -> Entry | None:
    """Return the entry of an ID; None for one that there is not (of another version's report)."""
    return _BY_ID.get(pitfall)
