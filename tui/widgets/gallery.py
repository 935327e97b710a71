"""All test images: which of them, in a list, with the selected one's picture beside or below it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical

from pipeline.report.samples import Sample
from pipeline.text import one_line
from tui.appearance import symbol
from tui.backend import Backend
from tui.language import _, ngettext
from tui.views.confusions import Confusion, Counts, by_readers
from tui.views.gallery import Choice, Gallery, Only
from tui.widgets.line import Line
from tui.widgets.listing import Listing
from tui.widgets.sample_list import SampleList
from tui.widgets.sample_view import SampleView

#: From this width on, in cells, a line's picture has room beside the list.
_WIDE = 100


class GalleryView(Vertical):
    """Moving the cursor shows the image; a page's picture is always beside the list."""

    DEFAULT_CSS = """
    GalleryView { height: 1fr; }
    GalleryView #filter { height: 1; padding: 0 1; text-wrap: nowrap; background: $panel; }
    GalleryView #confused { height: auto; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    GalleryView #confused.-none { display: none; }
    GalleryView #both { height: 1fr; }
    GalleryView SampleView { height: 11; max-height: 65%; }
    GalleryView.-beside #both { layout: horizontal; }
    GalleryView.-beside #left { width: 1fr; height: 100%; }
    GalleryView.-beside SampleView { width: 1fr; height: 100%; max-height: 100%; }
    GalleryView.-beside.-lines Picture { height: 8; max-height: 40%; }
    """

    def __init__(self, backend: Backend, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.choice = Choice()
        self._gallery, self._images = Gallery(), 0
        self._filter, self._confused = Line(id="filter"), Line(id="confused")
        self._filter.show(_("reading the images …"))
        self.list, self.view = SampleList(id="lines"), SampleView(backend, id="view")

    def compose(self) -> ComposeResult:
        yield self._filter
        yield self._confused
        with Container(id="both"):
            with Vertical(id="left"):
                yield self.list
            yield self.view

    def show_gallery(self, gallery: Gallery, images: int) -> None:
        """Show a run's images, of which there were so many."""
        self._gallery, self._images = gallery, images
        wanted = (self.choice.only, Only.UNLIKE_LABEL)
        only = next((each for each in wanted if gallery.numbers.get(each)), Only.ALL)
        known = self.choice.confusion in gallery.confusions
        self.choose(Choice(only, self.choice.confusion if known else None))
        self._arrange()

    def choose(self, choice: Choice) -> None:
        """Show only what ``choice`` picks."""
        self.choice = choice
        self.list.show_samples([*choice.picked(self._gallery.samples)])
        self._filter.show(Text("   ").join(self._filters()))
        notes = self._notes()
        self._confused.show(notes)
        self._confused.set_class(not notes, "-none")

    @property
    def confusions(self) -> Counts:
        """Which characters are taken for which, over all images."""
        return self._gallery.confusions

    def _filters(self) -> Iterable[Text]:
        words = {
            Only.UNLIKE_LABEL: _("unlike the label"),
            Only.PARTED: _("models disagree"),
            Only.ALL: _("all"),
        }
        for only, title in words.items():
            here = only is self.choice.only
            count = self._gallery.numbers.get(only, 0)
            mark = symbol("selected") if here else " "
            yield Text(f"{mark}{title} {count}", "bold" if here else "dim")
        if self.choice.confusion:
            yield Text(f"{self.choice.confusion.words}: {self.list.count}", "bold yellow")

    def _notes(self) -> Text:
        """Return the confusions of each model, and what is not there."""
        text = Text()
        for names, confusions in by_readers(self._gallery.confusions).items():
            everybody = len(names) > 1 and len(names) == self._readers
            who = _("all") if everybody else ", ".join(map(one_line, names))
            pairs = f" {symbol('dot')} ".join(
                f"{confusion.words} {count}" for confusion, count in confusions.most_common()
            )
            text.append("  " if text else "").append(f"{who} ", "dim").append(pairs)
        missing = self._images - self._gallery.numbers.get(Only.ALL, 0)
        if not self._gallery.all_there and missing > 0:
            said = ngettext(
                "{count} more image comes with the next run",
                "{count} more images come with the next run",
                missing,
            ).format(count=missing)
            text.append("\n" if text else "").append(f"{symbol('note')} {said}", "dim")
        return text

    @property
    def _readers(self) -> int:
        return len(self._gallery.samples[0].models) if self._gallery.samples else 0

    def on_resize(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        is_page = any(sample.kind == "page" for sample in self._gallery.samples[:1])
        self.set_class(is_page or self.size.width >= _WIDE, "-beside")
        self.set_class(not is_page, "-lines")

    @property
    def selected(self) -> Sample | None:
        """The image that the cursor is on."""
        rows, at = self.list.rows, self.list.cursor
        return rows[at] if at < len(rows) else None

    @on(Listing.Moved)
    def _show_selected(self) -> None:
        if sample := self.selected:
            self.view.show_sample(sample)
        else:
            self.view.say(self._nothing())

    def _nothing(self) -> str:
        """Say why there is no image in the list."""
        if self.choice.only is Only.PARTED:
            return _("The models find the same on every image.")
        return _("Every image is as its label says.")

    # What keys do.

    def next_filter(self) -> None:
        """Show the next kind of images: unlike the label, models disagree, all."""
        self.choose(replace(self.choice, only=self.choice.only.next))

    def only_with(self, confusion: Confusion | None) -> None:
        """Show only images on which a model has this confusion; None shows all of them again."""
        self.choose(Choice(confusion=confusion))
