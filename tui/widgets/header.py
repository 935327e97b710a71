"""Two lines on top: what this is and how it stands; the screens and their numbers."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical

from pipeline.text import one_line
from tui.appearance import symbol
from tui.keys import Key, keys_of
from tui.language import _
from tui.widgets.line import Line, clickable, looks_same

#: The screens that a number opens, in order.
TABS = ("run", "parity", "environment", "guards", "history", "machine", "sweep")
#: Cells that a project's name needs to tell anything.
_SHORTEST = 4


class Header(Vertical):
    """How the project stands, and the numbers that lead to the other screens."""

    DEFAULT_CSS = """
    Header { height: 2; dock: top; background: $panel; }
    Header Line { height: 1; width: 1fr; padding: 0 1; text-wrap: nowrap; }
    """

    def __init__(self, tab: str) -> None:
        super().__init__()
        self._tab = tab
        self._project, self._told = "", tuple[Text, ...]()
        self._has_sweep = tab == "sweep"
        self._status_line, self._tabs_line = Line(id="status"), Line(id="tabs")

    def compose(self) -> ComposeResult:
        yield self._status_line
        yield self._tabs_line

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def show(self, project: str, told: Sequence[Text], *, has_sweep: bool = False) -> None:
        """Show the project's name and how it stands, what matters most first; and the sweep's number."""
        project, has_sweep = one_line(project), has_sweep or self._tab == "sweep"
        is_same = (project, has_sweep) == (self._project, self._has_sweep) and len(told) == len(
            self._told
        )
        if is_same and all(map(looks_same, told, self._told)):
            return
        self._project, self._told, self._has_sweep = project, tuple(told), has_sweep
        self._draw()

    def _draw(self) -> None:
        width = max(0, self.size.width - 2)
        self._status_line.show(status_line(self._project, self._told, width))
        names = TABS if self._has_sweep else TABS[:-1]
        self._tabs_line.show(_tabs(names, self._tab, width))


def status_line(project: str, told: Sequence[Text], width: int) -> Text:
    """Return the top line in ``width`` cells: what is told matters most, then the project's name."""
    dot = f" {symbol('dot')} "
    line = Text(dot).join(told)
    room = width - line.cell_len - len(dot)
    if project and room >= _SHORTEST:
        line = Text(shortened(project, room) + dot) + line
    ours = Text.assemble(("Paddock", "bold"), dot)
    if line.cell_len + ours.cell_len <= width:
        line = ours + line
    line.truncate(width, overflow="ellipsis")
    return line


def _tabs(names: Sequence[str], current: str, width: int) -> Text:
    """Name the screens; where the names do not fit, only the current one's is written out."""
    keys = {key.id.partition(".")[2]: key for key in keys_of("app")}
    tabs = [(keys[name], _(keys[name].label), name == current) for name in names]
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
