"""An image of one's own as every model reads it: a line a model, what differs marked."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from pipeline.tasks import TASKS
from pipeline.text import one_line
from stages.contract.artifacts import PD_MODEL
from stages.contract.reading import ReadImage, Reading
from tui.appearance import symbol
from tui.language import _, translated
from tui.views.readings import marked, said


def table_of(item: ReadImage, task: str) -> Table | Text:
    """Return what the models make of one image; one line where it could not be read."""
    if item.why:
        return Text(f"{symbol('failed')} {one_line(translated(item.why))}", "bold red")
    is_text = TASKS[task].reads
    reference = _reference(item)
    table = Table.grid(padding=(0, 2))
    sides: tuple[JustifyMethod, ...] = ("left", "left", "right", "right", "left")
    for side in sides:
        table.add_column(justify=side)
    if item.label is not None:
        table.add_row(Text(_("label"), "dim"), Text(said(item.label, is_text=is_text)))
    for reading in item.readings:
        table.add_row(
            Text(one_line(reading.model), "dim"), *_cells(reading, reference, is_text=is_text)
        )
    return table


def _cells(reading: Reading, reference: str, *, is_text: bool) -> Iterator[Text]:
    """Give what is read, what differs marked; how sure the model is, its time, and whether it is right."""
    if reading.why:
        yield Text(one_line(translated(reading.why)), "yellow")
        return
    yield marked(reading.found, reference) if is_text else Text(said(reading.found))
    yield Text("" if reading.score is None else f"{reading.score:.1%}")
    if reading.emulated:
        yield Text(_("emulated"), "dim")
    else:
        yield Text("" if reading.milliseconds is None else f"{reading.milliseconds:.1f} ms")
    is_same = reading.found == reference
    yield Text(symbol("done"), "green") if is_same else Text(symbol("failed"), "bold red")


def _reference(item: ReadImage) -> str:
    """Return what readings are held against: the label, else what the PD model reads."""
    if item.label is not None:
        return item.label
    by_model = {reading.model: reading.found for reading in item.readings if not reading.why}
    return by_model.get(PD_MODEL, next(iter(by_model.values()), ""))
