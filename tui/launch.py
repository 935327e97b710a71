"""Opening the text UI: what must be settled before Textual is imported, and the last words after it."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UsageError
from tui.appearance import Appearance, choose, current, use
from tui.console import Terminal
from tui.language import _
from tui.terminal.early import keeping_keys

if TYPE_CHECKING:
    from pipeline.run.options import Options
    from tui.app import PaddockApp

#: Exit code of a screen whose terminal went away: nobody reads a summary.
_NO_TERMINAL = 128 + signal.SIGHUP

#: Seconds that what goes on in the background gets to stop.
_PATIENCE = 2


def launch(
    folder: Path,
    environ: Mapping[str, str],
    options: Options | None,
    terminal: Terminal,
    *,
    ascii_only: bool = False,
    theme: str = "",
    first: str = "",
) -> None:
    """Open the text UI for the project in ``folder``; the process ends when it is left.

    Args:
        folder: with or without a project file.
        environ: the environment.
        options: start a run with these at once.
        terminal: gets a summary when the screen is gone.
        ascii_only: no symbols beyond ASCII.
        theme: one of Textual's; "" is what fits the terminal.
        first: the screen to begin with.

    Raises:
        UsageError: no such folder, no such theme, or a key map that cannot be read.
    """
    if not folder.is_dir():
        remedy = _("make it, or name another one")
        raise UsageError(_("there is no such folder"), str(folder), remedy)
    appearance = choose(environ, ascii_only=ascii_only, theme=theme)
    _settle(appearance)
    with keeping_keys():
        _open(folder, environ, options, terminal, first)


def _settle(appearance: Appearance) -> None:
    """Tell Textual, which reads its environment when it is imported."""
    use(appearance)
    os.environ["TEXTUAL_FPS"] = str(appearance.pace.frames)
    if appearance.remote:
        os.environ["TEXTUAL_ANIMATIONS"] = "none"


def _open(
    folder: Path,
    environ: Mapping[str, str],
    options: Options | None,
    terminal: Terminal,
    first: str,
) -> None:
    from tui.app import PaddockApp  # only now: see _settle
    from tui.backend import Backend
    from tui.keymap import keymap_file, load_keymap

    gc.freeze()  # what is imported stays; of what comes now, less is looked through at a time
    gc.set_threshold(50_000, 20, 100)
    app = PaddockApp(Backend(folder, environ), load_keymap(keymap_file(environ)), options, first)
    _check_theme(current().theme, app.available_themes)
    asyncio.run(_until_left(app, terminal))


async def _until_left(app: PaddockApp, terminal: Terminal) -> None:
    """Show the screen to its end, then end the process.

    Not by returning: whoever asks an engine that does not answer would be waited for, and tidying the
    interpreter up takes a third of a second.
    """
    await app.run_async()
    with suppress(OSError):  # the terminal is gone
        if app.return_code != _NO_TERMINAL:
            for line in _last_words(app):
                terminal.print(line)
        sys.stdout.flush()
    workers = asyncio.get_running_loop().shutdown_default_executor()
    await asyncio.wait([asyncio.create_task(workers)], timeout=_PATIENCE)
    os._exit(app.return_code or 0)


def _last_words(app: PaddockApp) -> Iterator[str]:
    """Give how the sweep that goes on stands, or else the run."""
    from tui.summary import summary_lines

    if app.has_sweep and app.run_goes_on:
        from tui.widgets.sweep_summary import last_words

        watch = app.backend.sweeps.watch()
        while watch.poll() and not watch.is_caught_up:
            pass
        if watch.goes_on:
            yield from last_words(watch.view)
            return
    yield from summary_lines(app.view, is_running=app.run_goes_on)


def _check_theme(theme: str, known: Iterable[str]) -> None:
    if theme not in known:
        message = _("there is no theme {theme}").format(theme=theme)
        remedy = _("one of: {names}").format(names=", ".join(["dark", "light", *sorted(known)]))
        raise UsageError(message, "--theme", remedy)
