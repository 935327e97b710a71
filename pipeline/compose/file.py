"""``compose.yaml`` as frozen data: which images there are, how they are built, and how stages run.

The file is the one place that says so; this module reads what ``paddock`` needs of it and refuses
the rest, so that a key that Compose would obey and ``paddock`` would not cannot go unnoticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    ValidationError,
    model_validator,
)

from pipeline.complaint import Complaint, complaint_of
from pipeline.compose.values import (
    Mount,
    interpolate,
    no_boolean,
    parse_duration,
    parse_mount,
    parse_size,
    parse_tmpfs,
)
from pipeline.errors import UsageError
from stages.message import msg, text_of

#: The folder that holds ``compose.yaml``, ``images/`` and ``stages/``.
REPOSITORY = Path(__file__).resolve().parents[2]
COMPOSE_FILE = REPOSITORY / "compose.yaml"
#: The service of Paddock itself.
TOOL = "paddock"

Size = Annotated[int | None, BeforeValidator(parse_size)]


class _Table(BaseModel):
    """A table of the file: no unknown keys but Compose's own extensions, ``x-…``."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_extensions(cls, table: object) -> object:
        if not isinstance(table, dict):
            return table
        return {key: value for key, value in table.items() if not str(key).startswith("x-")}


class Build(_Table):
    """``build``: ``context`` and ``dockerfile`` are relative to ``compose.yaml``."""

    context: str
    dockerfile: str
    args: Mapping[str, str] = {}
    target: str = ""


class Devices(_Table):
    """Devices of the machine that a container reserves, in Docker's words."""

    driver: str = ""
    count: str = "all"
    capabilities: tuple[str, ...] = ()


class _Reservations(_Table):
    devices: tuple[Devices, ...] = ()


class _Resources(_Table):
    reservations: _Reservations = _Reservations()


class _Deploy(_Table):
    resources: _Resources = _Resources()


class Service(_Table):
    """How a service's container runs: sizes in bytes, the grace time in seconds."""

    image: str
    build: Build
    user: str = ""
    network_mode: str = "none"
    read_only: StrictBool = False
    init: StrictBool = False
    tmpfs: Annotated[Mapping[str, str], BeforeValidator(parse_tmpfs)] = {}
    cap_drop: tuple[str, ...] = ()
    security_opt: tuple[str, ...] = ()
    pids_limit: Annotated[int | None, BeforeValidator(no_boolean), Field(ge=1)] = None
    mem_limit: Size = None
    cpus: Annotated[float | None, BeforeValidator(no_boolean), Field(gt=0, allow_inf_nan=False)] = (
        None
    )
    shm_size: Size = None
    stop_grace_period: Annotated[float, BeforeValidator(parse_duration)] = 10.0
    labels: Mapping[str, str] = {}
    volumes: tuple[Annotated[Mount, BeforeValidator(parse_mount)], ...] = ()
    profiles: tuple[str, ...] = ()
    deploy: _Deploy = _Deploy()

    @property
    def devices(self) -> tuple[Devices, ...]:
        """What the container reserves of the engine's devices."""
        return self.deploy.resources.reservations.devices


