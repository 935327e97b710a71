"""The little of a Dockerfile that one must know to send it no more than it copies."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping

from pipeline.compose.values import interpolate
from pipeline.errors import UsageError
from stages.message import msg

_CONTINUED = re.compile(r"\\\n")


def stages_of(dockerfile: str, target: str) -> str:
    """Return a Dockerfile of the stages alone that ``target`` stands on, the target last.

    The legacy builder runs every stage that comes before its target, needed or not.

    Args:
        dockerfile: its text, in which every stage has a name.
        target: a stage's name; "" takes the text as it is.

    Raises:
        UsageError: there is no such stage.
    """
    if not target:
        return dockerfile
    lines = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
    head, *stages = re.split(r"^(?=FROM )", "\n".join(lines), flags=re.MULTILINE)
    named = {next(_instructions(stage, "FROM"))[-1]: stage for stage in stages}
    if target not in named:
        raise UsageError(
            msg("the Dockerfile has no target {target}", repr(target)),
            remedy=msg("correct compose.yaml"),
        )
    needed, waiting = set(), [target]
    while waiting:
        name = waiting.pop()
        if name in named and name not in needed:
            needed.add(name)
            waiting += _stands_on(named[name])
    return head + "".join(stage for name, stage in named.items() if name in needed)


def _stands_on(stage: str) -> Iterator[str]:
    yield next(_instructions(stage, "FROM"))[0]
    for words in _instructions(stage, "COPY"):
        yield from (word.removeprefix("--from=") for word in words if word.startswith("--from="))


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
