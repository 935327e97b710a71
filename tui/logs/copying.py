"""What of a log goes to the clipboard."""

from __future__ import annotations

from collections.abc import Iterable

#: Bytes that terminals take through OSC 52 without dropping them (100,000 in base 64, xterm's limit).
MOST_BYTES = 74_000


def copied_text(lines: Iterable[str]) -> tuple[str, int]:
    """Return the first of ``lines`` that fit, joined, and how many these are; a lone long line is cut."""
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line.encode("utf-8", "replace")) + 1
        if size > MOST_BYTES + 1:
            break
        kept.append(line)
    else:
        return "\n".join(kept), len(kept)
    if kept:
        return "\n".join(kept), len(kept)
    return line.encode("utf-8", "replace")[:MOST_BYTES].decode("utf-8", "ignore"), 1
