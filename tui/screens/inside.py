"""What a screen may ask of the app that it stands in: what it shows, and what it steers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from textual import on
from textual.app import SuspendNotSupported
from textual.events import ScreenResume
from textual.geometry import Size
from textual.screen import Screen, ScreenResultType

from pipeline.text import one_line
from tui.language import _, translated
from tui.programs import EditorFailed, editor, run_editor

if TYPE_CHECKING:
    from pipeline.machine.doctor import Finding
    from pipeline.record.runs import RunFolder
    from pipeline.run.options import Options
    from tui.backend import Backend
    from tui.views.run import RunView


class Paddock(Protocol):
    """The app, as screens know it: the app imports the screens, and none of them the app."""

    backend: Backend
    findings: tuple[Finding, ...]
    project_name: str
    engine_line: str

    @property
    def view(self) -> RunView:
        """The run that is followed."""

    @property
    def run_folder(self) -> RunFolder | None:
        """Where the run that is followed keeps its record."""

    @property
    def run_goes_on(self) -> bool:
        """Whether a runner is at work on this project."""

    @property
    def is_earlier(self) -> bool:
        """Whether a run is shown that the user chose, and that is not the newest."""

    @property
    def has_sweep(self) -> bool:
        """Whether the project has a sweep, or had one."""

    @property
    def is_building(self) -> bool:
        """Whether the images are being built."""

    def start(self, options: Options) -> None:
        """Start a run in the background, unless one goes on."""

    def stop(self) -> None:
        """Order the run to stop; a second time at once."""

    def end_on_swarm(self) -> None:
        """End the sweep on the Swarm, if that is wanted."""

    def follow_run(self, run: RunFolder) -> None:
        """Show an earlier run; a run that starts later takes its place."""

    def open_project(self, folder: Path) -> None:
        """Go to another folder."""

    def examine(self) -> object:
        """Let the doctor look again."""

    def build_images(self, then: Callable[[bool | None], None] | None = None) -> None:
        """Show the build that goes on, or start one; ``then`` hears whether all images are there."""

    def tell(self, error: Exception) -> None:
        """Show an error and its remedy without leaving the screen."""

    def ring(self, text: str) -> None:
        """Call whoever looks elsewhere."""

    def key_shown(self, key_id: str) -> str:
        """Return how the key that does ``key_id`` is written, the user's own if there is one."""

    def keys_of(self, key_id: str) -> list[str]:
        """Return Textual's names of the keys that do ``key_id``, the user's own if there are some."""


class InsideScreen(Screen[ScreenResultType]):
    """A screen that knows in which app it is."""

    #: What the app gave to the styles of all that is here, when they were made last.
    _styled_for: tuple[object, ...] | None = None

    @property
    def paddock(self) -> Paddock:
        """The app."""
        return cast("Paddock", self.app)

    @property
    def backend(self) -> Backend:
        """Where questions about project, run and machine go."""
        return self.paddock.backend

    @property
    def can_draw(self) -> bool:
        """Whether all of the screen is there: not before it is mounted, nor while it or the app closes."""
        return self.is_mounted and self.is_attached and self.is_running and self.app.is_running

    @property
    def is_on_top(self) -> bool:
        """Whether keys go to this screen; to none while the app closes, when a timer may tick once more."""
        return self.app.screen_stack[-1:] == [self]

    @on(ScreenResume)
    def _keep_styles(self, event: ScreenResume) -> None:
        """Style all that is here again only if what the app gives to it has changed meanwhile."""
        app = self.app
        given = app._css_update_count, frozenset(app.classes), frozenset(app.pseudo_classes)
        if self._styled_for in (None, given):  # each widget was styled when it was mounted
            event.refresh_styles = False
        self._styled_for = given

    def _screen_resized(self, size: Size) -> None:
        """Lay out another size only: what was just laid out tells of the size that it got as well."""
        if size != self._size:
            super()._screen_resized(size)

    def selected_name(self) -> str:
        """Return what is selected, for the menu of what can be done with it; it may come from outside."""
        return ""

    def selected_image(self) -> str:
        """Return the test image that is selected; "" for none."""
        return ""

    def own_page(self) -> Path | None:
        """Return the page that belongs to what is shown here; None: it is the last run's."""
        return None

    def loses(self) -> str:
        """Return what is lost if the app is left now, as a sentence; "" for nothing."""
        return ""

    def copy(self, text: str, said: str) -> None:
        """Copy ``text`` through the terminal (OSC 52), and say so."""
        self.app.copy_to_clipboard(text)
        self.notify(said)

    def edit(self, file: Path, line: int) -> bool:
        """Open ``file`` in the user's editor; return whether that could be, after saying why if not."""
        command = editor(os.environ)
        if not command:
            sentence = _(
                "No editor was found: set EDITOR to one, or edit the file in another terminal."
            )
            self.notify(sentence, severity="warning")
            return False
        try:
            with self.app.suspend():
                run_editor(command, file, line)
        except SuspendNotSupported:
            said = _("This terminal cannot be lent to an editor: edit {file} in another one.")
            self.notify(said.format(file=one_line(str(file))), severity="warning")
            return False
        except EditorFailed as error:
            self.notify(one_line(translated(error)), severity="warning")
        return True

    def hear_doctor(self) -> None:
        """The machine was looked at: draw what depends on its findings."""
