"""The machine screen: what stands between the user and a run, and what to press about it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from pipeline.errors import PaddockError
from pipeline.text import human_size, one_line, several_lines
from tui.appearance import symbol
from tui.keys import bindings
from tui.language import _, ngettext, translated
from tui.screens.base import PaddockScreen
from tui.screens.confirm import YES, confirm_screen
from tui.views.run import RunView
from tui.widgets.findings import Findings
from tui.widgets.line import Line

if TYPE_CHECKING:
    from pipeline.images.listing import ImageStatus
    from pipeline.machine.doctor import Finding


class ImageList(Static):
    """Draws the images; the same ones again cost nothing."""

    DEFAULT_CSS = """
    ImageList { height: auto; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._shown: Sequence[ImageStatus] = ()

    def show(self, images: Sequence[ImageStatus]) -> None:
        """Show ``images``."""
        if images == self._shown:
            return
        self._shown = images
        table = Table.grid(padding=(0, 2), expand=True)
        for justify in ("left", "left", "right", "left"):
            table.add_column(no_wrap=True, justify=justify)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for image in images:
            table.add_row(*_image_row(image))
        self.update(table)


def _image_row(image: ImageStatus) -> tuple[Text, ...]:
    name = Text(one_line(image.image))
    if not image.present:
        missing = Text(f"{symbol('failed')} " + _("missing"), "bold red")
        return missing, name, Text(), Text(), Text()
    short = image.id.removeprefix("sha256:")[:12]
    there = Text(f"{symbol('done')} " + _("there"), "green")
    base = Text(one_line(translated(image.base)), "dim")
    return there, name, Text(human_size(image.size)), Text(short), base


class MachineScreen(PaddockScreen):
    """The doctor's findings, and the images with their IDs."""

    TAB = "machine"
    BINDINGS: ClassVar[list[BindingType]] = bindings("machine")
    DEFAULT_CSS = """
    MachineScreen Line { padding: 0 1; }
    MachineScreen .gap { margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._listed_for: Sequence[Finding] = ()
        self._disk: tuple[Finding, ...] = ()

    def compose_body(self) -> ComposeResult:
        with VerticalScroll(can_focus=True):
            yield Line(id="summary")
            yield Findings()
            yield Line(id="images_title", classes="gap")
            yield ImageList()

    def show_run(self, view: RunView) -> None:
        super().show_run(view)
        findings = self.paddock.findings
        self.query_one("#summary", Line).show(self._summary(findings))
        self.query_one(Findings).show((*findings, *self._disk), self._advice())
        if findings is not self._listed_for and self.is_on_top:
            self._listed_for = findings
            self._list_images()

    def _key(self, name: str) -> str:
        return self.paddock.key_shown(f"machine.{name}")

    def _summary(self, findings: Sequence[Finding]) -> Text:
        if not findings:
            return Text(
                f"{symbol('running')} " + _("looking at this machine") + f" {symbol('ellipsis')}"
            )
        if self.paddock.is_building:
            said = _("Images are being built; {key} shows how far they are.")
            return Text(f"{symbol('running')} {said.format(key=self._key('build'))}", "bold")
        problems = {item.check for item in findings if item.severity == "problem"}
        if problems:
            return Text(f"{symbol('failed')} {self._obstacle(problems)}", "bold red")
        warnings = sum(item.severity == "warning" for item in findings)
        if warnings:
            said = ngettext(
                "A run can start; there is {count} warning.",
                "A run can start; there are {count} warnings.",
                warnings,
            ).format(count=warnings)
            return Text(f"{symbol('warning')} {said}", "bold")
        return Text(
            f"{symbol('done')} " + _("This machine has all that a run needs."), "bold green"
        )

    def _obstacle(self, problems: set[str]) -> str:
        """Say what stands between the user and a run, the first thing first."""
        if "engine" in problems:
            return _("No run can start: no engine answers. Start it, then press {key}.").format(
                key=self._key("examine")
            )
        if "images" in problems:
            return _("No run can start: images are missing. Press {key} to build them.").format(
                key=self._key("build")
            )
        return _("No run can start: see below, then press {key}.").format(key=self._key("examine"))

    def _advice(self) -> dict[str, str]:
        clean = _("press {key} to remove them")
        return {
            "images": _("press {key} to build them").format(key=self._key("build")),
            "containers": clean.format(key=self._key("clean")),
        }

    # Images.

    @work(thread=True, group="list", exclusive=True)
    def _list_images(self) -> None:
        try:
            images: Sequence[ImageStatus] = self.backend.list_images()
        except PaddockError:
            images = ()  # the findings say why
        self.call_later(self._show_images, images)
        if images:
            with suppress(PaddockError):
                self.call_later(self._show_disk, self.backend.disk())

    def _show_images(self, images: Sequence[ImageStatus]) -> None:
        title = _("Images on the engine") if images else ""
        self.query_one("#images_title", Line).show(Text(title, "bold"))
        self.query_one(ImageList).show(images)

    def _show_disk(self, finding: Finding) -> None:
        self._disk = (finding,)
        self.query_one(Findings).show((*self.paddock.findings, *self._disk), self._advice())

    # Keys.

    def action_build(self) -> None:
        """Build the images."""
        self.paddock.build_images()

    def action_examine(self) -> None:
        """Look again."""
        self.notify(_("Looking at this machine."), timeout=2)
        self.paddock.examine()

    def action_clean(self) -> None:
        """Remove what was left behind, after saying what it is and asking."""
        left = self._left_behind
        if left is None:
            return
        question = f"{several_lines(translated(left.message))}\n" + _("Remove these containers?")
        self.app.push_screen(
            confirm_screen(question, _("No, keep them"), _("Yes, remove them")),
            self._clean_if,
        )

    def _clean_if(self, answer: str | None) -> None:
        if answer == YES:
            self._clean()

    @property
    def _left_behind(self) -> Finding | None:
        """What the doctor says of containers, if dead runs left some."""
        found = (item for item in self.paddock.findings if item.check == "containers")
        return next((item for item in found if item.severity == "warning"), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to clean where there is something to remove."""
        return self._left_behind is not None or None if action == "clean" else True

    @work(thread=True, group="clean", exclusive=True)
    def _clean(self) -> None:
        try:
            self.call_later(self._say_cleaned, self.backend.clean())
        except (PaddockError, OSError) as error:
            self.call_later(self._say_cleaned, (), error)

    def _say_cleaned(self, names: Sequence[str], error: Exception | None = None) -> None:
        if error is not None:
            self.paddock.tell(error)
        elif names:
            said = ", ".join(map(one_line, names))
            self.notify(_("removed {name}").format(name=said), markup=False)
        else:
            self.notify(_("nothing was left behind"))
        self.paddock.examine()
