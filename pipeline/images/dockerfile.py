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
    head, *stages = _parted("\n".join(lines))
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


def with_labelled_steps(dockerfile: str, label: str) -> str:
    """Return the Dockerfile in which every stage that is thrown away says its name in ``label``.

    At its end, where it changes nothing that the engine has in its cache; a stage that others stand on
    says nothing.
    """
    head, *stages = _parted(dockerfile)
    froms = [next(_instructions(stage, "FROM")) for stage in stages]
    parents = {words[0] for words in froms}
    said = [
        stage.rstrip("\n") + f"\nLABEL {label}={words[-1]}\n\n"
        if words is not froms[-1] and words[-1] not in parents
        else stage
        for stage, words in zip(stages, froms, strict=True)
    ]
    return head + "".join(said)


def _parted(dockerfile: str) -> list[str]:
    """Return what is before the first stage, and the stages."""
    return re.split(r"^(?=FROM )", dockerfile, flags=re.MULTILINE)


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
