"""An image in the terminal: its own graphics where it has some, else half blocks, else characters."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache
from typing import NoReturn

from PIL import Image, ImageOps
from rich.color import Color
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from tui.appearance import current
from tui.terminal.answers import Graphics
from tui.terminal.driver import terminal
from tui.views.outlines import Finding, Outlined
from tui.widgets.line import Line

#: Dark to light.
_SHADES = " .:-=+*#%@"
#: The other way round, so that what is drawn over paper is seen.
_FAINT = ":.  "
#: A cell is about twice as high as it is wide.
_CELL_RATIO = 2
#: Of a cell in pixels, in most terminals.
_CELL_WIDTH = 10


def _graphics() -> Callable[[Image.Image], Widget] | None:
    """Return what draws by the terminal's own graphics; None where it has none, or has not said so yet.

    Looked up for every drawing: a picture made between an answer and what it brings about misses nothing.
    """
    screen = terminal()
    if screen is None or current().ascii_only or screen.answers.graphics is None:
        return None
    return _drawn_by(screen.answers.graphics, screen.answers.cell)


@cache
def _drawn_by(
    kind: Graphics, cell: tuple[int, int] | None
) -> Callable[[Image.Image], Widget] | None:
    """Import what draws.

    textual-image asks the terminal as it is imported, and reads keys for an answer: here it is told, and
    kept from asking.
    """
    if kind == "none":
        return None
    from textual_image import _terminal as asking  # noqa: PLC0415 - see above

    vars(asking)["capture_terminal_response"] = _refuse
    if cell:
        vars(asking.get_cell_size)["_result"] = asking.CellSize(*cell)
    logging.getLogger("textual_image").addHandler(logging.NullHandler())  # it tells of silence
    try:
        from textual_image import widget  # noqa: PLC0415
    except (OSError, ArithmeticError, ValueError):  # a terminal without a size
        return None
    return widget.SixelImage if kind == "sixel" else widget.TGPImage


def _refuse(*_arguments: object, **_options: object) -> NoReturn:
    from textual_image._terminal import TerminalError  # noqa: PLC0415

    raise TerminalError("asked already")


class Picture(Container):
    """Shows an image as large as fits, or a sentence."""

    DEFAULT_CSS = """
    Picture { height: 1fr; align: center middle; }
    Picture Line { width: auto; max-width: 100%; height: auto; }
    Picture .graphics { width: auto; height: auto; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._image: Image.Image | None = None
        self._outlines: Sequence[Outlined] = ()
        self._line = Line()

    def compose(self) -> ComposeResult:
        yield self._line

    def on_mount(self) -> None:
        screen = terminal()
        if screen is not None and not current().ascii_only:
            screen.ask(self._draw_if_mounted)
        self._draw()

    def _draw_if_mounted(self) -> None:
        if self.is_mounted:
            self._draw()

    def show_image(self, image: Image.Image, outlines: Sequence[Outlined] = ()) -> None:
        """Show an image in RGB, with outlines drawn over it."""
        self._image, self._outlines = image, outlines
        self._draw_if_mounted()  # else it is drawn then

    def say(self, sentence: str) -> None:
        """Show a sentence in its place."""
        self._image = None
        self.query(".graphics").remove()
        self._line.show(Text(sentence, "italic"))

    def on_resize(self) -> None:
        if self._outlines or not self.query(".graphics"):
            self._draw()

    def _draw(self) -> None:
        if self._image is None or not self.size.width or not self.size.height:
            return
        self.query(".graphics").remove()
        draw = _graphics()
        if draw is None:
            self._draw_cells()
            return
        self._line.show("")
        graphics = draw(self._with_outlines(self._image))
        graphics.add_class("graphics")
        self.mount(graphics)

    @property
    def _is_plain(self) -> bool:
        """Whether the picture is drawn in characters: also where colour would have to tell outlines apart."""
        return current().ascii_only or (bool(self._outlines) and self.app.no_color)

    def _with_outlines(self, image: Image.Image) -> Image.Image:
        """Return the image in about the pixels of the terminal, so that lines keep their width."""
        if not self._outlines:
            return image
        width, height = self.size.width * _CELL_WIDTH, self.size.height * _CELL_WIDTH * _CELL_RATIO
        return painted(_scaled(image, width, height), self._outlines, width=2)

    def _draw_cells(self) -> None:
        if self._image is not None:
            draw = as_characters if self._is_plain else as_half_blocks
            self._line.show(draw(self._image, self.size.width, self.size.height, self._outlines))


def _scaled(image: Image.Image, width: int, height: int) -> Image.Image:
    """Return the image in ``width`` × ``height`` pixels at most, its proportions kept."""
    scale = min(width / image.width, height / image.height)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def painted(pixels: Image.Image, outlines: Sequence[Outlined], width: int = 1) -> Image.Image:
    """Return an RGB image, dimmed, with outlines drawn over it: last, so that scaling loses none."""
    if not outlines:
        return pixels
    dim = Image.blend(pixels, Image.new("RGB", pixels.size), 0.6)
    for finding in Finding:
        dim.paste(finding.colour, mask=finding.mask(pixels.size, outlines, width))
    return dim


def as_half_blocks(
    image: Image.Image, width: int, height: int, outlines: Sequence[Outlined] = ()
) -> Text:
    """Draw an RGB image in cells: the upper half of each has one colour, the lower another."""
    pixels = painted(_scaled(image, width, height * _CELL_RATIO), outlines)
    columns, rows = pixels.size
    at = pixels.load()
    text = Text(no_wrap=True)
    for row in range(0, rows, 2):
        if row:
            text.append("\n")
        for column in range(columns):
            upper = Color.from_rgb(*at[column, row])
            lower = Color.from_rgb(*at[column, row + 1]) if row + 1 < rows else None
            text.append("▀", Style(color=upper, bgcolor=lower))
    return text


def as_characters(
    image: Image.Image, width: int, height: int, outlines: Sequence[Outlined] = ()
) -> Text:
    """Draw an image in ASCII, a character a cell; the paler, the denser.

    Under outlines it is faint, its paper blank, and each outline is made of its own character.
    """
    scale = min(width / image.width, height * _CELL_RATIO / image.height)
    columns = max(1, round(image.width * scale))
    rows = max(1, round(image.height * scale / _CELL_RATIO))
    grey = ImageOps.autocontrast(image.convert("L")).resize(
        (columns, rows), Image.Resampling.LANCZOS
    )
    shades = _FAINT if outlines else _SHADES
    at = grey.load()
    cells = [
        [shades[at[column, row] * len(shades) // 256] for column in range(columns)]
        for row in range(rows)
    ]
    for finding in Finding if outlines else ():
        mask = finding.mask(grey.size, outlines).load()
        for row, line in enumerate(cells):
            for column in range(columns):
                if mask[column, row]:
                    line[column] = finding.character
    return Text("\n".join(map("".join, cells)), no_wrap=True)
