"""What a model read, held against the label: which characters differ, marked without need of colour."""

from __future__ import annotations

from rich.text import Text

from pipeline.report.confusions import clusters, compared, pieces
from pipeline.report.samples import Sample
from pipeline.text import one_line, shown
from tui.appearance import current, symbol
from tui.language import _, translated

DIFFERENT = "bold underline red"


def said(found: str, *, is_text: bool = False) -> str:
    """Return what was found as it may stand on a screen: as it was read, or in the chosen language."""
    return shown(found) if is_text else one_line(translated(found))


def marked(reading: str, label: str) -> Text:
    """Return ``reading`` with what differs from ``label`` marked: underlined, in ASCII in brackets.

    A character of the label that was not read is an empty place, in ASCII empty brackets.
    """
    text = Text()
    for raw, is_same in pieces(reading, label):
        piece = shown(raw)
        if is_same:
            text.append(piece)
        elif current().ascii_only:
            text.append(f"[{piece}]", DIFFERENT)
        else:
            text.append(piece or symbol("empty"), DIFFERENT)
    return text


def differences(reading: str, label: str) -> int:
    """Count the places in which ``reading`` differs from ``label``."""
    return sum(
        max(end - start, to - since)
        for tag, start, end, since, to in compared(clusters(reading), clusters(label))
        if tag != "equal"
    )


def readings(sample: Sample) -> list[tuple[str, Text]]:
    """Return each thing that was found once, after the models that found it: what differs is marked."""
    found: dict[str, list[str]] = {}
    for name, reading in sample.by_model:
        found.setdefault(reading, []).append(one_line(name))
    everybody = len(sample.models) > 1 and len(found) == 1
    return [
        (_("all") if everybody else ", ".join(names), _reading(reading, sample))
        for reading, names in found.items()
    ]


def _reading(reading: str, sample: Sample) -> Text:
    text = marked(reading, sample.label) if sample.kind == "text" else Text(said(reading))
    if reading == sample.label:
        text.append(f" {symbol('done')}", "green")
    return text
