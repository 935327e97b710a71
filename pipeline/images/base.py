"""Which Python the base image stands on: three ways in a fixed order, each told as it is tried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.engine.errors import RegistryUnreachable
from pipeline.engine.images import Images, PullStep
from pipeline.errors import EngineError, UsageError
from pipeline.images.events import BaseTried, Outcome, PullProgressed, Report, harmless
from stages.message import msg

#: A base of the user's own choice, by digest.
VARIABLE = "PADDOCK_PYTHON_BASE"
#: The name of a base that this engine has for want of a registry; scripts/local-base makes one.
LOCAL_BASE = "paddock-python:3.10-local"
_BY_DIGEST = re.compile(r"[^\s@]+@sha256:[0-9a-f]{64}")


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
        remedy = msg(
            "write NAME@sha256:DIGEST; `docker image inspect` shows an image's RepoDigests"
        )
        raise UsageError(
            msg("{variable} is not pinned by digest", VARIABLE), harmless(reference), remedy
        )
    return reference or None


def find_base(images: Images, pinned: str, environ: Mapping[str, str], report: Report) -> Base:
    """Return the first base that can be had.

    The user's own choice by digest, and nothing in its place; the pinned official image; when no
    registry can be reached, :data:`LOCAL_BASE`.

    Args:
        images: the engine's images.
        pinned: the official image by digest.
        environ: has PADDOCK_PYTHON_BASE.
        report: told what is tried, what came of it and why.

    Raises:
        UsageError: PADDOCK_PYTHON_BASE is not pinned.
        EngineError: none can be had.
    """
    chosen = chosen_base(environ)
    if chosen:
        return _by_digest(images, chosen, msg("{variable} names it", VARIABLE), report)
    try:
        return _by_digest(images, pinned, msg("the official image, pinned by digest"), report)
    except RegistryUnreachable as error:
        report(BaseTried(pinned, Outcome.FAILED, error.message))
        if (local := images.find(LOCAL_BASE)) is None:
            raise EngineError(
                msg(
                    "no base image can be had: no registry answers, and there is no {local_base}",
                    LOCAL_BASE,
                ),
                pinned,
                msg(
                    "one of: set {variable}=NAME@sha256:DIGEST of a registry that answers · `paddock "
                    "images load FILE` of images saved on another machine · make a local base with "
                    "scripts/local-base of the repository",
                    VARIABLE,
                ),
            ) from error
    report(BaseTried(LOCAL_BASE, Outcome.USED, msg("made on this machine earlier")))
    return Base(LOCAL_BASE, local_origin(local.id))


def _by_digest(images: Images, reference: str, why: str, report: Report) -> Base:
    if images.find(reference) is None:
        report(BaseTried(reference, Outcome.TRYING, why))
        _show_pull(images.pull(reference), reference, report)
    report(BaseTried(reference, Outcome.USED, why))
    return Base(reference, reference)


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
