"""A page of docs/ of which a part between two marks is made by a script."""

from __future__ import annotations

from collections.abc import Iterable


def with_part(page: str, begin: str, end: str, lines: Iterable[str]) -> str:
    """Return the page with these lines in the place of what stands between the marks.

    Raises:
        ValueError: the page has no such marks.
    """
    before, found, rest = page.partition(begin)
    _old, last, after = rest.partition(end)
    if not found or not last:
        raise ValueError(f"there is no {begin.strip()} … {end}")
    return before + begin + "".join(f"{line}\n" for line in lines) + end + after
