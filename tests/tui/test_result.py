"""What a run has made: the files with size and hash, bars of what models weigh, and the keys on them."""

import sys
import threading
from pathlib import Path

import pytest

from pipeline.report.model import parse_report
from support.recorded import FINE_TUNED, recorded_project
from support.screen import CalmBackend, opened, text_of, until, until_shown
from tui.appearance import Appearance, use
from tui.programs import browser, open_beside
from tui.views.result import read_result
from tui.widgets.result_card import weight_lines
from tui.widgets.stage_detail import StageDetail

REPORT = parse_report((FINE_TUNED.source / "out" / "report.json").read_bytes())
ARM, X86 = "a" * 64, "b" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = recorded_project(tmp_path / "p")
    out = made / "out"
    for name, size in (
        ("model_arm.nb", 7_740_118),
        ("model_x86.nb", 7_755_134),
        ("report.html", 9),
    ):
        with (out / name).open("wb") as stream:
            stream.truncate(size)
    (out / "SHA256SUMS").write_text(f"{ARM}  model_arm.nb\n{X86}  model_x86.nb\n")
    return made


def test_models_come_first_and_what_is_gone_is_said(folder: Path) -> None:
    names = ("MD5SUMS", "dict.txt", "model_arm.nb", "model_x86.nb", "report.html")
    result = read_result(folder / "out", names, REPORT, is_own=True)
    assert [file.name for file in result.files] == [
        "model_arm.nb", "model_x86.nb", "report.html", "dict.txt", "MD5SUMS",
    ]  # fmt: skip
    assert [file.sha256 for file in result.files] == [ARM, X86, "", "", ""]
    assert [file.size for file in result.files] == [7_740_118, 7_755_134, 9, 72, None]
    assert [model.name for model in result.models] == ["checkpoint", "pd", "nb-x86", "nb-arm"]
    assert result.models[-1].why.startswith("not checked: ") and result.models[-1].size == 7_740_118


def test_a_folder_of_files_is_one_of_them(folder: Path) -> None:
    (folder / "out" / "kit" / "golden").mkdir(parents=True)
    for name in ("README.md", "golden/000.png"):
        (folder / "out" / "kit" / name).write_bytes(b"12345")
    names = ("kit/README.md", "kit/golden/000.png", "model_arm.nb")
    result = read_result(folder / "out", names, REPORT, is_own=True)
    assert [file.name for file in result.files] == ["model_arm.nb", "kit/"]
    assert (result.files[1].size, result.files[1].sha256) == (10, "")


@pytest.mark.parametrize("width", [20, 45, 73, 150])
@pytest.mark.parametrize("ascii_only", [False, True])
def test_bars_are_in_proportion_and_fit(folder: Path, width: int, ascii_only: bool) -> None:
    use(Appearance(ascii_only=ascii_only))
    models = read_result(folder, (), REPORT, is_own=True).models
    head, *lines = (line.plain for line in weight_lines(models, width))
    full = "#" if ascii_only else "█"
    assert not ascii_only or "".join(lines).isascii()
    if width >= 45:
        assert max(map(len, (head, *lines))) <= width
        bars = [line.split()[1].count(full) for line in lines]
        assert bars[0] == max(bars) and 3 * bars[1] == pytest.approx(bars[0], abs=2)
        assert "22.2 MB" in lines[0] and "101.2 ms" in lines[0] and "not checked" in lines[3]


async def test_the_end_of_a_run_says_what_came_out(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, seen = CalmBackend(folder), tmp_path / "seen"
    script = tmp_path / "browse"
    script.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(seen)!r}, 'w').write(sys.argv[1])\n"
    )
    script.chmod(0o755)
    async with opened(backend) as (app, pilot):
        await until_shown(pilot, app, "model_arm.nb", "7.7 MB", ARM[:12], "22.2 MB", "101.2 ms")
        assert "O the report" in text_of(app)
        await pilot.press("o", "down", "y")
        assert app.clipboard == f"{X86}  model_x86.nb"
        await pilot.press("Y")
        assert app.clipboard == str(folder / "out" / "model_x86.nb")
        await pilot.press("O")  # no browser here
        assert app.clipboard == str(folder / "out" / "report.html")
        await until_shown(pilot, app, "its path was copied")
        backend.environ = {"BROWSER": str(script)}
        await pilot.press("O")
        await until(pilot, lambda: seen.exists() and bool(seen.read_text()))
        assert seen.read_text() == str(folder / "out" / "report.html")
        await pilot.press("escape", "down")  # on to the stages: their logs
        assert app.screen.query_one(StageDetail).tab == "log"
        await pilot.press("o")
        (folder / "out" / "report.json").write_text("{}")
        (folder / "out" / "model_arm.nb").unlink()
        app.view.name += " "  # as another run
        app._refresh_screens()
        await until_shown(pilot, app, "what a later run has made", "not there any more")

        with monkeypatch.context() as patch:  # a disk that is slow
            read, go_on = backend.report, threading.Event()
            patch.setattr(backend, "report", lambda run: read(run) if go_on.wait(60) else None)
            await pilot.press("2")
            await until(pilot, lambda: "reading …" in text_of(app))
            go_on.set()
            await until_shown(pilot, app, "nb-x86")
        assert "reading …" not in text_of(app)


def test_what_opens_a_file(tmp_path: Path) -> None:
    assert browser({"PATH": "/usr/bin:/bin", "BROWSER": "env --x:other"}) == ("env", "--x")
    assert browser({"PATH": str(tmp_path), "BROWSER": "nothing"}) == ()
    assert browser({"PATH": str(tmp_path), "DISPLAY": ":0"}) in ((), ("open",))
    assert not open_beside(["/nonexistent"], tmp_path)
