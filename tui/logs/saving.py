"""Saving a log as clean text, whole or filtered, without ever destroying a file."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path

from tui.logs.cleaning import clean
from tui.logs.pattern import Pattern
from tui.logs.reading import walk


def save_lines(
    descriptor: int, stop: int, patterns: Sequence[Pattern], target: Path, *, replace: bool
) -> Generator[int, None, None]:
    """Write the lines up to ``stop`` (bytes) that have all of ``patterns`` into ``target``.

    Yields the number of lines written so far, now and then, and at the end. The text goes into a file
    beside the target, which is renamed when it is complete; abandoned (closed) or failed, it leaves
    nothing. A line is cut as it is when shown (``reading.LONGEST_LINE``), and says so.

    Raises:
        FileExistsError: ``target`` is there, and ``replace`` is not set.
        OSError: it cannot be written.
    """
    with _reserved(target, replace) as beside:
        written = 0
        with beside.open("x", encoding="utf-8", errors="backslashreplace") as stream:
            for piece in walk(descriptor, 0, stop):
                for raw in piece.raw_lines(descriptor):
                    text = clean(raw.data)
                    if all(pattern.is_in(text) for pattern in patterns):
                        stream.write(f"{text}{_cut_note(raw.cut)}\n")
                        written += 1
                yield written
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(target)
    yield written


def _cut_note(cut: int) -> str:
    return f" [… {cut} bytes]" if cut else ""


@contextlib.contextmanager
def _reserved(target: Path, replace: bool) -> Iterator[Path]:
    """Hold the name with an empty file, so that nobody else's file can come to be replaced by ours."""
    if not replace:
        target.open("x").close()
    beside = target.with_name(f".{target.name}.{os.getpid()}.writing")
    try:
        yield beside
    except BaseException:
        beside.unlink(missing_ok=True)
        if not replace:
            target.unlink(missing_ok=True)
        raise
