"""Debian's packages in an image: the recorded versions, also when the mirrors have moved on."""

import runpy
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.compose.file import REPOSITORY

FILE = "qemu-user-static_1%3a7.2+dfsg-7_amd64.deb"
#: Knows a version if its mirror has it, or once the archive is among its sources; notes what it was asked.
APT = """#!/bin/sh
echo "$@" >> {asked}
[ "$1" = update ] && exit 0
[ -e {mirror} ] || [ -e {sources}/archive.list ] || exit 100
: > "{file}"
"""


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An apt that is not asked for real; return the folder of its sources, mirror and notes."""
    program = tmp_path / "bin" / "apt-get"
    program.parent.mkdir()
    (tmp_path / "debs").mkdir()
    names = {name: tmp_path / name for name in ("asked", "mirror")}
    program.write_text(APT.format(sources=tmp_path, file=FILE, **names))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    monkeypatch.syspath_prepend(REPOSITORY / "images/tools")
    return tmp_path


def _fetched(apt: Path) -> list[Path]:
    fetch: Callable[[list[str], Path, Path], list[Path]]
    fetch = runpy.run_path(str(REPOSITORY / "images/tools/cross.py"))["fetch"]
    return fetch([FILE], apt / "debs", apt)


def test_the_recorded_version_is_asked_for(apt: Path) -> None:
    (apt / "mirror").touch()
    assert _fetched(apt) == [apt / "debs" / FILE]
    assert "download -q qemu-user-static=1:7.2+dfsg-7" in (apt / "asked").read_text()
    assert not (apt / "archive.list").exists()


def test_where_the_mirror_has_another_the_archive_is_asked(apt: Path) -> None:
    assert _fetched(apt) == [apt / "debs" / FILE]
    assert "snapshot.debian.org/archive/debian/2026" in (apt / "archive.list").read_text()


def test_what_the_archive_does_not_have_either_ends_the_build(apt: Path) -> None:
    (apt / "bin/apt-get").write_text("#!/bin/sh\n[ $1 = update ]\n")
    with pytest.raises(subprocess.CalledProcessError):
        _fetched(apt)
