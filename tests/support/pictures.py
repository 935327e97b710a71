"""Pictures of the screen, compared with those that were accepted before.

A picture is text, so that a change of it can be read: every line of the screen, and below it how many of its
cells have which colours and attributes.
"""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.strip import Strip

from support.screen import lines_of, strips_of
from tui.app import PaddockApp

#: Where the pictures that differ are put.
_DIFFERING = Path(__file__).parents[2] / ".cache" / "pictures"


class TextFile(SingleFileSnapshotExtension):
    """One file a picture."""

    file_extension = "txt"
    _write_mode = WriteMode.TEXT


class Pictures:
    """Those of one test, each compared by its name with its file in ``__snapshots__``.

    A screen may name the folder ``home``, which is another one in each process: a picture says ``stable``
    in its place, which is as long.
    """

    def __init__(self, snapshot: SnapshotAssertion, home: Path, stable: str) -> None:
        self._snapshot = snapshot.use_extension(TextFile)
        self._home, self._stable = str(home), stable
        self.differing: list[str] = []

    def take(self, app: PaddockApp, name: str) -> None:
        """Compare the screen as it is now with the picture ``name``; ``--snapshot-update`` keeps it."""
        strips = strips_of(app)
        assert lines_of(app) == [strip.text.rstrip() for strip in strips]  # as other tests see it
        picture = self._anywhere("".join(map(_drawn, strips)))
        file = _DIFFERING / f"{self._snapshot.test_location.snapshot_name}-{name}.svg"
        file.unlink(missing_ok=True)
        if self._snapshot(name=name) != picture:
            file.parent.mkdir(parents=True, exist_ok=True)
            svg = app.export_screenshot(title=app.title, simplify=True)
            file.write_text(svg, encoding="utf-8")
            self.differing.append(f"{name}: now {file}")

    def check(self) -> None:
        """Fail if a picture was another one; all of the test were taken before."""
        assert not self.differing, "\n".join(self.differing)

    def _anywhere(self, picture: str) -> str:
        """Name ``stable``; a shortened path may end within the name."""
        for length in range(len(self._home), len("/tmp/"), -1):
            for end in ("",) if length == len(self._home) else ("…", "..."):
                picture = picture.replace(self._home[:length] + end, self._stable[:length] + end)
        return picture


def _drawn(strip: Strip) -> str:
    """Return a line's text, between bars, and the lengths and looks of its parts."""
    parts = [(str(style), list(same)) for style, same in groupby(strip, _look)]
    looks = ", ".join(f"{Segment.get_line_length(same)} {look}" for look, same in parts)
    return f"|{strip.text}|\n  {looks}\n"


def _look(segment: Segment) -> Style:
    """Return what is seen of a style; that of nothing is none."""
    return (segment.style or Style()).clear_meta_and_links()


@contextmanager
def folder_as_long_as(stable: str) -> Iterator[Path]:
    """Make a folder, this process's own, whose path is as long as ``stable``; remove it at the end."""
    kept, _dash, last = stable.rpartition("-")
    while True:
        folder = Path(f"{kept}-{secrets.token_hex(len(last))[: len(last)]}")
        try:
            folder.mkdir(mode=0o700)
            break
        except FileExistsError:
            continue
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
