"""Apps that somebody packed to do harm: refused or passed over, within bounds, and safe to show."""

import json
import zipfile
from pathlib import Path

import pytest

from pipeline.app import check, opening
from pipeline.models import archive
from pipeline.project import Project
from support.apps import (
    DEMO_DICTIONARY,
    DEMO_REC,
    LITE_DEMO,
    OURS,
    STOCK_DICTIONARY,
    packed,
    shipped_project,
)
from support.cli import call

LINK = 0o120777 << 16


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return shipped_project(tmp_path_factory.mktemp("shipped") / "project")


def with_member(path: Path, name: str, data: bytes, mode: int = 0) -> Path:
    """Write the demo with a member more."""
    packed(path, LITE_DEMO)
    with zipfile.ZipFile(path, "a") as made:
        info = zipfile.ZipInfo(name)
        info.external_attr, info.compress_type = mode, zipfile.ZIP_DEFLATED
        made.writestr(info, data)
    return path


@pytest.mark.parametrize(
    ("name", "mode", "why"),
    [
        ("../../outside.nb", 0, "leads elsewhere"),
        ("/etc/keys.txt", 0, "leads elsewhere"),
        ("assets/keys.txt", LINK, "is a link or a device"),
        ("assets/\x1b[2Jkeys.txt", 0, "leads elsewhere"),
    ],
)
def test_what_no_app_holds_is_refused(
    name: str, mode: int, why: str, tmp_path: Path, project: Project
) -> None:
    app = with_member(tmp_path / "app.apk", name, b"/etc/passwd", mode)
    done = call("check-app", app, project.folder)
    assert done.returncode == 2 and why in " ".join(done.stderr.split())
    assert "\x1b" not in done.stdout + done.stderr
    assert not (tmp_path.parent / "outside.nb").exists()


def test_a_bomb_is_not_unpacked(
    tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 8 << 20)
    app = with_member(tmp_path / "app.apk", "assets/big.nb", bytes(9 << 20))
    assert app.stat().st_size < 1 << 16
    done = call("check-app", app, project.folder)
    assert done.returncode == 2 and "it unpacks to more than" in done.stderr
    inner = with_member(tmp_path / "inner.zip", "big", bytes(9 << 20)).read_bytes()
    assert not_opened(packed(tmp_path / "b.apk", {**LITE_DEMO, "a/inner.zip": inner}), project) == [
        "a/inner.zip"
    ]


def test_a_file_that_is_too_large_is_said_and_not_kept(
    tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (opening, check):
        monkeypatch.setattr(module, "MOST_READ", 1 << 20)
    app = with_member(tmp_path / "app.apk", "assets/big.nb", b"\2\0v2.13-rc" + bytes(4 << 20))
    assert not_opened(app, project) == ["assets/big.nb"]


def test_archives_in_archives_are_opened_once(tmp_path: Path, project: Project) -> None:
    deep = packed(tmp_path / "deep.zip", {"rec.nb": OURS}).read_bytes()
    middle = packed(tmp_path / "middle.aar", {"deep.zip": deep, "keys.txt": STOCK_DICTIONARY})
    app = packed(tmp_path / "app.apk", {**LITE_DEMO, "libs/m.aar": middle.read_bytes()})
    found = findings(app, project)
    assert [it["path"] for it in found if it["kind"] == "not-opened"] == ["libs/m.aar/deep.zip"]
    assert any(item["path"] == "libs/m.aar/keys.txt" for item in found)


def test_a_folder_s_links_are_passed_over(tmp_path: Path, project: Project) -> None:
    folder, secret = tmp_path / "app", tmp_path / "keys.txt"
    secret.write_bytes(STOCK_DICTIONARY)
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "model.nb").write_bytes(OURS)
    (folder / "assets" / "keys.txt").symlink_to(secret)
    (folder / "assets" / "round").symlink_to(folder)
    found = {item["path"]: item["kind"] for item in findings(folder, project)}
    # What a link leads to is not read; a file that only has another name there is found under its own.
    assert found == {
        "assets/model.nb": "model-yours",
        "assets/keys.txt": "not-opened",
        "": "dictionary-missing",
    }


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused(tmp_path: Path, project: Project) -> None:
    app = with_member(tmp_path / "app.apk", DEMO_DICTIONARY, STOCK_DICTIONARY)
    done = call("check-app", app, project.folder)
    assert done.returncode == 2 and "is in it twice" in " ".join(done.stderr.split())


def test_more_than_any_app_has_is_refused(tmp_path: Path, project: Project) -> None:
    many = {f"assets/{number}_dict.txt": STOCK_DICTIONARY for number in range(202)}
    done = call("check-app", packed(tmp_path / "app.apk", many), project.folder)
    assert done.returncode == 2 and "models and dictionaries" in " ".join(done.stderr.split())


def test_names_from_outside_drive_no_terminal(tmp_path: Path, project: Project) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "\x1b[2J\u202ebn.nb").write_bytes(b"no model")
    (folder / "\udcff.nb").write_bytes(b"no model")  # a name that is no UTF-8
    (folder / "code.java").write_bytes(b"x")
    done = call("check-app", folder, project.folder)
    assert done.returncode == 5
    assert "\x1b" not in done.stdout and "\u202e" not in done.stdout and "\\x1b[2J" in done.stdout


def test_what_is_no_app_is_named(tmp_path: Path, project: Project) -> None:
    broken = tmp_path / "app.apk"
    broken.write_bytes(b"PK\3\4 no zip")
    for app, why in ((broken, "cannot be read"), (tmp_path / "none.apk", "there is no such app")):
        done = call("check-app", app, project.folder)
        assert done.returncode == 2 and why in done.stderr
    done = call("check-app", "/proc/self/mem", project.folder)  # opens, and cannot be read
    assert done.returncode == 2 and "cannot read it" in done.stderr
    files = {name: data for name, data in LITE_DEMO.items() if name != DEMO_REC}
    assert findings(packed(tmp_path / "b.apk", files), project)[0]["kind"] == "model-other-task"


def findings(app: Path, project: Project) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(
        call("check-app", app, project.folder, "--json").stdout
    )["findings"]
    return found


def not_opened(app: Path, project: Project) -> list[str]:
    return [item["path"] for item in findings(app, project) if item["kind"] == "not-opened"]
