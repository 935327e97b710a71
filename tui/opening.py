"""Opening the report beside the screen, or saying where it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from textual.app import App

from tui.appearance import current
from tui.language import _
from tui.programs import browser, open_beside


def open_report(app: App[None], path: Path | None, environ: Mapping[str, str]) -> None:
    """Open ``path`` in the desktop's browser; over SSH and where there is none, say and copy where it is."""
    command = () if current().remote else browser(environ)
    if path is None:
        app.notify(_("There is no report yet."))
    elif command and open_beside(command, path):
        app.notify(_("Opened {path}.").format(path=path), markup=False)
    else:
        app.copy_to_clipboard(str(path))
        said = _("Open it where there is a browser; its path was copied: {path}")
        app.notify(said.format(path=path), markup=False)
