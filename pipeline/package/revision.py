"""Which commit has a project's ``paddock.lock``: the same one for the same lock, whatever comes after it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

#: A project from elsewhere may bring a configuration of git's: nothing that it names is run or asked.
_QUIET = {"GIT_ALLOW_PROTOCOL": "none", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
_PATIENCE_S = 20


def lock_revision(lock: Path) -> str:
    """Return the last commit that changed the lock, if the lock is as that commit has it; else ""."""
    folder, name = lock.parent, lock.name
    if not lock.is_file() or _git(folder, "rev-parse", "--is-shallow-repository") != "false":
        return ""  # a shallow clone does not know which commit it was
    committed = _git(folder, "rev-parse", "--verify", "--quiet", f"HEAD:./{name}")
    there = _git(folder, "hash-object", "--no-filters", "--", name)
    if not committed or committed != there:
        return ""
    return _git(folder, "rev-list", "-1", "HEAD", "--", name)


def _git(folder: Path, *words: str) -> str:
    """Return what a command of git's plumbing says; "" if it fails, or there is no git."""
    command = ["git", "-c", "core.fsmonitor=false", "-C", str(folder), *words]
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
            env={**os.environ, **_QUIET},
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
