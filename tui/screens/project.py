"""First contact: no project in the folder. An example, or a form for one's own data."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from pipeline.machine.example import EXAMPLES
from pipeline.text import one_line
from tui.appearance import symbol
from tui.keys import bindings
from tui.language import N_, _
from tui.screens.example import ExampleScreen
from tui.screens.form import FormScreen
from tui.screens.plain import PlainScreen
from tui.widgets.findings import Findings
from tui.widgets.line import Line

if TYPE_CHECKING:
    from pipeline.machine.doctor import Finding

#: What each example is, and what it takes.
_EXAMPLES = {
    "alphanumeric": (
        N_("The example: read serial numbers"),
        N_("PP-OCRv5_mobile_rec, fine-tuned on 1,000 drawn lines; minutes on a CPU"),
    ),
    "official-ppocrv5": (
        N_("The official PP-OCRv5_mobile_rec as it is"),
        N_("nothing is trained, only converted and compared on 240 drawn lines"),
    ),
    "official-ppocrv5-det": (
        N_("The official PP-OCRv5_mobile_det as it is: finding the lines of a page"),
        N_("nothing is trained, only converted and compared on 24 drawn pages"),
    ),
    "official-ppocrv4": (
        N_("The short example: the official PP-OCRv4_mobile_rec as it is"),
        N_("nothing is trained, only converted and compared on 120 drawn lines"),
    ),
}
_OWN = "own"
#: How often the folder is looked at for a project that somebody else makes, in seconds.
_LOOK = 1.0


class NewProjectScreen(PlainScreen[None]):
    """Dismissed when the folder has a project."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("project", "build", "examine")
    DEFAULT_CSS = """
    NewProjectScreen Line { padding: 0 1; }
    NewProjectScreen OptionList, NewProjectScreen OptionList:focus {
        height: auto; border: none; margin: 1 0; padding: 0;
    }
    """

    def title_text(self) -> str:
        return str(self.backend.folder)

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            yield Line(id="intro")
            yield OptionList(*self._options(), markup=False)
            yield Findings()
            yield Line(id="again")

    def on_mount(self) -> None:
        super().on_mount()
        intro = _("There is no project in this folder yet. What should it become?")
        self.query_one("#intro", Line).show(Text(intro, "bold"))
        self.query_one(OptionList).focus()
        self.set_interval(_LOOK, self._look)
        self._look()

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._look()

    def hear_doctor(self) -> None:
        self._look()

    def _options(self) -> list[Option]:
        taken = (self.backend.folder / "data").exists()
        options = [_option(name, *_EXAMPLES.get(name, (name, "")), taken) for name in EXAMPLES]
        own = _("a short form that writes {file}").format(file=self.backend.project_file.name)
        return [*options, Option(_prompt(_("My own data"), own), id=_OWN)]

    def _look(self) -> None:
        """Leave as soon as there is a project, and show what the doctor found meanwhile."""
        if self.app.screen is not self:
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

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == _OWN:
            self.app.push_screen(FormScreen(), self._made)
        elif event.option_id:
            self.app.push_screen(ExampleScreen(event.option_id), self._made)

    def _made(self, made: bool | None) -> None:
        if made:
            key = self.paddock.key_shown("run.start")
            said = _("The project is in {folder}. Press {key} to run it.")
            folder = one_line(str(self.backend.folder))
            self.notify(said.format(folder=folder, key=key), timeout=15, markup=False)

    def action_examine(self) -> None:
        """Look at the machine again."""
        self.notify(_("Looking at this machine."), timeout=2)
        self.paddock.examine()

    def action_build(self) -> None:
        """Build the images."""
        self.paddock.build_images()


def _matters(finding: Finding) -> bool:
    return finding.severity == "problem" or finding.check in ("engine", "images")


def _option(name: str, title: str, meaning: str, taken: bool) -> Option:
    if taken:
        meaning = _("not here: there is a folder called data already; examples need an empty one")
        return Option(_prompt(_(title), meaning), id=name, disabled=True)
    return Option(_prompt(_(title), _(meaning)), id=name)


def _prompt(title: str, meaning: str) -> Text:
    prompt = Text(f"{symbol('note')} {title}", "bold")
    prompt.append(f"\n  {meaning}", "not bold")
    return prompt
