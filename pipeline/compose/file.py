"""``compose.yaml`` as frozen data: which images there are, how they are built, and how stages run.

The file is the one place that says so; this module reads what ``paddock`` needs of it and refuses
the rest, so that a key that Compose would obey and ``paddock`` would not cannot go unnoticed.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from pipeline.compose.values import (
    Mount,
    interpolate,
    parse_duration,
    parse_mount,
    parse_size,
    parse_tmpfs,
)
from pipeline.errors import UsageError

#: The folder that holds ``compose.yaml``, ``images/`` and ``stages/``.
REPOSITORY = Path(__file__).resolve().parents[2]
COMPOSE_FILE = REPOSITORY / "compose.yaml"


@dataclass(frozen=True)
class ImageBuild:
    """How one image is built. ``context`` and ``dockerfile`` are relative to ``compose.yaml``.

    ``target`` is the stage of the Dockerfile that becomes the image; "" the last.
    """

    service: str
    image: str
    context: str
    dockerfile: str
    args: Mapping[str, str] = field(default_factory=dict)
    target: str = ""


@dataclass(frozen=True)
class Service:
    """How a service's container runs: sizes in bytes, CPUs in 1e-9, the grace time in seconds."""

    name: str
    image: str
    user: str = ""
    network_mode: str = "none"
    read_only: bool = False
    init: bool = False
    tmpfs: Mapping[str, str] = field(default_factory=dict)
    cap_drop: tuple[str, ...] = ()
    security_opt: tuple[str, ...] = ()
    pids_limit: int | None = None
    mem_limit: int | None = None
    nano_cpus: int | None = None
    shm_size: int | None = None
    stop_grace_s: float = 10.0
    labels: Mapping[str, str] = field(default_factory=dict)
    volumes: tuple[Mount, ...] = ()


@dataclass(frozen=True)
class Volume:
    """A named volume: its key in the file, its name on the engine, its labels."""

    key: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Compose:
    """The whole file: all three by their key in it, images in the order in which they are built."""

    images: Mapping[str, ImageBuild]
    services: Mapping[str, Service]
    volumes: Mapping[str, Volume]


def read_compose(environ: Mapping[str, str], path: Path = COMPOSE_FILE) -> Compose:
    """Read ``compose.yaml``, with its variables taken from ``environ``.

    Raises:
        UsageError: the file is missing, is no YAML, or has an unknown key or value.
    """
    return _Reader(path, environ).compose()


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)) or int(value) < 1:
        raise ValueError(f"{value!r} is not a whole number of at least 1")
    return int(value)


def _cpus(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)) or float(value) <= 0:
        raise ValueError(f"{value!r} is not a number of CPUs such as 2.0")
    return round(float(value) * 1e9)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list")
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in _list(value))


