"""The line above a log: which file, and how it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.cells import cell_len
from rich.text import Text

from pipeline.text import one_line
from tui.appearance import symbol
from tui.language import _, ngettext
from tui.widgets.header import shortened
from tui.widgets.line import Line

#: Cells that a path and a search term keep in any case.
_PATH, _TERM = 16, 24


@dataclass(frozen=True)
class LogState:
    """What the title says. Numbers of matches count from 1; ``read`` is the share read, in per cent."""

    title: str = ""
    path: Path | None = None
    is_following: bool = True
    waiting: int = 0
    read: int = 100
    search: str = ""
    match: int = 0
    matches: int = 0
    filter: str = ""
    rows: int = 0
    is_searching: bool = False
    marked: int = 0
    left: int = 0


class LogTitle(Line):
    """Shows a :class:`LogState`; the path is shortened in its middle until all fits."""

    DEFAULT_CSS = """
    LogTitle { height: 1; width: 1fr; background: $panel; padding: 0 1; text-wrap: nowrap; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._state = LogState()

    def show_state(self, state: LogState) -> None:
        """Show ``state``."""
        self._state = state
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self.show(title_text(self._state, self.size.width))

    def show(self, text: Text | str) -> None:
        """Show ``text``; the line's size never changes, so nothing has to be laid out."""
        wanted = Text(text) if isinstance(text, str) else text
        if wanted != self.text or wanted.spans != self.text.spans:
            self.text = wanted
            self.update(wanted, layout=False)


def title_text(state: LogState, width: int) -> Text:
    """Return the title in ``width`` cells at most."""
    right = Text(f" {symbol('dot')} ".join(_parts(state)))
    path = one_line(str(state.path)) if state.path else _("no log")
    name = f"{one_line(state.title)}  " if state.title else ""
    room = width - right.cell_len - 2
    if room < cell_len(name) + _PATH:
        name = ""
    line = Text(name, "bold")
    line.append(shortened(path, max(min(_PATH, width), room - cell_len(name))))
    line.append(" " * max(2, width - line.cell_len - right.cell_len))
    line.append_text(right)
    line.truncate(width)
    return line


def _parts(state: LogState) -> list[str]:
    parts = [_following(state)]
    if state.search:
        parts.append(f"/{_term(state.search)} {_matches(state)}")
    if state.filter:
        lines = ngettext("{count} line", "{count} lines", state.rows).format(
            count=f"{state.rows:,}"
        )
        parts.append(f"&{_term(state.filter)} {lines}")
    if state.marked:
        marked = ngettext("{count} marked", "{count} marked", state.marked)
        parts.append(marked.format(count=f"{state.marked:,}"))
    if state.left:
        parts.append(f"{symbol('arrow')}{state.left}")
    return parts


def _term(text: str) -> str:
    return shortened(one_line(text), _TERM)


def _following(state: LogState) -> str:
    if state.read < 100:
        return _("reading {percent} %").format(percent=state.read)
    if state.is_following:
        return f"{symbol('running')} {_('following')}"
    paused = f"{symbol('stopped')} {_('paused')}"
    if not state.waiting:
        return paused
    new = ngettext("{count} new line", "{count} new lines", state.waiting)
    return f"{paused}, {new.format(count=f'{state.waiting:,}')}"


def _matches(state: LogState) -> str:
    more = symbol("ellipsis") if state.is_searching else ""
    if not state.matches and not more:
        return _("not found")
    return f"{state.match:,}/{state.matches:,}{more}"
