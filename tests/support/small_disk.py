"""A disk of a few megabytes that only those processes see that a test starts on it: it can be filled."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_MOUNT = 'mount -t tmpfs -o size="$1" paddock-test "$2" && cp -a "$3"/. "$2" && echo && exec sleep infinity'
#: Whoever is not root is it in a user namespace of its own.
_USER = () if os.geteuid() == 0 else ("--user", "--map-root-user")
_ENTER = () if os.geteuid() == 0 else ("--user", "--preserve-credentials")


@dataclass(frozen=True)
class SmallDisk:
    """``folder`` is on it for processes started with ``prefix``; ``path`` is how others get there."""

    folder: Path
    pid: int

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("nsenter", "--target", str(self.pid), "--mount", *_ENTER, "--wd")

    @property
    def path(self) -> Path:
        return Path(f"/proc/{self.pid}/root{self.folder}")

    def fill(self) -> None:
        """Leave no room."""
        with (self.path / "filler").open("wb", 0) as stream:
            try:
                while True:
                    stream.write(bytes(4096))
            except OSError as error:
                assert error.errno == errno.ENOSPC

    def empty(self) -> None:
        """Give the room back."""
        (self.path / "filler").unlink()

    def forbid_writing(self) -> None:
        """Let it be read-only from now on."""
        words = ["mount", "-o", "remount,ro", str(self.folder)]
        subprocess.run([*self.prefix, *words], check=True)


@contextmanager
def small_disk(folder: Path, source: Path, size: str) -> Iterator[SmallDisk]:
    """Put a disk of ``size`` in the place of ``folder``, with a copy of what is in ``source``.

    Args:
        folder: is there, and stays what it is for everybody else.
        source: a folder.
        size: as mount(8) has it.
    """
    words = ["unshare", "--mount", *_USER, "sh", "-c", _MOUNT, "sh", size, folder, source]
    with subprocess.Popen(words, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as holder:
        try:
            assert holder.stdout is not None and holder.stdout.readline() == b"\n"
            yield SmallDisk(folder, holder.pid)
        finally:
            holder.kill()
