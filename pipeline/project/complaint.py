"""What is wrong with one key of a project's settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Complaint:
    """What is wrong with the key at ``keys`` (table, key, …), and what to do about it."""

    keys: tuple[str, ...]
    message: str
    remedy: str = ""
