"""A sweep in the background: started, and then on its own, as a run is (:mod:`pipeline.run.background`)."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.record.runs import create_sweep, sweep_folder
from pipeline.run.background import (
    Started,
    carry_out,
    launch,
    nobody,
    options_of,
    parser,
    words_of,
)
from pipeline.run.options import StopSwitch

if TYPE_CHECKING:
    from pipeline.sweep.drive import Asked

_MODULE = "pipeline.sweep.background"


def start_sweep(folder: Path, asked: Asked, environ: Mapping[str, str]) -> Started:
    """Start a sweep of the project in ``folder`` and return at once.

    What it refuses to do (a broken project file, another run) is told in its events, like all else.

    Raises:
        UsageError: there is no such folder.
        PaddockError: Paddock cannot write into it, or the system lets it start nothing.
    """
    return launch(
        folder,
        _MODULE,
        create_sweep,
        lambda place, name: _words(place, name, asked),
        environ,
    )


def _words(folder: Path, name: str, asked: Asked) -> list[str]:
    """Return the command line that :func:`main` reads."""
    words = [*words_of(folder, name, asked.options), "--jobs", str(asked.jobs)]
    return words + [word for member in asked.only for word in ("--member", member)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sweep to its end; this is the process that :func:`start_sweep` starts."""
    reader = parser(_MODULE)
    reader.add_argument("--jobs", type=int, default=1)
    reader.add_argument("--member", action="append", default=[])
    words = reader.parse_args(arguments)
    own = sweep_folder(words.folder / ".paddock", words.name)

    def work(stop: StopSwitch) -> int:
        from pipeline.sweep.drive import Asked, sweep  # noqa: PLC0415 - who starts one needs none

        asked = Asked(options_of(words), words.jobs, tuple(words.member))
        return sweep(words.folder, asked, os.environ, nobody, stop, own).code

    return carry_out(own, words.here, work)


if __name__ == "__main__":
    sys.exit(main())
