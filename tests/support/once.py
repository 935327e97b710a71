"""What takes long to make, made once for all of pytest-xdist's workers: by the first that asks."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path


def once_for_all_workers(base: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Return the folder ``name`` in ``base``, which is the workers' own, made by one of them.

    It is made where it stays, so what is in it may name its path. The others wait.
    """
    folder, whole = base / name, base / f"{name}.whole"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of one that failed
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder
