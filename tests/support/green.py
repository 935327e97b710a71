"""What is known to be green: the tests inside the images that passed, each by all that decides its outcome.

A test file runs again when its key differs from the one it last passed with. The key is made of the image
(everything in it but the stages' code), the models, how pytest and processes are set up, the file itself,
and every module of ``tests/support`` and ``stages`` that it can reach (:mod:`support.reach`).
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from support.reach import Tree

#: The folders whose tests run inside an image.
FOLDERS = ("tests/stages", "tests/pitfalls/inside")
#: What every test inside an image is run by. Not followed further: a process is forked with all stages
#: imported, but what a test proves is decided by those that it reaches.
_COMMON = ("tests/conftest.py", "tests/support/processes.py", "tests/support/zygote.py")


def inside_files(repository: Path) -> list[str]:
    """Return the test files that run inside, by their paths in the repository."""
    found = [path for folder in FOLDERS for path in (repository / folder).rglob("test_*.py")]
    return sorted(path.relative_to(repository).as_posix() for path in found)


def keys_of(repository: Path, surroundings: Iterable[str]) -> dict[str, str]:
    """Return the key of every test file.

    Args:
        repository: the working tree.
        surroundings: hashes of what lies outside it, the image's and the models'.
    """
    tree = Tree({"stages": repository, "support": repository / "tests"})
    settings = (repository / "pyproject.toml").read_text(encoding="utf-8")
    pytest_settings = re.search(r"^\[tool\.pytest[^\[]*(\n[^\[][^\n]*)*", settings, re.MULTILINE)
    common = [*surroundings, pytest_settings[0] if pytest_settings else ""]
    common += [_line(repository, repository / name) for name in _COMMON]

    def key(name: str) -> str:
        path = repository / name
        files = sorted({path, *tree.reached_by(path)})
        text = "\n".join([*common, *(_line(repository, file) for file in files)])
        return hashlib.sha256(text.encode()).hexdigest()

    return {name: key(name) for name in inside_files(repository)}


def _line(repository: Path, path: Path) -> str:
    name = path.relative_to(repository).as_posix()
    return f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}"


@dataclass(frozen=True)
class Passed:
    """That a test file passed: with which key, and when (ISO, UTC)."""

    key: str
    time: str


class Green:
    """The record, a JSON file. What cannot be read as one is as if it were not there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def passed(self, keys: Mapping[str, str]) -> dict[str, Passed]:
        """Return those of the test files that passed with just this key."""
        found = {name: self._read().get(name) for name in keys}
        return {name: item for name, item in found.items() if item and item.key == keys[name]}

    def add(self, keys: Mapping[str, str], time: str) -> None:
        """Record that these passed; a crash leaves the record as it was."""
        entries = {name: [item.key, item.time] for name, item in self._read().items()}
        entries |= {name: [key, time] for name, key in keys.items()}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(entries, indent=1, sort_keys=True), encoding="utf-8")
        partial.rename(self._path)

    def _read(self) -> dict[str, Passed]:
        try:
            entries = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(name): Passed(str(key), str(time)) for name, (key, time) in entries.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            return {}
