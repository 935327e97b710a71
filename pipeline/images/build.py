"""``paddock images build``: the base first, then what stands on it; nothing is built twice."""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.compose.file import REPOSITORY, Compose, ImageBuild
from pipeline.engine.images import BuildRequest, ImageInfo, Images
from pipeline.errors import EngineError
from pipeline.images.base import LOCAL_BASE, chosen_base, find_base, local_origin
from pipeline.images.certificates import Bundle, find_bundle
from pipeline.images.context import Context, make_context
from pipeline.images.events import (
    BuildFailed,
    ImageFinished,
    ImageStarted,
    LogLine,
    Report,
    StepStarted,
    harmless,
)
from pipeline.images.failures import name_failure
from stages.message import msg

#: The service whose image all others stand on.
BASE = "base"
#: Build argument: the Python that an image stands on.
_PYTHON = "PYTHON_BASE"
#: Says what an image was made of, so that the next build can see that nothing changed.
FINGERPRINT_LABEL = "paddock.fingerprint"
ORIGIN_LABEL = "paddock.base"
#: Docker knows these build arguments without a word in the Dockerfile, and keeps no record of them.
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY")
_STEP = re.compile(r"Step (\d+)/(\d+) : (.*)")
_KEPT_LINES = 20
#: A step that a later build made anew is removed when it is older than this, in seconds: another build may
#: be using it at this moment.
_KEPT_STEPS = 3600
#: The legacy builder colours what a step writes to stderr.
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Options:
    """What is asked of a build.

    ``only``: these services and the base; if empty, all but those that must be asked for. ``force``: build
    what is up to date, too, without the engine's cache.
    """

    only: Collection[str] = ()
    force: bool = False
    repository: Path = REPOSITORY


def build_images(
    images: Images,
    compose: Compose,
    environ: Mapping[str, str],
    report: Report,
    options: Options | None = None,
) -> dict[str, str]:
    """Build what is missing or out of date; return the images' identities by service.

    Raises:
        UsageError: a variable or a file of the user's is not usable.
        EngineError: the engine, a registry or a download failed.
        IntegrityFailed: a download is not what its lock names.
    """
    asked = options or Options()
    work = _Work(images, environ, report, asked, find_bundle(environ))
    wanted = [
        build
        for name, build in compose.images.items()
        if name in asked.only or not (asked.only or build.asked_for)
    ]
    if not all(_stands_on_python(build) for build in wanted):
        wanted = [compose.images[BASE], *(build for build in wanted if build.service != BASE)]
    identities: dict[str, str] = {}
    for index, build in enumerate(wanted, 1):
        report(ImageStarted(build.image, index, len(wanted)))
        base = None if _stands_on_python(build) else identities[BASE]
        identities[build.service] = work.ensure(build, base)
    images.remove_old_steps(time.time() - _KEPT_STEPS)
    return identities


def outdated(images: Images, compose: Compose, repository: Path = REPOSITORY) -> list[str]:
    """Return the services whose images were built from other files than are here: another Paddock's.

    Of images that must be asked for, and of those that plain Compose built, nothing is known.

    Raises:
        UsageError: a file that an image is built from is missing.
    """
    base = images.find(compose.images[BASE].image)
    found = []
    for name, build in compose.images.items():
        info = None if build.asked_for else images.find(build.image)
        said = info.labels.get(FINGERPRINT_LABEL) if info else None
        if said and base:
            stands_on = "" if _stands_on_python(build) else base.identity
            if said != make_context(repository, build, None).fingerprint(stands_on):
                found.append(name)
    return found


def _stands_on_python(build: ImageBuild) -> bool:
    """Return whether the image stands on the Python that :func:`find_base` finds, not on the base."""
    return build.service == BASE or _PYTHON in build.args


@dataclass(frozen=True)
class _Work:
    """What every image of one call shares."""

    images: Images
    environ: Mapping[str, str]
    report: Report
    options: Options
    certificates: Bundle | None

    def ensure(self, build: ImageBuild, base: str | None) -> str:
        """Return the image's identity, after building it if need be; ``base`` is that of its base."""
        started = time.monotonic()
        context = make_context(self.options.repository, build, self.certificates)
        fingerprint = context.fingerprint(base or "")
        found = None if self.options.force else self.images.find(build.image)
        current = found is not None and self._is_current(found, build, fingerprint)
        if not current:
            self._build(build, self._with_base(context, base), fingerprint)
        info = found if current else self.images.find(build.image)
        if info is None:
            raise EngineError(
                msg("{image} was built, and is not there", build.image),
                build.image,
                msg("try again"),
            )
        seconds = round(time.monotonic() - started, 1)
        self.report(ImageFinished(build.image, info.id, info.size, seconds, current))
        return info.identity

    def _is_current(self, found: ImageInfo, build: ImageBuild, fingerprint: str) -> bool:
        if found.labels.get(FINGERPRINT_LABEL) != fingerprint:
            return False
        return not _stands_on_python(build) or self._stands_well(found, build.args[_PYTHON])

    def _stands_well(self, found: ImageInfo, pinned: str) -> bool:
        """Return whether the base stands on what would be chosen now, without asking a registry."""
        origin = found.labels.get(ORIGIN_LABEL, "")
        if chosen_base(self.environ) or origin == pinned:
            return origin == pinned
        local = self.images.find(LOCAL_BASE)
        return origin.startswith(LOCAL_BASE) and (local is None or origin == local_origin(local.id))

    def _with_base(self, context: Context, base: str | None) -> Context:
        if base is not None:
            return context
        pinned = context.args[_PYTHON]
        found = find_base(self.images, pinned, self.environ, self.report)
        chosen = {_PYTHON: found.reference, "BASE_ORIGIN": found.origin}
        return replace(context, args={**context.args, **chosen})

    def _build(self, build: ImageBuild, context: Context, fingerprint: str) -> None:
        request = BuildRequest(
            tag=build.image,
            dockerfile=context.dockerfile,
            args={**self._proxies(), **context.args},
            labels={FINGERPRINT_LABEL: fingerprint},
            use_cache=not self.options.force,
        )
        last: deque[str] = deque(maxlen=_KEPT_LINES)
        try:
            with context.pack() as stream:
                self._follow(build.image, self.images.build(request, stream), last)
        except EngineError as error:
            self.report(BuildFailed(build.image, tuple(last)))
            raise name_failure(error, build.image, tuple(last)) from error

    def _follow(self, image: str, lines: Iterable[str], last: deque[str]) -> None:
        for raw in lines:
            line = harmless(_ESCAPES.sub("", raw))
            step = _STEP.fullmatch(line)
            if step:
                self.report(StepStarted(image, int(step[1]), int(step[2]), step[3]))
            elif line and not line.startswith("--->"):
                last.append(line)
                self.report(LogLine(image, line))

    def _proxies(self) -> dict[str, str]:
        names = [*_PROXIES, *(name.lower() for name in _PROXIES)]
        return {name: self.environ[name] for name in names if self.environ.get(name)}
