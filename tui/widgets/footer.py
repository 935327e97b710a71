"""One line at the bottom: the keys that count here and now, as many as fit."""

from __future__ import annotations

from rich.text import Text
from textual.binding import Binding

from tui.language import _
from tui.widgets.line import Line


class Footer(Line):
    """Drawn from the active bindings, so that a key that the user remapped is shown as remapped."""

    DEFAULT_CSS = """
    Footer { height: 1; dock: bottom; background: $panel; padding: 0 1; text-wrap: nowrap; }
    """

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self._draw())
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self.screen.is_current:  # it is drawn when it comes back; at the end there is none
            return
        line = Text()
        for binding in self._shown():
            entry = Text()
            entry.append(self.app.get_key_display(binding), "bold")
            entry.append(" " + _(binding.description) + "  ")
            if line.cell_len + entry.cell_len > self.size.width:
                continue
            line.append(entry)
        self.show(line)

    def _shown(self) -> list[Binding]:
        """Return the bindings to show, ``?`` and ``q`` first: who knows these finds the others."""
        active = [
            item.binding
            for item in self.screen.active_bindings.values()
            if item.binding.show and item.enabled
        ]
        once = {binding.action: binding for binding in reversed(active)}
        general = [item for item in once.values() if (item.id or "").startswith("app.")]
        return sorted(general, key=lambda item: item.id or "") + [
            item for item in reversed(once.values()) if item not in general
        ]
