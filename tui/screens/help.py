"""``?``: every key, where it counts, and its ID for the user's own key map."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tui.keymap import keymap_file
from tui.keys import KEYS, SCOPES, Key, bindings, keys_of
from tui.language import _


class HelpScreen(ModalScreen[None]):
    """All keys, those of the screen that it was opened from first."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog")
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen VerticalScroll {
        width: 100%; max-width: 100; height: 100%; max-height: 90%; padding: 0 1;
        border: round $accent; background: $surface;
    }
    HelpScreen Static { height: auto; }
    """

    def __init__(self, opened_from: Screen[Any], keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap
        self._used = {
            item.binding.id: item.binding.key for item in opened_from.active_bindings.values()
        }

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = _("Keys")
            scroll.border_subtitle = _("esc closes")
            for scope in self._scopes():
                yield Static(Text(_(SCOPES[scope]), "bold"))
                yield Static(self._table(scope))
            path = keymap_file(os.environ)
            yield Static(
                Text(
                    "\n"
                    + _("Other keys: write lines such as  {line}  into {path}").format(
                        line='"run.start" = "r,f5"', path=path
                    )
                )
            )

    def _scopes(self) -> list[str]:
        """Order the scopes: what counts where the user is, then the rest."""
        here = {(name or "").partition(".")[0] for name in self._used}
        known = [scope for scope in SCOPES if keys_of(scope)]
        return sorted(known, key=lambda scope: scope not in here)

    def _table(self, scope: str) -> Table:
        table = Table(box=None, show_header=False, padding=(0, 1), expand=True)
        table.add_column(no_wrap=True, min_width=12)
        table.add_column(ratio=1)
        table.add_column(style="dim", no_wrap=True)
        for key in (item for item in KEYS if item.scope == scope):
            table.add_row(Text(self._keys(key), "bold"), Text(_(key.help)), Text(key.id))
        return table

    def _keys(self, key: Key) -> str:
        """Return the keys as they are now: the user's own, if there is one."""
        mapped = self._keymap.get(key.id, key.keys).split(",")
        return " ".join(self.app.get_key_display(Binding(item.strip(), "")) for item in mapped)

    def action_dismiss_dialog(self) -> None:
        self.dismiss()
