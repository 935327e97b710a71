"""The pitfalls in words, a Markdown file a pitfall and language: what ``paddock explain`` says of each ID."""

from pipeline.pitfalls.catalogue import (
    Entry,
    Section,
    Subject,
    by_message,
    entry,
    find,
    guards_of,
    nearest,
)
from stages.pitfalls import Pitfall

__all__ = [
    "Entry",
    "Pitfall",
    "Section",
    "Subject",
    "by_message",
    "entry",
    "find",
    "guards_of",
    "nearest",
]
