"""The pitfalls in words: what ``paddock explain`` and docs/pitfalls.md say of each ID."""

from pipeline.pitfalls.catalogue import CATALOGUE, entry
from pipeline.pitfalls.entry import Entry, Source
from pipeline.pitfalls.lookup import Subject, find, guards_of, nearest

__all__ = ["CATALOGUE", "Entry", "Source", "Subject", "entry", "find", "guards_of", "nearest"]
