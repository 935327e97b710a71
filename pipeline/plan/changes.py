"""What differs between two runs of a stage, in words for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.plan.surroundings import SURROUNDINGS
from pipeline.record.ledger import Components
from stages.message import msg


def changed_components(before: Components, now: Components) -> list[str]:
    """Name what differs between two runs of a stage."""
    changes = []
    if before.image != now.image:
        changes.append(
            msg("image changed ({image} → {image2})", _short(before.image), _short(now.image))
        )
    changes += [
        _changed(name, old, new)
        for name, old, new in _differences(before.parameters, now.parameters)
    ]
    changes += [
        _input_changed(name, old, new) for name, old, new in _differences(before.inputs, now.inputs)
    ]
    return changes


def _changed(name: str, old: Any, new: Any) -> str:
    if name == "kernels" and "portable" in (old, new):
        return msg("kernels changed ({old} → {new})", *(_set_of(item) for item in (old, new)))
    if name in ("kernels", "processor"):
        was, has = set(str(old).split()) - {"none"}, set(str(new).split()) - {"none"}
        units = [f"+{unit}" for unit in sorted(has - was)] + [
            f"-{unit}" for unit in sorted(was - has)
        ]
        return msg("the processor's vector units changed ({units})", " ".join(units))
    if name in SURROUNDINGS:
        return msg("{name} changed ({old} → {new})", name, old, new)
    return msg("parameter {name} changed ({old} → {new})", name, old, new)


def _set_of(kernels: object) -> str:
    return str(kernels) if kernels in ("portable", "none") else "native"


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    names = sorted(before.keys() | now.keys())
    pairs = [(name, before.get(name, "none"), now.get(name, "none")) for name in names]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _input_changed(name: str, old: str, new: str) -> str:
    if old == "none":
        return msg("input {name} added", name)
    if new == "none":
        return msg("input {name} removed", name)
    return msg("input {name} changed ({old} → {new})", name, _short(old), _short(new))


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]
