"""Compiling ``lite_run.cpp`` against a Paddle-Lite library for ARM Linux, and the command that runs it here.

The library comes as a folder with ``lib/`` (one ``.so``) and ``include/`` (its own headers: classes are not
laid out alike in all versions). Image ``verify-arm`` has the cross compiler and qemu's user-mode emulator,
both Debian's; on an arm64 engine the program runs as it is.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

from stages.message import msg
from stages.text.printable import printable

SOURCE = Path(__file__).with_name("lite_run.cpp")
_COMPILER, _EMULATOR = "aarch64-linux-gnu-g++-12", "qemu-aarch64-static"
#: Where Debian's cross packages have the C and C++ libraries of ARM.
_SYSROOT = "/usr/aarch64-linux-gnu"
_TIMEOUT_S = 120


class CannotCompileError(Exception):
    """There is no program for this library; the text says why."""


def is_native() -> bool:
    """Return whether this machine runs programs for ARM itself."""
    return platform.machine().lower() in ("aarch64", "arm64")


def compile_program(runtime: Path, folder: Path) -> Path:
    """Compile the program against the library in ``runtime``; return it.

    Raises:
        CannotCompileError: the compiler is not here, or refuses headers or library.
    """
    libraries, out = sorted((runtime / "lib").glob("*.so")), folder / "lite_run"
    if len(libraries) != 1 or shutil.which(_COMPILER) is None:
        raise CannotCompileError(msg("there is no library, or no compiler for ARM in this image"))
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        _COMPILER, "-std=c++11", "-O2", "-w", f"-I{runtime / 'include'}", str(SOURCE), str(libraries[0]),
        f"-Wl,-rpath,{libraries[0].parent}", "-Wl,--allow-shlib-undefined", "-o", str(out),
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        said = msg("the compiler did not end within {timeout_s} s", _TIMEOUT_S)
        raise CannotCompileError(said) from error
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        wrong = next((line for line in lines if "error" in line or "undefined" in line), "")
        said = printable(wrong, 200)
        raise CannotCompileError(msg("its headers and library do not fit: {error}", said))
    return out


def command_of(program: Path, nb: Path, threads: int) -> list[str]:
    """Return the command that runs a file in the program, emulated unless this machine is ARM's."""
    emulated = [] if is_native() else [_EMULATOR, "-L", _SYSROOT]
    return [*emulated, str(program), str(nb), str(threads)]
