"""What the image ``paddock`` starts with: Paddock, as the user whose folder it was given.

It is process 1 of its container. A run in the background outlives the screen that started it, so this ends
with the last of its processes, not with the screen. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path
from types import FrameType

SOCKET = Path("/var/run/docker.sock")
#: What the kernel shows where an owner has no number in a container whose users are mapped.
NOBODY = 65534
ENGINE_ERROR = 4


def become_owner() -> None:
    """Take user and group of the working folder, and the group of the engine's socket."""
    if os.getuid() != 0:
        return
    owner = Path.cwd().stat()
    if owner.st_uid == NOBODY:
        sys.exit(
            f"error: the folder {Path.cwd()} is nobody's in this container, whose users are mapped\n"
            "  note: start it as compose.yaml does (userns_mode: host)"
        )
    groups = [SOCKET.stat().st_gid] if SOCKET.exists() else []
    os.setgroups(groups)
    os.setgid(owner.st_gid)
    os.setuid(owner.st_uid)


def others_live() -> bool:
    """Return whether any process is left beside this one."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def supervise(child: int) -> int:
    """Pass signals on until no process is left; return the exit code of ``child``."""
    alive = True

    def pass_on(number: int, _frame: FrameType | None) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child if alive else -1, number)

    def interrupt(number: int, frame: FrameType | None) -> None:
        # ^C in a terminal reaches all of its foreground by itself.
        if not (alive and sys.stdin.isatty()):
            pass_on(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, pass_on)
    code = 0
    while True:
        try:
            ended, status = os.wait()
        except ChildProcessError:
            return code
        if ended == child:
            alive, code = False, os.waitstatus_to_exitcode(status)
            if others_live():
                said = "paddock: a run goes on in this container, which ends with it; ^C stops both"
                print(said, file=sys.stderr)


def main() -> int:
    """Run ``paddock`` with the arguments of this program."""
    if os.getpid() != 1:
        sys.exit(
            "error: this is what a container starts with: elsewhere its signals would reach everybody"
        )
    try:
        become_owner()
    except OSError as error:
        print(f"error: cannot become the folder's owner: {error}", file=sys.stderr)
        return ENGINE_ERROR
    # Not by subprocess: it would wait for the child too, and take its exit code.
    words = [sys.executable, "-m", "tui.cli", *sys.argv[1:]]
    code = supervise(os.posix_spawn(sys.executable, words, os.environ))
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
