"""``paddock`` as a user runs it, in this process (fast) or in one of its own."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest import mock

from support.patience import PATIENCE
from tui.cli import main

#: No engine answers here.
NO_ENGINE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock"}
#: Whatever the developer speaks.
ENGLISH = {"LC_ALL": "C.UTF-8", "LANGUAGE": ""}


def paddock(
    *words: str | Path,
    environ: Mapping[str, str] = NO_ENGINE,
    cwd: Path | None = None,
    timeout: float = PATIENCE,
    encoding: str = "utf-8",
) -> subprocess.CompletedProcess[str]:
    """Run the command line and return what it said; ``environ`` is added to the test's own."""
    return subprocess.run(
        [sys.executable, "-m", "tui.cli", *map(str, words)],
        check=False,
        capture_output=True,
        encoding=encoding,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **ENGLISH, **environ},
        cwd=cwd or Path(__file__).parents[2],
        timeout=timeout,
    )


def call(
    *words: str | Path,
    environ: Mapping[str, str] = NO_ENGINE,
    cwd: Path | None = None,
    encoding: str = "utf-8",
) -> subprocess.CompletedProcess[str]:
    """Run the command line in this process: the same as :func:`paddock`, a second faster."""
    out = io.TextIOWrapper(io.BytesIO(), encoding, newline="\n")
    err = io.TextIOWrapper(io.BytesIO(), encoding, "backslashreplace", newline="\n")
    arguments = [str(word) for word in words]
    with (
        mock.patch.dict(os.environ, {**ENGLISH, **environ}),
        _standing_in(cwd),
        _signals_kept(),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            code = main(arguments)
        except SystemExit as end:  # argparse's way out
            code = end.code if isinstance(end.code, int) else 1
    said = []
    for stream in (out, err):
        stream.seek(0)
        said.append(stream.read())
    return subprocess.CompletedProcess(arguments, code, *said)


@contextmanager
def _standing_in(folder: Path | None) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder or before)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def _signals_kept() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
