"""Lines that vouch for all before them: a changed byte is found, and a line that was taken out.

Every line is a JSON object whose last member, ``link``, is the SHA-256 of all bytes of the file before the
line and of the line itself without that member. What a crash cut short, and lines from before there were
links, are bytes like any other: the next line vouches for them too.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
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


def linked(before: hashlib._Hash, body: Mapping[str, Any]) -> bytes:
    """Return the line, with its newline, that says ``body`` after all the bytes whose hash is ``before``."""
    text = json.dumps(body, sort_keys=True).encode("ascii")
    digest = before.copy()
    digest.update(text)
    return text[:-1] + f', "link": "{digest.hexdigest()}"}}\n'.encode("ascii")


class Writer:
    """Appends lines to a file, each vouching for what this process has read and written there.

    What is there is read once, and again if the file has another size than this left it with. So a long
    file costs no more than a short one, and a byte that is changed under a writer is not vouched for.
    """

    def __init__(self, path: Path, read: bytes) -> None:
        self._path = path
        self._digest, self._size, self._is_whole = _known(read)

    def append(self, body: Mapping[str, Any]) -> None:
        """Add a line and flush it to the disk."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab+") as stream:
            fcntl.flock(
                stream, fcntl.LOCK_EX
            )  # no other line comes between those that it vouches for
            if stream.seek(0, os.SEEK_END) != self._size:
                stream.seek(0)
                self._digest, self._size, self._is_whole = _known(stream.read())
            digest = self._digest.copy()  # this one stays as it is if the disk is full
            # A line that a crash cut short stays alone.
            start = b"" if self._is_whole else b"\n"
            digest.update(start)
            line = linked(digest, body)
            stream.write(start + line)
            stream.flush()
            os.fsync(stream.fileno())
        digest.update(line)
        self._digest, self._size, self._is_whole = digest, self._size + len(start + line), True


def _known(data: bytes) -> tuple[hashlib._Hash, int, bool]:
    """Return hash and size of what is there, and whether its last line is whole."""
    return hashlib.sha256(data), len(data), not data or data.endswith(b"\n")


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
