"""A stage's artifacts: path and size, and below them the selected one's MD5 and SHA-256."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from typing_extensions import Self

from pipeline.text import human_size, one_line
from stages.contract import Artifact, ArtifactMade
from tui.keys import bindings
from tui.language import _
from tui.widgets.columns import joined, padded, widest
from tui.widgets.facts import Facts
from tui.widgets.listing import Listing

Made = ArtifactMade | Artifact


class ArtifactList(Vertical):
    """``y`` copies what ``sha256sum -c`` reads."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("files")
    DEFAULT_CSS = """
    ArtifactList Facts { height: auto; min-height: 4; background: $panel; }
    """

    class Copied(Message):
        """A line for ``sha256sum -c`` went to the clipboard."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._artifacts: tuple[Made, ...] = ()
        self._rows, self._facts = Listing(), Facts()

    def compose(self) -> ComposeResult:
        yield self._rows
        yield self._facts

    def on_mount(self) -> None:
        self._draw()

    def focus(self, scroll_visible: bool = True) -> Self:
        """Give the focus to the rows."""
        self.screen.set_focus(self._rows, scroll_visible)
        return self

    def show(self, artifacts: Iterable[Made]) -> None:
        """Show these artifacts."""
        wanted = tuple(artifacts)
        if wanted != self._artifacts:
            self._artifacts = wanted
            if self.is_mounted:
                self._draw()

    def _draw(self) -> None:
        made = self._artifacts
        size = widest(human_size(item.size) for item in made)

        def row(index: int, width: int) -> Text:
            path = Text(one_line(made[index].path), "bold")
            return joined(
                [
                    padded(path, width - size - 2),
                    padded(human_size(made[index].size), size, "right"),
                ]
            )

        self._rows.show_rows(len(made), row)

    @on(Listing.Moved)
    def _show_hashes(self, message: Listing.Moved) -> None:
        message.stop()
        self._facts.display = message.index < len(self._artifacts)
        if message.index < len(self._artifacts):
            made = self._artifacts[message.index]
            self._facts.show_facts(
                [(_("file"), made.path), ("MD5", made.md5), ("SHA-256", made.sha256)]
            )

    def action_copy(self) -> None:
        """Copy the selected artifact's SHA-256 and path."""
        if self._rows.cursor < len(self._artifacts):
            made = self._artifacts[self._rows.cursor]
            self.app.copy_to_clipboard(f"{made.sha256}  {made.path}")
            self.post_message(self.Copied(made.path))
