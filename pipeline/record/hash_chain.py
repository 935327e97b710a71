"""Lines that vouch for all before them: a changed byte is found, and a line that was taken out.

Every line is a JSON object whose last member, ``link``, is the SHA-256 of all bytes of the file before the
line and of the line itself without that member. What a crash cut short, and lines from before there were
links, are bytes like any other: the next line vouches for them too.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_LINKED = re.compile(rb'(\{.*), "link": "([0-9a-f]{64})"\}\n', re.DOTALL)


@dataclass(frozen=True)
class Chain:
    """A file of linked lines, as it was read.

    Args:
        bodies: the objects of the lines that can be read, without their links.
        broken: from this line on (the first is 1) it is not what was written; 0 if all of it is.
        torn: whether a crash cut the last line short.
    """

    bodies: tuple[Mapping[str, Any], ...]
    broken: int = 0
    torn: bool = False


def linked(before: bytes, body: Mapping[str, Any]) -> bytes:
    """Return the line, with its newline, that says ``body`` after all the bytes ``before``."""
    text = json.dumps(body, sort_keys=True).encode("ascii")
    link = hashlib.sha256(before + text).hexdigest()
    return text[:-1] + f', "link": "{link}"}}\n'.encode("ascii")


def read_chain(data: bytes) -> Chain:
    """Read all lines, and find where the file is not what was written."""
    digest, bodies, broken = hashlib.sha256(), [], 0
    loose: list[int] = []  # lines since the last link, that the next one has to vouch for
    linked_yet, torn = False, False
    for number, line in enumerate(_lines(data), 1):
        found = _LINKED.fullmatch(line)
        text = found[1] + b"}" if found else line
        body = _parsed(text)
        bodies += [body] if body is not None else []
        if found:
            vouched = digest.copy()
            vouched.update(text)
            if vouched.hexdigest() != found[2].decode("ascii"):
                broken = broken or (loose or [number])[0]
            linked_yet, loose = True, []
        elif not (torn := _is_torn(line)):
            loose.append(number)
        digest.update(line)
    if linked_yet and loose:
        broken = broken or loose[0]
    return Chain(tuple(bodies), broken, torn)


def _lines(data: bytes) -> Iterator[bytes]:
    """Give the lines with their newlines; the last may lack it."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        yield data[start:end]
        start = end


def _is_torn(line: bytes) -> bool:
    """Return whether a crash left the line: it has no end, and what there is of it is no object."""
    if line.endswith(b"\n"):
        return False
    try:
        found, _end = json.JSONDecoder().raw_decode(line.decode("ascii", "replace"))
    except (ValueError, RecursionError):
        return True
    return not isinstance(found, dict)


def _parsed(text: bytes) -> Mapping[str, Any] | None:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None
