"""Images of one's own, and of the test set, on their way to the models: as data, under numbers."""

from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import EngineError, IntegrityFailed, PaddockError, UsageError
from pipeline.project import load_project
from pipeline.run.options import Options, StopSwitch
from pipeline.run.reading import read_images
from pipeline.run.runner import run
from stages.contract.reading import ReadImage, Reading, Readings
from stages.message import msg
from support.cli import call
from support.given import pd_project
from support.pretended import PretendedEngine

ALIKE = (Reading("pd", "AB", 0.9, 50.0), Reading("nb-x86", "AB", 0.9, 60.0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return pd_project(tmp_path / "p")


def ask(folder: Path, *files: Path, tests: tuple[str, ...] = ()) -> Readings:
    project = load_project(folder)
    return read_images(project, {}, lambda _text: None, StopSwitch(), files, tests)


def finish(folder: Path, engine: PretendedEngine, labels: bytes) -> None:
    """Let a run finish whose data stage leaves these test labels."""
    engine.contents["data", "test.txt"] = labels
    assert run(folder, Options(), {}, lambda _event: None, StopSwitch()) == 0


def test_images_go_in_as_data_and_come_back_under_their_names(
    folder: Path, engine: PretendedEngine, tmp_path: Path
) -> None:
    mine = tmp_path / "my plate\x1b[2J.png"
    mine.write_bytes(b"an image")
    with pytest.raises(UsageError, match="there are no models to read with"):
        ask(folder, mine)
    finish(folder, engine, b"test/0.png\tAB0\ntest/1.png\tAB1\n")
    engine.readings = Readings("recognition", tuple(ReadImage(str(n), ALIKE) for n in (1, 2, 3)))
    found = ask(folder, mine, tests=("2", "test/0.png"))
    assert [(item.image, item.label) for item in found.images] == [
        (str(mine), None),
        ("test/1.png", "AB1"),
        ("test/0.png", "AB0"),
    ]
    spec = engine.specs["reading"]
    inputs = {item["name"]: item for item in spec["inputs"]}
    assert {"pdmodel", "nb-x86", "own"} <= inputs.keys()
    assert not {"test", "test_labels"} & inputs.keys()
    path = f"{inputs['own']['path']}/1"
    assert engine.removed[path] == b"an image" and path not in engine.files  # nor is it kept there
    assert "my plate" not in str(spec)
    with pytest.raises(UsageError, match="is not an image of the test set"):
        ask(folder, tests=("3",))


def test_labels_that_were_changed_in_the_volume_are_not_read(
    folder: Path, engine: PretendedEngine
) -> None:
    finish(folder, engine, b"test/0.png\tAB0\n")
    (made,) = {path for path in engine.files if "/data/" in path and path.endswith("/test.txt")}
    engine.files[made] = b"test/0.png\tAB1\n"
    with pytest.raises(IntegrityFailed, match="is not what data made"):
        ask(folder, tests=("1",))
    assert "reading" not in engine.ran


PARTED = (Reading("pd", "AB", 0.9), Reading("nb-x86", "A8", 0.9))
DIED = Reading("nb-x86", why="it died")


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (ReadImage("1", ALIKE), 0),
        (ReadImage("1", (*ALIKE, Reading("nb-arm", why="not runnable here"))), 0),
        (ReadImage("1", PARTED), 1),
        (ReadImage("1", (ALIKE[0], DIED)), 1),
        (ReadImage("1", (DIED,)), 1),
        (ReadImage("1", why="it is not an image that OpenCV reads"), 1),
    ],
)
def test_only_two_models_that_read_the_same_end_with_0(
    image: ReadImage, code: int, folder: Path, engine: PretendedEngine, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.png"
    mine.write_bytes(b"an image")
    finish(folder, engine, b"test/0.png\tAB0\n")
    engine.readings = Readings("recognition", (image,))
    assert call("read", mine, "--project", folder).returncode == code


def test_an_upload_that_breaks_off_leaves_nothing_in_the_volume(
    folder: Path, engine: PretendedEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(folder, engine, b"test/0.png\tAB0\n")
    put_tree = engine.put_tree

    def breaks(*words: Any) -> None:
        put_tree(*words)
        raise EngineError(msg("no space left on device"))

    monkeypatch.setattr(engine, "put_tree", breaks)
    with pytest.raises(EngineError, match="no space left"):
        ask(folder, folder / "data/test/0.png")
    assert not [path for path in engine.files if path.endswith("/1")]
    assert engine.removed


def test_what_cannot_be_read_is_said_before_anything_starts(
    folder: Path, engine: PretendedEngine, tmp_path: Path
) -> None:
    for files, said in (((), "between 1 and 100"), ((tmp_path / "none.png",), "there is no image")):
        with pytest.raises(UsageError, match=said):
            ask(folder, *files)
    assert engine.ran == []


def test_an_answer_about_other_images_or_none_is_refused(
    folder: Path, engine: PretendedEngine, tmp_path: Path
) -> None:
    finish(folder, engine, b"test/0.png\tAB0\n")
    with pytest.raises(PaddockError, match="reading images ended with code 1"):
        ask(folder, folder / "data/test/0.png")
    engine.readings = Readings("recognition", (ReadImage("7", ALIKE),))
    with pytest.raises(PaddockError, match="other images"):
        ask(folder, folder / "data/test/0.png")
