"""A legacy model with its program changed as a user with a script of one's own would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from stages.program.graph import Graph
from stages.program.params import write_parameters, write_program
from support.legacy import open_graph


def rewritten(
    files: tuple[Path, Path], folder: Path, change: Callable[[Graph], object]
) -> tuple[Path, Path]:
    """Write the model after ``change`` into ``folder`` and return its two files."""
    graph = open_graph(files)
    change(graph)
    written = folder / "inference.pdmodel", folder / "inference.pdiparams"
    write_program(written[0], graph.program())
    write_parameters(written[1], graph.used_parameters())
    return written
