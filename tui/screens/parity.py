"""The parity screen: the verdict, the models compared, and every test image with what they found on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus, Resize
from textual.worker import get_current_worker

from pipeline.errors import PaddockError
from pipeline.report.table import notes, verdict_line
from pipeline.text import one_line
from tui.keys import bindings
from tui.language import _
from tui.screens.confusions import ConfusionsScreen
from tui.screens.reading import ReadingScreen
from tui.screens.reported import ReportScreen
from tui.views.confusions import Confusion
from tui.views.gallery import Gallery, gallery_of
from tui.views.record import Record
from tui.views.run import RunView
from tui.widgets.gallery import GalleryView
from tui.widgets.listing import Listing
from tui.widgets.model_table import ModelTable
from tui.widgets.verdict_box import VerdictBox

if TYPE_CHECKING:
    from pipeline.report.model import Report

#: On a screen that is lower than this, in lines, the images need all of it once they have the keyboard.
_LOW = 30
#: And on one that is lower than this, images go before the models.
_SHORT = 18


class ParityScreen(ReportScreen):
    """Drawn from the report, and from what is kept of its images."""

    TAB = "parity"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("parity")]
    DEFAULT_CSS = """
    ParityScreen.-empty ModelTable, ParityScreen.-empty GalleryView { display: none; }
    ParityScreen.-low SampleView { display: none; }
    ParityScreen.-low.-browsing SampleView { display: block; }
    ParityScreen.-low.-browsing VerdictBox, ParityScreen.-low.-browsing ModelTable { display: none; }
    ParityScreen.-short #facts, ParityScreen.-short #confused { display: none; }
    ParityScreen.-short #models { max-height: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._report: Report | None = None

    def compose_body(self) -> ComposeResult:
        yield VerdictBox()
        yield ModelTable()
        yield GalleryView(self.backend)

    def on_mount(self) -> None:
        low = self.app.size.height < _LOW
        (self.query_one("#models", Listing) if low else self.gallery.list).focus()

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.height < _LOW, "-low")
        self.set_class(event.size.height < _SHORT, "-short")

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        self.set_class(self.gallery in event.widget.ancestors, "-browsing")

    @property
    def gallery(self) -> GalleryView:
        """The images."""
        return self.query_one(GalleryView)

    def show_record(self, record: Record, view: RunView) -> None:
        report = record.report
        self.set_class(report is None, "-empty")
        head = self.query_one(VerdictBox)
        if report is None:
            head.say(self.missing(view))
            return
        head.show_judgement(
            report.judgement,
            self.keys_shown("app.guards"),
            title=verdict_line(report),
            origin=self.origin(record, view),
            note=next(iter(notes(report)), ""),
        )
        self.query_one(ModelTable).show_report(report)
        if report is not self._report:
            self._report = report
            self._read_images(report)

    @work(thread=True, group="images", exclusive=True)
    def _read_images(self, report: Report) -> None:
        gallery = gallery_of(self.backend.samples(report))
        if not get_current_worker().is_cancelled:
            self.call_later(self._show_gallery, report, gallery)

    def _show_gallery(self, report: Report, gallery: Gallery) -> None:
        if report is self._report:
            self.gallery.show_gallery(gallery, report.images)
            self.refresh_bindings()

    def selected_image(self) -> str:
        lines = self.gallery.list
        return lines.rows[lines.cursor].image if lines.rows else ""

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Take ``c`` only where there is something to choose from, and ``K`` where a model was delivered."""
        if action == "make_kit":
            return (self._report is not None and self._report.verdict.delivers) or None
        return action != "confusions" or (self.is_mounted and bool(self.gallery.confusions))

    def action_filter(self) -> None:
        """Show the next kind of images."""
        self.gallery.next_filter()

    def action_confusions(self) -> None:
        """Choose a confusion to see only the images that have it; if one is chosen, let go of it."""
        if self.gallery.choice.confusion:
            self.gallery.only_with(None)
        else:
            chooser = ConfusionsScreen(self.gallery.confusions)
            self.app.push_screen(chooser, self._show_confusion)

    def _show_confusion(self, confusion: Confusion | None) -> None:
        if confusion:
            self.gallery.only_with(confusion)

    def action_go(self, images: int) -> None:
        """Go to another image, whoever has the keyboard."""
        self.gallery.list.action_move(images)

    def action_make_kit(self) -> None:
        """Write the kit of the report that is shown."""
        if self._report is not None:
            self._make_kit(self._report.run)

    @work(thread=True, group="kit", exclusive=True)
    def _make_kit(self, run: str) -> None:
        try:
            self.call_later(self._copy_kit, self.backend.make_kit(run))
        except PaddockError as error:
            self.call_later(self.paddock.tell, error)

    def _copy_kit(self, made: Path) -> None:
        said = _("Kit for a phone: {path}; its path was copied.")
        self.copy(str(made), said.format(path=one_line(made.name)))

    def action_copy(self) -> None:
        """Copy the selected model's SHA-256, as ``sha256sum`` writes it."""
        row = self.query_one("#models", Listing).cursor
        models = self.record.report.rows if self.record and self.record.report else ()
        if row < len(models) and models[row].sha256:
            name = one_line(models[row].name)
            self.copy(
                f"{models[row].sha256}  {name}",
                _("Copied the SHA-256 of {path}.").format(path=name),
            )
        else:
            self.notify(_("There is no hash here."))

    def action_switch(self) -> None:
        """Go to the other list."""
        lines = self.gallery.list
        (self.query_one("#models", Listing) if lines.has_focus else lines).focus()

    def action_open(self) -> None:
        """Show the image large."""
        lines = self.gallery.list
        if lines.rows:
            self.app.push_screen(
                ReadingScreen(self.backend, lines.rows, lines.cursor), self._return_to
            )

    @on(Listing.Chosen)
    def _open_chosen(self) -> None:
        self.action_open()

    def _return_to(self, index: int | None) -> None:
        """Stand where the large view was left."""
        if index is not None:
            self.gallery.list.cursor = index
