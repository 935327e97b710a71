"""One test image: its picture, its label, and what each model found."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.worker import get_current_worker

from pipeline.errors import PaddockError
from pipeline.report.pictures import Loaded, PictureError, load_picture
from pipeline.report.samples import Sample
from pipeline.text import one_line
from tui.appearance import current, symbol
from tui.backend import Backend
from tui.language import _, ngettext, translated
from tui.views.outlines import marked_page
from tui.views.readings import differences, marked, said
from tui.widgets.columns import flowing, padded, widest
from tui.widgets.line import Line
from tui.widgets.picture import Picture


class SampleView(Vertical):
    """Reads the picture in a worker; a page has the boxes of two models drawn over it."""

    DEFAULT_CSS = """
    SampleView Picture { margin: 0 1; }
    SampleView #legend { padding: 0 1; text-wrap: nowrap; }
    SampleView VerticalScroll { height: auto; max-height: 60%; padding: 0 1; }
    """

    def __init__(self, backend: Backend, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._backend = backend
        self._sample: Sample | None = None
        self._signs: Sequence[Text] = ()
        self._picture, self._legend, self._texts = Picture(), Line(id="legend"), Line(id="texts")

    def compose(self) -> ComposeResult:
        yield self._picture
        yield self._legend
        with VerticalScroll(can_focus=False):
            yield self._texts

    def show_sample(self, sample: Sample) -> None:
        """Show an image."""
        if sample is not self._sample:
            self._sample = sample
            self._show_legend(())
            self._texts.show(_texts(sample))
            if self.is_mounted:  # else it is read then
                self._read(sample)

    def on_mount(self) -> None:
        if self._sample:
            self._read(self._sample)

    def say(self, sentence: str) -> None:
        """Show a sentence, and no image."""
        self._sample = None
        self._show_legend(())
        self._texts.show("")
        self._picture.say(sentence)

    @work(thread=True, group="picture", exclusive=True)
    def _read(self, sample: Sample) -> None:
        loaded, sentence = None, ""
        try:
            loaded = load_picture(self._backend.project().data_root, sample.image)
        except PictureError as error:
            sentence = translated(error)
        except PaddockError:
            sentence = _("The project file cannot be read, so the image cannot be found.")
        if not get_current_worker().is_cancelled:
            self.call_later(self._show_picture, sample, loaded, sentence)

    def _show_picture(self, sample: Sample, loaded: Loaded | None, sentence: str) -> None:
        if sample is not self._sample:
            return
        if loaded is None:
            self._picture.say(sentence)
        elif sample.page is None:
            self._picture.show_image(loaded.image)
        else:
            plain = current().ascii_only or self.app.no_color
            drawn = marked_page(sample.page, loaded.size, plain=plain)
            self._show_legend(drawn.legend)
            self._picture.show_image(drawn.cut(loaded.image), drawn.outlines)

    def _show_legend(self, signs: Sequence[Text]) -> None:
        self._signs = signs
        self._legend.show(flowing(signs, self.size.width - 2))
        self._legend.display = bool(signs)

    def on_resize(self) -> None:
        self._show_legend(self._signs)


def _texts(sample: Sample) -> Text:
    """Return label and readings below each other, what differs marked and counted."""
    names = [_("label"), *map(one_line, sample.models)]
    column = widest(names, 24)
    is_text = sample.kind == "text"
    text = padded(Text(names[0], "dim"), column) + Text(f"  {said(sample.label, is_text=is_text)}")
    for name, reading in sample.by_model:
        line = padded(Text(one_line(name), "dim"), column) + Text("  ")
        text.append("\n").append_text(line).append_text(_reading(reading, sample))
    return text


def _reading(reading: str, sample: Sample) -> Text:
    if sample.kind == "page":
        return Text(said(reading))
    if reading == sample.label:
        words = Text(f"{symbol('done')} " + _("as the label"), "green")
    elif sample.kind == "class":
        words = Text(f"{symbol('failed')} " + _("not the label"), "yellow")
    else:
        count = differences(reading, sample.label)
        said_so = ngettext("{count} character differs", "{count} characters differ", count)
        words = Text(f"{symbol('failed')} " + said_so.format(count=count), "yellow")
    shown = marked(reading, sample.label) if sample.kind == "text" else Text(said(reading))
    return shown.append("  ").append_text(words)
