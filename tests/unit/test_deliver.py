"""out/ is whole or not there, the sums are right, and what a user put there stays."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from pipeline.project import load_project
from pipeline.record.verdict import Verdict
from pipeline.report.html import render_html
from pipeline.report.model import Report, load_report
from pipeline.run.deliver import Delivery, complete, is_delivered, withdraw
from pipeline.run.deliver import deliver as put_in_place
from stages.contract import hash_file
from support.projects import write_project
from support.results import make_report

SHIPPED = {"model_x86.nb": b"x86", "model_arm.nb": b"arm", "dict.txt": b"A\nB\n"}
KIT = {"kit/README.md": b"# Kit", "kit/golden/000.png": b"png"}


@pytest.fixture
def report(tmp_path: Path) -> Report:
    project = load_project(write_project(tmp_path / "project"))
    return make_report(project)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "project" / "out"


def ready(out: Path, files: Mapping[str, bytes] = SHIPPED) -> Path:
    folder = out.parent / ".paddock" / "ready"
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def deliver(out: Path, made: Path, report: Report) -> Delivery:
    complete(made, report, made=KIT)
    return put_in_place(out, made)


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def checked(out: Path, tool: str, sums: str) -> subprocess.CompletedProcess[str]:
    command = [tool, "--strict", "-c", sums]
    return subprocess.run(command, check=False, cwd=out, capture_output=True, text=True)


def test_coreutils_accept_the_sums(out: Path, report: Report) -> None:
    deliver(out, ready(out), report)
    for tool, sums in (("sha256sum", "SHA256SUMS"), ("md5sum", "MD5SUMS")):
        done = checked(out, tool, sums)
        assert done.returncode == 0, done.stderr
        named = {line.partition(":")[0] for line in done.stdout.splitlines()}
        assert named == set(content(out)) - {"SHA256SUMS", "MD5SUMS"}
        assert {*SHIPPED, *KIT, "report.json", "report.md", "report.html"} == named


def test_changed_file_is_found_by_the_sums(out: Path, report: Report) -> None:
    deliver(out, ready(out), report)
    (out / "model_x86.nb").write_bytes(b"x87")
    done = checked(out, "sha256sum", "SHA256SUMS")
    assert done.returncode == 1 and "model_x86.nb: FAILED" in done.stdout


def test_second_delivery_is_equal_and_names_all_its_files(out: Path, report: Report) -> None:
    delivery = deliver(out, ready(out), report)
    before = content(out)
    assert delivery.folder == out and set(delivery.files) == set(before)
    assert load_report(out / "report.json") == report
    deliver(out, ready(out), report)
    assert content(out) == before
    assert not (out.parent / ".out.before").exists()
    made = ready(out)
    assert complete(made, report, made=KIT) == {name: hash_file(out / name) for name in before}


def test_what_the_user_put_there_stays(out: Path, report: Report) -> None:
    (out / "app").mkdir(parents=True)
    (out / "app" / "notes.md").write_text("mine")
    (out / "model_x86.nb").write_bytes(b"my own model, from before Paddock")
    deliver(out, ready(out), report)
    (out / "later.txt").write_text("mine too")
    (out / "kit" / "golden" / "mine.png").write_text("also mine")
    deliver(out, ready(out), report)
    found = content(out)
    assert found["app/notes.md"] == b"mine" and found["later.txt"] == b"mine too"
    assert found["model_x86.nb"] == b"x86" and found["kit/golden/mine.png"] == b"also mine"
    assert found["model_x86.nb.before-paddock"] == b"my own model, from before Paddock"


def test_file_that_is_no_longer_made_goes(out: Path, report: Report) -> None:
    deliver(out, ready(out), report)
    deliver(out, ready(out, {"dict.txt": b"A\nB\n"}), report)
    assert "model_arm.nb" not in content(out)


class Crash(BaseException):
    """The machine stops here."""


def crash_at_rename(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rename with this number (from 0) never happen."""
    rename, calls = Path.rename, []

    def counted(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == number + 1:
            raise Crash
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", counted)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_crash_leaves_a_whole_folder_and_the_next_delivery_mends(
    out: Path, report: Report, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    deliver(out, ready(out), report)
    (out / "notes.md").write_text("mine")
    with monkeypatch.context() as patch:
        crash_at_rename(number, patch)
        with pytest.raises(Crash):
            deliver(out, ready(out, {**SHIPPED, "model_x86.nb": b"new"}), report)
    for folder in (out, out.parent / ".out.before"):
        if folder.exists():
            assert set(content(folder)) >= {*SHIPPED, "SHA256SUMS", "report.json"}
    leftover = out.parent / ".paddock" / "ready"
    if leftover.exists():
        leftover.rename(out.parent / ".paddock" / "dead")
    deliver(out, ready(out, {**SHIPPED, "model_x86.nb": b"new"}), report)
    assert content(out)["model_x86.nb"] == b"new"
    assert content(out)["notes.md"] == b"mine"
    assert not (out.parent / ".out.before").exists()


def delivered(out: Path, report: Report) -> bool:
    expected = {name: hash_file(out / name).sha256 for name in SHIPPED if (out / name).is_file()}
    asked = dict(expected)
    for name in SHIPPED:
        asked.setdefault(name, "0" * 64)
    return is_delivered(out, report, asked, expected)


def test_same_report_of_a_later_run_is_not_delivered_again(out: Path, report: Report) -> None:
    assert not delivered(out, report)
    deliver(out, ready(out), report)
    assert delivered(out, report.model_copy(update={"run": "run-2"}))
    assert not delivered(out, report.model_copy(update={"verdict": Verdict.PARITY}))


def set_aside(out: Path) -> None:
    """Leave what a crash does."""
    (out.parent / ".out.before").mkdir()
    (out.parent / ".out.before" / "notes.md").write_text("mine")


def without(name: str) -> Callable[[Path], object]:
    return lambda out: (out / name).unlink()


def reporting(text: str) -> Callable[[Path], object]:
    return lambda out: (out / "report.json").write_text(text)


@pytest.mark.parametrize(
    "damage",
    [
        *map(without, ("model_x86.nb", "SHA256SUMS", "MD5SUMS", "report.md", "report.html")),
        *map(reporting, ("", "[]", "null")),
        set_aside,
    ],
)
def test_what_is_not_whole_is_delivered_again(
    out: Path, report: Report, damage: Callable[[Path], object]
) -> None:
    deliver(out, ready(out), report)
    damage(out)
    assert not delivered(out, report)


def test_page_that_was_drawn_of_something_else_is_delivered_again(
    out: Path, report: Report
) -> None:
    deliver(out, ready(out), report)
    page = out / "report.html"
    whole = page.read_text("utf-8")
    other = render_html(report.model_copy(update={"images": 7}))
    for text in (whole[:-20], other, ""):
        page.write_text(text, "utf-8")
        assert not delivered(out, report)
    page.write_text(whole, "utf-8")
    assert delivered(out, report)


def test_withdrawing_leaves_what_is_not_paddocks(out: Path, report: Report) -> None:
    deliver(out, ready(out), report)
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    withdraw(out)
    assert content(out) == {"notes.txt": b"mine"}
    (out / "notes.txt").unlink()
    deliver(out, ready(out), report)
    withdraw(out)
    assert not out.exists()


def test_edited_sums_do_not_lead_out_of_the_folder(out: Path, report: Report) -> None:
    deliver(out, ready(out), report)
    outside = out.parent / "precious"
    outside.write_text("mine", encoding="utf-8")
    with (out / "SHA256SUMS").open("a", encoding="utf-8") as sums:
        sums.write("0" * 64 + "  ../precious\n")
    withdraw(out)
    assert outside.read_text(encoding="utf-8") == "mine"


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """A folder of somebody's, which says that it is all Paddock's, and ``out`` leads to."""
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "photo.jpg").write_bytes(b"photo")
    (theirs / "SHA256SUMS").write_text(f"{'0' * 64}  photo.jpg\n")
    (tmp_path / "out").symlink_to(theirs)
    return theirs


