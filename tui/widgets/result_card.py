"""What a run has made: the files with size and hash, and bars from the checkpoint to what ships."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from typing_extensions import Self

from pipeline.text import human_size, one_line
from tui.appearance import symbol
from tui.keys import bindings
from tui.language import _, translated
from tui.views.result import File, Result, Weight
from tui.widgets.columns import GAP, joined, padded, widest
from tui.widgets.line import Line
from tui.widgets.listing import Listing

#: Characters of a hash that are shown.
_SHORT = 12
_LONGEST_NAME = 14


class ResultCard(Vertical):
    """``y`` copies the selected file's hash and name, as ``sha256sum -c`` reads them, ``Y`` its path."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("result")
    DEFAULT_CSS = """
    ResultCard Line { padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    ResultCard Listing { height: auto; max-height: 40%; }
    ResultCard #weights, ResultCard #keys { margin-top: 1; }
    """

    class Copied(Message):
        """Something of the selected file went to the clipboard."""

        def __init__(self, sentence: str) -> None:
            super().__init__()
            self.sentence = sentence

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._result: Result | None = None
        self._of: object = None
        self._head, self._files, self._weights = Line(), Listing(), Line(id="weights")
        self._keys = Line(id="keys")

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._files
        yield self._weights
        yield self._keys

    def focus(self, scroll_visible: bool = True) -> Self:
        """Give the focus to the files."""
        self._files.focus(scroll_visible)
        return self

    def show_run(self, run: object, read: Callable[[], Result], keys: str) -> None:
        """Show what ``read`` finds, once for each ``run`` (any value), and the keys that count here."""
        self._keys.show(Text(keys, "dim"))
        if run != self._of:
            self._of = run
            self._read(read)

    @work(thread=True, group="result", exclusive=True)
    def _read(self, read: Callable[[], Result]) -> None:
        self.call_later(self.show_result, read())

    def show_result(self, result: Result) -> None:
        """Show this."""
        self._result = result
        self._draw()

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        result = self._result
        if result is None or not self.is_mounted:
            return
        self._head.show(_head(result))
        files, name = result.files, widest(file.name for file in result.files)
        self._files.show_rows(len(files), lambda index, _width: _row(files[index], name))
        self._weights.show(Text("\n").join(weight_lines(result.models, self.size.width - 2)))

    # Keys.

    def action_copy(self) -> None:
        """Copy the selected file's SHA-256 and name."""
        file = self._selected
        if file and file.sha256:
            self.app.copy_to_clipboard(f"{file.sha256}  {file.name}")
            self.post_message(
                self.Copied(_("Copied the SHA-256 of {path}.").format(path=file.name))
            )

    def action_copy_path(self) -> None:
        """Copy the selected file's path."""
        if self._result and (file := self._selected):
            path = str(self._result.folder / file.name)
            self.app.copy_to_clipboard(path)
            self.post_message(self.Copied(_("Copied {path}.").format(path=path)))

    @property
    def _selected(self) -> File | None:
        files = self._result.files if self._result else ()
        return files[self._files.cursor] if self._files.cursor < len(files) else None


def _head(result: Result) -> Text:
    if not result.is_own:
        later = _("{folder}/ holds what a later run has made").format(folder=result.folder.name)
        return Text(f"{symbol('warning')} {one_line(later)}", "yellow")
    return Text.assemble(
        (f"{one_line(result.folder.name)}/", "bold"), f"  {one_line(str(result.folder))}"
    )


def _row(file: File, name: int) -> Text:
    if file.size is None:
        gone = Text(f"{symbol('failed')} " + _("not there any more"), "yellow")
        return joined([padded(one_line(file.name), name), gone])
    style = "bold" if file.name.endswith(".nb") else ""
    cells = [
        padded(Text(one_line(file.name), style), name),
        padded(human_size(file.size), 8, "right"),
    ]
    return joined([*cells, Text(file.sha256[:_SHORT], "dim")])


def weight_lines(models: tuple[Weight, ...], width: int) -> Iterator[Text]:
    """Give a line a model: a bar of its size, and one of the milliseconds that an image takes."""
    if not models:
        return
    name = widest([one_line(model.name) for model in models], _LONGEST_NAME)
    values = 9  # "164.9 ms"
    bar = max(0, (width - name - 2 * values - 4 * GAP) // 2)
    most_size = max((model.size or 0 for model in models), default=0)
    most_time = max((model.milliseconds or 0.0 for model in models), default=0.0)
    heads = (padded(title, bar + GAP + values) for title in (_("size"), _("an image, p50")))
    yield joined([padded("", name), *heads]).copy()
    for model in models:
        size = "" if model.size is None else human_size(model.size)
        cells = [padded(Text(one_line(model.name), "bold"), name)]
        cells += [_bar(model.size or 0, most_size, bar), padded(size, values, "right")]
        if model.milliseconds is None:
            why = translated(model.why) or _("not measured")
            cells.append(padded(Text(one_line(why), "dim"), bar + GAP + values))
        else:
            time = f"{model.milliseconds:.1f} ms"
            cells += [_bar(model.milliseconds, most_time, bar), padded(time, values, "right")]
        yield joined(cells)


def _bar(value: float, most: float, width: int) -> Text:
    full = round(width * value / most) if most else 0
    return Text.assemble((symbol("full") * full, "cyan"), (symbol("empty") * (width - full), "dim"))
