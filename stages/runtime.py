"""What every stage stands on: its inputs, its output folder, its events, and the order to stop."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from stages.contract import (
    MANIFEST_FILE,
    SCRATCH_FOLDER,
    Artifact,
    ArtifactMade,
    Input,
    Metric,
    Progress,
    Spec,
    StageEvent,
    Warned,
    hash_file,
)
from stages.contract.variant import Variant, variants_in
from stages.errors import IntegrityError, Stopped
from stages.message import msg
from stages.pitfalls import Pitfall


class Context:
    """A stage's view of its run. Stage modules get it as the only argument of ``run``."""

    def __init__(self, spec: Spec, output: Path, emit: Callable[[StageEvent], None]) -> None:
        self.spec = spec
        self.output = output
        self._emit = emit
        self.stopping = False
        self.guard_seconds = 0.0

    @property
    def parameters(self) -> dict[str, Any]:
        """The stage's own parameters."""
        return self.spec.parameters

    @property
    def scratch(self) -> Path:
        """A folder that survives a stop, to resume from; never an artifact."""
        folder = self.output / SCRATCH_FOLDER
        folder.mkdir(exist_ok=True)
        return folder

    @property
    def cache(self) -> Path:
        """A folder that outlives the stage's result; what is in it may be gone at any time."""
        folder = Path(self.spec.cache)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def has(self, name: str) -> bool:
        """Return whether the spec gives an input called ``name``."""
        return any(item.name == name for item in self.spec.inputs)

    def input(self, name: str) -> Path:
        """Return the path of the input called ``name`` (a file, or a tree's folder)."""
        for item in self.spec.inputs:
            if item.name == name:
                return Path(item.path)
        raise KeyError(
            msg("the {stage} stage was given no input {name}", self.spec.stage, repr(name))
        )

    @property
    def variants(self) -> list[Variant]:
        """The NB files among the inputs, in the order of tables."""
        return variants_in(item.name for item in self.spec.inputs)

    def progress(
        self, done: float, total: float, unit: str, note: str = "", epochs: int = 0
    ) -> None:
        """Say how far the stage is."""
        self._emit(Progress(done, total, unit, note, epochs))

    def metric(self, name: str, value: float, step: int) -> None:
        """Give one point of a curve."""
        self._emit(Metric(name, value, step))

    def warn(self, message: str, where: str = "", pitfall: Pitfall | None = None) -> None:
        """Tell the user something that does not stop the stage."""
        self._emit(Warned(message, where, str(pitfall or "")))

    @contextlib.contextmanager
    def guarding(self) -> Iterator[None]:
        """Count the time of the block as spent on hashing and guards (benchmarks/guards.py)."""
        started = time.monotonic()
        try:
            yield
        finally:
            self.guard_seconds += time.monotonic() - started

    def check_stop(self) -> None:
        """Raise :class:`Stopped` if SIGTERM arrived. Call it where the stage can be resumed."""
        if self.stopping:
            raise Stopped

    def publish(self) -> tuple[Artifact, ...]:
        """Hash every file of the output folder but the scratch folder's, and announce it."""
        return tuple(self._publish_one(path) for path in _files(self.output))

    def _publish_one(self, path: Path) -> Artifact:
        digests = hash_file(path)
        name = path.relative_to(self.output).as_posix()
        self._emit(ArtifactMade(name, digests.size, digests.md5, digests.sha256))
        return Artifact(name, digests.size, digests.md5, digests.sha256)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] != SCRATCH_FOLDER:
            yield path


def check_inputs(spec: Spec) -> None:
    """Hash all inputs again and compare them with the spec.

    Raises:
        IntegrityError: an input is missing or is not what the spec says.
    """
    for item in spec.inputs:
        if item.tree:
            _check_tree(item, spec.stage)
        else:
            _check_file(Path(item.path), item.sha256, item.made_by, spec.stage)


def _check_file(path: Path, expected: str, made_by: str, taken_by: str) -> None:
    # What no stage makes is uploaded again for the stage that takes it. A stage is named by one word, as
    # its module is; what the project gives is described: "model PP-OCRv5_mobile_rec".
    remedy = msg(
        "run again with --force {made_by}", made_by if made_by.isidentifier() else taken_by
    )
    if not path.is_file():
        raise IntegrityError(
            msg("{path} is missing", path.name),
            str(path),
            remedy,
            Pitfall.CHANGED_ARTIFACT,
        )
    found = hash_file(path).sha256
    if found != expected:
        raise IntegrityError(
            msg(
                "{path} is not the file that {made_by} made: expected SHA-256 {expected}, found "
                "{found}",
                path.name,
                made_by,
                expected,
                found,
            ),
            str(path),
            remedy,
            Pitfall.CHANGED_ARTIFACT,
        )


def _check_tree(item: Input, taken_by: str) -> None:
    root = Path(item.path)
    manifest = root / MANIFEST_FILE
    _check_file(manifest, item.sha256, item.made_by, taken_by)
    for line in manifest.read_text(encoding="utf-8").splitlines():
        expected, _, name = line.partition("  ")
        # A Path only for what differs: of a hundred thousand files it would take as long as their hashes.
        if not _is(f"{root}/{name}", expected):
            _check_file(root / name, expected, item.made_by, taken_by)


def _is(path: str, expected: str) -> bool:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123
            return hashlib.sha256(stream.read()).hexdigest() == expected
    except OSError:
        return False
