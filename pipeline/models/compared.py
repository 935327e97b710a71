"""Which program is which, where a folder holds more than one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.models.program import Outline, read_outline
from pipeline.models.weights import read_tensors
from stages.message import msg


def what_is_which(programs: Sequence[Path], parameters: Sequence[Path]) -> Iterator[str]:
    """Say of each program what it is, and of each file of parameters whose it is."""
    outlines: dict[Path, Outline] = {}
    for path in programs:
        try:
            outlines[path] = read_outline(path)
        except UsageError as error:
            yield error.message
            continue
        yield _described(path, outlines[path])
    for path in parameters:
        tensors = read_tensors(path)
        owners = [
            program.name
            for program, outline in outlines.items()
            if tensors.whole and outline.stored == tensors.items
        ]
        if owners:
            yield msg("{parameters} belongs to {programs}", path.name, ", ".join(owners))
        else:
            yield msg("{parameters} belongs to none of them", path.name)


def _described(path: Path, outline: Outline) -> str:
    count, classes = len(outline.parameters), outline.classes
    kind = msg("a PIR program") if outline.pir else msg("a PD program")
    if classes:
        return msg(
            "{name} is {kind} of {classes} classes and {count} parameters",
            path.name,
            kind,
            classes,
            count,
        )
    return msg("{name} is {kind} of {count} parameters", path.name, kind, count)