def test_what_a_link_leads_to_is_not_touched(tmp_path: Path, linked: Path) -> None:
    for number in (b"1", b"2"):
        put_in_place(tmp_path / "out", ready(tmp_path / "out", {"model_arm.nb": number}))
    assert sorted(path.name for path in linked.iterdir()) == ["SHA256SUMS", "photo.jpg"]
    assert not (tmp_path / "out").is_symlink()
    assert (tmp_path / "out/model_arm.nb").read_bytes() == b"2"
    assert (tmp_path / "out.before-paddock").resolve() == linked


def test_a_second_link_and_a_file_are_kept_beside_the_first(tmp_path: Path, linked: Path) -> None:
    out = tmp_path / "out"
    put_in_place(out, ready(out))
    out.rename(tmp_path / "first")
    out.write_bytes(b"the user's")
    put_in_place(out, ready(out))
    assert (tmp_path / "out.before-paddock").resolve() == linked
    assert (tmp_path / "out.before-paddock.2").read_bytes() == b"the user's"


def test_nothing_is_withdrawn_from_where_a_link_leads_to(tmp_path: Path, linked: Path) -> None:
    withdraw(tmp_path / "out")
    assert (linked / "photo.jpg").read_bytes() == b"photo"


def test_a_kit_that_is_not_as_it_would_be_made_is_delivered_again(
    out: Path, report: Report
) -> None:
    deliver(out, ready(out), report)
    assert is_delivered(out, report, {}, {}, made=KIT)
    assert not is_delivered(out, report, {}, {}, made={**KIT, "kit/README.md": b"# Another"})


def test_what_is_withdrawn_takes_its_folders_along_but_follows_no_link(
    out: Path, report: Report
) -> None:
    deliver(out, ready(out), report)
    elsewhere = out.parent / "elsewhere"
    (out / "kit" / "golden").rename(elsewhere)
    (out / "kit" / "golden").symlink_to(elsewhere)
    withdraw(out)
    assert (elsewhere / "000.png").read_bytes() == b"png"
    assert not (out / "kit" / "README.md").exists() and not (out / "model_arm.nb").exists()
    (out / "kit" / "golden").unlink()
    (out / "kit").rmdir()
    out.rmdir()
    deliver(out, ready(out), report)
    withdraw(out)
    assert not out.exists()
