"""The user's own keys: ``keys.toml``, which gives actions of ``tui/keys.py`` other keys."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

import tomli

from pipeline.errors import UsageError
from tui.keys import KEYS
from tui.language import _


def keymap_file(environ: Mapping[str, str]) -> Path:
    """Return where the user's own keys are: ``$XDG_CONFIG_HOME/paddock/keys.toml``."""
    base = environ.get("XDG_CONFIG_HOME") or str(Path(environ.get("HOME", "~")) / ".config")
    return Path(base).expanduser() / "paddock" / "keys.toml"


def load_keymap(path: Path) -> dict[str, str]:
    """Read ``ID = "key,key"`` lines; no file is an empty map.

    Raises:
        UsageError: the file is not TOML, or names an ID that there is not.
    """
    try:
        raw = tomli.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        message = _("cannot read the key map: {error}").format(error=error)
        raise UsageError(message, str(path), _("correct or remove it")) from error
    return {name: _checked(name, keys, path) for name, keys in _flat(raw).items()}


def _flat(raw: Mapping[str, object]) -> dict[str, object]:
    """Return ``{"run.start": …}`` for both ``"run.start" = …`` and ``run.start = …``."""
    flat: dict[str, object] = {}
    for name, value in raw.items():
        if isinstance(value, dict):
            flat.update({f"{name}.{inner}": item for inner, item in value.items()})
        else:
            flat[name] = value
    return flat


def _checked(name: str, keys: object, path: Path) -> str:
    known = [key.id for key in KEYS]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = _('did you mean "{near}"?').format(near=near[0]) if near else ", ".join(known)
        raise UsageError(_("there is no action {name}").format(name=name), str(path), hint)
    if not isinstance(keys, str) or not keys.strip():
        raise UsageError(
            _("{name} needs keys as text, separated by commas").format(name=name),
            str(path),
            _('for example "{keys}"').format(keys="r,f5"),
        )
    return keys
