"""How the text UI looks and how often it paints: symbols, pace and theme, chosen from the terminal.

A symbol always stands beside a word, so that nothing depends on colour or on a font.
"""

from __future__ import annotations

import locale
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.record.verdict import Verdict

Mark = Literal[
    "done", "cached", "running", "waiting", "skipped", "failed", "stopped", "warning", "note",
    "selected", "unfocused", "more-left", "dot", "ellipsis", "full", "empty", "over", "up", "down", "arrow",
    "enforced", "at_least", "at_most",
]  # fmt: skip

_UNICODE: dict[Mark, str] = {
    "done": "✔", "cached": "✔", "running": "▶", "waiting": "○", "skipped": "–", "failed": "✘",
    "stopped": "■", "warning": "!", "note": "·", "selected": "▸", "unfocused": "▹", "more-left": "◂",
    "dot": "·", "ellipsis": "…", "full": "█", "empty": "░", "over": "▓", "up": "↑", "down": "↓", "arrow": "→",
    "enforced": "■", "at_least": "≥", "at_most": "≤",
}  # fmt: skip
_ASCII: dict[Mark, str] = {
    "done": "ok", "cached": "ok", "running": ">", "waiting": ".", "skipped": "-", "failed": "!!",
    "stopped": "#", "warning": "!", "note": "-", "selected": ">", "unfocused": "-", "more-left": "<",
    "dot": "-", "ellipsis": "...", "full": "#", "empty": ".", "over": "+", "up": "^", "down": "v",
    "arrow": "->", "enforced": "=", "at_least": ">=", "at_most": "<=",
}  # fmt: skip


@dataclass(frozen=True)
class Pace:
    """How often the screen looks for news, in seconds, and frames a second at most."""

    poll: float = 0.2
    clock: float = 1.0
    frames: int = 30


#: Over a slow line everything that arrives in half a second is one repaint.
_LOCAL, _REMOTE = Pace(), Pace(poll=0.5, clock=2.0, frames=10)


@dataclass(frozen=True)
class Appearance:
    """What :func:`choose` found fitting. ``theme`` is one of Textual's; ``silent`` rings no bell."""

    ascii_only: bool = False
    remote: bool = False
    silent: bool = False
    theme: str = "textual-dark"
    pace: Pace = field(default=_LOCAL)

    def symbol(self, mark: Mark) -> str:
        """Return the symbol, in ASCII where the terminal shows nothing else."""
        return (_ASCII if self.ascii_only else _UNICODE)[mark]


_current = Appearance()


#: Short names for what most people want.
_THEMES = {"dark": "textual-dark", "light": "textual-light"}


def choose(environ: Mapping[str, str], *, ascii_only: bool = False, theme: str = "") -> Appearance:
    """Choose for the terminal that ``environ`` tells of; what is asked for goes first."""
    remote = any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY"))
    plain = ascii_only or bool(environ.get("PADDOCK_ASCII")) or not _shows_unicode(environ)
    wanted = theme or environ.get("PADDOCK_THEME") or _theme(environ)
    return Appearance(
        ascii_only=plain,
        remote=remote,
        silent=bool(environ.get("PADDOCK_SILENT")),
        theme=_THEMES.get(wanted, wanted),
        pace=_REMOTE if remote else _LOCAL,
    )


def _shows_unicode(environ: Mapping[str, str]) -> bool:
    """Linux's console has no glyphs for our symbols; other terminals go by their encoding."""
    coding = locale.getpreferredencoding(False).lower().replace("-", "")
    return coding in ("utf8", "gb18030") and environ.get("TERM") != "linux"


def _theme(environ: Mapping[str, str]) -> str:
    """Return the terminal's own 16 colours where it has no more, else dark or light."""
    if environ.get("TERM") in ("linux", "ansi", "xterm", "screen", "vt220") and not environ.get(
        "COLORTERM"
    ):
        return "ansi-dark"
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return "textual-light" if background in ("7", "15") else "textual-dark"


def use(appearance: Appearance) -> None:
    """Make ``appearance`` the current one."""
    global _current  # noqa: PLW0603 - one terminal a process
    _current = appearance


def current() -> Appearance:
    """Return the current appearance."""
    return _current


def symbol(mark: Mark) -> str:
    """Return a symbol of the current appearance."""
    return _current.symbol(mark)


def verdict_mark(verdict: Verdict) -> tuple[str, str]:
    """Return the symbol of a verdict, and its style."""
    if verdict is Verdict.WARNINGS:
        return symbol("warning"), "bold yellow"
    return (symbol("done"), "bold green") if verdict.passed else (symbol("failed"), "bold red")
