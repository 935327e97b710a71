"""What Paddock has on an engine's disk, as ``docker system df`` counts it: found by label, in bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from docker import DockerClient

from pipeline.engine.errors import translated
from stages.message import msg

#: Every image that stands on Paddock's base inherits this label.
IMAGE_LABEL = "paddock.image"


@dataclass(frozen=True)
class DiskUse:
    """Bytes, by what for.

    Args:
        images: those with a name, a layer that several have once.
        steps: what only images without a name have: builds left them, the next ones may take them up.
        volumes: by project.
        build_cache: BuildKit's, of all builds on this engine: it knows no labels.
    """

    images: int
    steps: int
    volumes: Mapping[str, int]
    build_cache: int


def disk_use(client: DockerClient, project_label: str) -> DiskUse:
    """Ask the engine, which looks at every file of every volume: seconds, on a large engine minutes."""
    with translated(msg("asking the engine for its disk use")):
        told = client.df()
    own = [item for item in told.get("Images") or () if IMAGE_LABEL in (item.get("Labels") or {})]
    named = [item for item in own if _is_named(item)]
    volumes: dict[str, int] = {}
    for item in told.get("Volumes") or ():
        project = (item.get("Labels") or {}).get(project_label)
        if project:
            size = (item.get("UsageData") or {}).get("Size") or 0
            volumes[project] = volumes.get(project, 0) + max(0, size)
    return DiskUse(
        images=_once(named),
        steps=sum(_alone(item) for item in own if not _is_named(item)),
        volumes=volumes,
        build_cache=sum(item.get("Size") or 0 for item in told.get("BuildCache") or ()),
    )


def _is_named(image: Mapping[str, Any]) -> bool:
    return any(not tag.startswith("<none>") for tag in image.get("RepoTags") or ())


def _alone(image: Mapping[str, Any]) -> int:
    """Return what would be free without the image; -1 stands for not counted."""
    size: int = image["Size"]
    return max(0, size - max(0, image.get("SharedSize") or 0))


def _once(images: Iterable[Mapping[str, Any]]) -> int:
    """Add images up. What they share is Paddle above all, in each of them: the largest share, once."""
    found = list(images)
    shared = max((image.get("SharedSize") or 0 for image in found), default=0)
    return sum(map(_alone, found)) + max(0, shared)
