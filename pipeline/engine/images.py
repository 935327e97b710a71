"""Images on the engine: look, build, pull, import, save and load.

Errors come in the answer's stream as often as in its status; both are raised.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from docker import DockerClient
from docker.errors import APIError, ImageNotFound

from pipeline.engine.errors import explain, translated
from pipeline.errors import EngineError
from stages.message import msg

_BLOCK = 1 << 20
#: Says of an untagged image which step of a build left it. To the legacy builder such images are its cache.
STEP_LABEL = "paddock.step"
#: The processor that the images' locks are for, as an engine calls it.
_ARCHITECTURE = "amd64"
ELSEWHERE = msg("use an engine on x86-64: DOCKER_HOST=ssh://user@host, or `docker context use`")
#: What of an image's configuration has a say in what runs in it. Labels and exposed ports have none, nor has
#: when, by whom or with which builder it was made.
_DECIDING = (
    "Cmd",
    "Entrypoint",
    "Env",
    "Healthcheck",
    "StopSignal",
    "User",
    "Volumes",
    "WorkingDir",
)


@dataclass(frozen=True)
class ImageInfo:
    """An image on the engine: its ID, the digests of its layers from the lowest, its size in bytes.

    ``config`` has the parts of its configuration that have a say in what runs in it.
    """

    id: str
    tags: tuple[str, ...]
    digests: tuple[str, ...]
    layers: tuple[str, ...]
    labels: Mapping[str, str]
    size: int
    created: str
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """SHA-256 (hexadecimal) of the layers and of ``config``: the same on every engine that built it.

        The ID is not: it holds when the image was made. By the ID containers are started, by the identity
        results are named.
        """
        body = {"layers": self.layers, "config": self.config}
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class BuildRequest:
    """One build: ``context`` is a tar with the Dockerfile in it."""

    tag: str
    dockerfile: str
    args: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    use_cache: bool = True


@dataclass(frozen=True)
class PullStep:
    """Progress of one layer of a pull, in bytes; both are 0 where the engine says none."""

    layer: str
    status: str
    done: int
    total: int


class Images:
    """The images of one engine. Every method raises EngineError when the engine says no."""

    def __init__(self, client: DockerClient) -> None:
        self._client = client

    def find(self, reference: str) -> ImageInfo | None:
        """Return what the engine knows of a tag, digest or ID; None if it is not there."""
        with translated(msg("looking for {reference}", reference)):
            try:
                raw = self._client.images.get(reference).attrs
            except ImageNotFound:
                return None
        return _info(raw)

    def get(self, reference: str) -> ImageInfo:
        """Return what the engine knows of an image that must be there.

        Raises:
            EngineError: it is not; the remedy says how to make it.
        """
        found = self.find(reference)
        if found is None:
            raise EngineError(
                msg("the image {reference} is not there", reference),
                reference,
                msg("make it with `paddock images build`"),
            )
        return found

    def image_id(self, reference: str) -> str:
        """Return the ID of an image that must be there; raises as :meth:`get`."""
        return self.get(reference).id

    def build(self, request: BuildRequest, context: IO[bytes]) -> Iterator[str]:
        """Build an image and give its log, line by line.

        Raises:
            EngineError: a step failed, or the engine is of a processor that the images are not for;
                ``where`` is the image.
        """
        doing = msg("building {tag}", request.tag)
        with translated(doing, request.tag):
            built_for = str(self._client.version().get("Arch", _ARCHITECTURE))
            if built_for != _ARCHITECTURE:
                raise EngineError(
                    msg(
                        "the engine is for {architecture}, and Paddle-Lite's converter is for amd64 only",
                        built_for,
                    ),
                    request.tag,
                    ELSEWHERE,
                )
            stream = self._client.api.build(
                fileobj=context,
                custom_context=True,
                dockerfile=request.dockerfile,
                tag=request.tag,
                buildargs=dict(request.args),
                labels=dict(request.labels),
                nocache=not request.use_cache,
                rm=True,
                forcerm=True,
                decode=True,
            )
            yield from _lines(_checked(stream, doing, request.tag))

    def pull(self, reference: str) -> Iterator[PullStep]:
        """Pull ``NAME@sha256:…`` or ``NAME:TAG`` and give the layers' progress.

        Raises:
            EngineError: the registry cannot be reached, or does not have it.
        """
        doing = msg("pulling {reference}", reference)
        # docker-py takes a digest for a tag: all that stands behind the last separator.
        name, digest = reference.split("@", 1) if "@" in reference else (reference, None)
        with translated(doing, reference):
            stream = self._client.api.pull(name, tag=digest, stream=True, decode=True)
            for item in _checked(stream, doing, reference):
                detail = item.get("progressDetail") or {}
                yield PullStep(
                    layer=str(item.get("id", "")),
                    status=str(item.get("status", "")),
                    done=int(detail.get("current") or 0),
                    total=int(detail.get("total") or 0),
                )

    def push(self, source: str, target: str) -> str:
        """Push an image under the name ``target``, which it has meanwhile; return its digest there.

        Raises:
            EngineError: the registry cannot be reached from the engine, or does not take it.
        """
        doing = msg("pushing {target}", target)
        repository, _, tag = target.rpartition(":")
        self.tag(source, target)
        try:
            with translated(doing, target):
                stream = self._client.api.push(repository, tag=tag, stream=True, decode=True)
                said = [item.get("aux") or {} for item in _checked(stream, doing, target)]
        finally:
            self.remove(target)
        return next(str(item["Digest"]) for item in reversed(said) if "Digest" in item)

    def tag(self, source: str, target: str) -> None:
        """Give ``source`` the name ``target`` too."""
        repository, _, tag = target.rpartition(":")
        with translated(msg("naming {target}", target), target):
            self._client.api.tag(source, repository, tag)

    def import_root(self, root: Path, target: str, changes: Sequence[str]) -> str:
        """Make an image of one layer out of the tar ``root``; return its ID.

        Args:
            root: a tar of a file system.
            target: ``NAME:TAG``.
            changes: Dockerfile instructions such as ``ENV`` and ``CMD``.
        """
        repository, _, tag = target.rpartition(":")
        doing = msg("importing {target}", target)
        with translated(doing, target), root.open("rb") as stream:
            answer = self._client.api.import_image_from_data(
                stream, repository=repository, tag=tag, changes=list(changes)
            )
        if '"errorDetail"' in answer:
            raise explain(answer, doing, target)
        return self.image_id(target)

    def save(self, references: Iterable[str]) -> Iterator[bytes]:
        """Give a tar of several images, in which the layers that they share are once."""
        names = list(references)
        api = self._client.api
        with translated(msg("saving images"), " ".join(names)):
            # The SDK saves one image a tar; the engine's own call takes several.
            url = f"{api.base_url}/v{api.api_version}/images/get"
            with api.get(url, params={"names": names}, stream=True, timeout=api.timeout) as answer:
                if not answer.ok:
                    raise explain(answer.text, msg("saving images"), " ".join(names))
                yield from answer.iter_content(_BLOCK)

    def load(self, stream: IO[bytes]) -> list[str]:
        """Load a tar of :meth:`save`; return the names that it brought."""
        with translated(msg("loading images")):
            loaded = self._client.images.load(stream)
        return [tag for image in loaded for tag in image.tags]

    def remove_old_steps(self, before: float) -> int:
        """Remove what earlier builds left and a later one has made anew; return how many images went.

        The newest of each step stays: the next build takes it up.

        Args:
            before: seconds since 1970; what was made later stays, for a build that goes on may be its.
        """
        with translated(msg("removing steps of earlier builds")):
            filters = {"dangling": True, "label": STEP_LABEL}
            found = self._client.api.images(filters=filters)
            newest: set[str] = set()
            removed = 0
            for image in sorted(found, key=lambda item: item["Created"], reverse=True):
                step = image["Labels"][STEP_LABEL]
                if step in newest and image["Created"] < before:
                    with suppress(APIError):  # somebody uses it, or was as quick
                        self._client.api.remove_image(image["Id"])
                        removed += 1
                newest.add(step)
            return removed

    def remove(self, reference: str) -> None:
        """Take a name from an image, and remove the image with its last name."""
        with translated(msg("removing {reference}", reference), reference):
            self._client.api.remove_image(reference)


def _info(raw: Mapping[str, Any]) -> ImageInfo:
    return ImageInfo(
        id=str(raw["Id"]),
        tags=tuple(raw.get("RepoTags") or ()),
        digests=tuple(raw.get("RepoDigests") or ()),
        layers=tuple((raw.get("RootFS") or {}).get("Layers") or ()),
        labels=dict((raw.get("Config") or {}).get("Labels") or {}),
        size=int(raw.get("Size") or 0),
        created=str(raw.get("Created", "")),
        config=_deciding(raw),
    )


def _deciding(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what decides; builders write what is not there as null, "", [] or {}, or not at all."""
    config = raw.get("Config") or {}
    found = {name: config[name] for name in _DECIDING if config.get(name)}
    found |= {name: raw[name] for name in ("Os", "Architecture") if raw.get(name)}
    return {**found, "Env": sorted(found.get("Env", ()))}


def _checked(
    stream: Iterable[dict[str, Any]], doing: str, where: str
) -> Generator[dict[str, Any], None, None]:
    """Give the items of an engine's answer; raise the error that one of them is."""
    for item in stream:
        if "error" in item or "errorDetail" in item:
            detail = item.get("errorDetail") or {}
            raise explain(str(detail.get("message") or item.get("error")), doing, where)
        yield item


def _lines(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Join a build's pieces of text and give whole lines."""
    rest = ""
    for item in items:
        *lines, rest = (rest + str(item.get("stream") or item.get("status") or "")).split("\n")
        yield from lines
    if rest:
        yield rest
