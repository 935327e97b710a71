"""Python processes that begin with Paddle imported: forked from one that has, instead of started anew.

Importing Paddle and PaddleOCR takes 3 to 8 seconds, and the tests inside the images start some 250
processes that do. :func:`exchanged` lets ``sys.executable`` name a launcher, so whatever starts a process
as the product does (``Popen([sys.executable, …])``) gets one that is forked, with the same arguments,
folder, environment, streams, signals, exit code and process group. Paddle-Lite's own processes are
started as ever: beside Paddle in one process they would be others. What a fork cannot show is how a process
behaves while it imports and while its libraries are unloaded; tests that are about that, and one of each of
PaddleOCR's tools, are marked ``real_processes`` and get the interpreter itself, as all of ``tests/docker``
does.

This file run as a program is the forked-from process.
"""

from __future__ import annotations

import array
import atexit
import ctypes
import gc
import importlib
import multiprocessing.spawn
import os
import runpy
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

#: What is imported before anything is forked: all that stages, runners and PaddleOCR's tools import.
PRELOADED = (
    "numpy", "cv2", "paddle", "paddle.inference", "tools.program",
    "stages.data", "stages.train", "stages.export", "stages.convert", "stages.verify",
    "stages.runners.pd", "stages.ppocr.reader",
)  # fmt: skip
#: The variables that Paddle's libraries read when they are loaded; the child's are set by calls.
_THREADS = "OMP_NUM_THREADS"
_PID = struct.Struct("i")
_SIZE = struct.Struct("I")

#: Becomes Python itself where Paddle-Lite is wanted; else it sends all that it was given to the server and
#: becomes the forked process's shadow. Imports nothing that takes time.
_LAUNCHER = """#!{python} -IS
import os, sys, _signal, _socket

def receive(count):
    data = b""
    while len(data) < count:
        part = server.recv(count - len(data))
        if not part:
            os._exit(125)
        data += part
    return int.from_bytes(data, sys.byteorder, signed=True)

arguments = [os.fsencode(word) for word in sys.argv[1:]]
if arguments[:3] == [b"-m", b"stages.runners", b"nb"] or any(
    b"paddlelite" in word or b"paddle_lite_opt" in word for word in arguments
):
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
leads = b"1" if os.getpgrp() == os.getpid() else b"0"
environment = [name + b"=" + value for name, value in os.environb.items()]
words = [os.getcwdb(), leads, b"%d" % len(arguments), *arguments, *environment]
text = b"\\0".join(words)
passed_on = _signal.SIGTERM, _signal.SIGINT, _signal.SIGHUP, _signal.SIGUSR1
# the process may be at work before this one knows whom to pass a signal on to
_signal.pthread_sigmask(_signal.SIG_BLOCK, passed_on)
server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
server.connect({path!r})
streams = b"".join(number.to_bytes(4, sys.byteorder) for number in (0, 1, 2))
server.sendmsg([len(text).to_bytes(4, sys.byteorder)],
               [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, streams)])
server.sendall(text)
pid = receive(4)
for number in passed_on:
    _signal.signal(number, lambda number, _frame: os.kill(pid, number))
_signal.pthread_sigmask(_signal.SIG_UNBLOCK, passed_on)
for stream in (0, 1, 2):
    os.close(stream)
status = receive(4)
if status < 0:
    _signal.signal(-status, _signal.SIG_DFL) if -status != _signal.SIGKILL else None
    os.kill(os.getpid(), -status)
os._exit(status)
"""


@contextmanager
def serving(folder: Path) -> Iterator[Path]:
    """Run the process that others are forked from; give the launcher to be started in its place."""
    path, launcher = folder / "zygote", folder / "python"
    launcher.write_text(_LAUNCHER.format(python=sys.executable, path=str(path)), encoding="utf-8")
    launcher.chmod(0o755)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(64)  # before the server has imported anything: a launcher just waits
        command = [sys.executable, "-I", __file__, str(listener.fileno()), str(launcher)]
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, pass_fds=[listener.fileno()], start_new_session=True
        )
    try:
        yield launcher
    finally:
        server.kill()
        server.wait()


@contextmanager
def exchanged(executable: str) -> Iterator[None]:
    """Let ``sys.executable`` be another while the block runs."""
    before = sys.executable
    sys.executable = executable
    try:
        yield
    finally:
        sys.executable = before


@dataclass(frozen=True)
class _Command:
    """What a launcher was started with."""

    folder: bytes
    leads_its_group: bool
    arguments: list[str]
    environment: dict[bytes, bytes]
    streams: list[int]


def _main(arguments: list[str]) -> None:
    listener = socket.socket(fileno=int(arguments[0]))
    library = list(sys.path)  # -I: no folder of a script's and none of PYTHONPATH
    sys.path[:0] = _python_path()
    for name in PRELOADED:
        importlib.import_module(name)
    sys.executable = arguments[1]
    multiprocessing.spawn.set_executable(sys.executable)
    gc.freeze()
    command = _Server(listener).serve()
    # only in a forked process; one that an exception ends is ended by the interpreter
    try:
        _become(command, library)
        _end(0)
    except SystemExit as asked:
        if isinstance(asked.code, int | None):
            _end(asked.code or 0)
        raise


