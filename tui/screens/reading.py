"""One line, large: its image, its label, and what each model read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PIL import Image
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from pipeline.errors import PaddockError
from pipeline.text import one_line
from stages.message import text_of
from tui.appearance import symbol
from tui.backend import Backend
from tui.keys import bindings
from tui.language import _, ngettext
from tui.views.differences import Difference
from tui.views.pictures import PictureError, load_picture
from tui.views.readings import differences, marked, said
from tui.widgets.columns import padded, widest
from tui.widgets.footer import Footer
from tui.widgets.line import Line
from tui.widgets.picture import Picture


class ReadingScreen(Screen[int]):
    """Goes through the lines one by one; dismissed with the index of the last one."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("reading")]
    DEFAULT_CSS = """
    ReadingScreen { background: $surface; color: $foreground; }
    ReadingScreen #place { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; }
    ReadingScreen Picture { margin: 1 2; min-height: 4; }
    ReadingScreen VerticalScroll { height: auto; max-height: 60%; padding: 0 2 1 2; }
    """

    class PictureRead(Message):
        """The image of a line was read, or why not."""

        def __init__(self, index: int, image: Image.Image | None, sentence: str) -> None:
            super().__init__()
            self.index, self.image, self.sentence = index, image, sentence

    def __init__(self, backend: Backend, rows: Sequence[Difference], index: int) -> None:
        super().__init__()
        self._backend, self._rows, self._index = backend, rows, index

    def compose(self) -> ComposeResult:
        yield Line(id="place")
        yield Picture()
        with VerticalScroll():
            yield Line(id="texts")
        yield Footer()

    def on_mount(self) -> None:
        self._show()

    def _show(self) -> None:
        row = self._rows[self._index]
        place = Text(f"{self._index + 1}/{len(self._rows)}", "bold")
        place.append(f" {symbol('dot')} {one_line(row.image)}")
        self.query_one("#place", Line).show(place)
        self._show_texts()
        self._read(self._index, row.image)

    @work(thread=True, group="picture", exclusive=True)
    def _read(self, index: int, name: str) -> None:
        image, sentence = None, ""
        try:
            image = load_picture(self._backend.project().data_root, name)
        except PictureError as error:
            sentence = text_of(error)
        except PaddockError:
            sentence = _("The project file cannot be read, so the image cannot be found.")
        if not get_current_worker().is_cancelled:
            self.post_message(self.PictureRead(index, image, sentence))

    def on_reading_screen_picture_read(self, message: PictureRead) -> None:
        if message.index != self._index:
            return
        picture = self.query_one(Picture)
        if message.image is None:
            picture.say(message.sentence)
        else:
            picture.show_image(message.image)

    def _show_texts(self) -> None:
        self.query_one("#texts", Line).show(_texts(self._rows[self._index]))

    # Keys.

    def action_go(self, lines: int) -> None:
        """Go to another line."""
        index = max(0, min(self._index + lines, len(self._rows) - 1))
        if index != self._index:
            self._index = index
            self._show()

    def action_close(self) -> None:
        """Go back to the table."""
        self.dismiss(self._index)


def _texts(row: Difference) -> Text:
    """Return label and readings below each other, what differs marked and counted."""
    names = [_("label"), *(one_line(name) for name in row.found)]
    column = widest(names, 24)
    text = padded(Text(names[0], "dim"), column) + Text(f"  {said(row.label, is_text=row.is_text)}")
    for name, reading in zip(names[1:], row.found.values(), strict=True):
        line = padded(Text(name, "dim"), column) + Text("  ")
        text.append("\n").append_text(line).append_text(_reading(reading, row))
    return text


def _reading(reading: str, row: Difference) -> Text:
    if not row.is_text:
        return Text(said(reading))
    return marked(reading, row.label).append("  ").append_text(_verdict(reading, row.label))


def _verdict(reading: str, label: str) -> Text:
    if reading == label:
        return Text(f"{symbol('done')} " + _("as the label"), "green")
    count = differences(reading, label)
    words = ngettext("{count} character differs", "{count} characters differ", count)
    return Text(f"{symbol('failed')} " + words.format(count=count), "yellow")
