"""Two lines on top: what this is and how it stands; the screens and their numbers."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical

from pipeline.text import one_line
from tui.appearance import symbol
from tui.keys import Key, keys_of
from tui.language import _
from tui.widgets.line import Line, clickable

#: The screens that a number opens, in order.
TABS = ("run", "parity", "environment", "guards", "history", "machine")


class Header(Vertical):
    """Project and verdict on the left; engine endpoint and image set on the right, as far as they fit."""

    DEFAULT_CSS = """
    Header { height: 2; dock: top; background: $panel; }
    Header Line { height: 1; width: 1fr; padding: 0 1; text-wrap: nowrap; }
    """

    def __init__(self, tab: str) -> None:
        super().__init__()
        self._tab = tab
        self._left, self._right = Text(), ""
        self._status_line, self._tabs_line = Line(id="status"), Line(id="tabs")

    def compose(self) -> ComposeResult:
        yield self._status_line
        yield self._tabs_line

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def show(self, left: Text, right: str) -> None:
        """Show the project's state on the left and the engine on the right."""
        self._left, self._right = left, one_line(right)
        self._draw()

    def _draw(self) -> None:
        width = max(0, self.size.width - 2)
        self._status_line.show(_status(self._left, self._right, width))
        self._tabs_line.show(_tabs(self._tab, width))


def _status(left: Text, right: str, width: int) -> Text:
    line = left.copy()
    room = width - line.cell_len - 2
    if room > 12:
        tail = shortened(right, room)
        line.append(" " * (width - line.cell_len - cell_len(tail)))
        line.append(tail, "dim")
    line.truncate(width, overflow="ellipsis")
    return line


def _tabs(current: str, width: int) -> Text:
    """Name the screens; where the names do not fit, only the current one's is written out."""
    keys = {key.id.partition(".")[2]: key for key in keys_of("app")}
    tabs = [(keys[name], _(keys[name].label), name == current) for name in TABS]
    full = _joined(tabs)
    if full.cell_len <= width:
        return full
    return _joined(
        [(key, label if is_current else "", is_current) for key, label, is_current in tabs]
    )


def _joined(tabs: list[tuple[Key, str, bool]]) -> Text:
    line = Text()
    for key, label, is_current in tabs:
        line.append(" " if line else "")
        mark = symbol("selected") if is_current else " "
        style = clickable(f"app.{key.action}", "bold reverse" if is_current else "")
        line.append(f"{mark}{key.keys[0]} {label}".rstrip(), style)
    return line


def shortened(text: str, width: int) -> str:
    """Return ``text`` with its middle left out, so that it takes ``width`` cells at most."""
    if cell_len(text) <= width:
        return text
    gap = symbol("ellipsis")
    keep = max(0, width - cell_len(gap))
    head = Text(text)
    head.truncate(keep // 2)
    tail = ""
    for character in reversed(text):
        if cell_len(character + tail) > keep - head.cell_len:
            break
        tail = character + tail
    return head.plain + gap + tail
