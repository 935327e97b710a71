"""A Python base image made on this host, for engines that no registry can reach.

Debian's own packages (debootstrap checks their signatures) and a CPython 3.10 of the host, laid
together as the official image has them: Python in /usr/local, its shared libraries from Debian.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.errors import EngineError
from pipeline.images.python310 import HostPython, find_python
from pipeline.images.rootfs import pack_root

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

Say = Callable[[str], None]


def make_local_base(tar: Path, environ: Mapping[str, str], say: Say) -> HostPython:
    """Write the file system of a Python 3.10 base to ``tar``; return the Python that is in it.

    Args:
        tar: the file to write.
        environ: where Python is looked for; proxies for debootstrap.
        say: told each step and each line of debootstrap's.

    Raises:
        EngineError: root rights, debootstrap or a CPython 3.10 are missing, or a step failed.
    """
    debootstrap = _debootstrap()
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


def _debootstrap() -> str:
    """Return debootstrap's path after looking whether it can be used at all."""
    found = shutil.which("debootstrap", path=_CLEAN_PATH)
    if found is None:
        raise EngineError(
            "a local base image needs debootstrap, which is not installed",
            remedy="`sudo apt-get install debootstrap`, or give PADDOCK_PYTHON_BASE a registry",
        )
    if os.geteuid() != 0:
        raise EngineError(
            "a local base image needs root: debootstrap makes a Debian file system",
            remedy="run `sudo paddock images build` once; later builds need no root",
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
