"""A program in a pseudo-terminal: keys go in as bytes, and its screen's answers are waited for."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


class Terminal:
    """Runs ``command`` on a terminal of its own of ``columns`` by ``rows``."""

    def __init__(self, command: Sequence[str], columns: int = 80, rows: int = 24) -> None:
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            environ = {**os.environ, "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none"}
            for name in ("SSH_CONNECTION", "SSH_TTY", "NO_COLOR"):
                environ.pop(name, None)
            os.execvpe(command[0], list(command), environ)  # noqa: S606 - no shell is wanted
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._tail = b""

    def press(self, keys: bytes) -> None:
        """Send the bytes of a key."""
        os.write(self._master, keys)

    def wait_for(self, text: str, seconds: float) -> float:
        """Read what is drawn until ``text`` is; return when (``time.perf_counter``).

        Raises:
            TimeoutError: it never came.
        """
        wanted, deadline = text.encode(), time.perf_counter() + seconds
        while wanted not in self._tail:
            if not self.read(deadline - time.perf_counter()):
                raise TimeoutError(f"{text} was not drawn within {seconds} s")
        return time.perf_counter()

    def read(self, seconds: float) -> bool:
        """Take in what is drawn within a time; False if that was nothing."""
        if seconds <= 0 or not select.select([self._master], [], [], seconds)[0]:
            return False
        self._tail = self._tail[-4096:] + os.read(self._master, 65536)
        return True

    def cpu(self) -> float:
        """Return the seconds of CPU that the program has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICK

    def memory(self) -> float:
        """Return the program's memory in MB, from ``/proc``."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0

    def close(self) -> None:
        """End the program."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._master)
