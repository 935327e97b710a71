"""Why a key does nothing here: not now, or it belongs to another place, and which key leads there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from tui.keys import BY_ID, KEYS, SCOPES, WAYS, Key, keys_for
from tui.language import _


def hint(
    key: str,
    here: Collection[str],
    keymap: Mapping[str, str],
    shown: Callable[[str], str],
    idle: str = "",
) -> str:
    """Say in a sentence why ``key`` does nothing.

    Args:
        key: Textual's name of it.
        here: IDs of the actions that have a key where the user is.
        keymap: the user's own keys.
        shown: writes the name of a key as people read it.
        idle: the ID of the action that the key has here, if that has nothing to do now.
    """
    if idle in BY_ID and BY_ID[idle].unless:
        return _(BY_ID[idle].unless)
    others = [row for row in KEYS if key in keys_for(row.id, keymap) and row.scope in WAYS]
    near = min(others, key=lambda row: _distance(row, here), default=None)
    if near is None or key == "escape":
        return _("{key} does nothing here; {help} shows all keys").format(
            key=shown(key), help=shown(keys_for("app.help", keymap)[0])
        )
    way = WAYS[near.scope]
    sentence = _('{key} is "{label}" in {place}: press {first} first')
    if way not in here:
        sentence = _('{key} does nothing here; in {place} it is "{label}"')
    return sentence.format(
        key=shown(key),
        label=_(near.label),
        place=_(SCOPES[near.scope]),
        first=shown(keys_for(way, keymap)[0]),
    )


def _distance(row: Key, here: Collection[str]) -> int:
    """Return how far away a row counts: on this screen, on another one, or further."""
    way = WAYS[row.scope]
    return 2 if way not in here else 1 if way.startswith("app.") else 0
