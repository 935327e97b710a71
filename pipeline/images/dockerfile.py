"""The little of a Dockerfile that one must know to send it no more than it copies."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from pipeline.compose.values import interpolate

_CONTINUED = re.compile(r"\\\n")


def copied_paths(dockerfile: str, args: Mapping[str, str]) -> list[str]:
    """Return the paths of the context that ``COPY`` names, with ``ARG`` values put in.

    Args:
        dockerfile: its text.
        args: build arguments; a default in the Dockerfile counts where one is not given.
    """
    known = {**dict(_defaults(dockerfile)), **args}
    paths: list[str] = []
    for words in _instructions(dockerfile, "COPY"):
        operands = [word for word in words if not word.startswith("--")]
        if not any(word.startswith("--from=") for word in words):
            paths += (interpolate(operand, known) for operand in operands[:-1])
    return sorted(set(paths))


def _defaults(dockerfile: str) -> Iterator[tuple[str, str]]:
    for words in _instructions(dockerfile, "ARG"):
        name, separator, default = words[0].partition("=")
        if separator:
            yield name, default


def _instructions(dockerfile: str, instruction: str) -> Iterator[list[str]]:
    for line in _CONTINUED.sub(" ", dockerfile).splitlines():
        head, _, rest = line.strip().partition(" ")
        if head.upper() == instruction:
            yield shlex.split(rest)
