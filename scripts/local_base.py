"""A Python base image made on this host, for engines that no registry can reach: ``scripts/local-base``.

``make images`` calls it with ``--if-needed``. Debian's own packages (debootstrap checks their
signatures) and a CPython 3.10 of the host, laid together as the official image has them: Python in
/usr/local, its shared libraries from Debian.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.compose.file import read_compose
from pipeline.engine.connection import connect
from pipeline.engine.errors import RegistryUnreachable
from pipeline.engine.images import Images
from pipeline.errors import EngineError, PaddockError
from pipeline.images.base import LOCAL_BASE, chosen_base
from pipeline.images.build import BASE
from python310 import HostPython, find_python
from rootfs import pack_root
from stages.contract import Exit

SUITE = "bookworm"
#: Shared libraries of CPython's extension modules, and the OpenMP runtime that Paddle needs.
PACKAGES = (
    "ca-certificates",
    "libbz2-1.0",
    "libffi8",
    "libgomp1",
    "liblzma5",
    "libncursesw6",
    "libreadline8",
    "libsqlite3-0",
    "libssl3",
    "libuuid1",
    "zlib1g",
)
#: Instructions that give the image what the official one has.
CHANGES = (
    "ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin",
    "ENV LANG=C.UTF-8",
    'CMD ["python3"]',
)
_CLEAN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_PROOF = "import ssl, sqlite3, ctypes, lzma, bz2, zlib, readline, curses, uuid, hashlib, pip"
#: Left out of the standard library: it never compiles, draws windows or tests itself here.
_UNUSED = ("site-packages", "test", "tests", "idlelib", "tkinter", "turtledemo", "__pycache__")
_LAST_LINES = 15
#: Says how a local base was made.
_MADE_LABEL = "paddock.base.made"

Say = Callable[[str], None]


def is_needed(images: Images, environ: Mapping[str, str]) -> bool:
    """Return whether the base has to be made here; pulls the official one if it can be had."""
    build = read_compose(environ).images[BASE]
    pinned = build.args["PYTHON_BASE"]
    if chosen_base(environ) or any(map(images.find, (build.image, LOCAL_BASE, pinned))):
        return False
    try:
        for _step in images.pull(pinned):
            pass
    except RegistryUnreachable:
        return True
    return False


def make_and_import(images: Images, name: str, environ: Mapping[str, str], say: Say) -> None:
    """Make a base and give it to the engine under ``name``."""
    with tempfile.TemporaryDirectory(prefix="paddock-base-") as folder:
        tar = Path(folder, "root.tar")
        python = make_local_base(tar, environ, say)
        made = f"Debian {SUITE} by debootstrap, CPython {python.version} of the host"
        images.import_root(tar, name, [*CHANGES, f'LABEL {_MADE_LABEL}="{made}"'])


def make_local_base(tar: Path, environ: Mapping[str, str], say: Say) -> HostPython:
    """Write the file system of a Python 3.10 base to ``tar``; return the Python that is in it.

    Args:
        tar: the file to write.
        environ: where Python is looked for; proxies for debootstrap.
        say: told each step and each line of debootstrap's.

    Raises:
        EngineError: root rights, debootstrap or a CPython 3.10 are missing, or a step failed.
    """
    debootstrap = _debootstrap(environ, say)
    python = find_python(environ)
    with tempfile.TemporaryDirectory(prefix="paddock-base-") as folder:
        root = Path(folder, "root")
        say(f"Debian {SUITE} by debootstrap, for its shared libraries")
        options = ["--variant=minbase", "--force-check-gpg", f"--include={','.join(PACKAGES)}"]
        _run([debootstrap, *options, SUITE, str(root)], _plain(environ), say)
        say(f"CPython {python.version} from {python.prefix}")
        _copy_python(python, root)
        _run(["chroot", str(root), "/sbin/ldconfig"], _plain({}), say)
        pip = ["-m", "ensurepip", "--default-pip"]
        _run(["chroot", str(root), "/usr/local/bin/python3", *pip], _plain({}), say)
        _run(["chroot", str(root), "/usr/local/bin/python3", "-c", _PROOF], _plain({}), say)
        say("packing it")
        pack_root(root, tar)
    return python


def _debootstrap(environ: Mapping[str, str], say: Say) -> str:
    """Return debootstrap's path after looking whether it can be used at all; install it where apt can."""
    found = shutil.which("debootstrap", path=_CLEAN_PATH)
    apt = shutil.which("apt-get", path=_CLEAN_PATH)
    if found is None and apt and os.geteuid() == 0:
        say("installing debootstrap with apt")
        quiet = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
        _run([apt, "update", "-q"], quiet, say)
        _run([apt, "install", "-q", "-y", "debootstrap"], quiet, say)
        found = shutil.which("debootstrap", path=_CLEAN_PATH)
    if found is None:
        raise EngineError(
            "a local base image needs debootstrap, which is not installed",
            remedy="`sudo apt-get install debootstrap`, or give PADDOCK_PYTHON_BASE a registry",
        )
    if os.geteuid() != 0:
        raise EngineError(
            "a local base image needs root: debootstrap makes a Debian file system",
            remedy="run `sudo scripts/local-base` once; `paddock images build` needs no root then",
        )
    return found


