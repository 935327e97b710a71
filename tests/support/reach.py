"""Which modules a test file can reach: those that it imports, and those that are named in a string."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path


class Tree:
    """The modules of some packages.

    Args:
        packages: a package's name -> the folder that has it.
    """

    def __init__(self, packages: Mapping[str, Path]) -> None:
        files = [
            (path, path.relative_to(home).with_suffix("").parts)
            for package, home in packages.items()
            for path in sorted((home / package).rglob("*.py"))
        ]
        self._files = {
            ".".join(parts[:-1] if parts[-1] == "__init__" else parts): path
            for path, parts in files
        }
        self._named = cache(self._names_in)

    def reached_by(self, file: Path) -> set[Path]:
        """Return the files of the tree that a file reaches, through whatever lies between."""
        found: set[str] = set()
        waiting = list(self._named(file))
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self._named(self._files[name])
        return {self._files[name] for name in found}

    def _names_in(self, file: Path) -> frozenset[str]:
        """Return the modules that a file names, and the packages that they lie in."""
        names: set[str] = set()
        for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
            for text in _texts(node):
                names.update(self._modules_of(text))
            if isinstance(node, ast.JoinedStr):
                names.update(self._modules_like(node))
        return frozenset(names)

    def _modules_of(self, text: str) -> Iterator[str]:
        """Give the modules on the way to ``a.b.c``; for a package as a program its ``__main__``."""
        parts = text.split(".")
        for count in range(1, len(parts) + 1):
            name = ".".join(parts[:count])
            if name in self._files:
                yield name
        if f"{text}.__main__" in self._files:
            yield f"{text}.__main__"

    def _modules_like(self, node: ast.JoinedStr) -> Iterator[str]:
        """Give every module that ``f"stages.{name}"`` may mean."""
        first = node.values[0] if node.values else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            package, dot, _ = first.value.rpartition(".")
            if dot and package in self._files:
                yield from (name for name in self._files if name.startswith(first.value))


def _texts(node: ast.AST) -> Iterator[str]:
    """Give every text of a node that may name a module."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
