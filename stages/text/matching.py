"""Which class of one dictionary is which class of another."""

from __future__ import annotations

from collections.abc import Sequence


def same_classes(wanted: Sequence[str], there: Sequence[str]) -> list[int | None]:
    """Return for each entry of ``wanted`` the class in ``there`` that means the same, None without one.

    Entries that stand several times are matched from the last one back: the last is the class that
    PaddleOCR's labels train, and two equal dictionaries are matched class by class.
    """
    places: dict[str, list[int]] = {}
    for number, entry in enumerate(there, start=1):
        places.setdefault(entry, []).append(number)
    found = [places[entry].pop() if places.get(entry) else None for entry in reversed(wanted)]
    return found[::-1]
