"""A CPython 3.10 on this host that can be copied into an image."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import EngineError

SHORT = "3.10"
_ASK = """
import json, sys, sysconfig as s
print(json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3], "implementation": sys.implementation.name,
    "prefix": sys.base_prefix, "library": s.get_path("stdlib"), "headers": s.get_path("include"),
    "shared": s.get_config_var("Py_ENABLE_SHARED"), "folder": s.get_config_var("LIBDIR"),
    "name": s.get_config_var("INSTSONAME")}))
"""


@dataclass(frozen=True)
class HostPython:
    """An interpreter with a folder of its own: what of it an image needs."""

    version: str
    prefix: Path
    executable: Path
    standard_library: Path
    headers: Path
    libraries: tuple[Path, ...]

    @property
    def short(self) -> str:
        """``3.10``."""
        return SHORT


def find_python(environ: Mapping[str, str]) -> HostPython:
    """Return the first CPython 3.10 that PADDOCK_PYTHON310, PATH or pyenv has.

    Raises:
        EngineError: there is none with a prefix of its own; says where was looked.
    """
    looked: list[str] = []
    for candidate in _candidates(environ):
        found = _examine(candidate)
        if found:
            return found
        looked.append(str(candidate))
    raise EngineError(
        "a local base image needs a CPython 3.10 with a folder of its own, and there is none",
        f"looked at: {', '.join(looked) or 'PADDOCK_PYTHON310, PATH, pyenv'}",
        "`pyenv install 3.10` (or build it with --prefix), or name one in PADDOCK_PYTHON310",
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    if environ.get("PADDOCK_PYTHON310"):
        yield Path(environ["PADDOCK_PYTHON310"])
        return
    on_path = shutil.which(f"python{SHORT}", path=environ.get("PATH"))
    if on_path:
        yield Path(on_path)
    home = Path(environ.get("HOME") or Path.home())
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv")
    # Newest first; 3.10.9 stands before 3.10.13 by name only.
    versions = pyenv.glob(f"versions/{SHORT}.*")
    for folder in sorted(versions, key=lambda path: _patch(path.name), reverse=True):
        yield folder / "bin" / f"python{SHORT}"


def _patch(version: str) -> int:
    last = version.rpartition(".")[2]
    return int(last) if last.isdigit() else -1


def _examine(executable: Path) -> HostPython | None:
    """Ask an interpreter about itself; None if it is not one that can be copied."""
    try:
        answer = subprocess.run(
            [str(executable), "-I", "-c", _ASK],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        about = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    prefix = Path(about["prefix"])
    binary = prefix / "bin" / f"python{SHORT}"
    suitable = about["implementation"] == "cpython" and about["version"].startswith(f"{SHORT}.")
    # A distribution's own Python is spread over /usr and patched to look there.
    if not suitable or prefix == Path("/usr") or not binary.is_file():
        return None
    libraries = sorted(Path(about["folder"]).glob("libpython3*.so*")) if about["shared"] else []
    return HostPython(
        version=about["version"],
        prefix=prefix,
        executable=binary.resolve(),
        standard_library=Path(about["library"]),
        headers=Path(about["headers"]),
        libraries=tuple(libraries),
    )
