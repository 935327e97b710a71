"""What the container that hashes the volumes again says, and what the host makes of it."""

import hashlib
import json
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.errors import EngineError, IntegrityFailed
from pipeline.integrity.faults import Expected, Fault, compare, refuse
from pipeline.run.place import Place
from pipeline.run.rehash import rehash
from stages.contract import digests_of
from stages.files import sha256_of
from stages.rehash import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "results" / "data" / "KEY"
    (made / "sub").mkdir(parents=True)
    (made / "a.txt").write_bytes(b"A")
    (made / "sub" / "naïve\u202e.bin").write_bytes(b"B" * 3_000_000)
    return made


def upload(parent: Path, files: dict[str, bytes]) -> Path:
    """Lay a tree down as the runner does: under the hash of its manifest."""
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items()]
    manifest = "".join(lines).encode()
    made = parent / hashlib.sha256(manifest).hexdigest()
    for name, data in files.items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(data)
    (made / "MANIFEST").write_bytes(manifest)
    return made


def said(capsys: pytest.CaptureFixture[str], *words: Path | str) -> list[dict[str, Any]]:
    assert main([str(word) for word in words]) == 0
    text = capsys.readouterr().out
    assert text.isascii()
    *lines, end = (json.loads(line) for line in text.splitlines())
    assert end == {}, "whoever reads it knows that it is whole"
    return lines


def test_every_file_is_hashed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, folder)
    assert {line["path"]: (line["size"], line["sha256"]) for line in lines} == {
        str(path): sha256_of(path) for path in folder.rglob("*") if path.is_file()
    }


def test_links_and_folders_that_are_not_there_say_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to("/etc/hostname")
    lines = said(capsys, folder, folder.parent / "OTHER")
    assert [Path(line["path"]).name for line in lines] == ["naïve\u202e.bin"]


def test_uploads_are_held_against_their_manifest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = tmp_path / "inputs"
    good = upload(inputs, {"a.png": b"a", "train/b\x85.png": b"b"})
    bad = upload(inputs, {"c.png": b"c", "d.png": b"d", "e.png": b"e"})
    (bad / "c.png").write_bytes(b"C")
    (bad / "d.png").unlink()
    (bad / "e.png").rename(tmp_path / "e.png")
    (bad / "e.png").symlink_to(tmp_path / "e.png")
    (inputs / "interrupted").mkdir()
    lines = {line["upload"]: line for line in said(capsys, "--uploads", inputs)}
    assert set(lines) == {str(good), str(bad)}
    assert lines[str(good)]["faults"] == [] and lines[str(good)]["files"] == 3
    faults = {Path(fault["path"]).name: fault for fault in lines[str(bad)]["faults"]}
    assert set(faults) == {"c.png", "d.png", "e.png"}, "no link is followed"
    assert faults["c.png"]["sha256"] == digests_of(b"C").sha256
    assert faults["c.png"]["expected"] == digests_of(b"c").sha256
    assert (faults["d.png"]["size"], faults["d.png"]["sha256"]) == (-1, "")


def test_changed_manifest_is_a_fault_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = upload(tmp_path, {"a.png": b"a"})
    (made / "MANIFEST").write_bytes(b"\xff")
    (line,) = said(capsys, "--uploads", tmp_path)
    (fault,) = line["faults"]
    assert fault["path"] == str(made / "MANIFEST") and fault["expected"] == made.name


EXPECTED = Expected(
    "workspace", "/paddock/a\x1b[2J", digests_of(b"AB"), "convert", "run-1", "now", "force it"
)


@pytest.mark.parametrize(
    ("found", "problem", "words"),
    [
        (b"AC", "changed", "was changed: expected SHA-256 "),
        (b"A", "truncated", "was cut short: 2 bytes were recorded, 1 are left"),
        (b"ABC", "longer", "has grown: 2 bytes were recorded, it has 3"),
        (None, "missing", "is missing"),
    ],
)
def test_a_fault_says_what_is_wrong_in_one_harmless_line(
    found: bytes | None, problem: str, words: str
) -> None:
    fault = compare(EXPECTED, None if found is None else digests_of(found))
    assert fault is not None and fault.problem == problem
    assert words in fault.sentence and "\x1b" not in fault.sentence
    assert fault.maker == "made by convert in run run-1, now"


def test_the_same_bytes_are_no_fault() -> None:
    assert compare(EXPECTED, digests_of(b"AB")) is None


def test_refusing_tells_the_first_fault_and_names_the_others() -> None:
    refuse([])
    fault = Fault("missing", EXPECTED)
    with pytest.raises(IntegrityFailed) as caught:
        refuse([fault, fault])
    assert caught.value.pitfall == "changed-artifact" and caught.value.remedy == "force it"
    assert "1 more files are not as recorded" in caught.value.message


@pytest.mark.parametrize("printed", [b"", b'{"path": "/a", "size": 1, "sha256": "x"}\n'])
def test_what_is_not_whole_may_be_of_an_older_image(printed: bytes) -> None:
    place = cast("Place", SimpleNamespace(ask=lambda *_: printed))
    with pytest.raises(EngineError, match="an older Paddock's") as refused:
        rehash(place, [PurePosixPath("/a")], lambda: 0)
    assert "paddock images build" in refused.value.remedy
