"""``pages.jsonl``: the labelled regions and each model's boxes on every test page, a page a line.

Detection's ``verify`` leaves it. The report says in words what differs; here one can see it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from stages.contract.codec import DocumentError, decode, encode
from stages.message import msg, restored, with_messages

PAGES = "pages.jsonl"

#: Corners in their order around it, x and y in pixels of the page.
Outline = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Page:
    """A test page. Numbers of regions and boxes are their places in ``regions`` and ``boxes``."""

    image: str
    label: str
    """how many regions there are to find, in words"""
    found: Mapping[str, str]
    """by model, what it found, in words"""
    regions: tuple[Outline, ...]
    """as labelled"""
    boxes: Mapping[str, tuple[Outline, ...]]
    """by model, in reading order"""
    missed: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """by model, the regions that none of its boxes matches"""
    extra: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """by model, the boxes that match no region"""

    @property
    def is_as_labelled(self) -> bool:
        """Whether every model found every region, and nothing else."""
        return not any((*self.missed.values(), *self.extra.values()))

    @property
    def is_parted(self) -> bool:
        """Whether the models did not find the very same boxes."""
        return len(set(self.boxes.values())) > 1


def dump_pages(pages: Iterable[Page]) -> str:
    """Return the file's text: ASCII, so that nothing in it ends a line."""
    lines = (with_messages(encode(page)) for page in pages)
    return "".join(json.dumps(line) + "\n" for line in lines)


def parse_pages(data: bytes) -> Iterator[Page]:
    """Give what :func:`dump_pages` wrote.

    Raises:
        DocumentError: a line is no page.
    """
    for number, line in enumerate(data.splitlines(), start=1):
        where = f"{PAGES}:{number}"
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DocumentError(msg("{file} is not JSON: {error}", where, error)) from error
        yield decode(Page, restored(raw) if isinstance(raw, dict) else raw, where)
