"""The bottom: what the app has to say, and one line of keys that count here and now, as many as fit."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input

from pipeline.text import several_lines
from tui.appearance import Mark, symbol
from tui.language import _
from tui.notices import NoticeApp
from tui.widgets.line import Line, clickable

_MARKS: dict[str, Mark] = {"information": "note", "warning": "warning", "error": "failed"}


class Footer(Widget):
    """Drawn from the active bindings, so that a key that the user remapped is shown as remapped."""

    DEFAULT_CSS = """
    Footer { height: auto; dock: bottom; }
    Footer Line { padding: 0 1; background: $panel; }
    Footer #keys { height: 1; text-wrap: nowrap; }
    Footer #notice { display: none; max-height: 6; text-style: bold; background: $primary 40%; }
    Footer #notice.-warning { background: $warning 40%; }
    Footer #notice.-error { background: $error 40%; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._notice, self._keys = Line(id="notice"), Line(id="keys")
        self._drawn: list[tuple[str, str, str]] = []
        self._drawn_width = -1

    def compose(self) -> ComposeResult:
        yield self._notice
        yield self._keys

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self._draw())
        if isinstance(self.app, NoticeApp):
            self.app.noticed.subscribe(self, lambda _said: self._draw_notice())
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        self._draw_notice()
        if not self.screen.is_current:  # it is drawn when it comes back; at the end there is none
            return
        entries = [
            (self.app.get_key_display(binding), _(binding.description), binding.key)
            for binding in self._shown()
        ]
        width = self.size.width
        if (entries, width) == (self._drawn, self._drawn_width):
            return
        self._drawn, self._drawn_width = entries, width
        line = Text()
        for shown, said, key in entries:
            entry = Text()
            entry.append(shown, "bold")
            entry.append(f" {said}")
            entry.stylize(clickable(f"app.simulate_key('{key}')"))
            if line.cell_len + entry.cell_len + 2 > width:
                continue
            line.append_text(entry).append("  ")
        self._keys.show(line)

    def _draw_notice(self) -> None:
        """Say it on the screen on top, or behind a dialog that has no bottom line."""
        notice = self.app.notice if isinstance(self.app, NoticeApp) else None
        on_top = self.screen.is_current or (
            self.app.is_running and not self.app.screen.query(Footer)
        )
        self._notice.display = bool(notice and on_top)
        if notice and on_top:
            self._notice.set_classes(f"-{notice.severity}")
            said = several_lines(notice.message)
            self._notice.show(f"{symbol(_MARKS[notice.severity])} {said}")

    def _shown(self) -> list[Binding]:
        """Return the bindings to show, ``?`` and ``q`` first: who knows these finds the others."""
        typing = isinstance(self.screen.focused, Input)
        active = [
            item.binding
            for key, item in self.screen.active_bindings.items()
            if item.binding.show and item.enabled
            if not (typing and key == "slash")  # Textual takes it for no character
        ]
        once = {binding.action: binding for binding in reversed(active)}
        general = [item for item in once.values() if (item.id or "").startswith("app.")]
        return sorted(general, key=lambda item: item.id or "") + [
            item for item in reversed(once.values()) if item not in general
        ]
