"""What a terminal answers when it is asked what it can show, told apart from what is typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Graphics = Literal["sixel", "kitty", "none"]

#: Answers to the questions below. No key sends such a thing, so they are taken out whenever they come.
_ANSWER = re.compile(
    r"\x1b\[\?(?P<attributes>[\d;]*)c"
    r"|\x1b_G(?P<kitty>[^\x1b]*)\x1b\\"
    r"|\x1b\[6;(?P<height>\d+);(?P<width>\d+)t"
)
#: An answer whose end is still to come; then one that may as well be the escape key.
_BEGUN = re.compile(r"\x1b(?:\[\?[\d;]*|_G[^\x1b]*\x1b?|\[6;[\d;]*)\Z")
_PERHAPS = re.compile(r"\x1b(?:[_\[]|\[6)?\Z")

#: Does it know Kitty's graphics; how large is a cell, in pixels; and last what all answer: what is it.
_KITTY = "\x1b_Gi=4211,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
_CELL, _ATTRIBUTES = "\x1b[16t", "\x1b[c"
_SIXEL = "4"


def question(environ: Mapping[str, str]) -> str:
    """Return what asks for graphics; "" where a question would be shown.

    tmux and screen take Kitty's for a title of the window, and hand nothing through by themselves.
    """
    terminal = environ.get("TERM", "")
    if terminal in ("", "dumb", "linux"):
        return ""
    inside = bool(environ.get("TMUX") or environ.get("STY")) or terminal.startswith(
        ("tmux", "screen")
    )
    return ("" if inside else _KITTY) + _CELL + _ATTRIBUTES


@dataclass
class Answers:
    """Takes text as it comes; ``graphics`` is None until the terminal has said all."""

    is_asked: bool = False
    graphics: Graphics | None = None
    cell: tuple[int, int] | None = None
    _knows_kitty: bool = False
    _held: str = field(default="", repr=False)

    def taken_from(self, text: str, *, is_late: bool = False) -> str:
        """Return ``text`` without answers; what may become one is held back.

        Args:
            text: what was read; "" when nothing came for a while.
            is_late: nothing came for a while, so that a lone escape was the key.
        """
        text = _ANSWER.sub(self._take, self._held + text)
        self._held = ""
        if self.is_asked and self.graphics is None:
            begun = _BEGUN.search(text) or (None if is_late else _PERHAPS.search(text))
            if begun:
                self._held, text = text[begun.start() :], text[: begun.start()]
        return text

    def _take(self, found: re.Match[str]) -> str:
        if found["kitty"] is not None:
            self._knows_kitty |= found["kitty"].endswith(";OK")
        elif found["width"]:
            self.cell = int(found["width"]), int(found["height"])
        else:
            # Sixel first: some say that they know Kitty's and do not draw by its placeholders
            has_sixel = _SIXEL in found["attributes"].split(";")[1:]
            self.graphics = "sixel" if has_sixel else "kitty" if self._knows_kitty else "none"
        return ""
