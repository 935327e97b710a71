"""When scripts/local-base makes one, and what of, as far as it can be seen without making one."""

import io
import json
import os
import sys
import tarfile
from pathlib import Path
from typing import cast

import pytest

import local_base
from local_base import is_needed, main, make_local_base
from pipeline.engine.errors import RegistryUnreachable
from pipeline.engine.images import Images
from pipeline.errors import EngineError
from pipeline.images.base import LOCAL_BASE
from python310 import find_python
from rootfs import pack_root
from stages.contract import Exit
from support.pulling import FakeImages

CHOSEN = {"PADDOCK_PYTHON_BASE": "python@sha256:" + "b" * 64}


def needed(images: FakeImages, environ: dict[str, str]) -> bool:
    return is_needed(cast("Images", images), environ)


def test_a_local_base_is_needed_only_where_no_registry_answers() -> None:
    unreachable = RegistryUnreachable("the registry cannot be reached")
    assert needed(FakeImages(fault=unreachable), {})
    assert not needed(FakeImages(), {})
    assert not needed(FakeImages(LOCAL_BASE, fault=unreachable), {})
    assert not needed(FakeImages("paddock-base:3.1.1", fault=unreachable), {})
    assert not needed(FakeImages(fault=unreachable), CHOSEN)


def test_another_answer_of_the_registry_is_an_error() -> None:
    with pytest.raises(EngineError, match="does not have it"):
        needed(FakeImages(fault=EngineError("does not have it")), {})


@pytest.mark.parametrize("there", [True, False])
def test_one_is_made_under_the_name_that_the_build_looks_for(
    monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    made: list[str] = []
    monkeypatch.setattr(local_base, "connect", lambda _environ: None)
    monkeypatch.setattr(local_base, "is_needed", lambda *_: not there)
    monkeypatch.setattr(local_base, "make_and_import", lambda _images, name, *_: made.append(name))
    assert main(["--if-needed"]) == Exit.OK
    assert made == ([] if there else [LOCAL_BASE])
    assert main(["mine:1"]) == Exit.OK
    assert made[-1] == "mine:1"


def test_what_is_missing_is_an_exit_code_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(local_base, "connect", lambda _environ: None)
    monkeypatch.setattr(local_base, "_CLEAN_PATH", str(tmp_path))
    assert main([]) == Exit.ENGINE
    said = capsys.readouterr().err
    assert "needs debootstrap" in said and "note: `sudo apt-get install debootstrap`" in said


def python_at(prefix: Path, version: str = "3.10.13", kind: str = "cpython") -> Path:
    """Write an interpreter that says of itself what a real one in ``prefix`` would."""
    about = {
        "version": version,
        "implementation": kind,
        "prefix": str(prefix),
        "library": str(prefix / "lib/python3.10"),
        "headers": str(prefix / "include/python3.10"),
        "shared": 1,
        "folder": str(prefix / "lib"),
        "name": "libpython3.10.so.1.0",
    }
    executable = prefix / "bin" / "python3.10"
    (prefix / "lib").mkdir(parents=True)
    (prefix / "lib" / "libpython3.10.so.1.0").write_text("")
    executable.parent.mkdir()
    executable.write_text(f"#!/bin/sh\necho '{json.dumps(about)}'\n")
    executable.chmod(0o755)
    return executable


def test_the_named_python_counts_most(tmp_path: Path) -> None:
    named, other = python_at(tmp_path / "named"), python_at(tmp_path / "other")
    environ = {"PADDOCK_PYTHON310": str(named), "PATH": str(other.parent)}
    found = find_python(environ)
    assert found.executable == named
    assert [path.name for path in found.libraries] == ["libpython3.10.so.1.0"]


def test_the_path_counts_more_than_pyenv(tmp_path: Path) -> None:
    on_path = python_at(tmp_path / "path")
    python_at(tmp_path / "pyenv/versions/3.10.13")
    environ = {"PATH": str(on_path.parent), "PYENV_ROOT": str(tmp_path / "pyenv")}
    assert find_python(environ).prefix == tmp_path / "path"


def test_pyenv_s_newest_patch_release_is_taken(tmp_path: Path) -> None:
    for patch in ("9", "13", "2"):
        python_at(tmp_path / f"versions/3.10.{patch}", f"3.10.{patch}")
    assert find_python({"PATH": "", "PYENV_ROOT": str(tmp_path)}).version == "3.10.13"


@pytest.mark.parametrize(("version", "kind"), [("3.11.2", "cpython"), ("3.10.13", "pypy")])
def test_another_python_will_not_do(tmp_path: Path, version: str, kind: str) -> None:
    executable = python_at(tmp_path / "python", version, kind)
    with pytest.raises(EngineError, match=r"needs a CPython 3\.10") as caught:
        find_python({"PADDOCK_PYTHON310": str(executable)})
    assert str(executable) in caught.value.where
    assert "PADDOCK_PYTHON310" in caught.value.remedy
    assert caught.value.code == Exit.ENGINE


def test_this_process_s_python_answers_the_same_question(tmp_path: Path) -> None:
    with pytest.raises(EngineError) as caught:
        find_python({"PATH": "", "HOME": str(tmp_path), "PADDOCK_PYTHON310": "/bin/false"})
    assert "/bin/false" in caught.value.where
    if sys.version_info[:2] == (3, 10) and sys.base_prefix != "/usr":
        assert find_python({"PADDOCK_PYTHON310": sys.executable}).version.startswith("3.10.")


def test_without_debootstrap_the_remedy_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_base, "_CLEAN_PATH", str(tmp_path))
    with pytest.raises(EngineError, match="needs debootstrap") as caught:
        make_local_base(tmp_path / "root.tar", {}, lambda _line: None)
    assert "apt-get install debootstrap" in caught.value.remedy