def _mapping(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ValueError(f"{value!r} is not a list of KEY: value")
    return {str(key): str(item) for key, item in value.items()}


#: Key in the file -> (field of :class:`Service`, converter that raises ValueError).
_SERVICE_KEYS: dict[str, tuple[str, Callable[[object], object]]] = {
    "image": ("image", str),
    "user": ("user", str),
    "network_mode": ("network_mode", str),
    "read_only": ("read_only", _boolean),
    "init": ("init", _boolean),
    "tmpfs": ("tmpfs", lambda value: dict(parse_tmpfs(item) for item in _list(value))),
    "cap_drop": ("cap_drop", _texts),
    "security_opt": ("security_opt", _texts),
    "pids_limit": ("pids_limit", _count),
    "mem_limit": ("mem_limit", parse_size),
    "cpus": ("nano_cpus", _cpus),
    "shm_size": ("shm_size", parse_size),
    "stop_grace_period": ("stop_grace_s", parse_duration),
    "labels": ("labels", _mapping),
    "volumes": ("volumes", lambda value: tuple(parse_mount(item) for item in _list(value))),
}
_BUILD_KEYS: dict[str, Callable[[object], object]] = {
    "context": str,
    "dockerfile": str,
    "args": _mapping,
    "target": str,
}
_VOLUME_KEYS: dict[str, Callable[[object], object]] = {"name": str, "labels": _mapping}


class _Reader:
    """One reading of one file; holds what an error message needs."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self._path, self._environ = path, environ
        self._nodes, raw = _load(path)
        self._raw = self._interpolated(raw, ())

    def compose(self) -> Compose:
        top = self._table((), {"services", "volumes"})
        services, images = {}, {}
        for name in top.get("services", {}):
            services[name] = self._service(name)
            images[name] = self._image(name, services[name].image)
        volumes = {key: self._volume(key) for key in top.get("volumes", {})}
        for service in services.values():
            self._check_mounts(service, volumes)
        return Compose(images, services, volumes)

    def _service(self, name: str) -> Service:
        where = ("services", name)
        table = self._table(where, {*_SERVICE_KEYS, "build"}, {"image", "build"})
        values: dict[str, Any] = {
            _SERVICE_KEYS[key][0]: self._convert((*where, key), _SERVICE_KEYS[key][1], value)
            for key, value in table.items()
            if key != "build"
        }
        return Service(name=name, **values)

    def _image(self, name: str, image: str) -> ImageBuild:
        return ImageBuild(
            service=name, image=image, **self._values(("services", name, "build"), _BUILD_KEYS)
        )

    def _volume(self, key: str) -> Volume:
        return Volume(key=key, **self._values(("volumes", key), _VOLUME_KEYS))

    def _values(
        self, where: tuple[str, ...], converters: Mapping[str, Callable[[object], object]]
    ) -> dict[str, Any]:
        required = set(converters) - {"args", "labels", "target"}
        table = self._table(where, set(converters), required)
        return {
            key: self._convert((*where, key), converters[key], value)
            for key, value in table.items()
        }

    def _table(
        self, where: tuple[str, ...], known: Collection[str], required: Collection[str] = ()
    ) -> dict[str, Any]:
        """Return the mapping at ``where`` without ``x-`` keys, after looking at its keys."""
        table: Any = self._raw
        for step in where:
            table = table[step]
        if not isinstance(table, dict):
            self._fail(where, f"{'.'.join(where) or 'the file'} is not a list of KEY: value")
        for key in table:
            if key not in known and not str(key).startswith("x-"):
                self._unknown((*where, str(key)), known)
        for key in sorted(set(required) - set(table)):
            self._fail(where, f"{'.'.join(where)} has no {key}")
        return {key: value for key, value in table.items() if key in known}

    def _convert(
        self, where: tuple[str, ...], converter: Callable[[object], object], value: object
    ) -> object:
        try:
            return converter(value)
        except ValueError as error:
            self._fail(where, f"{'.'.join(where)}: {error}")

    def _check_mounts(self, service: Service, volumes: Mapping[str, Volume]) -> None:
        for mount in service.volumes:
            if mount.volume not in volumes:
                where = ("services", service.name, "volumes")
                self._fail(where, f"{'.'.join(where)}: there is no volume {mount.volume!r} below")

    def _interpolated(self, value: Any, where: tuple[str, ...]) -> Any:
        if isinstance(value, dict):
            return {
                key: self._interpolated(item, (*where, str(key))) for key, item in value.items()
            }
        if isinstance(value, list):
            return [self._interpolated(item, where) for item in value]
        if isinstance(value, str):
            return self._convert(where, lambda text: interpolate(str(text), self._environ), value)
        return value

    def _unknown(self, where: tuple[str, ...], known: Collection[str]) -> NoReturn:
        nearest = difflib.get_close_matches(where[-1], known, 1)
        hint = f"; did you mean {nearest[0]!r}?" if nearest else ""
        message = f"{'.'.join(where)} is a key that Paddock does not know{hint}"
        self._fail(where, message, f"allowed here: {', '.join(sorted(known))}")

    def _fail(self, where: tuple[str, ...], message: str, remedy: str = "") -> NoReturn:
        line = _line(self._nodes, where)
        raise UsageError(message, f"{self._path}:{line}", remedy or "correct the file")


#: The C library's where PyYAML has it: ten times as fast, and the screen reads the file when it opens.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


def _load(path: Path) -> tuple[yaml.Node | None, Any]:
    """Return the file's nodes, which know their lines, and its values."""
    try:
        text = path.read_text(encoding="utf-8")
        return yaml.compose(text, _LOADER), yaml.load(text, _LOADER)  # noqa: S506 - both are safe
    except (OSError, UnicodeDecodeError) as error:
        remedy = "start paddock from its own repository, or install it from there"
        raise UsageError(f"cannot read it: {error}", str(path), remedy) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "cannot be read"
        raise UsageError(
            f"it is not YAML: {problem}", f"{path}{line}", "correct the file"
        ) from error


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
