"""``?``: every key, where it counts, and its ID for the user's own key map."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen

from pipeline.text import one_line
from tui.keymap import keymap_file
from tui.keys import SCOPES, Key, bindings, keys_for, keys_of
from tui.language import _
from tui.widgets.columns import joined, padded, widest
from tui.widgets.footer import Footer
from tui.widgets.line import Line
from tui.widgets.listing import Listing

#: From this width on, in cells, a row has room for the ID.
_WIDE = 84


class HelpScreen(ModalScreen[None]):
    """All keys, those of the screen that it was opened from first; below, all about the selected one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog", "close")
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen Vertical {
        width: 100%; max-width: 100; height: 100%; max-height: 100%;
        border: round $accent; background: $surface;
    }
    HelpScreen #key { height: 4; padding: 0 1; background: $panel; }
    HelpScreen Footer { dock: none; }
    """

    def __init__(self, opened_from: Screen[Any], keymap: Mapping[str, str]) -> None:
        super().__init__()
        self._keymap = keymap
        used = {item.binding.id or "" for item in opened_from.active_bindings.values()}
        here = {key_id.partition(".")[0] for key_id in used}
        scopes = sorted(
            (scope for scope in SCOPES if keys_of(scope)), key=lambda it: it not in here
        )
        #: A title before the keys of each scope.
        self._rows: list[Key | str] = []
        for scope in scopes:
            self._rows += [_(SCOPES[scope]), *keys_of(scope)]

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = _("Keys")
            box.border_subtitle = _("esc closes")
            yield Listing(id="keys")
            yield Line(id="key")
            yield Footer()

    def on_mount(self) -> None:
        column = widest(self._keys(row) for row in self._rows if isinstance(row, Key))
        listing = self.query_one(Listing)
        listing.show_rows(
            len(self._rows), lambda index, width: self._row(self._rows[index], width, column)
        )
        listing.focus()

    def _row(self, row: Key | str, width: int, column: int) -> Text:
        if isinstance(row, str):
            return Text(row, "bold underline")
        help_width = max(0, width - column - 2)
        name = Text(row.id, "dim")
        if width >= _WIDE:
            help_width -= name.cell_len + 2
        cells = [padded(Text(self._keys(row), "bold"), column), padded(_(row.help), help_width)]
        return joined([*cells, name] if width >= _WIDE else cells)

    def _keys(self, key: Key) -> str:
        """Return the keys as they are now: the user's own, if there is one."""
        names = keys_for(key.id, self._keymap)
        return " ".join(self.app.get_key_display(Binding(name, "")) for name in names)

    @on(Listing.Moved)
    def _tell(self, message: Listing.Moved) -> None:
        """Say all of the selected key, and how to give it another."""
        row = self._rows[message.index]
        key_id = row.id if isinstance(row, Key) else "run.start"
        said = Text(_(row.help) if isinstance(row, Key) else row, "bold")
        other = _("Other keys: write lines such as  {line}  into {path}").format(
            line=f'"{key_id}" = "r,f5"', path=one_line(str(keymap_file(os.environ)))
        )
        self.query_one("#key", Line).show(said.append(f"\n{other}", "not bold"))