def test_without_root_the_remedy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "debootstrap").write_text("#!/bin/sh\n")
    (tmp_path / "debootstrap").chmod(0o755)
    monkeypatch.setattr(local_base, "_CLEAN_PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(EngineError, match="needs root") as caught:
        make_local_base(tmp_path / "root.tar", {}, lambda _line: None)
    assert "sudo" in caught.value.remedy


def fill(root: Path, day: str) -> Path:
    files = {
        "etc/shadow": f"root:*:{day}:0:99999:7:::\n",
        "etc/machine-id": day,
        "etc/resolv.conf": day,
        "usr/bin/tool": "same",
        "usr/local/lib/python3.10/__pycache__/os.pyc": day,
        "var/log/bootstrap.log": day,
        "var/cache/apt/pkgcache.bin": day,
        "var/lib/apt/lists/list": day,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "bin").symlink_to("usr/bin")
    os.link(root / "usr/bin/tool", root / "usr/bin/again")
    return root


def test_two_roots_made_on_two_days_are_one(tmp_path: Path) -> None:
    tars = []
    for day in ("20001", "20002"):
        pack_root(fill(tmp_path / day, day), tmp_path / f"{day}.tar")
        tars.append((tmp_path / f"{day}.tar").read_bytes())
    assert tars[0] == tars[1]


def test_a_root_keeps_its_links_and_empties_its_caches(tmp_path: Path) -> None:
    pack_root(fill(tmp_path / "root", "20001"), tmp_path / "root.tar")
    with tarfile.open(fileobj=io.BytesIO((tmp_path / "root.tar").read_bytes())) as tar:
        names = {member.name: member for member in tar}
        again = tar.extractfile("usr/bin/again")
        assert again is not None
        assert again.read() == b"same"
    assert names["bin"].linkname == "usr/bin"
    assert names["var/log"].isdir()
    assert not {"etc/machine-id", "etc/resolv.conf", "var/log/bootstrap.log"} & set(names)
    assert not [
        name for name in names if "__pycache__" in name or name.startswith("var/cache/apt/")
    ]
