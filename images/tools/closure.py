"""What a stage's code can reach: the files of ``stages`` that its image gets.

The walk starts at the modules that are asked for and follows imports, inside functions too, and modules
that are named in a string, such as those that are started as a process of their own. In a string, ``*``
stands for each room that has such a module: ``stages.*.verify``.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PACKAGE = "stages"
#: What the entry point of every image starts.
ALWAYS = ("stages.__main__", "stages.worker")
_NEVER_TRUE = ("TYPE_CHECKING", "typing.TYPE_CHECKING")
_MODULE = re.compile(rf"{PACKAGE}(\.\w+)*")
_PATTERN = re.compile(rf"{PACKAGE}\.\*\.\w+")


def closure(source: Path, modules: Iterable[str]) -> list[Path]:
    """Return the files below ``source`` that the given modules of the package can reach, sorted.

    Programs of another language that lie beside one of them belong to it.

    Args:
        source: the folder that has the package.
        modules: full names, such as ``stages.verify``.

    Raises:
        SystemExit: there is no such module.
    """
    found: dict[str, Path] = {}
    waiting = list(modules)
    for name in waiting:
        if _file(source, name) is None:
            sys.exit(f"{source} has no module {name}")
    while waiting:
        name = waiting.pop()
        if _PATTERN.fullmatch(name):
            waiting += _rooms(source, name)
        path = _file(source, name)
        if path is None or name in found:
            continue
        found[name] = path
        waiting += [name.rpartition(".")[0], *_named(path)]
    beside = {
        program
        for path in found.values()
        for pattern in ("*.cpp", "*.h")
        for program in path.parent.glob(pattern)
    }
    return sorted({*found.values(), *beside})


def _file(source: Path, name: str) -> Path | None:
    """Return the file of a module; None for any other text."""
    if not _MODULE.fullmatch(name):
        return None
    path = source.joinpath(*name.split("."))
    files = (path / "__init__.py", path.with_suffix(".py"))
    return next((file for file in files if file.is_file()), None)


def _rooms(source: Path, pattern: str) -> Iterator[str]:
    """Give what a name with ``*`` in the place of a room may stand for."""
    _, _, module = pattern.rpartition(".")
    for path in source.glob(f"{PACKAGE}/*/{module}.py"):
        yield f"{PACKAGE}.{path.parent.name}.{module}"


@cache
def _named(path: Path) -> tuple[str, ...]:
    """Return every name in a file that may be a module's; relative imports are not in use."""
    return tuple(_names(path))


def _names(path: Path) -> Iterator[str]:
    waiting: list[ast.AST] = [ast.parse(path.read_bytes(), str(path))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            sys.exit(f"{path}:{node.lineno}: a relative import: name the module in full")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (node.value, f"{node.value}.__main__")
        elif isinstance(node, ast.If) and ast.unparse(node.test) in _NEVER_TRUE:
            waiting += node.orelse  # what stands under it is never run
        else:
            waiting += ast.iter_child_nodes(node)