def _copy_python(python: HostPython, root: Path) -> None:
    """Lay the interpreter, its shared library, headers and standard library into /usr/local."""
    local = root / "usr" / "local"
    name = f"python{python.short}"
    (local / "bin").mkdir(parents=True, exist_ok=True)
    shutil.copy2(python.executable, local / "bin" / name)
    for link in ("python3", "python"):
        (local / "bin" / link).symlink_to(name)
    for library in python.libraries:
        shutil.copy2(library, local / "lib" / library.name, follow_symlinks=False)
    ignored = shutil.ignore_patterns(*_UNUSED, "config-*", "_tkinter*")
    shutil.copytree(python.standard_library, local / "lib" / name, symlinks=True, ignore=ignored)
    (local / "lib" / name / "site-packages").mkdir()
    if python.headers.is_dir():
        shutil.copytree(python.headers, local / "include" / name)


def _plain(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which nothing of this machine but its proxies is told."""
    proxies = {name: environ[name] for name in _PROXIES if environ.get(name)}
    fixed = {"PATH": _CLEAN_PATH, "LC_ALL": "C", "HOME": "/root", "SOURCE_DATE_EPOCH": "1735689600"}
    quiet = {"PIP_ROOT_USER_ACTION": "ignore", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**fixed, **quiet, **proxies}


def _run(command: list[str], environment: Mapping[str, str], say: Say) -> None:
    """Run a command, pass its lines on, and raise with the last of them if it fails."""
    lines: list[str] = []
    with subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            say(lines[-1])
    if process.returncode:
        tail = "; ".join(lines[-_LAST_LINES:][-3:])
        raise EngineError(
            f"making a local base image: {Path(command[0]).name} failed: {tail}",
            remedy="see its log above; it needs Debian's package mirror and a folder with devices "
            "(TMPDIR must not be mounted nodev or noexec)",
        )


def main(arguments: list[str]) -> int:
    """Make a base; return the exit code."""
    parser = argparse.ArgumentParser(prog="scripts/local-base", description=__doc__)
    parser.add_argument("--if-needed", action="store_true", help="unless a base can be had")
    parser.add_argument("name", nargs="?", default=LOCAL_BASE, help="NAME:TAG (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        images = Images(connect(os.environ))
        if options.if_needed and not is_needed(images, os.environ):
            return Exit.OK
        _say(f"making {options.name}")
        make_and_import(images, options.name, os.environ, _say)
    except PaddockError as error:
        sys.stderr.write(f"local-base: {error.message}\n")
        for note in filter(None, (error.where, error.remedy)):
            sys.stderr.write(f"  note: {note}\n")
        return error.code
    return Exit.OK


def _say(line: str) -> None:
    print(f"local-base: {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
