"""The title of the terminal's window, and its bell: what reaches a person who looks elsewhere."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.text import one_line
from tui.appearance import current

#: Characters; a tab of tmux or a browser shows fewer.
_LONGEST = 100
_PUSH, _POP = "\x1b[22;0t", "\x1b[23;0t"


def takes_titles(environ: Mapping[str, str]) -> bool:
    """Whether the terminal has a title, or at least swallows one."""
    name = environ.get("TERM", "")
    return name not in ("", "dumb", "linux", "ansi", "cons25") and not name.startswith("vt")


def _safe(text: str) -> str:
    """Return what cannot end the sequence it stands in, nor be one."""
    text = one_line(text)[:_LONGEST]
    return text.encode("ascii", "replace").decode() if current().ascii_only else text


def titled(text: str) -> str:
    """Return what sets the title; tmux shows it as the pane's."""
    return f"\x1b]0;{_safe(text)}\x07"


def begun(text: str) -> str:
    """Return what keeps the title that was, and sets another."""
    return _PUSH + titled(text)


def ended() -> str:
    """Return what brings the title back that was kept."""
    return _POP


def rung(text: str) -> str:
    """Return the bell, and a notification of the desktop where the terminal passes one on (OSC 9)."""
    return f"\x07\x1b]9;{_safe(text)}\x07"
