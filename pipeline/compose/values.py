"""What Compose writes as text: variables, sizes, durations and mounts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from stages.message import msg

_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)"
    r"|(?P<plain>[A-Za-z_][A-Za-z0-9_]*)"
    r"|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)(?:(?P<operator>:?-)(?P<default>[^{}]*))?\}"
    r"|(?P<malformed>))"
)
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kmgt]?)i?b?")
_SIZE_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_DURATION = re.compile(r"(?:(?P<h>\d+)h)?(?:(?P<m>\d+)m)?(?:(?P<s>\d+(?:\.\d+)?)s)?")


@dataclass(frozen=True)
class Mount:
    """A named volume (a key of the file's ``volumes``) at a path in the container."""

    volume: str
    target: str
    read_only: bool


def interpolate(text: str, environ: Mapping[str, str]) -> str:
    """Replace ``$VAR``, ``${VAR}``, ``${VAR:-default}``, ``${VAR-default}`` and ``$$``.

    Raises:
        ValueError: the text has a ``$`` that starts none of these.
    """

    def value(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        if match["malformed"] is not None:
            raise ValueError(
                msg("'$' in {text} starts no variable; write '$$' for a dollar sign", repr(text))
            )
        found = environ.get(match["plain"] or match["braced"])
        if match["operator"] and (found is None or (found == "" and match["operator"] == ":-")):
            return match["default"] or ""
        return found or ""

    return _VARIABLE.sub(value, text)


def parse_size(value: object) -> int:
    """Return a size such as ``8g``, ``512m`` or ``1073741824`` in bytes.

    Raises:
        ValueError: it is not a size.
    """
    match = _SIZE.fullmatch(str(value).strip().lower())
    if isinstance(value, bool) or not match:
        raise ValueError(msg("not a size such as 512m or 8g"))
    return int(float(match["number"]) * _SIZE_UNITS[match["unit"]])


def parse_duration(value: object) -> float:
    """Return a duration such as ``10s`` or ``1m30s`` in seconds.

    Raises:
        ValueError: it is not a duration.
    """
    match = _DURATION.fullmatch(str(value).strip())
    if not match or not match[0]:
        raise ValueError(msg("not a duration such as 10s or 1m30s"))
    hours, minutes, seconds = (float(match[unit] or 0) for unit in ("h", "m", "s"))
    return hours * 3600 + minutes * 60 + seconds


def parse_mount(value: object) -> Mount:
    """Read ``VOLUME:/target`` or ``VOLUME:/target:ro``.

    Raises:
        ValueError: it is something else, such as a folder of the host, which no stage may see.
    """
    volume, _, rest = str(value).partition(":")
    target, _, mode = rest.partition(":")
    named = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", volume)
    if not named or not target.startswith("/") or mode not in ("", "ro", "rw"):
        raise ValueError(msg("not VOLUME:/target or VOLUME:/target:ro"))
    return Mount(volume, target, mode == "ro")


def parse_tmpfs(value: object) -> dict[str, str]:
    """Split each of a list such as ``/tmp:size=1g,mode=1777`` into the path and its options.

    Raises:
        ValueError: it is no list, or a path is not absolute.
    """
    pairs = (
        [str(item).partition(":") for item in value] if isinstance(value, list) else [("", "", "")]
    )
    if not all(path.startswith("/") for path, _, _ in pairs):
        raise ValueError(msg("not a list of /path or /path:options"))
    return {path: options for path, _, options in pairs}


def no_boolean(value: object) -> object:
    """Refuse with ValueError what pydantic takes for 0 or 1."""
    if isinstance(value, bool):
        raise ValueError(msg("not a number"))
    return value