class _Tool(BaseModel):
    """The service of Paddock itself: how it is built. The rest is for Compose, which alone starts it."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    image: str
    build: Build


class _VolumeTable(_Table):
    name: str
    labels: Mapping[str, str] = {}


class _File(_Table):
    services: dict[str, Service] = {}
    tool: _Tool | None = None
    volumes: dict[str, _VolumeTable] = {}


@dataclass(frozen=True)
class ImageBuild:
    """How one image is built. ``context`` and ``dockerfile`` are relative to ``compose.yaml``.

    ``target`` is the stage of the Dockerfile that becomes the image; "" the last. One that is ``asked_for``
    is built, saved and listed as missing only by its name: few projects need it.
    """

    service: str
    image: str
    context: str
    dockerfile: str
    args: Mapping[str, str] = field(default_factory=dict)
    target: str = ""
    asked_for: bool = False


@dataclass(frozen=True)
class Volume:
    """A named volume: its key in the file, its name on the engine, its labels."""

    key: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Compose:
    """The whole file: all three by their key in it, images in the order in which they are built.

    ``services`` has those that Paddock starts, ``volumes`` those that they share.
    """

    images: Mapping[str, ImageBuild]
    services: Mapping[str, Service]
    volumes: Mapping[str, Volume]


def read_compose(environ: Mapping[str, str], path: Path = COMPOSE_FILE) -> Compose:
    """Read ``compose.yaml``, with its variables taken from ``environ``.

    Raises:
        UsageError: the file is missing, is no YAML, or has an unknown key or value.
    """
    text, raw = _load(path)
    raw = _with_tool_apart(raw)
    refused = partial(_refused, path, text)
    try:
        file = _File.model_validate(_interpolated(raw, environ, (), refused))
    except ValidationError as error:
        raise refused(complaint_of(error.errors()[0], _File)) from error
    if complaint := next(_disagreements(file), None):
        raise refused(complaint)
    images = {
        name: ImageBuild(
            name, service.image, **service.build.model_dump(), asked_for=bool(service.profiles)
        )
        for name, service in file.services.items()
    }
    if file.tool:
        build = file.tool.build.model_dump()
        images[TOOL] = ImageBuild(TOOL, file.tool.image, **build, asked_for=True)
    shared = {mount.volume for service in file.services.values() for mount in service.volumes}
    volumes = {
        key: Volume(key, item.name, item.labels)
        for key, item in file.volumes.items()
        if key in shared
    }
    return Compose(images, file.services, volumes)


def _with_tool_apart(raw: Any) -> Any:
    """Move Paddock's own service out of those that it starts, without what Compose alone reads."""
    services = raw.get("services") if isinstance(raw, dict) else None
    if not isinstance(services, dict) or not isinstance(tool := services.get(TOOL), dict):
        return raw
    others = {name: service for name, service in services.items() if name != TOOL}
    built = {key: tool[key] for key in _Tool.model_fields if key in tool}
    return {**raw, "services": others, "tool": built}


def _disagreements(file: _File) -> Iterator[Complaint]:
    """Give what is well formed, and yet does not fit together."""
    for name, service in file.services.items():
        for mount in service.volumes:
            if mount.volume not in file.volumes:
                where = ("services", name, "volumes")
                yield Complaint(where, msg("there is no volume {volume} below", repr(mount.volume)))


def _interpolated(
    value: Any,
    environ: Mapping[str, str],
    where: tuple[str, ...],
    refused: Callable[[Complaint], UsageError],
) -> Any:
    if isinstance(value, dict):
        return {
            key: _interpolated(item, environ, (*where, str(key)), refused)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_interpolated(item, environ, where, refused) for item in value]
    try:
        return interpolate(value, environ) if isinstance(value, str) else value
    except ValueError as error:
        raise refused(Complaint(where, text_of(error))) from error


def _refused(path: Path, text: str, complaint: Complaint) -> UsageError:
    place = ".".join(complaint.keys) or msg("the file")
    where = f"{path}:{_line(yaml.compose(text, _LOADER), complaint.keys)}"
    return UsageError(
        msg("{first}: {rest}", place, complaint.message), where, msg("correct the file")
    )


#: The C library's where PyYAML has it: ten times as fast, and the screen reads the file when it opens.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def _load(path: Path) -> tuple[str, Any]:
    """Return the file's text, and its values."""
    try:
        text = path.read_text(encoding="utf-8")
        return text, _values(text)
    except (OSError, UnicodeDecodeError) as error:
        remedy = msg("start paddock from its own repository, or install it from there")
        raise UsageError(msg("cannot read it: {error}", error), str(path), remedy) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or msg("cannot be read")
        raise UsageError(
            msg("it is not YAML: {problem}", problem), f"{path}{line}", msg("correct the file")
        ) from error


@lru_cache(maxsize=8)
def _values(text: str) -> Any:
    """Return what a text says, which nobody changes: every project asks for the same file."""
    return yaml.load(text, _LOADER)  # noqa: S506 - both are safe


def _line(node: yaml.Node | None, where: tuple[str, ...]) -> int:
    """Return the line of ``where``, or of what is nearest to it (keys may come from an anchor)."""
    line = node.start_mark.line + 1 if node else 1
    for step in where:
        found = next((pair for pair in _pairs(node) if pair[0].value == step), None)
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return int(line)


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    """Give a mapping's keys and values, those that it merges with ``<<`` after its own."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    for key, value in pairs:
        if key.value != "<<":
            yield key, value
    for key, value in pairs:
        if key.value == "<<":
            yield from _pairs(value)
