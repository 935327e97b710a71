"""A stage's artifacts: path, size, MD5 and SHA-256."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from pipeline.text import human_size, one_line
from stages.contract import Artifact, ArtifactMade
from tui.keys import bindings

Made = ArtifactMade | Artifact


class ArtifactList(OptionList):
    """Three lines an artifact; ``y`` copies what ``sha256sum -c`` reads."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("files")
    DEFAULT_CSS = """
    ArtifactList { border: none; padding: 0; background: $surface; }
    ArtifactList:focus { border: none; }
    """

    class Copied(Message):
        """A line for ``sha256sum -c`` went to the clipboard."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, markup=False)
        self._artifacts: tuple[Made, ...] = ()

    def show(self, artifacts: Iterable[Made]) -> None:
        """Show these artifacts."""
        wanted = tuple(artifacts)
        if wanted == self._artifacts:
            return
        if wanted[: len(self._artifacts)] != self._artifacts:
            self.clear_options()
            self._artifacts = ()
        self.add_options(Option(_row(item)) for item in wanted[len(self._artifacts) :])
        self._artifacts = wanted
        if self.highlighted is None and wanted:
            self.highlighted = 0

    def action_copy(self) -> None:
        """Copy the highlighted artifact's SHA-256 and path."""
        if self.highlighted is not None:
            made = self._artifacts[self.highlighted]
            self.app.copy_to_clipboard(f"{made.sha256}  {made.path}")
            self.post_message(self.Copied(made.path))


def _row(made: Made) -> Text:
    return Text.assemble(
        (one_line(made.path), "bold"),
        f"  {human_size(made.size)}\n",
        ("  MD5     ", "dim"),
        f"{made.md5}\n",
        ("  SHA-256 ", "dim"),
        made.sha256,
    )
