"""A sweep in the background: started, and then on its own, as a run is (:mod:`pipeline.run.background`)."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.plan.stages import STAGES
from pipeline.record.runs import create_sweep, sweep_folder
from pipeline.run.background import Started, carry_out, here, launch, nobody
from pipeline.run.options import Options, StopSwitch

if TYPE_CHECKING:
    from pipeline.sweep.drive import Asked


def start_sweep(folder: Path, asked: Asked, environ: Mapping[str, str]) -> Started:
    """Start a sweep of the project in ``folder`` and return at once.

    What it refuses to do (a broken project file, another run) is told in its events, like all else.

    Raises:
        UsageError: there is no such folder.
        PaddockError: Paddock cannot write into it, or the system lets it start nothing.
    """
    return launch(
        folder,
        "pipeline.sweep.background",
        create_sweep,
        lambda place, name: _words(place, name, asked),
        environ,
    )


def _words(folder: Path, name: str, asked: Asked) -> list[str]:
    """Return the command line that :func:`main` reads."""
    words = [str(folder), name, str(here(folder)), "--jobs", str(asked.jobs)]
    words += ["--until", asked.options.last]
    for member in asked.only:
        words += ["--member", member]
    for stage in sorted(asked.options.forced):
        words += ["--force", stage]
    return [*words, "--locked"] if asked.options.locked else words


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline.sweep.background")
    add = parser.add_argument
    add("folder", type=Path, help="the project")
    add("name", help="of the sweep")
    add("here", help="the folder that paths in the environment are relative to")
    add("--jobs", type=int, default=1)
    add("--member", action="append", default=[])
    add("--until", dest="last", choices=STAGES, default=STAGES[-1])
    add("--force", action="append", choices=STAGES, default=[])
    add("--locked", action="store_true")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sweep to its end; this is the process that :func:`start_sweep` starts."""
    words = _parser().parse_args(arguments)
    options = Options(last=words.last, forced=frozenset(words.force), locked=words.locked)
    own = sweep_folder(words.folder / ".paddock", words.name)

    def work(stop: StopSwitch) -> int:
        from pipeline.sweep.drive import Asked, sweep  # noqa: PLC0415 - who starts one needs none

        asked = Asked(options, words.jobs, tuple(words.member))
        return sweep(words.folder, asked, os.environ, nobody, stop, own).code

    return carry_out(own, words.here, work)


if __name__ == "__main__":
    sys.exit(main())
