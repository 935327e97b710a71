"""Which Python the base image stands on: five ways in a fixed order, each told as it is tried."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.engine.errors import RegistryUnreachable
from pipeline.engine.images import Images, PullStep
from pipeline.errors import EngineError, UsageError
from pipeline.images.events import (
    BaseTried,
    LogLine,
    Outcome,
    PullProgressed,
    Report,
    harmless,
)
from pipeline.images.localbase import CHANGES, SUITE, make_local_base

#: A base of the user's own choice, by digest.
VARIABLE = "PADDOCK_PYTHON_BASE"
#: The name of a base that was made on this machine.
LOCAL_BASE = "paddock-python:3.10-local"
#: Says how a local base was made.
MADE_LABEL = "paddock.base.made"
_BY_DIGEST = re.compile(r"[^\s@]+@sha256:[0-9a-f]{64}")

Maker = Callable[[Images, Mapping[str, str], Report], None]


@dataclass(frozen=True)
class Base:
    """What ``FROM`` names, and what the image's label says of it."""

    reference: str
    origin: str


def chosen_base(environ: Mapping[str, str]) -> str | None:
    """Return what PADDOCK_PYTHON_BASE names.

    Raises:
        UsageError: it is not pinned by digest.
    """
    reference = environ.get(VARIABLE)
    if reference and not _BY_DIGEST.fullmatch(reference):
        remedy = "write NAME@sha256:DIGEST; `docker image inspect` shows an image's RepoDigests"
        raise UsageError(f"{VARIABLE} is not pinned by digest", harmless(reference), remedy)
    return reference or None


def make_and_import(images: Images, environ: Mapping[str, str], report: Report) -> None:
    """Make :data:`LOCAL_BASE` on this host and give it to the engine."""

    def say(line: str) -> None:
        report(LogLine(LOCAL_BASE, harmless(line)))

    with tempfile.TemporaryDirectory(prefix="paddock-base-") as folder:
        tar = Path(folder, "root.tar")
        python = make_local_base(tar, environ, say)
        made = f"Debian {SUITE} by debootstrap, CPython {python.version} of the host"
        images.import_root(tar, LOCAL_BASE, [*CHANGES, f'LABEL {MADE_LABEL}="{made}"'])


def find_base(
    images: Images,
    pinned: str,
    environ: Mapping[str, str],
    report: Report,
    make: Maker = make_and_import,
) -> Base:
    """Return the first base that can be had.

    The user's own choice by digest, and nothing in its place; the pinned official image; when no
    registry can be reached, a local base that is there, or one that is made now.

    Args:
        images: the engine's images.
        pinned: the official image by digest.
        environ: has PADDOCK_PYTHON_BASE, and what making a local base looks at.
        report: told what is tried, what came of it and why.
        make: makes the local base.

    Raises:
        UsageError: PADDOCK_PYTHON_BASE is not pinned.
        EngineError: none can be had.
    """
    chosen = chosen_base(environ)
    if chosen:
        return _by_digest(images, chosen, f"{VARIABLE} names it", report)
    try:
        return _by_digest(images, pinned, "the official image, pinned by digest", report)
    except RegistryUnreachable as error:
        report(BaseTried(pinned, Outcome.FAILED, error.message))
    return _local(images, environ, report, make)


def _by_digest(images: Images, reference: str, why: str, report: Report) -> Base:
    if images.find(reference) is None:
        report(BaseTried(reference, Outcome.TRYING, why))
        _show_pull(images.pull(reference), reference, report)
    report(BaseTried(reference, Outcome.USED, why))
    return Base(reference, reference)


def _local(images: Images, environ: Mapping[str, str], report: Report, make: Maker) -> Base:
    why = "made on this machine earlier"
    if images.find(LOCAL_BASE) is None:
        why = "made on this machine now: no registry can be reached"
        report(BaseTried(LOCAL_BASE, Outcome.TRYING, why))
        try:
            make(images, environ, report)
        except EngineError as error:
            report(BaseTried(LOCAL_BASE, Outcome.FAILED, error.message))
            raise EngineError(
                f"no base image can be had: no registry answers, and {error.message}",
                error.where,
                f"one of: {error.remedy} · set {VARIABLE}=NAME@sha256:DIGEST of a registry that "
                "answers · `paddock images load FILE` of images saved on another machine",
            ) from error
    report(BaseTried(LOCAL_BASE, Outcome.USED, why))
    return Base(LOCAL_BASE, local_origin(images.image_id(LOCAL_BASE)))


def local_origin(image_id: str) -> str:
    """Return what the label says of an image that stands on a local base."""
    return f"{LOCAL_BASE}@{image_id}"


def _show_pull(steps: Iterable[PullStep], reference: str, report: Report) -> None:
    """Add the layers' bytes up; report when whole percents change, not at every packet."""
    layers: dict[str, tuple[int, int]] = {}
    shown = -1
    for step in steps:
        if step.total and step.status == "Downloading":
            layers[step.layer] = (step.done, step.total)
            done, total = (sum(pair[i] for pair in layers.values()) for i in (0, 1))
            if 100 * done // total != shown:
                shown = 100 * done // total
                report(PullProgressed(reference, done, total))