class _Server:
    """Forks a process for every launcher, and tells it how that process ended."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._running: dict[socket.socket, tuple[int, bool]] = {}

    def serve(self) -> _Command:
        """Serve for ever; return in forked processes alone."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    command = self._fork()
                    if command:
                        return command
                elif isinstance(key.fileobj, socket.socket):
                    self._abandoned(key.fileobj)
                else:
                    self._ended(key.fd, key.data)

    def _fork(self) -> _Command | None:
        connection, _ = self._listener.accept()
        command = _receive(connection)
        if command is None:  # killed before it said what it wants
            connection.close()
            return None
        pid = os.fork()
        if not pid:
            connection.close()
            self._forget_everything()
            return command
        for stream in command.streams:
            os.close(stream)
        self._running[connection] = pid, command.leads_its_group
        self._selector.register(connection, selectors.EVENT_READ)
        self._selector.register(os.pidfd_open(pid), selectors.EVENT_READ, connection)
        with suppress(OSError):
            connection.sendall(_PID.pack(pid))
        return None

    def _forget_everything(self) -> None:
        for key in list(self._selector.get_map().values()):
            os.close(key.fd)
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.detach()
        self._selector.close()

    def _abandoned(self, connection: socket.socket) -> None:
        """The launcher was killed: so is the process that it stood for."""
        pid, leads = self._running[connection]
        self._selector.unregister(connection)
        with suppress(ProcessLookupError):
            (os.killpg if leads else os.kill)(pid, signal.SIGKILL)

    def _ended(self, pidfd: int, connection: socket.socket) -> None:
        self._selector.unregister(pidfd)
        os.close(pidfd)
        pid, _ = self._running.pop(connection)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with suppress(KeyError):
            self._selector.unregister(connection)
        with connection, suppress(OSError):
            connection.sendall(_PID.pack(status))


def _receive(connection: socket.socket) -> _Command | None:
    space = socket.CMSG_SPACE(3 * _PID.size)
    head, extra, _, _ = connection.recvmsg(_SIZE.size, space)
    if len(head) != _SIZE.size:
        return None
    streams = array.array("i")
    for _, _, data in extra:
        streams.frombytes(data)
    text = connection.recv(_SIZE.unpack(head)[0], socket.MSG_WAITALL)
    folder, leads, count, *words = text.split(b"\0")
    variables = (word.split(b"=", 1) for word in words[int(count) :])
    environment = dict(variables)
    arguments = [os.fsdecode(word) for word in words[: int(count)]]
    return _Command(folder, leads == b"1", arguments, environment, list(streams))


def _become(command: _Command, library: list[str]) -> None:
    """Be the process that ``python ARGUMENTS`` starts."""
    if command.leads_its_group:
        os.setsid()
    os.chdir(command.folder)
    os.environb.clear()
    os.environb.update(command.environment)
    for number, stream in enumerate(command.streams):
        os.dup2(stream, number)
        os.close(stream)
    _open_streams()
    _set_threads()
    sys.modules["numpy"].random.seed()
    options, *words = command.arguments
    if options == "-m":
        sys.path[:] = [str(Path.cwd()), *_python_path(), *library]
        sys.argv = words
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    elif options == "-c":
        sys.path[:] = ["", *_python_path(), *library]
        sys.argv = ["-c", *words[1:]]
        exec(words[0], {"__name__": "__main__"})  # noqa: S102 - that is what -c means
    else:
        sys.path[:] = [str(Path(options).resolve().parent), *_python_path(), *library]
        sys.argv = command.arguments
        runpy.run_path(options, run_name="__main__")


def _end(code: int) -> NoReturn:
    """End as the interpreter does, but do not take all modules apart before: Paddle's take 0.13 s."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code & 0xFF)


def _python_path() -> list[str]:
    return [part for part in os.environ.get("PYTHONPATH", "").split(":") if part]


def _open_streams() -> None:
    """Give Python streams of its own on 0, 1 and 2, as it has them when it starts."""
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    for name, number, errors in (
        ("stdout", 1, "surrogateescape"),
        ("stderr", 2, "backslashreplace"),
    ):
        stream = open(number, "w", 1, "utf-8", errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, stream)


def _set_threads() -> None:
    """Tell the loaded OpenMP how many threads the environment asks for."""
    wanted = os.environ.get(_THREADS)
    if wanted:
        for path in _loaded("libiomp5", "libgomp"):
            ctypes.CDLL(path).omp_set_num_threads(int(wanted))


def _loaded(*names: str) -> set[str]:
    """Return the paths of this process's libraries of these names."""
    lines = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    paths = {line.split(None, 5)[5] for line in lines if line.count("/")}
    return {path for path in paths if Path(path).name.startswith(names)}


if __name__ == "__main__":
    _main(sys.argv[1:])
