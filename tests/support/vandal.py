"""Damage to files, in volumes and on the host, done for a while and then undone."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from docker import DockerClient
from docker.models.containers import Container
from docker.types import Mount

from stages.contract import INPUTS, WORKSPACE

Damage = Callable[[bytes], bytes | None]


def flipped(place: float) -> Callable[[bytes], bytes]:
    """Change one bit, ``place`` (0 to 1) of the way through the file."""

    def damage(data: bytes) -> bytes:
        at = round(place * (len(data) - 1))
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    return damage


def truncated(data: bytes) -> bytes:
    """Lose the second half."""
    return data[: len(data) // 2]


def grown(data: bytes) -> bytes:
    """Gain a byte."""
    return data + b"\0"


def missing(_data: bytes) -> None:
    """Be gone."""


@contextmanager
def damaged(path: Path, damage: Damage) -> Iterator[None]:
    """Damage a file of the host while the block runs, and put its bytes back."""
    before = path.read_bytes()
    after = damage(before)
    if after is None:
        path.unlink()
    else:
        path.write_bytes(after)
    try:
        yield
    finally:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(before)


#: Runs in the container: how to damage files there. The argument is a list of how, path and details.
_SCRIPT = """
import hashlib, json, pathlib, shutil, sys
for how, name, detail in json.loads(sys.argv[1]):
    path = pathlib.Path(name)
    saved = pathlib.Path("/tmp", hashlib.sha256(bytes(path)).hexdigest())
    if how == "restore":
        path.unlink(missing_ok=True)
        shutil.copyfile(saved, path)
        continue
    shutil.copyfile(path, saved)
    data = saved.read_bytes()
    if how == "flipped":
        at = round(float(detail) * (len(data) - 1))
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    elif how == "truncated":
        path.write_bytes(data[: len(data) // 2])
    elif how == "grown":
        path.write_bytes(data + b"\\0")
    elif how == "swapped":
        path.write_bytes(pathlib.Path(detail).read_bytes())
    elif how == "locked":
        path.chmod(0)
    elif how in ("missing", "link"):
        path.unlink()
        if how == "link":
            path.symlink_to("/dev/zero")
"""


@dataclass(frozen=True)
class Vandal:
    """Somebody in a container who may write to both volumes of a project."""

    container: Container

    @contextmanager
    def damage(self, path: PurePosixPath, how: str, detail: str = "0.5") -> Iterator[None]:
        """Damage a file while the block runs: see the script for how."""
        with self.damages((how, path, detail)):
            yield

    @contextmanager
    def damages(self, *all_of_them: tuple[str, PurePosixPath, str]) -> Iterator[None]:
        """Damage several files, in this order, while the block runs: how, which, and a detail."""
        self._do(*all_of_them)
        try:
            yield
        finally:
            self._do(*(("restore", path, "") for _how, path, _detail in all_of_them))

    def files(self, folder: PurePosixPath) -> list[PurePosixPath]:
        """Return every file below ``folder``."""
        script = (
            "import json, pathlib, sys; print(json.dumps(sorted(str(path) "
            "for path in pathlib.Path(sys.argv[1]).rglob('*') if path.is_file())))"
        )
        said = self._python(script, str(folder))
        return [PurePosixPath(name) for name in json.loads(said)]

    def _do(self, *orders: tuple[str, PurePosixPath, str]) -> None:
        self._python(_SCRIPT, json.dumps([(how, str(path), more) for how, path, more in orders]))

    def _python(self, script: str, *words: str) -> bytes:
        code, said = self.container.exec_run(["python", "-c", script, *words])
        assert code == 0 and isinstance(said, bytes), said
        return said


@contextmanager
def vandal(client: DockerClient, image: str, workspace: str, inputs: str) -> Iterator[Vandal]:
    """Give somebody who may write to the volumes; without a label, so that no run removes them."""
    container = client.containers.run(
        image,
        ["-c", "import time; time.sleep(3600)"],
        entrypoint=["python"],
        detach=True,
        network_mode="none",
        mounts=[Mount(str(WORKSPACE), workspace), Mount(str(INPUTS), inputs)],
    )
    try:
        yield Vandal(container)
    finally:
        container.remove(force=True)
