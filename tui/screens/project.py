"""First contact: no project in the folder. An example, or a form for one's own data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from pipeline.project.found import Found
from pipeline.text import one_line
from tui.keys import bindings
from tui.language import _
from tui.screens.example import ExampleScreen
from tui.screens.form import FormScreen
from tui.screens.plain import PlainScreen
from tui.views.ways import OWN, Way, ways
from tui.widgets.findings import Findings
from tui.widgets.line import Line
from tui.widgets.listing import Listing

if TYPE_CHECKING:
    from pipeline.machine.doctor import Finding

#: How often the folder is looked at for a project that somebody else makes, in seconds.
_LOOK = 1.0


class _Ways(Listing):
    """A list whose keys the bottom line shows: nobody has read anything yet."""

    BINDINGS: ClassVar[list[BindingType]] = [
        replace(cast("Binding", binding), show=True)
        for binding in bindings("list", "up", "down", "choose")
    ]


class NewProjectScreen(PlainScreen[None]):
    """Dismissed when the folder has a project, or another folder was gone to that has one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("project", "build", "examine")
    DEFAULT_CSS = """
    NewProjectScreen Line { padding: 0 1; }
    NewProjectScreen _Ways { height: auto; margin: 1 0; }
    NewProjectScreen #meaning { margin-bottom: 1; padding: 0 3; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._ways: list[Way] = []
        self._typed: dict[str, str] = {}

    def title_text(self) -> str:
        return str(self.backend.folder)

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Line(id="intro")
            yield _Ways()
            yield Line(id="meaning")
            yield Findings()
            yield Line(id="again")

    def on_mount(self) -> None:
        intro = _("There is no project in this folder yet. What should it become?")
        self.query_one("#intro", Line).show(Text(intro, "bold"))
        self._offer(Found())
        self.query_one(_Ways).focus()
        self.set_interval(_LOOK, self._look)
        self._look()

    def on_screen_resume(self) -> None:
        self._look()
        self._look_around()

    def hear_doctor(self) -> None:
        self._look()

    # What there is to choose.

    @work(thread=True, group="around", exclusive=True)
    def _look_around(self) -> None:
        self.call_later(self._offer, self.backend.found_in_folder())

    def _offer(self, found: Found) -> None:
        self._ways = ways(self.backend.folder, found, self.backend.project_file.name)
        self.query_one(_Ways).show_rows(
            len(self._ways), lambda index, _width: Text(self._ways[index].title, "bold")
        )

    @on(Listing.Moved)
    def _explain(self, message: Listing.Moved) -> None:
        self.query_one("#meaning", Line).show(self._ways[message.index].meaning)

    @on(Listing.Chosen)
    def _begin(self, message: Listing.Chosen) -> None:
        name = self._ways[message.index].name
        screen = FormScreen(self._typed) if name == OWN else ExampleScreen(name)
        self.app.push_screen(screen, self._made)

    def _look(self) -> None:
        """Leave as soon as there is a project, and show what the doctor found meanwhile."""
        if not self.is_on_top:
            return
        if self.backend.has_project():
            self.leave()
            return
        found = [item for item in self.paddock.findings if _matters(item)]
        self.query_one(Findings).show(found, self._advice())
        examine = _("When that is done, {key} looks at the machine again.")
        asked = examine.format(key=self.paddock.key_shown("project.examine"))
        wrong = any(item.severity == "problem" for item in found)
        self.query_one("#again", Line).show(asked if wrong else "")

    def _advice(self) -> dict[str, str]:
        key = self.paddock.key_shown("project.build")
        return {"images": _("press {key} to build them").format(key=key)}

    def _made(self, made: bool | None) -> None:
        if made:
            key = self.paddock.key_shown("run.start")
            said = _("The project is in {folder}. Press {key} to run it.")
            folder = one_line(str(self.backend.folder))
            self.notify(said.format(folder=folder, key=key), timeout=15, markup=False)

    def loses(self) -> str:
        """Say what is lost if the app is left now."""
        return _("Nothing is written yet: what you entered is lost.") if self._typed else ""

    # Keys.

    def action_examine(self) -> None:
        """Look at the machine again."""
        self.notify(_("Looking at this machine."), timeout=2)
        self.paddock.examine()

    def action_build(self) -> None:
        """Build the images."""
        self.paddock.build_images()


def _matters(finding: Finding) -> bool:
    return finding.severity == "problem" or finding.check in ("engine", "images")
