"""What the image tools share: pip with the user's certificates, bytecode, settled times and modes."""

from __future__ import annotations

import importlib.util
import marshal
import os
import subprocess
import sys
import tempfile
from pathlib import Path

#: Every file of an image has this time (2025-01-01), so that equal content gives an equal layer.
MOMENT = 1735689600
#: Where a build stage finds the user's certificates, if there are any.
CERTIFICATES = Path("/ca")
#: PEP 552: bytecode that is never compared with its source.
_UNCHECKED_HASH = (1).to_bytes(4, "little")
_STEADY_FORMAT = 2


def pip(command: str, *options: str, lock: Path) -> None:
    """Run a pip command on a hash-pinned lock, with PyPI's or the user's index."""
    settings = dict(os.environ)
    if not settings.get("PIP_INDEX_URL"):
        settings.pop("PIP_INDEX_URL", None)
    fixed = ["--require-hashes", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as bundle:
        certificates = user_certificates()
        if certificates:
            bundle.write(system_certificates() + certificates)
            bundle.flush()
            settings["PIP_CERT"] = bundle.name
        subprocess.run(
            [sys.executable, "-m", "pip", command, *fixed, *options, "-r", str(lock)],
            env={**settings, "PIP_ROOT_USER_ACTION": "ignore", "PIP_PROGRESS_BAR": "off"},
            check=True,
        )


def user_certificates() -> str:
    """Return the PEM text of ``images/ca/*.pem``, or nothing."""
    return "".join(f"{path.read_text()}\n" for path in sorted(CERTIFICATES.glob("*.pem")))


def system_certificates() -> str:
    """Return the PEM text that pip itself trusts: a user's bundle may hold one authority only."""
    show = "import pip._vendor.certifi as c; print(open(c.where()).read())"
    result = subprocess.run(
        [sys.executable, "-c", show], check=True, capture_output=True, text=True
    )
    return result.stdout


def compile_tree(folder: Path, root: Path) -> None:
    """Write bytecode for all of ``folder``; ``root`` will be ``/`` in the image."""
    # In a process of its own: sets of strings are in another order under another hash seed.
    subprocess.run(
        [sys.executable, __file__, str(folder), str(root)],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        check=True,
    )


def write_bytecode(folder: Path, root: Path) -> None:
    """Compile so that bytecode is valid whatever the file times are, and the same in every build.

    Not with compileall: the newer marshal formats mark objects that are in use elsewhere in the
    process, which depends on where the kernel put it; format 2 does not.
    """
    for path in sorted(folder.rglob("*.py")):
        source = path.read_bytes()
        try:
            code = compile(source, f"/{path.relative_to(root)}", "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue  # some packages ship templates and test data that are no valid Python
        head = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH + importlib.util.source_hash(source)
        target = Path(importlib.util.cache_from_source(str(path)))
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(head + marshal.dumps(code, _STEADY_FORMAT))


def settle(root: Path) -> None:
    """Give ``root`` and all below it the same time, and modes that no umask has a say in."""
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (MOMENT, MOMENT), follow_symlinks=False)


if __name__ == "__main__":
    write_bytecode(Path(sys.argv[1]), Path(sys.argv[2]))
